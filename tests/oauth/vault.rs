//! The Token Vault: connected accounts, the exchange, the ladder, against a provider that is a real server.

pub(crate) mod connect;
pub(crate) mod exchange;
pub(crate) mod golden;
pub(crate) mod ladder;
mod secrets;
mod world;
