//! What a token says, in words: its header, its claims with meaning and source, its signature, its times, and what
//! differs between two of them.

use std::sync::Arc;

use anteroom_oauth::jose::{Jwk, JwsError, VerifyingKey, verify_jws};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};
use ts_rs::TS;

/// A token, taken apart.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Inspected {
    /// `access_token`, `id_token`, `refresh_token`, or `pasted`.
    pub name: String,
    /// What it is, in a sentence.
    pub kind: String,
    /// The members of its header.
    pub header: Vec<Claim>,
    /// Its claims.
    pub claims: Vec<Claim>,
    /// Whether a key of the issuer signed it.
    pub signature: Signature,
    /// The same in words.
    pub signature_words: String,
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its value, as JSON; texts without their quotation marks.
    pub value: String,
    /// What it means.
    pub meaning: String,
    /// Where the rule stands, or who else made it up.
    pub source: String,
    /// A time in UTC, for claims that are times.
    pub time: Option<String>,
    /// The same as seconds since 1970.
    #[ts(type = "number | null")]
    pub seconds: Option<i64>,
}

/// Whether a key of the issuer signed a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// One did.
    Verified,
    /// None of the issuer's keys has the token's `kid`.
    UnknownKey,
    /// The signature is wrong.
    Wrong,
    /// The header asks for what is not accepted.
    Unacceptable,
    /// The issuer's keys are not known.
    NotChecked,
    /// It is no signed token.
    NotSigned,
}

impl Signature {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Verified => "by a key of jwks_uri",
            Self::UnknownKey => "by a key the issuer does not publish",
            Self::Wrong => "the signature is wrong",
            Self::Unacceptable => "its header or algorithm is not accepted",
            Self::NotChecked => "not checked: the issuer's keys are not known",
            Self::NotSigned => "no signature: an opaque token",
        }
    }
}

/// A claim that differs between two tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// In the first token.
    pub first: Option<String>,
    /// In the second.
    pub second: Option<String>,
}

/// Names with their meanings and where they come from.
const MEANINGS: &[(&str, &str, &str)] = &[
    ("iss", "who made the token", "RFC 7519 section 4.1.1"),
    ("sub", "whom it is about", "RFC 7519 section 4.1.2"),
    ("aud", "who may accept it", "RFC 7519 section 4.1.3"),
    ("exp", "not good any more from then on", "RFC 7519 section 4.1.4"),
    ("nbf", "not good before then", "RFC 7519 section 4.1.5"),
    ("iat", "made then", "RFC 7519 section 4.1.6"),
    ("jti", "an id of its own", "RFC 7519 section 4.1.7"),
    ("auth_time", "the person signed in then", "OpenID Connect Core 1.0 section 2"),
    ("nonce", "ties the token to one authorization request", "OpenID Connect Core 1.0 section 2"),
    ("acr", "how well the person proved who they are", "OpenID Connect Core 1.0 section 2"),
    ("amr", "with which means they did", "OpenID Connect Core 1.0 section 2"),
    ("azp", "for which client it was made", "OpenID Connect Core 1.0 section 2"),
    ("at_hash", "half a digest of the access token", "OpenID Connect Core 1.0 section 3.1.3.6"),
    ("sid", "the session at the issuer", "OpenID Connect Front-Channel Logout 1.0 section 3"),
    ("client_id", "for which client it was made", "RFC 9068 section 2.2"),
    ("scope", "what it allows", "RFC 9068 section 2.2.3"),
    ("act", "who acts for the subject", "RFC 8693 section 4.1"),
    ("cnf", "the key its holder has to prove", "RFC 7800 section 3.1"),
    ("name", "the person's whole name", "OpenID Connect Core 1.0 section 5.1"),
    ("email", "the person's e-mail address", "OpenID Connect Core 1.0 section 5.1"),
    ("email_verified", "whether the address was shown to be theirs", "OpenID Connect Core 1.0 section 5.1"),
    ("fhirUser", "the person's FHIR profile", "SMART App Launch 2.2"),
    ("patient", "the patient in context", "SMART App Launch 2.2"),
    ("login_id", "the sign-in behind the token", "Medplum"),
    ("profile", "the member's profile, such as Patient or Practitioner", "Medplum"),
    ("username", "the user's id", "Medplum"),
    ("alg", "the algorithm of the signature", "RFC 7515 section 4.1.1"),
    ("kid", "which of the issuer's keys signed", "RFC 7515 section 4.1.4"),
    ("typ", "the kind of token", "RFC 7515 section 4.1.9"),
];

/// Claims that are times.
const TIMES: &[&str] = &["exp", "nbf", "iat", "auth_time", "updated_at"];

/// A time as the Activity screen writes it.
const UTC: EncodedConfig =
    Config::DEFAULT.set_time_precision(TimePrecision::Second { decimal_digits: None }).encode();

fn part(token: &str, at: usize) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let part = parts.nth(at)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.len() == 1 => plain(&values[0]),
        other => other.to_string(),
    }
}

/// The value of a claim as text; nothing is verified.
pub fn claim(token: &str, name: &str) -> Option<String> {
    part(token, 1)?.get(name).map(plain)
}

