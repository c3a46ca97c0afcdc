//! Configuration rows that almost every request needs (project, client, access policy, membership), kept in memory.
//!
//! The cache holds committed rows of one *generation*. The writer is the only one who writes to the file: a commit that
//! changed a configuration row makes the generation odd before it and even again, and higher, after it. Rows of an older
//! generation are never served.
//!
//! - The writer serves from the cache until the open transaction writes a configuration row, then asks the database.
//! - A reader serves from the cache when the generation was even and the same before and after its snapshot was taken:
//!   then no configuration commit lies between, and cache and snapshot agree.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use anteroom_engine::id::Id;
use anteroom_engine::model::{AccessPolicy, Client, Membership, Project};

/// Rows of one kind at most; then that kind starts over.
const MOST_ROWS: usize = 10_000;

/// The cache of a store.
#[derive(Default)]
pub(crate) struct ConfigCache {
    generation: AtomicU64,
    rows: RwLock<Rows>,
}

/// What is cached.
#[derive(Default)]
pub(crate) struct Rows {
    generation: u64,
    projects: HashMap<Id<Project>, Arc<Project>>,
    clients: HashMap<Id<Client>, Arc<Client>>,
    access_policies: HashMap<Id<AccessPolicy>, Arc<AccessPolicy>>,
    memberships: HashMap<Id<Membership>, Arc<Membership>>,
    memberships_of_clients: HashMap<OfClient, Arc<Membership>>,
}

/// Key of a client's own membership.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OfClient(pub(crate) Id<Client>);

/// A key of the cache.
pub(crate) trait Key: Copy + Eq + Hash {
    /// What it finds.
    type Row;
    /// The map it belongs to.
    fn map(rows: &Rows) -> &HashMap<Self, Arc<Self::Row>>;
    /// The map it belongs to, to write.
    fn map_mut(rows: &mut Rows) -> &mut HashMap<Self, Arc<Self::Row>>;
}

macro_rules! keys {
    ($($map:ident: $key:ty => $row:ty,)+) => {$(
        impl Key for $key {
            type Row = $row;
            fn map(rows: &Rows) -> &HashMap<Self, Arc<$row>> {
                &rows.$map
            }
            fn map_mut(rows: &mut Rows) -> &mut HashMap<Self, Arc<$row>> {
                &mut rows.$map
            }
        }
    )+};
}

keys! {
    projects: Id<Project> => Project,
    clients: Id<Client> => Client,
    access_policies: Id<AccessPolicy> => AccessPolicy,
    memberships: Id<Membership> => Membership,
    memberships_of_clients: OfClient => Membership,
}

impl ConfigCache {
    /// The generation now; `None` while a configuration commit is under way.
    pub(crate) fn generation(&self) -> Option<u64> {
        let generation = self.generation.load(Ordering::SeqCst);
        generation.is_multiple_of(2).then_some(generation)
    }

    /// Call before a commit that changed configuration rows.
    pub(crate) fn begin_change(&self) {
        self.generation.fetch_or(1, Ordering::SeqCst);
    }

    /// Call after that commit, whether it worked or not.
    pub(crate) fn end_change(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// A row of this generation.
    pub(crate) fn get<K: Key>(&self, generation: u64, key: K) -> Option<Arc<K::Row>> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        if rows.generation == generation { K::map(&rows).get(&key).cloned() } else { None }
    }

    /// Keeps a row of this generation.
    pub(crate) fn put<K: Key>(&self, generation: u64, key: K, row: &Arc<K::Row>) {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        if rows.generation < generation {
            *rows = Rows { generation, ..Rows::default() };
        }
        if rows.generation == generation {
            let map = K::map_mut(&mut rows);
            if map.len() >= MOST_ROWS {
                map.clear();
            }
            map.insert(key, Arc::clone(row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anteroom_engine::model::project::{Dialect, ProjectSettings};
    use anteroom_engine::timestamp::Timestamp;
    use uuid::Uuid;

    fn project(number: u128) -> Arc<Project> {
        Arc::new(Project {
            id: Id::from_uuid(Uuid::from_u128(number)),
            name: format!("Project {number}"),
            dialect: Dialect::Rfc,
            settings: ProjectSettings::default(),
            created_at: Timestamp::from_seconds(0),
        })
    }

    #[test]
    fn rows_of_an_older_generation_are_not_served() {
        let cache = ConfigCache::default();
        let row = project(1);
        let before = cache.generation().unwrap();
        cache.put(before, row.id, &row);
        assert!(cache.get(before, row.id).is_some());

        cache.begin_change();
        assert_eq!(cache.generation(), None, "nobody may use the cache while a commit is under way");
        cache.end_change();
        let after = cache.generation().unwrap();
        assert!(after > before);
        assert!(cache.get(after, row.id).is_none(), "read before the change");

        cache.put(after, row.id, &row);
        cache.put(before, project(2).id, &project(2));
        assert!(cache.get(after, project(2).id).is_none(), "a slow reader must not bring old rows back");
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = ConfigCache::default();
        for number in 0..=MOST_ROWS as u128 {
            let row = project(number);
            cache.put(0, row.id, &row);
        }
        assert_eq!(cache.rows.read().unwrap().projects.len(), 1);
    }
}
