//! `anteroom-server` as a process of its own: the contract of its command line, and what it does with a data folder.

mod address;
mod commands;
mod http;
mod keys;
mod process;
mod redeem;
mod start;
mod store;
