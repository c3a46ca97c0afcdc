//! Lists: bare, with totals, or from a checkpoint; and only the members that were asked for.

use anteroom_oauth::form::Form;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::trouble::{Halt, Said, trouble};

/// Most rows of a page.
pub(super) const MOST: usize = 100;
/// Rows of a page unless told.
pub(super) const USUAL: usize = 50;
/// What an opaque checkpoint begins with before it is encoded.
const CHECKPOINT: &str = "row:";

/// 400 `invalid_query_string`.
pub(super) fn wrong(name: &str, what: &str) -> Halt {
    let message = format!("Query validation error: '{what}' on property {name}.");
    trouble(400, "invalid_query_string", message)
}

/// A whole number of the query.
pub(super) fn whole(query: &Form, name: &str, least: usize, most: usize) -> Said<Option<usize>> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<usize>().ok().filter(|number| digits && (least..=most).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err(wrong(name, &format!("Expected a whole number from {least} to {most}"))),
    }
}

/// A switch of the query.
pub(super) fn flag(query: &Form, name: &str) -> Said<Option<bool>> {
    match query.get(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(wrong(name, "Expected true or false")),
    }
}

/// The rows of a page, in the style that the query asks for. `usual` is the number of rows unless told.
pub(super) fn answer<T>(
    query: &Form,
    collection: &str,
    rows: &[T],
    usual: usize,
    show: impl Fn(&T) -> Said<Value>,
) -> Said<Value> {
    if query.get("take").is_some() || query.get("from").is_some() {
        return checkpointed(query, collection, rows, show);
    }
    let chosen = Chosen::read(query)?;
    let render = |rows: &[T]| -> Said<Vec<Value>> {
        rows.iter().map(|row| show(row).map(|value| chosen.keep(value))).collect()
    };
    let per_page = whole(query, "per_page", 1, MOST)?.unwrap_or(usual);
    let page = whole(query, "page", 0, 1_000_000)?.unwrap_or(0);
    let start = page.saturating_mul(per_page);
    let end = start.saturating_add(per_page).min(rows.len());
    let shown = render(rows.get(start..end).unwrap_or_default())?;
    if flag(query, "include_totals")? != Some(true) {
        return Ok(shown.into());
    }
    Ok(json!({ "start": start, "limit": per_page, "total": rows.len(), collection: shown }))
}

/// The rows from a checkpoint on, and where the next ones begin: the only style of some lists.
pub(super) fn checkpointed<T>(
    query: &Form,
    collection: &str,
    rows: &[T],
    show: impl Fn(&T) -> Said<Value>,
) -> Said<Value> {
    let chosen = Chosen::read(query)?;
    let take = whole(query, "take", 1, MOST)?.unwrap_or(USUAL);
    let from = query.get("from").map(read_checkpoint).transpose()?.unwrap_or(0);
    let end = from.saturating_add(take).min(rows.len());
    let page = rows.get(from..end).unwrap_or_default();
    let shown: Said<Vec<Value>> = page.iter().map(|row| show(row).map(|value| chosen.keep(value))).collect();
    let mut answer = Map::new();
    answer.insert(collection.to_owned(), shown?.into());
    if end < rows.len() {
        answer.insert("next".to_owned(), checkpoint(end).into());
    }
    Ok(answer.into())
}

fn checkpoint(row: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{CHECKPOINT}{row}"))
}

fn read_checkpoint(text: &str) -> Said<usize> {
    let decoded = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let row = decoded.as_deref().and_then(|text| text.strip_prefix(CHECKPOINT)?.parse().ok());
    row.ok_or_else(|| wrong("from", "Not a checkpoint of this list"))
}

/// `fields` and `include_fields`.
pub(super) struct Chosen {
    fields: Vec<String>,
    include: bool,
}

impl Chosen {
    /// Reads them.
    pub(super) fn read(query: &Form) -> Said<Self> {
        let fields = query.get("fields").unwrap_or_default();
        Ok(Self {
            fields: fields.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            include: flag(query, "include_fields")?.unwrap_or(true),
        })
    }

    /// Without what was not asked for.
    pub(super) fn keep(&self, value: Value) -> Value {
        let Value::Object(mut members) = value else { return value };
        if !self.fields.is_empty() {
            members.retain(|name, _| self.fields.iter().any(|field| field == name) == self.include);
        }
        members.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Form {
        Form::decode(text.as_bytes()).unwrap()
    }

    fn shown(text: &str) -> Option<Value> {
        answer(&query(text), "rows", &[1, 2, 3], 2, |row| Ok(json!({ "id": row, "more": true }))).ok()
    }

    #[test]
    fn a_list_comes_in_three_styles() {
        let row = |id: u8| json!({ "id": id, "more": true });
        assert_eq!(shown(""), Some(json!([row(1), row(2)])));
        assert_eq!(shown("page=1"), Some(json!([row(3)])));
        assert_eq!(shown("page=7"), Some(json!([])));
        assert_eq!(
            shown("page=0&per_page=1&include_totals=true"),
            Some(json!({ "start": 0, "limit": 1, "total": 3, "rows": [row(1)] }))
        );
        let first = shown("take=2").unwrap();
        let next = first["next"].as_str().unwrap();
        assert_eq!(shown(&format!("take=2&from={next}")), Some(json!({ "rows": [row(3)] })));
        for wrong in
            ["per_page=0", "per_page=101", "page=-1", "page=x", "take=0", "from=zzz", "include_totals=1"]
        {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_the_members_that_were_asked_for() {
        assert_eq!(shown("fields=id&per_page=1"), Some(json!([{ "id": 1 }])));
        assert_eq!(shown("fields=id&include_fields=false&per_page=1"), Some(json!([{ "more": true }])));
    }
}
