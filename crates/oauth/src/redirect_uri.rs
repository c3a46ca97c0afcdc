//! Redirect URIs: RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 and §4.1.
//!
//! Two questions. May this text be registered ([`check`])? Is the text of a request the registered one ([`matches()`])?
//! The second compares bytes; that is safe because the first lets nothing in that two programs could read in two ways.

mod problem;
mod rules;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use problem::Problem;

/// Our own application: the address at which the playground receives its answers.
pub const OWN: &str = "anteroom://oauth/callback";

/// The longest redirect URI, in bytes.
pub const MAX_BYTES: usize = 2_000;

/// How a client proves who it is: RFC 6749 §2.1, and Medplum's way between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientKind {
    /// `public`: cannot keep a secret. RFC 6749 §2.1.
    Public,
    /// `confidential`: must authenticate at the token endpoint. RFC 6749 §3.2.1.
    Confidential,
    /// `medplum`: has a secret, need not show it where PKCE protects the code; checked whenever shown.
    Medplum,
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Public, Self::Confidential, Self::Medplum];

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Confidential => "confidential",
            Self::Medplum => "medplum",
        }
    }
}

impl fmt::Display for ClientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this kind of client does not exist")]
pub struct UnknownClientKind;

impl FromStr for ClientKind {
    type Err = UnknownClientKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownClientKind)
    }
}

/// Checks whether `uri` may be registered.
///
/// # Refusals
/// The first broken rule, as a sentence for the person who typed it and often with the text they meant.
pub fn check(uri: &str) -> Result<(), Problem> {
    rules::check(uri, rules::REPAIRS)
}

/// Whether `requested` is the redirect URI that was `registered`: byte for byte, except that the port of an IP
/// loopback address over http is free.
pub fn matches(registered: &str, requested: &str) -> bool {
    // [RFC9700 §4.1.3] plain string comparison
    if registered == requested {
        return true;
    }
    // [RFC8252 §7.3] any port for loopback IP literals; `localhost` has no such freedom
    ["http://127.0.0.1", "http://[::1]"].into_iter().any(|origin| {
        let (Some(registered), Some(requested)) =
            (after_port(registered, origin), after_port(requested, origin))
        else {
            return false;
        };
        registered == requested
    })
}

/// Whether an address leads to this machine, over plain http: 127.0.0.1, `[::1]` or `localhost` [RFC8252 §7.3, §8.3].
pub fn is_loopback(uri: &str) -> bool {
    ["http://127.0.0.1", "http://[::1]", "http://localhost"].into_iter().any(|origin| {
        let rest = uri.strip_prefix(origin);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?', '#']))
    })
}

/// What follows the port when `uri` is `origin`, perhaps `:port`, and a path. Text is cut, nothing is rebuilt.
fn after_port<'a>(uri: &'a str, origin: &str) -> Option<&'a str> {
    let rest = uri.strip_prefix(origin)?;
    let path = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let (port, path) = rest.split_at(rest.find('/')?);
            let written = |number: u16| number != 0 && number.to_string() == port;
            port.parse().is_ok_and(written).then_some(path)?
        }
    };
    path.starts_with('/').then_some(path)
}

#[cfg(test)]
mod tests;
