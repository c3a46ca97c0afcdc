//! Ending what somebody signed in to.

use crate::cx::{Cx, Topic};
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::membership::Principal;
use crate::model::{Membership, Session};
use crate::stop::Outcome;

/// Ends a browser session and the logins that came from it, except those the person let act while they are away.
pub fn end_session(cx: &mut Cx<'_>, session: &Session) -> Outcome<()> {
    if !cx.tx.end_session(session.id, cx.now)? {
        return Ok(());
    }
    cx.tx.end_codes_of_session(session.id, cx.now)?;
    for login in cx.tx.logins_of_session(session.id)? {
        cx.tx.revoke_login(login, cx.now)?;
    }
    cx.about.project = Some(session.project);
    cx.about.subject = session.membership;
    cx.about.row = Some(session.id.uuid());
    let detail = Some("signed out in the browser".to_owned());
    cx.event(EventKind::SessionRevoked, EventBody { detail, ..EventBody::default() })?;
    cx.changed(Topic::People);
    Ok(())
}

/// Ends everything of a person: browser sessions and logins. After a password was changed.
pub fn end_everything(cx: &mut Cx<'_>, membership: &Membership) -> Outcome<()> {
    let Principal::User(user) = membership.principal else { return Ok(()) };
    let sessions = cx.tx.end_sessions_of_user(user, cx.now)?;
    // A link to choose a password would undo the change.
    cx.tx.delete_waiting_security_requests(user)?;
    // What waits for somebody who signed in with the old password waits in vain.
    for waiting in cx.tx.end_interactions_of_user(user, cx.now)? {
        cx.tx.end_codes_of_login(Id::from_uuid(waiting.uuid()), cx.now)?;
    }
    let mut logins = 0;
    for own in cx.tx.memberships_of_user(membership.project, user)? {
        // A code that nobody redeemed yet would make a login of its own.
        cx.tx.end_codes_of_member(own.id, cx.now)?;
        logins += cx.tx.revoke_logins_of_member(own.id, cx.now)?;
    }
    if sessions + logins > 0 {
        cx.about.project = Some(membership.project);
        cx.about.subject = Some(membership.id);
        let detail = Some("the password was changed".to_owned());
        cx.event(EventKind::SessionRevoked, EventBody { detail, ..EventBody::default() })?;
        cx.changed(Topic::People);
    }
    Ok(())
}
