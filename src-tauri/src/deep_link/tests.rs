use proptest::prelude::*;
use serde_json::json;

use super::{DeepLink, Refusal};

fn payload(link: &str) -> serde_json::Value {
    serde_json::to_value(DeepLink::parse(link).unwrap()).unwrap()
}

#[test]
fn a_granted_sign_in_comes_through_decoded() {
    assert_eq!(
        payload("anteroom://oauth/callback?code=a%2Bb&state=s%20t+u&iss=http%3A%2F%2F127.0.0.1%3A8103%2F"),
        json!({
            "kind": "oauth_callback", "code": "a+b", "state": "s t u", "iss": "http://127.0.0.1:8103/",
            "error": null, "error_description": null, "error_uri": null,
        })
    );
}

#[test]
fn a_refused_sign_in_comes_through_and_loses_words_the_standard_does_not_allow() {
    assert_eq!(
        payload("anteroom://oauth/callback?error=access_denied&error_description=say+%22yes%22&state=s"),
        json!({
            "kind": "oauth_callback", "code": null, "state": "s", "iss": null,
            "error": "access_denied", "error_description": null, "error_uri": null,
        })
    );
}

#[test]
fn open_has_no_parameters() {
    assert_eq!(payload("anteroom://open"), json!({ "kind": "open" }));
}

#[test]
fn a_magic_link_holds_a_code_in_one_of_its_two_lengths_and_nothing_else() {
    let (short, long) = ("A2".repeat(26), "0f".repeat(128));
    for code in [&short, &long] {
        let link = format!("anteroom://in/{code}");
        assert_eq!(payload(&link), json!({ "kind": "magic_link", "code": code }));
        assert!(!format!("{:?}", DeepLink::parse(&link).unwrap()).contains(&code[..4]));
    }
    for code in
        ["", "A", &short.to_lowercase(), &long.to_uppercase(), &short[1..], &format!("{short}/"), "../open"]
    {
        assert_eq!(DeepLink::parse(&format!("anteroom://in/{code}")), Err(Refusal::NoCode), "{code}");
    }
    assert_eq!(DeepLink::parse(&format!("anteroom://in/{short}?a=b")), Err(Refusal::UnknownParameter));
    assert_eq!(DeepLink::parse(&format!("anteroom://in/{short}#a")), Err(Refusal::Fragment));
    assert_eq!(DeepLink::parse("anteroom://in"), Err(Refusal::UnknownPath));
}

#[test]
fn rfc6749_4_1_2_unrecognized_parameters_are_ignored() {
    let link = "anteroom://oauth/callback?code=c&state=s&session_state=x&scope=openid";
    assert_eq!(DeepLink::parse(link), DeepLink::parse("anteroom://oauth/callback?code=c&state=s"));
}

#[test]
fn anything_else_is_refused() {
    for (link, refusal) in [
        ("", Refusal::Arguments),
        ("--help", Refusal::Arguments),
        ("anteroom:open", Refusal::Arguments),
        ("Anteroom://open", Refusal::Arguments),
        ("anteroomx://open", Refusal::Arguments),
        ("https://example.org/?anteroom://open", Refusal::Arguments),
        ("anteroom://", Refusal::UnknownPath),
        ("anteroom://open/", Refusal::UnknownPath),
        ("anteroom://OPEN", Refusal::UnknownPath),
        ("anteroom://open:80", Refusal::UnknownPath),
        ("anteroom://user@open", Refusal::UnknownPath),
        ("anteroom://oauth", Refusal::UnknownPath),
        ("anteroom://oauth/callback/", Refusal::UnknownPath),
        ("anteroom://oauth/../oauth/callback?code=c&state=s", Refusal::UnknownPath),
        ("anteroom://oauth%2Fcallback?code=c&state=s", Refusal::UnknownPath),
        ("anteroom:///oauth/callback?code=c&state=s", Refusal::UnknownPath),
        ("anteroom://open?page=clients", Refusal::UnknownParameter),
        ("anteroom://oauth/callback?code=c&state=s#x", Refusal::Fragment),
        ("anteroom://oauth/callback#access_token=t&state=s", Refusal::Fragment),
        ("anteroom://oauth/callback?code=c&state=s&access_token=t", Refusal::Token),
        ("anteroom://oauth/callback?code=c&state=s&id_token=", Refusal::Token),
        ("anteroom://oauth/callback?code=c&code=d&state=s", Refusal::Repeated),
        ("anteroom://oauth/callback?code=c&%63ode=d&state=s", Refusal::Repeated),
        ("anteroom://oauth/callback?code=c&state=s&x=1&x=2", Refusal::Repeated),
        ("anteroom://oauth/callback?code=c", Refusal::NoState),
        ("anteroom://oauth/callback?code=c&state=", Refusal::NoState),
        ("anteroom://oauth/callback", Refusal::NoState),
        ("anteroom://oauth/callback?state=s", Refusal::NotOneOutcome),
        ("anteroom://oauth/callback?state=s&code=", Refusal::NotOneOutcome),
        ("anteroom://oauth/callback?state=s&code=c&error=access_denied", Refusal::NotOneOutcome),
        ("anteroom://oauth/callback?state=s&code=%", Refusal::BadEncoding),
        ("anteroom://oauth/callback?state=s&code=%4", Refusal::BadEncoding),
        ("anteroom://oauth/callback?state=s&code=%+4", Refusal::BadEncoding),
        ("anteroom://oauth/callback?state=s&code=%00", Refusal::BadEncoding),
        ("anteroom://oauth/callback?state=s&code=%0A", Refusal::BadEncoding),
        ("anteroom://oauth/callback?state=s&code=%C3%A9", Refusal::BadEncoding),
        ("anteroom://open ", Refusal::NotPrintableAscii),
        ("anteroom://open\n", Refusal::NotPrintableAscii),
        ("anteroom://oauth/callback?state=s&code=é", Refusal::NotPrintableAscii),
    ] {
        assert_eq!(DeepLink::parse(link), Err(refusal), "{link}");
    }
}

