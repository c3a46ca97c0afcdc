//! Lets a code or a token of a test run end before its time, so that the run can show what happens then.
//!
//! What is ended is named by its own value, which only the run has: nothing else can be reached.

use anteroom_oauth::secret::{AuthorizationCode, PreAuthorizedCode, RefreshToken, Secret};
use anteroom_sentence::sentence;

use crate::cx::{Cx, Topic};
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::pre_authorized_code::Ending;
use crate::model::{Client, Project, refresh_token};
use crate::stop::{Outcome, invalid};

/// What is ended.
pub enum Ended {
    /// An authorization code that nobody redeemed.
    AuthorizationCode(Secret<AuthorizationCode>),
    /// A pre-authorized code: it is taken back at the desk.
    PreAuthorizedCode(Secret<PreAuthorizedCode>),
    /// A refresh token, the newest of its family.
    RefreshToken(Secret<RefreshToken>),
}

/// Ends it now; an unfit value when it is not the project's, or not there. The log says who did it.
pub fn end(cx: &mut Cx<'_>, project: Id<Project>, ended: &Ended) -> Outcome<()> {
    let Some((row, client)) = find_and_end(cx, project, ended)? else {
        return invalid("failures", sentence!("What was to end before its time is not there."));
    };
    cx.about.client = Some(client);
    cx.about.row = Some(row);
    cx.event(EventKind::EndedEarly, EventBody::default())?;
    cx.changed(Topic::People);
    Ok(())
}

fn find_and_end(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    ended: &Ended,
) -> Outcome<Option<(uuid::Uuid, Id<Client>)>> {
    match ended {
        Ended::AuthorizationCode(code) => {
            let Some(row) = cx.tx.issued_code(&code.digest())?.filter(|row| row.project == project) else {
                return Ok(None);
            };
            cx.tx.end_codes_of_login(row.login, cx.now)?;
            Ok(Some((row.login.uuid(), row.client)))
        }
        Ended::PreAuthorizedCode(code) => {
            let found = cx.tx.pre_authorized_code_by_digest(&code.digest())?;
            let Some(row) = found.filter(|row| row.project == project) else { return Ok(None) };
            cx.tx.end_pre_authorized_code(row.id, Ending::Revoked, cx.now)?;
            cx.changed(Topic::MagicLinks(Some(row.id.uuid())));
            Ok(Some((row.id.uuid(), row.client)))
        }
        Ended::RefreshToken(token) => {
            let Some(locator) = refresh_token::locator(token) else { return Ok(None) };
            let Some(family) = cx.tx.refresh_family(&locator)? else { return Ok(None) };
            let live = cx.tx.live_login(family.login)?.filter(|live| live.login.project == project);
            if live.is_none() {
                return Ok(None);
            }
            let current = &family.current;
            cx.tx.rotate_refresh_token(family.login, current, current, cx.now, cx.now)?;
            Ok(Some((family.login.uuid(), family.client)))
        }
    }
}
