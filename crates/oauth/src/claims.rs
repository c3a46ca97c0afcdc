//! What tokens say: RFC 7519 §4.1 (registered claims), RFC 9068 §2.2 (access tokens), OpenID Connect Core §2
//! (id tokens), with the claims Medplum adds.
//!
//! Writing borrows ([`AccessTokenClaims`], [`IdTokenClaims`]); reading owns and is strict ([`Registered`]).

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The largest tolerance for clocks that disagree, in seconds.
pub const MAX_LEEWAY: u32 = 30;

/// 31 December 9999: no date lies beyond, and sums of dates cannot overflow.
const MAX_DATE: u64 = 253_402_300_799;

/// The registered claims that every token of ours has. Other claims are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Registered {
    /// `iss`: who issued it.
    pub iss: String,
    /// `sub`: whom it is about.
    pub sub: String,
    /// `aud`: whom it is for.
    pub aud: Audience,
    /// `exp`: the first second in which it is no longer valid.
    #[serde(deserialize_with = "numeric_date")]
    pub exp: i64,
    /// `iat`: when it was issued.
    #[serde(deserialize_with = "numeric_date")]
    pub iat: i64,
    /// `nbf`: the first second in which it is valid.
    #[serde(default, deserialize_with = "some_numeric_date")]
    pub nbf: Option<i64>,
    /// `jti`: its own name.
    #[serde(default, deserialize_with = "some_text")]
    pub jti: Option<String>,
}

/// Why claims were refused. Never holds any of their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// Not a JSON object, or a claim is missing, comes twice or has the wrong type.
    #[error("the claims of the token are malformed")]
    Malformed,
    /// `iss` is someone else.
    #[error("the token was issued by someone else")]
    Issuer,
    /// `exp` has come.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is still to come.
    #[error("the token is not valid yet")]
    NotYet,
    /// `iat` is still to come.
    #[error("the token was issued in the future")]
    IssuedInFuture,
}

impl Registered {
    /// Reads the payload of a verified token.
    pub fn parse(payload: &[u8]) -> Result<Self, ClaimsError> {
        // [RFC7519 §4] claim names must be unique: a second `exp` is an error, not a choice
        serde_json::from_slice(payload).map_err(|_| ClaimsError::Malformed)
    }

    /// Checks issuer and dates against `now`, in seconds. A `leeway` above [`MAX_LEEWAY`] counts as [`MAX_LEEWAY`].
    ///
    /// Whom the token is for is the caller's question: [`Audience::contains`].
    pub fn check(&self, now: i64, iss: &str, leeway: u32) -> Result<(), ClaimsError> {
        let leeway = i64::from(leeway.min(MAX_LEEWAY));
        // [RFC8725 §3.8] the issuer is compared exactly
        if self.iss != iss {
            return Err(ClaimsError::Issuer);
        }
        // [RFC7519 §4.1.4] on or after `exp` the token must not be accepted
        if now.saturating_sub(leeway) >= self.exp {
            return Err(ClaimsError::Expired);
        }
        let latest = now.saturating_add(leeway);
        // [RFC7519 §4.1.5] before `nbf` the token must not be accepted
        if self.nbf.is_some_and(|nbf| nbf > latest) {
            return Err(ClaimsError::NotYet);
        }
        if self.iat > latest {
            return Err(ClaimsError::IssuedInFuture);
        }
        Ok(())
    }
}

/// `aud` as it was read: RFC 7519 §4.1.3.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One audience as a string.
    One(String),
    /// A list. May be empty, and then contains nobody.
    Many(Vec<String>),
}

impl Audience {
    /// [RFC7519 §4.1.3] Whether `audience` is named, exactly.
    pub fn contains(&self, audience: &str) -> bool {
        self.iter().any(|own| own == audience)
    }

    /// Everyone who is named.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

/// `aud` to write: a string for one audience, a list for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Aud<'a> {
    /// One audience.
    One(&'a str),
    /// Several.
    Many(&'a [&'a str]),
}

impl<'a> From<&'a str> for Aud<'a> {
    fn from(one: &'a str) -> Self {
        Self::One(one)
    }
}

/// The claims of an access token: RFC 9068 §2.2, and what Medplum adds (`login_id`, `username`, `profile`).
// [RFC9068 §2.2] what is REQUIRED there has no Option here
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AccessTokenClaims<'a> {
    /// `iss`.
    pub iss: &'a str,
    /// `exp`.
    pub exp: i64,
    /// `aud`.
    pub aud: Aud<'a>,
    /// `sub`: the user, or the client that acts for itself.
    pub sub: &'a str,
    /// `client_id`: RFC 8693 §4.3.
    pub client_id: &'a str,
    /// `iat`.
    pub iat: i64,
    /// `nbf`.
    pub nbf: i64,
    /// `jti`.
    pub jti: &'a str,
    /// The login the token came from.
    pub login_id: &'a str,
    /// The same as `sub`.
    pub username: &'a str,
    /// `scope`: RFC 8693 §4.2.
    pub scope: &'a str,
    /// The reference of the profile the token acts as.
    pub profile: &'a str,
    /// `email`, when the scope asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
}

/// The claims of an id token: OpenID Connect Core §2, and what Medplum adds (`client_id`, `login_id`, `fhirUser`).
// [OIDC-CORE §2] what is REQUIRED there has no Option here
#[derive(Clone, Copy, Debug, Serialize)]
pub struct IdTokenClaims<'a> {
    /// `iss`.
    pub iss: &'a str,
    /// `sub`.
    pub sub: &'a str,
    /// `aud`: the client.
    pub aud: &'a str,
    /// `exp`.
    pub exp: i64,
    /// `iat`.
    pub iat: i64,
    /// `nbf`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// `auth_time`: when the person signed in.
    pub auth_time: i64,
    /// `nonce`, exactly as the client sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'a str>,
    /// The client.
    pub client_id: &'a str,
    /// The login the token came from.
    pub login_id: &'a str,
    /// The reference of the person's profile: SMART App Launch.
    #[serde(rename = "fhirUser")]
    pub fhir_user: &'a str,
    /// `email`, when the scope asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    /// `jti`.
    pub jti: &'a str,
}

/// [RFC7519 §2] A whole, non-negative number of seconds. Fractions are allowed by the definition; we write none and
/// read none.
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    if seconds > MAX_DATE {
        return Err(D::Error::custom("a date after the year 9999"));
    }
    i64::try_from(seconds).map_err(D::Error::custom)
}

/// Present means a date: `null` is refused.
fn some_numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    numeric_date(deserializer).map(Some)
}

/// Present means a string: `null` is refused.
fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
