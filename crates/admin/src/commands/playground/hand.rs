//! This engine's own hand in a run: what ends before its time, what goes wrong, and who signs in without a page.

use std::pin::Pin;

use anteroom_engine::Engine;
use anteroom_engine::id::Id;
use anteroom_engine::runs::{Ailment, Persona, RunId};
use anteroom_engine::service::end_early::{self, Ended};
use anteroom_flows::run::{Early, IssuerHand};
use anteroom_flows::switch::Switch;
use anteroom_oauth::secret::Secret;
use anteroom_sentence::sentence;

use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// Ends what a run was given before its time, in the name of who acts.
pub(super) struct Hand(pub(super) Admin);

impl IssuerHand for Hand {
    fn end_early<'a>(
        &'a self,
        what: Early<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        let ended = match what {
            Early::AuthorizationCode(code) => Ended::AuthorizationCode(Secret::new(code.to_owned())),
            Early::PreAuthorizedCode(code) => Ended::PreAuthorizedCode(Secret::new(code.to_owned())),
            Early::RefreshToken(token) => Ended::RefreshToken(Secret::new(token.to_owned())),
        };
        Box::pin(async move {
            let change = self.0.change(move |cx, _, acting| end_early::end(cx, acting.project, &ended));
            change.await.map_err(|error| error.message)
        })
    }
}

/// What goes wrong on this side for a run with this switch.
const fn ailment(switch: Switch) -> Option<Ailment> {
    match switch {
        Switch::ExpiredAccessToken => Some(Ailment::ShortTokens),
        Switch::SlowUserinfo => Some(Ailment::SlowProvider),
        Switch::BrokenUserinfo => Some(Ailment::BrokenProvider),
        Switch::UserinfoWithoutEmail => Some(Ailment::NoEmail),
        Switch::UnverifiedEmail => Some(Ailment::UnverifiedEmail),
        Switch::TokenUnknownToProvider => Some(Ailment::UnknownToProvider),
        Switch::ThrottlingProvider => Some(Ailment::ThrottlingProvider),
        _ => None,
    }
}

/// Prepares this side of a run.
pub(super) fn prepare(engine: &Engine, run: &RunId, failures: &[Switch]) {
    for ailment in failures.iter().filter_map(|switch| ailment(*switch)) {
        engine.runs().ail(run, ailment);
    }
}

/// The person a run signs in as.
///
/// # Errors
/// Invalid, naming the field: a person who is no active member of the project; a `client_id` that is no id.
pub(super) async fn persona(admin: &Admin, client: &str, membership: &str) -> Result<Persona, CommandError> {
    let actor = admin.acting().await?.member;
    let (client, membership) = (Id::parse(client), Id::parse(membership));
    let found = admin.read_project(move |tx, project, _| {
        let Some(id) = membership else { return Ok(None) };
        Ok(tx.membership(id)?.filter(|row| row.project == project && row.active).map(|row| row.id))
    });
    let invalid = |field, message| CommandError::new(Code::Invalid, Some(field), message);
    let membership = found.await?.ok_or_else(|| {
        invalid("membershipId", sentence!("Choose who signs in: an active person of this project."))
    })?;
    let client = client
        .ok_or_else(|| invalid("clientId", sentence!("There is no client application with this id.")))?;
    Ok(Persona { client, membership, actor })
}
