//! The built screens, with a word in the page that says which backend to use.

use std::path::{Component, Path};

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::Shared;

/// What `ui/src/api/call.ts` looks for.
const BACKEND: &str = "<meta name=\"anteroom-backend\" content=\"bridge\" />";

/// The window's policy, with the bridge's own port in place of its IPC: what breaks there breaks here.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-src 'none'; \
    worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn file(State(shared): State<Shared>, uri: Uri) -> Response {
    let name = match uri.path() {
        "/" => "index.html",
        path => &path[1..],
    };
    // Plain names below the folder; nothing leads out of it.
    if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(bytes) = tokio::fs::read(shared.screens.join(name)).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, content_type(name)),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if name == "index.html" {
        let page = String::from_utf8_lossy(&bytes).replacen("<head>", &format!("<head>{BACKEND}"), 1);
        return (headers, page).into_response();
    }
    (headers, bytes).into_response()
}

fn content_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(std::ffi::OsStr::to_str) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
