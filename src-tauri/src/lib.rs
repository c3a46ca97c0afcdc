//! The desktop: the only crate that knows Tauri.
