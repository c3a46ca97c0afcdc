//! A value that must not be printed.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// A value that holds a code. It has no `Display`, `Serialize`, `Clone` or `PartialEq`, its `Debug` says nothing, and
/// its memory is wiped when it is dropped. [`Redacted::expose`] is the only way in, so one search finds every use.
pub struct Redacted<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Redacted<T> {
    /// Takes `value` into custody.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value, for the one place that shows, sends or hashes it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> From<Zeroizing<T>> for Redacted<T> {
    fn from(value: Zeroizing<T>) -> Self {
        Self(value)
    }
}

impl<T: Zeroize> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redacted")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing() {
        assert_eq!(format!("{:?}", Redacted::new(String::from("KEEP"))), "Redacted");
    }
}
