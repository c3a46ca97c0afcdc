//! Medplum's second-factor endpoints: `/auth/mfa/status`, `enroll` and `disable` for who is signed in, `verify` and
//! `login-enroll` for who is signing in.
//!
//! # Differs from Medplum
//! A code is accepted once, and five wrong ones in five minutes make the next one wait. A secret is shown until the person
//! is enrolled, and then no more.

use std::sync::Arc;

use anteroom_oauth::secret::Secret;

use crate::caller::{self, Credentials};
use crate::cx::{Cx, Origin};
use crate::endpoint::login::{self, Answer};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::interaction::Who;
use crate::model::membership::Principal;
use crate::model::{SecondFactor, User};
use crate::refusal::Refusal;
use crate::service::second_factor::{self, EnrollUri};
use crate::stop::{Fault, Outcome, refuse};

/// Whether the person is enrolled; if not, the address an authenticator app takes the secret from.
#[derive(Debug)]
pub enum Status {
    /// `enrolled: true`
    Enrolled,
    /// `enrolled: false`
    NotEnrolled(Secret<EnrollUri>),
}

/// The person behind the access token, and the account's second factor.
fn person(cx: &mut Cx<'_>, proof: &caller::Proof) -> Outcome<(Id<User>, Option<SecondFactor>)> {
    let membership = caller::authenticate(cx, proof)?.membership;
    cx.about.subject = Some(membership.id);
    match membership.principal {
        Principal::User(user) => Ok((user, cx.tx.second_factor(user)?)),
        Principal::Client(_) => refuse(Refusal::NotAPerson, "a client's own token"),
    }
}

/// `GET /auth/mfa/status`: makes a secret for who has none.
///
/// # Refusals
/// Not authenticated; a client.
pub async fn status(
    engine: &Arc<Engine>,
    origin: Origin,
    credentials: Option<Credentials>,
) -> Outcome<Status> {
    let proof = caller::verify(engine, credentials)?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (user, factor) = person(cx, &proof)?;
            if factor.is_some_and(|factor| factor.is_enrolled()) {
                return Ok(Status::Enrolled);
            }
            let factor = second_factor::begin(cx, &inner, user)?;
            let uri = second_factor::enroll_uri(cx.tx, &inner, &factor)?;
            Ok(Status::NotEnrolled(uri.ok_or(Fault::Inconsistent("a second factor without secret"))?))
        })
        .await
}

/// `POST /auth/mfa/enroll`.
///
/// # Refusals
/// Not authenticated; a client; enrolled; no secret yet; a wrong code, or too many of them.
pub async fn enroll(
    engine: &Arc<Engine>,
    origin: Origin,
    credentials: Option<Credentials>,
    token: String,
) -> Outcome<()> {
    let proof = caller::verify(engine, credentials)?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (user, _) = person(cx, &proof)?;
            second_factor::enroll(cx, &inner, user, &token, Refusal::WrongEnrollCode)
        })
        .await
}

/// `POST /auth/mfa/disable`.
///
/// # Refusals
/// Not authenticated; a client; no secret; not enrolled; no code; a wrong code, or too many of them.
pub async fn disable(
    engine: &Arc<Engine>,
    origin: Origin,
    credentials: Option<Credentials>,
    token: Option<String>,
) -> Outcome<()> {
    let proof = caller::verify(engine, credentials)?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (user, factor) = person(cx, &proof)?;
            let Some(factor) = factor.filter(|factor| factor.secret.is_some()) else {
                return refuse(Refusal::SecondFactorSecretMissing, "");
            };
            if !cx.trace.check("second_factor.enrolled", factor.is_enrolled(), "true", || "false".into()) {
                return refuse(Refusal::SecondFactorNotEnrolled, "");
            }
            let Some(token) = token else { return refuse(Refusal::MissingSecondFactorCode, "") };
            second_factor::check(cx, &inner, &factor, &token, Refusal::WrongEnrollCode)?;
            second_factor::remove(cx, user, "second factor taken away by the person").map(drop)
        })
        .await
}

/// `POST /auth/mfa/verify`: a login goes on with a code.
///
/// # Refusals
/// Unknown login; not enrolled; granted or revoked; verified before; a wrong code, or too many of them; and what a login
/// refuses that goes on.
pub async fn verify(engine: &Arc<Engine>, origin: Origin, login: String, token: String) -> Outcome<Answer> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (mut interaction, client) = login::find(cx, Id::parse(&login))?;
            let who = interaction.who.ok_or(Fault::Inconsistent("a login of nobody"))?;
            let factor = cx.tx.second_factor(who.user)?.filter(SecondFactor::is_enrolled);
            let enrolled = factor.is_some();
            if !cx.trace.check("second_factor.enrolled", enrolled, "true", || "false".into()) {
                return refuse(Refusal::SecondFactorNotEnrolled, "");
            }
            let factor = factor.ok_or(Fault::Inconsistent("a second factor went away"))?;
            login::waits(cx, &interaction, Refusal::LoginGranted)?;
            if !cx.trace.check("login.second_factor", !who.second_factor, "not yet", || "given".into()) {
                return refuse(Refusal::SecondFactorVerified, "");
            }
            cx.about.subject = interaction.membership;
            second_factor::check(cx, &inner, &factor, &token, Refusal::WrongSecondFactorCode)?;
            interaction.who = Some(Who { second_factor: true, ..who });
            login::answer(cx, &inner, &client, &mut interaction)
        })
        .await
}

/// `POST /auth/mfa/login-enroll`: a login that must enroll first goes on.
///
/// # Refusals
/// As [`verify`]; enrolled; no secret.
pub async fn login_enroll(
    engine: &Arc<Engine>,
    origin: Origin,
    login: String,
    token: String,
) -> Outcome<Answer> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (mut interaction, client) = login::find(cx, Id::parse(&login))?;
            let who = interaction.who.ok_or(Fault::Inconsistent("a login of nobody"))?;
            let factor = cx.tx.second_factor(who.user)?;
            if factor.as_ref().is_some_and(SecondFactor::is_enrolled) {
                return refuse(Refusal::SecondFactorEnrolled, "");
            }
            if factor.is_none_or(|factor| factor.secret.is_none()) {
                return refuse(Refusal::SecondFactorSecretMissing, "");
            }
            login::waits(cx, &interaction, Refusal::LoginGranted)?;
            cx.about.subject = interaction.membership;
            second_factor::enroll(cx, &inner, who.user, &token, Refusal::WrongSecondFactorCode)?;
            interaction.who = Some(Who { second_factor: true, ..who });
            login::answer(cx, &inner, &client, &mut interaction)
        })
        .await
}
