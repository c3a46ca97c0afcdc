//! `POST /auth/exchange`: JSON in, the answer of the token endpoint out.

use anteroom_engine::client_auth::Presented;
use anteroom_engine::endpoint::exchange;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Outcome;
use anteroom_oauth::authorization::{self, Authorization};
use axum::body::Body;
use axum::http::header;
use axum::response::Response;

use crate::call::Call;
use crate::extract;
use crate::respond::{self, Family};

/// Exchanges a provider's access token.
pub(crate) async fn exchange(call: Call, body: Body) -> Response {
    let json = match extract::json(&call, body).await {
        Ok(json) => json,
        Err(response) => return response,
    };
    let request = basic(&call).and_then(|basic| exchange::read(&json, basic));
    match exchange::respond(&call.shared.engine, call.origin(), request).await {
        Ok(tokens) => respond::json(&tokens),
        Err(stop) => respond::stop(&call, Family::Exchange, stop),
    }
}

/// The client's secret, where it sends one.
fn basic(call: &Call) -> Outcome<Option<Presented>> {
    let header = extract::single(call.headers(), &header::AUTHORIZATION);
    match header.map(|header| header.map(authorization::parse)) {
        Ok(None) => Ok(None),
        Ok(Some(Ok(Authorization::Basic { user, password }))) => Ok(Some(Presented {
            client_id: (!user.is_empty()).then_some(user),
            secret: (!password.is_empty()).then(|| password.digest()),
            assertion: None,
        })),
        _ => Err(call.refuse(Refusal::InvalidAuthorizationHeader)),
    }
}
