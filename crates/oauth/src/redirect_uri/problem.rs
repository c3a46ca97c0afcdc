//! What is wrong with a redirect URI, in words for the person who typed it.

/// A broken rule, the part of the text that breaks it, and often the text that was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence of each variant is its description")]
pub enum Problem {
    #[error("A redirect URI cannot be empty.")]
    Empty,
    #[error("A redirect URI has at most 2000 bytes; this one has {bytes}.")]
    TooLong { bytes: usize },
    #[error("A redirect URI cannot begin or end with white space.")]
    WhiteSpace { suggestion: Option<String> },
    #[error("A redirect URI cannot contain {character:?}.")]
    Character { character: char, suggestion: Option<String> },
    #[error("A redirect URI cannot contain the wildcard *: every address is registered in full.")]
    Wildcard,
    #[error("A % must be followed by two hexadecimal digits; \"{part}\" is not.")]
    PercentEncoding { part: String },
    #[error("A redirect URI cannot have a fragment; remove \"{part}\".")]
    Fragment { part: String, suggestion: Option<String> },
    #[error("A redirect URI begins with a scheme such as https://; this one has none.")]
    MissingScheme { suggestion: Option<String> },
    #[error("The scheme {scheme}: is reserved and cannot receive answers.")]
    ReservedScheme { scheme: String, suggestion: Option<String> },
    #[error(
        "A scheme of an app's own must contain a dot, as in com.example.app:/callback; \"{scheme}\" does not."
    )]
    SchemeWithoutDot { scheme: String },
    #[error("After \"{scheme}:\" a slash must follow.")]
    MissingSlash { scheme: String, suggestion: Option<String> },
    #[error(
        "Plain http is only for this computer (127.0.0.1, [::1] or localhost); use https for \"{host}\"."
    )]
    PlainHttp { host: String, suggestion: Option<String> },
    #[error("A redirect URI cannot contain a user name or password; remove \"{part}@\".")]
    UserInfo { part: String, suggestion: Option<String> },
    #[error("The host cannot end with a dot; \"{host}\" does.")]
    TrailingDot { host: String, suggestion: Option<String> },
    #[error("\"{host}\" is not a host name or address.")]
    Host { host: String },
    #[error("The port is a number from 1 to 65535; \"{port}\" is not.")]
    Port { port: String },
    #[error("The default port is not written; remove \":{port}\".")]
    DefaultPort { port: String, suggestion: Option<String> },
    #[error("The scheme and the host are written in small letters; \"{part}\" is not.")]
    Capitals { part: String, suggestion: Option<String> },
    #[error("The path cannot contain an empty part (//).")]
    EmptySegment { suggestion: Option<String> },
    #[error("The path cannot contain \"{segment}\": servers disagree about where it leads.")]
    DotSegment { segment: String },
    #[error("The path cannot contain \"{part}\": write the character itself, or leave it out.")]
    EncodedCharacter { part: String, suggestion: Option<String> },
    #[error("Programs read this address as \"{printed}\"; write it that way.")]
    NotNormal { printed: String, suggestion: Option<String> },
}

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
