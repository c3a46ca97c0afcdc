//! Signed tokens: JWS (RFC 7515), JWK (RFC 7517), the algorithms ES256 and RS256 (RFC 7518), used as RFC 8725 asks.
//!
//! An algorithm belongs to a key, never to a token: the header's `alg` is compared with the key's and nothing is
//! chosen by it. Keys are parsed once, when they are loaded.
//!
//! # Not supported
//! Encryption (JWE), symmetric algorithms (but see [`hs256`]), `none`, nested tokens, detached and unencoded payloads (RFC 7797), and
//! every header that points to a key (`jku`, `jwk`, `x5u`, `x5c`).

mod alg;
mod es256;
pub mod hs256;
mod jwk;
mod sign;
mod verify;

pub use alg::{Alg, UnknownAlg};
pub use jwk::{Jwk, JwkSet};
pub use sign::{SigningKey, Typ};
pub use verify::{
    JwsError, MAX_TOKEN_BYTES, Unverified, Verified, VerifyingKey, peek_jws, verify_jws, verify_jws_with_key,
};

/// Why a key could not be made, read or used. Never holds key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The system could not make a key.
    #[error("a key pair could not be generated")]
    Generate,
    /// The bytes are no private key of this algorithm.
    #[error("the private key cannot be read")]
    Private,
    /// The text is no public key of this algorithm.
    #[error("the public key cannot be read")]
    Public,
    /// An RSA key with fewer than 2048 bits.
    #[error("the RSA key has fewer than 2048 bits")]
    Short,
    /// The claims could not be written as JSON, or the signature could not be made.
    #[error("the token could not be signed")]
    Sign,
}
