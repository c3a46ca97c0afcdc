//! The store contract on SQLite.
//!
//! One file, one process, one writer: [`SqliteStore::submit`] queues closures for a thread that owns the write connection
//! and commits what is waiting together (`writer.rs`); [`SqliteStore::read`] runs on read-only connections beside it
//! (`reader.rs`). Configuration rows that almost every request needs are kept in memory (`cache.rs`).
//!
//! # To add a row kind
//! A trait in the contract, a migration (`migrations.rs` says how), and a file here that holds its SQL and its one
//! `from_row`.

mod access_policy;
mod attempt;
mod authorization_code;
mod backup;
mod board;
mod cache;
mod client;
mod client_grant;
mod column;
mod connect_session;
mod connected_account;
mod connection;
mod consent;
mod data_dir;
mod error;
mod event;
mod interaction;
mod login;
mod membership;
mod migrations;
mod open;
mod person;
mod pragmas;
mod pre_authorized_code;
mod profile;
mod project;
mod queue;
mod reader;
mod refresh_token;
mod resource_server;
mod saved_run;
mod second_factor;
mod session;
mod setting;
mod signing_key;
mod smart_app_launch;
mod store;
mod tx;
mod user;
mod user_security_request;
mod wal;
mod writer;

use std::time::Duration;

pub use backup::back_up_file;
pub use data_dir::DataDirLock;
pub use open::{OpenError, fold_journal};
pub use store::{SqliteStore, Statistics};

/// Limits of a store.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Jobs that may wait for the writer.
    pub queue: usize,
    /// Read connections at most.
    pub readers: usize,
    /// How long to wait for a read connection, or for another process that holds the file.
    pub wait: Duration,
    /// Pages of 4 KiB the file may have at most; `None` leaves it to the disk.
    pub max_pages: Option<u32>,
    /// A file up to this many bytes is checked page by page before anything is served, and up to an eighth of it row by
    /// row; a larger one is checked beside the first requests, so that a start stays short. When that check finds damage,
    /// the store answers nothing more.
    pub check_first: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 1_024,
            readers: 4,
            wait: Duration::from_secs(5),
            max_pages: None,
            check_first: 16 * 1024 * 1024,
        }
    }
}
