//! The magic link: `<base>in/<CODE>`, and the same link in capitals for the QR code.
//!
//! The code stands in the path, in capital base-32. If the whole link is in capitals, a QR code can use its
//! alphanumeric mode throughout and has larger modules. Scheme and host are the same in capitals
//! ([RFC 3986 §6.2.2.1]), and our server answers `/IN/…` as it answers `/in/…`; other paths are left alone.
//!
//! # Not supported
//! Capitals for app links with a private-use scheme: phones compare those letter by letter.
//!
//! [RFC 3986 §6.2.2.1]: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.1

use anteroom_sentence::{Sentence, sentence};
use thiserror::Error;
use url::{Position, Url};

use crate::base32::{self, CODE_BYTES, CODE_CHARACTERS};
use crate::redacted::Redacted;

/// The longest link that fits a QR code of version 10 at error correction level M in byte mode.
pub const LONGEST_LINK: usize = 213;

/// Why a base URL cannot carry a magic link.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BaseUrlError {
    /// Not a URL at all, or it has characters that a URL cannot have.
    NotAUrl,
    /// Neither `http` nor `https`.
    Scheme,
    /// It carries a user name or a password.
    UserInfo,
    /// It carries a query or a fragment.
    QueryOrFragment,
    /// It does not end with a slash.
    NoSlash,
    /// A URL parser reads it as another text than it is (capital host, default port, `..`).
    NotNormal {
        /// The same URL as a parser writes it.
        expected: String,
    },
    /// The link would be longer than [`LONGEST_LINK`].
    TooLong {
        /// Characters of the link.
        bytes: usize,
    },
}

impl From<&BaseUrlError> for Sentence {
    fn from(error: &BaseUrlError) -> Self {
        match error {
            BaseUrlError::NotAUrl => sentence!("the base is not a URL"),
            BaseUrlError::Scheme => sentence!("the base must begin with https:// or http://"),
            BaseUrlError::UserInfo => sentence!("the base must not contain a user name or password"),
            BaseUrlError::QueryOrFragment => sentence!("the base must not contain a query or a fragment"),
            BaseUrlError::NoSlash => sentence!("the base must end with a slash"),
            BaseUrlError::NotNormal { expected } => {
                sentence!("the base must be written {expected}", expected)
            }
            BaseUrlError::TooLong { bytes } => sentence!(
                "the link would have {bytes} characters; a QR code that scans well holds {longest}",
                longest = LONGEST_LINK,
                bytes = *bytes
            ),
        }
    }
}

anteroom_sentence::displayed!(BaseUrlError);

/// A link that holds a code. It cannot be printed by accident; [`Link::expose`] is the only way in.
#[derive(Debug)]
pub struct Link {
    text: Redacted<String>,
    /// The same link in capitals, where the two are known to be equivalent.
    capitals: Option<Redacted<String>>,
}

impl Link {
    /// The link as it is sent, copied and opened.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// The text to draw as a QR code: the link in capitals where that is the same link, else the link itself.
    pub fn expose_for_qr(&self) -> &str {
        self.capitals.as_ref().unwrap_or(&self.text).expose()
    }

    pub(crate) fn verbatim(text: Redacted<String>) -> Self {
        Self { text, capitals: None }
    }

    /// A link to a web server: `origin` is scheme, host and port, `rest` begins with the path.
    pub(crate) fn web(origin: &str, rest: &Redacted<String>, capital_rest: &Redacted<String>) -> Self {
        let capitals = join(&origin.to_ascii_uppercase(), capital_rest.expose());
        let all_alphanumeric = capitals.expose().bytes().all(is_qr_alphanumeric);
        Self { text: join(origin, rest.expose()), capitals: all_alphanumeric.then_some(capitals) }
    }
}

/// The link of our own landing page for `code`, below `base_url` (`http://127.0.0.1:8103/`).
///
/// # Errors
/// When `base_url` is not an http or https URL in normal form that ends with a slash and stops there.
pub fn magic_link(base_url: &str, code: &[u8; CODE_BYTES]) -> Result<Link, BaseUrlError> {
    let base = parse_base(base_url)?;
    let bytes = base_url.len() + "in/".len() + CODE_CHARACTERS;
    if bytes > LONGEST_LINK {
        return Err(BaseUrlError::TooLong { bytes });
    }
    let page = |word: &str| {
        let mut rest = String::with_capacity(LONGEST_LINK);
        rest.push_str(base.path());
        rest.push_str(word);
        rest.push_str(base32::encode(code).expose());
        Redacted::new(rest)
    };
    Ok(Link::web(&base[..Position::BeforePath], &page("in/"), &page("IN/")))
}

/// Reads a base URL: http or https, in normal form, ending with a slash, without user name, query and fragment.
pub(crate) fn parse_base(base_url: &str) -> Result<Url, BaseUrlError> {
    let base = Url::parse(base_url).map_err(|_| BaseUrlError::NotAUrl)?;
    if !matches!(base.scheme(), "http" | "https") {
        return Err(BaseUrlError::Scheme);
    }
    if has_user_info(&base) {
        return Err(BaseUrlError::UserInfo);
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(BaseUrlError::QueryOrFragment);
    }
    if !base_url.ends_with('/') {
        return Err(BaseUrlError::NoSlash);
    }
    // The parser repairs what it reads: spaces, tabs, backslashes, `127.1`. A base is compared as text elsewhere, so
    // only the text that it would write itself is good.
    if base.as_str() != base_url {
        return Err(BaseUrlError::NotNormal { expected: base.into() });
    }
    Ok(base)
}

