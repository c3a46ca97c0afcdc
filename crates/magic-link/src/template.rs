//! `magicLinkTemplate`: where a client wants a code handed over instead of redeemed on our page. Three kinds:
//!
//! - its own page or app, `https://portal.example.org/in/{code}`. Only https, http on the same machine and private-use
//!   schemes ([RFC 8252 §7.1]) are accepted, and `{code}` stands in the path or the fragment: a query ends up in logs and
//!   in `Referer` headers;
//! - the desktop window, [`OWN`]: its playground redeems;
//! - a wallet, [`WALLET`]: it gets a credential offer by reference, which holds no code.
//!
//! # Not supported
//! Any placeholder but `{code}`: links never carry a person's data.
//!
//! [RFC 8252 §7.1]: https://www.rfc-editor.org/rfc/rfc8252#section-7.1

use std::fmt;

use anteroom_oauth::medplum_code;
use anteroom_sentence::{Sentence, sentence};
use thiserror::Error;
use url::{Host, Position, Url};

use crate::base32::{self, CODE_BYTES, CODE_CHARACTERS};
use crate::link::{LONGEST_LINK, Link, has_user_info};
use crate::redacted::Redacted;

const PLACEHOLDER: &str = "{code}";

/// Hands the code over to the desktop window.
pub const OWN: &str = "anteroom://in/{code}";
/// Hands the code over as a credential offer ([OID4VCI 1.0 §4.1.3]).
///
/// [OID4VCI 1.0 §4.1.3]: https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html#section-4.1.3
pub const WALLET: &str = "openid-credential-offer://";

/// Why a `magicLinkTemplate` is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// `{code}` is missing or stands more than once, or there is another brace.
    Placeholder,
    /// Not a URL.
    NotAUrl,
    /// Not https, not http on this machine, not a private-use scheme.
    Scheme,
    /// It carries a user name or a password.
    UserInfo,
    /// `{code}` stands in the query, or before the path.
    Position,
    /// A URL parser reads it as another text than it is (capital host, default port, `..`, spaces).
    NotNormal {
        /// The same template as a parser writes it.
        expected: String,
    },
    /// The link would be longer than [`LONGEST_LINK`].
    TooLong {
        /// Characters of the link.
        bytes: usize,
    },
}

impl From<&TemplateError> for Sentence {
    fn from(error: &TemplateError) -> Self {
        match error {
            TemplateError::Placeholder => sentence!(
                "the template must contain {placeholder} exactly once, and no other braces",
                placeholder = PLACEHOLDER
            ),
            TemplateError::NotAUrl => sentence!("the template is not a URL"),
            TemplateError::Scheme => sentence!(
                "the template must begin with https://, http:// on this machine, or an app's scheme such as com.example.app:, or be {own} or {wallet}",
                own = OWN,
                wallet = WALLET
            ),
            TemplateError::UserInfo => sentence!("the template must not contain a user name or password"),
            TemplateError::Position => sentence!(
                "{placeholder} must stand in the path or after #, not in the query and not before the path",
                placeholder = PLACEHOLDER
            ),
            TemplateError::NotNormal { expected } => {
                sentence!("the template must be written {expected}", expected)
            }
            TemplateError::TooLong { bytes } => sentence!(
                "the link would have {bytes} characters; a QR code that scans well holds {longest}",
                longest = LONGEST_LINK,
                bytes = *bytes
            ),
        }
    }
}

anteroom_sentence::displayed!(TemplateError);

/// Where a client wants a code handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A link with the code in it.
    Link(Template),
    /// A wallet, by credential offer.
    Wallet,
}

impl Destination {
    /// Checks `text`.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text == WALLET { Ok(Self::Wallet) } else { Template::parse(text).map(Self::Link) }
    }
}

/// A checked `magicLinkTemplate` with its `{code}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    /// Where the placeholder begins.
    at: usize,
    /// Length of scheme, host and port; `None` for a private-use scheme.
    web_origin: Option<usize>,
}

