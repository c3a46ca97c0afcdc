//! How the client proves who it is: [RFC6749 §2.3.1].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::flow::AuthMethod;
use crate::run::Runner;
use crate::switch::Switch;

/// What stands in the place of a right secret.
pub(crate) const OTHER_SECRET: &str = "this-is-not-the-secret";
/// What stands in the place of a right client.
const OTHER_CLIENT: &str = "00000000-0000-4000-8000-00000000ffff";

/// The credentials of a request: headers and fields.
pub(crate) struct Credentials {
    pub(crate) headers: Vec<(String, Zeroizing<String>)>,
    pub(crate) fields: Vec<(String, Zeroizing<String>)>,
}

impl Runner {
    /// `client_id`, as the switches leave it.
    pub(crate) fn client_id(&self) -> &str {
        if self.fails(Switch::UnknownClient) { OTHER_CLIENT } else { &self.flow.client.client_id }
    }

    /// The secret, as the switches leave it.
    pub(crate) fn client_secret(&self) -> Option<&str> {
        let secret = self.flow.client.client_secret.as_ref()?.expose();
        if self.fails(Switch::MissingSecret) {
            return None;
        }
        Some(if self.fails(Switch::WrongSecret) { OTHER_SECRET } else { secret })
    }

    /// The credentials of a form request.
    pub(crate) fn credentials(&self) -> Credentials {
        credentials(self.client_id(), self.client_secret(), self.flow.client.token_endpoint_auth_method)
    }
}

/// The credentials of a form request.
pub(crate) fn credentials(client_id: &str, secret: Option<&str>, method: AuthMethod) -> Credentials {
    let own = |value: &str| Zeroizing::new(value.to_owned());
    let mut fields = vec![("client_id".to_owned(), own(client_id))];
    let mut headers = Vec::new();
    match (method, secret) {
        (AuthMethod::ClientSecretBasic, Some(secret)) => {
            headers.push(("authorization".to_owned(), basic(client_id, secret)));
            fields.clear();
        }
        (AuthMethod::ClientSecretPost, Some(secret)) => {
            fields.push(("client_secret".to_owned(), own(secret)));
        }
        _ => {}
    }
    Credentials { headers, fields }
}

/// [RFC6749 §2.3.1] each half form-encoded, then base64.
pub(crate) fn basic(client_id: &str, secret: &str) -> Zeroizing<String> {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encode(client_id), encode(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}
