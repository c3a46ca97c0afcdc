//! Codes still in memory. The store keeps digests only, so that a link can be shown again only by the program that
//! issued it, and only while it can be redeemed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_engine::Engine;
use anteroom_engine::id::Id;
use anteroom_engine::model::PreAuthorizedCode;
use anteroom_engine::model::pre_authorized_code::CodeState;
use anteroom_engine::service::magic_links::Plain;
use anteroom_magic_link::TypedCode;
use uuid::Uuid;

/// The plain values of one link. Wiped when dropped.
pub(crate) struct Held {
    pub(crate) plain: Plain,
    pub(crate) typed: TypedCode,
}

type Entry = (Id<PreAuthorizedCode>, Arc<Held>);

/// The codes of the newest links, in memory only.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<VecDeque<Entry>>);

/// Links held at most; the oldest goes.
const MOST: usize = 1_000;

impl Shelf {
    fn entries(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put(&self, id: Id<PreAuthorizedCode>, held: Arc<Held>) {
        let mut entries = self.entries();
        if entries.len() == MOST {
            entries.pop_front();
        }
        entries.push_back((id, held));
    }

    pub(crate) fn get(&self, id: Id<PreAuthorizedCode>) -> Option<Arc<Held>> {
        self.entries().iter().find(|(held, _)| *held == id).map(|(_, held)| Arc::clone(held))
    }

    pub(crate) fn drop_code(&self, id: Id<PreAuthorizedCode>) {
        self.entries().retain(|(held, _)| *held != id);
    }

    /// Drops what can no longer be redeemed, looking at `one` link or at all. A store that cannot be read says nothing
    /// against a code.
    pub(crate) fn sweep(&self, engine: &Engine, one: Option<Uuid>) {
        let held: Vec<_> = self
            .entries()
            .iter()
            .map(|(id, _)| *id)
            .filter(|id| one.is_none_or(|one| one == id.uuid()))
            .collect();
        if held.is_empty() {
            return;
        }
        let dead = engine.read(|tx, now| {
            let mut dead = Vec::new();
            for id in held {
                if tx.pre_authorized_code(id)?.is_none_or(|code| !can_be_redeemed(code.state(now))) {
                    dead.push(id);
                }
            }
            Ok(dead)
        });
        for id in dead.unwrap_or_default() {
            self.drop_code(id);
        }
    }
}

/// Whether a code in this state still opens something.
pub(crate) const fn can_be_redeemed(state: CodeState) -> bool {
    matches!(state, CodeState::Waiting | CodeState::Opened)
}

#[cfg(test)]
mod tests {
    use anteroom_engine::clock::SystemClock;
    use anteroom_engine::engine::Parts;
    use anteroom_engine::entropy::{self, OsEntropy};
    use anteroom_engine::issuer::Issuer;
    use anteroom_engine::seal::MasterKey;
    use anteroom_engine::service::magic_links;
    use anteroom_store_sqlite::SqliteStore;

    use super::*;

    fn id() -> Id<PreAuthorizedCode> {
        entropy::random_id(&OsEntropy).unwrap()
    }

    #[test]
    fn the_oldest_is_forgotten_when_there_are_too_many() {
        let shelf = Shelf::default();
        let ids: Vec<_> = (0..=MOST).map(|_| id()).collect();
        let plain = || magic_links::make(&OsEntropy, None).unwrap();
        for id in &ids {
            shelf.put(*id, Arc::new(Held { plain: plain(), typed: TypedCode::from_random(&[1; 7]) }));
        }
        assert!(shelf.get(ids[0]).is_none(), "the oldest went");
        assert!(ids[1..].iter().all(|id| shelf.get(*id).is_some()), "a batch of 500 fits twice");
    }

    #[test]
    fn a_sweep_drops_what_is_dead_and_looks_at_nothing_else() {
        let engine = Engine::open(Parts {
            store: Arc::new(SqliteStore::in_memory().unwrap()),
            master_key: MasterKey::from_bytes([7; 32]),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse("http://127.0.0.1:8103/").unwrap()],
        });
        let engine = engine.unwrap();
        let shelf = Shelf::default();
        // Codes the store does not know can be redeemed by nobody.
        let (one, other) = (id(), id());
        for id in [one, other] {
            let plain = magic_links::make(&OsEntropy, None).unwrap();
            shelf.put(id, Arc::new(Held { plain, typed: TypedCode::from_random(&[1; 7]) }));
        }
        shelf.sweep(&engine, Some(id().uuid()));
        assert!(shelf.get(one).is_some() && shelf.get(other).is_some());
        shelf.sweep(&engine, Some(one.uuid()));
        assert!(shelf.get(one).is_none() && shelf.get(other).is_some());
        shelf.sweep(&engine, None);
        assert!(shelf.get(other).is_none());
    }
}
