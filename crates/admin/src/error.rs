//! What a command answers when it cannot.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;

use anteroom_engine::entropy::{self, OsEntropy};
use anteroom_engine::stop::{Fault, Stop, Unfit, UnfitKind};
use anteroom_engine::store::StoreError;
use anteroom_sentence::{Sentence, Value, sentence};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a command failed. The screens branch on `code`, never on `message`.
#[derive(Debug, Clone, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{code:?}: {message}")]
pub struct CommandError {
    /// For programs.
    pub code: Code,
    /// For people, in English: what was attempted, the two values that differ, what to do.
    pub message: String,
    /// The same, for the language of the screens; `null` for a text that is not ours.
    pub sentence: Option<Box<Said>>,
    /// The refusal it comes from, by its name: then `message` is the advice about that refusal.
    pub refusal: Option<String>,
    /// The field of the request it is about.
    pub field: Option<String>,
}

/// Kinds of failure a screen treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No such command.
    Unsupported,
    /// A value breaks a rule, or the request does not fit its type; `field` names it.
    Invalid,
    /// Nothing has this id.
    NotFound,
    /// Somebody changed it meanwhile, or it exists already.
    Conflict,
    /// The project must be set up first.
    SetupNeeded,
    /// The code of this link is no longer in memory; issue it again.
    NotHeld,
    /// Who acts may not do this.
    Forbidden,
    /// The engine is not open: see the message.
    Unavailable,
    /// Our fault; the message holds an id to quote.
    Fault,
}

/// A sentence as the screens look it up: the English template, and what stands in its slots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "Sentence")]
pub struct Said {
    /// The key in the catalogues. A slot is `{name}`, or `{name:?}` where English puts quotes around it.
    pub template: String,
    /// What stands in the slots, by name.
    pub values: BTreeMap<String, SaidValue>,
}

/// What stands in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(rename = "SentenceValue")]
pub enum SaidValue {
    /// The same in every language.
    Text(String),
    /// A reason, translated like the sentence around it.
    Sentence(Said),
}

impl Said {
    /// The sentence; nothing for a text that stays English.
    fn of(sentence: Sentence) -> Option<Self> {
        let (template, values) = sentence.into_parts();
        let values = values?.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Some(Self { template: template.into_owned(), values })
    }
}

impl From<Value> for SaidValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Sentence(reason) => {
                let text = reason.to_string();
                Said::of(reason).map_or(Self::Text(text), Self::Sentence)
            }
        }
    }
}

impl CommandError {
    pub(crate) fn new(code: Code, field: Option<&str>, message: Sentence) -> Self {
        let (text, sentence) = (message.to_string(), Said::of(message).map(Box::new));
        Self { code, message: text, sentence, refusal: None, field: field.map(str::to_owned) }
    }

    /// The engine is not open, and the reason.
    pub fn unavailable(reason: Sentence) -> Self {
        Self::new(Code::Unavailable, None, reason)
    }

    pub(crate) fn setup_needed() -> Self {
        Self::new(
            Code::SetupNeeded,
            None,
            sentence!("There is no project yet: name it and create its first admin."),
        )
    }
}

impl From<Stop> for CommandError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Unfit(Unfit { kind, field, message }) => {
                let code = match kind {
                    UnfitKind::Invalid => Code::Invalid,
                    UnfitKind::NotFound => Code::NotFound,
                    UnfitKind::Conflict => Code::Conflict,
                };
                Self::new(code, field, message)
            }
            Stop::Refused(refused) => {
                let row = refused.refusal.row();
                Self {
                    refusal: Some(refused.refusal.name().to_owned()),
                    ..Self::new(Code::Invalid, None, Sentence::english(row.advice))
                }
            }
            Stop::Fault(fault) => fault.into(),
        }
    }
}

impl From<Fault> for CommandError {
    fn from(fault: Fault) -> Self {
        match &fault {
            Fault::Store(StoreError::Busy) => Self::new(
                Code::Unavailable,
                None,
                sentence!("The engine has too much to do at the moment; try again."),
            ),
            Fault::Store(StoreError::Closed) => {
                Self::new(Code::Unavailable, None, sentence!("The store is closed: the program is ending."))
            }
            Fault::Store(error @ StoreError::NotWritable(reason)) => {
                tracing::error!(error = %error, "command failed");
                Self::new(
                    Code::Unavailable,
                    None,
                    sentence!("Nothing was saved: the store cannot be written: {reason}.", reason),
                )
            }
            Fault::Store(StoreError::Exists(what)) => Self::new(Code::Conflict, None, taken(what)),
            _ => unexpected(&fault),
        }
    }
}

/// A value that must be unique, by the store's name for it.
fn taken(what: &str) -> Sentence {
    match what {
        "client id" => sentence!("This client id exists already."),
        "e-mail address" => sentence!("This e-mail address exists already."),
        "external id" => sentence!("This external id exists already."),
        "membership of the client" => sentence!("This membership of the client exists already."),
        "name of an access policy" => sentence!("This name of an access policy exists already."),
        "identifier of an API" => sentence!("This identifier of an API exists already."),
        "client grant" => sentence!("This client grant exists already."),
        "name of a connection" => sentence!("This name of a connection exists already."),
        what => sentence!("This {what} exists already.", what),
    }
}

/// Our own failure: a sentence with an id to quote; what happened goes to the log under the same id.
fn unexpected(fault: &Fault) -> CommandError {
    let id = entropy::bytes::<4>(&OsEntropy)
        .map_or_else(|_| "unknown".to_owned(), |bytes| format!("{:08x}", u32::from_be_bytes(bytes)));
    let mut chain = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        let _ = write!(chain, ": {cause}");
        source = cause.source();
    }
    tracing::error!(error.id = id, error = chain, "command failed");
    let message = sentence!(
        "Something went wrong on our side and nothing was changed. The log says more under {id}.",
        id
    );
    CommandError::new(Code::Fault, None, message)
}
