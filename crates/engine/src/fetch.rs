//! The port for outside calls: userinfo, key sets and token endpoints of providers that a project names.
//!
//! The engine says what it wants to read ([`Call`]); whoever opens it says how ([`Fetch`]). An engine that was given
//! nothing else is [`Offline`]. Outside calls are made before a transaction, never in one: the writer waits for nobody.
//!
//! A provider's address is a setting of an admin and not to be trusted with the inside of a network. What an
//! implementation must hold to is written at [`Fetch::fetch`].

use std::fmt;
use std::pin::Pin;

use anteroom_sentence::{Sentence, sentence};
use zeroize::Zeroizing;

/// Most bytes of an answer.
pub const BODY_LIMIT: usize = 64 * 1024;
/// Seconds a call may take in all.
pub const TIMEOUT_SECONDS: u64 = 10;

/// The method of a call, and what goes along.
pub enum Method {
    /// `GET`.
    Get,
    /// `POST` of a form that is encoded already.
    PostForm(Zeroizing<String>),
}

/// One outside call.
pub struct Call {
    /// Where to.
    pub url: String,
    /// How.
    pub method: Method,
    /// `Accept`.
    pub accept: &'static str,
    /// `Authorization`.
    pub authorization: Option<Zeroizing<String>>,
    /// `host:port` pairs that may be reached though they are not public, and over plain http.
    pub allowed_hosts: Vec<String>,
}

impl Call {
    /// A `GET` for JSON.
    pub fn get(url: &str, allowed_hosts: &[String]) -> Self {
        Self {
            url: url.to_owned(),
            method: Method::Get,
            accept: "application/json",
            authorization: None,
            allowed_hosts: allowed_hosts.to_vec(),
        }
    }

    /// With a bearer token [RFC6750 §2.1].
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.authorization = Some(Zeroizing::new(format!("Bearer {token}")));
        self
    }
}

impl fmt::Debug for Call {
    /// Neither the address, which may hold a name of a network, nor what goes along.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call(redacted)")
    }
}

/// `host:port` of a URL, as the list of allowed hosts writes it.
pub fn host_and_port(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

/// What came back, whatever its status.
pub struct Answer {
    /// HTTP status. A redirect is an answer like any other.
    pub status: u16,
    /// `Content-Type`, as it was sent.
    pub content_type: Option<String>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The media type in lower case, without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.content_type.as_deref()?;
        let own = value.split(';').next()?.trim().to_ascii_lowercase();
        (!own.is_empty()).then_some(own)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FetchError {
    /// Outside calls are switched off.
    Offline,
    /// No http or https URL, or one with credentials.
    Url,
    /// Plain http to a host that the project does not allow by name.
    PlainHttp,
    /// The host has an address that is not public, and the project does not allow it by name.
    NotPublic,
    /// The name has no address.
    Unresolved,
    /// Too many calls are on their way.
    Busy,
    /// Nobody answers there.
    Unreachable,
    /// The certificate is not one that this machine trusts for the host.
    Certificate,
    /// It took too long.
    TimedOut,
    /// The answer is too large.
    TooLarge,
    /// The connection ended in the middle, or what came was no HTTP.
    BrokenOff,
}

impl From<&FetchError> for Sentence {
    fn from(error: &FetchError) -> Self {
        match error {
            FetchError::Offline => sentence!("this program makes no outside calls"),
            FetchError::Url => sentence!("the address is no http or https URL without credentials"),
            FetchError::PlainHttp => {
                sentence!("plain http is used only to hosts on the project's list of allowed hosts")
            }
            FetchError::NotPublic => sentence!(
                "the host is not on the public internet, and not on the project's list of allowed hosts"
            ),
            FetchError::Unresolved => sentence!("the host name has no address"),
            FetchError::Busy => sentence!("too many calls to this host are waiting for an answer"),
            FetchError::Unreachable => sentence!("no connection could be made"),
            FetchError::Certificate => sentence!("the server's certificate is not trusted for this host"),
            FetchError::TimedOut => {
                sentence!("no complete answer came within {seconds} seconds", seconds = TIMEOUT_SECONDS)
            }
            FetchError::TooLarge => sentence!("the answer has more than {limit} bytes", limit = BODY_LIMIT),
            FetchError::BrokenOff => sentence!("the connection broke off before the answer was complete"),
        }
    }
}

anteroom_sentence::displayed!(FetchError);

impl FetchError {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Offline,
        Self::Url,
        Self::PlainHttp,
        Self::NotPublic,
        Self::Unresolved,
        Self::Busy,
        Self::Unreachable,
        Self::Certificate,
        Self::TimedOut,
        Self::TooLarge,
        Self::BrokenOff,
    ];

    /// The name by which screens know it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Url => "url",
            Self::PlainHttp => "plain_http",
            Self::NotPublic => "not_public",
            Self::Unresolved => "unresolved",
            Self::Busy => "busy",
            Self::Unreachable => "unreachable",
            Self::Certificate => "certificate",
            Self::TimedOut => "timed_out",
            Self::TooLarge => "too_large",
            Self::BrokenOff => "broken_off",
        }
    }
}

/// A call on its way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Answer, FetchError>> + Send + 'a>>;

/// Makes outside calls.
pub trait Fetch: Send + Sync {
    /// Makes one call.
    ///
    /// Resolves the host once, refuses it when one of its addresses is not public (unless the call allows this
    /// `host:port`), connects to what was resolved and to nothing else, follows no redirect, uses no proxy, decompresses
    /// nothing, reads at most [`BODY_LIMIT`] bytes, and gives up after [`TIMEOUT_SECONDS`] in all. How many calls are on
    /// their way at once is bounded, in all and to one host.
    fn fetch(&self, call: Call) -> Fetching<'_>;
}

/// Makes no calls.
#[derive(Debug, Clone, Copy)]
pub struct Offline;

impl Fetch for Offline {
    fn fetch(&self, _: Call) -> Fetching<'_> {
        Box::pin(std::future::ready(Err(FetchError::Offline)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_and_an_answer_do_not_print_what_they_carry() {
        let call = Call::get("https://marker.example.org/", &[]).bearer("marker");
        assert_eq!(format!("{call:?}"), "Call(redacted)");
        let answer = Answer { status: 200, content_type: None, body: Zeroizing::new(b"marker".to_vec()) };
        assert_eq!(format!("{answer:?}"), "Answer(200, 6 bytes)");
    }

    #[test]
    fn the_media_type_is_read_without_its_parameters() {
        for (sent, read) in [
            (Some("application/json"), Some("application/json")),
            (Some("Application/JSON; charset=utf-8"), Some("application/json")),
            (Some(" ; charset=utf-8"), None),
            (None, None),
        ] {
            let answer = Answer {
                status: 200,
                content_type: sent.map(str::to_owned),
                body: Zeroizing::new(Vec::new()),
            };
            assert_eq!(answer.media_type().as_deref(), read, "{sent:?}");
        }
    }
}
