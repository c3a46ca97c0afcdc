//! Client authentication [RFC6749 §2.3]: `client_secret_basic`, `client_secret_post`, [`private_key_jwt`] and `none`.
//!
//! A secret or an assertion that is sent is always checked, whether it was needed or not. Whether one is needed is the
//! grant's business.
//!
//! # Not supported
//! Mutual TLS.

pub mod private_key_jwt;

use std::sync::Arc;

use anteroom_oauth::authorization::{self, Authorization};
use anteroom_oauth::form::Form;
use anteroom_oauth::secret::{ClientSecret, Digest, Secret};

use self::private_key_jwt::Assertion;
use crate::check;
use crate::cx::Cx;
use crate::model::Client;
use crate::model::client::SecretSlot;
use crate::refusal::Refusal;
use crate::stop::{Fault, Outcome, Refused, refuse};

/// Wrong secrets of one client from one address before 429.
pub const WRONG_SECRETS: u32 = 30;
/// Seconds they are counted for.
pub const WRONG_SECRETS_WINDOW: u32 = 60;

/// What a request says about its client. The secret has become a digest already.
#[derive(Debug, Clone, Default)]
pub struct Presented {
    /// `client_id`, from the header or the body.
    pub client_id: Option<String>,
    /// Digest of the secret, if one was sent.
    pub secret: Option<Digest<ClientSecret>>,
    /// The assertion, if one was sent.
    pub assertion: Option<Arc<Assertion>>,
}

impl Presented {
    /// Reads the credentials of a form request.
    ///
    /// # Refusals
    /// A header that is not Basic or cannot be read; secrets in both places; two different client ids.
    pub fn read(header: Option<&[u8]>, form: &mut Form) -> Outcome<Self> {
        let body_id = form.get("client_id").map(str::to_owned);
        let body_secret = form.take_secret::<ClientSecret>("client_secret");
        let assertion = Assertion::read(form).map(Arc::new);
        // [RFC6749 §2.3] one way of authentication in a request
        if assertion.is_some() && (header.is_some() || body_secret.is_some()) {
            return refuse(Refusal::TwoClientAuthentications, "");
        }
        let Some(header) = header else {
            let secret = body_secret.as_ref().map(Secret::digest);
            return Ok(Self { client_id: body_id, secret, assertion });
        };
        let Ok(Authorization::Basic { user, password }) = authorization::parse(header) else {
            return refuse(Refusal::InvalidAuthorizationHeader, "");
        };
        // [RFC6749 §2.3] one way of authentication in a request
        if body_secret.is_some() {
            return refuse(Refusal::TwoClientAuthentications, "");
        }
        if body_id.is_some_and(|id| id != user) {
            return refuse(Refusal::ClientIdsDiffer, "");
        }
        let client_id = (!user.is_empty()).then_some(user);
        Ok(Self { client_id, secret: (!password.is_empty()).then(|| password.digest()), assertion: None })
    }
}

/// A client that is known, switched on, and who it says it is if it said so with a secret.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// The client.
    pub client: Arc<Client>,
    /// The secret it proved itself with; `None` when it sent none.
    pub secret: Option<SecretSlot>,
    /// Whether it proved who it is, with a secret or with an assertion.
    pub proved: bool,
}

