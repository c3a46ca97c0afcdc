//! Seconds since 1970-01-01T00:00:00Z, on the wire and in the store.

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

/// A point in time, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From Unix seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Unix seconds.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Whole seconds from `self` until `later`; 0 when that is past.
    pub fn until(self, later: Self) -> u32 {
        u32::try_from(later.0.saturating_sub(self.0).max(0)).unwrap_or(u32::MAX)
    }

    /// ISO 8601 in UTC with milliseconds, as Medplum writes times: `2026-05-16T20:15:00.000Z`.
    pub fn iso8601(self) -> String {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
        OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|time| time.format(&format).ok())
            .unwrap_or_else(|| "9999-12-31T23:59:59.000Z".to_owned())
    }
}

impl Add<u32> for Timestamp {
    type Output = Self;
    fn add(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(i64::from(seconds)))
    }
}

impl Sub<u32> for Timestamp {
    type Output = Self;
    fn sub(self, seconds: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(seconds)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso8601())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_medplum_writes_them() {
        assert_eq!(Timestamp::from_seconds(1_778_962_500).iso8601(), "2026-05-16T20:15:00.000Z");
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!((Timestamp::from_seconds(i64::MAX) + 1).seconds(), i64::MAX);
        assert_eq!(Timestamp::from_seconds(10).until(Timestamp::from_seconds(3)), 0);
    }
}
