//! What a URL of the standards does, without HTTP.

pub mod authorization_server_metadata;
pub mod landing;
pub mod preauthorize;
pub mod token;
pub mod userinfo;