/// Looks the client up and checks what it presented.
///
/// # Refusals
/// `unknown` for an id nobody has; off; a secret for a client without one; one past its end; a wrong secret (429 after
/// [`WRONG_SECRETS`] in a minute from one address); an assertion that is wrong or was used before.
pub fn authenticate(cx: &mut Cx<'_>, presented: &Presented, unknown: Refusal) -> Outcome<Authenticated> {
    let proof = match presented.assertion.as_deref() {
        None => None,
        Some(Assertion::Judged { trace, outcome }) => {
            cx.trace.append(trace);
            match outcome {
                Ok(proof) => Some(proof),
                Err(refused) => {
                    return refused_assertion(cx, presented, refused.refusal);
                }
            }
        }
        Some(Assertion::Sent { .. }) => {
            return Err(Fault::Inconsistent("an assertion that nobody verified").into());
        }
    };
    let Some(client_id) = presented.client_id.as_deref() else {
        cx.trace.check("client_id", false, "present", || "absent".into());
        return refuse(Refusal::MissingClientId, "");
    };
    let client = match Client::parse_client_id(client_id) {
        Some(id) => cx.tx.client(id)?,
        None => None,
    };
    let Some(client) = client else {
        cx.trace.check("client.exists", false, "a registered client_id", || "no such client".into());
        return wrong(cx, "unknown", unknown);
    };
    cx.about.project = Some(client.project);
    cx.about.client = Some(client.id);
    check::client_active(&mut cx.trace, &client)?;
    // [RFC6749 §2.3.1] Basic or the form; [RFC6749 §2.3.2] another method belongs to the client whose keys it uses
    let secret = match presented.secret {
        None => None,
        Some(presented) => Some(check_secret(cx, &client, presented)?),
    };
    if let Some(proof) = proof {
        private_key_jwt::spend(cx, &client, proof)?;
    }
    Ok(Authenticated { client, secret, proved: secret.is_some() || proof.is_some() })
}

fn check_secret(cx: &mut Cx<'_>, client: &Client, presented: Digest<ClientSecret>) -> Outcome<SecretSlot> {
    let live = [(SecretSlot::Current, client.secret), (SecretSlot::Retiring, client.retiring_secret)];
    if live.iter().all(|(_, secret)| secret.is_none()) {
        cx.trace.check("client.secret", false, "none sent", || "a secret".into());
        return refuse(Refusal::ClientWithoutSecret, "");
    }
    let matching = live.into_iter().find_map(|(slot, secret)| {
        secret.filter(|secret| secret.digest == presented).map(|secret| (slot, secret))
    });
    let expected = || {
        let all: Vec<String> =
            live.iter().filter_map(|(_, secret)| secret.map(|secret| secret.digest.fingerprint())).collect();
        all.join(" or ")
    };
    let matched = matching.is_some();
    let expected = if matched { String::new() } else { expected() };
    cx.trace.check("client.secret", matched, expected, || presented.fingerprint().into());
    let Some((slot, secret)) = matching else {
        return wrong(cx, &client.id.to_string(), Refusal::WrongSecret);
    };
    if let Some(ends) = secret.expires_at.filter(|ends| *ends <= cx.now) {
        let now = cx.now;
        let expected = format!("used before {ends}");
        cx.trace.check("client.secret.expires_at", false, expected, || now.to_string().into());
        return refuse(Refusal::SecretExpired, "");
    }
    cx.tx.touch_secret(client.id, slot, cx.now)?;
    Ok(slot)
}

/// Refuses a wrong assertion like a wrong secret, in the words of the client's project.
fn refused_assertion<T>(cx: &mut Cx<'_>, presented: &Presented, refusal: Refusal) -> Outcome<T> {
    let named = presented.client_id.as_deref().and_then(Client::parse_client_id);
    let client = named.map(|id| cx.tx.client(id)).transpose()?.flatten();
    if let Some(client) = &client {
        cx.about.project = Some(client.project);
        cx.about.client = Some(client.id);
    }
    let who = client.map_or_else(|| "unknown".to_owned(), |client| client.id.to_string());
    wrong(cx, &who, refusal)
}

/// Counts a failed authentication and refuses it: with 429 when there were too many. An unknown client is counted like a
/// wrong secret, so that the two take the same time.
fn wrong<T>(cx: &mut Cx<'_>, who: &str, refusal: Refusal) -> Outcome<T> {
    // [RFC6749 §2.3.1] guesses at a secret are limited
    let address = cx.origin.remote_address.as_deref().unwrap_or("local");
    let key = format!("client_secret/{who}/{address}");
    let attempts = cx.tx.count_attempt(&key, cx.now, cx.now - WRONG_SECRETS_WINDOW)?;
    if attempts.count > WRONG_SECRETS {
        let refusal = Refusal::TooManyWrongSecrets;
        return Err(Refused::too_many(refusal, attempts, WRONG_SECRETS, cx.now, WRONG_SECRETS_WINDOW).into());
    }
    refuse(refusal, "")
}
