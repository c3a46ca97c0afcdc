//! Runs that somebody watches: what the engine checked for the requests of one flow.
//!
//! A client marks its requests with `traceparent` [W3C Trace Context §3.2]: the trace id names the run, the parent id the
//! step. A browser sends no such header, so what it does is found by the `state` of its authorization request. Only runs
//! that were opened inside this program are watched; whatever others send is ignored. Everything is in memory and bounded.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fetch::{Answer, FetchError};
use crate::id::Id;
use crate::model::{Client, Membership};
use crate::timestamp::Timestamp;
use crate::trace::Check;

/// Runs watched at once; the oldest makes room.
const MOST_RUNS: usize = 64;
/// Requests kept of one run.
const MOST_REQUESTS: usize = 256;

/// The trace id of a run: 32 lower-case hexadecimal digits, not all of them zero [W3C Trace Context §3.2.2.3].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunId(String);

impl RunId {
    /// From its text.
    pub fn parse(text: &str) -> Option<Self> {
        is_hex_id(text, 32).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_hex_id(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && text.bytes().any(|byte| byte != b'0')
}

/// Which step of which run a request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStep {
    /// The run.
    pub run: RunId,
    /// The step; `None` for what the browser did.
    pub step: Option<u64>,
}

impl RunStep {
    /// Reads a `traceparent`: version, trace id, parent id, flags.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, run, step) = (parts.next()?, parts.next()?, parts.next()?);
        if version != "00" || !is_hex_id(step, 16) {
            return None;
        }
        Some(Self { run: RunId::parse(run)?, step: u64::from_str_radix(step, 16).ok() })
    }
}

/// One request of a run, as the engine saw it.
#[derive(Debug, Clone)]
pub struct Watched {
    /// When.
    pub at: Timestamp,
    /// Which step sent it; `None` for the browser.
    pub step: Option<u64>,
    /// What was checked, in order, with both values.
    pub checks: Vec<Check>,
    /// Name of the refusal, if it was refused.
    pub refusal: Option<&'static str>,
}

/// Somebody a run signs in as, without a page and without their password: for one authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persona {
    /// The client whose request it answers.
    pub client: Id<Client>,
    /// Who signs in.
    pub membership: Id<Membership>,
    /// Who began the run.
    pub actor: Option<Id<Membership>>,
}

/// What goes wrong for the requests of one run, on this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ailment {
    /// Access tokens have ended when they are issued.
    ShortTokens,
    /// The identity provider does not answer in time.
    SlowProvider,
    /// The identity provider answers with a page of its proxy.
    BrokenProvider,
    /// The identity provider says who it is, and no e-mail address.
    NoEmail,
    /// The identity provider says that nobody verified the e-mail address.
    UnverifiedEmail,
    /// The identity provider does not know the token.
    UnknownToProvider,
    /// The identity provider has been asked too often.
    ThrottlingProvider,
}

impl Ailment {
    /// What the identity provider answers, where it is the one who ails: nobody is asked.
    pub(crate) fn answer(self) -> Option<Result<Answer, FetchError>> {
        let body = |status, content_type: &str, body: &str| {
            Some(Ok(Answer {
                status,
                content_type: Some(content_type.to_owned()),
                body: zeroize::Zeroizing::new(body.as_bytes().to_vec()),
            }))
        };
        match self {
            Self::ShortTokens => None,
            Self::SlowProvider => Some(Err(FetchError::TimedOut)),
            Self::BrokenProvider => body(200, "text/html", "<h1>Welcome to the proxy</h1>"),
            Self::NoEmail => body(200, "application/json", r#"{"sub":""}"#),
            Self::UnverifiedEmail => body(
                200,
                "application/json",
                r#"{"sub":"somebody","email":"somebody@example.org","email_verified":false}"#,
            ),
            Self::UnknownToProvider => body(401, "application/json", "{}"),
            Self::ThrottlingProvider => body(429, "text/plain", "slow down"),
        }
    }
}

/// The runs that are watched now.
#[derive(Default)]
pub struct Runs {
    open: AtomicUsize,
    runs: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    order: Vec<RunId>,
    requests: HashMap<RunId, Vec<Watched>>,
    states: HashMap<String, RunId>,
    personas: HashMap<RunId, Persona>,
    ailments: HashMap<RunId, Vec<Ailment>>,
}

impl Runs {
    /// Watches a run from now on.
    pub fn open(&self, run: &RunId) {
        let mut table = self.table();
        if table.requests.contains_key(run) {
            return;
        }
        if table.order.len() >= MOST_RUNS {
            let oldest = table.order.remove(0);
            table.forget(&oldest);
        }
        table.order.push(run.clone());
        table.requests.insert(run.clone(), Vec::new());
        self.open.store(table.order.len(), Ordering::Relaxed);
    }

    /// What a browser does for the authorization request with this `state` belongs to the run.
    pub fn join(&self, run: &RunId, state: &str) {
        let mut table = self.table();
        if table.requests.contains_key(run) {
            table.states.insert(state.to_owned(), run.clone());
        }
    }

    /// The authorization request of the run is answered as if this person had signed in and agreed. Once.
    pub fn lend(&self, run: &RunId, persona: Persona) {
        let mut table = self.table();
        if table.requests.contains_key(run) {
            table.personas.insert(run.clone(), persona);
        }
    }

