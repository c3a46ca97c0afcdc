//! The real window, driven by WebDriver as a person would use it.
//!
//! Needs a display and a session bus of its own; `make e2e` gives it both. Every test opens its own app with its own
//! home, data folder and port, so the tests may run side by side.

mod cold_start;
mod deep_links;
mod harness;
mod journey;
mod playground;
mod restore;
mod trouble;
mod walls;
