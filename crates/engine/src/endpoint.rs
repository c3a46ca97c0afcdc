//! What a URL of the standards does, without HTTP.

pub mod authorization;
pub mod authorization_server_metadata;
pub mod interaction;
pub mod introspection;
pub mod landing;
pub mod logout;
pub mod preauthorize;
pub mod revocation;
pub mod token;
pub mod userinfo;
