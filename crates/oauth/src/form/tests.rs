use proptest::prelude::*;

use super::*;
use crate::secret::AuthorizationCode;

fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => write!(out, "%{byte:02x}").expect("writing to a string does not fail"),
        }
        out
    })
}

#[test]
fn rfc6749_b_example_of_the_appendix() {
    // space, %, &, +, pound sign, euro sign
    let form = Form::decode(b"v=+%25%26%2B%C2%A3%E2%82%AC").unwrap();
    assert_eq!(form.get("v"), Some(" %&+£€"));
}

#[test]
fn rfc6749_3_1_a_parameter_without_a_value_is_omitted() {
    for body in ["code=", "code", "code=&", "&&", ""] {
        let form = Form::decode(body.as_bytes()).unwrap();
        assert_eq!(form.get("code"), None, "{body}");
        assert_eq!(form.names().count(), 0, "{body}");
    }
}

#[test]
fn rfc6749_3_2_parameters_sent_twice_are_refused() {
    for body in ["a=1&a=1", "a=1&a=2", "a=&a=1", "a&a", "a=1&%61=2", "x=1&a=1&y=2&a=3"] {
        assert_eq!(Form::decode(body.as_bytes()).unwrap_err(), FormError::Duplicate("a".into()), "{body}");
    }
}

#[test]
fn ht_03_a_repeated_parameter_is_taken_out_and_named_once() {
    let (form, repeated) = Form::decode_with_repeated(b"state=1&client_id=c&state=2&state=3").unwrap();
    assert_eq!(form.get("state"), None);
    assert_eq!(form.get("client_id"), Some("c"));
    assert_eq!(repeated, ["state"]);
}

#[test]
fn ht_05_unknown_parameters_are_kept_and_ignored() {
    let form = Form::decode(b"grant_type=x&extra=foobar").unwrap();
    assert_eq!(form.get("grant_type"), Some("x"));
    assert_eq!(form.get("extra"), Some("foobar"));
}

#[test]
fn ht_18_broken_encodings_are_refused() {
    for (body, expected) in [
        (&b"a=%"[..], FormError::Encoding { at: 2 }),
        (b"a=%4", FormError::Encoding { at: 2 }),
        (b"a=%zz", FormError::Encoding { at: 2 }),
        (b"b=1&a=%+1", FormError::Encoding { at: 6 }),
        (b"b=1&a%=1", FormError::Encoding { at: 5 }),
        (b"a=%ff", FormError::Utf8),
        (b"a=\xff", FormError::Utf8),
        (b"a=%c0%80", FormError::Utf8),
        (b"a=%ed%a0%80", FormError::Utf8),
        (b"%ff=a", FormError::Utf8),
        (b"a=%00", FormError::Nul),
        (b"a=x\0", FormError::Nul),
        (b"%00=a", FormError::Nul),
    ] {
        assert_eq!(Form::decode(body).unwrap_err(), expected, "{}", body.escape_ascii());
    }
}

#[test]
fn more_parameters_than_the_limit_are_refused() {
    let body = |count: usize| (0..count).map(|n| format!("p{n}=")).collect::<Vec<_>>().join("&");
    assert!(Form::decode(body(MAX_PARAMETERS).as_bytes()).is_ok());
    assert_eq!(Form::decode(body(MAX_PARAMETERS + 1).as_bytes()).unwrap_err(), FormError::TooMany);
}

#[test]
fn a_secret_leaves_the_form() {
    let mut form = Form::decode(b"code=abc&x=1").unwrap();
    let code = form.take_secret::<AuthorizationCode>("code").unwrap();
    assert_eq!(code.expose(), "abc");
    assert_eq!(form.get("code"), None);
    assert_eq!(form.get("x"), Some("1"));
    assert!(form.take_secret::<AuthorizationCode>("code").is_none());
}

#[test]
fn neither_forms_nor_errors_print_values() {
    let form = Form::decode(b"client_secret=marker").unwrap();
    assert_eq!(format!("{form:?}"), r#"{"client_secret"}"#);
    for body in [&b"marker=marker&a=1&a=marker"[..], b"a=marker%zz", b"a=marker%ff", b"a=marker%00"] {
        let error = Form::decode(body).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("marker"), "{error:?}");
    }
    let long = "n".repeat(5_000);
    let error = Form::decode(format!("{long}=1&{long}=1").as_bytes()).unwrap_err();
    assert!(error.to_string().len() < 150, "a long name is cut");
}

proptest! {
    #[test]
    fn decoding_never_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Form::decode(&body);
    }

    #[test]
    fn decoding_never_panics_on_text_that_looks_like_a_form(body in "[a-c%&=+0-9A-Fé\u{0}]{0,40}") {
        let _ = Form::decode(body.as_bytes());
    }

    #[test]
    fn encoded_pairs_come_back(
        pairs in prop::collection::hash_map("[^\u{0}]{1,12}", "[^\u{0}]{0,20}", 0..20)
    ) {
        let body: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let form = Form::decode(body.join("&").as_bytes()).unwrap();
        for (name, value) in &pairs {
            prop_assert_eq!(form.get(name), Some(value.as_str()).filter(|value| !value.is_empty()));
        }
        prop_assert_eq!(form.names().count(), pairs.values().filter(|value| !value.is_empty()).count());
    }

    #[test]
    fn a_name_that_comes_twice_is_always_refused(
        names in prop::collection::hash_set("[a-zé ]{1,6}", 1..10),
        twice in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        (first, second) in ("[^\u{0}]{0,5}", "[^\u{0}]{0,5}"),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let name = twice.get(&names).clone();
        let mut pairs: Vec<String> = names.iter().map(|name| format!("{}={}", encode(name), encode(&first))).collect();
        pairs.insert(place.index(pairs.len() + 1), format!("{}={}", encode(&name), encode(&second)));
        prop_assert_eq!(Form::decode(pairs.join("&").as_bytes()).unwrap_err(), FormError::Duplicate(name));
    }
}
