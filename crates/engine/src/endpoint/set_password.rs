//! `POST /auth/setpassword` and the page `/setpassword/{id}/{secret}`: a person chooses a password with a link that an
//! admin handed over. Looking spends nothing; the first password that fits does.
//!
//! # Differs from Medplum
//! A link ends by itself, and when a newer one is made or the password is changed another way; it does not work while the
//! person is switched off. Links are not mailed.
//! Passwords are not looked up at a breach database: nothing leaves this machine.

use std::sync::Arc;

use anteroom_oauth::secret::{Secret, UserSecurityRequest as RequestKind};
use zeroize::Zeroizing;

use crate::check;
use crate::cx::Origin;
use crate::engine::Engine;
use crate::id::Id;
use crate::model::{Membership, UserSecurityRequest};
use crate::refusal::Refusal;
use crate::service::passwords::{LONGEST, SHORTEST};
use crate::service::{passwords, people};
use crate::stop::{Fault, Outcome, Stop, refuse};
use crate::store::Tx;
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// What the link says: which request, and its secret.
pub struct Request {
    id: Id<UserSecurityRequest>,
    secret: Secret<RequestKind>,
}

impl Request {
    /// Reads the two values.
    ///
    /// # Refusals
    /// [`Refusal::InvalidRequestId`], [`Refusal::MissingSecret`].
    pub fn read(id: Option<&str>, secret: Option<String>) -> Outcome<Self> {
        let Some(id) = id.and_then(Id::parse) else { return refuse(Refusal::InvalidRequestId, "") };
        let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
            return refuse(Refusal::MissingSecret, "");
        };
        Ok(Self { id, secret: Secret::new(secret) })
    }
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// With what the person will sign in.
    pub email: String,
    /// Until when the link works.
    pub expires_at: Timestamp,
}

/// The request of a link that still works, and whose it is.
fn check(
    tx: &dyn Tx,
    trace: &mut Trace,
    request: &Request,
    now: Timestamp,
) -> Outcome<(UserSecurityRequest, Arc<Membership>)> {
    let found = tx.user_security_request(request.id)?;
    let wanted = "a link that was made, and the newest";
    trace.check("request.exists", found.is_some(), wanted, || "none of this id".into());
    let Some(row) = found else { return refuse(Refusal::SecurityRequestNotFound, "") };
    let given = request.secret.digest();
    let same = given == row.secret;
    if !trace.check("request.secret", same, row.secret.fingerprint(), || given.fingerprint().into()) {
        return refuse(Refusal::IncorrectSecret, "");
    }
    let used = row.used_at;
    if !trace.check("request.used_at", used.is_none(), "unused", || {
        used.map_or_else(String::new, Timestamp::iso8601).into()
    }) {
        return refuse(Refusal::SecurityRequestUsed, "");
    }
    let fresh = now < row.expires_at;
    if !trace.check("request.expires_at", fresh, format!("later than {}", now.iso8601()), || {
        row.expires_at.iso8601().into()
    }) {
        return refuse(Refusal::SecurityRequestExpired, "");
    }
    // A password would let nobody in, until somebody who no longer knows about the link switches the person on again.
    let member = tx.membership(row.membership)?.ok_or(Fault::Inconsistent("a request without membership"))?;
    check::member_active(trace, &member, Refusal::SecurityRequestNotFound)?;
    Ok((row, member))
}

/// Whose password a link sets. Writes nothing.
///
/// # Refusals
/// [`Refusal::SecurityRequestNotFound`], also for somebody who is switched off; [`Refusal::IncorrectSecret`],
/// [`Refusal::SecurityRequestUsed`], [`Refusal::SecurityRequestExpired`].
pub fn look(engine: &Engine, origin: &Origin, request: &Request) -> Outcome<View> {
    engine.read_for(origin, |tx, now, trace| {
        let (row, _) = check(tx, trace, request, now)?;
        let user = tx.user(row.user)?.ok_or(Fault::Inconsistent("a request without account"))?;
        Ok(View { email: user.email.unwrap_or_default(), expires_at: row.expires_at })
    })
}

/// Gives the account the password, and ends every sign-in of the person.
///
/// # Refusals
/// As [`look`]; [`Refusal::PasswordTooShort`]; `password` for one that is too long.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    request: Request,
    password: Zeroizing<String>,
) -> Outcome<View> {
    // Hashing is slow on purpose: nobody gets it without a link that works.
    let view = look(engine, &origin, &request)?;
    if password.chars().count() < SHORTEST {
        return engine.refuse_unread(&origin, Stop::refused(Refusal::PasswordTooShort));
    }
    if password.len() > LONGEST {
        return engine.refuse_unread(&origin, Stop::refused(Refusal::PasswordTooLong));
    }
    let inner = Arc::clone(engine);
    let hash = passwords::aside(move || passwords::hash(inner.entropy(), &password)).await?;
    engine
        .transact(origin, move |cx| {
            let (row, membership) = check(cx.tx, &mut cx.trace, &request, cx.now)?;
            if !cx.tx.use_security_request(row.id, cx.now)? {
                return refuse(Refusal::SecurityRequestUsed, "");
            }
            people::choose_password(cx, &membership, hash)?;
            Ok(view)
        })
        .await
}