impl Template {
    /// Checks `text`.
    ///
    /// # Errors
    /// See [`TemplateError`]; the text of the error is written for the person who edits the template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let at = text.find(PLACEHOLDER).ok_or(TemplateError::Placeholder)?;
        if text.matches(['{', '}']).count() != 2 {
            return Err(TemplateError::Placeholder);
        }
        // A stand-in in small letters, because the parser turns a host into small letters and this must not look like
        // a slip in writing when the placeholder stands in the host.
        let stand_in = "a".repeat(CODE_CHARACTERS);
        let sample = text.replace(PLACEHOLDER, &stand_in);
        let url = Url::parse(&sample).map_err(|_| TemplateError::NotAUrl)?;
        let is_web = text != OWN && is_allowed(&url)?;
        if has_user_info(&url) {
            return Err(TemplateError::UserInfo);
        }
        if url.as_str() != sample {
            return Err(TemplateError::NotNormal {
                expected: url.as_str().replacen(&stand_in, PLACEHOLDER, 1),
            });
        }
        let in_path = (url[..Position::BeforePath].len()..url[..Position::AfterPath].len()).contains(&at);
        let in_fragment = url.fragment().is_some() && at >= url[..Position::BeforeFragment].len();
        if !in_path && !in_fragment {
            return Err(TemplateError::Position);
        }
        if sample.len() > LONGEST_LINK {
            return Err(TemplateError::TooLong { bytes: sample.len() });
        }
        let web_origin = is_web.then_some(url[..Position::BeforePath].len());
        Ok(Self { text: text.to_owned(), at, web_origin })
    }

    /// The link for `code`.
    pub fn fill(&self, code: &[u8; CODE_BYTES]) -> Link {
        self.fill_with(base32::encode(code).expose())
    }

    /// The link for `code` in the length that Medplum gives one: to be opened, never drawn.
    pub fn fill_long(&self, code: &[u8; CODE_BYTES]) -> Link {
        self.fill_with(&medplum_code::encode(code))
    }

    fn fill_with(&self, code: &str) -> Link {
        let path = self.web_origin.unwrap_or(0);
        let mut rest = String::with_capacity(LONGEST_LINK + code.len());
        rest.push_str(&self.text[path..self.at]);
        rest.push_str(code);
        rest.push_str(&self.text[self.at + PLACEHOLDER.len()..]);
        let rest = Redacted::new(rest);
        match self.web_origin {
            Some(origin) => Link::web(&self.text[..origin], &rest, &rest),
            None => Link::verbatim(rest),
        }
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a permitted URL is one of the web (`true`) or of an app (`false`).
fn is_allowed(url: &Url) -> Result<bool, TemplateError> {
    match url.scheme() {
        "https" => Ok(true),
        "http" if is_loopback(url) => Ok(true),
        // [RFC8252 §7.1] a domain name turned round, hence a dot. No scheme of a browser has one: `javascript`, `data`,
        // `file`, `blob`, `view-source`; nor has the scheme of this app.
        scheme if scheme.contains('.') => Ok(false),
        _ => Err(TemplateError::Scheme),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: [u8; 32] = [0x5A; 32];

    #[test]
    fn the_code_replaces_the_placeholder() {
        let code = base32::encode(&CODE);
        for text in [
            "https://portal.example.org/in/{code}",
            "https://portal.example.org/in/{code}/start?lang=de",
            "https://portal.example.org/#/in/{code}",
            "https://portal.example.org/?lang=de#{code}",
            "http://localhost:3000/in/{code}",
            "http://127.0.0.1:3000/{code}",
            "http://[::1]:3000/{code}",
            "com.example.app:/in/{code}",
            "com.example.app://in/{code}",
            "com.example.app:{code}",
            OWN,
        ] {
            let template = Template::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(template.as_str(), text);
            assert_eq!(template.fill(&CODE).expose(), text.replace("{code}", code.expose()), "{text}");
        }
    }

    #[test]
    fn a_wallet_is_a_destination_and_no_template() {
        assert_eq!(Destination::parse(WALLET), Ok(Destination::Wallet));
        assert_eq!(Template::parse(WALLET), Err(TemplateError::Placeholder));
        assert_eq!(Destination::parse(OWN), Ok(Destination::Link(Template::parse(OWN).unwrap())));
        for near in ["openid-credential-offer:", "openid-credential-offer://?", "OPENID-CREDENTIAL-OFFER://"]
        {
            assert_eq!(Destination::parse(near), Err(TemplateError::Placeholder), "{near}");
        }
    }

    #[test]
    fn a_long_code_is_handed_over_in_medplum_s_length() {
        let template = Template::parse("https://portal.example.org/#{code}").unwrap();
        let link = template.fill_long(&CODE);
        let code = link.expose().strip_prefix("https://portal.example.org/#").unwrap();
        assert_eq!(medplum_code::decode(code).map(|code| *code), Some(CODE));
    }

    #[test]
    fn only_a_path_in_capitals_gets_a_link_in_capitals() {
        let code = base32::encode(&CODE);
        for (text, for_qr) in [
            ("https://portal.example.org/{code}", "HTTPS://PORTAL.EXAMPLE.ORG/{code}"),
            ("https://portal.example.org/IN/{code}", "HTTPS://PORTAL.EXAMPLE.ORG/IN/{code}"),
            ("https://portal.example.org/in/{code}", "https://portal.example.org/in/{code}"),
            ("https://portal.example.org/#{code}", "https://portal.example.org/#{code}"),
            ("com.example.app:/{code}", "com.example.app:/{code}"),
        ] {
            let link = Template::parse(text).unwrap().fill(&CODE);
            assert_eq!(link.expose_for_qr(), for_qr.replace("{code}", code.expose()), "{text}");
        }
    }

    #[test]
    fn a_template_that_is_not_in_order_is_refused_with_the_reason() {
        use TemplateError::{NotAUrl, Placeholder, Position, Scheme, UserInfo};
        let not_normal = |expected: &str| TemplateError::NotNormal { expected: expected.into() };
        for (text, error) in [
            ("", Placeholder),
            ("https://portal.example.org/in/", Placeholder),
            ("https://portal.example.org/in/{CODE}", Placeholder),
            ("https://portal.example.org/{code}/{code}", Placeholder),
            ("https://portal.example.org/{code}?patient={patient}", Placeholder),
            ("https://portal.example.org/{{code}}", Placeholder),
            ("/in/{code}", NotAUrl),
            ("https:// portal.example.org/{code}", NotAUrl),
            ("http://portal.example.org/in/{code}", Scheme),
            ("http://localhost.example.org/in/{code}", Scheme),
            ("http://10.0.0.7/in/{code}", Scheme),
            ("javascript:alert('{code}')", Scheme),
            ("JaVaScRiPt:{code}", Scheme),
            ("java\nscript:{code}", Scheme),
            ("data:text/html,{code}", Scheme),
            ("file:///in/{code}", Scheme),
            ("blob:https://portal.example.org/{code}", Scheme),
            ("vbscript:{code}", Scheme),
            ("about:{code}", Scheme),
            ("view-source:https://portal.example.org/{code}", Scheme),
            ("intent://in/{code}", Scheme),
            ("ftp://portal.example.org/{code}", Scheme),
            ("ws://localhost/{code}", Scheme),
            ("anteroom://out/{code}", Scheme),
            ("anteroom://oauth/callback#{code}", Scheme),
            ("openid-credential-offer://?credential_offer_uri={code}", Scheme),
            ("openid-credential-offer://in/{code}", Scheme),
            ("{code}://in/", Scheme),
            ("https://user:secret@portal.example.org/{code}", UserInfo),
            ("https://{code}@portal.example.org/", UserInfo),
            ("https://portal.example.org/in?code={code}", Position),
            ("https://portal.example.org/in?{code}#top", Position),
            ("https://{code}.example.org/", Position),
            ("com.example.app://{code}", Position),
            ("com.example.{code}:/in", Position),
            ("https://Portal.example.org/{code}", not_normal("https://portal.example.org/{code}")),
            ("HTTPS://portal.example.org/{code}", not_normal("https://portal.example.org/{code}")),
            ("https://portal.example.org:443/{code}", not_normal("https://portal.example.org/{code}")),
            ("https://portal.example.org/a/../{code}", not_normal("https://portal.example.org/{code}")),
            ("https:portal.example.org/{code}", not_normal("https://portal.example.org/{code}")),
            ("https://portal.example.org/a b/{code}", not_normal("https://portal.example.org/a%20b/{code}")),
            ("https://portal.example.org/{code} ", not_normal("https://portal.example.org/{code}")),
            ("https://pörtal.example.org/{code}", not_normal("https://xn--prtal-jua.example.org/{code}")),
        ] {
            assert_eq!(Template::parse(text).map(|t| t.text).unwrap_err(), error, "{text:?}");
        }
    }

    #[test]
    fn a_template_that_no_good_qr_code_holds_is_refused() {
        let text = |path: usize| format!("https://portal.example.org/{}/{{code}}", "a".repeat(path));
        let path = LONGEST_LINK - CODE_CHARACTERS - (text(0).len() - PLACEHOLDER.len());
        assert_eq!(Template::parse(&text(path)).unwrap().fill(&CODE).expose().len(), LONGEST_LINK);
        assert_eq!(Template::parse(&text(path + 1)).unwrap_err(), TemplateError::TooLong { bytes: 214 });
    }
}
