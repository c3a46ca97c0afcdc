//! Where secrets at providers go. They are written and never read, so that whoever may change an address must not get to
//! read one by having it sent elsewhere: a secret that is kept stays with the server it was given for.

use anteroom_sentence::{Sentence, sentence};
use url::Url;

/// What is said to whoever changes the address of a token endpoint and does not give the secret for the new one.
pub(crate) fn give_it_again() -> Sentence {
    sentence!(
        "The token endpoint is on another server than the one the stored secret was given for. Give the secret for this one."
    )
}

/// Whether what is kept for the server of `before` would go to another one. The path may change; nothing goes where there is
/// no address.
pub(crate) fn leads_elsewhere(before: Option<&str>, after: Option<&str>) -> bool {
    let server = |address: Option<&str>| {
        let address = address.filter(|address| !address.is_empty())?;
        Some(
            Url::parse(address).map_or_else(|_| address.to_owned(), |url| url.origin().ascii_serialization()),
        )
    };
    server(after).is_some_and(|after| server(before).is_none_or(|before| before != after))
}

#[cfg(test)]
mod tests {
    use super::leads_elsewhere;

    #[test]
    fn scheme_host_and_port_make_the_server() {
        let idp = Some("https://idp.example.org/token");
        for (after, elsewhere) in [
            (idp, false),
            (Some("https://idp.example.org/v2/token?x=1"), false),
            (Some("https://IDP.example.org:443/token"), false),
            (None, false),
            (Some(""), false),
            (Some("http://idp.example.org/token"), true),
            (Some("https://idp.example.org:8443/token"), true),
            (Some("https://idp.example.org.evil.test/token"), true),
            (Some("https://idp.example.org@evil.test/token"), true),
            (Some("https:\\\\evil.test/token"), true),
            (Some("no address"), true),
        ] {
            assert_eq!(leads_elsewhere(idp, after), elsewhere, "{after:?}");
        }
        assert!(leads_elsewhere(None, idp), "nobody said whom it was given for");
        assert!(!leads_elsewhere(None, None));
    }
}
