//! From and to JSON, and what many requests have in common.

use anteroom_engine::stop::{Outcome, invalid};
use anteroom_engine::store::Window;
use anteroom_sentence::sentence;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Code, CommandError};

/// Reads a request; what does not fit is named by its path.
pub(crate) fn read<T: DeserializeOwned>(name: &str, request: Value) -> Result<T, CommandError> {
    serde_path_to_error::deserialize(request).map_err(|error| {
        let path = error.path().to_string();
        let field = (path != ".").then_some(path.as_str());
        let message = sentence!(
            "{name} does not take this request: {problem}",
            name,
            problem = error.inner().to_string()
        );
        CommandError::new(Code::Invalid, field, message)
    })
}

/// Writes an answer.
pub(crate) fn answer<T: Serialize>(response: &T) -> Result<Value, CommandError> {
    serde_json::to_value(response).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        CommandError::new(Code::Fault, None, sentence!("The answer could not be written; the log says more."))
    })
}

/// The command is not in the table.
pub(crate) fn unknown(name: &str) -> CommandError {
    CommandError::new(Code::Unsupported, None, sentence!("There is no command {name:?}.", name))
}

/// Rows a list may ask for at once.
const MOST_ROWS: u32 = 500;

/// A list's `limit`: 1 to 500.
pub(crate) fn limit(limit: u32) -> Outcome<u32> {
    if (1..=MOST_ROWS).contains(&limit) {
        Ok(limit)
    } else {
        invalid(
            "limit",
            sentence!(
                "A list gives 1 to {most} rows at once; {limit} were asked for.",
                most = MOST_ROWS,
                limit
            ),
        )
    }
}

/// A list's `offset` and `limit`.
pub(crate) fn window(offset: u32, rows: u32) -> Outcome<Window> {
    Ok(Window { offset, limit: limit(rows)? })
}
