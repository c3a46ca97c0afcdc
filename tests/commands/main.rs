//! Every command through `dispatch`, with JSON in and out, over a real engine and a real store.

mod activity;
mod changes;
mod clients;
mod clients_update;
mod harness;
mod home;
mod link_refusals;
mod magic_links;
mod people;
mod settings;
mod setup;
mod table;
