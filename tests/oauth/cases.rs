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
    ("PR", &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14"]),
];

/// Cases without a test, and why.
const NOT_APPLICABLE: &[(&str, &str)] = &[
    (
        "DS-03",
        "Its list of required members holds authorization_endpoint and response_types_supported. There is no authorization \
         endpoint, and RFC 8414 section 2 wants no empty array; all other members stand in the snapshot of DS-01.",
    ),
    ("DS-05", "code_challenge_methods_supported belongs to the authorization endpoint, which is not there."),
    (
        "DS-06",
        "authorization_response_iss_parameter_supported belongs to the authorization endpoint, which is not there.",
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

/// The cases that the names of the tests begin with: `fn ht_06_…` proves HT-06.
fn tested() -> BTreeSet<String> {
    let names = SOURCES.iter().flat_map(|source| {
        source
            .split("#[tokio::test")
            .skip(1)
            .filter_map(|test| test.split_once("async fn ")?.1.split('(').next())
    });
    let mut cases = BTreeSet::new();
    for name in names {
        let mut words = name.split('_');
        while let (Some(group), Some(number)) = (words.next(), words.next()) {
            if number.len() != 2 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                break;
            }
            cases.insert(format!("{}-{number}", group.to_uppercase()));
        }
    }
    cases
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
