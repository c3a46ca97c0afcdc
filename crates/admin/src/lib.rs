//! The commands the screens call.

pub mod changed;
pub mod commands;
pub mod error;
pub mod page;
