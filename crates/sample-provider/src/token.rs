//! The token endpoint: codes and refresh tokens [RFC6749 §4.1.3, §6], ID tokens [OpenID Connect Core §3.1.3.3].

use std::sync::Arc;

use anteroom_oauth::form::Form;
use anteroom_oauth::jose::{SigningKey, Typ};
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::endpoints::{answer_json, failed, refuse, refuse_client};
use crate::knobs::{Person, Wrongs};
use crate::state::{Granted, State, TokenRequest};

/// `POST /token`.
pub(crate) async fn token(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    state.count("token");
    let Ok(form) = Form::decode(&body) else { return refuse("invalid_request") };
    if state.believes_everybody() {
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        state.tokens().last = TokenRequest {
            authorization: authorization.map(str::to_owned),
            form: String::from_utf8_lossy(&body).into_owned(),
        };
    }
    let Some(client) = state.client_of(&headers, &form) else { return refuse_client() };
    match form.get("grant_type") {
        Some("authorization_code") => redeem(&state, &form, &client),
        Some("refresh_token") => refresh(&state, &form, &client),
        _ => refuse("unsupported_grant_type"),
    }
}

fn redeem(state: &State, form: &Form, client: &str) -> Response {
    let code = form.get("code").and_then(|code| state.tokens().codes.remove(code));
    let Some(code) = code.filter(|code| code.client.as_deref().is_none_or(|own| own == client)) else {
        return refuse("invalid_grant");
    };
    let verified = code.challenge.as_deref().is_none_or(|challenge| {
        let verifier = form.get("code_verifier").unwrap_or_default();
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == challenge
    });
    if !verified || form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return refuse("invalid_grant");
    }
    let offline = code.scope.split(' ').any(|scope| scope == "offline_access");
    let renewable = offline && state.knobs().refresh_tokens && !code.wrongs.no_refresh_token;
    let refresh = renewable.then(|| state.grant_refresh(&code.person, &code.scope, client, code.wrongs));
    let given = Given { person: &code.person, scope: &code.scope, wrongs: code.wrongs, refresh };
    tokens(state, &given, Some((client, code.nonce.as_deref())))
}

fn refresh(state: &State, form: &Form, client: &str) -> Response {
    let sent = form.get("refresh_token").unwrap_or_default().to_owned();
    let (refused, rotate) = {
        let knobs = state.knobs();
        (knobs.refuse_refresh, knobs.rotate)
    };
    let usable = |granted: &Granted| {
        let theirs = state.believes_everybody() || granted.client == client;
        granted.alive && theirs && !refused && !granted.wrongs.refuse_refresh
    };
    // Looked at and ended in one step: of two that come at once, one is renewed [RFC9700 §4.14.2].
    let granted = state.tokens().refresh.get_mut(&sent).filter(|granted| usable(granted)).map(|granted| {
        let found = granted.clone();
        granted.alive = !rotate;
        found
    });
    let Some(Granted { person, scope, wrongs, .. }) = granted else { return refuse("invalid_grant") };
    let new = rotate.then(|| state.grant_refresh(&person, &scope, client, wrongs));
    tokens(state, &Given { person: &person, scope: &scope, wrongs, refresh: new }, None)
}

/// What is given out.
struct Given<'a> {
    person: &'a Person,
    scope: &'a str,
    wrongs: Wrongs,
    refresh: Option<String>,
}

fn tokens(state: &State, given: &Given<'_>, client: Option<(&str, Option<&str>)>) -> Response {
    let Given { person, scope, wrongs, refresh } = given;
    let lifetime = state.lifetime(*wrongs);
    let separator = state.knobs().scope_separator;
    let mut body = json!({
        "access_token": state.grant_access(person, scope, *wrongs),
        "token_type": "Bearer",
        "scope": scope.split(' ').collect::<Vec<_>>().join(separator),
    });
    if let Some(seconds) = lifetime {
        body["expires_in"] = seconds.into();
    }
    if let Some(refresh) = refresh {
        body["refresh_token"] = refresh.as_str().into();
    }
    if let Some((client, nonce)) = client.filter(|_| scope.split(' ').any(|scope| scope == "openid")) {
        let (mut more, claims) = {
            let knobs = state.knobs();
            (knobs.id_token_claims.clone(), knobs.claims.clone())
        };
        // The one that was sent, unless a knob says another.
        if let (Some(nonce), None, None) = (nonce, more.get("nonce"), claims.get("nonce")) {
            more["nonce"] = nonce.into();
        }
        match signed(state, &state.key, person, client, &more) {
            Some(token) => body["id_token"] = token.into(),
            None => return failed(),
        }
    }
    answer_json(200, &body)
}

/// Claims about somebody, signed; none when they cannot be.
pub(crate) fn signed(
    state: &State,
    key: &SigningKey,
    person: &Person,
    client: &str,
    more: &Value,
) -> Option<String> {
    let mut claims = claims(state, person);
    let now = state.now();
    for (name, value) in
        [("iss", json!(state.base)), ("aud", json!(client)), ("iat", json!(now)), ("exp", json!(now + 300))]
    {
        if claims.get(name).is_none() {
            claims[name] = value;
        }
    }
    change(&mut claims, more);
    key.sign_jws(Typ::Jwt, &claims).ok()
}

/// What is said about somebody.
pub(crate) fn claims(state: &State, person: &Person) -> Value {
    let mut claims = json!({ "sub": person.sub, "email": person.email, "email_verified": true });
    change(&mut claims, &state.knobs().claims);
    claims
}

/// Puts claims in, in place of those of the same name; `null` takes one out.
fn change(claims: &mut Value, more: &Value) {
    let Some(claims) = claims.as_object_mut() else { return };
    for (name, value) in more.as_object().into_iter().flatten() {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
}
