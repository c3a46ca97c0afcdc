//! Two runs side by side: what differs, and nothing else.
//!
//! Steps are paired by name and by how often the name came before. What is new in every run (times, ids, `state`, `nonce`,
//! the challenge) and what is hidden because it is secret is no difference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{RunShown, saved};
use crate::admin::Admin;
use crate::commands::activity::TraceCheck;
use crate::error::CommandError;
use anteroom_flows::view::{MessageView, StepView};

/// Names whose values are new in every run.
const FRESH: &[&str] = &[
    "auth_time",
    "code_challenge",
    "content-length",
    "date",
    "exp",
    "host",
    "iat",
    "jti",
    "login_id",
    "nbf",
    "nonce",
    "ratelimit",
    "sid",
    "state",
    "traceparent",
];
/// What stands in the place of a secret begins with this.
const HIDDEN: &str = "••••";

/// Compares two runs; each is named by its id, whether it is in memory or kept.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Compare {
    /// One run.
    pub one: String,
    /// The other.
    pub other: String,
}

/// What differs between two runs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// How the runs ended.
    pub states: (String, String),
    /// The steps that differ, in order.
    pub steps: Vec<ComparedStep>,
    /// How many steps are the same in both.
    pub same: u32,
}

/// A step that differs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ComparedStep {
    /// Its name.
    pub name: String,
    /// Its number in one run; `null` when it is not there.
    #[ts(type = "number | null")]
    pub one: Option<u64>,
    /// Its number in the other run; `null` when it is not there.
    #[ts(type = "number | null")]
    pub other: Option<u64>,
    /// What differs, by name.
    pub differences: Vec<ComparedValue>,
}

/// Two values of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ComparedValue {
    /// What it is: `sent scope`, `answer /error`, `engine redirect_uri`.
    pub what: String,
    /// In one run.
    pub one: Option<String>,
    /// In the other.
    pub other: Option<String>,
}

pub(crate) async fn compare(admin: &Admin, request: Compare) -> Result<Compared, CommandError> {
    let one = saved::outcome(admin, &request.one).await?;
    let other = saved::outcome(admin, &request.other).await?;
    Ok(differences(&one, &other))
}

/// Name of a step, and how often it came so far.
type Key = (String, usize);

/// The steps of a run by name and by how often the name came before, in order.
fn keyed(run: &RunShown) -> Vec<(Key, &StepView)> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let steps = run.client.steps.iter();
    steps
        .map(|step| {
            let count = seen.entry(&step.name).or_default();
            *count += 1;
            ((step.name.clone(), *count), step)
        })
        .collect()
}

/// The step of a key.
fn find<'a>(all: &[(Key, &'a StepView)], key: &Key) -> Option<&'a StepView> {
    all.iter().find(|(own, _)| own == key).map(|(_, step)| *step)
}

/// What differs between two runs.
pub(super) fn differences(one: &RunShown, other: &RunShown) -> Compared {
    let (left, right) = (keyed(one), keyed(other));
    let mut keys: Vec<&Key> = left.iter().map(|(key, _)| key).collect();
    keys.extend(right.iter().map(|(key, _)| key).filter(|key| find(&left, key).is_none()));
    let (mut steps, mut same) = (Vec::new(), 0);
    for key in keys {
        let (a, b) = (find(&left, key), find(&right, key));
        let values = |run, step: Option<&StepView>| step.map(|step| values(run, step)).unwrap_or_default();
        let found = differing(&values(one, a), &values(other, b));
        if a.is_some() && b.is_some() && found.is_empty() {
            same += 1;
            continue;
        }
        // a step that only one run has is told by that, not by all it said
        let differences = if a.is_some() && b.is_some() { found } else { Vec::new() };
        let number = |step: Option<&StepView>| step.map(|step| step.number);
        steps.push(ComparedStep { name: key.0.clone(), one: number(a), other: number(b), differences });
    }
    let state = |run: &RunShown| {
        let word = serde_json::to_value(run.client.state).unwrap_or_default();
        word.as_str().unwrap_or_default().to_owned()
    };
    Compared { states: (state(one), state(other)), steps, same }
}

