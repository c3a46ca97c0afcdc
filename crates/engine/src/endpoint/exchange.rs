//! `POST /auth/exchange`: Medplum's older form of the token exchange, in JSON.

use std::sync::Arc;

use anteroom_oauth::secret::Secret;
use anteroom_oauth::token_response::TokenResponse;
use serde_json::Value;

use crate::client_auth::Presented;
use crate::cx::Origin;
use crate::engine::Engine;
use crate::grant::token_exchange::{self, Door, Request};
use crate::refusal::Refusal;
use crate::stop::{Outcome, refuse};

/// Reads the body. An empty value counts as absent, and so does one that is no text.
///
/// `basic` is what HTTP Basic said, if it was sent.
///
/// # Refusals
/// The header names another client than the body.
pub fn read(body: &Value, basic: Option<Presented>) -> Outcome<Request> {
    let text = |member: &str| {
        body.get(member).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let client_id = text("clientId");
    let named = basic.as_ref().and_then(|presented| presented.client_id.as_ref());
    if client_id.is_some() && named.is_some() && named != client_id.as_ref() {
        return refuse(Refusal::ClientIdsDiffer, "");
    }
    let secret = basic.and_then(|presented| presented.secret);
    Ok(Request {
        door: Door::Exchange,
        presented: Presented { client_id, secret, assertion: None },
        subject_token: text("externalAccessToken").map(Secret::new),
        subject_token_type: None,
        requested_token_type: None,
        actor: false,
        targets: Vec::new(),
        membership_id: None,
        project_id: text("projectId"),
        scope: text("scope"),
        nonce: text("nonce"),
    })
}

/// Exchanges the token.
///
/// # Refusals
/// As [`token_exchange::respond`].
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    request: Outcome<Request>,
) -> Outcome<TokenResponse> {
    match request {
        Ok(request) => token_exchange::respond(engine, origin, request).await,
        Err(stop) => engine.read(|_, _| Err(stop)),
    }
}
