//! The words of the standards: requests, responses and checks of OAuth 2.0, OpenID Connect and JOSE.
//!
//! Everything here is pure. Nothing reads a clock, opens a file, asks the network or knows HTTP types; what a check
//! needs, it is given. The engine decides *who may do what*; this crate only knows *what is well formed*.
//!
//! | Module | Standard |
//! |---|---|
//! | [`authorization`] | RFC 6749 §2.3.1, RFC 6750 §2.1: the `Authorization` header |
//! | [`claims`] | RFC 7519 §4, RFC 9068 §2.2: what a token says |
//! | [`error_code`] | RFC 6749 §5.2 and its relatives: the `error` values |
//! | [`form`] | RFC 6749 appendix B: form bodies and queries |
//! | [`grant_type`] | the values of `grant_type` |
//! | [`jose`] | RFC 7515–7518, RFC 8725: signed tokens and keys |
//! | [`lifetime`] | Medplum's lifetime texts (`1h`, `2w`) |
//! | [`medplum_code`] | a pre-authorized code in Medplum's length |
//! | [`metadata`] | RFC 8414: the discovery document |
//! | [`pkce`] | RFC 7636: proof keys for codes |
//! | [`redirect_uri`] | RFC 8252, RFC 9700 §2.1: where answers may go |
//! | [`scope`] | RFC 6749 §3.3: scopes |
//! | [`secret`] | values that are handed out once, and what is kept of them |
//! | [`smart_scope`] | SMART App Launch 2.x: scopes for FHIR resources |
//! | [`token_response`] | RFC 6749 §5.1: the answer of the token endpoint |
//! | [`token_type`] | RFC 8693 §3: token type identifiers |
//!
//! # How to add a rule
//! Write the check, put the marker (the standard and the section, in brackets) above the line that decides, name a test after the standard
//! (`rfc7636_4_1_…`) and add the row to `docs/specs/`. `tests/standards.rs` fails while one of the three is missing.

pub mod authorization;
pub mod base32;
pub mod claims;
pub mod error_code;
pub mod form;
pub mod grant_type;
pub mod jose;
pub mod lifetime;
pub mod medplum_code;
pub mod metadata;
pub mod pkce;
pub mod redirect_uri;
pub mod scope;
pub mod secret;
pub mod smart_scope;
pub mod token_response;
pub mod token_type;

pub use error_code::ErrorCode;
pub use form::Form;
pub use grant_type::GrantType;
pub use scope::Scope;
pub use secret::{Digest, Secret};
