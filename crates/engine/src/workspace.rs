//! The workspace file: projects, clients, people, policies and APIs as one JSON document.
//!
//! [`Workspace::read`] turns bytes into the types of [`mod@file`], [`apply()`] makes the store say what the file says, [`export()`]
//! writes what is stored. Applying is declarative: what the file names exists afterwards with these values, what it does
//! not name is left alone. It is all or nothing, in one transaction, and doing it twice changes nothing.

pub mod apis;
pub mod apply;
pub mod export;
pub mod file;
pub mod given;
pub mod read;

pub use apply::{ApplyError, Report, apply};
pub use export::{Export, export};
pub use file::Workspace;
pub use read::Misfit;

/// The JSON Schema of the workspace file, as `docs/workspace.schema.json` holds it.
pub fn schema() -> String {
    // A schema is made of texts and numbers, which always serialize.
    let text = serde_json::to_string_pretty(&schemars::schema_for!(Workspace)).unwrap_or_default();
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ANTEROOM_UPDATE_BINDINGS=1` writes the file anew.
    #[test]
    fn the_published_schema_is_the_one_of_the_types() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workspace.schema.json");
        if std::env::var_os("ANTEROOM_UPDATE_BINDINGS").is_some() {
            std::fs::write(file, schema()).unwrap();
        }
        let published = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            published == schema(),
            "docs/workspace.schema.json is out of date: `make gen` writes it anew"
        );
    }
}
