//! The `Authorization` header: Basic client credentials (RFC 6749 §2.3.1, RFC 7617) and bearer tokens (RFC 6750 §2.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::form::{FormError, decode_component};
use crate::secret::{AccessToken, ClientSecret, Secret};

/// What the header said.
#[derive(Debug)]
pub enum Authorization {
    /// `Basic`: a client names itself and shows its secret.
    Basic {
        /// The `client_id`, decoded.
        user: String,
        /// The `client_secret`, decoded. May be empty.
        password: Secret<ClientSecret>,
    },
    /// `Bearer`: whoever holds the token may use it.
    Bearer(Secret<AccessToken>),
}

/// Why a header was refused. Never holds any of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// No scheme, or nothing after it.
    #[error("the header has no credentials")]
    Missing,
    /// A scheme other than Basic and Bearer.
    #[error("the authentication scheme is not supported")]
    UnknownScheme,
    /// The Basic credentials are not base64.
    #[error("the Basic credentials are not base64")]
    Base64,
    /// The Basic credentials have no colon.
    #[error("the Basic credentials have no colon between user and password")]
    NoColon,
    /// Broken percent-encoding inside the user or the password.
    #[error("the Basic credentials have broken percent-encoding")]
    Encoding,
    /// The user or the password is not UTF-8.
    #[error("the Basic credentials are not UTF-8")]
    Utf8,
    /// The user or the password holds a zero byte.
    #[error("the Basic credentials hold a zero byte")]
    Nul,
    /// The bearer token has characters outside the grammar.
    #[error("the bearer token is malformed")]
    Token,
}

/// Reads the value of an `Authorization` header.
///
/// # Refusals
/// Another scheme is [`AuthorizationError::UnknownScheme`]; everything else is a malformed header.
pub fn parse(header: &[u8]) -> Result<Authorization, AuthorizationError> {
    let header = header.trim_ascii();
    let cut = header.iter().position(|&byte| byte == b' ').unwrap_or(header.len());
    let (scheme, credentials) = (&header[..cut], header[cut..].trim_ascii_start());
    // [RFC9110 §11.1] the scheme is case-insensitive
    let basic = scheme.eq_ignore_ascii_case(b"basic");
    if !basic && !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(if scheme.is_empty() {
            AuthorizationError::Missing
        } else {
            AuthorizationError::UnknownScheme
        });
    }
    if credentials.is_empty() {
        return Err(AuthorizationError::Missing);
    }
    if basic { parse_basic(credentials) } else { parse_bearer(credentials) }
}

fn parse_basic(credentials: &[u8]) -> Result<Authorization, AuthorizationError> {
    let decoded = Zeroizing::new(STANDARD.decode(credentials).map_err(|_| AuthorizationError::Base64)?);
    // [RFC7617 §2] the first colon ends the user; the password may hold more of them
    let colon = decoded.iter().position(|&byte| byte == b':').ok_or(AuthorizationError::NoColon)?;
    // [RFC6749 §2.3.1] both halves are form-urlencoded inside the base64
    let user = decode_component(&decoded[..colon])?;
    let mut password = decode_component(&decoded[colon + 1..])?;
    Ok(Authorization::Basic {
        user: user.as_str().to_owned(),
        password: Secret::new(std::mem::take(&mut *password)),
    })
}

fn parse_bearer(credentials: &[u8]) -> Result<Authorization, AuthorizationError> {
    // [RFC6750 §2.1] b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    let body = credentials.iter().position(|&byte| byte == b'=').unwrap_or(credentials.len());
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    if body == 0
        || !credentials[..body].iter().all(legal)
        || !credentials[body..].iter().all(|&byte| byte == b'=')
    {
        return Err(AuthorizationError::Token);
    }
    let token = std::str::from_utf8(credentials).map_err(|_| AuthorizationError::Token)?;
    Ok(Authorization::Bearer(Secret::new(token.to_owned())))
}

impl From<FormError> for AuthorizationError {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Utf8 => Self::Utf8,
            FormError::Nul => Self::Nul,
            FormError::Encoding { .. } | FormError::Duplicate(_) | FormError::TooMany => Self::Encoding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(pair: &[u8]) -> Result<(String, String), AuthorizationError> {
        match parse(format!("Basic {}", STANDARD.encode(pair)).as_bytes())? {
            Authorization::Basic { user, password } => Ok((user, password.expose().to_owned())),
            Authorization::Bearer(_) => panic!("a Basic header became a bearer token"),
        }
    }

