//! Signing keys as stored.

use anteroom_oauth::jose::Alg;

use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// A signing key, sealed.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// `kid`.
    pub kid: String,
    /// `alg`.
    pub alg: Alg,
    /// PKCS#8, sealed.
    pub pkcs8: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began to sign; `None` for the next key, which is published and does not sign yet.
    pub activated_at: Option<Timestamp>,
    /// When it stopped signing. It verifies until `leaves_at`.
    pub retired_at: Option<Timestamp>,
    /// When it leaves the JWKS.
    pub leaves_at: Option<Timestamp>,
}
