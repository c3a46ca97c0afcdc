//! A code presented in every order: right, wrong and missing PINs; the same client and another, at once and later; with
//! scanners that look first.

use anteroom_testkit::builders::{Clinic, PORTAL, SPA};
use anteroom_testkit::server::TestServer;
use serde_json::json;

use crate::steps::{code_with, redeem, userinfo_status};

/// One presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pin {
    Right,
    Wrong,
    Missing,
}

/// What the rule says of a code with a PIN: it forgives four wrong ones, the fifth locks it; a missing one costs nothing;
/// the first right one redeems it; after that all are refused.
#[derive(Default)]
struct Rule {
    wrong: u32,
    redeemed: bool,
}

impl Rule {
    fn answer(&mut self, pin: Pin) -> (u16, Option<&'static str>) {
        if self.redeemed {
            return (400, Some("Token already granted"));
        }
        if self.wrong == 5 {
            return (400, Some("Too many wrong transaction codes"));
        }
        match pin {
            Pin::Right => {
                self.redeemed = true;
                (200, None)
            }
            Pin::Wrong => {
                self.wrong += 1;
                (400, Some("Invalid tx_code"))
            }
            Pin::Missing => (400, None),
        }
    }
}

/// Every sequence of `length` out of `letters`.
fn sequences(letters: &[Pin], length: usize) -> Vec<Vec<Pin>> {
    (0..length).fold(vec![Vec::new()], |shorter, _| {
        shorter
            .iter()
            .flat_map(|sequence| letters.iter().map(|letter| [sequence.as_slice(), &[*letter]].concat()))
            .collect()
    })
}

/// All of them, not a sample: right and wrong PINs up to seven in a row (the fifth wrong one, the first right one, and
/// what comes after either), and all three up to four.
#[tokio::test(flavor = "multi_thread")]
async fn every_sequence_of_pins_comes_to_what_the_rule_says() {
    let server =
        TestServer::over(Clinic::default().with("/projects/0/preauthorizePerMinute", json!(0))).await;
    let two = sequences(&[Pin::Right, Pin::Wrong], 7);
    let three = sequences(&[Pin::Right, Pin::Wrong, Pin::Missing], 4);
    assert_eq!((two.len(), three.len()), (128, 81));
    for sequence in two.into_iter().chain(three) {
        let (code, issued) = code_with(&server, json!({ "txCode": { "length": 4 } })).await;
        let right = issued["txCode"].as_str().expect("a PIN");
        let next = |digit: char| digit.to_digit(10).and_then(|digit| char::from_digit((digit + 1) % 10, 10));
        let wrong: String = right.chars().filter_map(next).collect();
        let mut rule = Rule::default();
        for (step, pin) in sequence.iter().enumerate() {
            let fields = match pin {
                Pin::Right => vec![("tx_code", right)],
                Pin::Wrong => vec![("tx_code", wrong.as_str())],
                Pin::Missing => Vec::new(),
            };
            let reply = redeem(&server, PORTAL, &code, &fields).await;
            let (status, words) = rule.answer(*pin);
            assert_eq!(reply.status, status, "{sequence:?}, step {step}: {reply:?}");
            if let Some(words) = words {
                assert_eq!(reply.refusal().2, words, "{sequence:?}, step {step}");
            }
        }
    }
}

/// A spent code presented again: who, when, and what the project says decide whether the first session lives on.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_presentation_harms_the_first_session_only_where_it_should() {
    for revoke_on_replay in [false, true] {
        for (client, later) in [(PORTAL, 0), (PORTAL, 1_800), (SPA, 0), (SPA, 1_800)] {
            let clinic = Clinic::default().with("/projects/0/revokeOnReplay", json!(revoke_on_replay));
            let server = TestServer::over(clinic).await;
            let (code, issued) = code_with(&server, json!({ "magicLink": true })).await;
            let page =
                issued["magicLink"].as_str().expect("a link").rsplit('/').next().expect("a code").to_owned();
            let page = format!("/in/{page}");
            // Scanners look first, and look again afterwards.
            for method in ["HEAD", "GET", "GET"] {
                assert_eq!(server.request(method, &page).send().await.status, 200, "{method}");
            }
            let first = redeem(&server, PORTAL, &code, &[]).await;
            assert_eq!(first.status, 200, "looking spent nothing");
            let token = first.str("access_token");
            assert_eq!(server.get(&page).send().await.status, 410);
            assert_eq!(userinfo_status(&server, &token).await, 200, "a look at a spent link ends nothing");
            server.clock.advance(later);
            assert_eq!(redeem(&server, client, &code, &[]).await.status, 400);
            let lives = client == PORTAL && !revoke_on_replay;
            let status = userinfo_status(&server, &token).await;
            assert_eq!(
                status,
                if lives { 200 } else { 401 },
                "{client}, {later} s later, {revoke_on_replay}"
            );
        }
    }
}
