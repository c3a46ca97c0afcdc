//! FHIR, as far as signing in needs it: resources as JSON, searches over them, and who may do what with them.
//!
//! | Module | Holds |
//! | --- | --- |
//! | [`resource_type`] | the types that are here |
//! | [`search`] | search parameters, and whether a resource matches |
//! | [`access`] | access policies and SMART scopes: the one place that says yes or no |
//! | [`fields`] | hidden and read-only members of a resource |
//! | [`form`] | what a resource must look like to be stored |
//!
//! Nothing here knows the store's rows; that is [`crate::endpoint::fhir`].

pub mod access;
pub mod fields;
pub mod form;
pub mod resource_type;
pub mod search;

pub use access::{Access, Interaction};
pub use resource_type::ResourceType;

/// A resource: the members of its JSON object.
pub type Resource = serde_json::Map<String, serde_json::Value>;
