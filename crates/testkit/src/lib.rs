//! In-process servers, clients and builders for tests, and the bridge that lets a browser drive the real engine.
//!
//! [`TestServer`] is the real server on a port of its own, over a real store in a folder that is removed afterwards; only
//! time and chance are the test's. [`client`] speaks HTTP byte by byte, so that a test can send what no HTTP library
//! would. [`builders`] describes a small clinic with one client and one person for each case worth having.

pub mod bridge;
pub mod builders;
pub mod chance;
pub mod client;
pub mod provider;
pub mod server;
pub mod watch;

pub use builders::Clinic;
pub use client::{Reply, Request};
pub use provider::Provider;
pub use server::TestServer;
