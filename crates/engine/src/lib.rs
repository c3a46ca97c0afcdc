//! The authorization server without HTTP and without a database.
//!
//! A request is answered by an [`endpoint`], which authenticates the client ([`client_auth`]) and hands over to a
//! [`grant`]; both use plain functions ([`service`]) over one request's context ([`cx::Cx`]). What is stored is described in
//! [`model`]; where it is stored is behind the contract in [`store`].
//!
//! Three rules hold everywhere:
//!
//! 1. **All checks come before the first write**, except writes that record a refusal.
//! 2. **A refusal commits, a fault rolls back** ([`stop::Stop`]): a wrong PIN must count, a broken disk must not leave halves.
//! 3. **Time and chance are arguments**: they come from [`cx::Cx`], so that a test can repeat every request.

pub mod caller;
pub mod check;
pub mod client_auth;
pub mod clock;
pub mod cx;
pub mod endpoint;
pub mod engine;
pub mod entropy;
pub mod fetch;
pub mod fhir;
pub mod fold;
pub mod grant;
pub mod id;
pub mod issuer;
pub mod key_ring;
pub mod model;
pub mod refusal;
pub mod runs;
pub mod seal;
pub mod service;
pub mod stop;
pub mod store;
pub mod timestamp;
pub mod trace;
pub mod workspace;

pub use engine::Engine;
