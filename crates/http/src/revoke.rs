//! `POST /oauth2/revoke`: [RFC7009 §2]. Form in, nothing out.

use anteroom_engine::endpoint::revocation::{self, Request};
use anteroom_engine::refusal::Refusal;
use axum::body::Body;
use axum::http::header;
use axum::response::Response;

use crate::call::Call;
use crate::extract;
use crate::respond::{self, Family};

/// Reads a form that presents a token.
pub(crate) async fn request(
    call: &Call,
    body: Body,
) -> Result<anteroom_engine::stop::Outcome<Request>, Response> {
    let bytes = extract::form(call, body).await?;
    match extract::single(call.headers(), &header::AUTHORIZATION) {
        Ok(authorization) => Ok(Request::read(authorization, &bytes)),
        Err(()) => Err(respond::stop(call, Family::OAuth, call.refuse(Refusal::InvalidAuthorizationHeader))),
    }
}

/// Revokes a token at Auth0's address: a form or JSON in the body.
pub(crate) async fn at_auth0(call: Call, body: Body) -> Response {
    let bytes = match extract::form_or_json(&call, body).await {
        Ok(bytes) => bytes,
        Err(response) => return response,
    };
    let Ok(authorization) = extract::single(call.headers(), &header::AUTHORIZATION) else {
        return respond::stop(&call, Family::Auth0, call.refuse(Refusal::InvalidAuthorizationHeader));
    };
    match revocation::respond(&call.shared.engine, call.origin(), Request::read(authorization, &bytes)).await
    {
        Ok(()) => Response::new(Body::empty()),
        Err(stop) => respond::stop(&call, Family::Auth0, stop),
    }
}

/// Revokes a token.
pub(crate) async fn revoke(call: Call, body: Body) -> Response {
    let request = match request(&call, body).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    match revocation::respond(&call.shared.engine, call.origin(), request).await {
        // [RFC7009 §2.2] the content of the answer is ignored
        Ok(()) => Response::new(Body::empty()),
        Err(stop) => respond::stop(&call, Family::OAuth, stop),
    }
}
