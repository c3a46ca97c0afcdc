//! Verification of compact tokens: RFC 7515 §5.2, [RFC7519 §7.2], RFC 8725 §3.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::jwk::Material;
use super::{Alg, Jwk, KeyError, Typ, es256};

/// A longer token is refused before anything is decoded.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The smallest modulus, in bytes: 2048 bits.
const MIN_RSA_MODULUS: usize = 256;

/// A public key, parsed and bound to one algorithm.
#[derive(Clone)]
pub struct VerifyingKey {
    alg: Alg,
    key: ParsedPublicKey,
    canonical_only: bool,
}

impl VerifyingKey {
    /// Parses a public key that someone else publishes.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        Self::parse(jwk, false)
    }

    pub(super) fn of_our_own(jwk: &Jwk) -> Result<Self, KeyError> {
        Self::parse(jwk, true)
    }

    fn parse(jwk: &Jwk, canonical_only: bool) -> Result<Self, KeyError> {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Public);
        let key = match jwk.material() {
            Material::Ec { x, y, .. } => {
                let (x, y) = (decode(x)?, decode(y)?);
                // [RFC7518 §6.2.1.2] coordinates have full length, leading zeros included
                let (length, curve) = match jwk.alg() {
                    Alg::ES384 => (48, &ECDSA_P384_SHA384_FIXED),
                    _ => (32, &ECDSA_P256_SHA256_FIXED),
                };
                if x.len() != length || y.len() != length {
                    return Err(KeyError::Public);
                }
                let point = [&[0x04], x.as_slice(), y.as_slice()].concat();
                // [RFC8725 §3.4] the parser checks that the point is on the curve
                ParsedPublicKey::new(curve, point).map_err(|_| KeyError::Public)?
            }
            Material::Rsa { n, e } => {
                let components = RsaPublicKeyComponents { n: decode(n)?, e: decode(e)? };
                // [RFC7518 §3.3] 2048 bits or more
                if components.n.len() < MIN_RSA_MODULUS {
                    return Err(KeyError::Short);
                }
                if !is_rsa_exponent(&components.e) {
                    return Err(KeyError::Public);
                }
                let padding = match jwk.alg() {
                    Alg::RS384 => &RSA_PKCS1_2048_8192_SHA384,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                components.to_parsed_public_key(padding).map_err(|_| KeyError::Public)?
            }
        };
        Ok(Self { alg: jwk.alg(), key, canonical_only })
    }

    /// The only algorithm the key is for.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        // [RFC7518 §3.4] 64 bytes (96), never DER; one of the two equal signatures for tokens of our own
        let shape = match self.alg {
            Alg::ES256 => signature.len() == 64 && (!self.canonical_only || es256::is_canonical(signature)),
            Alg::ES384 => signature.len() == 96,
            Alg::RS256 | Alg::RS384 => true,
        };
        shape && self.key.verify_sig(message, signature).is_ok()
    }
}

/// [RFC8017 §3.1] Odd and at least 3. With the exponent 1 a signature would be the padded message itself, and the
/// cryptographic library does not refuse it when a key is parsed.
fn is_rsa_exponent(e: &[u8]) -> bool {
    match e {
        [] | [0, ..] => false,
        [one] => *one >= 3 && one % 2 == 1,
        [.., last] => e.len() <= 4 && last % 2 == 1,
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.alg)
    }
}

/// A token whose signature is right. What it says is still to be checked.
pub struct Verified {
    /// `typ`, empty when the header has none. Compare it with [`Verified::has_typ`].
    pub typ: String,
    /// `kid`: the key that verified it; empty when the header named none.
    pub kid: String,
    /// The bytes that were signed.
    pub payload: Vec<u8>,
}

impl Verified {
    /// Whether the token is of this kind.
    pub fn has_typ(&self, typ: Typ) -> bool {
        // [RFC7515 §4.1.9] a media type: case-insensitive, "application/" may be left out
        let own = self.typ.as_bytes();
        let short = match own.get(..12) {
            Some(prefix) if prefix.eq_ignore_ascii_case(b"application/") => &own[12..],
            _ => own,
        };
        short.eq_ignore_ascii_case(typ.as_str().as_bytes())
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified(typ {:?}, kid {:?}, payload redacted)", self.typ, self.kid)
    }
}

/// Why a token was refused. Never holds any of its text. To the outside all of them are one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLong,
    /// Not three parts. Five would be an encrypted token.
    #[error("the token does not have three parts")]
    Parts,
    /// A part is not base64url as an encoder writes it.
    #[error("a part of the token is not base64url")]
    Base64,
    /// The header is not an object with unique members, `alg` and `kid`.
    #[error("the header of the token is malformed")]
    Header,
    /// `crit`, `b64` or `cty`: an extension that changes the meaning of the token.
    #[error("the header of the token asks for an extension that is not supported")]
    Extension,
    /// `jku`, `jwk`, `x5u` or `x5c`: the token wants to choose its key.
    #[error("the header of the token brings its own key")]
    OwnKey,
    /// Nobody knows the `kid`.
    #[error("the key of the token is not known")]
    UnknownKey,
    /// `alg` is not the algorithm of the key.
    #[error("the algorithm of the token is not the one of its key")]
    Algorithm,
    /// The signature is wrong.
    #[error("the signature of the token is wrong")]
    Signature,
}

