//! What may be shown of a run: the one way out of a record. Every value of a secret name is replaced, and every text is
//! searched for the secrets of the run.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::exchange::{Check, Got, Lane, Recorder, RunState, Sent, Step, StepState};
use crate::secrets::{Secrets, hidden, is_secret};
use crate::trouble::Explained;

/// A run, to be shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// How it stands.
    pub state: RunState,
    /// Its steps so far.
    pub steps: Vec<StepView>,
    /// The address a browser has to open, while the run waits for it.
    pub open: Option<String>,
    /// Which tokens came of it.
    pub tokens: Vec<String>,
    /// The issuer's identifier.
    pub issuer: Option<String>,
}

/// A step, to be shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Its name.
    pub name: String,
    /// Its number, from 1.
    #[ts(type = "number")]
    pub number: u64,
    /// Who begins.
    pub from: Lane,
    /// Who answers.
    pub to: Lane,
    /// How it stands.
    pub state: StepState,
    /// What was sent.
    pub request: Option<MessageView>,
    /// What came back.
    pub answer: Option<MessageView>,
    /// What happened besides.
    pub notes: Vec<String>,
    /// What the client checked.
    pub checks: Vec<Check>,
    /// `error` of the answer.
    pub error: Option<String>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Why there is no answer that can be used.
    pub trouble: Option<Explained>,
    /// How long it took.
    #[ts(type = "number")]
    pub milliseconds: u64,
}

/// A request or an answer, to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// The first line.
    pub start: String,
    /// Headers, in order.
    pub headers: Vec<HeaderView>,
    /// The body: a parameter to a line, or JSON, or what it is.
    pub body: String,
}

/// A header, to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeaderView {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The run as it stands.
pub fn view(recorder: &Recorder) -> RunView {
    let record = recorder.record();
    let secrets = recorder.secrets();
    let tokens = &record.tokens;
    let names = [
        ("access_token", tokens.access_token.is_some()),
        ("refresh_token", tokens.refresh_token.is_some()),
        ("id_token", tokens.id_token.is_some()),
    ];
    RunView {
        state: record.state,
        steps: record.steps.iter().map(|step| step_view(step, secrets)).collect(),
        open: record.open.clone(),
        tokens: names.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect(),
        issuer: record.issuer.clone(),
    }
}

fn step_view(step: &Step, secrets: &Secrets) -> StepView {
    let in_notes = || step.notes.iter().find_map(|note| note.strip_prefix("error="));
    StepView {
        name: step.name.to_owned(),
        number: step.number,
        from: step.from,
        to: step.to,
        state: step.state,
        request: step.request.as_ref().map(|sent| sent_view(sent, secrets)),
        answer: step.answer.as_ref().map(|got| got_view(got, secrets)),
        notes: step.notes.iter().map(|note| secrets.scrub(note)).collect(),
        checks: step
            .checks
            .iter()
            .map(|check| Check {
                expected: secrets.scrub(&check.expected),
                found: secrets.scrub(&check.found),
                ..check.clone()
            })
            .collect(),
        error: step.answer.as_ref().and_then(Got::error).or_else(|| in_notes().map(str::to_owned)),
        status: step.answer.as_ref().map(|got| got.status),
        trouble: step.trouble.as_ref().map(crate::trouble::Trouble::explained),
        milliseconds: step.milliseconds,
    }
}

/// Name and value of each parameter, the secret ones hidden.
pub(crate) fn pairs(encoded: &[u8], hide: impl Fn(&str, &str) -> String) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded)
        .map(|(name, value)| {
            let value = if is_secret(&name) { hide(&name, &value) } else { value.into_owned() };
            (name.into_owned(), value)
        })
        .collect()
}

fn dots(_: &str, value: &str) -> String {
    hidden(value)
}

fn lines(encoded: &[u8]) -> String {
    let pairs = pairs(encoded, dots);
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}

/// JSON without its secrets.
pub(crate) fn without_secrets(json: &Value, hide: &impl Fn(&str, &str) -> String) -> Value {
    match json {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| {
                    let value = match value {
                        Value::String(text) if is_secret(name) => Value::String(hide(name, text)),
                        other => without_secrets(other, hide),
                    };
                    (name.clone(), value)
                })
                .collect(),
        ),
        Value::Array(values) => {
            Value::Array(values.iter().map(|value| without_secrets(value, hide)).collect())
        }
        other => other.clone(),
    }
}

fn headers(headers: &[(String, zeroize::Zeroizing<String>)], secrets: &Secrets) -> Vec<HeaderView> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = match (is_secret(name), value.split_once(' ')) {
                (true, Some((scheme, credentials))) if name == "authorization" => {
                    format!("{scheme} {}", hidden(credentials))
                }
                (true, _) => hidden(value),
                (false, _) if name == "location" => location(value),
                (false, _) => value.to_string(),
            };
            HeaderView { name: name.clone(), value: secrets.scrub(&value) }
        })
        .collect()
}

/// An address with its secret parameters hidden.
pub(crate) fn location(to: &str) -> String {
    let Some((base, query)) = to.split_once('?') else { return to.to_owned() };
    let pairs = pairs(query.as_bytes(), dots);
    let query = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    format!("{base}?{query}")
}

fn sent_view(sent: &Sent, secrets: &Secrets) -> MessageView {
    let target = match sent.url.query() {
        Some(query) => format!("{}?{query}", sent.url.path()),
        None => sent.url.path().to_owned(),
    };
    let body = match serde_json::from_slice::<Value>(&sent.body) {
        Ok(json) => pretty(&without_secrets(&json, &dots)),
        Err(_) => lines(&sent.body),
    };
    MessageView {
        start: secrets.scrub(&format!("{} {}", sent.method, location(&target))),
        headers: headers(&sent.headers, secrets),
        body: secrets.scrub(&body),
    }
}

fn got_view(got: &Got, secrets: &Secrets) -> MessageView {
    let reason = reqwest::StatusCode::from_u16(got.status).ok().and_then(|status| status.canonical_reason());
    let body = match got.json() {
        Some(json) => pretty(&without_secrets(&json, &dots)),
        None if got.body.is_empty() => String::new(),
        None => {
            let kind = got.header("content-type").unwrap_or("no content type");
            format!("({} bytes, {kind})", got.body.len())
        }
    };
    MessageView {
        start: format!("{} {}", got.status, reason.unwrap_or_default()).trim_end().to_owned(),
        headers: headers(&got.headers, secrets),
        body: secrets.scrub(&body),
    }
}

fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

/// An answer, to be exported.
pub(crate) fn answer(got: &Got, recorder: &Recorder) -> MessageView {
    got_view(got, recorder.secrets())
}
