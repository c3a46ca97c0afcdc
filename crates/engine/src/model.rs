//! What is stored: one row kind per file.

pub mod access_policy;
pub mod attempt;
pub mod authorization_code;
pub mod client;
pub mod consent;
pub mod event;
pub mod interaction;
pub mod login;
pub mod membership;
pub mod pre_authorized_code;
pub mod profile;
pub mod project;
pub mod refresh_token;
pub mod second_factor;
pub mod session;
pub mod signing_key;
pub mod user;

pub use access_policy::AccessPolicy;
pub use authorization_code::IssuedCode;
pub use client::Client;
pub use consent::Consent;
pub use event::Event;
pub use interaction::Interaction;
pub use login::Login;
pub use membership::Membership;
pub use pre_authorized_code::PreAuthorizedCode;
pub use profile::Profile;
pub use project::Project;
pub use refresh_token::RefreshFamily;
pub use second_factor::SecondFactor;
pub use session::Session;
pub use signing_key::StoredKey;
pub use user::User;