pub(crate) fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn join(front: &str, back: &str) -> Redacted<String> {
    let mut text = String::with_capacity(front.len() + back.len());
    text.push_str(front);
    text.push_str(back);
    Redacted::new(text)
}

/// ISO/IEC 18004, table 5: the 45 characters of the alphanumeric mode. Small letters are not among them.
fn is_qr_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" $%*+-./:".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: [u8; 32] = [0xA5; 32];

    fn link(base: &str) -> Link {
        magic_link(base, &CODE).unwrap()
    }

    #[test]
    fn the_code_stands_in_the_path_in_capitals() {
        let code = base32::encode(&CODE);
        let link = link("http://127.0.0.1:8103/");
        assert_eq!(link.expose(), format!("http://127.0.0.1:8103/in/{}", code.expose()));
        assert_eq!(link.expose_for_qr(), format!("HTTP://127.0.0.1:8103/IN/{}", code.expose()));
    }

    #[test]
    fn capitals_are_used_only_where_they_are_the_same_link() {
        for (base, capital) in [
            ("http://127.0.0.1:8103/", Some("HTTP://127.0.0.1:8103/IN/")),
            ("https://localhost:8443/", Some("HTTPS://LOCALHOST:8443/IN/")),
            ("https://desk.clinic.example/", Some("HTTPS://DESK.CLINIC.EXAMPLE/IN/")),
            ("https://clinic.example/A/B2-3/", Some("HTTPS://CLINIC.EXAMPLE/A/B2-3/IN/")),
            ("https://xn--mnchen-3ya.example/", Some("HTTPS://XN--MNCHEN-3YA.EXAMPLE/IN/")),
            // a path may tell small from capital letters
            ("https://clinic.example/auth/", None),
            ("https://clinic.example/a%2fb/", None),
            // characters that the alphanumeric mode lacks
            ("http://[::1]:8103/", None),
            ("https://clinic.example/A_B/", None),
            ("https://clinic.example/A~B/", None),
        ] {
            let link = link(base);
            let code = base32::encode(&CODE);
            let expected =
                capital.map_or(link.expose().to_owned(), |front| format!("{front}{}", code.expose()));
            assert_eq!(link.expose_for_qr(), expected, "{base}");
            assert!(link.expose().starts_with(base), "{base}");
        }
    }

    #[test]
    fn a_base_that_is_not_in_order_is_refused_with_the_reason() {
        let not_normal = |expected: &str| BaseUrlError::NotNormal { expected: expected.into() };
        for (base, error) in [
            ("", BaseUrlError::NotAUrl),
            ("127.0.0.1:8103/", BaseUrlError::NotAUrl),
            ("/in/", BaseUrlError::NotAUrl),
            ("ftp://clinic.example/", BaseUrlError::Scheme),
            ("javascript://clinic.example/", BaseUrlError::Scheme),
            ("anteroom://in/", BaseUrlError::Scheme),
            ("https://user@clinic.example/", BaseUrlError::UserInfo),
            ("https://:secret@clinic.example/", BaseUrlError::UserInfo),
            ("https://clinic.example/?a=/", BaseUrlError::QueryOrFragment),
            ("https://clinic.example/#/", BaseUrlError::QueryOrFragment),
            ("https://clinic.example/auth", BaseUrlError::NoSlash),
            ("https://clinic.example", BaseUrlError::NoSlash),
            ("HTTPS://Clinic.example/", not_normal("https://clinic.example/")),
            ("https://clinic.example:443/", not_normal("https://clinic.example/")),
            ("http://127.1/", not_normal("http://127.0.0.1/")),
            (" https://clinic.example/", not_normal("https://clinic.example/")),
            ("https://cli\tnic.example/", not_normal("https://clinic.example/")),
            ("https:\\\\clinic.example/", not_normal("https://clinic.example/")),
            ("https://clinic.example/a/../", not_normal("https://clinic.example/")),
        ] {
            assert_eq!(magic_link(base, &CODE).unwrap_err(), error, "{base:?}");
        }
    }

    #[test]
    fn a_link_that_no_good_qr_code_holds_is_refused() {
        let base = |path: usize| format!("https://clinic.example/{}/", "a".repeat(path));
        let path = LONGEST_LINK - CODE_CHARACTERS - "in/".len() - base(0).len();
        assert_eq!(link(&base(path)).expose().len(), LONGEST_LINK);
        assert_eq!(magic_link(&base(path + 1), &CODE).unwrap_err(), BaseUrlError::TooLong { bytes: 214 });
    }

    #[test]
    fn debug_does_not_show_the_code() {
        let printed = format!("{:?}", link("http://127.0.0.1:8103/"));
        assert!(!printed.contains(&base32::encode(&CODE).expose()[..4]), "{printed}");
    }
}
