//! Second factors: time-based one-time passwords [RFC6238] with SHA-1, six digits, thirty seconds, one step either way.
//!
//! A code is counted before it is compared and accepted once. The secret is sealed; only the person who enrolls sees it.

use anteroom_oauth::secret::Secret;
use subtle::ConstantTimeEq as _;
use totp_rs::{Algorithm, TOTP};
use zeroize::Zeroizing;

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::entropy;
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::interaction::Who;
use crate::model::login::AuthMethod;
use crate::model::membership::Principal;
use crate::model::second_factor::{DIGITS, STEP};
use crate::model::{Membership, SecondFactor, User};
use crate::refusal::Refusal;
use crate::seal::Sealed;
use crate::stop::{Fault, Outcome, Refused, refuse};
use crate::store::{StoreResult, Tx};
use crate::timestamp::Timestamp;

/// Wrong codes of one account before the next one has to wait [RFC4226 §7.3].
pub const WRONG_CODES: u32 = 5;
/// Seconds they are counted for.
pub const WRONG_CODES_WINDOW: u32 = 300;
/// Bytes of a new secret: 160 bits, as [RFC4226 §4] recommends; random [RFC6238 §3].
const SECRET_BYTES: usize = 20;
/// Steps a code may be early or late [RFC6238 §5.2].
const SKEW: i64 = 1;
/// Who the authenticator app says the code is for.
const ISSUER: &str = "Anteroom";

/// A `otpauth://` address. It holds the secret.
#[derive(Debug)]
pub enum EnrollUri {}

/// What signing in still needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// Nothing.
    Nothing,
    /// A code.
    Code,
    /// The account must have a second factor and has none yet.
    Enrolment,
}

/// What an account needs besides its password.
pub fn needed_by(tx: &dyn Tx, user: Id<User>) -> StoreResult<Needed> {
    Ok(match tx.second_factor(user)? {
        Some(factor) if factor.is_enrolled() => Needed::Code,
        Some(factor) if factor.required => Needed::Enrolment,
        _ => Needed::Nothing,
    })
}

/// What a sign-in still needs. Only passwords ask for a second factor.
pub fn needed(tx: &dyn Tx, who: &Who) -> StoreResult<Needed> {
    if who.second_factor || who.auth_method != AuthMethod::Password {
        return Ok(Needed::Nothing);
    }
    needed_by(tx, who.user)
}

fn place(user: Id<User>) -> String {
    format!("second_factor/{user}")
}

/// The place and the sealed secret of a row: to seal it anew.
pub(crate) fn sealed(factor: &SecondFactor) -> Option<(String, &Sealed)> {
    factor.secret.as_ref().map(|sealed| (place(factor.user), sealed))
}

fn totp(secret: &[u8], account: String) -> Outcome<TOTP> {
    let made = TOTP::new(
        Algorithm::SHA1,
        DIGITS,
        1,
        u64::from(STEP),
        secret.to_vec(),
        Some(ISSUER.to_owned()),
        account,
    );
    Ok(made.map_err(|_| Fault::Inconsistent("the secret of a second factor"))?)
}

/// The account's row, with a secret: made now if it has none. An enrolled one is given back as it is.
pub fn begin(cx: &mut Cx<'_>, engine: &Engine, user: Id<User>) -> Outcome<SecondFactor> {
    let factor = cx.tx.second_factor(user)?.unwrap_or_else(|| SecondFactor::none(user));
    if factor.secret.is_some() {
        return Ok(factor);
    }
    let plain = Zeroizing::new(entropy::bytes::<SECRET_BYTES>(cx.entropy)?);
    let sealed = engine.master_key().seal(cx.entropy, &place(user), &*plain).map_err(Fault::from)?;
    let factor = SecondFactor { secret: Some(sealed), enrolled_at: None, last_step: None, ..factor };
    cx.tx.put_second_factor(&factor)?;
    Ok(factor)
}

/// The address an authenticator app takes the secret from. None once the person is enrolled: it is shown no more.
pub fn enroll_uri(tx: &dyn Tx, engine: &Engine, factor: &SecondFactor) -> Outcome<Option<Secret<EnrollUri>>> {
    let Some(sealed) = factor.secret.as_ref().filter(|_| factor.enrolled_at.is_none()) else {
        return Ok(None);
    };
    let user = tx.user(factor.user)?.ok_or(Fault::Inconsistent("a second factor without account"))?;
    let project = tx.project(user.project)?.ok_or(Fault::Inconsistent("an account without project"))?;
    // A colon would end the issuer. A long name would make the picture hard to scan.
    let name: String = project.name.chars().filter(|character| *character != ':').take(24).collect();
    let email = user.email.unwrap_or_default().replace(':', " ");
    let account = if email.is_empty() { name } else { format!("{name} - {email}") };
    let plain = engine.master_key().open(&place(factor.user), sealed).map_err(Fault::from)?;
    Ok(Some(Secret::new(totp(&plain, account)?.get_url())))
}

