//! The endpoints of the provider.

use std::sync::Arc;

use anteroom_oauth::authorization::{self, Authorization};
use anteroom_oauth::form::Form;
use anteroom_oauth::jose::{JwkSet, SigningKey, Typ};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::{Code, Granted, Person, State, TokenRequest, UserInfo};
use crate::client::encode;

pub(super) fn routes(state: Arc<State>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks.json", get(jwks))
        .route("/client-jwks.json", get(client_jwks))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .route("/revoke", post(revoke))
        .with_state(state)
}

#[expect(clippy::disallowed_methods, reason = "a provider for tests needs no patience with slow clients")]
pub(super) async fn serve(listener: TcpListener, routes: Router) {
    if let Err(error) = axum::serve(listener, routes).await {
        eprintln!("the sample provider ended: {error}");
    }
}

fn answer(status: u16, content_type: &str, body: impl Into<String>) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, content_type.to_owned())], body.into()).into_response()
}

fn answer_json(status: u16, value: &Value) -> Response {
    answer(status, "application/json", value.to_string())
}

fn refuse(error: &str) -> Response {
    answer_json(400, &json!({ "error": error }))
}

async fn discovery(Shared(state): Shared<Arc<State>>) -> Response {
    state.count("discovery");
    let url = |path: &str| format!("{}{path}", state.base);
    answer_json(
        200,
        &json!({
            "issuer": state.base,
            "authorization_endpoint": url("authorize"),
            "token_endpoint": url("token"),
            "userinfo_endpoint": url("userinfo"),
            "revocation_endpoint": url("revoke"),
            "jwks_uri": url("jwks.json"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }),
    )
}

async fn jwks(Shared(state): Shared<Arc<State>>) -> Response {
    state.count("jwks");
    let set = JwkSet { keys: vec![state.key.public_jwk()] };
    answer_json(200, &serde_json::to_value(&set).expect("a key set serializes"))
}

async fn client_jwks(Shared(state): Shared<Arc<State>>) -> Response {
    state.count("client-jwks");
    let set = JwkSet { keys: state.tokens().client_keys.clone() };
    answer_json(200, &serde_json::to_value(&set).expect("a key set serializes"))
}

/// Agrees at once and sends the browser back.
async fn authorize(Shared(state): Shared<Arc<State>>, RawQuery(query): RawQuery) -> Response {
    state.count("authorize");
    let Ok(form) = Form::decode(query.unwrap_or_default().as_bytes()) else {
        return refuse("invalid_request");
    };
    let Some(redirect_uri) = form.get("redirect_uri").map(str::to_owned) else {
        return refuse("invalid_request");
    };
    let back = |members: &[(&str, &str)]| {
        let pairs: Vec<String> =
            members.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let mark = if redirect_uri.contains('?') { '&' } else { '?' };
        let target = format!("{redirect_uri}{mark}{}", pairs.join("&"));
        (StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
    };
    let sent = form.get("state").unwrap_or_default();
    if state.knobs().deny {
        return back(&[("error", "access_denied"), ("state", sent)]);
    }
    let code = state.fresh("code");
    let person = state.knobs().person.clone();
    let granted = Code {
        person,
        scope: form.get("scope").unwrap_or("openid").to_owned(),
        redirect_uri: redirect_uri.clone(),
        challenge: form.get("code_challenge").map(str::to_owned),
        nonce: form.get("nonce").map(str::to_owned),
    };
    state.tokens().codes.insert(code.clone(), granted);
    back(&[("code", &code), ("state", sent)])
}

async fn token(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    state.count("token");
    let Ok(form) = Form::decode(&body) else { return refuse("invalid_request") };
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    state.tokens().last = TokenRequest {
        authorization: authorization.map(str::to_owned),
        form: String::from_utf8_lossy(&body).into_owned(),
    };
    let by_header = match authorization.map(|header| authorization::parse(header.as_bytes())) {
        Some(Ok(Authorization::Basic { user, .. })) => Some(user),
        _ => None,
    };
    let client = by_header.as_deref().or(form.get("client_id")).unwrap_or("anonymous");
    match form.get("grant_type") {
        Some("authorization_code") => redeem(&state, &form, client),
        Some("refresh_token") => refresh(&state, &form),
        _ => refuse("unsupported_grant_type"),
    }
}

fn redeem(state: &State, form: &Form, client: &str) -> Response {
    let Some(code) = form.get("code").and_then(|code| state.tokens().codes.remove(code)) else {
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
    let refresh =
        (offline && state.knobs().refresh_tokens).then(|| state.grant_refresh(&code.person, &code.scope));
    tokens(state, &code.person, &code.scope, refresh.as_deref(), Some((client, code.nonce.as_deref())))
}

fn refresh(state: &State, form: &Form) -> Response {
    let sent = form.get("refresh_token").unwrap_or_default().to_owned();
    let (refused, rotate) = {
        let knobs = state.knobs();
        (knobs.refuse_refresh, knobs.rotate)
    };
    let granted = state.tokens().refresh.get(&sent).cloned();
    let Some(Granted { person, scope, alive: true, .. }) = granted.filter(|_| !refused) else {
        return refuse("invalid_grant");
    };
    let new = rotate.then(|| state.grant_refresh(&person, &scope));
    if rotate && let Some(old) = state.tokens().refresh.get_mut(&sent) {
        old.alive = false;
    }
    tokens(state, &person, &scope, new.as_deref(), None)
}

fn tokens(
    state: &State,
    person: &Person,
    scope: &str,
    refresh: Option<&str>,
    client: Option<(&str, Option<&str>)>,
) -> Response {
    let (lifetime, separator) = {
        let knobs = state.knobs();
        (knobs.access_token_lifetime, knobs.scope_separator)
    };
    let mut body = json!({
        "access_token": state.grant_access(person, scope),
        "token_type": "Bearer",
        "scope": scope.split(' ').collect::<Vec<_>>().join(separator),
    });
    if let Some(seconds) = lifetime {
        body["expires_in"] = seconds.into();
    }
    if let Some(refresh) = refresh {
        body["refresh_token"] = refresh.into();
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
        body["id_token"] = signed(state, &state.key, person, client, &more).into();
    }
    answer_json(200, &body)
}

fn signed(state: &State, key: &SigningKey, person: &Person, client: &str, more: &Value) -> String {
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
    key.sign_jws(Typ::Jwt, &claims).expect("claims are signed")
}

fn claims(state: &State, person: &Person) -> Value {
    let mut claims = json!({ "sub": person.sub, "email": person.email, "email_verified": true });
    change(&mut claims, &state.knobs().claims);
    claims
}

/// Puts claims in, in place of those of the same name; `null` takes one out.
fn change(claims: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        if value.is_null() {
            claims.as_object_mut().expect("an object").remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
}

async fn userinfo(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Response {
    state.count("userinfo");
    let behaviour = state.knobs().userinfo.clone();
    if matches!(behaviour, UserInfo::Hang) {
        return std::future::pending().await;
    }
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(granted) = sent.and_then(|value| state.bearer(value.strip_prefix("Bearer ")?)) else {
        return answer_json(401, &json!({ "error": "invalid_token" }));
    };
    let person = &granted.person;
    match behaviour {
        UserInfo::Json => answer_json(200, &claims(&state, person)),
        UserInfo::Jwt => answer(200, "application/jwt", signed(&state, &state.key, person, "us", &json!({}))),
        UserInfo::JwtOfOtherKey => {
            answer(200, "application/jwt", signed(&state, &state.other_key, person, "us", &json!({})))
        }
        UserInfo::Raw(status, content_type, body) => answer(status, content_type, body),
        UserInfo::Redirect(target) => (StatusCode::FOUND, [(header::LOCATION, target)]).into_response(),
        UserInfo::Hang => std::future::pending().await,
    }
}

async fn revoke(Shared(state): Shared<Arc<State>>, body: Bytes) -> Response {
    state.count("revoke");
    let Ok(form) = Form::decode(&body) else { return refuse("invalid_request") };
    let sent = form.get("token").unwrap_or_default();
    let mut tokens = state.tokens();
    tokens.access.remove(sent);
    tokens.refresh.remove(sent);
    drop(tokens);
    StatusCode::OK.into_response()
}