#[test]
fn two_kibibytes_are_the_limit() {
    let link = |code: usize| format!("anteroom://oauth/callback?state=s&code={}", "c".repeat(code));
    let most = 2048 - link(0).len();
    assert!(DeepLink::parse(&link(most)).is_ok());
    assert_eq!(DeepLink::parse(&link(most + 1)), Err(Refusal::TooLong));
}

#[test]
fn a_command_line_holds_one_link_or_nothing() {
    let read = |arguments: &[&str]| {
        DeepLink::from_command_line(&arguments.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(read(&[]), Ok(None));
    assert_eq!(read(&["anteroom"]), Ok(None));
    assert_eq!(read(&["anteroom", "anteroom://open"]), Ok(Some(DeepLink::Open)));
    for hostile in [
        &["anteroom", "--listen=0.0.0.0:80"][..],
        &["anteroom", "--flag", "anteroom://open"],
        &["anteroom", "anteroom://open", "anteroom://open"],
        &["anteroom", ""],
        &["anteroom", "/etc/passwd"],
    ] {
        assert_eq!(read(hostile), Err(Refusal::Arguments), "{hostile:?}");
    }
}

#[test]
fn printing_a_link_shows_nothing_of_its_content() {
    let link = DeepLink::parse("anteroom://oauth/callback?state=hidden&code=hidden").unwrap();
    assert!(!format!("{link:?}").contains("hidden"));
}

proptest! {
    /// Whatever is sent, the parser answers, and what it lets through obeys every rule.
    #[test]
    fn hostile_text_never_gets_more_than_the_grammar_allows(
        tail in prop_oneof![
            "\\PC{0,64}",
            "(oauth/callback|open)?\\?((code|state|iss|error|%63ode|id_token)=[%a-z0-9+]{0,6}&){0,5}#?",
            "oauth/callback\\?state=[a-z]{1,4}&(code|error)=[a-zA-Z0-9%+]{1,12}",
        ],
    ) {
        if let Ok(DeepLink::OauthCallback(response)) = DeepLink::parse(&format!("anteroom://{tail}")) {
            prop_assert!(!response.state.is_empty());
            prop_assert_ne!(response.code.is_some(), response.error.is_some());
            for value in [Some(response.state), response.code, response.iss, response.error].into_iter().flatten() {
                prop_assert!(value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
            }
            prop_assert!(!tail.contains('#') && !tail.contains("id_token"));
        }
    }

    /// A well-formed answer arrives exactly as the server sent it.
    #[test]
    fn a_response_survives_the_trip(code in "[ -~]{1,64}", state in "[ -~]{1,64}") {
        let encode = |text: &str| text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect::<String>();
        let link = format!("anteroom://oauth/callback?state={}&code={}", encode(&state), encode(&code));
        let Ok(DeepLink::OauthCallback(response)) = DeepLink::parse(&link) else {
            return Err(TestCaseError::fail("refused"));
        };
        prop_assert_eq!(response.state, state);
        prop_assert_eq!(response.code, Some(code));
    }
}
