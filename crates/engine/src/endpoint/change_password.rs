//! `POST /auth/changepassword`: a person replaces the password they know.
//!
//! # Differs from Medplum
//! Passwords are not looked up at a breach database: nothing leaves this machine.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::caller::{self, Credentials};
use crate::cx::Origin;
use crate::engine::Engine;
use crate::model::User;
use crate::model::membership::Principal;
use crate::refusal::Refusal;
use crate::service::passwords::{LONGEST, SHORTEST};
use crate::service::sign_in;
use crate::service::{logout, passwords};
use crate::stop::{Fault, Outcome, Stop, refuse};

/// The two passwords.
pub struct Request {
    old: Zeroizing<String>,
    new: Zeroizing<String>,
}

impl Request {
    /// Reads the two members of the body.
    ///
    /// # Refusals
    /// [`Refusal::MissingOldPassword`], [`Refusal::NewPasswordInvalid`].
    pub fn read(old: Option<String>, new: Option<String>) -> Outcome<Self> {
        let Some(old) = old else { return refuse(Refusal::MissingOldPassword, "") };
        let new = Zeroizing::new(new.unwrap_or_default());
        if new.chars().count() < SHORTEST || new.len() > LONGEST {
            return refuse(Refusal::NewPasswordInvalid, "");
        }
        Ok(Self { old: Zeroizing::new(old), new })
    }
}

/// Replaces the password and ends every sign-in of the person, the caller's own included.
///
/// # Refusals
/// Not authenticated; what [`Request::read`] refuses; no password; a wrong one, or too many of them.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    credentials: Option<Credentials>,
    request: Outcome<Request>,
) -> Outcome<()> {
    let proof = caller::verify(engine, credentials)?;
    let (request, membership, project, email) = engine
        .transact(origin.clone(), move |cx| {
            let membership = caller::authenticate(cx, &proof)?.membership;
            cx.about.subject = Some(membership.id);
            let request = request?;
            let user = match membership.principal {
                Principal::User(user) => cx.tx.user(user)?,
                Principal::Client(_) => None,
            };
            let with_password = user.filter(|user| user.password.is_some());
            let there = with_password.is_some();
            if !cx.trace.check("user.password", there, "a password", || "none".into()) {
                return refuse(Refusal::NoPassword, "");
            }
            let user = with_password.ok_or(Fault::Inconsistent("a password went away"))?;
            Ok((request, membership, user.project, user.email.unwrap_or_default()))
        })
        .await?;
    let credentials = sign_in::Credentials { email, password: request.old };
    let proven = match sign_in::prove_in(engine, &origin, (project, None), credentials).await {
        Err(Stop::Refused(refused)) if refused.refusal == Refusal::WrongPassword => {
            return Err(engine.refuse_as(&origin, refused, Refusal::IncorrectPassword));
        }
        other => other?,
    };
    let (inner, new) = (Arc::clone(engine), request.new);
    let hash = passwords::aside(move || passwords::hash(inner.entropy(), &new)).await?;
    engine
        .transact(origin, move |cx| {
            sign_in::confirm(cx, &proven)?;
            let user = cx.tx.user(proven.user.id)?.ok_or(Fault::Inconsistent("an account went away"))?;
            cx.tx.update_user(&User { password: Some(hash), ..user })?;
            logout::end_everything(cx, &membership)
        })
        .await
}
