//! Whom the provider believes.

use anteroom_oauth::authorization::{self, Authorization};
use anteroom_oauth::form::Form;
use anteroom_oauth::redirect_uri;
use anteroom_oauth::secret::Secret;
use axum::http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::state::State;

/// `client_id` of the public client that is there from the start, for connections without a secret. It has to use PKCE.
pub const PUBLIC_CLIENT: &str = "anteroom";
/// Clients at most.
pub(crate) const MOST: usize = 1_000;

/// Whom a provider believes.
#[derive(Debug, Clone)]
pub enum Clients {
    /// Whoever comes, with whatever credentials: where the provider's strictness is nobody's question.
    Everybody,
    /// Who is registered: [`PUBLIC_CLIENT`], and who registers at `/register`.
    Registered {
        /// Redirect URIs of [`PUBLIC_CLIENT`].
        redirect_uris: Vec<String>,
    },
}

/// What a client shows at the token endpoint.
#[derive(Clone)]
pub struct Credentials {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: Zeroizing<String>,
}

/// A client, as the provider knows it.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    /// SHA-256 of its secret; none for a public client.
    pub(crate) secret: Option<[u8; 32]>,
}

impl Registered {
    /// Whether its browser may be sent there [RFC9700 §4.1.3].
    pub(crate) fn returns_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|own| redirect_uri::matches(own, uri))
    }

    fn is_proved_by(&self, shown: Option<&str>) -> bool {
        match (&self.secret, shown) {
            (None, shown) => shown.is_none(),
            (Some(_), None) => false,
            (Some(own), Some(shown)) => {
                bool::from(own.as_slice().ct_eq(Sha256::digest(shown.as_bytes()).as_slice()))
            }
        }
    }
}

impl State {
    /// The client that a request to the token endpoint comes from [RFC6749 §2.3.1]; none when it proves nothing.
    pub(crate) fn client_of(&self, headers: &HeaderMap, form: &Form) -> Option<String> {
        let header = headers.get(header::AUTHORIZATION).map(|value| authorization::parse(value.as_bytes()));
        let by_header = match header {
            Some(Ok(Authorization::Basic { user, password })) => Some((user, Some(password))),
            _ => None,
        };
        if self.believes_everybody() {
            let named = by_header.map(|(user, _)| user);
            let named = named.or_else(|| form.get("client_id").map(str::to_owned));
            return Some(named.unwrap_or_else(|| "anonymous".to_owned()));
        }
        let (id, in_header) = match by_header {
            Some((user, password)) => (user, password),
            None => (form.get("client_id")?.to_owned(), None),
        };
        let shown = in_header.as_ref().map(Secret::expose).or(form.get("client_secret"));
        self.registered(&id).filter(|client| client.is_proved_by(shown)).map(|_| id)
    }
}
