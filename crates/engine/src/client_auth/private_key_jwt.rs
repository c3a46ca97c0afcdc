//! `private_key_jwt`: a client proves who it is with a JWT that it signs [RFC7523 §2.2] [RFC7523 §3].
//!
//! The client's keys are at its `jwksUri` and are read before the transaction; what the assertion says and its signature are
//! checked there, too. Inside the transaction one counter decides that no assertion is used twice.
//!
//! # Not supported
//! Other algorithms than ES256, RS256, ES384 and RS384; an audience that is a list; keys that the assertion brings along.

use std::sync::Arc;

use anteroom_oauth::form::Form;
use anteroom_oauth::jose::{self, Alg};
use anteroom_oauth::secret::{ClientAssertion, Secret};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Presented;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::Client;
use crate::refusal::Refusal;
use crate::service::jwks::{self, Source};
use crate::stop::{Outcome, Refused, Stop, refuse};
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// The only `client_assertion_type` [RFC7523 §2.2].
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds an assertion may live at most.
pub const LONGEST_LIFE: u32 = 600;
/// Seconds the client's clock may be off.
const LEEWAY: u32 = 30;
/// Seconds a `jti` is remembered: longer than any assertion lives.
const REMEMBERED: u32 = 2 * LONGEST_LIFE;
/// Longest `jti`.
const LONGEST_JTI: usize = 255;

/// An assertion: as it was sent, or as it was found to be.
#[derive(Debug)]
pub enum Assertion {
    /// Read, not yet verified.
    Sent {
        /// `client_assertion_type`.
        kind: Option<String>,
        /// `client_assertion`.
        jwt: Option<Secret<ClientAssertion>>,
    },
    /// Verified, or refused.
    Judged {
        /// What was checked.
        trace: Trace,
        /// Whose it is.
        outcome: Result<Proof, Refused>,
    },
}

/// What a verified assertion proves.
#[derive(Debug, Clone)]
pub struct Proof {
    client: Id<Client>,
    jti: [u8; 32],
}

impl Assertion {
    /// Takes an assertion out of the form, if there is one.
    pub(super) fn read(form: &mut Form) -> Option<Self> {
        let kind = form.get("client_assertion_type").map(str::to_owned);
        let jwt = form.take_secret("client_assertion");
        (kind.is_some() || jwt.is_some()).then_some(Self::Sent { kind, jwt })
    }
}

/// Verifies the assertion of a request, if it has one. Before the transaction: keys may have to be fetched.
///
/// # Errors
/// A fault of the store. What is wrong with the assertion is said in the transaction, by [`super::authenticate`].
pub async fn judge(engine: &Engine, origin: &Origin, presented: &mut Presented) -> Outcome<()> {
    let assertion = presented.assertion.take();
    let Some(Assertion::Sent { kind, jwt }) = assertion.as_deref() else {
        presented.assertion = assertion;
        return Ok(());
    };
    let mut trace = Trace::default();
    let named = presented.client_id.as_deref();
    let outcome = match verify(engine, origin, &mut trace, named, kind.as_deref(), jwt.as_ref()).await {
        Ok(proof) => {
            presented.client_id = Some(proof.client.to_string());
            Ok(proof)
        }
        Err(Stop::Refused(refused)) => {
            // What follows looks at the assertion before it looks at the client.
            presented.client_id.get_or_insert_with(|| "unknown".to_owned());
            Err(refused)
        }
        Err(other) => return Err(other),
    };
    presented.assertion = Some(Arc::new(Assertion::Judged { trace, outcome }));
    Ok(())
}

async fn verify(
    engine: &Engine,
    origin: &Origin,
    trace: &mut Trace,
    client_id: Option<&str>,
    kind: Option<&str>,
    jwt: Option<&Secret<ClientAssertion>>,
) -> Outcome<Proof> {
    // [RFC7521 §4.2]
    if !trace.check("client_assertion_type", kind == Some(JWT_BEARER), JWT_BEARER, || {
        kind.unwrap_or("none").to_owned().into()
    }) {
        return refuse(Refusal::UnsupportedAssertionType, "");
    }
    let Some(token) = jwt.map(Secret::expose) else {
        trace.check("client_assertion", false, "a JWT", || "none sent".into());
        return refuse(Refusal::MalformedAssertion, "");
    };
    let unverified = match jose::peek_jws(token) {
        Ok(unverified) => unverified,
        Err(error) => {
            trace.check("client_assertion", false, "a signed JWT", || error.to_string().into());
            return refuse(Refusal::MalformedAssertion, error.to_string());
        }
    };
    // [RFC8725 §3.1] before a key is looked for
    let alg = unverified.alg.parse::<Alg>();
    if !trace.check("client_assertion.alg", alg.is_ok(), "ES256, RS256, ES384 or RS384", || {
        "another algorithm".into()
    }) {
        return refuse(Refusal::AssertionSignature, "alg");
    }
    let claims: Value = serde_json::from_slice(&unverified.payload).unwrap_or_default();
    let client = check_claims(engine, origin, trace, client_id, &claims)?;
    let jti = check_life(engine.now(), trace, &claims)?;
    let (id, source) = (client.0, client.1);
    let key = match jwks::find(engine, &source, unverified.kid.as_deref(), &unverified.alg).await {
        Ok(key) => key,
        Err(error) => {
            trace.check("client_assertion.kid", false, "a key at the client's jwksUri", || {
                error.to_string().into()
            });
            return refuse(Refusal::AssertionKey, error.to_string());
        }
    };
    // [RFC7523 §3] signed, and by this client
    let right = jose::verify_jws_with_key(token, &key);
    if !trace.check("client_assertion.signature", right.is_ok(), "right under that key", || "wrong".into()) {
        return refuse(Refusal::AssertionSignature, "");
    }
    Ok(Proof { client: id, jti })
}

