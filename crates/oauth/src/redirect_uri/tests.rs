use proptest::prelude::*;

use super::*;

const REGISTERED: &str = "https://c.test/cb";

fn assert_none_matches(registered: &str, requested: &[&str]) {
    assert_eq!(check(registered), Ok(()), "{registered} can be registered");
    for requested in requested {
        assert!(!matches(registered, requested), "{registered} / {requested:?}");
    }
}

fn assert_refused(uris: &[&str]) {
    for uri in uris {
        assert!(check(uri).is_err(), "{uri:?} must not be registered");
    }
}

/// What the first broken rule is called in [`Problem`].
fn rule(uri: &str) -> String {
    let problem = format!("{:?}", check(uri).expect_err(uri));
    problem.split([' ', '{']).next().unwrap_or_default().to_owned()
}

#[test]
fn az_01_rfc9700_4_1_3_the_same_text_matches() {
    for uri in [
        "https://c.test/cb",
        "https://c.test/",
        "https://c.test/cb/",
        "https://c.test:8443/cb",
        "https://c.test/cb?x=1",
        "https://c.test/a;b=1/c",
        "https://c.test/caf%C3%A9",
        "https://xn--bcher-kva.example/cb",
        "https://127.0.0.1/cb",
        "https://192.168.1.4:8443/cb",
        "https://localhost/cb",
        "http://localhost/cb",
        "http://localhost:3000/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:3000/",
        "http://[::1]/cb",
        "http://[::1]:3000/cb",
        "com.example.app:/cb",
        "com.example.app://cb",
        "com.example.app://host/cb?x=1",
        "com.example.app:///cb",
        OWN,
    ] {
        assert_eq!(check(uri), Ok(()), "{uri}");
        assert!(matches(uri, uri), "{uri}");
    }
}

#[test]
fn az_04_another_host_does_not_match() {
    assert_none_matches(REGISTERED, &["https://evil.test/cb", "https://c.tes/cb", ""]);
}

#[test]
fn az_05_another_path_does_not_match() {
    assert_none_matches(REGISTERED, &["https://c.test/cb/x", "https://c.test/cb/", "https://c.test/c"]);
}

#[test]
fn az_06_climbing_and_encoded_paths_neither_match_nor_register() {
    let paths = [
        "https://c.test/x/../cb",
        "https://c.test/cb/%2e%2e/cb",
        "https://c.test/cb/.%2E/cb",
        "https://c.test/cb/%252e%252e/cb",
        "https://c.test/cb/..;/x",
        "https://c.test/cb/..%3b/x",
        "https://c.test/./cb",
        "https://c.test/cb/..",
        "https://c.test/cb//",
        "https://c.test//cb",
        "https://c.test/%63b",
        "https://c.test/cb%2Fx",
        "https://c.test/cb%5cx",
        "https://c.test/cb%00",
        "com.example.app:/x/../cb",
        "com.example.app:/cb//x",
    ];
    assert_none_matches(REGISTERED, &paths);
    assert_refused(&paths);
}

#[test]
fn az_07_the_path_is_case_sensitive() {
    assert_none_matches(REGISTERED, &["https://c.test/CB", "https://c.test/Cb"]);
}

#[test]
fn az_08_other_spellings_of_scheme_and_host_do_not_match() {
    let uris = ["https://C.TEST/cb", "HTTPS://c.test/cb", "Https://c.test/cb"];
    assert_none_matches(REGISTERED, &uris);
    assert_refused(&uris);
    assert_refused(&["com.example.app://CB/x", "COM.EXAMPLE.APP:/cb"]);
}

#[test]
fn az_09_another_query_does_not_match() {
    assert_none_matches(REGISTERED, &["https://c.test/cb?y=1", "https://c.test/cb?"]);
    assert_none_matches(
        "https://c.test/cb?a=1&b=2",
        &[
            "https://c.test/cb?b=2&a=1",
            "https://c.test/cb?a=1&b=2&c=3",
            "https://c.test/cb?a=1",
            "https://c.test/cb",
        ],
    );
}

#[test]
fn az_10_rfc6749_3_1_2_a_fragment_neither_matches_nor_registers() {
    let uris = ["https://c.test/cb#f", "https://c.test/cb#", "com.example.app:/cb#", "https://c.test/#/cb"];
    assert_none_matches(REGISTERED, &uris);
    assert_refused(&uris);
}

