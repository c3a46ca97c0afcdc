//! What holds for every text.

use proptest::prelude::*;

use super::super::*;

proptest! {
    /// whatever byte of a registered address is changed, dropped or added, it is another address.
    #[test]
    fn one_changed_byte_of_a_registered_uri_never_matches(
        path in "[a-z0-9/._~-]{0,20}",
        query in "(\\?[a-z0-9=&]{0,10})?",
        scheme in prop::sample::select(vec!["https://c.test/", "https://127.0.0.1/", "http://localhost/", "com.example.app:/"]),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        how in 0..3,
    ) {
        let registered = format!("{scheme}{path}{query}");
        let mut bytes = registered.clone().into_bytes();
        let place = at.index(bytes.len());
        match how {
            0 => bytes[place] = byte,
            1 => bytes.insert(place, byte),
            _ => drop(bytes.remove(place)),
        }
        let requested = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(matches(&registered, &requested), requested == registered);
    }

    #[test]
    fn rfc8252_7_3_every_port_of_a_loopback_address_matches(
        origin in prop::sample::select(vec!["http://127.0.0.1", "http://[::1]"]),
        registered_port in prop::option::of(1..=u16::MAX),
        port in 1..=u16::MAX,
        path in "/[a-z0-9/]{0,20}",
    ) {
        let registered = match registered_port {
            Some(port) => format!("{origin}:{port}{path}"),
            None => format!("{origin}{path}"),
        };
        let requested = format!("{origin}:{port}{path}");
        prop_assert!(matches(&registered, &requested), "{registered} / {requested}");
    }

    /// Only the port is free: anything else that is changed in the request is another address.
    #[test]
    fn one_changed_byte_of_a_loopback_request_matches_only_inside_the_port(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let registered = "http://127.0.0.1/cb";
        let mut bytes = b"http://127.0.0.1:49152/cb".to_vec();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let requested = String::from_utf8_lossy(&bytes).into_owned();
        if matches(registered, &requested) {
            let port = requested.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/cb"));
            prop_assert!(port.is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port != 0)), "{requested}");
        }
    }

    #[test]
    fn whatever_is_accepted_is_printed_unchanged_by_a_parser(uri in "(https?|com\\.a):/{0,3}[a-c.:@%/?#\\[\\]0-9;A-C2e\\\\é ]{0,20}") {
        if check(&uri).is_ok() {
            let parsed = url::Url::parse(&uri).expect("accepted");
            prop_assert_eq!(parsed.as_str(), &uri);
            prop_assert!(parsed.username().is_empty() && parsed.password().is_none() && parsed.fragment().is_none());
        }
    }

    #[test]
    fn checking_never_panics_and_suggestions_are_accepted(uri in "[ -~é\u{0}\t]{0,40}") {
        if let Some(suggestion) = check(&uri).err().and_then(|problem| problem.suggestion()) {
            prop_assert_eq!(check(&suggestion), Ok(()));
        }
    }
}
