//! The ledger of the security bar: every one of the 325 cases in `tests/ledger/security_cases.json` stands in a test that
//! is named after it, or here with its reason.
//!
//! Over HTTP each case has exactly one test. A test proves the cases its name begins with: `fn ht_06_…` proves HT-06, `fn az_03_to_az_16_…` all from AZ-03 to AZ-16.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::sources::{Function, functions};

/// A case of the bar.
#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    priority: Priority,
    given: String,
    expected: String,
    source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Priority {
    Must,
    Should,
    Later,
}

/// Cases that hold without a test of their own, and why.
const WITHOUT_TEST: &[(&str, &str)] = &[
    (
        "RT-16",
        "By type: the store takes Digest<RefreshToken>, which has no way back; a plain token cannot be written.",
    ),
    (
        "RV-07",
        "A fault of the store is answered in one place for all endpoints; the tests of HT-19 and the store show it.",
    ),
    (
        "DS-15",
        "A base with http and another host than this machine's is taken, because a proxy may stand in front; a client's \
         advice says so for its addresses (only_plain_http_to_another_machine_is_far).",
    ),
    ("PA-27", "There is no polling in this grant, and the offer names no interval (PA-25)."),
];

/// What the bar wants that no route or setting offers: refused cleanly, which the tests of OT-09 and DS-04 show.
const NOT_BUILT: &[(&str, &str)] = &[
    (
        "AR-04",
        "Codes travel in the query only; form_post is refused as AR-03 and not in the discovery document.",
    ),
    (
        "NA-12",
        "No page warns of embedded webviews: they cannot be told from browsers by a header that anybody may write.",
    ),
];

/// Cases the bar itself puts off.
const LATER: &[(&str, &str)] = &[
    ("DS-17", "Neither member is in the discovery document, whose snapshot is kept (DS-01)."),
    ("TK-25", "Mutual TLS is not in the discovery document (DS-07)."),
    ("OT-01 to OT-08", "Optional standards that are not built: OT-09 shows that each is refused cleanly."),
];

/// Cases whose test expects something else than the bar, and why.
const OVERRULED: &[(&str, &str)] = &[
    (
        "CC-01",
        "An id_token is given because the scope is openid, as Medplum gives it; there is no refresh_token.",
    ),
    ("JT-02", "ES256 is the default, as Medplum's; RS256 per client, because OpenID Connect asks for it."),
    (
        "PA-03",
        "A second presentation leaves the first session alone unless another client presents it or the project says \
         revokeOnReplay: a person who presses twice must not lose the session. Medplum's dialect revokes.",
    ),
    (
        "EX-02",
        "An unknown client is 404 at /auth/exchange, as Medplum answers; 401 at the token endpoint, as the RFC says.",
    ),
    (
        "EX-10",
        "An answer without sub is taken where the e-mail address finds the person: Medplum's own tests answer so.",
    ),
    (
        "EX-12",
        "email_verified may be absent unless the client's provider asks for it (requireVerifiedEmail); the screen warns.",
    ),
    ("PA-10", "400 invalid_request, which the case allows."),
    (
        "PA-26",
        "An offer of a server on this machine is fetched from it by http, as everything is; any other address is https.",
    ),
    (
        "TK-06",
        "Status, headers and body are compared; equal time is by construction (both are counted and written the same way) \
         and not asserted, because a timed assertion fails on a busy machine.",
    ),
];

fn cases() -> Vec<Case> {
    let text = include_str!("../ledger/security_cases.json");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("security_cases.json: {error}"))
}

/// `EX-01 to EX-22` names all of them.
fn expand(cases: &str) -> Vec<String> {
    let Some((first, last)) = cases.split_once(" to ") else { return vec![cases.to_owned()] };
    let part = |case: &str| {
        let (group, number) = case.split_once('-').unwrap_or_else(|| panic!("{case} is no case"));
        (group.to_owned(), number.parse::<u8>().unwrap_or_else(|_| panic!("{case} is no case")))
    };
    let ((group, first), (same, last)) = (part(first), part(last));
    assert!(group == same && first < last, "{cases}");
    (first..=last).map(|number| format!("{group}-{number:02}")).collect()
}

