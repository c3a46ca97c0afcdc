//! The engine over real HTTP, case by case.
//!
//! The names of the tests begin with the cases of the security bar they prove (`ht_06_…`, `pa_04_…`). Three ledgers look
//! at the tests of the whole repository and fail while something has neither a test nor a reason: `cases.rs` for the bar,
//! `attacks.rs` for attacks and faults, `medplum_cases.rs` for Medplum's own tests, whose rows are tests under their titles.

#[cfg(test)]
mod admin_projects;
mod attacks;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod auth0;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod clauses;
#[cfg(test)]
mod client_credentials;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod explained;
#[cfg(test)]
mod external;
#[cfg(test)]
mod fhir;
#[cfg(test)]
mod fhir_access;
#[cfg(test)]
mod hand_over;
#[cfg(test)]
mod http_behaviour;
#[cfg(test)]
mod landing;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod medplum;
#[cfg(test)]
mod medplum_cases;
#[cfg(test)]
mod mfa;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod pre_authorized_code;
#[cfg(test)]
mod preauthorize;
#[cfg(test)]
mod presentations;
#[cfg(test)]
mod private_key_jwt;
#[cfg(test)]
mod rates;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod set_password;
mod smart_launch;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod spend_once;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod token;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod userinfo;
#[cfg(test)]
mod vault;
