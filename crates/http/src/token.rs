//! `POST /oauth2/token`: [RFC6749 §3.2]. Form in, JSON out.

use anteroom_engine::endpoint::token;
use anteroom_engine::refusal::Refusal;
use axum::body::Body;
use axum::http::header;
use axum::response::Response;

use crate::call::Call;
use crate::extract;
use crate::respond::{self, Family};

/// Answers a token request.
pub(crate) async fn token(call: Call, body: Body) -> Response {
    let bytes = match extract::form(&call, body).await {
        Ok(bytes) => bytes,
        Err(response) => return response,
    };
    let request = match extract::single(call.headers(), &header::AUTHORIZATION) {
        Ok(authorization) => token::Request::read(authorization, &bytes),
        Err(()) => {
            return respond::stop(&call, Family::OAuth, call.refuse(Refusal::InvalidAuthorizationHeader));
        }
    };
    match token::respond(&call.shared.engine, call.origin(), request).await {
        Ok(tokens) => respond::json(&tokens),
        Err(stop) => respond::stop(&call, Family::OAuth, stop),
    }
}
