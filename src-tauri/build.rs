//! Embeds `ui/dist` and the Tauri configuration.
fn main() {}
