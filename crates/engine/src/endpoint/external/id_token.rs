//! What an ID token of a provider must hold [OIDC-CORE §3.1.3.7].
//!
//! It came from the token endpoint itself, so that its signature may go unchecked (§3.1.3.7, 6.); where the provider's
//! settings say where its keys are, it is checked all the same.

use anteroom_oauth::jose;
use serde_json::{Map, Value};

use super::provider::Fetched;
use crate::model::client::IdentityProvider;
use crate::refusal::Refusal;
use crate::service::user_info;
use crate::stop::{Outcome, refuse};
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// Seconds its times may be off.
const LEEWAY: u32 = 60;

/// What must be in it.
pub(super) struct Expected<'a> {
    /// Whose it must be.
    pub(super) provider: &'a IdentityProvider,
    /// The nonce that was sent.
    pub(super) nonce: Option<String>,
}

/// Checks it, and gives its `sub`.
///
/// # Refusals
/// The provider refused the code or could not be reached; there is no ID token; signature, `iss`, `aud`, `exp` or `nonce`
/// are not right; no `sub`.
pub(super) fn check(
    trace: &mut Trace,
    expected: &Expected<'_>,
    fetched: &Fetched,
    now: Timestamp,
) -> Outcome<String> {
    let answer = match &fetched.answer {
        Ok(answer) => answer,
        Err(error) => {
            trace.check("token_endpoint.reached", false, "an answer", || error.to_string().into());
            return refuse(Refusal::ExternalCodeRefused, error.to_string());
        }
    };
    if !trace.check("token_endpoint.status", answer.status == 200, "200", || answer.status.to_string().into())
    {
        return refuse(Refusal::ExternalCodeRefused, format!("status {}", answer.status));
    }
    let held = fetched.tokens.as_ref();
    if !trace.check("token_endpoint.body", held.is_some(), "JSON with id_token and access_token", || {
        "something else".into()
    }) {
        return refuse(Refusal::ExternalCodeRefused, "no id_token, or no access_token");
    }
    let claims = held.and_then(|tokens| claims(trace, expected.provider, fetched, &tokens.id_token));
    let Some(claims) = claims else { return refuse(Refusal::ExternalIdTokenInvalid, "") };
    if !holds(trace, expected, &claims, now) {
        return refuse(Refusal::ExternalIdTokenInvalid, "");
    }
    let sub = claims.get("sub").and_then(Value::as_str).filter(|sub| !sub.is_empty());
    trace.check("id_token.sub", sub.is_some(), "a text", || "none".into());
    match sub {
        Some(sub) => Ok(sub.to_owned()),
        None => refuse(Refusal::ExternalSubjectMissing, ""),
    }
}

/// The claims, verified where that is possible.
fn claims(
    trace: &mut Trace,
    provider: &IdentityProvider,
    fetched: &Fetched,
    token: &str,
) -> Option<Map<String, Value>> {
    let claims = if provider.jwks_url.is_some() {
        let key = match &fetched.key {
            Some(Ok(key)) => key,
            Some(Err(error)) => {
                trace.check("id_token.key", false, "a key of the set", || error.to_string().into());
                return None;
            }
            None => {
                trace.check("id_token.signature", false, "a signed JWT", || "something else".into());
                return None;
            }
        };
        match jose::verify_jws_with_key(token, key) {
            Ok(verified) => {
                trace.check("id_token.signature", true, "right", || "".into());
                serde_json::from_slice(&verified.payload).ok()
            }
            Err(error) => {
                trace.check("id_token.signature", false, "right", || error.to_string().into());
                return None;
            }
        }
    } else {
        user_info::unverified_claims(token)
    };
    if let Some(Value::Object(claims)) = claims {
        return Some(claims);
    }
    trace.check("id_token", false, "a JWT with claims", || "something else".into());
    None
}

fn holds(trace: &mut Trace, expected: &Expected<'_>, claims: &Map<String, Value>, now: Timestamp) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if let Some(issuer) = expected.provider.issuer.as_deref()
        && !trace.check("id_token.iss", text("iss") == Some(issuer), issuer.to_owned(), || {
            text("iss").unwrap_or("none").to_owned().into()
        })
    {
        return false;
    }
    let us = expected.provider.client_id.as_deref().unwrap_or_default();
    let alone = claims.get("aud").and_then(Value::as_array).is_none_or(|all| all.len() == 1);
    let for_us = user_info::in_audience(claims.get("aud"), us)
        && (alone || text("azp").is_some())
        && text("azp").is_none_or(|azp| azp == us);
    if !trace.check("id_token.aud", for_us, us.to_owned(), || "another, or several without azp".into()) {
        return false;
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_seconds);
    let fresh = seconds("exp").is_some_and(|exp| now < exp + LEEWAY)
        && seconds("nbf").is_none_or(|nbf| now + LEEWAY >= nbf);
    if !trace.check("id_token.exp", fresh, "not passed", || "passed, or none".into()) {
        return false;
    }
    let nonce = expected.nonce.as_deref();
    nonce.is_none()
        || trace.check("id_token.nonce", text("nonce") == nonce, "the one that was sent", || {
            "another, or none".into()
        })
}
