//! Snapshots of answers. What differs from run to run is checked for its form first, then replaced by its name.

use anteroom_testkit::server::TestServer;
use serde_json::Value;

/// The form of a value that differs from run to run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// A UUID.
    Uuid,
    /// A signed token.
    Jws,
    /// 43 base64url characters.
    Code,
    /// A magic link of the server.
    MagicLink,
    /// A credential offer.
    Offer,
    /// Three groups of four.
    Typed,
    /// `n` digits.
    Digits(usize),
    /// A coordinate or a modulus.
    Base64Url,
}

impl Form {
    fn holds(self, text: &str) -> bool {
        let base64url =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let base32 =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte));
        match self {
            Self::Uuid => {
                let hyphens: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
                text.len() == 36
                    && hyphens == [8, 13, 18, 23]
                    && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
            }
            Self::Jws => {
                let parts: Vec<&str> = text.split('.').collect();
                parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && base64url(part))
            }
            Self::Code => text.len() == 43 && base64url(text),
            Self::MagicLink => {
                let code =
                    text.split_once("[base]in/").map(|(before, code)| before.is_empty().then_some(code));
                code.flatten().is_some_and(|code| code.len() == 52 && base32(code))
            }
            Self::Offer => {
                text.starts_with("openid-credential-offer://?credential_offer=%7B%22credential_issuer%22")
            }
            Self::Typed => {
                let groups: Vec<&str> = text.split('-').collect();
                groups.len() == 3 && groups.iter().all(|group| group.len() == 4)
            }
            Self::Digits(count) => text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()),
            Self::Base64Url => text.len() >= 43 && base64url(text),
        }
    }
}

/// The body, with the server's base as `[base]` and each value at a pointer replaced by the name of its form.
pub(crate) fn redacted(server: &TestServer, body: &Value, forms: &[(&str, Form)]) -> Value {
    let text = body.to_string().replace(&server.base(), "[base]");
    let mut body: Value = serde_json::from_str(&text).expect("still JSON");
    for (pointer, form) in forms {
        let value = body.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}: {text}"));
        let found = value.as_str().unwrap_or_else(|| panic!("no text at {pointer}: {text}"));
        assert!(form.holds(found), "{pointer} is no {form:?}: {found}");
        *value = format!("[{form:?}]").into();
    }
    body
}
