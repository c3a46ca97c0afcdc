//! The places of a listener: who has one, who gives it up, and when all are gone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::Limits;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Accepted; nothing came yet.
    Silent,
    /// Some of a request's headers came.
    Headers,
    /// A request is being answered.
    Busy,
    /// Answered; waiting for the next request.
    Idle,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Silent, Self::Headers, Self::Busy, Self::Idle];
}

/// What the listener tells a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// A newcomer needs the place.
    GiveUpPlace,
    /// The server shuts down.
    Finish,
}

const STAY: u8 = 0;
const GIVE_UP_PLACE: u8 = 1;
const FINISH: u8 = 2;

/// Bits of [`Control::phase`] that count milliseconds.
const MILLIS: u32 = 62;

/// One connection, as its task and the listener both see it.
pub(super) struct Control {
    accepted: Instant,
    /// Two bits of phase, and the milliseconds from `accepted` to its beginning.
    phase: AtomicU64,
    order: AtomicU8,
    told: Notify,
    task: Mutex<Option<AbortHandle>>,
}

impl Control {
    fn new() -> Self {
        Self {
            accepted: Instant::now(),
            phase: AtomicU64::new(0),
            order: AtomicU8::new(STAY),
            told: Notify::new(),
            task: Mutex::new(None),
        }
    }

    /// What the connection is doing, and since when.
    pub(super) fn phase(&self) -> (Phase, Instant) {
        let bits = self.phase.load(Ordering::Relaxed);
        let phase = Phase::ALL[(bits >> MILLIS) as usize & 3];
        (phase, self.accepted + Duration::from_millis(bits & ((1 << MILLIS) - 1)))
    }

    fn enter(&self, phase: Phase) {
        let millis = u64::try_from(self.accepted.elapsed().as_millis()).unwrap_or(0) & ((1 << MILLIS) - 1);
        self.phase.store((phase as u64) << MILLIS | millis, Ordering::Relaxed);
    }

    /// Bytes came.
    pub(super) fn received(&self) {
        if matches!(self.phase().0, Phase::Silent | Phase::Idle) {
            self.enter(Phase::Headers);
        }
    }

    /// A request is there.
    pub(super) fn begins_request(&self) {
        self.enter(Phase::Busy);
    }

    /// Its answer is there.
    pub(super) fn ends_request(&self) {
        self.enter(Phase::Idle);
    }

    /// Whether a request is being answered.
    pub(super) fn is_busy(&self) -> bool {
        self.phase().0 == Phase::Busy
    }

    /// Whether closing the connection now loses nothing.
    pub(super) fn has_no_answer_under_way(&self) -> bool {
        matches!(self.phase().0, Phase::Silent | Phase::Headers)
    }

    /// Waits for an order.
    pub(super) async fn ordered(&self) -> Order {
        loop {
            self.told.notified().await;
            match self.order.load(Ordering::Acquire) {
                GIVE_UP_PLACE => return Order::GiveUpPlace,
                FINISH => return Order::Finish,
                _ => {}
            }
        }
    }

    fn tell(&self, order: u8) {
        self.order.store(order, Ordering::Release);
        self.told.notify_one();
    }

    /// Notes the task that runs the connection, to end it when the time for finishing is over.
    pub(super) fn is_run_by(&self, task: AbortHandle) {
        *lock(&self.task) = Some(task);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Places {
    taken: HashMap<u64, Arc<Control>>,
    /// How many of them were told to give up their place.
    leaving: usize,
    next: u64,
}

/// All connections of a listener.
pub(super) struct Connections {
    limits: Limits,
    places: Mutex<Places>,
    closed: Notify,
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, places: Mutex::default(), closed: Notify::new() }
    }

    /// A place for a new connection. When none is free, the connection that has waited longest without a request gives
    /// its up; `None` when every connection is answering one.
    pub(super) fn place(self: &Arc<Self>) -> Option<Place> {
        let mut places = lock(&self.places);
        if places.taken.len() - places.leaving >= self.limits.connections {
            let waiting =
                places.taken.values().filter(|control| control.order.load(Ordering::Acquire) == STAY);
            let phases = waiting.map(|control| (control, control.phase()));
            let idlest =
                phases.filter(|(_, (phase, _))| *phase != Phase::Busy).min_by_key(|(_, (_, since))| *since);
            let control = Arc::clone(idlest?.0);
            control.tell(GIVE_UP_PLACE);
            places.leaving += 1;
        }
        let id = places.next;
        places.next += 1;
        let control = Arc::new(Control::new());
        places.taken.insert(id, Arc::clone(&control));
        Some(Place { id, control, connections: Arc::clone(self) })
    }

