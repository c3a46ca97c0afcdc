//! Proof Key for Code Exchange: RFC 7636.
//!
//! The client sends a challenge with the authorization request and the verifier with the code; a stolen code is
//! worthless without the verifier.
//!
//! `plain` is known because Medplum's own client falls back to it; whether a client may use it is the engine's
//! decision (RFC 9700 §2.1.1 recommends `S256` only).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// `code_challenge_method`: RFC 7636 §4.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeChallengeMethod {
    /// `S256`: the challenge is the base64url of the SHA-256 of the verifier.
    S256,
    /// `plain`: the challenge is the verifier.
    Plain,
}

impl CodeChallengeMethod {
    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
        }
    }
}

impl FromStr for CodeChallengeMethod {
    type Err = PkceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "S256" => Ok(Self::S256),
            "plain" => Ok(Self::Plain),
            _ => Err(PkceError::Method),
        }
    }
}

/// Why a challenge or a verifier was refused. Never holds either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// `code_challenge_method` is neither `S256` nor `plain`: `invalid_request`.
    #[error("the code challenge method is not supported")]
    Method,
    /// The challenge has the wrong length or characters: `invalid_request`.
    #[error("the code challenge is malformed")]
    Challenge,
    /// The verifier has the wrong length or characters: `invalid_grant`.
    #[error("the code verifier is malformed")]
    Verifier,
    /// The verifier is not the one behind the challenge: `invalid_grant`.
    #[error("the code verifier does not match the challenge")]
    Mismatch,
}

/// `code_challenge` with its method, well formed.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeChallenge {
    method: CodeChallengeMethod,
    value: String,
}

impl CodeChallenge {
    /// Checks a challenge as it came from a request or a store.
    pub fn new(method: CodeChallengeMethod, value: &str) -> Result<Self, PkceError> {
        let well_formed = match method {
            // [RFC7636 §4.2] base64url of 32 bytes, without padding
            CodeChallengeMethod::S256 => {
                value.len() == 43 && URL_SAFE_NO_PAD.decode(value).is_ok_and(|bytes| bytes.len() == 32)
            }
            CodeChallengeMethod::Plain => is_verifier(value),
        };
        if well_formed { Ok(Self { method, value: value.to_owned() }) } else { Err(PkceError::Challenge) }
    }

    /// Checks the two parameters of an authorization request. A method that was not sent means `plain`.
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, PkceError> {
        // [RFC7636 §4.3] "plain" when not present
        let method = method.map_or(Ok(CodeChallengeMethod::Plain), str::parse)?;
        Self::new(method, challenge)
    }

    /// The `S256` challenge of a verifier, as a client makes it.
    pub fn s256(verifier: &str) -> Result<Self, PkceError> {
        if !is_verifier(verifier) {
            return Err(PkceError::Verifier);
        }
        Ok(Self { method: CodeChallengeMethod::S256, value: s256(verifier) })
    }

    /// How the challenge was made.
    pub fn method(&self) -> CodeChallengeMethod {
        self.method
    }

    /// The challenge itself, to store it. Under `plain` this is the verifier: do not log it.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Checks `verifier` against the challenge, in time that does not depend on where they differ.
    ///
    /// # Refusals
    /// `invalid_grant` for a malformed verifier and for one that does not match.
    pub fn verify(&self, verifier: &str) -> Result<(), PkceError> {
        if !is_verifier(verifier) {
            return Err(PkceError::Verifier);
        }
        // [RFC7636 §4.6] transform the verifier with the stored method and compare
        let same = match self.method {
            CodeChallengeMethod::S256 => s256(verifier).as_bytes().ct_eq(self.value.as_bytes()),
            CodeChallengeMethod::Plain => verifier.as_bytes().ct_eq(self.value.as_bytes()),
        };
        if bool::from(same) { Ok(()) } else { Err(PkceError::Mismatch) }
    }
}

impl fmt::Debug for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeChallenge({}, redacted)", self.method.as_str())
    }
}

/// Whether the text has the length and the characters of a verifier.
pub fn is_verifier(text: &str) -> bool {
    // [RFC7636 §4.1] code-verifier = 43*128unreserved
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn rfc7636_4_1_verifier_length_and_alphabet() {
        for (text, accepted) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("a".repeat(128), true),
            ("a".repeat(129), false),
            (format!("{}-._~", "Z9".repeat(22)), true),
            (format!("{}+", "a".repeat(43)), false),
            (format!("{}/", "a".repeat(43)), false),
            (format!("{}=", "a".repeat(43)), false),
            (format!("{} ", "a".repeat(43)), false),
            (format!("{}é", "a".repeat(43)), false),
            (String::new(), false),
        ] {
            assert_eq!(is_verifier(&text), accepted, "{text}");
        }
    }

    #[test]
    fn rfc7636_4_2_challenge_length_and_alphabet() {
        let s256 = |text: &str| CodeChallenge::new(CodeChallengeMethod::S256, text).is_ok();
        assert!(s256(CHALLENGE));
        assert!(!s256(&CHALLENGE[..42]), "too short");
        assert!(!s256(&format!("{CHALLENGE}=")), "padded");
        assert!(!s256(&CHALLENGE.replace('-', "+")), "the other alphabet");
        assert!(!s256(&format!("{}N", &CHALLENGE[..42])), "bits that no encoder writes");
        assert!(!s256(&"a".repeat(129)));
        let plain = |text: &str| CodeChallenge::new(CodeChallengeMethod::Plain, text).is_ok();
        assert!(plain(&"a".repeat(43)) && plain(&"a".repeat(128)));
        assert!(!plain(&"a".repeat(42)) && !plain(&"a".repeat(129)));
    }

    #[test]
    fn rfc7636_4_3_a_missing_method_means_plain() {
        assert_eq!(CodeChallenge::parse(VERIFIER, None).unwrap().method(), CodeChallengeMethod::Plain);
        assert_eq!(
            CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap().method(),
            CodeChallengeMethod::S256
        );
        for method in ["s256", "PLAIN", "S512", ""] {
            assert_eq!(CodeChallenge::parse(CHALLENGE, Some(method)), Err(PkceError::Method), "{method}");
        }
    }

    #[test]
    fn rfc7636_4_6_the_verifier_must_be_the_one_behind_the_challenge() {
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert_eq!(CodeChallenge::s256(VERIFIER).unwrap(), challenge, "appendix B");
        assert_eq!(challenge.verify(VERIFIER), Ok(()));
        assert_eq!(challenge.verify(&VERIFIER.to_lowercase()), Err(PkceError::Mismatch));
        assert_eq!(
            challenge.verify(CHALLENGE),
            Err(PkceError::Mismatch),
            "the challenge is not its own verifier"
        );
        assert_eq!(challenge.verify(""), Err(PkceError::Verifier));
        let plain = CodeChallenge::parse(VERIFIER, Some("plain")).unwrap();
        assert_eq!(plain.verify(VERIFIER), Ok(()));
        assert_eq!(plain.verify(CHALLENGE), Err(PkceError::Mismatch));
    }

    #[test]
    fn a_challenge_does_not_print_itself() {
        let plain = CodeChallenge::parse(VERIFIER, None).unwrap();
        assert_eq!(format!("{plain:?}"), "CodeChallenge(plain, redacted)");
    }
}