fn differing(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<ComparedValue> {
    let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
    names.sort();
    names.dedup();
    let pair = |name: &String| (one.get(name).cloned(), other.get(name).cloned());
    names
        .into_iter()
        .map(|name| (name, pair(name)))
        .filter(|(_, (one, other))| one != other && !both_hidden(one.as_deref(), other.as_deref()))
        .map(|(name, (one, other))| ComparedValue { what: name.clone(), one, other })
        .collect()
}

fn both_hidden(one: Option<&str>, other: Option<&str>) -> bool {
    let hidden = |text: Option<&str>| text.is_some_and(|text| text.contains(HIDDEN));
    hidden(one) && hidden(other)
}

/// Everything a step says, by name.
fn values(run: &RunShown, step: &StepView) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let state = serde_json::to_value(step.state).unwrap_or_default();
    all.insert("step".to_owned(), state.as_str().unwrap_or_default().to_owned());
    if let Some(sent) = &step.request {
        message(&mut all, "sent", sent);
    }
    if let Some(got) = &step.answer {
        message(&mut all, "answer", got);
    }
    for note in &step.notes {
        pairs(&mut all, "browser", note);
    }
    for check in &step.checks {
        let verdict = if check.passed { "holds" } else { "fails" };
        put(&mut all, "client", &check.check, format!("{verdict}: {} / {}", check.expected, check.found));
    }
    if let Some(trouble) = &step.trouble {
        put(&mut all, "trouble", &trouble.name, trouble.happened.clone());
    }
    let number = step.request.is_some().then_some(step.number);
    for saw in run.engine.iter().filter(|saw| saw.step == number) {
        for check in &saw.checks {
            put(&mut all, "engine", &check.check, engine_words(check));
        }
        if let Some(refusal) = &saw.refusal {
            put(&mut all, "engine", "refusal", refusal.name.clone());
        }
    }
    all
}

fn engine_words(check: &TraceCheck) -> String {
    if check.passed {
        // what it compared may be an id or a time; that it held is what counts
        return "holds".to_owned();
    }
    let side = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("fails: {} / {}", side(&check.expected), side(&check.found))
}

fn put(all: &mut BTreeMap<String, String>, side: &str, name: &str, value: String) {
    if !FRESH.contains(&name.to_ascii_lowercase().as_str()) {
        all.insert(format!("{side} {name}"), value);
    }
}

fn message(all: &mut BTreeMap<String, String>, side: &str, message: &MessageView) {
    let (start, query) = message.start.split_once('?').unwrap_or((&message.start, ""));
    put(all, side, "line", start.to_owned());
    pairs(all, side, &format!("?{query}"));
    for header in &message.headers {
        put(all, side, &header.name, header.value.clone());
    }
    match serde_json::from_str::<Value>(&message.body) {
        Ok(json) => members(all, side, "", &json),
        Err(_) => pairs(all, side, &format!("?{}", message.body.replace('\n', "&"))),
    }
}

/// The parameters of an address; a text that is none by its first word.
fn pairs(all: &mut BTreeMap<String, String>, side: &str, text: &str) {
    let Some((before, query)) = text.split_once('?') else {
        let (name, value) = text.split_once('=').unwrap_or(("page", text));
        put(all, side, name, value.to_owned());
        return;
    };
    if !before.is_empty() {
        put(all, side, "address", before.to_owned());
    }
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        put(all, side, name, value.to_owned());
    }
}

fn members(all: &mut BTreeMap<String, String>, side: &str, path: &str, json: &Value) {
    match json {
        Value::Object(own) => {
            for (name, value) in own {
                if !FRESH.contains(&name.as_str()) {
                    members(all, side, &format!("{path}/{name}"), value);
                }
            }
        }
        Value::String(text) => put(all, side, path, text.clone()),
        other => put(all, side, path, other.to_string()),
    }
}
