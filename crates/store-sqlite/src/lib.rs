//! The store contract on SQLite: one file per row kind, one writer, group commit
