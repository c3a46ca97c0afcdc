//! The engine over real HTTP, case by case.
//!
//! The names of the tests begin with the cases of the security bar they prove (`ht_06_…`, `pa_04_…`); `cases.rs` holds the
//! list of all that must be proven, with the reason for each that is not, and fails while one is missing. Rows of
//! Medplum's own tests are in `medplum.rs`.

mod cases;
mod client_credentials;
mod discovery;
mod http_behaviour;
mod landing;
mod listener;
mod medplum;
mod pre_authorized_code;
mod preauthorize;
mod routes;
mod snapshot;
mod spend_once;
mod steps;
mod token;
mod userinfo;
