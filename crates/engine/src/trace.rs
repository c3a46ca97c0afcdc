//! The trace: what the engine checked, in order, with the two values compared and the verdict.
//!
//! Every check states itself at the place where it decides. The refusal's log line, the Activity screen and the
//! playground read the same record; nothing re-derives it afterwards. Secrets appear as fingerprints only.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Name of the check, such as `client.status`.
    pub check: Cow<'static, str>,
    /// What had to be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<Cow<'static, str>>,
    /// What was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub found: Option<Cow<'static, str>>,
    /// Whether it held.
    pub passed: bool,
}

/// Records the checks of one request.
#[derive(Debug, Default, Clone)]
pub struct Trace {
    checks: Vec<Check>,
    whole: bool,
}

impl Trace {
    /// From now on the values of checks that passed are noted, too: somebody watches this request.
    pub fn note_everything(&mut self) {
        self.whole = true;
    }

    /// Notes a check and returns its verdict. The values are asked for only when it failed or somebody watches, so that
    /// a request that passes pays for names alone.
    pub fn check<E, F>(&mut self, check: &'static str, passed: bool, expected: E, found: F) -> bool
    where
        E: Into<Cow<'static, str>>,
        F: FnOnce() -> Cow<'static, str>,
    {
        let (expected, found) =
            if passed && !self.whole { (None, None) } else { (Some(expected.into()), Some(found())) };
        self.checks.push(Check { check: Cow::Borrowed(check), expected, found, passed });
        passed
    }

    /// Adds the checks of what was checked elsewhere, before.
    pub fn append(&mut self, before: &Self) {
        self.checks.extend_from_slice(&before.checks);
    }

    /// Adds a check that failed before there was a trace, unless the last one states the failure already.
    pub(crate) fn explain(&mut self, unmet: Option<Check>) {
        if self.checks.last().is_none_or(|check| check.passed) {
            self.checks.extend(unmet);
        }
    }

    /// The checks so far.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Takes the checks out.
    pub fn take(&mut self) -> Vec<Check> {
        std::mem::take(&mut self.checks)
    }
}
