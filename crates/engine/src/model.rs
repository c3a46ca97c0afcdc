//! What is stored: one row kind per file.

pub mod access_policy;
pub mod attempt;
pub mod client;
pub mod event;
pub mod login;
pub mod membership;
pub mod pre_authorized_code;
pub mod profile;
pub mod project;
pub mod signing_key;
pub mod user;

pub use access_policy::AccessPolicy;
pub use client::Client;
pub use event::Event;
pub use login::Login;
pub use membership::Membership;
pub use pre_authorized_code::PreAuthorizedCode;
pub use profile::Profile;
pub use project::Project;
pub use signing_key::StoredKey;
pub use user::User;
