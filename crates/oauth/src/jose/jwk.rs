//! Public keys as JSON: [RFC7517 §4], RFC 7518 §6.

use serde::Serialize;

use super::{Alg, KeyError};

/// A public signing key. There is no member for a private part, so none can be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    kid: String,
    alg: Alg,
    /// [RFC7517 §4.2] for signatures only
    r#use: &'static str,
    #[serde(flatten)]
    material: Material,
}

/// The members that differ by `kty`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kty")]
pub(super) enum Material {
    /// RFC 7518 §6.2.1.
    #[serde(rename = "EC")]
    Ec { crv: &'static str, x: String, y: String },
    /// RFC 7518 §6.3.1.
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
}

impl Jwk {
    pub(super) fn new(kid: String, alg: Alg, material: Material) -> Self {
        Self { kid, alg, r#use: "sig", material }
    }

    /// `kid`: the name of the key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// `alg`: the only algorithm the key is for.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    pub(super) fn material(&self) -> &Material {
        &self.material
    }

    /// Reads a public key that someone else publishes.
    ///
    /// # Refusals
    /// A key without `kid`, for encryption, of another type or curve, for another algorithm than its type's, with a
    /// member of a private key, or whose members are not base64url.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, KeyError> {
        let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str);
        // [RFC7517 §9.2] whoever sends a private key has lost it
        if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| json.get(name).is_some()) {
            return Err(KeyError::Public);
        }
        if json.get("use").is_some() && text("use") != Some("sig") {
            return Err(KeyError::Public);
        }
        let member = |name: &str| text(name).map(str::to_owned).ok_or(KeyError::Public);
        let (alg, material) = match (text("kty"), text("crv")) {
            (Some("EC"), Some("P-256")) => {
                (Alg::ES256, Material::Ec { crv: "P-256", x: member("x")?, y: member("y")? })
            }
            (Some("EC"), Some("P-384")) => {
                (Alg::ES384, Material::Ec { crv: "P-384", x: member("x")?, y: member("y")? })
            }
            (Some("RSA"), _) => {
                let alg = if text("alg") == Some("RS384") { Alg::RS384 } else { Alg::RS256 };
                (alg, Material::Rsa { n: member("n")?, e: member("e")? })
            }
            _ => return Err(KeyError::Public),
        };
        // [RFC8725 §3.1] one key, one algorithm
        if json.get("alg").is_some() && text("alg") != Some(alg.as_str()) {
            return Err(KeyError::Public);
        }
        Ok(Self::new(member("kid")?, alg, material))
    }
}

/// `jwks_uri` answers with this: RFC 7517 §5.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys, the one that signs now first.
    pub keys: Vec<Jwk>,
}
