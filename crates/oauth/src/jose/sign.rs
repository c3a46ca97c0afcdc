//! Signing keys and compact serialisation: RFC 7515 §3.1 and §5.1.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::write::EncoderStringWriter;
use serde::Serialize;
use zeroize::Zeroizing;

use super::jwk::Material;
use super::verify::VerifyingKey;
use super::{Alg, Jwk, KeyError, es256};

/// Room for a usual token, so that it is allocated once: RS256 signatures and long scopes included.
const USUAL_TOKEN_BYTES: usize = 1_536;

/// The largest RSA signature that a key we accept can make (8192 bits).
const MAX_RSA_SIGNATURE: usize = 1_024;

/// `typ` of a token we sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typ {
    /// `JWT`: id tokens and everything else. RFC 7519 §5.1.
    Jwt,
    /// `at+jwt`: access tokens. RFC 9068 §2.1.
    AtJwt,
}

impl Typ {
    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            // [RFC9068 §2.1] with or without "application/", which RFC 7515 §4.1.9 recommends to leave out
            Self::AtJwt => "at+jwt",
        }
    }
}

/// A private key with its name. Neither `Debug` nor `Clone`: it exists once and is never printed.
pub struct SigningKey {
    pair: Pair,
    public: Jwk,
    verifying_key: VerifyingKey,
    /// `base64url(header)` and a dot, ready to be copied.
    jwt_header: String,
    at_jwt_header: String,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// The curve of an algorithm; `None` for RSA.
const fn curve(alg: Alg) -> Option<&'static EcdsaSigningAlgorithm> {
    match alg {
        Alg::ES256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Alg::ES384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Alg::RS256 | Alg::RS384 => None,
    }
}

impl SigningKey {
    /// Makes a new key. The second value is its PKCS #8 form: seal it before it is stored.
    pub fn generate(alg: Alg, kid: String) -> Result<(Self, Zeroizing<Vec<u8>>), KeyError> {
        let pkcs8 = if let Some(curve) = curve(alg) {
            let document =
                EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new()).map_err(|_| KeyError::Generate)?;
            Zeroizing::new(document.as_ref().to_vec())
        } else {
            // [RFC7518 §3.3] 2048 bits or more
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
            let document = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::Generate)?;
            Zeroizing::new(document.as_ref().to_vec())
        };
        Ok((Self::from_pkcs8(alg, kid, &pkcs8)?, pkcs8))
    }

    /// Reads a key back from its PKCS #8 form.
    pub fn from_pkcs8(alg: Alg, kid: String, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = match curve(alg) {
            Some(curve) => Pair::Ec(EcdsaKeyPair::from_pkcs8(curve, pkcs8).map_err(|_| KeyError::Private)?),
            None => Pair::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Private)?),
        };
        let material = match &pair {
            Pair::Ec(pair) => ec_material(pair.public_key().as_ref())?,
            Pair::Rsa(pair) => {
                let RsaPublicKeyComponents { n, e } =
                    RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                Material::Rsa { n: URL_SAFE_NO_PAD.encode(n), e: URL_SAFE_NO_PAD.encode(e) }
            }
        };
        let jwt_header = encode_header(alg, Typ::Jwt, &kid)?;
        let at_jwt_header = encode_header(alg, Typ::AtJwt, &kid)?;
        let public = Jwk::new(kid, alg, material);
        let verifying_key = VerifyingKey::of_our_own(&public)?;
        Ok(Self { pair, public, verifying_key, jwt_header, at_jwt_header })
    }

    /// The algorithm of the key.
    pub fn alg(&self) -> Alg {
        self.public.alg()
    }

    /// The name of the key, as in the header of every token.
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The public half, to publish.
    pub fn public_jwk(&self) -> Jwk {
        self.public.clone()
    }

    /// The public half, to verify our own tokens. Stricter than [`VerifyingKey::from_jwk`] of the same key: of the
    /// two ES256 signatures that are mathematically equal it accepts only the one we write.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying_key.clone()
    }

    /// Signs `claims`, which must serialise to a JSON object, into the compact serialisation.
    pub fn sign_jws(&self, typ: Typ, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut token = String::with_capacity(USUAL_TOKEN_BYTES);
        token.push_str(match typ {
            Typ::Jwt => &self.jwt_header,
            Typ::AtJwt => &self.at_jwt_header,
        });
        let mut payload = EncoderStringWriter::from_consumer(&mut token, &URL_SAFE_NO_PAD);
        serde_json::to_writer(&mut payload, claims).map_err(|_| KeyError::Sign)?;
        payload.into_inner();
        self.append_signature(&mut token)?;
        Ok(token)
    }

    /// [RFC7515 §5.1] The signature covers the two encoded parts and the dot between them.
    pub(super) fn append_signature(&self, token: &mut String) -> Result<(), KeyError> {
        let rng = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) if self.alg() == Alg::ES384 => {
                let signature = pair.sign(&rng, token.as_bytes()).map_err(|_| KeyError::Sign)?;
                token.push('.');
                URL_SAFE_NO_PAD.encode_string(signature, token);
            }
            Pair::Ec(pair) => {
                let signature = pair.sign(&rng, token.as_bytes()).map_err(|_| KeyError::Sign)?;
                // [RFC7518 §3.4] R and S, 32 bytes each
                let mut signature: [u8; 64] = signature.as_ref().try_into().map_err(|_| KeyError::Sign)?;
                es256::make_canonical(&mut signature);
                token.push('.');
                URL_SAFE_NO_PAD.encode_string(signature, token);
            }
            Pair::Rsa(pair) => {
                let padding = if self.alg() == Alg::RS384 { &RSA_PKCS1_SHA384 } else { &RSA_PKCS1_SHA256 };
                let mut buffer = [0; MAX_RSA_SIGNATURE];
                let signature = buffer.get_mut(..pair.public_modulus_len()).ok_or(KeyError::Sign)?;
                pair.sign(padding, &rng, token.as_bytes(), signature).map_err(|_| KeyError::Sign)?;
                token.push('.');
                URL_SAFE_NO_PAD.encode_string(signature, token);
            }
        }
        Ok(())
    }
}

/// [RFC7518 §6.2.1] An uncompressed point as two coordinates of full length.
fn ec_material(point: &[u8]) -> Result<Material, KeyError> {
    match point {
        [0x04, coordinates @ ..] if matches!(coordinates.len(), 64 | 96) => {
            let crv = if coordinates.len() == 64 { "P-256" } else { "P-384" };
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            Ok(Material::Ec { crv, x: URL_SAFE_NO_PAD.encode(x), y: URL_SAFE_NO_PAD.encode(y) })
        }
        _ => Err(KeyError::Private),
    }
}

fn encode_header(alg: Alg, typ: Typ, kid: &str) -> Result<String, KeyError> {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: Alg,
        kid: &'a str,
        // [RFC8725 §3.11] a type for every kind of token
        typ: &'static str,
    }
    let header = serde_json::to_vec(&Header { alg, kid, typ: typ.as_str() }).map_err(|_| KeyError::Sign)?;
    let mut encoded = URL_SAFE_NO_PAD.encode(header);
    encoded.push('.');
    Ok(encoded)
}
