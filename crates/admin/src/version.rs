//! Which state of a row a screen has seen, so that two people who edit one row do not overwrite each other.

use std::hash::{DefaultHasher, Hash, Hasher as _};

/// A hash of everything that can be changed: two changes within one second differ, too. Compared within one run of the
/// program only.
pub(crate) fn version_of(state: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
