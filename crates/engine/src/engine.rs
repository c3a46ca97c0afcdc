//! The engine: owns the store, the keys and the clock; runs one request in one transaction.

use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use tokio::sync::{broadcast, oneshot};

use crate::clock::Clock;
use crate::cx::{About, Cx, Origin, Topic};
use crate::entropy::{Entropy, IdSequence};
use crate::fetch::{Fetch, Offline};
use crate::id::Id;
use crate::issuer::Issuer;
use crate::key_ring::KeyRing;
use crate::model::Project;
use crate::model::event::{EventBody, EventKind};
use crate::model::project::Dialect;
use crate::refusal::Refusal;
use crate::runs::{RunStep, Runs};
use crate::seal::MasterKey;
use crate::service::bearer::VerifiedTokens;
use crate::service::jwks::KeySets;
use crate::service::keys;
use crate::service::provider::Documents;
use crate::service::rates::{self, Rates};
use crate::service::vault::Renewals;
use crate::stop::{Fault, Outcome, Refused, Stop};
use crate::store::{Store, StoreError, StoreResult, Tx, Verdict};
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// What an engine is made of.
pub struct Parts {
    /// Where rows are.
    pub store: Arc<dyn Store>,
    /// What readable secrets are sealed with.
    pub master_key: MasterKey,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Base URLs requests may come in on; the first is the default.
    pub issuers: Vec<Issuer>,
}

/// The authorization server.
pub struct Engine {
    store: Arc<dyn Store>,
    master_key: MasterKey,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    ids: IdSequence,
    issuers: Vec<Issuer>,
    /// Bases that came while the engine was open, such as an address in the local network.
    later_issuers: RwLock<Vec<Issuer>>,
    key_ring: KeyRing,
    tx_code_key: keys::TxCodeKey,
    verified: VerifiedTokens,
    rates: Rates,
    fetch: Arc<dyn Fetch>,
    key_sets: KeySets,
    discovery_documents: Documents,
    renewals: Renewals,
    high_water: Arc<AtomicI64>,
    changes: broadcast::Sender<Topic>,
    runs: Runs,
}

/// Topics a slow subscriber may lag behind before it is told to refresh everything.
const CHANGE_BACKLOG: usize = 1_024;

impl Engine {
    /// Opens an engine over a store: reads its signing keys, making them on the first start.
    ///
    /// # Errors
    /// A fault of kind [`Fault::Sealed`] when the keys were sealed with another master key; nothing is changed then.
    pub fn open(parts: Parts) -> Result<Self, Fault> {
        let Parts { store, master_key, clock, entropy, issuers } = parts;
        let (mut newest, mut limits) = (None, None);
        store.read(&mut |tx| {
            newest = tx.newest_event_time()?;
            limits = Some(rates::stored(tx));
            Ok(())
        })?;
        // Limits that cannot be read are Medplum's.
        let limits = limits.and_then(Result::ok).unwrap_or_default();
        let now = newest.map_or(clock.now(), |newest| newest.max(clock.now()));
        let opened = keys::open_or_create(&*store, &master_key, &*entropy, now)?;
        Ok(Self {
            store,
            master_key,
            clock,
            entropy,
            ids: IdSequence::default(),
            issuers,
            later_issuers: RwLock::default(),
            key_ring: opened.ring,
            tx_code_key: opened.tx_code_key,
            verified: VerifiedTokens::new(),
            rates: Rates::new(limits),
            fetch: Arc::new(Offline),
            key_sets: KeySets::default(),
            discovery_documents: Documents::default(),
            renewals: Renewals::default(),
            high_water: Arc::new(AtomicI64::new(now.seconds())),
            changes: broadcast::Sender::new(CHANGE_BACKLOG),
            runs: Runs::default(),
        })
    }

    /// With a way to make outside calls; an engine is opened without one.
    #[must_use]
    pub fn with_fetch(mut self, fetch: Arc<dyn Fetch>) -> Self {
        self.fetch = fetch;
        self
    }

