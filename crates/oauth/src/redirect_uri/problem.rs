//! What is wrong with a redirect URI, in words for the person who typed it.

use anteroom_sentence::{Sentence, sentence};

/// A broken rule, the part of the text that breaks it, and often the text that was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence of each variant is its description")]
pub enum Problem {
    Empty,
    TooLong { bytes: usize },
    WhiteSpace { suggestion: Option<String> },
    Character { character: char, suggestion: Option<String> },
    Wildcard,
    PercentEncoding { part: String },
    Fragment { part: String, suggestion: Option<String> },
    MissingScheme { suggestion: Option<String> },
    ReservedScheme { scheme: String, suggestion: Option<String> },
    SchemeWithoutDot { scheme: String },
    MissingSlash { scheme: String, suggestion: Option<String> },
    PlainHttp { host: String, suggestion: Option<String> },
    UserInfo { part: String, suggestion: Option<String> },
    TrailingDot { host: String, suggestion: Option<String> },
    Host { host: String },
    Port { port: String },
    DefaultPort { port: String, suggestion: Option<String> },
    Capitals { part: String, suggestion: Option<String> },
    EmptySegment { suggestion: Option<String> },
    DotSegment { segment: String },
    EncodedCharacter { part: String, suggestion: Option<String> },
    NotNormal { printed: String, suggestion: Option<String> },
}

impl From<&Problem> for Sentence {
    fn from(problem: &Problem) -> Self {
        match problem {
            Problem::Empty => sentence!("A redirect URI cannot be empty."),
            Problem::TooLong { bytes } => {
                sentence!("A redirect URI has at most 2000 bytes; this one has {bytes}.", bytes = *bytes)
            }
            Problem::WhiteSpace { .. } => sentence!("A redirect URI cannot begin or end with white space."),
            Problem::Character { character, .. } => {
                sentence!("A redirect URI cannot contain {character}.", character = format!("{character:?}"))
            }
            Problem::Wildcard => sentence!(
                "A redirect URI cannot contain the wildcard *: every address is registered in full."
            ),
            Problem::PercentEncoding { part } => {
                sentence!("A % must be followed by two hexadecimal digits; \"{part}\" is not.", part)
            }
            Problem::Fragment { part, .. } => {
                sentence!("A redirect URI cannot have a fragment; remove \"{part}\".", part)
            }
            Problem::MissingScheme { .. } => {
                sentence!("A redirect URI begins with a scheme such as https://; this one has none.")
            }
            Problem::ReservedScheme { scheme, .. } => {
                sentence!("The scheme {scheme}: is reserved and cannot receive answers.", scheme)
            }
            Problem::SchemeWithoutDot { scheme } => sentence!(
                "A scheme of an app's own must contain a dot, as in com.example.app:/callback; \"{scheme}\" does not.",
                scheme
            ),
            Problem::MissingSlash { scheme, .. } => {
                sentence!("After \"{scheme}:\" a slash must follow.", scheme)
            }
            Problem::PlainHttp { host, .. } => sentence!(
                "Plain http is only for this computer (127.0.0.1, [::1] or localhost); use https for \"{host}\".",
                host
            ),
            Problem::UserInfo { part, .. } => {
                sentence!("A redirect URI cannot contain a user name or password; remove \"{part}@\".", part)
            }
            Problem::TrailingDot { host, .. } => {
                sentence!("The host cannot end with a dot; \"{host}\" does.", host)
            }
            Problem::Host { host } => sentence!("\"{host}\" is not a host name or address.", host),
            Problem::Port { port } => {
                sentence!("The port is a number from 1 to 65535; \"{port}\" is not.", port)
            }
            Problem::DefaultPort { port, .. } => {
                sentence!("The default port is not written; remove \":{port}\".", port)
            }
            Problem::Capitals { part, .. } => {
                sentence!("The scheme and the host are written in small letters; \"{part}\" is not.", part)
            }
            Problem::EmptySegment { .. } => sentence!("The path cannot contain an empty part (//)."),
            Problem::DotSegment { segment } => sentence!(
                "The path cannot contain \"{segment}\": servers disagree about where it leads.",
                segment
            ),
            Problem::EncodedCharacter { part, .. } => sentence!(
                "The path cannot contain \"{part}\": write the character itself, or leave it out.",
                part
            ),
            Problem::NotNormal { printed, .. } => {
                sentence!("Programs read this address as \"{printed}\"; write it that way.", printed)
            }
        }
    }
}

anteroom_sentence::displayed!(Problem);

impl Problem {
    /// The address that was probably meant. It would be accepted.
    pub fn suggestion(&self) -> Option<String> {
        match self {
            Self::WhiteSpace { suggestion }
            | Self::Character { suggestion, .. }
            | Self::Fragment { suggestion, .. }
            | Self::MissingScheme { suggestion }
            | Self::ReservedScheme { suggestion, .. }
            | Self::MissingSlash { suggestion, .. }
            | Self::PlainHttp { suggestion, .. }
            | Self::UserInfo { suggestion, .. }
            | Self::TrailingDot { suggestion, .. }
            | Self::DefaultPort { suggestion, .. }
            | Self::Capitals { suggestion, .. }
            | Self::EmptySegment { suggestion }
            | Self::EncodedCharacter { suggestion, .. }
            | Self::NotNormal { suggestion, .. } => suggestion.clone(),
            Self::Empty
            | Self::TooLong { .. }
            | Self::Wildcard
            | Self::PercentEncoding { .. }
            | Self::SchemeWithoutDot { .. }
            | Self::Host { .. }
            | Self::Port { .. }
            | Self::DotSegment { .. } => None,
        }
    }
}
