//! The cases of the security bar that concern these routes: each has a test named after it, or a reason here.

use std::collections::BTreeSet;

/// All that must hold, by group.
const MUST: &[(&str, &[&str])] = &[
    (
        "HT",
        &[
            "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
            "17", "18", "19", "20",
        ],
    ),
    ("DS", &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13"]),
    (
        "TK",
        &[
            "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
            "17", "18", "19", "26", "27",
        ],
    ),
    ("CC", &["01", "02", "03", "04", "05", "06"]),
    (
        "PA",
        &[
            "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
            "17", "18", "19", "20", "21", "22", "23", "24", "28",
        ],
    ),
    (
        "AZ",
        &[
            "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
            "17", "18", "19",
        ],
    ),
    (
        "AR",
        &[
            "01", "02", "03", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17",
            "18", "19", "20", "21", "22", "23", "24", "25", "27", "28", "29", "30", "34", "35", "36", "37",
            "38", "39", "40", "41", "42", "43",
        ],
    ),
    ("NA", &["01", "02", "03", "04", "05", "06", "08", "09", "10", "11"]),
    (
        "AC",
        &[
            "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
            "17", "18",
        ],
    ),
    ("RT", &["01", "02", "03", "04", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16"]),
    ("RV", &["01", "02", "03", "04", "05", "06", "07"]),
    ("PR", &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14"]),
];

/// Cases without a test, and why.
const NOT_APPLICABLE: &[(&str, &str)] = &[
    ("AZ-18", "A rule of registration, before any request: crates/oauth/src/redirect_uri/tests.rs."),
    ("NA-09", "A rule of registration, before any request: crates/oauth/src/redirect_uri/tests.rs."),
    (
        "RT-16",
        "By type: the store takes Digest<RefreshToken>, which has no way back; a plain token cannot be written.",
    ),
    (
        "RV-07",
        "A fault of the store is answered in one place for all endpoints; the tests of HT-19 and the store show it.",
    ),
];

/// Cases whose test expects something else than the bar, and why.
const OVERRULED: &[(&str, &str)] = &[
    (
        "CC-01",
        "An id_token is given because the scope is openid, as Medplum gives it; there is no refresh_token.",
    ),
    (
        "PA-03",
        "A second presentation leaves the first session alone unless another client presents it or the project says \
         revokeOnReplay: a person who presses twice must not lose the session. Medplum's dialect revokes.",
    ),
    ("PA-10", "400 invalid_request, which the case allows."),
    (
        "TK-06",
        "Status, headers and body are compared; equal time is by construction (both are counted and written the same way) \
         and not asserted, because a timed assertion fails on a busy machine.",
    ),
];

const SOURCES: &[&str] = &[
    include_str!("../authorization/authorize.rs"),
    include_str!("../authorization/code.rs"),
    include_str!("../authorization/pages.rs"),
    include_str!("../authorization/refresh.rs"),
    include_str!("../authorization/sign_out.rs"),
    include_str!("../../crates/engine/tests/refresh.rs"),
    include_str!("client_credentials.rs"),
    include_str!("discovery.rs"),
    include_str!("http_behaviour.rs"),
    include_str!("landing.rs"),
    include_str!("listener.rs"),
    include_str!("pre_authorized_code.rs"),
    include_str!("preauthorize.rs"),
    include_str!("routes.rs"),
    include_str!("spend_once.rs"),
    include_str!("token.rs"),
    include_str!("userinfo.rs"),
];

/// The cases that the names of the tests begin with: `fn ht_06_…` proves HT-06, `fn az_03_to_az_16_…` all from AZ-03 to
/// AZ-16.
fn tested() -> BTreeSet<String> {
    let mut cases = BTreeSet::new();
    for source in SOURCES {
        for line in source.lines() {
            let line = line.trim_start();
            let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
            if let Some(name) = name.and_then(|line| line.split('(').next()) {
                add_cases(&mut cases, name);
            }
        }
    }
    cases
}

fn add_cases(cases: &mut BTreeSet<String>, name: &str) {
    let words: Vec<&str> = name.split('_').collect();
    let mut rest = words.as_slice();
    let mut from = None;
    loop {
        let (range, pair) = match rest {
            ["to", pair @ ..] => (true, pair),
            pair => (false, pair),
        };
        let [group, number, after @ ..] = pair else { return };
        let digits = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        let (true, Ok(number)) = (digits, number.parse::<u8>()) else { return };
        let first = if range { from.unwrap_or(number) } else { number };
        cases.extend((first..=number).map(|number| format!("{}-{number:02}", group.to_uppercase())));
        from = Some(number);
        rest = after;
    }
}

#[test]
fn every_case_that_must_hold_has_a_test_or_a_reason() {
    let tested = tested();
    let must: BTreeSet<String> = MUST
        .iter()
        .flat_map(|(group, cases)| cases.iter().map(move |case| format!("{group}-{case}")))
        .collect();
    let excused: BTreeSet<String> = NOT_APPLICABLE.iter().map(|(case, _)| (*case).to_owned()).collect();
    let missing: Vec<&String> =
        must.iter().filter(|case| !tested.contains(*case) && !excused.contains(*case)).collect();
    assert!(missing.is_empty(), "neither a test nor a reason: {missing:?}");
    let both: Vec<&String> = excused.iter().filter(|case| tested.contains(*case)).collect();
    assert!(both.is_empty(), "excused and tested: {both:?}");
    for (case, reason) in OVERRULED {
        assert!(tested.contains(*case), "{case} is overruled and has no test that says how");
        assert!(reason.len() > 20);
    }
}