#[test]
fn az_11_another_port_does_not_match() {
    assert_none_matches(
        REGISTERED,
        &[
            "https://c.test:443/cb",
            "https://c.test:8443/cb",
            "https://c.test:0/cb",
            "https://c.test:65536/cb",
            "https://c.test:/cb",
        ],
    );
    assert_none_matches("https://c.test:8443/cb", &["https://c.test/cb", "https://c.test:8444/cb"]);
    for uri in
        ["https://c.test:0/cb", "https://c.test:65536/cb", "https://c.test:/cb", "https://c.test:08/cb"]
    {
        assert_eq!(rule(uri), "Port", "{uri}");
    }
    assert_eq!(rule("https://c.test:443/cb"), "DefaultPort");
    assert_eq!(rule("http://localhost:80/cb"), "DefaultPort");
}

#[test]
fn az_12_user_info_neither_matches_nor_registers() {
    let uris = [
        "https://u@c.test/cb",
        "https://u:p@c.test/cb",
        "https://c.test@evil.test/cb",
        "https://a@b@c.test/cb",
        "https://c.test%2f@evil.test/cb",
        "http://127.0.0.1@evil.test/cb",
        "https://@c.test/cb",
        "com.example.app://u@host/cb",
    ];
    assert_none_matches(REGISTERED, &uris);
    for uri in uris {
        assert_eq!(rule(uri), "UserInfo", "{uri}");
    }
}

#[test]
fn az_13_look_alike_hosts_do_not_match() {
    let unprintable =
        ["https://c.test./cb", "https://c。test/cb", "https://с.test/cb", "https://%63.test/cb"];
    assert_none_matches(REGISTERED, &["https://c.test.evil.test/cb", "https://evilc.test/cb"]);
    assert_none_matches(REGISTERED, &unprintable);
    assert_refused(&unprintable);
    assert_refused(&["http://localhost./cb", "https://c..test/cb", "https://.c.test/cb", "https://./cb"]);
}

#[test]
fn az_14_text_that_a_parser_would_repair_neither_matches_nor_registers() {
    let uris = [
        "https:\\\\c.test\\cb",
        "https:c.test/cb",
        "https:/c.test/cb",
        "https:///c.test/cb",
        "https://c.test\\cb",
        "https://c.test/c\tb",
        "https://c.test/c\rb",
        "https://c.test/c\nb",
        "ht\ntps://c.test/cb",
        "https://c.test/c b",
        " https://c.test/cb",
        "https://c.test/cb ",
        "https://c.test/cb\n",
        "\u{a0}https://c.test/cb",
        "https://c.test/cb\0",
        "https://c.test/cb\u{7f}",
    ];
    assert_none_matches(REGISTERED, &uris);
    assert_refused(&uris);
}

#[test]
fn az_15_http_does_not_stand_for_https() {
    assert_none_matches(REGISTERED, &["http://c.test/cb"]);
}

#[test]
fn az_16_na_09_running_and_reserved_schemes_are_refused() {
    for uri in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://c.test/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:https://c.test/1",
        "vbscript:x",
        "about:blank",
        "view-source:https://c.test/cb",
        "openid-credential-offer://cb",
        "anteroom://admin/delete",
        "anteroom://oauth/callback/x",
        "anteroom:/oauth/callback",
        "tauri://localhost/cb",
        "mailto:a@c.test",
        "ws://c.test/cb",
    ] {
        assert_eq!(rule(uri), "ReservedScheme", "{uri}");
    }
    assert_refused(&["java\nscript:alert(1)", "javascript&colon;alert(1)", "\u{1}javascript:alert(1)"]);
}

#[test]
fn az_17_a_registered_query_matches_itself() {
    assert_eq!(check("https://c.test/cb?x=1"), Ok(()));
    assert!(matches("https://c.test/cb?x=1", "https://c.test/cb?x=1"));
}

#[test]
fn az_18_registration_names_the_broken_rule() {
    for (uri, expected) in [
        ("", "Empty"),
        ("https://*.c.test/cb", "Wildcard"),
        ("https://c.test/*", "Wildcard"),
        ("/cb", "MissingScheme"),
        ("//c.test/cb", "MissingScheme"),
        ("cb", "MissingScheme"),
        ("c.test/cb", "MissingScheme"),
        ("c.test:8443/cb", "MissingScheme"),
        ("localhost:3000/cb", "MissingScheme"),
        ("127.0.0.1:3000/cb", "MissingScheme"),
        ("https://c.test/cb#x", "Fragment"),
        ("http://c.test/cb", "PlainHttp"),
        ("http://192.168.1.4/cb", "PlainHttp"),
        ("https://u@c.test/cb", "UserInfo"),
        ("https://C.test/cb", "Capitals"),
        ("https://c.test", "NotNormal"),
        ("https://127.1/cb", "NotNormal"),
        ("https://c.test/cb?a='", "NotNormal"),
        ("https://[0:0:0:0:0:0:0:1]/cb", "NotNormal"),
        ("https:c.test/cb", "NotNormal"),
        ("https://c.test./cb", "TrailingDot"),
        ("https://c.test/a//b", "EmptySegment"),
        ("https://c.test/a/../b", "DotSegment"),
        ("https://c.test/%61", "EncodedCharacter"),
        ("https://c.test/%zz", "PercentEncoding"),
        ("https://c.test/%4", "PercentEncoding"),
        ("https://c.test/%", "PercentEncoding"),
        ("https://c.test/a b", "Character"),
        ("https://c.test/\"", "Character"),
        ("https://c.test/{id}", "Character"),
        ("https://[::1/cb", "Host"),
        ("https://a_b..c/cb", "Host"),
        (" https://c.test/cb", "WhiteSpace"),
    ] {
        assert_eq!(rule(uri), expected, "{uri}");
    }
}

