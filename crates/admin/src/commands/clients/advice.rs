//! What the engine remarks about a client: rules as data. Each has a severity, a sentence, what mends it, the part of the
//! client it is about and, where one press can mend it, the change that does. The catalogue of the screens has the sentence
//! of every rule under `advice.<rule>` and what mends it under `fix.<rule>`; `{0}` and `{1}` stand for its values.

mod rules;

use std::sync::Arc;

use anteroom_engine::model;
use anteroom_engine::stop::Outcome;
use anteroom_engine::store::{ClientFilter, Tx, Window};
use serde_json::Value;

pub use self::rules::RULES;
use super::{Advice, Client, Fix};

/// How much a remark matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something the client is meant to do cannot work.
    Error,
    /// It works, and puts somebody at risk or will disappoint.
    Warning,
    /// Nothing to remark: said only when no other rule has found anything.
    Ok,
}

impl Severity {
    /// The word on the screens' side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Ok => "ok",
        }
    }
}

/// A rule: what it is called, what it says, what it looks for.
pub struct Rule {
    /// Name; key of its sentences in the catalogue.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The tab where it is put right; empty when there is nothing to do.
    pub tab: &'static str,
    /// The sentence, in English.
    pub sentence: &'static str,
    /// What to do, in English; empty when there is nothing to do.
    pub fix: &'static str,
    /// What its values are.
    pub values: &'static [&'static str],
    /// The values of each thing found.
    finds: fn(&Facts<'_>) -> Found,
    /// The member of the settings that mends it, and its value.
    mend: Option<Mend>,
}

/// The change that mends: a member of the settings, and its value.
type Mend = fn(&Facts<'_>) -> (&'static str, Value);

/// The values of each thing a rule found.
type Found = Vec<Vec<String>>;

/// What the rules look at.
pub(super) struct Facts<'a> {
    pub(super) view: &'a Client,
    pub(super) client: &'a model::Client,
    /// Other clients of the project; at least those with the same name or one of the same redirect URIs.
    pub(super) others: &'a [Arc<model::Client>],
    /// Unix seconds.
    pub(super) now: i64,
}

/// All remarks, what keeps the client from working first.
pub(super) fn about(facts: &Facts<'_>) -> Vec<Advice> {
    let mut remarks: Vec<(Severity, Advice)> = Vec::new();
    for rule in RULES.into_iter().flatten() {
        if rule.severity == Severity::Ok && !remarks.is_empty() {
            continue;
        }
        for values in (rule.finds)(facts) {
            let fix = rule.mend.map(|mend| {
                let (field, value) = mend(facts);
                Fix { field: field.to_owned(), value }
            });
            let (severity, name) = (rule.severity.as_str().to_owned(), rule.name.to_owned());
            let advice = Advice { severity, rule: name, values, tab: rule.tab.to_owned(), fix };
            remarks.push((rule.severity, advice));
        }
    }
    remarks.sort_by_key(|(severity, _)| *severity);
    remarks.into_iter().map(|(_, advice)| advice).collect()
}

/// Redirect URIs that are looked for at other clients.
const MOST_URIS: usize = 20;
/// Others that are looked at for one of them.
const MOST_OTHERS: u32 = 10;

/// Other clients of the project with the same name or one of the same redirect URIs, and perhaps some more.
pub(super) fn others(tx: &dyn Tx, client: &model::Client) -> Outcome<Vec<Arc<model::Client>>> {
    let mut others: Vec<Arc<model::Client>> = Vec::new();
    let uris = client.settings.redirect_uris.iter().take(MOST_URIS);
    for search in uris.chain([&client.name]) {
        let filter = ClientFilter { search: search.clone(), ..ClientFilter::default() };
        let found = tx.list_clients(client.project, &filter, Window { offset: 0, limit: MOST_OTHERS })?;
        others.extend(found.rows.into_iter().map(|row| row.client).filter(|other| other.id != client.id));
    }
    Ok(others)
}