/// Compares a code, once it has been counted, and takes its time step: the same code does not count twice.
///
/// # Refusals
/// `wrong`; [`Refusal::TooManySecondFactorCodes`].
pub fn check(
    cx: &mut Cx<'_>,
    engine: &Engine,
    factor: &SecondFactor,
    code: &str,
    wrong: Refusal,
) -> Outcome<()> {
    let Some(sealed) = &factor.secret else { return refuse(Refusal::SecondFactorSecretMissing, "") };
    let key = place(factor.user);
    let attempts = cx.tx.count_attempt(&key, cx.now, cx.now - WRONG_CODES_WINDOW)?;
    if attempts.count > WRONG_CODES {
        let refusal = Refusal::TooManySecondFactorCodes;
        return Err(Refused::too_many(refusal, attempts, WRONG_CODES, cx.now, WRONG_CODES_WINDOW).into());
    }
    let plain = engine.master_key().open(&key, sealed).map_err(Fault::from)?;
    // The app that shows the code goes by the clock, also after it was set back and the engine's own time stands still.
    let step = matching_step(&plain, code, engine.wall_clock())?;
    let fresh = match step {
        Some(step) => cx.tx.accept_time_step(factor.user, sealed, step)?,
        None => false,
    };
    if cx.trace.check("second_factor.code", fresh, "a code of this minute, for the first time", || {
        if step.is_some() { "a code that was used before".into() } else { "another code".into() }
    }) {
        cx.tx.forgive_attempt(&key)?;
        Ok(())
    } else {
        refuse(wrong, "")
    }
}

/// The time step whose code this is [RFC6238 §4.2]. All of them are compared, whichever fits.
fn matching_step(secret: &[u8], code: &str, now: Timestamp) -> Outcome<Option<i64>> {
    let totp = totp(secret, String::new())?;
    let current = now.seconds().div_euclid(i64::from(STEP));
    let mut found = None;
    for step in current - SKEW..=current + SKEW {
        let Ok(time) = u64::try_from(step * i64::from(STEP)) else { continue };
        let expected = Zeroizing::new(totp.generate(time));
        if bool::from(expected.as_bytes().ct_eq(code.as_bytes())) {
            found = Some(step);
        }
    }
    Ok(found)
}

/// The person proves to have the secret: from now on signing in asks for a code.
///
/// # Refusals
/// [`Refusal::SecondFactorEnrolled`], [`Refusal::SecondFactorSecretMissing`], and what [`check`] refuses.
pub fn enroll(cx: &mut Cx<'_>, engine: &Engine, user: Id<User>, code: &str, wrong: Refusal) -> Outcome<()> {
    let factor = cx.tx.second_factor(user)?.unwrap_or_else(|| SecondFactor::none(user));
    if factor.enrolled_at.is_some() {
        return refuse(Refusal::SecondFactorEnrolled, "");
    }
    check(cx, engine, &factor, code, wrong)?;
    // Read again: `check` has noted the time step.
    let noted = cx.tx.second_factor(user)?.ok_or(Fault::Inconsistent("a second factor went away"))?;
    cx.tx.put_second_factor(&SecondFactor { enrolled_at: Some(cx.now), ..noted })?;
    changed(cx, "second factor enrolled")
}

/// Takes the second factor away, secret and all. Whether it is required stays. Whether there was one.
pub fn remove(cx: &mut Cx<'_>, user: Id<User>, detail: &'static str) -> Outcome<bool> {
    let Some(factor) = cx.tx.second_factor(user)?.filter(|factor| factor.secret.is_some()) else {
        return Ok(false);
    };
    let required = factor.required;
    cx.tx.put_second_factor(&SecondFactor { required, ..SecondFactor::none(user) })?;
    changed(cx, detail)?;
    Ok(true)
}

/// An admin takes a person's second factor away: the phone was lost. Tries that were counted are forgiven. Whether there
/// was one.
pub fn reset(cx: &mut Cx<'_>, membership: &Membership) -> Outcome<bool> {
    let Principal::User(user) = membership.principal else { return Ok(false) };
    cx.about.project = Some(membership.project);
    cx.about.subject = Some(membership.id);
    cx.tx.forget_attempts(&place(user))?;
    remove(cx, user, "second factor reset by an admin")
}

/// Says whether an account must have a second factor; whether that is new.
pub fn require(cx: &mut Cx<'_>, membership: &Membership, user: Id<User>, required: bool) -> Outcome<bool> {
    let factor = cx.tx.second_factor(user)?.unwrap_or_else(|| SecondFactor::none(user));
    if factor.required == required {
        return Ok(false);
    }
    cx.tx.put_second_factor(&SecondFactor { required, ..factor })?;
    cx.about.project = Some(membership.project);
    cx.about.subject = Some(membership.id);
    changed(cx, if required { "second factor required" } else { "second factor not required" })?;
    Ok(true)
}

fn changed(cx: &mut Cx<'_>, detail: &'static str) -> Outcome<()> {
    cx.event(EventKind::MemberUpdated, EventBody { detail: Some(detail.into()), ..EventBody::default() })?;
    cx.changed(Topic::People);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [RFC6238 appendix B], the last six digits.
    #[test]
    fn rfc6238_b_the_codes_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code, step) in
            [(59, "287082", 1), (1_111_111_109, "081804", 37_037_036), (2_000_000_000, "279037", 66_666_666)]
        {
            let at = |seconds| matching_step(secret, code, Timestamp::from_seconds(seconds)).unwrap();
            assert_eq!(at(seconds), Some(step));
            assert_eq!(at(seconds + 30), Some(step), "one step late");
            assert_eq!(at(seconds - 30), Some(step), "one step early");
            assert_eq!(at(seconds + 61), None, "two steps late");
        }
        for wrong in ["", "28708", "287082 ", "0287082", "２８７０８２"] {
            assert_eq!(matching_step(secret, wrong, Timestamp::from_seconds(59)).unwrap(), None, "{wrong}");
        }
    }
}