#[test]
fn a_redirect_uri_has_at_most_2000_bytes() {
    let uri = |bytes: usize| format!("https://c.test/{}", "a".repeat(bytes - "https://c.test/".len()));
    assert_eq!(check(&uri(MAX_BYTES)), Ok(()));
    assert_eq!(check(&uri(MAX_BYTES + 1)), Err(Problem::TooLong { bytes: MAX_BYTES + 1 }));
}

#[test]
fn rfc8252_7_1_na_09_a_private_use_scheme_contains_a_dot() {
    for uri in ["myapp://cb", "myapp:/cb", "x:/cb", "com.:/cb", "com..app:/cb"] {
        assert_eq!(rule(uri), "SchemeWithoutDot", "{uri}");
    }
    assert_eq!(rule("com.example.app:cb"), "MissingSlash");
}

#[test]
fn ar_43_forms_of_a_private_use_uri_are_different() {
    assert_none_matches(
        "com.example.app:/cb",
        &["com.example.app://cb", "com.example.app:cb", "com.example.app:/cb/"],
    );
}

#[test]
fn rfc8252_7_3_na_01_na_02_loopback_matches_on_any_port_and_nothing_else_does() {
    for (registered, requested, accepted) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", true),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", true),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb", true),
        ("http://127.0.0.1:3000/cb", "http://127.0.0.1:4000/cb", true),
        ("http://127.0.0.1:3000/cb", "http://127.0.0.1/cb", true),
        ("http://127.0.0.1:3000/cb?x=1", "http://127.0.0.1:4000/cb?x=1", true),
        ("http://[::1]/cb", "http://[::1]:49152/cb", true),
        ("http://[::1]/cb", "http://127.0.0.1:49152/cb", false),
        ("http://127.0.0.1/cb", "http://[::1]:49152/cb", false),
        ("https://127.0.0.1/cb", "https://127.0.0.1:49152/cb", false),
        ("https://app.example/cb", "https://app.example:8443/cb", false),
        ("https://app.example/cb", "https://app.example/cb?x=1", false),
    ] {
        assert_eq!(check(registered), Ok(()), "{registered}");
        assert_eq!(matches(registered, requested), accepted, "{registered} / {requested}");
    }
}

#[test]
fn na_03_loopback_with_another_path_or_query_does_not_match() {
    assert_none_matches(
        "http://127.0.0.1/cb",
        &[
            "http://127.0.0.1:5/other",
            "http://127.0.0.1:5/cb/",
            "http://127.0.0.1:5/CB",
            "http://127.0.0.1:5/cb?x=1",
            "http://127.0.0.1:5",
            "HTTP://127.0.0.1:5/cb",
        ],
    );
}

#[test]
fn na_04_other_spellings_of_loopback_neither_match_nor_register() {
    let hosts = [
        "http://127.0.0.2:5/cb",
        "http://127.1:5/cb",
        "http://0x7f.1:5/cb",
        "http://2130706433:5/cb",
        "http://0177.0.0.1:5/cb",
        "http://[::ffff:127.0.0.1]:5/cb",
        "http://[::ffff:7f00:1]:5/cb",
        "http://[0:0:0:0:0:0:0:1]:5/cb",
        "http://0.0.0.0:5/cb",
        "http://0:5/cb",
    ];
    assert_none_matches("http://127.0.0.1/cb", &hosts);
    assert_none_matches("http://[::1]/cb", &hosts);
    assert_refused(&hosts);
}

#[test]
fn na_05_loopback_with_https_user_or_fragment_does_not_match() {
    assert_none_matches(
        "http://127.0.0.1/cb",
        &[
            "https://127.0.0.1:5/cb",
            "http://u@127.0.0.1:5/cb",
            "http://127.0.0.1:5@evil.test/cb",
            "http://127.0.0.1:5/cb#",
            "http://127.0.0.1:5/cb#f",
        ],
    );
}

