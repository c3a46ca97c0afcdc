//! `POST /register`: dynamic client registration [RFC7591 §3], open to whoever is on this machine.

use std::sync::Arc;

use anteroom_oauth::redirect_uri;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::endpoints::{answer_json, refuse, refuse_for_room};
use crate::state::State;

/// Redirect URIs of a client at most.
const MOST_URIS: usize = 10;
/// Longest `client_name`.
const LONGEST_NAME: usize = 100;

/// What of the client's metadata counts [RFC7591 §2].
#[derive(Deserialize)]
struct Metadata {
    redirect_uris: Vec<String>,
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
}

/// Registers a client.
///
/// # Refusals
/// `invalid_client_metadata`: no JSON, no redirect URI, too many of them, another way to prove itself than
/// `client_secret_basic` and `client_secret_post`. `invalid_redirect_uri`: one that nobody may register.
/// `temporarily_unavailable`, with 503: there is no room for another client.
pub(crate) async fn register(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    state.count("register");
    // A page of elsewhere cannot send this type without asking first, and is not answered when it asks.
    let json = headers.get(header::CONTENT_TYPE).is_some_and(|value| {
        value
            .to_str()
            .is_ok_and(|text| text.split(';').next().unwrap_or_default().trim() == "application/json")
    });
    let Ok(metadata) = serde_json::from_slice::<Metadata>(&body) else {
        return refuse("invalid_client_metadata");
    };
    let method = metadata.token_endpoint_auth_method.as_deref().unwrap_or("client_secret_basic");
    let name = metadata.client_name.unwrap_or_else(|| "a client without a name".to_owned());
    let fits = json
        && !state.believes_everybody()
        && matches!(method, "client_secret_basic" | "client_secret_post")
        && name.chars().count() <= LONGEST_NAME
        && (1..=MOST_URIS).contains(&metadata.redirect_uris.len());
    if !fits {
        return refuse("invalid_client_metadata");
    }
    if metadata.redirect_uris.iter().any(|uri| redirect_uri::check(uri).is_err()) {
        return refuse("invalid_redirect_uri");
    }
    let client = match state.register(&name, metadata.redirect_uris.clone()) {
        Ok(client) => client,
        Err(full) => return refuse_for_room(full),
    };
    answer_json(
        201,
        &json!({
            "client_id": client.client_id,
            "client_secret": client.client_secret.as_str(),
            "client_id_issued_at": state.now(),
            "client_secret_expires_at": 0,
            "client_name": name,
            "redirect_uris": metadata.redirect_uris,
            "token_endpoint_auth_method": method,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }),
    )
}
