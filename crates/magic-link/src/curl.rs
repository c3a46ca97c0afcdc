//! The `curl` line that redeems a code at the token endpoint ([OID4VCI 1.0 §6.1]), for the terminal and the screens.
//!
//! Quoted for a POSIX shell. On Windows it works in the shells that come with Git and WSL.
//!
//! [OID4VCI 1.0 §6.1]: https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html#section-6.1

use anteroom_oauth::GrantType;
use thiserror::Error;

use crate::base32::{self, CODE_BYTES};
use crate::link::{BaseUrlError, parse_base};
use crate::redacted::Redacted;

/// Why the line cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CurlError {
    /// The base URL is not in order.
    #[error(transparent)]
    Base(#[from] BaseUrlError),
    /// [RFC6749 §A.1] `client_id` is made of the printable characters of ASCII. Others are refused because a terminal
    /// may act on them when the line is pasted.
    #[error("client_id must consist of printable ASCII characters")]
    ClientId,
    /// The transaction code is not a number of digits.
    #[error("the transaction code must consist of digits")]
    TxCode,
}

/// The command that redeems `code` for `client_id` at `<base_url>oauth2/token`, on one line.
///
/// # Errors
/// When `base_url` is not in order, or `client_id` or `tx_code` have characters that they cannot have.
pub fn redeem(
    base_url: &str,
    client_id: &str,
    code: &[u8; CODE_BYTES],
    tx_code: Option<&str>,
) -> Result<Redacted<String>, CurlError> {
    parse_base(base_url)?;
    if client_id.is_empty() || !client_id.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(CurlError::ClientId);
    }
    if tx_code.is_some_and(|digits| digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(CurlError::TxCode);
    }
    let code = base32::encode(code);
    // long enough for the code never to be left behind in memory that was outgrown
    let mut line = String::with_capacity(512 + base_url.len() + 4 * client_id.len());
    // curl would take brackets and braces for a range of URLs
    line.push_str("curl --silent --show-error --globoff ");
    push_quoted(&mut line, &[base_url, "oauth2/token"]);
    for (name, value) in [
        ("grant_type=", GrantType::PreAuthorizedCode.as_str()),
        ("client_id=", client_id),
        ("pre-authorized_code=", code.expose()),
    ]
    .into_iter()
    .chain(tx_code.map(|digits| ("tx_code=", digits)))
    {
        line.push_str(" --data-urlencode ");
        push_quoted(&mut line, &[name, value]);
    }
    Ok(Redacted::new(line))
}

/// Appends `parts` as one word of the shell. Between single quotes nothing has a meaning but the single quote, which is
/// written `'\''`.
fn push_quoted(line: &mut String, parts: &[&str]) {
    line.push('\'');
    for character in parts.iter().flat_map(|part| part.chars()) {
        match character {
            '\'' => line.push_str("'\\''"),
            other => line.push(other),
        }
    }
    line.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: [u8; 32] = [9; 32];
    const BASE: &str = "http://127.0.0.1:8103/";

    #[test]
    fn the_line_reads_well() {
        let line = redeem(BASE, "0f3c-portal", &CODE, Some("0123")).unwrap();
        let code = base32::encode(&CODE);
        assert_eq!(
            line.expose(),
            &format!(
                "curl --silent --show-error --globoff 'http://127.0.0.1:8103/oauth2/token' \
                 --data-urlencode 'grant_type=urn:ietf:params:oauth:grant-type:pre-authorized_code' \
                 --data-urlencode 'client_id=0f3c-portal' \
                 --data-urlencode 'pre-authorized_code={}' \
                 --data-urlencode 'tx_code=0123'",
                code.expose()
            )
        );
    }

    #[test]
    fn what_a_terminal_might_act_on_is_refused() {
        for client_id in ["", "a\nb", "a\rb", "\u{1b}[201~", "a\0", "b\u{7f}", "ü", "a\u{202e}b"] {
            assert_eq!(
                redeem(BASE, client_id, &CODE, None).unwrap_err(),
                CurlError::ClientId,
                "{client_id:?}"
            );
        }
        for tx_code in ["", "12a4", "１２３４", "12 34", "1';id;'"] {
            assert_eq!(
                redeem(BASE, "a", &CODE, Some(tx_code)).unwrap_err(),
                CurlError::TxCode,
                "{tx_code:?}"
            );
        }
        assert_eq!(redeem("nowhere", "a", &CODE, None).unwrap_err(), CurlError::Base(BaseUrlError::NotAUrl));
    }
}