    /// Tells all to finish and waits until they have, or until the time for it is over; then ends the rest.
    pub(super) async fn drain(&self) {
        for control in lock(&self.places).taken.values() {
            control.tell(FINISH);
        }
        let empty = async {
            loop {
                let closed = self.closed.notified();
                if lock(&self.places).taken.is_empty() {
                    return;
                }
                closed.await;
            }
        };
        if tokio::time::timeout(self.limits.drain, empty).await.is_ok() {
            return;
        }
        let places = lock(&self.places);
        tracing::warn!(connections = places.taken.len(), "connections were ended at shutdown");
        for control in places.taken.values() {
            if let Some(task) = lock(&control.task).take() {
                task.abort();
            }
        }
    }
}

/// A connection's place; given back when dropped.
pub(super) struct Place {
    id: u64,
    control: Arc<Control>,
    connections: Arc<Connections>,
}

impl Place {
    /// The connection.
    pub(super) fn handle(&self) -> Arc<Control> {
        Arc::clone(&self.control)
    }

    /// How long it may take.
    pub(super) fn limits(&self) -> Limits {
        self.connections.limits
    }

    /// Keeps the place although it was told to give it up: a request came in between.
    pub(super) fn stays(&self) {
        let mut places = lock(&self.connections.places);
        let swapped =
            self.control.order.compare_exchange(GIVE_UP_PLACE, STAY, Ordering::AcqRel, Ordering::Acquire);
        if swapped.is_ok() {
            places.leaving -= 1;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.connections.places);
        if places.taken.remove(&self.id).is_some()
            && self.control.order.load(Ordering::Acquire) == GIVE_UP_PLACE
        {
            places.leaving -= 1;
        }
        drop(places);
        self.connections.closed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(connections: usize) -> Arc<Connections> {
        Arc::new(Connections::new(Limits { connections, ..Limits::default() }))
    }

    #[tokio::test(start_paused = true)]
    async fn f_14_the_longest_waiting_connection_gives_up_its_place() {
        let connections = connections(2);
        let old = connections.place().unwrap();
        tokio::time::advance(Duration::from_secs(1)).await;
        let young = connections.place().unwrap();
        tokio::time::advance(Duration::from_secs(1)).await;
        let newcomer = connections.place().unwrap();
        assert_eq!(old.control.ordered().await, Order::GiveUpPlace);
        assert_eq!(young.control.order.load(Ordering::Acquire), STAY);
        drop(old);
        assert_eq!(lock(&connections.places).leaving, 0);
        assert_eq!(lock(&connections.places).taken.len(), 2);
        drop(newcomer);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_in_flight_keep_their_places() {
        let connections = connections(2);
        let (one, two) = (connections.place().unwrap(), connections.place().unwrap());
        one.control.begins_request();
        two.control.begins_request();
        assert!(connections.place().is_none(), "nobody is turned out of a request");
        two.control.ends_request();
        let newcomer = connections.place().unwrap();
        assert_eq!(two.control.ordered().await, Order::GiveUpPlace);
        // A request comes in before the connection hears of it.
        two.control.begins_request();
        two.stays();
        assert_eq!(lock(&connections.places).leaving, 0);
        newcomer.control.begins_request();
        assert!(connections.place().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn draining_ends_with_the_last_connection_or_with_the_time() {
        let connections = connections(8);
        connections.drain().await;
        let place = connections.place().unwrap();
        let began = Instant::now();
        connections.drain().await;
        assert_eq!(began.elapsed(), Limits::default().drain);
        let waiting = tokio::spawn({
            let connections = Arc::clone(&connections);
            async move { connections.drain().await }
        });
        tokio::task::yield_now().await;
        let began = Instant::now();
        drop(place);
        waiting.await.unwrap();
        assert!(began.elapsed() < Duration::from_millis(10), "{:?}", began.elapsed());
    }
}
