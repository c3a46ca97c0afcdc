//! The commands the screens call.

mod bindings;
pub mod changed;
pub mod commands;
pub mod error;
pub mod page;
