//! The store on SQLite: the engine's contract, and what only a file can go wrong with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backup;
mod child;
mod commit;
mod contract;
mod damage;
mod full;
mod kill;
mod open;
mod people;
mod privacy;
mod sample;
mod schema;
mod tamper;
