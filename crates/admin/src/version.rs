//! Which state of a row a screen has seen, so that two people who edit one row do not overwrite each other.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use anteroom_engine::stop::{Outcome, conflict};
use anteroom_sentence::sentence;

/// A hash of everything that can be changed: two changes within one second differ, too. Compared within one run of the
/// program only.
pub(crate) fn of(state: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Goes on when the state that a screen saw is the one there is.
///
/// # Errors
/// Unfit, naming the thing, when somebody changed it meanwhile.
pub(crate) fn check(seen: Option<&str>, current: &str, name: &str) -> Outcome<()> {
    if seen == Some(current) {
        return Ok(());
    }
    conflict(
        None,
        sentence!("Somebody changed {name:?} meanwhile. Load it again and repeat the change.", name),
    )
}