#[test]
fn na_06_hosts_that_begin_like_loopback_neither_match_nor_register() {
    let uris = [
        "http://localhost.evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1.evil.test:5/cb",
        "http://[::1].evil.test/cb",
        "http://127.0.0.1:5.evil.test/cb",
        "http://127.0.0.1%2eevil.test/cb",
    ];
    for registered in ["http://127.0.0.1/cb", "http://localhost/cb", "http://[::1]/cb"] {
        assert_none_matches(registered, &uris);
    }
    assert_refused(&uris);
}

#[test]
fn na_07_localhost_is_matched_exactly() {
    assert_none_matches(
        "http://localhost/cb",
        &["http://localhost:5/cb", "http://127.0.0.1/cb", "http://127.0.0.1:5/cb", "http://[::1]/cb"],
    );
    assert_none_matches("http://127.0.0.1/cb", &["http://localhost/cb", "http://localhost:5/cb"]);
}

#[test]
fn na_08_ports_outside_the_range_do_not_match() {
    for port in ["0", "65536", "99999999999", "", "-1", "+5", "05", "5 ", "5a", "٣"] {
        assert_none_matches("http://127.0.0.1/cb", &[&format!("http://127.0.0.1:{port}/cb")]);
    }
}

#[test]
fn usual_slips_have_a_suggestion() {
    for (typed, meant) in [
        ("c.test/cb", "https://c.test/cb"),
        ("//c.test/cb", "https://c.test/cb"),
        ("c.test:8443/cb", "https://c.test:8443/cb"),
        ("localhost:3000/cb", "http://localhost:3000/cb"),
        ("127.0.0.1:3000/cb", "http://127.0.0.1:3000/cb"),
        ("0.0.0.0:3000/cb", "http://127.0.0.1:3000/cb"),
        ("http://0.0.0.0:3000/cb", "http://127.0.0.1:3000/cb"),
        ("http://127.0.0.2/cb", "http://127.0.0.1/cb"),
        ("http://localhost.localdomain/cb", "http://127.0.0.1/cb"),
        ("http://c.test/cb", "https://c.test/cb"),
        ("https://c.test/cb ", "https://c.test/cb"),
        ("https://C.Test/cb", "https://c.test/cb"),
        ("HTTPS://c.test/cb", "https://c.test/cb"),
        ("https://c.test:443/cb", "https://c.test/cb"),
        ("http://localhost:80/cb", "http://localhost/cb"),
        ("https://c.test", "https://c.test/"),
        ("https://c.test./cb", "https://c.test/cb"),
        ("https://u:p@c.test/cb", "https://c.test/cb"),
        ("https://c.test/cb#x", "https://c.test/cb"),
        ("https://c.test/a//b", "https://c.test/a/b"),
        ("https://c.test/%63b", "https://c.test/cb"),
        ("https:\\\\c.test\\cb", "https://c.test/cb"),
        ("https:/c.test/cb", "https://c.test/cb"),
        ("https://bücher.example/cb", "https://xn--bcher-kva.example/cb"),
        ("com.example.app:cb", "com.example.app:/cb"),
        ("anteroom://callback", OWN),
        (" HTTP://C.test:80 ", "https://c.test/"),
    ] {
        let problem = check(typed).expect_err(typed);
        assert_eq!(problem.suggestion().as_deref(), Some(meant), "{typed}: {problem}");
        assert_eq!(check(meant), Ok(()), "a suggestion is accepted");
    }
    for typed in ["", "cb", "myapp:/cb", "https://*.c.test/cb", "javascript:x", "https://c.test:0/cb", "/cb"]
    {
        assert_eq!(check(typed).expect_err(typed).suggestion(), None, "{typed}");
    }
}

#[test]
fn a_problem_names_the_rule_and_the_part() {
    for (uri, sentence) in [
        ("https://u:p@c.test/cb", "A redirect URI cannot contain a user name or password; remove \"u:p@\"."),
        ("https://c.test/cb#x", "A redirect URI cannot have a fragment; remove \"#x\"."),
        (
            "http://c.test/cb",
            "Plain http is only for this computer (127.0.0.1, [::1] or localhost); use https for \"c.test\".",
        ),
        ("javascript:x", "The scheme javascript: is reserved and cannot receive answers."),
        ("https://c.test", "Programs read this address as \"https://c.test/\"; write it that way."),
    ] {
        assert_eq!(check(uri).expect_err(uri).to_string(), sentence);
    }
}

#[test]
fn kinds_of_client_have_one_spelling() {
    for kind in ClientKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert_eq!("Public".parse::<ClientKind>(), Err(UnknownClientKind));
}

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
