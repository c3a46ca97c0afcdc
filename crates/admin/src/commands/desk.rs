//! Desk mode: the window locked to searching people and to issuing, printing and taking back links.
//!
//! It is a setting of the project, so that a new start of the program does not unlock it. In whose name the desk acts is
//! known by membership; the way out takes the password of a project admin.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::Principal;
use anteroom_engine::model::project::DeskMode;
use anteroom_engine::model::{Membership, Project};
use anteroom_engine::service::projects;
use anteroom_engine::service::sign_in::{self, Credentials};
use anteroom_engine::stop::{Fault, Outcome, conflict, invalid};
use anteroom_engine::store::{PeopleFilter, Tx, Window};
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use crate::admin::Admin;
use crate::error::{Code, CommandError};
use crate::member::person;

/// Shortest time after which the screen is cleared, seconds.
const SHORTEST_IDLE: u32 = 15;
/// Longest.
const LONGEST_IDLE: u32 = 3_600;

/// Locks the window to the desk.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Enter {
    /// In whose name the desk acts: a member with the desk right, or an admin.
    pub membership_id: String,
    /// Seconds without a touch after which the screen is cleared, 15 to 3600.
    pub idle_seconds: u32,
}

/// Unlocks the window.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Leave {
    /// E-mail address of a project admin.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// The window is unlocked.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Left {}

/// A window that is locked to the desk.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeskState {
    /// Display name of whoever works there.
    pub person: String,
    /// Seconds without a touch after which the screen is cleared.
    pub idle_seconds: u32,
}

/// The desk mode of a project, if it is on.
pub(super) fn state(tx: &dyn Tx, project: &Project) -> Outcome<Option<DeskState>> {
    let Some(DeskMode { member, idle_seconds }) = project.settings.desk_mode else { return Ok(None) };
    let person = tx.membership(member)?.map_or_else(String::new, |member| member.display.clone());
    Ok(Some(DeskState { person, idle_seconds }))
}

fn project(tx: &dyn Tx, id: Id<Project>) -> Outcome<Arc<Project>> {
    Ok(tx.project(id)?.ok_or(Fault::Inconsistent("the project is gone"))?)
}

pub(crate) async fn enter(admin: &Admin, request: Enter) -> Result<DeskState, CommandError> {
    if !(SHORTEST_IDLE..=LONGEST_IDLE).contains(&request.idle_seconds) {
        let message = sentence!(
            "The screen is cleared after {shortest} to {longest} seconds.",
            shortest = SHORTEST_IDLE,
            longest = LONGEST_IDLE
        );
        return Err(CommandError::new(Code::Invalid, Some("idleSeconds"), message));
    }
    // Beside the writer: who could unlock the window again is found by walking the people.
    let way_out = admin.read_project(|tx, project, _| has_way_out(tx, project)).await?;
    admin
        .change(move |cx, _, acting| {
            let member = member(cx.tx, acting.project, &request.membership_id)?;
            if !way_out {
                return conflict(
                    None,
                    sentence!("No active admin of this project has a password, so nobody could unlock the window again. Give one a password first."),
                );
            }
            let before = project(cx.tx, acting.project)?;
            let mut after = (*before).clone();
            after.settings.desk_mode =
                Some(DeskMode { member: member.id, idle_seconds: request.idle_seconds });
            projects::update(cx, &before, &after)?;
            Ok(DeskState { person: member.display.clone(), idle_seconds: request.idle_seconds })
        })
        .await
}

/// The member, if they may work at the desk.
fn member(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<Arc<Membership>> {
    let field = "membershipId";
    let member = person(tx, project, id, field)?;
    if !member.may_issue_links() {
        let message =
            sentence!("{member} has no desk right. Give it under People first.", member = &member.display);
        return invalid(field, message);
    }
    Ok(member)
}

/// Whether an active admin has a password.
fn has_way_out(tx: &dyn Tx, project: Id<Project>) -> Outcome<bool> {
    const SLICE: u32 = 500;
    for offset in (0..).step_by(SLICE as usize) {
        let slice = tx.list_people(project, &PeopleFilter::default(), Window { offset, limit: SLICE })?;
        for row in &slice.rows {
            let Principal::User(user) = row.membership.principal else { continue };
            let admin = row.membership.admin && row.membership.active;
            if admin && tx.user(user)?.is_some_and(|user| user.password.is_some()) {
                return Ok(true);
            }
        }
        if slice.rows.len() < SLICE as usize {
            break;
        }
    }
    Ok(false)
}

pub(crate) async fn leave(admin: &Admin, request: Leave) -> Result<Left, CommandError> {
    let acting = admin.acting().await?;
    if !acting.desk {
        return Ok(Left {});
    }
    let origin = admin.origin();
    let credentials = Credentials { email: request.email, password: Zeroizing::new(request.password) };
    let proven = sign_in::prove_in(admin.engine(), &origin, (acting.project, None), credentials);
    let proven =
        proven.await.map_err(|stop| CommandError { field: Some("password".to_owned()), ..stop.into() })?;
    admin
        .change(move |cx, _, acting| {
            sign_in::confirm(cx, &proven)?;
            let members = cx.tx.memberships_of_user(acting.project, proven.user.id)?;
            let Some(unlocks) = members.iter().find(|member| member.admin && member.active) else {
                return invalid("email", sentence!("Only a project admin unlocks the window."));
            };
            cx.about.actor = Some(unlocks.id);
            let before = project(cx.tx, acting.project)?;
            let mut after = (*before).clone();
            after.settings.desk_mode = None;
            projects::update(cx, &before, &after)
        })
        .await?;
    Ok(Left {})
}
