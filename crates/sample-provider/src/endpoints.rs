//! The routes of the provider, and its smaller endpoints.

use std::sync::Arc;

use anteroom_oauth::form::Form;
use anteroom_oauth::jose::JwkSet;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::knobs::UserInfo;
use crate::state::{Full, State};
use crate::token::{claims, signed};
use crate::{authorize, register, token};

pub(crate) fn routes(state: Arc<State>) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks.json", get(jwks))
        .route("/client-jwks.json", get(client_jwks))
        .route("/register", post(register::register))
        .route("/authorize", get(authorize::ask).post(authorize::answer))
        .route("/token", post(token::token))
        .route("/userinfo", get(userinfo))
        .route("/revoke", post(revoke))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), own_host_only))
        .with_state(state)
}

/// A name of elsewhere that was made to lead to this machine has another `Host`.
async fn own_host_only(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    // [RFC9112 §3.2] more than one is refused
    let mut sent = request.headers().get_all(header::HOST).iter();
    let first = sent.next().map(|value| value.as_bytes().to_vec());
    let alone = sent.next().is_none();
    if alone && first.is_some_and(|first| state.hosts.iter().any(|own| own.as_bytes() == first)) {
        next.run(request).await
    } else {
        answer(421, "text/plain; charset=utf-8", "This provider does not answer for this host\n")
    }
}

pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<String>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers =
        [(header::CONTENT_TYPE, content_type.to_owned()), (header::CACHE_CONTROL, "no-store".to_owned())];
    (status, headers, body.into()).into_response()
}

pub(crate) fn answer_json(status: u16, value: &Value) -> Response {
    answer(status, "application/json", value.to_string())
}

pub(crate) fn refuse(error: &str) -> Response {
    answer_json(400, &json!({ "error": error }))
}

/// [RFC6749 §5.2] the client proved nothing.
pub(crate) fn refuse_client() -> Response {
    let mut response = answer_json(401, &json!({ "error": "invalid_client" }));
    let challenge = header::HeaderValue::from_static("Basic realm=\"sample provider\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// 503: there is no room.
pub(crate) fn refuse_for_room(full: Full) -> Response {
    answer_json(503, &json!({ "error": "temporarily_unavailable", "error_description": full.to_string() }))
}

/// Something that cannot be signed, or written.
pub(crate) fn failed() -> Response {
    answer_json(500, &json!({ "error": "server_error" }))
}

async fn about(Shared(state): Shared<Arc<State>>) -> Response {
    let text = format!(
        "Anteroom's sample provider at {0}\n\nNot a real provider: whoever is asked here types an e-mail address and is \
         that person. It can be reached\nfrom this machine only and forgets everything when the program ends.\n\n\
         Discovery: {0}.well-known/openid-configuration\n",
        state.base
    );
    answer(200, "text/plain; charset=utf-8", text)
}

async fn discovery(Shared(state): Shared<Arc<State>>) -> Response {
    state.count("discovery");
    let url = |path: &str| format!("{}{path}", state.base);
    let mut document = json!({
        "issuer": state.base,
        "authorization_endpoint": url("authorize"),
        "token_endpoint": url("token"),
        "userinfo_endpoint": url("userinfo"),
        "revocation_endpoint": url("revoke"),
        "jwks_uri": url("jwks.json"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "email", "offline_access"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
    });
    if !state.believes_everybody() {
        document["registration_endpoint"] = url("register").into();
    }
    answer_json(200, &document)
}

fn key_set(set: &JwkSet) -> Response {
    serde_json::to_value(set).map_or_else(|_| failed(), |keys| answer_json(200, &keys))
}

async fn jwks(Shared(state): Shared<Arc<State>>) -> Response {
    state.count("jwks");
    key_set(&JwkSet { keys: vec![state.key.public_jwk()] })
}

async fn client_jwks(Shared(state): Shared<Arc<State>>) -> Response {
    state.count("client-jwks");
    let keys = state.tokens().client_keys.clone();
    key_set(&JwkSet { keys })
}

async fn userinfo(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Response {
    state.count("userinfo");
    let behaviour = state.knobs().userinfo.clone();
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(person) = sent.and_then(|value| state.bearer(value.strip_prefix("Bearer ")?)) else {
        return answer_json(401, &json!({ "error": "invalid_token" }));
    };
    let jwt = |key| match signed(&state, key, &person, "us", &json!({})) {
        Some(token) => answer(200, "application/jwt", token),
        None => failed(),
    };
    match behaviour {
        UserInfo::Json => answer_json(200, &claims(&state, &person)),
        UserInfo::Held(word) => {
            word.notified().await;
            answer_json(200, &claims(&state, &person))
        }
        UserInfo::Jwt => jwt(&state.key),
        UserInfo::JwtOfOtherKey => jwt(&state.other_key),
        UserInfo::Raw(status, content_type, body) => answer(status, content_type, body),
        UserInfo::Redirect(target) => (StatusCode::FOUND, [(header::LOCATION, target)]).into_response(),
        UserInfo::Hang => std::future::pending().await,
    }
}

async fn revoke(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    state.count("revoke");
    let Ok(form) = Form::decode(&body) else { return refuse("invalid_request") };
    if state.client_of(&headers, &form).is_none() {
        return refuse_client();
    }
    let sent = form.get("token").unwrap_or_default();
    let mut tokens = state.tokens();
    tokens.access.remove(sent);
    tokens.refresh.remove(sent);
    drop(tokens);
    StatusCode::OK.into_response()
}
