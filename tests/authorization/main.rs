//! The authorization code flow over real HTTP, from the first request in the browser to the last refresh token.
//!
//! The names of the tests begin with the cases of the security bar they prove (`az_04_…`, `rt_03_…`).

#[cfg(test)]
mod authorize;
#[cfg(test)]
mod code;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod medplum;
#[cfg(test)]
mod oauth2_client;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod refresh;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod sign_out;