fn explain(name: &str, value: &Value) -> Claim {
    let known = MEANINGS.iter().find(|(own, _, _)| *own == name);
    let (meaning, source) =
        known.map_or(("", "the issuer's own"), |(_, meaning, source)| (*meaning, *source));
    let seconds = TIMES.contains(&name).then(|| value.as_i64()).flatten();
    let time = seconds
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|at| at.format(&Iso8601::<UTC>).ok());
    Claim {
        name: name.to_owned(),
        value: plain(value),
        meaning: meaning.to_owned(),
        source: source.to_owned(),
        time,
        seconds,
    }
}

/// Takes a token apart. `keys` is the issuer's key set.
pub fn inspect(name: &str, token: &str, keys: Option<&Value>) -> Inspected {
    let explained = |map: Option<Map<String, Value>>| {
        map.unwrap_or_default().iter().map(|(name, value)| explain(name, value)).collect::<Vec<_>>()
    };
    let header = explained(part(token, 0));
    let signature = signature(token, keys);
    let typ = header.iter().find(|claim| claim.name == "typ").map(|claim| claim.value.to_ascii_lowercase());
    let kind = match (signature, typ.as_deref()) {
        (Signature::NotSigned, _) => "an opaque token: only its issuer can read it",
        (_, Some("at+jwt" | "application/at+jwt")) => "an access token (RFC 9068)",
        _ if name == "id_token" => "an ID token: tells the client who signed in, and is for nobody else",
        _ => "a signed token",
    };
    Inspected {
        name: name.to_owned(),
        kind: kind.to_owned(),
        claims: explained(part(token, 1).filter(|_| signature != Signature::NotSigned)),
        header: if signature == Signature::NotSigned { Vec::new() } else { header },
        signature,
        signature_words: signature.words().to_owned(),
    }
}

/// Checks the signature of a token against a key set.
pub fn signature(token: &str, keys: Option<&Value>) -> Signature {
    if part(token, 0).is_none() || token.split('.').count() != 3 {
        return Signature::NotSigned;
    }
    let Some(keys) = keys.and_then(|keys| keys.get("keys")).and_then(Value::as_array) else {
        return Signature::NotChecked;
    };
    let found = |kid: &str| {
        let json = keys.iter().find(|key| key.get("kid").and_then(Value::as_str) == Some(kid))?;
        let jwk = Jwk::from_json(json).ok()?;
        Some(Arc::new(VerifyingKey::from_jwk(&jwk).ok()?))
    };
    match verify_jws(token, found) {
        Ok(_) => Signature::Verified,
        Err(JwsError::UnknownKey) => Signature::UnknownKey,
        Err(JwsError::Signature) => Signature::Wrong,
        Err(_) => Signature::Unacceptable,
    }
}

/// A key set with none of the keys in it.
pub(crate) fn no_keys(keys: &Value) -> Value {
    let mut none = keys.clone();
    none["keys"] = Value::Array(Vec::new());
    none
}

/// What differs between the claims of two tokens.
pub fn differences(first: &Inspected, second: &Inspected) -> Vec<Difference> {
    let value = |claims: &[Claim], name: &str| {
        claims.iter().find(|claim| claim.name == name).map(|claim| claim.value.clone())
    };
    let mut names: Vec<&str> = first.claims.iter().map(|claim| claim.name.as_str()).collect();
    names.extend(second.claims.iter().map(|claim| claim.name.as_str()));
    let mut seen = Vec::new();
    names.retain(|name| {
        let new = !seen.contains(name);
        seen.push(*name);
        new
    });
    names
        .into_iter()
        .map(|name| Difference {
            name: name.to_owned(),
            first: value(&first.claims, name),
            second: value(&second.claims, name),
        })
        .filter(|difference| difference.first != difference.second)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!(
            "{}.{}.c2ln",
            encode(&serde_json::json!({"alg": "ES256", "kid": "k", "typ": "at+jwt"})),
            encode(claims)
        )
    }

    #[test]
    fn a_token_is_taken_apart_with_the_meaning_of_each_claim_and_its_times_in_words() {
        let token = token(&serde_json::json!({"iss": "https://a/", "exp": 1_778_962_500, "own": [1, 2]}));
        let inspected = inspect("access_token", &token, None);
        assert_eq!(inspected.kind, "an access token (RFC 9068)");
        assert_eq!(inspected.signature, Signature::NotChecked);
        assert_eq!(inspected.claims[1].time.as_deref(), Some("2026-05-16T20:15:00Z"));
        assert_eq!(inspected.claims[2].source, "the issuer's own");
        assert_eq!(inspect("refresh_token", "abc", None).signature, Signature::NotSigned);
        let keys = serde_json::json!({"keys": []});
        assert_eq!(signature(&token, Some(&keys)), Signature::UnknownKey);
    }

    #[test]
    fn only_what_differs_between_two_tokens_is_named() {
        let [first, second] = [
            serde_json::json!({"sub": "1", "iat": 1, "old": true}),
            serde_json::json!({"sub": "1", "iat": 2, "new": "x"}),
        ]
        .map(|claims| inspect("access_token", &token(&claims), None));
        let names: Vec<String> = differences(&first, &second).into_iter().map(|own| own.name).collect();
        assert_eq!(names, ["iat", "old", "new"]);
    }
}