fn listed(list: &'static [(&str, &str)]) -> BTreeMap<String, &'static str> {
    list.iter()
        .flat_map(|(cases, reason)| expand(cases).into_iter().map(move |case| (case, *reason)))
        .collect()
}

/// The cases that the name of a test begins with.
pub(crate) fn cases_in(name: &str) -> BTreeSet<String> {
    let mut cases = BTreeSet::new();
    let words: Vec<&str> = name.split('_').collect();
    let mut rest = words.as_slice();
    let mut from = None;
    loop {
        let (range, pair) = match rest {
            ["to", pair @ ..] => (true, pair),
            pair => (false, pair),
        };
        let [group, number, after @ ..] = pair else { return cases };
        let digits = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        let (true, Ok(number)) = (digits, number.parse::<u8>()) else { return cases };
        let first = if range { from.unwrap_or(number) } else { number };
        cases.extend((first..=number).map(|number| format!("{}-{number:02}", group.to_uppercase())));
        from = Some(number);
        rest = after;
    }
}

/// Every case that a test names, with the tests.
pub(crate) fn tested() -> BTreeMap<String, Vec<Function>> {
    let mut tested: BTreeMap<String, Vec<Function>> = BTreeMap::new();
    for function in functions() {
        for case in cases_in(&function.name) {
            tested.entry(case).or_default().push(function.clone());
        }
    }
    tested
}

#[test]
fn every_case_of_the_bar_has_a_test_or_a_reason() {
    let (cases, tested) = (cases(), tested());
    assert_eq!(cases.len(), 325);
    let lists = [listed(WITHOUT_TEST), listed(NOT_BUILT), listed(LATER)];
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::from([("tested", 0), ("listed", 0)]);
    for case in &cases {
        let Case { id, given, expected, source, .. } = case;
        assert!(!given.is_empty() && !expected.is_empty() && !source.is_empty(), "{id}");
        let reasons = lists.iter().filter(|list| list.contains_key(id)).count();
        match (tested.get(id), reasons) {
            (Some(_), 0) => *counts.get_mut("tested").unwrap() += 1,
            (None, 1) => *counts.get_mut("listed").unwrap() += 1,
            (None, 0) => wrong.push(format!("{id}: neither a test nor a reason: {given} => {expected}")),
            (Some(_), 1) if lists[1].contains_key(id) => *counts.get_mut("tested").unwrap() += 1,
            (Some(tests), _) => {
                wrong.push(format!("{id}: take its reason out of cases.rs, it has a test: {tests:?}"));
            }
            (None, _) => wrong.push(format!("{id}: two reasons")),
        }
    }
    println!("the security bar: {counts:?} of {}", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A case has one test that asks over HTTP. What it rests on may have tests of its own beside the code.
#[test]
fn no_case_is_proven_by_two_tests_over_http() {
    let ids: BTreeSet<String> = cases().into_iter().map(|case| case.id).collect();
    let twice: Vec<String> = tested()
        .into_iter()
        .filter(|(case, _)| ids.contains(case))
        .filter_map(|(case, tests)| {
            let over_http: Vec<String> = tests
                .into_iter()
                .filter(|test| test.file.starts_with("tests/"))
                .map(|test| test.name)
                .collect();
            (over_http.len() > 1).then(|| format!("{case}: {over_http:?}"))
        })
        .collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

#[test]
fn reasons_belong_to_cases_and_nothing_that_must_hold_is_put_off() {
    let cases: BTreeMap<String, Priority> =
        cases().into_iter().map(|case| (case.id, case.priority)).collect();
    for (id, reason) in [WITHOUT_TEST, NOT_BUILT, LATER].into_iter().flat_map(listed) {
        assert!(cases.contains_key(&id), "{id} is no case");
        assert!(reason.len() > 20, "{id}: {reason}");
    }
    for id in listed(LATER).keys() {
        assert_eq!(cases[id], Priority::Later, "{id} is no case for later");
    }
    let tested = tested();
    for (id, reason) in OVERRULED {
        assert!(tested.contains_key(*id), "{id} is overruled and has no test that says how");
        assert!(reason.len() > 20);
    }
}

#[test]
fn names_of_tests_are_read_as_they_are_meant() {
    let read = |name: &str| cases_in(name).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(read("ht_06_a_request_for_another_host"), "HT-06");
    assert_eq!(read("lo_02_lo_03_lo_06_nobody"), "LO-02 LO-03 LO-06");
    assert_eq!(read("na_01_to_na_03_na_11_loopback"), "NA-01 NA-02 NA-03 NA-11");
    assert_eq!(read("a_34_every_route"), "A-34");
    assert_eq!(read("a_panic_answers_500"), "");
    assert_eq!(expand("EX-01 to EX-03"), ["EX-01", "EX-02", "EX-03"]);
}