/// Verifies a compact token with the key that `keys` knows under its `kid`.
///
/// `keys` is asked once and gets the text of the header: use it as a map key and for nothing else.
///
/// # Refusals
/// See [`JwsError`]. The payload is decoded only after the signature was found right.
pub fn verify_jws(
    token: &str,
    keys: impl Fn(&str) -> Option<Arc<VerifyingKey>>,
) -> Result<Verified, JwsError> {
    let parts = Parts::split(token)?;
    let header = parts.header()?;
    let header: Header<'_> = read_header(&header)?;
    let kid = header.kid.as_deref().ok_or(JwsError::Header)?;
    let key = keys(kid).ok_or(JwsError::UnknownKey)?;
    parts.verify(&header, &key)
}

/// Verifies a compact token with the one key that may have signed it. The header may name the key or not.
///
/// # Refusals
/// As [`verify_jws`].
pub fn verify_jws_with_key(token: &str, key: &VerifyingKey) -> Result<Verified, JwsError> {
    let parts = Parts::split(token)?;
    let header = parts.header()?;
    parts.verify(&read_header(&header)?, key)
}

/// What a compact token says about itself before it is verified: enough to find the key, and nothing to believe.
pub struct Unverified {
    /// `alg`.
    pub alg: String,
    /// `kid`.
    pub kid: Option<String>,
    /// The bytes of the payload.
    pub payload: Vec<u8>,
}

impl fmt::Debug for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unverified(alg {:?}, kid {:?}, payload redacted)", self.alg, self.kid)
    }
}

/// Reads a compact token without verifying it. What has not the form of one, or brings its own key, is refused as by
/// [`verify_jws`].
pub fn peek_jws(token: &str) -> Result<Unverified, JwsError> {
    let parts = Parts::split(token)?;
    let header = parts.header()?;
    let header = read_header(&header)?;
    Ok(Unverified {
        alg: header.alg.ok_or(JwsError::Header)?.into_owned(),
        kid: header.kid.map(Cow::into_owned),
        payload: decode(parts.payload)?,
    })
}

/// [RFC7515 §2] base64url without padding, line breaks or other additional characters
fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Base64)
}

fn read_header(header: &[u8]) -> Result<Header<'_>, JwsError> {
    let header: Header<'_> = serde_json::from_slice(header).map_err(|_| JwsError::Header)?;
    // [RFC7515 §4.1.11] an extension that is not understood; we understand none
    if header.extension {
        return Err(JwsError::Extension);
    }
    // [RFC8725 §3.10] claims received in the header are not trusted
    if header.own_key {
        return Err(JwsError::OwnKey);
    }
    Ok(header)
}

/// The parts of a compact token, as they came.
struct Parts<'a> {
    message: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwsError::TooLong);
        }
        // [RFC7515 §7.1] header, payload, signature
        let (message, signature) = token.rsplit_once('.').ok_or(JwsError::Parts)?;
        let (header, payload) = message.split_once('.').ok_or(JwsError::Parts)?;
        if payload.contains('.') {
            return Err(JwsError::Parts);
        }
        Ok(Self { message, header, payload, signature })
    }

    fn header(&self) -> Result<Vec<u8>, JwsError> {
        decode(self.header)
    }

    fn verify(&self, header: &Header<'_>, key: &VerifyingKey) -> Result<Verified, JwsError> {
        let alg = header.alg.as_deref().ok_or(JwsError::Header)?;
        // [RFC8725 §3.1] the key knows its algorithm; the token may only agree
        if alg != key.alg().as_str() {
            return Err(JwsError::Algorithm);
        }
        if !key.verify(self.message.as_bytes(), &decode(self.signature)?) {
            return Err(JwsError::Signature);
        }
        Ok(Verified {
            typ: header.typ.as_deref().unwrap_or_default().to_owned(),
            kid: header.kid.as_deref().unwrap_or_default().to_owned(),
            payload: decode(self.payload)?,
        })
    }
}

/// The members of a header that decide something.
#[derive(Default)]
struct Header<'a> {
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
    extension: bool,
    own_key: bool,
}

impl<'de> Deserialize<'de> for Header<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut header = Header::default();
        let mut names: Vec<Text<'de>> = Vec::with_capacity(4);
        while let Some(name) = map.next_key::<Text<'de>>()? {
            // [RFC7515 §4] member names must be unique
            if names.iter().any(|other| other.0 == name.0) {
                return Err(A::Error::custom("a member comes twice"));
            }
            match &*name.0 {
                "alg" => header.alg = Some(map.next_value::<Text<'de>>()?.0),
                "kid" => header.kid = Some(map.next_value::<Text<'de>>()?.0),
                "typ" => header.typ = Some(map.next_value::<Text<'de>>()?.0),
                other => {
                    header.extension |= matches!(other, "crit" | "b64" | "cty");
                    header.own_key |= matches!(other, "jku" | "jwk" | "x5u" | "x5c");
                    map.next_value::<IgnoredAny>()?;
                }
            }
            names.push(name);
            if names.len() > MAX_HEADER_MEMBERS {
                return Err(A::Error::custom("too many members"));
            }
        }
        Ok(header)
    }
}

/// No header of ours or of a provider comes near.
const MAX_HEADER_MEMBERS: usize = 16;

/// Text that stays where it is unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests;
