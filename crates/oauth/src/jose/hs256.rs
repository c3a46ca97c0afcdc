//! HS256 [RFC7518 §3.2], for the one place that has it: access tokens for an API that shares a secret with this server.
//!
//! Apart from everything else here, because a shared secret is no key of a server: nothing that takes tokens by their `kid`
//! comes this way, so no public key can be taken for a secret.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::{JwsError, KeyError, MAX_TOKEN_BYTES, Typ, Verified};

/// A secret an API shares with this server. Not printed.
pub struct SharedSecret(hmac::Key);

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
}

impl SharedSecret {
    /// Reads the secret.
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// Signs `claims`, which must serialise to a JSON object, into the compact serialisation.
    pub fn sign_jws(&self, typ: Typ, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = Header { alg: "HS256".to_owned(), typ: typ.as_str().to_owned() };
        let part = |json: serde_json::Result<Vec<u8>>| {
            json.map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(|_| KeyError::Sign)
        };
        let mut token = part(serde_json::to_vec(&header))?;
        token.push('.');
        token.push_str(&part(serde_json::to_vec(claims))?);
        let signature = hmac::sign(&self.0, token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        Ok(token)
    }

    /// Verifies a compact token.
    ///
    /// # Refusals
    /// See [`JwsError`]: any other `alg`, and a wrong signature.
    pub fn verify_jws(&self, token: &str) -> Result<Verified, JwsError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwsError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Parts)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Parts)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Base64);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwsError::Header)?;
        if header.alg != "HS256" {
            return Err(JwsError::Algorithm);
        }
        hmac::verify(&self.0, signed.as_bytes(), &decode(signature)?).map_err(|_| JwsError::Signature)?;
        Ok(Verified { typ: header.typ, kid: String::new(), payload: decode(payload)? })
    }
}

impl std::fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedSecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rfc7518_3_2_a_token_is_signed_and_verified_with_the_same_secret() {
        let secret = SharedSecret::new(b"0123456789abcdef");
        let token = secret.sign_jws(Typ::Jwt, &json!({ "sub": "a" })).unwrap();
        let verified = secret.verify_jws(&token).unwrap();
        assert!(verified.has_typ(Typ::Jwt));
        assert_eq!(verified.payload, br#"{"sub":"a"}"#);
        let other = SharedSecret::new(b"0123456789abcdeg");
        assert_eq!(other.verify_jws(&token).unwrap_err(), JwsError::Signature);
        for (wrong, error) in [
            (token.replacen('.', ".x", 1), JwsError::Signature),
            (token.split_once('.').unwrap().0.to_owned(), JwsError::Parts),
            (
                format!("{}{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#), ".e30."),
                JwsError::Algorithm,
            ),
            (
                format!("{}{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#), ".e30.AA"),
                JwsError::Algorithm,
            ),
            ("a.b.c.d".to_owned(), JwsError::Base64),
        ] {
            assert_eq!(secret.verify_jws(&wrong).unwrap_err(), error, "{wrong}");
        }
        assert!(!format!("{secret:?}").contains("0123"));
    }
}
