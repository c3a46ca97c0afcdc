//! The one command the page can call. Everything it may ask stands in the table of `anteroom_admin`.

use anteroom_admin::error::CommandError;
use serde_json::Value;
use tauri::{AppHandle, State};

use crate::engine::Engine;

/// Runs the command `name` with its request.
#[tauri::command]
pub(crate) async fn call(
    app: AppHandle,
    engine: State<'_, Engine>,
    name: String,
    request: Value,
) -> Result<Value, CommandError> {
    engine.call(&app, &name, request).await
}
