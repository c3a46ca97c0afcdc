//! Plain functions over a request's context, shared by grants, endpoints and admin commands.

pub mod access_policies;
pub mod bearer;
pub mod client_grants;
pub mod clients;
pub mod connections;
pub mod default_client;
pub mod interactions;
pub mod invites;
pub mod jwks;
pub mod keys;
pub mod local_ca;
pub mod logout;
pub mod magic_links;
pub mod master_key;
pub mod passwords;
pub mod people;
pub mod projects;
pub mod purge;
pub mod rates;
pub mod refresh_tokens;
pub mod resource_servers;
pub mod second_factor;
pub mod sign_in;
pub mod tokens;
pub mod user_info;
