//! `/healthcheck`: whether the server can do its work, for monitors and for Medplum's clients.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use crate::call::Call;
use crate::headers::JSON;
use crate::respond::response;

#[derive(Serialize)]
struct Health {
    ok: bool,
    version: &'static str,
    /// Whether the store answers a read.
    store: bool,
}

/// 200 when the store answers, 503 when it does not.
pub(crate) fn healthcheck(call: &Call) -> Response {
    let store = call.shared.engine.read(|tx, _| Ok(tx.list_projects()?)).is_ok();
    let status = if store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let health = Health { ok: store, version: env!("CARGO_PKG_VERSION"), store };
    response(status, JSON, serde_json::to_vec(&health).expect("strings under fixed names always serialize"))
}