/// [RFC7523 §3] for us, from the client about itself; the client, and where its keys are.
fn check_claims(
    engine: &Engine,
    origin: &Origin,
    trace: &mut Trace,
    client_id: Option<&str>,
    claims: &Value,
) -> Outcome<(Id<Client>, Source)> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let issuer = &origin.issuer;
    let endpoints = ["oauth2/token", "api/oauth2/token"].map(|path| issuer.endpoint(path));
    let ours =
        text("aud").is_some_and(|aud| aud == issuer.as_str() || endpoints.iter().any(|own| own == aud));
    if !trace.check("client_assertion.aud", ours, format!("{issuer}, as one text"), || {
        text("aud").unwrap_or("none, or a list").to_owned().into()
    }) {
        return refuse(Refusal::AssertionAudience, "");
    }
    let sub = text("sub").unwrap_or_default();
    if !trace
        .check("client_assertion.iss", text("iss") == Some(sub), "the same as sub", || "another one".into())
    {
        return refuse(Refusal::AssertionIssuer, "");
    }
    let same = client_id.is_none_or(|named| named == sub);
    if !trace.check("client_id", same, "the sub of the assertion", || "another one".into()) {
        return refuse(Refusal::ClientIdsDiffer, "");
    }
    let found = match Id::parse(sub) {
        Some(id) => engine.read(|tx, _| {
            let Some(client) = tx.client(id)? else { return Ok(None) };
            Ok(Some((tx.project(client.project)?, client)))
        })?,
        None => None,
    };
    let Some((project, client)) = found else {
        trace.check("client.exists", false, "a registered client_id", || "no such client".into());
        return refuse(Refusal::UnknownClientOfAssertion, "");
    };
    let Some(url) = client.settings.jwks_uri.clone() else {
        trace.check("client.jwks_uri", false, "a URL", || "none".into());
        return refuse(Refusal::ClientWithoutKeySet, "");
    };
    let allowed_hosts = project.map(|project| project.settings.allowed_outbound_hosts.clone());
    Ok((client.id, Source { url, allowed_hosts: allowed_hosts.unwrap_or_default() }))
}

/// [RFC7523 §3] [SMART §4.0.3] alive, for a short time, and with a name of its own; the digest of that name.
fn check_life(now: Timestamp, trace: &mut Trace, claims: &Value) -> Outcome<[u8; 32]> {
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64);
    let time = |name: &str| {
        // Whole seconds; a fraction is no reason to refuse.
        #[expect(clippy::cast_possible_truncation, reason = "a time far away stays far away")]
        seconds(name).map(|seconds| Timestamp::from_seconds(seconds as i64))
    };
    let Some(exp) = time("exp") else {
        trace.check("client_assertion.exp", false, "present", || "absent".into());
        return refuse(Refusal::AssertionLifetime, "no exp");
    };
    if !trace.check("client_assertion.exp", now < exp + LEEWAY, "in the future", || exp.to_string().into()) {
        return refuse(Refusal::AssertionExpired, "");
    }
    if !trace.check(
        "client_assertion.exp",
        exp <= now + (LONGEST_LIFE + LEEWAY),
        "at most ten minutes ahead",
        || exp.to_string().into(),
    ) {
        return refuse(Refusal::AssertionLifetime, "");
    }
    let begun = ["nbf", "iat"].into_iter().filter_map(time).all(|begin| begin <= now + LEEWAY);
    if !trace.check("client_assertion.nbf", begun, "in the past", || "in the future".into()) {
        return refuse(Refusal::AssertionExpired, "nbf or iat is ahead");
    }
    let jti = claims.get("jti").and_then(Value::as_str).unwrap_or_default();
    if trace.check("client_assertion.jti", (1..=LONGEST_JTI).contains(&jti.len()), "present", || {
        "absent, or too long".into()
    }) {
        Ok(Sha256::digest(jti.as_bytes()).into())
    } else {
        refuse(Refusal::AssertionWithoutId, "")
    }
}

/// Uses the assertion up. Many at once count one after the other; the first alone is the first.
pub(super) fn spend(cx: &mut Cx<'_>, client: &Client, proof: &Proof) -> Outcome<()> {
    if !cx.trace.check("client.jwks_uri", client.settings.jwks_uri.is_some(), "a URL", || {
        "taken away meanwhile".into()
    }) {
        return refuse(Refusal::ClientWithoutKeySet, "");
    }
    let jti = proof.jti.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let key = format!("client_assertion/{}/{jti:032x}", client.id);
    let uses = cx.tx.count_attempt(&key, cx.now, cx.now - REMEMBERED)?;
    if cx.trace.check("client_assertion.jti", uses.count == 1, "used for the first time", || {
        format!("used {} times", uses.count).into()
    }) {
        Ok(())
    } else {
        refuse(Refusal::AssertionReplayed, "")
    }
}
