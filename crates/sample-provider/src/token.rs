//! The token endpoint: codes and refresh tokens [RFC6749 §4.1.3, §6], ID tokens [OpenID Connect Core §3.1.3.3].

use std::sync::Arc;

use anteroom_oauth::form::Form;
use anteroom_oauth::jose::{SigningKey, Typ};
use anteroom_oauth::pkce::{CodeChallenge, CodeChallengeMethod};
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::endpoints::{answer_json, failed, refuse, refuse_client, refuse_for_room};
use crate::knobs::Person;
use crate::state::{Grant, RefreshToken, State, TokenRequest};

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
    if let Err(full) = state.room_for_tokens() {
        return refuse_for_room(full);
    }
    match form.get("grant_type") {
        Some("authorization_code") => redeem(&state, &form, &client),
        Some("refresh_token") => refresh(&state, &form, &client),
        _ => refuse("unsupported_grant_type"),
    }
}

/// Redeems a code. `invalid_grant` when it is unknown, used, older than [`CODE_LIFETIME`](crate::state::CODE_LIFETIME) or
/// another client's, and when verifier or redirect URI are not the ones of the authorization request.
fn redeem(state: &State, form: &Form, client: &str) -> Response {
    let code = form.get("code").and_then(|code| state.take_code(code));
    let Some(code) = code.filter(|code| code.client.as_deref().is_none_or(|own| own == client)) else {
        return refuse("invalid_grant");
    };
    let verified = code.challenge.as_deref().is_none_or(|challenge| {
        let challenge = CodeChallenge::new(CodeChallengeMethod::S256, challenge);
        challenge.is_ok_and(|own| own.verify(form.get("code_verifier").unwrap_or_default()).is_ok())
    });
    if !verified || form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return refuse("invalid_grant");
    }
    let grant = &code.grant;
    let offline = grant.scope.split(' ').any(|scope| scope == "offline_access");
    let renewable = offline && state.knobs().refresh_tokens && !grant.wrongs.no_refresh_token;
    let refresh_token = renewable.then(|| state.grant_refresh(grant, client));
    tokens(state, grant, refresh_token, Some((client, code.nonce.as_deref())))
}

/// Renews. `invalid_grant` when the refresh token is unknown, ended, another client's, or a knob says so.
fn refresh(state: &State, form: &Form, client: &str) -> Response {
    let sent = form.get("refresh_token").unwrap_or_default();
    let (refused, rotate) = {
        let knobs = state.knobs();
        (knobs.refuse_refresh, knobs.rotate)
    };
    let usable = |token: &RefreshToken| {
        let theirs = state.believes_everybody() || token.client == client;
        token.alive && theirs && !refused && !token.grant.wrongs.refuse_refresh
    };
    // Looked at and ended in one step: of two that come at once, one is renewed [RFC9700 §4.14.2].
    let grant = state.tokens().refresh.get_mut(sent).filter(|token| usable(token)).map(|token| {
        token.alive = !rotate;
        token.grant.clone()
    });
    let Some(grant) = grant else { return refuse("invalid_grant") };
    let refresh_token = rotate.then(|| state.grant_refresh(&grant, client));
    tokens(state, &grant, refresh_token, None)
}

/// The token response; with an ID token for a client, and the nonce it sent, when `openid` is among the scopes.
fn tokens(
    state: &State,
    grant: &Grant,
    refresh_token: Option<String>,
    id_token_for: Option<(&str, Option<&str>)>,
) -> Response {
    let Grant { person, scope, wrongs } = grant;
    let lifetime = state.lifetime(*wrongs);
    let separator = state.knobs().scope_separator;
    let mut body = json!({
        "access_token": state.grant_access(person, *wrongs),
        "token_type": "Bearer",
        "scope": scope.split(' ').collect::<Vec<_>>().join(separator),
    });
    if let Some(seconds) = lifetime {
        body["expires_in"] = seconds.into();
    }
    if let Some(refresh_token) = refresh_token {
        body["refresh_token"] = refresh_token.into();
    }
    if let Some((client, nonce)) = id_token_for.filter(|_| scope.split(' ').any(|scope| scope == "openid")) {
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