    /// Something goes wrong for the requests of the run, and of no other.
    pub fn ail(&self, run: &RunId, ailment: Ailment) {
        let mut table = self.table();
        if table.requests.contains_key(run) {
            table.ailments.entry(run.clone()).or_default().push(ailment);
        }
    }

    /// What goes wrong for a request.
    pub(crate) fn ailments(&self, step: Option<&RunStep>) -> Vec<Ailment> {
        if self.is_idle() {
            return Vec::new();
        }
        let Some(step) = step else { return Vec::new() };
        self.table().ailments.get(&step.run).cloned().unwrap_or_default()
    }

    /// Who signs in for the authorization request with this `state`, if it is the client's.
    pub(crate) fn take_persona(&self, state: &str, client: Id<Client>) -> Option<Persona> {
        if self.is_idle() {
            return None;
        }
        let mut table = self.table();
        let run = table.states.get(state)?.clone();
        table.personas.remove(&run).filter(|persona| persona.client == client)
    }

    /// Watches the run no more and forgets it.
    pub fn close(&self, run: &RunId) {
        let mut table = self.table();
        table.order.retain(|own| own != run);
        table.forget(run);
        self.open.store(table.order.len(), Ordering::Relaxed);
    }

    /// What was seen of the run so far, in order.
    pub fn seen(&self, run: &RunId) -> Vec<Watched> {
        self.table().requests.get(run).cloned().unwrap_or_default()
    }

    /// The step of a run that is watched, by the request's `traceparent`.
    pub fn step_of(&self, traceparent: &str) -> Option<RunStep> {
        if self.is_idle() {
            return None;
        }
        RunStep::parse(traceparent).filter(|step| self.table().requests.contains_key(&step.run))
    }

    /// The run a browser's authorization request belongs to.
    pub(crate) fn of_state(&self, state: &str) -> Option<RunStep> {
        if self.is_idle() {
            return None;
        }
        self.table().states.get(state).map(|run| RunStep { run: run.clone(), step: None })
    }

    pub(crate) fn note(
        &self,
        of: &RunStep,
        at: Timestamp,
        checks: Vec<Check>,
        refusal: Option<&'static str>,
    ) {
        let mut table = self.table();
        if let Some(seen) = table.requests.get_mut(&of.run)
            && seen.len() < MOST_REQUESTS
        {
            seen.push(Watched { at, step: of.step, checks, refusal });
        }
    }

    fn is_idle(&self) -> bool {
        self.open.load(Ordering::Relaxed) == 0
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn forget(&mut self, run: &RunId) {
        self.requests.remove(run);
        self.personas.remove(run);
        self.ailments.remove(run);
        self.states.retain(|_, own| own != run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn only_a_traceparent_of_its_form_names_a_step() {
        let step = RunStep::parse(&format!("00-{RUN}-0000000000000003-01")).unwrap();
        assert_eq!((step.run.as_str(), step.step), (RUN, Some(3)));
        for text in [
            "",
            RUN,
            "00-00000000000000000000000000000000-0000000000000003-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-0000000000000003-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000003-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-3-01",
        ] {
            assert_eq!(RunStep::parse(text), None, "{text}");
        }
    }

    #[test]
    fn runs_that_nobody_opened_are_not_watched_and_the_oldest_makes_room() {
        let runs = Runs::default();
        let parent = format!("00-{RUN}-0000000000000001-01");
        assert_eq!(runs.step_of(&parent), None);
        let first = RunId::parse(RUN).unwrap();
        runs.open(&first);
        runs.join(&first, "st");
        let step = runs.step_of(&parent).unwrap();
        runs.note(&step, Timestamp::from_seconds(1), Vec::new(), Some("code_spent"));
        assert_eq!(runs.seen(&first).len(), 1);
        assert!(runs.of_state("st").is_some());
        for number in 1..=MOST_RUNS {
            runs.open(&RunId::parse(&format!("{number:032x}")).unwrap());
        }
        assert!(runs.seen(&first).is_empty() && runs.step_of(&parent).is_none());
        assert!(runs.of_state("st").is_none(), "its state is forgotten with it");
    }

    #[test]
    fn a_persona_is_lent_to_one_request_of_one_client() {
        let runs = Runs::default();
        let run = RunId::parse(RUN).unwrap();
        let id = |number| Id::from_uuid(uuid::Uuid::from_u128(number));
        let persona =
            Persona { client: id(1), membership: Id::from_uuid(uuid::Uuid::from_u128(2)), actor: None };
        runs.lend(&run, persona);
        runs.open(&run);
        runs.join(&run, "st");
        assert_eq!(runs.take_persona("st", id(1)), None, "lent to a run that nobody opened");
        runs.lend(&run, persona);
        assert_eq!(runs.take_persona("another", id(1)), None);
        assert_eq!(runs.take_persona("st", id(1)), Some(persona));
        assert_eq!(runs.take_persona("st", id(1)), None, "once");
        runs.lend(&run, persona);
        assert_eq!(runs.take_persona("st", id(3)), None, "another client's request");
        assert_eq!(runs.take_persona("st", id(1)), None, "and it is gone");
        runs.lend(&run, persona);
        runs.close(&run);
        runs.open(&run);
        runs.join(&run, "st");
        assert_eq!(runs.take_persona("st", id(1)), None, "forgotten with its run");
    }
}
