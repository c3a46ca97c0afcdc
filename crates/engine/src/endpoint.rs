//! What a URL of the standards does, without HTTP.

pub mod admin_projects;
pub mod authorization;
pub mod authorization_server_metadata;
pub mod change_password;
pub mod client_info;
pub mod connected_accounts;
pub mod exchange;
pub mod external;
pub mod fhir;
pub mod interaction;
pub mod introspection;
pub mod landing;
pub mod login;
pub mod logout;
pub mod management;
pub mod me;
pub mod mfa;
pub mod preauthorize;
pub mod revocation;
pub mod session;
pub mod set_password;
pub mod token;
pub mod userinfo;
