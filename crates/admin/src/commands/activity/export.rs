//! The log as a file, a chunk at a time: JSON lines with everything an outsider needs to check the chain, or CSV for a
//! spreadsheet. Neither names people: the log itself keeps none, and a file travels.

use anteroom_engine::model::event::Event as Stored;
use anteroom_engine::stop::{Outcome, invalid};
use anteroom_engine::store::EventRow;
use anteroom_sentence::sentence;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use super::{Selection, filter};
use crate::admin::Admin;
use crate::error::CommandError;

/// Events of one chunk.
const CHUNK: u32 = 2_000;

/// What a file of the log is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A JSON object a line.
    Jsonl,
    /// Comma-separated values with a line of headers, as RFC 4180 writes them.
    Csv,
}

/// Writes a chunk of the log, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Export {
    /// Which events.
    pub selection: Selection,
    /// As what.
    pub format: Format,
    /// The `next` of the chunk before; absent for the first.
    #[ts(type = "number | null")]
    pub before: Option<i64>,
}

/// A chunk of the file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Chunk {
    /// The text; chunks follow each other as they are.
    pub text: String,
    /// Events in it.
    pub events: u32,
    /// Give as `before` for the next chunk; absent at the end.
    #[ts(type = "number | null")]
    pub next: Option<i64>,
}

const HEADERS: &str =
    "seq,at,kind,actor,subject,client,client_name,about,refusal,remote_address,before,after\r\n";

pub(crate) async fn export(admin: &Admin, request: Export) -> Result<Chunk, CommandError> {
    let filter = filter(&request.selection, request.before)?;
    let first = request.before.is_none();
    admin
        .read_project(move |tx, project, _| {
            let mut rows = tx.list_events(project, &filter, CHUNK + 1)?;
            let more = rows.len() > CHUNK as usize;
            rows.truncate(CHUNK as usize);
            let next = rows.last().filter(|_| more).map(|row| row.event.seq);
            let mut text = String::new();
            if first && request.format == Format::Csv {
                text.push_str(HEADERS);
            }
            for row in &rows {
                match request.format {
                    Format::Jsonl => json_line(&mut text, row)?,
                    Format::Csv => csv_line(&mut text, row)?,
                }
            }
            Ok(Chunk { text, events: u32::try_from(rows.len()).unwrap_or(u32::MAX), next })
        })
        .await
}

fn json_line(text: &mut String, row: &EventRow) -> Outcome<()> {
    let Stored { seq, event, hash } = &row.event;
    let line = json!({
        "seq": seq,
        "at": event.at.iso8601(),
        "project": event.project.map(|id| id.to_string()),
        "kind": event.kind.as_str(),
        "actor": event.actor.map(|id| id.to_string()),
        "subject": event.subject.map(|id| id.to_string()),
        "client": event.client.map(|id| id.to_string()),
        "about": event.about.map(|id| id.to_string()),
        "refusal": event.refusal,
        "body": event.body,
        "hash": HEXLOWER.encode(hash),
    });
    text.push_str(&written(&line)?);
    text.push('\n');
    Ok(())
}

fn written<T: Serialize>(value: &T) -> Outcome<String> {
    match serde_json::to_string(value) {
        Ok(text) => Ok(text),
        Err(error) => {
            invalid("format", sentence!("An event cannot be written: {error}.", error = error.to_string()))
        }
    }
}

fn csv_line(text: &mut String, row: &EventRow) -> Outcome<()> {
    let Stored { seq, event, .. } = &row.event;
    let id = |id: Option<String>| id.unwrap_or_default();
    let state = |state: &Option<serde_json::Value>| state.as_ref().map_or(Ok(String::new()), written);
    let fields = [
        seq.to_string(),
        event.at.iso8601(),
        event.kind.as_str().to_owned(),
        id(event.actor.map(|id| id.to_string())),
        id(event.subject.map(|id| id.to_string())),
        id(event.client.map(|id| id.to_string())),
        row.client_name.clone().unwrap_or_default(),
        id(event.about.map(|id| id.to_string())),
        event.refusal.unwrap_or_default().to_owned(),
        event.body.remote_address.clone().unwrap_or_default(),
        state(&event.body.before)?,
        state(&event.body.after)?,
    ];
    text.push_str(&fields.map(|field| csv_field(&field)).join(","));
    text.push_str("\r\n");
    Ok(())
}

/// [RFC4180 §2] quoted where it must be. A field that a spreadsheet would take for a formula gets an apostrophe in front.
fn csv_field(field: &str) -> String {
    let guarded = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if guarded.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::csv_field;

    #[test]
    fn fields_are_quoted_as_rfc_4180_says_and_are_no_formulas() {
        for (field, written) in [
            ("", ""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("@x", "'@x"),
            ("-1", "'-1"),
        ] {
            assert_eq!(csv_field(field), written, "{field:?}");
        }
    }
}
