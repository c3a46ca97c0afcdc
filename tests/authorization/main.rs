//! The authorization code flow over real HTTP, from the first request in the browser to the last refresh token.
//!
//! The names of the tests begin with the cases of the security bar they prove (`az_04_…`, `rt_03_…`).

mod authorize;
mod code;
mod harness;
mod oauth2_client;
mod pages;
mod refresh;
mod sign_out;
