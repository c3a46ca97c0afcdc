//! What one `grant_type` does. File name = last part of the wire value.

pub mod authorization_code;
pub mod client_credentials;
pub mod federated_connection_access_token;
pub mod pre_authorized_code;
pub mod refresh_token;
pub mod token_exchange;
