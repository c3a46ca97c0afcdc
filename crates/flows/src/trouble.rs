//! What went wrong between two machines, in words: which of the two has to be mended, and how.

use std::error::Error;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a step has no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The name of the host is not known.
    #[error("the name {host} cannot be resolved")]
    Dns {
        /// The host.
        host: String,
    },
    /// Nobody listens there.
    #[error("nothing listens at {host}")]
    ConnectionRefused {
        /// Host and port.
        host: String,
    },
    /// No secure connection.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What the certificate lacks.
        reason: String,
    },
    /// No answer in time.
    #[error("{host} did not answer in {seconds} s")]
    Timeout {
        /// The host.
        host: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The answer is too long.
    #[error("the answer is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// JSON was expected.
    #[error("the answer is not JSON but {content_type}")]
    NotJson {
        /// What the answer says it is.
        content_type: String,
    },
    /// The issuer sends elsewhere.
    #[error("the answer sends to {to}")]
    Redirected {
        /// Where to.
        to: String,
    },
    /// The issuer has no such endpoint.
    #[error("the issuer names no {endpoint}")]
    NoEndpoint {
        /// Name of the metadata member.
        endpoint: &'static str,
    },
    /// A page that cannot be gone through without a person.
    #[error("the page {page:?} has no form that can be filled in")]
    NoForm {
        /// Its title.
        page: String,
    },
    /// The sign-in did not come back.
    #[error("the browser did not come back")]
    NoReturn,
    /// Something that the flow does not have.
    #[error("{0}")]
    Missing(&'static str),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// A trouble, to be shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "Trouble")]
pub struct Explained {
    /// Its name.
    pub name: String,
    /// What happened.
    pub happened: String,
    /// What to do.
    pub advice: String,
}

impl Trouble {
    /// From what the HTTP library says about a request to `url`.
    pub(crate) fn of(error: &reqwest::Error, url: &url::Url, seconds: u64) -> Self {
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().map(|port| format!("{host}:{port}")).unwrap_or_default();
        let chain = chain(error);
        let lower = chain.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if has(&["certificate", "tls", "handshake", "invalidcontenttype", "corrupt message"]) {
            return Self::Tls { host, reason: certificate(&lower).unwrap_or(chain) };
        }
        if has(&["dns error", "failed to lookup", "name or service not known"]) {
            return Self::Dns { host };
        }
        if has(&["connection refused"]) {
            return Self::ConnectionRefused { host: port };
        }
        if error.is_timeout() {
            return Self::Timeout { host, seconds };
        }
        Self::Other(chain)
    }

    /// A word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Dns { .. } => "dns",
            Self::ConnectionRefused { .. } => "connection_refused",
            Self::Tls { .. } => "tls",
            Self::Timeout { .. } => "timeout",
            Self::TooLong { .. } => "too_long",
            Self::NotJson { .. } => "not_json",
            Self::Redirected { .. } => "redirected",
            Self::NoEndpoint { .. } => "no_endpoint",
            Self::NoForm { .. } => "no_form",
            Self::NoReturn => "no_return",
            Self::Missing(_) => "missing",
            Self::Other(_) => "other",
        }
    }

    /// What to do.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Dns { .. } => {
                "Check the spelling of the base URL, and whether this machine reaches the network."
            }
            Self::ConnectionRefused { .. } => "Start the issuer, or correct the port of the base URL.",
            Self::Tls { .. } => {
                "Use the name the certificate is for; a certificate of your own CA must be trusted by this system."
            }
            Self::Timeout { .. } => "Try again; look at the issuer's log if it stays silent.",
            Self::TooLong { .. } => "This is not an OAuth endpoint: check the base URL.",
            Self::NotJson { .. } => {
                "A page answered instead of the endpoint: check the base URL, and whether a proxy stands in between."
            }
            Self::Redirected { .. } => {
                "Use the address it sends to as base URL; requests with secrets are not sent on."
            }
            Self::NoEndpoint { .. } => "The issuer does not offer this; leave the step out.",
            Self::NoForm { .. } => "Run this flow in the system browser.",
            Self::NoReturn => "Finish the sign-in in the browser, or run again with the loopback return.",
            Self::Missing(_) => "Ask for the scope that gives it, or leave the step out.",
            Self::Other(_) => "The sentence is the system's own.",
        }
    }

    /// For people.
    pub fn explained(&self) -> Explained {
        let text = self.to_string();
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let happened = first.chain(letters).chain(['.']).collect();
        Explained { name: self.name().to_owned(), happened, advice: self.advice().to_owned() }
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What a certificate lacks, from the words of the TLS library.
fn certificate(lower: &str) -> Option<String> {
    let words = [
        ("unknownissuer", "its certificate is signed by nobody this system trusts"),
        ("unknown issuer", "its certificate is signed by nobody this system trusts"),
        ("self-signed", "its certificate is signed by nobody this system trusts"),
        ("notvalidforname", "its certificate is for another name"),
        ("not valid for name", "its certificate is for another name"),
        ("expired", "its certificate is over"),
        ("notvalidyet", "its certificate is not valid yet"),
        ("invalidcontenttype", "it does not speak TLS on this port: use http, or another port"),
        ("corrupt message", "it does not speak TLS on this port: use http, or another port"),
    ];
    words.iter().find(|(word, _)| lower.contains(word)).map(|(_, reason)| (*reason).to_owned())
}
