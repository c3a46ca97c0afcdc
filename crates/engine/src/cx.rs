//! One request's context.

use anteroom_oauth::secret::{Kind, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::entropy::{self, Entropy, EntropyFailed, IdSequence};
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::event::{EventBody, EventKind, NewEvent};
use crate::model::{Client, Membership, Project};
use crate::runs::{Ailment, Persona, RunStep, Runs};
use crate::store::{StoreResult, Tx};
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// Where a request came from: what the edge knows and the engine cannot find out by itself.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The base the request came in on.
    pub issuer: Issuer,
    /// The peer's address; `None` for commands from the window.
    pub remote_address: Option<String>,
    /// The step of a watched run that sent it.
    pub run: Option<RunStep>,
}

impl Origin {
    /// A request that came from inside this program: a command of the window, a job.
    pub fn inside(issuer: Issuer) -> Self {
        Self { issuer, remote_address: None, run: None }
    }
}

/// One request in one transaction, at one instant.
pub struct Cx<'a> {
    /// The open transaction.
    pub tx: &'a mut dyn Tx,
    /// One instant for the whole request.
    pub now: Timestamp,
    /// Chance.
    pub entropy: &'a dyn Entropy,
    pub(crate) ids: &'a IdSequence,
    /// Where the request came from.
    pub origin: &'a Origin,
    /// What was checked.
    pub trace: Trace,
    /// Who and what the request is about, as far as it is known: goes into the event of a refusal.
    pub about: About,
    /// What the event of a refusal says besides: see [`EventBody::details`].
    pub details: Option<serde_json::Value>,
    pub(crate) run: Option<RunStep>,
    pub(crate) runs: &'a Runs,
    pub(crate) changed: Vec<Topic>,
}

/// Who and what a request is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// Project.
    pub project: Option<Id<Project>>,
    /// Who acts.
    pub actor: Option<Id<Membership>>,
    /// For whom the actor acts.
    pub on_behalf_of: Option<Id<Membership>>,
    /// Whom it concerns.
    pub subject: Option<Id<Membership>>,
    /// Client application.
    pub client: Option<Id<Client>>,
    /// Another row: a code, a login.
    pub row: Option<uuid::Uuid>,
}

/// What kind of thing a committed request changed; subscribers refresh what shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The project or its settings.
    Settings,
    /// Client applications.
    Clients,
    /// People.
    People,
    /// Access policies.
    AccessPolicies,
    /// Magic links; which one, if it is one.
    MagicLinks(Option<uuid::Uuid>),
    /// APIs, client grants and connections.
    Apis,
    /// The event log.
    Activity,
}

impl Cx<'_> {
    /// 32 random bytes as 43 base64url characters, for values handed out once: [RFC6749 §10.10] nobody guesses one.
    pub fn secret<K: Kind>(&mut self) -> Result<Secret<K>, EntropyFailed> {
        Ok(Secret::new(URL_SAFE_NO_PAD.encode(entropy::bytes::<32>(self.entropy)?)))
    }

    /// A time-ordered id for a hot row.
    pub fn time_ordered_id<K>(&mut self) -> Result<Id<K>, EntropyFailed> {
        entropy::time_ordered_id(self.entropy, self.ids, self.now)
    }

    /// A random id.
    pub fn random_id<K>(&mut self) -> Result<Id<K>, EntropyFailed> {
        entropy::random_id(self.entropy)
    }

    /// The request of a browser belongs to the run that waits for this `state`, if one does.
    pub(crate) fn join_run(&mut self, state: Option<&str>) {
        if let Some(step) = state.and_then(|state| self.runs.of_state(state)) {
            self.run = Some(step);
            self.trace.note_everything();
        }
    }

    /// Whether something is to go wrong for this request, because the test run it belongs to asked for it.
    pub(crate) fn ails(&self, ailment: Ailment) -> bool {
        self.runs.ailments(self.run.as_ref()).contains(&ailment)
    }

    /// Who signs in for this authorization request without a page, if a watched run lent somebody.
    pub(crate) fn take_persona(&self, state: Option<&str>, client: Id<Client>) -> Option<Persona> {
        self.runs.take_persona(state?, client)
    }

    /// Says that something changed; told to subscribers after the commit.
    pub fn changed(&mut self, topic: Topic) {
        if !self.changed.contains(&topic) {
            self.changed.push(topic);
        }
    }

    /// Appends an event about what [`Cx::about`] says.
    pub fn event(&mut self, kind: EventKind, body: EventBody) -> StoreResult<i64> {
        let body = EventBody { remote_address: self.origin.remote_address.clone(), ..body };
        let event = self.new_event(kind, None, body);
        self.changed(Topic::Activity);
        self.tx.append_event(&event)
    }

    pub(crate) fn new_event(
        &self,
        kind: EventKind,
        refusal: Option<&'static str>,
        body: EventBody,
    ) -> NewEvent {
        let body = EventBody { on_behalf_of: self.about.on_behalf_of, ..body };
        NewEvent {
            at: self.now,
            project: self.about.project,
            kind,
            actor: self.about.actor,
            subject: self.about.subject,
            client: self.about.client,
            about: self.about.row,
            refusal,
            body,
        }
    }
}
