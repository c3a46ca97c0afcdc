//! The engine over real HTTP, case by case.
//!
//! The names of the tests begin with the cases of the security bar they prove (`ht_06_…`, `pa_04_…`); `cases.rs` holds the
//! list of all that must be proven, with the reason for each that is not, and fails while one is missing. Rows of
//! Medplum's own tests are in `medplum.rs`.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod client_credentials;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod http_behaviour;
#[cfg(test)]
mod landing;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod medplum;
#[cfg(test)]
mod pre_authorized_code;
#[cfg(test)]
mod preauthorize;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod spend_once;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod token;
#[cfg(test)]
mod userinfo;
