//! What is recorded of a run: its steps, each with the exact request and answer.
//!
//! These types hold secrets and cannot be serialized or printed; [`view`](crate::view) shows them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use url::Url;
use zeroize::Zeroizing;

use crate::secrets::{Secrets, is_secret};
use crate::trouble::Trouble;

/// Who talks in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// The client application: this program.
    App,
    /// The browser, or what stands in its place.
    Browser,
    /// The issuer.
    Issuer,
    /// The external provider of a connection.
    Provider,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// On its way.
    Running,
    /// Waits for a person.
    Waiting,
    /// It came to what it should.
    Done,
    /// The issuer refused, or the client did.
    Refused,
    /// No answer that can be used.
    Failed,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Steps follow.
    Running,
    /// Waits for the browser to come back.
    Waiting,
    /// Every step was done.
    Done,
    /// A step was refused; the ones behind it were not reached.
    Refused,
    /// A step failed.
    Failed,
    /// A person ended it.
    Cancelled,
}

/// A check of the client side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "ClientCheck")]
pub struct Check {
    /// Its name.
    pub check: String,
    /// What had to be.
    pub expected: String,
    /// What was.
    pub found: String,
    /// Whether it held.
    pub passed: bool,
    /// Where the rule stands.
    pub section: String,
}

/// A request as it was sent.
#[derive(Clone)]
pub struct Sent {
    /// Method.
    pub method: String,
    /// Address.
    pub url: Url,
    /// Headers, in order.
    pub headers: Vec<(String, Zeroizing<String>)>,
    /// Body.
    pub body: Zeroizing<Vec<u8>>,
}

/// An answer as it came.
#[derive(Clone)]
pub struct Got {
    /// Status.
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<(String, Zeroizing<String>)>,
    /// Body.
    pub body: Zeroizing<Vec<u8>>,
}

impl Got {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// `error` of the body [RFC6749 §5.2]; of the challenge where there is none [RFC6750 §3]; the end of a problem's `type`
    /// [RFC9457 §3.1.1].
    pub fn error(&self) -> Option<String> {
        let json = self.json();
        let text = |name: &str| json.as_ref().and_then(|json| json.get(name)).and_then(Value::as_str);
        let problem = || text("type").filter(|_| self.status >= 400)?.rsplit('/').next();
        let in_body = text("error").or_else(problem);
        let in_challenge = || {
            let challenge = self.header("www-authenticate")?;
            challenge.split_once("error=\"")?.1.split('"').next()
        };
        in_body.or_else(in_challenge).map(str::to_owned)
    }
}

/// A step.
#[derive(Clone)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// Its number, from 1; also the parent id of its `traceparent`.
    pub number: u64,
    /// Who begins.
    pub from: Lane,
    /// Who answers.
    pub to: Lane,
    /// How it stands.
    pub state: StepState,
    /// What was sent.
    pub request: Option<Sent>,
    /// What came back.
    pub answer: Option<Got>,
    /// What happened besides, such as the pages a browser went through.
    pub notes: Vec<String>,
    /// What the client checked.
    pub checks: Vec<Check>,
    /// Why there is no answer that can be used.
    pub trouble: Option<Trouble>,
    /// How long it took.
    pub milliseconds: u64,
}

/// The tokens of a run, newest ones.
#[derive(Clone, Default)]
pub struct Tokens {
    /// `access_token`
    pub access_token: Option<Zeroizing<String>>,
    /// `refresh_token`
    pub refresh_token: Option<Zeroizing<String>>,
    /// `id_token`
    pub id_token: Option<Zeroizing<String>>,
}

/// All that is known of a run.
#[derive(Clone)]
pub struct Record {
    /// The steps so far.
    pub steps: Vec<Step>,
    /// How it stands.
    pub state: RunState,
    /// The address a browser has to open, while the run waits for it.
    pub open: Option<String>,
    /// The tokens.
    pub tokens: Tokens,
    /// The issuer's keys, as JSON.
    pub keys: Option<Value>,
    /// The issuer's identifier.
    pub issuer: Option<String>,
}

/// The record of a run, shared between the run and whoever looks on.
#[derive(Clone)]
pub struct Recorder {
    record: Arc<Mutex<Record>>,
    secrets: Arc<Secrets>,
}

impl Default for Recorder {
    fn default() -> Self {
        let record = Record {
            steps: Vec::new(),
            state: RunState::Running,
            open: None,
            tokens: Tokens::default(),
            keys: None,
            issuer: None,
        };
        Self { record: Arc::new(Mutex::new(record)), secrets: Arc::default() }
    }
}

impl Recorder {
    /// The record as it stands.
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The secrets met so far.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(crate) fn begin(&self, name: &'static str, from: Lane, to: Lane) -> u64 {
        let mut record = self.record();
        let number = record.steps.len() as u64 + 1;
        record.steps.push(Step {
            name,
            number,
            from,
            to,
            state: StepState::Running,
            request: None,
            answer: None,
            notes: Vec::new(),
            checks: Vec::new(),
            trouble: None,
            milliseconds: 0,
        });
        number
    }

    pub(crate) fn change(&self, number: u64, change: impl FnOnce(&mut Step)) {
        let mut record = self.record();
        if let Some(step) = record.steps.iter_mut().find(|step| step.number == number) {
            change(step);
        }
    }

    pub(crate) fn end(&self, number: u64, state: StepState) {
        self.change(number, |step| step.state = state);
    }

    /// Notes a check of the client and gives its verdict. A failed one refuses the step.
    pub(crate) fn check(&self, number: u64, check: Check) -> bool {
        let passed = check.passed;
        self.change(number, |step| {
            step.checks.push(check);
            if !passed {
                step.state = StepState::Refused;
            }
        });
        passed
    }

    /// Remembers the secrets of a request.
    pub(crate) fn learn_request(&self, sent: &Sent) {
        self.learn_headers(&sent.headers);
        self.learn_pairs(sent.url.query().unwrap_or_default().as_bytes());
        match serde_json::from_slice::<Value>(&sent.body) {
            Ok(json) => self.learn_json(&json),
            Err(_) => self.learn_pairs(&sent.body),
        }
    }

    /// Remembers the secrets of an answer.
    pub(crate) fn learn_answer(&self, got: &Got) {
        self.learn_headers(&got.headers);
        if let Some((_, query)) = got.header("location").and_then(|to| to.split_once('?')) {
            self.learn_pairs(query.as_bytes());
        }
        if let Some(json) = got.json() {
            self.learn_json(&json);
        }
    }

    fn learn_headers(&self, headers: &[(String, Zeroizing<String>)]) {
        for (name, value) in headers {
            if is_secret(name) {
                self.secrets
                    .add(value.split_once(' ').map_or(value.as_str(), |(_, credentials)| credentials));
            }
        }
    }

    fn learn_pairs(&self, pairs: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(pairs) {
            if is_secret(&name) {
                self.secrets.add(&value);
            }
        }
    }

    fn learn_json(&self, json: &Value) {
        match json {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if is_secret(name) => self.secrets.add(text),
                        other => self.learn_json(other),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.learn_json(value)),
            _ => {}
        }
    }
}
