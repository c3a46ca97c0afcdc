//! Every command through `dispatch`, with JSON in and out, over a real engine and a real store.

mod access_policies;
mod activity;
mod apis;
mod backups;
mod batch;
mod changes;
mod clients;
mod clients_lifecycle;
mod clients_update;
mod desk;
mod harness;
mod home;
mod identity_provider;
mod link_refusals;
mod linter;
mod magic_links;
mod people;
mod playground;
#[cfg(test)]
mod playground_runs;
#[cfg(test)]
mod playground_vault;
mod print;
#[cfg(test)]
mod sample_provider;
mod secrets;
mod settings;
mod setup;
mod table;
mod vault;
mod workspace;
