//! Passwords typed by a person: counted before they are compared, compared off the writer, and as slowly for an account
//! that is not there.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::user::PasswordHash;
use crate::model::{Client, Project, User};
use crate::refusal::Refusal;
use crate::service::{passwords, people};
use crate::stop::{Outcome, Refused, refuse};

/// Wrong passwords of one account from one address before the next one has to wait.
pub const WRONG_PASSWORDS: u32 = 10;
/// Wrong passwords of all accounts from one address.
pub const WRONG_PASSWORDS_OF_ADDRESS: u32 = 100;
/// Seconds they are counted for.
pub const WRONG_PASSWORDS_WINDOW: u32 = 300;

/// What a person typed.
pub struct Credentials {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: Zeroizing<String>,
}

/// An account whose password was right a moment ago.
pub struct Proven {
    /// The account.
    pub user: User,
    keys: [String; 2],
}

fn keys(project: Id<Project>, email: &str, origin: &Origin) -> [String; 2] {
    let address = origin.remote_address.as_deref().unwrap_or("local");
    let account = Sha256::digest(email.as_bytes());
    // The first eight bytes tell accounts apart; the address itself is not kept.
    let account = account.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    [format!("sign_in/{project}/{account:016x}/{address}"), format!("sign_in/{address}")]
}

/// Compares a password with the account's, once it has been counted.
///
/// # Refusals
/// [`Refusal::WrongPassword`] for everything that is wrong with it; [`Refusal::TooManySignIns`].
pub async fn prove(
    engine: &Arc<Engine>,
    origin: &Origin,
    client: &Client,
    credentials: Credentials,
) -> Outcome<Proven> {
    prove_in(engine, origin, (client.project, Some(client.id)), credentials).await
}

/// The same for an account of a project, with or without a client to sign in to.
///
/// # Refusals
/// As [`prove`].
pub async fn prove_in(
    engine: &Arc<Engine>,
    origin: &Origin,
    (project, client): (Id<Project>, Option<Id<Client>>),
    credentials: Credentials,
) -> Outcome<Proven> {
    let Credentials { email, password } = credentials;
    let email = people::compared_email(&email);
    let keys = keys(project, &email, origin);
    let counted = keys.clone();
    let user = engine
        .transact(origin.clone(), move |cx| {
            cx.about.project = Some(project);
            cx.about.client = client;
            for (key, most) in counted.iter().zip([WRONG_PASSWORDS, WRONG_PASSWORDS_OF_ADDRESS]) {
                let attempts = cx.tx.count_attempt(key, cx.now, cx.now - WRONG_PASSWORDS_WINDOW)?;
                if attempts.count > most {
                    let refusal = Refusal::TooManySignIns;
                    let window = WRONG_PASSWORDS_WINDOW;
                    return Err(Refused::too_many(refusal, attempts, most, cx.now, window).into());
                }
            }
            Ok(cx.tx.user_by_email(project, &email)?)
        })
        .await?;
    let right = compare(user.as_ref().and_then(|user| user.password.clone()), password).await?;
    match user {
        Some(user) if right => Ok(Proven { user, keys }),
        _ => {
            engine
                .transact(origin.clone(), move |cx| {
                    cx.about.project = Some(project);
                    cx.about.client = client;
                    cx.trace.check("password", false, "the password of the account", || "another one".into());
                    refuse(Refusal::WrongPassword, "")
                })
                .await
        }
    }
}

async fn compare(stored: Option<PasswordHash>, password: Zeroizing<String>) -> Outcome<bool> {
    passwords::aside(move || match &stored {
        Some(stored) => passwords::verify(stored, &password),
        // As slow as the other branch; no password fits.
        None => passwords::verify(passwords::nobodys()?, &password).map(|_| false),
    })
    .await
}

/// Takes the count of a right password back and makes sure that it was not changed meanwhile. In the transaction that
/// signs in.
pub fn confirm(cx: &mut Cx<'_>, proven: &Proven) -> Outcome<()> {
    for key in &proven.keys {
        cx.tx.forgive_attempt(key)?;
    }
    let unchanged = cx.tx.user(proven.user.id)?.is_some_and(|user| user.password == proven.user.password);
    if cx.trace.check("password", unchanged, "the password of the account", || "changed meanwhile".into()) {
        Ok(())
    } else {
        refuse(Refusal::WrongPassword, "")
    }
}
