//! The issuer: the base URL with its trailing slash.

use std::fmt;
use std::sync::Arc;

/// Issuer identifier [RFC8414 §2], equal to the base URL a request came in on, with a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer(Arc<str>);

/// The text is no base URL.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the base URL {given:?} {rule}")]
pub struct InvalidBase {
    given: String,
    rule: &'static str,
}

impl Issuer {
    /// Checks a base URL: http or https, a host, a trailing slash, no query, no fragment, no credentials, and written
    /// exactly as it parses.
    pub fn parse(text: &str) -> Result<Self, InvalidBase> {
        let refuse = |rule| Err(InvalidBase { given: text.to_owned(), rule });
        let Ok(url) = url::Url::parse(text) else { return refuse("is not a URL") };
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("must begin with http:// or https://");
        }
        if !text.ends_with('/') {
            return refuse("must end with a slash");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("must not have a query or a fragment");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not hold credentials");
        }
        if url.as_str() != text {
            return refuse("must be written in its normal form (lower-case host, no default port)");
        }
        Ok(Self(text.into()))
    }

    /// The base URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An endpoint below the base: `endpoint("oauth2/token")`.
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_ends_with_a_slash_and_is_in_normal_form() {
        for (text, accepted) in [
            ("http://127.0.0.1:8103/", true),
            ("https://localhost:8443/", true),
            ("https://auth.example.org/clinic/", true),
            ("http://127.0.0.1:8103", false),
            ("http://127.0.0.1:8103/?x", false),
            ("http://127.0.0.1:8103/#x/", false),
            ("http://LOCALHOST/", false),
            ("http://127.0.0.1:80/", false),
            ("http://u@127.0.0.1/", false),
            ("ftp://127.0.0.1/", false),
            ("8103", false),
        ] {
            assert_eq!(Issuer::parse(text).is_ok(), accepted, "{text}");
        }
    }
}
