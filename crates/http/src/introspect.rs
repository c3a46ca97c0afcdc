//! `POST /oauth2/introspect`: [RFC7662 §2]. Form in, JSON out.

use anteroom_engine::endpoint::introspection;
use axum::body::Body;
use axum::response::Response;

use crate::call::Call;
use crate::respond::{self, Family};
use crate::revoke;

/// Tells about a token.
pub(crate) async fn introspect(call: Call, body: Body) -> Response {
    let request = match revoke::request(&call, body).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    match introspection::respond(&call.shared.engine, call.origin(), request).await {
        Ok(answer) => respond::json(&answer),
        Err(stop) => respond::stop(&call, Family::OAuth, stop),
    }
}
