//! Rules about a client's secrets.

use super::super::Severity::{Error, Warning};
use super::super::{Facts, Found, Rule};
use super::{DAY, each, when};
use crate::commands::clients::ClientType;

/// A secret older than this many days should be replaced.
const SECRET_DAYS: i64 = 180;
/// A secret that ends in this many days should be replaced.
const EXPIRY_DAYS: i64 = 14;
/// A retiring secret that was used in this many days is still needed by somebody.
const RETIRING_DAYS: i64 = 7;

fn secret_age(facts: &Facts<'_>) -> Found {
    let current = facts.view.secrets.iter().filter(|secret| !secret.retiring && secret.expires_at.is_none());
    each(
        current
            .map(|secret| (facts.now - secret.created_at) / DAY)
            .filter(|age| *age >= SECRET_DAYS)
            .map(|age| age.to_string()),
    )
}

/// Days until each secret that has an end ends; negative when it has.
fn days_left(facts: &Facts<'_>, retiring: bool) -> impl Iterator<Item = i64> {
    facts
        .view
        .secrets
        .iter()
        .filter(move |secret| secret.retiring == retiring)
        .filter_map(|secret| secret.expires_at)
        .map(|ends| (ends - facts.now).div_euclid(DAY))
}

/// The last use of a retiring secret that somebody still needs.
fn retiring_use(facts: &Facts<'_>) -> Option<i64> {
    let retiring = facts.view.secrets.iter().find(|secret| secret.retiring)?;
    retiring.last_used_at.filter(|used| facts.now - used < RETIRING_DAYS * DAY)
}

fn retiring_idle(facts: &Facts<'_>) -> Found {
    let quiet = facts.view.secrets.iter().filter(|secret| secret.retiring);
    each(
        quiet
            .filter(|_| retiring_use(facts).is_none())
            .map(|secret| (facts.now - secret.last_used_at.unwrap_or(secret.created_at)) / DAY)
            // A secret that was never used is not quiet on the day another took its place.
            .filter(|days| *days >= RETIRING_DAYS)
            .map(|days| days.to_string()),
    )
}

/// Shown on the Credentials tab.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "confidential_without_secret",
        severity: Error,
        tab: "credentials",
        sentence: "A confidential client needs a secret, and this one has none.",
        fix: "Make a secret.",
        values: &[],
        finds: |facts| {
            let provable = facts.view.jwks_uri.is_some() || !facts.view.secrets.is_empty();
            when(facts.view.client_type == ClientType::Confidential && !provable)
        },
        mend: None,
    },
    Rule {
        name: "secret_expired",
        severity: Error,
        tab: "credentials",
        sentence: "The secret ended {0} days ago: whatever still sends it is refused.",
        fix: "Make a new one and give it to the client.",
        values: &["days since its end"],
        finds: |facts| each(days_left(facts, false).filter(|days| *days < 0).map(|days| (-days).to_string())),
        mend: None,
    },
    Rule {
        name: "secret_expires_soon",
        severity: Warning,
        tab: "credentials",
        sentence: "The secret ends in {0} days.",
        fix: "Rotate it with overlap before that.",
        values: &["days until its end"],
        finds: |facts| {
            each(
                days_left(facts, false)
                    .filter(|days| (0..EXPIRY_DAYS).contains(days))
                    .map(|days| days.to_string()),
            )
        },
        mend: None,
    },
    Rule {
        name: "secret_old",
        severity: Warning,
        tab: "credentials",
        sentence: "The secret is {0} days old.",
        fix: "Rotate it with overlap.",
        values: &["its age in days"],
        finds: secret_age,
        mend: None,
    },
    Rule {
        name: "retiring_secret_used",
        severity: Warning,
        tab: "credentials",
        sentence: "The retiring secret was still used {0}: something has not moved over yet.",
        fix: "Find what still uses it before you retire it.",
        values: &["Unix seconds of its last use"],
        finds: |facts| each(retiring_use(facts).map(|used| used.to_string())),
        mend: None,
    },
    Rule {
        name: "retiring_secret_idle",
        severity: Warning,
        tab: "credentials",
        sentence: "The retiring secret has been quiet for {0} days.",
        fix: "Retire it.",
        values: &["days since it was used, or made"],
        finds: retiring_idle,
        mend: None,
    },
    Rule {
        name: "secret_beside_keys",
        severity: Warning,
        tab: "credentials",
        sentence: "It can prove itself with keys of its own, and a secret still opens it as well.",
        fix: "Retire the secret once the keys are in use.",
        values: &[],
        finds: |facts| when(facts.view.jwks_uri.is_some() && !facts.view.secrets.is_empty()),
        mend: None,
    },
];
