//! `POST /auth/revoke`: a person ends a sign-in of their own.

use std::sync::Arc;

use crate::caller::{self, Credentials};
use crate::cx::Origin;
use crate::engine::Engine;
use crate::id::Id;
use crate::model::membership::Principal;
use crate::model::{Interaction, Login};
use crate::refusal::Refusal;
use crate::service::people;
use crate::stop::{Outcome, refuse};

/// Ends the login with this id, granted or waiting. Ending one that has ended is no mistake.
///
/// # Refusals
/// Not authenticated; no id; unknown, or another person's, which look alike.
pub async fn revoke(
    engine: &Arc<Engine>,
    origin: Origin,
    credentials: Option<Credentials>,
    login: Option<String>,
) -> Outcome<()> {
    let proof = caller::verify(engine, credentials)?;
    engine
        .transact(origin, move |cx| {
            let own = caller::authenticate(cx, &proof)?.membership;
            let Some(id) = login.as_deref().and_then(Id::<Login>::parse) else {
                return refuse(Refusal::LoginIdRequiredToRevoke, "");
            };
            if let Some(live) = cx.tx.live_login(id)? {
                let same = live.membership.principal == own.principal;
                if !cx.trace.check("login.user", same, "the caller", || "another".into()) {
                    return refuse(Refusal::LoginNotFound, "another person's");
                }
                people::revoke_session(cx, &live.login)?;
                return Ok(());
            }
            let waiting: Id<Interaction> = Id::from_uuid(id.uuid());
            let found = cx.tx.interaction(waiting)?.filter(|found| found.browser.is_none());
            let same = match (found.and_then(|found| found.who), own.principal) {
                (Some(who), Principal::User(user)) => who.user == user,
                _ => false,
            };
            if !cx.trace.check("login.user", same, "the caller", || "another, or no such login".into()) {
                return refuse(Refusal::LoginNotFound, "");
            }
            cx.tx.finish_interaction(waiting, cx.now)?;
            cx.tx.end_codes_of_login(id, cx.now)?;
            Ok(())
        })
        .await
}
