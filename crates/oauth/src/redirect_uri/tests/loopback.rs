//! Loopback addresses and private-use schemes of native apps: RFC 8252 §7.1, §7.3.

use super::super::*;
use super::{assert_none_matches, assert_refused, rule};

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
