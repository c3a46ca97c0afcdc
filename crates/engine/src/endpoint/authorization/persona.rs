//! A person that a run of the playground signs in as.
//!
//! The window lends a person to one authorization request of one run ([`Runs::lend`](crate::runs::Runs::lend)); nobody
//! outside this program can. There is no page, no password, no second factor and no question for consent, so it is written
//! to the log who did it, and the login says how it came about. Everything else is checked as always.

use crate::cx::Cx;
use crate::model::event::{EventBody, EventKind};
use crate::model::interaction::{AuthorizationRequest, INTERACTION_LIFETIME, Interaction, Who};
use crate::model::login::AuthMethod;
use crate::model::membership::Principal;
use crate::model::{Client, Membership};
use crate::refusal::Refusal;
use crate::runs::Persona;
use crate::service::interactions::{self, Answer};
use crate::stop::{Outcome, refuse};

/// Answers the request as if the person had signed in and agreed.
///
/// # Refusals
/// [`Refusal::NoActiveMembership`] for who is no person of the client's project; those of
/// [`issue_code`](interactions::issue_code).
pub(super) fn sign_in(
    cx: &mut Cx<'_>,
    client: &Client,
    request: AuthorizationRequest,
    persona: &Persona,
) -> Outcome<Answer> {
    let membership = cx.tx.membership(persona.membership)?;
    let own = |row: &Membership| row.project == client.project;
    let person = membership.filter(|row| own(row)).and_then(|row| match row.principal {
        Principal::User(user) => Some((row, user)),
        Principal::Client(_) => None,
    });
    let found = || if person.is_some() { "a person" } else { "nobody" }.into();
    cx.trace.check("persona", person.is_some(), "a person of the project", found);
    let Some((membership, user)) = person else {
        return refuse(Refusal::NoActiveMembership, "no such person");
    };
    let interaction = Interaction {
        id: cx.time_ordered_id()?,
        project: client.project,
        client: client.id,
        browser: None,
        request,
        who: Some(Who {
            user,
            session: None,
            auth_method: AuthMethod::Persona,
            auth_time: cx.now,
            second_factor: true,
        }),
        membership: Some(membership.id),
        seen: false,
        created_at: cx.now,
        expires_at: cx.now + INTERACTION_LIFETIME,
        finished_at: None,
    };
    let answer = interactions::hand_out(cx, client, &interaction, &membership)?;
    cx.about.actor = persona.actor;
    cx.about.client = Some(client.id);
    cx.about.row = Some(interaction.id.uuid());
    cx.event(EventKind::PersonaUsed, EventBody::default())?;
    Ok(answer)
}