    /// Makes outside calls.
    pub fn fetch(&self) -> &dyn Fetch {
        &*self.fetch
    }

    pub(crate) fn key_sets(&self) -> &KeySets {
        &self.key_sets
    }

    pub(crate) fn discovery_documents(&self) -> &Documents {
        &self.discovery_documents
    }

    pub(crate) fn renewals(&self) -> &Renewals {
        &self.renewals
    }

    /// Now: the clock, but never behind what it once said. What has expired stays expired.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now().seconds();
        Timestamp::from_seconds(self.high_water.fetch_max(now, Ordering::Relaxed).max(now))
    }

    /// What the clock says, forwards or backwards: for what is counted by the minute, for codes of a second factor, and for
    /// nothing that expires.
    pub(crate) fn wall_clock(&self) -> Timestamp {
        self.clock.now()
    }

    /// The base URLs requests may come in on.
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// Takes one more base URL in, for as long as the engine is open: tokens that name it stay good when nobody listens
    /// there any more.
    pub fn add_issuer(&self, issuer: Issuer) {
        let mut later = self.later_issuers.write().unwrap_or_else(PoisonError::into_inner);
        if !later.contains(&issuer) {
            later.push(issuer);
        }
    }

    /// Whether `text` is one of the base URLs.
    pub fn is_issuer(&self, text: &str) -> bool {
        let later = || self.later_issuers.read().unwrap_or_else(PoisonError::into_inner);
        self.issuers.iter().any(|issuer| issuer.as_str() == text)
            || later().iter().any(|issuer| issuer.as_str() == text)
    }

    /// The default base URL.
    pub fn issuer(&self) -> &Issuer {
        self.issuers.first().expect("an engine is opened with at least one base URL")
    }

    /// The signing keys.
    pub fn key_ring(&self) -> &KeyRing {
        &self.key_ring
    }

    /// Chance, for what is made outside a transaction.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    pub(crate) fn master_key(&self) -> &MasterKey {
        &self.master_key
    }

    pub(crate) fn tx_code_key(&self) -> &keys::TxCodeKey {
        &self.tx_code_key
    }

    pub(crate) fn verified(&self) -> &VerifiedTokens {
        &self.verified
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// The runs that are watched.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Subscribes to what committed requests changed.
    pub fn subscribe(&self) -> broadcast::Receiver<Topic> {
        self.changes.subscribe()
    }

    /// Copies everything that is committed into the new file `to`, while everything goes on. Blocks.
    pub fn back_up(&self, to: &Path) -> StoreResult<()> {
        self.store.back_up(to)
    }

    /// Writes everything to the main file and stops the store.
    pub fn close(&self) -> StoreResult<()> {
        self.store.close()
    }

    /// Runs one request in one transaction on the writer. The answer is there only after the commit.
    ///
    /// A refusal commits what was written so far and is itself written as an event; a fault rolls back. The closure runs on
    /// the writer's thread: nothing slow belongs in it (no password hashing, no signing, no outside call).
    pub fn transact<T, F>(self: &Arc<Self>, origin: Origin, request: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Outcome<T> + Send + 'static,
    {
        let (prepared, prepared_rx) = oneshot::channel();
        let (committed, committed_rx) = oneshot::channel();
        let (topics, topics_rx) = std::sync::mpsc::sync_channel(1);
        let engine = Arc::clone(self);
        let job = Box::new(move |tx: &mut dyn Tx| {
            let (outcome, changed) = engine.run(tx, &origin, request);
            let verdict = if matches!(outcome, Err(Stop::Fault(_) | Stop::Unfit(_))) {
                Verdict::Rollback
            } else {
                Verdict::Commit
            };
            let _ = topics.send(changed);
            let _ = prepared.send(outcome);
            verdict
        });
        let changes = self.changes.clone();
        let done = Box::new(move |result: StoreResult<()>| {
            if result.is_ok() {
                for topic in topics_rx.try_recv().unwrap_or_default() {
                    let _ = changes.send(topic);
                }
            }
            let _ = committed.send(result);
        });
        match self.store.submit(job, done) {
            Ok(()) => Pending { state: State::Running { prepared: prepared_rx, committed: committed_rx } },
            Err(error) => Pending { state: State::NotQueued(Some(error)) },
        }
    }

    fn run<T>(
        &self,
        tx: &mut dyn Tx,
        origin: &Origin,
        request: impl FnOnce(&mut Cx<'_>) -> Outcome<T>,
    ) -> (Outcome<T>, Vec<Topic>) {
        let mut cx = Cx {
            tx,
            now: self.now(),
            entropy: &*self.entropy,
            ids: &self.ids,
            origin,
            trace: Trace::default(),
            about: About::default(),
            details: None,
            run: origin.run.clone(),
            runs: &self.runs,
            changed: Vec::new(),
        };
        if cx.run.is_some() {
            cx.trace.note_everything();
        }
        let mut outcome = request(&mut cx);
        let refusal = explain(&mut cx.trace, &outcome);
        if let Some(run) = &cx.run {
            self.runs.note(run, cx.now, cx.trace.checks().to_vec(), refusal);
        }
        if let Err(Stop::Refused(refused)) = outcome {
            outcome = match note_refusal(&mut cx, refused) {
                Ok(refused) => Err(Stop::Refused(refused)),
                Err(error) => Err(error.into()),
            };
        }
        (outcome, cx.changed)
    }

    /// Reads a consistent snapshot beside the writer.
    pub fn read<T>(&self, read: impl FnOnce(&dyn Tx, Timestamp) -> Outcome<T>) -> Outcome<T> {
        self.read_traced(None, |tx, now, _| read(tx, now))
    }

    /// Answers a request that changes nothing from a consistent snapshot, with a trace of what was checked.
    pub fn read_for<T>(
        &self,
        origin: &Origin,
        read: impl FnOnce(&dyn Tx, Timestamp, &mut Trace) -> Outcome<T>,
    ) -> Outcome<T> {
        self.read_traced(origin.run.as_ref(), read)
    }

    /// Refuses a request that was not even read: its refusal gets its dialect, and nothing is stored.
    pub fn refuse_unread<T>(&self, origin: &Origin, stop: Stop) -> Outcome<T> {
        self.read_for(origin, |_, _, _| Err(stop))
    }

    /// The same refusal under another name, with its own check for whoever watches.
    pub(crate) fn refuse_as(&self, origin: &Origin, refused: Refused, refusal: Refusal) -> Stop {
        if let Some(run) = &origin.run {
            let checks = refusal.unmet("").into_iter().collect();
            self.runs.note(run, self.now(), checks, Some(refusal.name()));
        }
        Stop::Refused(Refused { refusal, ..refused })
    }

    fn read_traced<T>(
        &self,
        run: Option<&RunStep>,
        read: impl FnOnce(&dyn Tx, Timestamp, &mut Trace) -> Outcome<T>,
    ) -> Outcome<T> {
        let now = self.now();
        let mut read = Some(read);
        let mut outcome = None;
        let mut trace = Trace::default();
        if run.is_some() {
            trace.note_everything();
        }
        self.store.read(&mut |tx| {
            if let Some(read) = read.take() {
                outcome = Some(match read(tx, now, &mut trace) {
                    Err(Stop::Refused(refused)) => {
                        tracing::info!(refusal = refused.refusal.name(), "request refused");
                        Err(Stop::Refused(Refused { dialect: dialect(tx, None)?, ..refused }))
                    }
                    other => other,
                });
            }
            Ok(())
        })?;
        let outcome = outcome.unwrap_or(Err(Stop::Fault(Fault::Panicked)));
        let refusal = explain(&mut trace, &outcome);
        if let Some(run) = run {
            self.runs.note(run, now, trace.take(), refusal);
        }
        outcome
    }
}

/// Makes sure that the trace of a refusal names the check that failed. Gives the refusal's name.
fn explain<T>(trace: &mut Trace, outcome: &Outcome<T>) -> Option<&'static str> {
    let Err(Stop::Refused(refused)) = outcome else { return None };
    trace.explain(refused.refusal.unmet(&refused.detail));
    Some(refused.refusal.name())
}

/// Writes a refusal as an event and as a log line.
fn note_refusal(cx: &mut Cx<'_>, refused: Refused) -> StoreResult<Refused> {
    let dialect = dialect(cx.tx, cx.about.project)?;
    let body = EventBody {
        remote_address: cx.origin.remote_address.clone(),
        trace: cx.trace.take(),
        detail: (!refused.detail.is_empty()).then(|| refused.detail.clone().into_owned()),
        details: cx.details.take(),
        ..EventBody::default()
    };
    tracing::info!(
        refusal = refused.refusal.name(),
        client.id = cx.about.client.map(tracing::field::display),
        failed_check = body.trace.iter().rfind(|check| !check.passed).map(|check| check.check.as_ref()),
        "request refused"
    );
    if refused.quiet {
        return Ok(Refused { dialect, ..refused });
    }
    let event = cx.new_event(EventKind::Refused, Some(refused.refusal.name()), body);
    cx.tx.append_event(&event)?;
    cx.changed(Topic::Activity);
    Ok(Refused { dialect, ..refused })
}

/// The dialect of a project; of the oldest one when the request did not get as far as naming a project.
fn dialect(tx: &dyn Tx, project: Option<Id<Project>>) -> StoreResult<Dialect> {
    let project = match project {
        Some(id) => tx.project(id)?,
        None => tx.list_projects()?.into_iter().next(),
    };
    Ok(project.map_or(Dialect::default(), |project| project.dialect))
}

/// A request on its way: first its outcome is prepared, then it is committed. Awaiting it gives the outcome after the
/// commit; dropping it does not stop it.
#[must_use = "the answer is there only after the commit"]
pub struct Pending<T> {
    state: State<T>,
}

enum State<T> {
    NotQueued(Option<StoreError>),
    Running { prepared: oneshot::Receiver<Outcome<T>>, committed: oneshot::Receiver<StoreResult<()>> },
}

impl<T> Pending<T> {
    /// Awaits the outcome; `finish` (signing, rendering) runs while the commit is in flight, and its result is given
    /// only when the commit is on disk.
    pub async fn finish<R>(self, finish: impl FnOnce(T) -> Outcome<R>) -> Outcome<R> {
        match self.state {
            State::NotQueued(error) => Err(error.unwrap_or(StoreError::Closed).into()),
            State::Running { prepared, committed } => {
                let finished = match prepared.await {
                    Ok(outcome) => outcome.and_then(finish),
                    // The writer drops the sender when the closure panicked, or when it is closing.
                    Err(_) => Err(Stop::Fault(Fault::Panicked)),
                };
                committed.await.map_err(|_| Stop::from(StoreError::Closed))??;
                finished
            }
        }
    }

    /// Blocks until the outcome is on disk. For tests and command-line programs, never inside an async task.
    pub fn wait(self) -> Outcome<T> {
        match self.state {
            State::NotQueued(error) => Err(error.unwrap_or(StoreError::Closed).into()),
            State::Running { prepared, committed } => {
                let outcome = prepared.blocking_recv().unwrap_or(Err(Stop::Fault(Fault::Panicked)));
                committed.blocking_recv().map_err(|_| Stop::from(StoreError::Closed))??;
                outcome
            }
        }
    }
}

impl<T: Send + 'static> IntoFuture for Pending<T> {
    type Output = Outcome<T>;
    type IntoFuture = PendingFuture<T>;

    fn into_future(self) -> PendingFuture<T> {
        PendingFuture(Box::pin(self.finish(Ok)))
    }
}

/// The future of a [`Pending`].
pub struct PendingFuture<T>(Pin<Box<dyn Future<Output = Outcome<T>> + Send>>);

impl<T> Future for PendingFuture<T> {
    type Output = Outcome<T>;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome<T>> {
        self.0.as_mut().poll(context)
    }
}
