//! What may be registered, and what matches what is registered.

mod loopback;
mod properties;

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
fn rfc8252_8_3_addresses_of_this_machine_are_told_from_those_that_only_begin_alike() {
    for (uri, near) in [
        ("http://127.0.0.1/cb", true),
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:9099/cb", true),
        ("http://localhost?x", true),
        ("http://localhost.example.org/cb", false),
        ("http://127.0.0.10/cb", false),
        ("https://127.0.0.1/cb", false),
        ("http://example.org/127.0.0.1", false),
    ] {
        assert_eq!(is_loopback(uri), near, "{uri}");
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
