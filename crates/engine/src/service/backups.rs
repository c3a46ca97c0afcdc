//! Backups: a copy of the whole store, and what is done with one before it is put in place.
//!
//! A copy remembers what was handed out, not what became of it since. So nothing that works once outlives a restore: a code
//! that was redeemed after the copy was made must not be redeemed again, and a session that was revoked must not be back.
//!
//! # Not supported
//! Secrets, signing keys and passwords that were changed after the copy was made: they are those of then.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cx::{About, Cx, Origin, Topic};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::Membership;
use crate::model::event::{EventBody, EventKind};
use crate::stop::{Outcome, Stop};
use crate::store::Ended;
use crate::timestamp::Timestamp;

/// The folder of the backups in the data folder.
pub const FOLDER: &str = "backups";

/// What the name of a backup ends with.
pub const EXTENSION: &str = "db";

/// The name of a backup without its extension: `anteroom-20260516T201500Z`.
pub fn stem(at: Timestamp) -> String {
    let digits: String =
        at.iso8601().chars().take(19).filter(|letter| !matches!(letter, '-' | ':')).collect();
    format!("anteroom-{digits}Z")
}

/// Says in the log that a backup was made.
///
/// # Errors
/// When the event cannot be written.
pub fn made(cx: &mut Cx<'_>, name: &str) -> Outcome<()> {
    note(cx, EventKind::BackupMade, json!({ "file": name }))
}

/// Says in the log that a backup was deleted.
///
/// # Errors
/// When the event cannot be written.
pub fn deleted(cx: &mut Cx<'_>, name: &str) -> Outcome<()> {
    note(cx, EventKind::BackupDeleted, json!({ "file": name }))
}

fn note(cx: &mut Cx<'_>, kind: EventKind, after: Value) -> Outcome<()> {
    cx.event(kind, EventBody { after: Some(after), ..EventBody::default() })?;
    cx.changed(Topic::Settings);
    Ok(())
}

/// Makes a copy fit to take the place of the store: ends whatever works once, and says in the log of each project that it
/// was put back, by whom if the copy knows that member.
///
/// # Errors
/// When the copy cannot be written.
pub async fn prepare(engine: &Arc<Engine>, name: String, by: Option<Id<Membership>>) -> Result<Ended, Stop> {
    let origin = Origin::inside(engine.issuer().clone());
    let prepare = move |cx: &mut Cx<'_>| {
        let ended = cx.tx.end_everything(cx.now)?;
        let by = by.map(|id| cx.tx.membership(id)).transpose()?.flatten();
        for project in cx.tx.list_projects()? {
            let actor = by.as_ref().filter(|member| member.project == project.id).map(|member| member.id);
            cx.about = About { project: Some(project.id), actor, ..About::default() };
            let after = json!({ "file": name, "codes": ended.codes, "signIns": ended.sign_ins });
            note(cx, EventKind::BackupRestored, after)?;
        }
        Ok(ended)
    };
    engine.transact(origin, prepare).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_when_in_order() {
        assert_eq!(stem(Timestamp::from_seconds(1_778_962_500)), "anteroom-20260516T201500Z");
    }
}
