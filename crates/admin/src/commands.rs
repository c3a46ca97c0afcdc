//! The one table of commands. A command is an admin operation: its name (`noun_verb`), its request and its response.
//!
//! The window's IPC, the test bridge and the mock backend of the UI all read this table: [`dispatch`](crate::dispatch)
//! is generated from it, and so is `ui/src/api/bindings.ts`. To add a command: write its request and response in the
//! file of its noun, its body as a function of the same name beside them, one line here, then `make gen`.

pub mod activity;
pub mod clients;
pub mod home;
pub mod magic_links;
pub mod people;
pub mod policies;
pub mod settings;
pub mod setup;