    fn accepted(pair: &[u8]) -> (String, String) {
        basic(pair).unwrap()
    }

    #[test]
    fn rfc6749_2_3_1_example_of_the_section() {
        match parse(b"Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3").unwrap() {
            Authorization::Basic { user, password } => {
                assert_eq!(user, "s6BhdRkqt3");
                assert_eq!(password.expose(), "7Fjfp0ZBr1KtDRbnfVdmIw");
            }
            Authorization::Bearer(_) => panic!("not Basic"),
        }
    }

    #[test]
    fn tk_10_user_and_password_are_form_urldecoded_after_base64() {
        assert_eq!(accepted(b"a%3Ab:c%25+d%2B"), ("a:b".into(), "c% d+".into()));
        assert_eq!(accepted("id:%C3%A9é".as_bytes()), ("id".into(), "éé".into()));
    }

    #[test]
    fn tk_11_malformed_basic_credentials_are_refused() {
        for (header, expected) in [
            (&b"Basic"[..], AuthorizationError::Missing),
            (b"Basic   ", AuthorizationError::Missing),
            (b"", AuthorizationError::Missing),
            (b"Basic !!!!", AuthorizationError::Base64),
            (b"Basic YTpi=", AuthorizationError::Base64),
            (b"Basic YTpiYw", AuthorizationError::Base64),
            (b"Basic YTpi YTpi", AuthorizationError::Base64),
            (b"Basic \xff\xff", AuthorizationError::Base64),
        ] {
            assert_eq!(parse(header).unwrap_err(), expected, "{}", header.escape_ascii());
        }
        for (pair, expected) in [
            (&b"no-colon"[..], AuthorizationError::NoColon),
            (b"a:b\0", AuthorizationError::Nul),
            (b"a%00:b", AuthorizationError::Nul),
            (b"a:\xff", AuthorizationError::Utf8),
            (b"a:%ff", AuthorizationError::Utf8),
            (b"a:%zz", AuthorizationError::Encoding),
        ] {
            assert_eq!(basic(pair).unwrap_err(), expected, "{}", pair.escape_ascii());
        }
    }

    #[test]
    fn tk_12_the_first_colon_ends_the_user() {
        assert_eq!(accepted(b"id:se:cr:et"), ("id".into(), "se:cr:et".into()));
        assert_eq!(accepted(b"id:"), ("id".into(), String::new()));
        assert_eq!(accepted(b":x"), (String::new(), "x".into()));
    }

    #[test]
    fn tk_14_rfc9110_11_1_the_scheme_is_case_insensitive() {
        for scheme in ["basic", "BASIC", "Basic", "bAsIc"] {
            assert!(parse(format!("{scheme} YTpi").as_bytes()).is_ok(), "{scheme}");
        }
        for scheme in ["bearer", "BEARER", "Bearer"] {
            let parsed = parse(format!("{scheme}  abc.DEF-_~+/==").as_bytes()).unwrap();
            assert!(matches!(&parsed, Authorization::Bearer(token) if token.expose() == "abc.DEF-_~+/=="));
        }
    }

    #[test]
    fn rfc6750_2_1_a_bearer_token_has_the_characters_of_the_grammar() {
        for header in [
            "Bearer a b",
            "Bearer a,b",
            "Bearer =",
            "Bearer a=b",
            "Bearer \u{e9}",
            "Bearer \"a\"",
            "Bearer a\tb",
        ] {
            assert_eq!(parse(header.as_bytes()).unwrap_err(), AuthorizationError::Token, "{header}");
        }
    }

    #[test]
    fn other_schemes_are_unknown() {
        for header in ["Digest a=b", "DPoP abc", "Basic,x", "BasicYTpi", "token"] {
            assert_eq!(parse(header.as_bytes()).unwrap_err(), AuthorizationError::UnknownScheme, "{header}");
        }
    }

    #[test]
    fn a_parsed_header_does_not_print_its_secret() {
        let parsed = parse(b"Basic YTptYXJrZXI=").unwrap();
        assert!(!format!("{parsed:?}").contains("marker"));
        let parsed = parse(b"Bearer marker").unwrap();
        assert!(!format!("{parsed:?}").contains("marker"));
    }
}
