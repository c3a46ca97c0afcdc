//! `alg` [RFC7518 §3.1].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A signature algorithm. All are asymmetric: a public key can never be taken for a shared secret. The two with SHA-384 are
/// for keys of clients, as SMART Backend Services asks; our own keys have one of [`Alg::OURS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alg {
    /// `ES256`: ECDSA with P-256 and SHA-256. RFC 7518 §3.4.
    ES256,
    /// `RS256`: RSASSA-PKCS1-v1_5 with SHA-256. RFC 7518 §3.3.
    RS256,
    /// `ES384`: ECDSA with P-384 and SHA-384. RFC 7518 §3.4.
    ES384,
    /// `RS384`: RSASSA-PKCS1-v1_5 with SHA-384. RFC 7518 §3.3.
    RS384,
}

impl Alg {
    /// Every algorithm, the default first.
    pub const ALL: [Self; 4] = [Self::ES256, Self::RS256, Self::ES384, Self::RS384];
    /// What we sign with, the default first.
    pub const OURS: [Self; 2] = [Self::ES256, Self::RS256];

    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
            Self::ES384 => "ES384",
            Self::RS384 => "RS384",
        }
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no algorithm of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this signature algorithm is not supported")]
pub struct UnknownAlg;

impl FromStr for Alg {
    type Err = UnknownAlg;

    /// [RFC7515 §4.1.1] `alg` is case-sensitive.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == text).ok_or(UnknownAlg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7515_4_1_1_alg_is_case_sensitive() {
        for alg in Alg::ALL {
            assert_eq!(alg.as_str().parse(), Ok(alg));
            assert_eq!(serde_json::to_value(alg).unwrap(), alg.as_str());
        }
        for text in ["none", "es256", "HS256", "ES512", "PS256", ""] {
            assert_eq!(text.parse::<Alg>(), Err(UnknownAlg), "{text}");
        }
    }
}
