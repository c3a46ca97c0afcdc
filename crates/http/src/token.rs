//! `POST /oauth2/token`: [RFC6749 §3.2], and `/oauth/token` where Auth0 has it. Form in, JSON out; nothing is read from the address
//! [RFC6749 §2.3.1].

use anteroom_engine::endpoint::token;
use anteroom_engine::refusal::Refusal;
use axum::body::Body;
use axum::http::header;
use axum::response::Response;

use crate::call::Call;
use crate::extract;
use crate::respond::{self, Family};

/// Answers a token request at our own address: a form in the body.
pub(crate) async fn token(call: Call, body: Body) -> Response {
    match extract::form(&call, body).await {
        Ok(bytes) => answer(&call, Family::OAuth, &bytes).await,
        Err(response) => response,
    }
}

/// Answers a token request at Auth0's address: a form or JSON in the body, refusals in Auth0's words.
pub(crate) async fn at_auth0(call: Call, body: Body) -> Response {
    match extract::form_or_json(&call, body).await {
        Ok(bytes) => answer(&call, Family::Auth0, &bytes).await,
        Err(response) => response,
    }
}

async fn answer(call: &Call, family: Family, bytes: &[u8]) -> Response {
    let request = match extract::single(call.headers(), &header::AUTHORIZATION) {
        Ok(authorization) => token::Request::read(authorization, bytes),
        Err(()) => {
            return respond::stop(call, family, call.refuse(Refusal::InvalidAuthorizationHeader));
        }
    };
    match token::respond(&call.shared.engine, call.origin(), request).await {
        Ok(tokens) => respond::json(&tokens),
        Err(stop) => respond::stop(call, family, stop),
    }
}
