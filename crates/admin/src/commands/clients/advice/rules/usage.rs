//! Rules about whether a client is used at all.

use super::super::Rule;
use super::super::Severity::{Error, Ok as Well, Warning};
use super::{DAY, each, when};
use crate::commands::clients::ClientStatus;

/// A client that nobody used for this many days after it was made is perhaps not needed.
const UNUSED_DAYS: i64 = 30;

/// Those that find nothing wrong come last.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "switched_off",
        severity: Error,
        tab: "",
        sentence: "Switched off: every request of it is refused.",
        fix: "Switch it on again when it is needed.",
        values: &[],
        finds: |facts| when(facts.view.status == ClientStatus::Off),
        mend: None,
    },
    Rule {
        name: "unused",
        severity: Warning,
        tab: "",
        sentence: "Nobody has used it since it was made {0}.",
        fix: "Switch it off, and delete it when nobody misses it.",
        values: &["Unix seconds of the client's making"],
        finds: |facts| {
            let made = facts.view.created_at;
            let old = facts.view.last_used_at.is_none() && facts.now - made >= UNUSED_DAYS * DAY;
            each(old.then(|| made.to_string()))
        },
        mend: None,
    },
    Rule {
        name: "never_used",
        severity: Well,
        tab: "",
        sentence: "Not used yet; made {0}.",
        fix: "",
        values: &["Unix seconds of the client's making"],
        finds: |facts| each(facts.view.last_used_at.is_none().then(|| facts.view.created_at.to_string())),
        mend: None,
    },
    Rule {
        name: "ok",
        severity: Well,
        tab: "",
        sentence: "Works: last used {0}.",
        fix: "",
        values: &["Unix seconds of the client's last use"],
        finds: |facts| each(facts.view.last_used_at.map(|used| used.to_string())),
        mend: None,
    },
];
