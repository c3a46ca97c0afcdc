//! What a URL of the standards does, without HTTP.

pub mod authorization;
pub mod authorization_server_metadata;
pub mod interaction;
pub mod landing;
pub mod preauthorize;
pub mod token;
pub mod userinfo;
