//! The commands the screens call.
//!
//! Everything a screen can do stands in one table ([`commands`]); [`dispatch`] runs a command by its name on an
//! [`Admin`]. Whoever runs the engine (the window, the bridge) says what the commands cannot know through [`Host`].

mod acting;
pub mod admin;
mod bindings;
pub mod changed;
pub mod commands;
pub mod error;
mod member;
pub mod page;
mod playground;
mod request;
mod shelf;
mod text;
mod version;

pub use admin::{Admin, Host, LocalCa};
pub use changed::{Changed, Subscription};
pub use commands::dispatch;
pub use error::CommandError;
