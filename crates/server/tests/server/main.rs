#![cfg(test)]
//! `anteroom-server` as a process of its own: the contract of its command line, and what it does with a data folder.

mod address;
mod backup;
mod commands;
mod host;
mod http;
mod keys;
mod process;
mod redeem;
mod renewal;
mod start;
mod store;
mod tls;

use std::path::Path;

use process::Server;

/// A server on a free port over the folder `data`.
fn serve(data: &Path, more: &[&str]) -> Server {
    let data = data.to_str().unwrap();
    Server::start(&[&["serve", "--listen", "127.0.0.1:0", "--data-dir", data], more].concat())
}
