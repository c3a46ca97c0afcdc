//! Auth0's Management API and tokens for APIs, over real HTTP. The tables are those of the contract: a row is a request and
//! what Auth0 answers.

#[cfg(test)]
mod clients;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod grants_and_logs;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod issuing;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod refresh;
#[cfg(test)]
mod resource_servers;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod workspace;
