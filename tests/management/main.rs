//! Auth0's Management API and tokens for APIs, over real HTTP. The tables are those of the contract: a row is a request and
//! what Auth0 answers.

mod clients;
mod connections;
mod grants_and_logs;
mod guard;
mod harness;
mod issuing;
mod lists;
mod refresh;
mod resource_servers;
mod seed;
mod workspace;
