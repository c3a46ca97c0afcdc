//! `anteroom://` links, read as hostile input: any web page and any program of the user can open one.
//!
//! A link carries the end of a sign-in back from the browser, or brings the window to the front. It never holds a
//! token, and nothing acts on it by itself: the screens compare its `state` with the sign-in they are waiting for.

mod parameters;

use std::fmt;

use serde::Serialize;

use parameters::Parameters;

/// What every link begins with. Schemes are compared as written: browsers and desktops send them in lower case.
const PREFIX: &str = "anteroom://";

/// No link we ask for is longer; a longer one is not ours.
const MAX_BYTES: usize = 2048;

/// A link that may be shown to the window, as the payload of its `deep-link` event.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeepLink {
    /// `anteroom://oauth/callback`: the authorization response of a sign-in in the system browser.
    OauthCallback(AuthorizationResponse),
    /// `anteroom://in/{code}`: a magic link that its client wants redeemed here, in the playground.
    MagicLink(HandedCode),
    /// `anteroom://open`: bring the window to the front.
    Open,
}

/// A pre-authorized code, as the landing page hands it over. It is a secret until it is redeemed, so the type has no
/// `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct HandedCode {
    /// 52 capitals in base-32, or 256 hexadecimal characters.
    pub code: String,
}

impl HandedCode {
    /// Only what a landing page writes; whether there is such a code is the engine's to say.
    fn parse(code: &str) -> Result<Self, Refusal> {
        let short = code.len() == 52 && code.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
        let long = code.len() == 256 && code.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if short || long { Ok(Self { code: code.to_owned() }) } else { Err(Refusal::NoCode) }
    }
}

/// [RFC6749 §4.1.2, §4.1.2.1] [RFC9207 §2] What an authorization server sends back through the browser.
///
/// Members keep the standard's names. `code` is a secret until it is redeemed, so the type has no useful `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizationResponse {
    /// Tells the sign-in this answers; without it nothing could be waiting for the link.
    pub state: String,
    /// The authorization code, if the server granted.
    pub code: Option<String>,
    /// The server's identifier, which stops mix-up between two servers.
    pub iss: Option<String>,
    /// The error code, if the server refused.
    pub error: Option<String>,
    /// The server's words for the error; left out when it holds characters the standard does not allow.
    pub error_description: Option<String>,
    /// A page about the error; shown as text, never opened.
    pub error_uri: Option<String>,
}

/// Why a link was dropped. Says nothing of what the link held, so that it can be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There was not exactly one argument, or it does not begin with the scheme.
    Arguments,
    /// Longer than 2,048 bytes.
    TooLong,
    /// A character outside printable ASCII.
    NotPrintableAscii,
    /// It has a fragment: a link of ours never has one, but an implicit-grant token would arrive in it.
    Fragment,
    /// What follows `in/` is no code.
    NoCode,
    /// None of `oauth/callback`, `in/…` and `open`.
    UnknownPath,
    /// A percent sign without two hexadecimal digits, or a value that is not printable ASCII once decoded.
    BadEncoding,
    /// The same parameter twice.
    Repeated,
    /// A parameter that this path does not have.
    UnknownParameter,
    /// `access_token`, `id_token` or `refresh_token`: a token must never travel in a link.
    Token,
    /// No `state`, so no sign-in can be waiting for it.
    NoState,
    /// Neither or both of `code` and `error`.
    NotOneOutcome,
}

impl DeepLink {
    /// Reads a link.
    ///
    /// # Errors
    /// With the [`Refusal`] when it is anything but a well-formed link of ours. The caller drops it.
    pub fn parse(link: &str) -> Result<Self, Refusal> {
        if link.len() > MAX_BYTES {
            return Err(Refusal::TooLong);
        }
        if !link.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
            return Err(Refusal::NotPrintableAscii);
        }
        let rest = link.strip_prefix(PREFIX).ok_or(Refusal::Arguments)?;
        if rest.contains('#') {
            return Err(Refusal::Fragment);
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if let Some(code) = path.strip_prefix("in/") {
            return match query {
                "" => HandedCode::parse(code).map(Self::MagicLink),
                _ => Err(Refusal::UnknownParameter),
            };
        }
        match path {
            "oauth/callback" => Ok(Self::OauthCallback(AuthorizationResponse::parse(query)?)),
            "open" if query.is_empty() => Ok(Self::Open),
            "open" => Err(Refusal::UnknownParameter),
            _ => Err(Refusal::UnknownPath),
        }
    }

    /// The link in the command line of a start, `None` if it was started without arguments.
    ///
    /// Any program of the user can send a command line to the running app, so there must be exactly one argument
    /// besides the program's name, and it must be a link.
    ///
    /// # Errors
    /// As [`DeepLink::parse`].
    pub fn from_command_line(arguments: &[String]) -> Result<Option<Self>, Refusal> {
        match arguments {
            [] | [_] => Ok(None),
            [_, link] => Self::parse(link).map(Some),
            _ => Err(Refusal::Arguments),
        }
    }
}

impl AuthorizationResponse {
    fn parse(query: &str) -> Result<Self, Refusal> {
        let mut parameters = Parameters::parse(query)?;
        if ["access_token", "id_token", "refresh_token"].iter().any(|name| parameters.contains(name)) {
            return Err(Refusal::Token);
        }
        let response = Self {
            state: parameters.take("state").ok_or(Refusal::NoState)?,
            code: parameters.take("code"),
            iss: parameters.take("iss"),
            error: parameters.take("error"),
            // [RFC6749 §4.1.2.1] no quotation mark and no backslash in it; the sign-in goes on without the words
            error_description: parameters
                .take("error_description")
                .filter(|text| !text.contains(['"', '\\'])),
            error_uri: parameters.take("error_uri"),
        };
        // [RFC6749 §4.1.2] whatever else came with it must be ignored
        if response.code.is_some() == response.error.is_some() {
            return Err(Refusal::NotOneOutcome);
        }
        Ok(response)
    }
}

impl fmt::Debug for DeepLink {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::OauthCallback(_) => "OauthCallback(..)",
            Self::MagicLink(_) => "MagicLink(..)",
            Self::Open => "Open",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Arguments => "not exactly one argument that begins with anteroom://",
            Self::TooLong => "longer than 2048 bytes",
            Self::NotPrintableAscii => "a character outside printable ASCII",
            Self::Fragment => "it has a fragment",
            Self::NoCode => "no code after in/",
            Self::UnknownPath => "none of oauth/callback, in/… and open",
            Self::BadEncoding => "a value that does not decode to printable ASCII",
            Self::Repeated => "a parameter twice",
            Self::UnknownParameter => "a parameter that this path does not have",
            Self::Token => "a token, which must never travel in a link",
            Self::NoState => "no state",
            Self::NotOneOutcome => "neither or both of code and error",
        })
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests;
