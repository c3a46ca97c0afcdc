//! Bare handlers: what this machine can do at all. One answers a constant, one reads a form and signs two tokens.

use std::process::ExitCode;
use std::sync::Arc;

use anteroom_oauth::claims::{AccessTokenClaims, Aud, IdTokenClaims};
use anteroom_oauth::form::Form;
use anteroom_oauth::jose::{Alg, SigningKey, Typ};
use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};

/// Serves the bare handlers until killed.
pub(crate) fn run() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
    else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the ceiling is axum as it comes")]
async fn serve() -> Result<(), String> {
    let (key, _) = SigningKey::generate(Alg::ES256, "bench".into()).map_err(|error| error.to_string())?;
    let key = Arc::new(key);
    let sign = move |body: Bytes| {
        let key = Arc::clone(&key);
        async move { two_signatures(&key, &body) }
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    let router = Router::new()
        .route("/noop", get(move || async move { (json, "{\"ok\":true}") }))
        .route("/two-signatures", post(sign));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("{{\"event\":\"listening\",\"base_url\":\"http://{address}/\",\"ready_ms\":0}}");
    axum::serve(listener, router).await.map_err(|error| error.to_string())
}

fn two_signatures(key: &SigningKey, body: &[u8]) -> axum::response::Response {
    let ids = "b0000000-0000-4000-8000-000000000001";
    let profile = "ClientApplication/b0000000-0000-4000-8000-000000000001";
    let iss = "http://127.0.0.1:8103/";
    let Ok(form) = Form::decode(body) else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(client_id) = form.get("client_id") else { return StatusCode::BAD_REQUEST.into_response() };
    let access = AccessTokenClaims {
        iss,
        exp: 1_800_003_600,
        aud: Aud::One(iss),
        sub: client_id,
        client_id,
        iat: 1_800_000_000,
        nbf: 1_800_000_000,
        jti: ids,
        login_id: ids,
        username: client_id,
        scope: "openid",
        profile,
        email: None,
    };
    let id = IdTokenClaims {
        iss,
        sub: client_id,
        aud: client_id,
        exp: 1_800_003_600,
        iat: 1_800_000_000,
        nbf: Some(1_800_000_000),
        auth_time: 1_800_000_000,
        nonce: None,
        client_id,
        login_id: ids,
        fhir_user: profile,
        email: None,
        jti: ids,
    };
    match (key.sign_jws(Typ::AtJwt, &access), key.sign_jws(Typ::Jwt, &id)) {
        (Ok(access_token), Ok(id_token)) => {
            let body = format!(
                "{{\"token_type\":\"Bearer\",\"expires_in\":3600,\"scope\":\"openid\",\"id_token\":\"{id_token}\",\"access_token\":\"{access_token}\"}}"
            );
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
