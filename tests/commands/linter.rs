//! The linter: every rule with a client that breaks it and one that does not, over one client and over the project.

mod cases;

use std::collections::BTreeSet;

use anteroom_admin::commands::clients::advice::{RULES, Rule};
use anteroom_admin::error::Code;
use cases::{Fixture, HOME, provider, table};
use serde_json::{Value, json};

use crate::harness::{DAY, Desk, NOBODY, each, text, with};

fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().flatten()
}

fn has(advice: &Value, rule: &str) -> bool {
    each(advice, "/rule").contains(&&json!(rule))
}

/// Rules whose two clients need more than a change of settings: see the tests below.
const TOLD_APART: [&str; 10] = [
    "switched_off",
    "confidential_without_secret",
    "secret_expired",
    "secret_expires_soon",
    "retiring_secret_used",
    "retiring_secret_idle",
    "redirect_uri_shared",
    "name_twin",
    "provider_without_userinfo",
    "ok",
];

#[test]
fn every_rule_has_its_two_clients() {
    let table: Vec<&str> = table().iter().map(|(rule, _, _)| *rule).collect();
    let tested: BTreeSet<&str> = table.iter().copied().chain(TOLD_APART).collect();
    assert_eq!(tested.len(), table.len() + TOLD_APART.len(), "a rule is there twice");
    assert_eq!(tested, rules().map(|rule| rule.name).collect::<BTreeSet<_>>());
    assert!(rules().count() >= 30);
}

#[tokio::test]
async fn every_rule_finds_the_client_that_breaks_it_and_not_the_other() {
    for (rule, failing, passing) in table() {
        for (fixture, expected) in [(failing, true), (passing, false)] {
            let desk = Desk::new().await;
            desk.policy("Staff").await;
            let (advice, _) = fixture.remarks(&desk).await;
            assert_eq!(has(&advice, rule), expected, "{rule} in {advice}");
        }
    }
}

/// What one press mends is mended by it: the change is taken, and the remark is gone.
#[tokio::test]
async fn the_offered_change_mends_what_it_is_offered_for() {
    let mut mended = 0;
    for (rule, failing, _) in table() {
        let desk = Desk::new().await;
        desk.policy("Staff").await;
        let (advice, made) = failing.remarks(&desk).await;
        let remark = advice.as_array().unwrap().iter().find(|one| one["rule"] == rule).unwrap();
        let Some(fix) = remark["fix"].as_object() else { continue };
        let client = desk.call("clients_get", json!({ "id": made["client"]["id"] })).await;
        let field = fix["field"].as_str().unwrap();
        let value = match &fix["value"] {
            Value::Object(_) => {
                let mut whole = with(client[field].clone(), fix["value"].clone());
                whole["clientSecret"] = Value::Null;
                whole
            }
            value => value.clone(),
        };
        let update = json!({ "id": client["id"], "version": client["version"], "changes": { field: value } });
        let after = desk.call("clients_update", update).await;
        assert!(!has(&after["advice"], rule), "{rule} after its own fix: {after}");
        mended += 1;
    }
    assert_eq!(mended, rules().filter(|rule| offers_a_change(rule)).count(), "a fix that no fixture offers");
}

/// Rules that mend by a press, told by their sentence: kept here so that none is lost by accident.
fn offers_a_change(rule: &Rule) -> bool {
    [
        "origin_missing",
        "public_admin",
        "provider_email_unverified",
        "provider_unused",
        "pkce_optional",
        "refresh_without_source",
        "access_token_long",
        "refresh_too_short",
        "refresh_very_long",
        "scope_without_openid",
    ]
    .contains(&rule.name)
}

#[tokio::test]
async fn a_client_that_is_off_or_in_use_says_so() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    for rule in ["switched_off", "confidential_without_secret"] {
        assert!(!has(&made["client"]["advice"], rule), "{rule}");
    }
    let bare = json!({ "projects": [{
        "name": "Riverside Clinic", "clients": [{ "name": "Bare", "clientType": "confidential" }],
    }] });
    let bare = desk.call("workspace_import", json!({ "text": bare.to_string(), "dryRun": false })).await;
    let bare = desk.call("clients_get", json!({ "id": bare["added"][0]["id"] })).await;
    assert!(has(&bare["advice"], "confidential_without_secret"), "{bare}");
    let off = desk.call("clients_set_status", json!({ "id": id, "status": "off" })).await;
    assert!(has(&off["advice"], "switched_off"));
    desk.call("clients_set_status", json!({ "id": id, "status": "active" })).await;
    desk.call("clients_add_redirect_uri", json!({ "id": id, "uri": HOME })).await;
    let secret = text(&made, "/secret");
    desk.token(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)])
        .await
        .unwrap();
    let used = desk.call("clients_get", json!({ "id": id })).await;
    assert_eq!(each(&used["advice"], "/rule"), ["ok"]);
}

#[tokio::test]
async fn secrets_are_remarked_on_by_age_end_and_last_use() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    let get = || desk.call("clients_get", json!({ "id": id }));
    let ends = json!({ "id": id, "overlap": false, "expiresInDays": 20 });
    desk.call("clients_rotate_secret", ends).await;
    assert!(!has(&get().await["advice"], "secret_expires_soon"));
    desk.pass(7 * DAY);
    assert!(has(&get().await["advice"], "secret_expires_soon"));
    desk.pass(14 * DAY);
    let advice = get().await["advice"].clone();
    assert!(has(&advice, "secret_expired") && !has(&advice, "secret_expires_soon"), "{advice}");

    let second = desk.call("clients_rotate_secret", json!({ "id": id, "overlap": false })).await;
    let secret = text(&second, "/secret");
    desk.token(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)])
        .await
        .unwrap();
    desk.call("clients_rotate_secret", json!({ "id": id, "overlap": true })).await;
    assert!(has(&get().await["advice"], "retiring_secret_used"));
    let unused = desk.client("Unused", "confidential").await;
    let unused = text(&unused, "/client/id");
    desk.call("clients_rotate_secret", json!({ "id": unused, "overlap": true })).await;
    let advice = desk.call("clients_get", json!({ "id": unused })).await["advice"].clone();
    assert!(!has(&advice, "retiring_secret_idle"), "nobody can have moved over yet: {advice}");
    desk.pass(8 * DAY);
    let advice = get().await["advice"].clone();
    assert!(has(&advice, "retiring_secret_idle") && !has(&advice, "retiring_secret_used"), "{advice}");
}

#[tokio::test]
async fn neighbours_are_compared_by_name_and_address() {
    let desk = Desk::new().await;
    let create = |name: &str, uri: &str| {
        let request = json!({ "name": name, "clientType": "medplum", "redirectUris": [uri], "admin": false });
        desk.call("clients_create", request)
    };
    let one = create("Portal", HOME).await;
    assert!(!has(&one["client"]["advice"], "name_twin"));
    let other = create("portal", HOME).await;
    for rule in ["name_twin", "redirect_uri_shared"] {
        assert!(has(&other["client"]["advice"], rule), "{rule}: {}", other["client"]["advice"]);
    }
    let shared = other["client"]["advice"].as_array().unwrap();
    let shared = shared.iter().find(|one| one["rule"] == "redirect_uri_shared").unwrap();
    assert_eq!(shared["values"], json!([HOME, "Portal"]));
    let third = create("Booking", "https://booking.example.org/cb").await;
    for rule in ["name_twin", "redirect_uri_shared"] {
        assert!(!has(&third["client"]["advice"], rule), "{rule}");
    }
}

/// Values that the validator refuses can still be on their way while somebody types, or come from an older version.
#[tokio::test]
async fn what_is_typed_is_linted_before_it_is_saved() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    let lint = |changes: Value| desk.call("clients_lint", json!({ "id": id, "changes": changes }));
    let clean = lint(json!({})).await;
    assert!(clean["problem"].is_null() && !has(&clean["advice"], "pkce_optional"));
    let risky = lint(json!({ "pkceOptional": true, "admin": true, "name": "Risky" })).await;
    assert!(has(&risky["advice"], "pkce_optional"), "{risky}");
    let typing = lint(json!({ "accessTokenLifetime": "1 day" })).await;
    assert_eq!(typing["problem"]["field"], "accessTokenLifetime");
    assert!(text(&typing, "/problem/message").contains("1 day"));
    let half = json!({ "userInfoUrl": "", "clientId": "ours" });
    assert!(has(&lint(provider(half)).await["advice"], "provider_without_userinfo"));
    assert!(!has(
        &lint(provider(json!({ "clientId": "ours" }))).await["advice"],
        "provider_without_userinfo"
    ));
    let stored = desk.call("clients_get", json!({ "id": id })).await;
    assert_eq!(stored["version"], 1, "nothing is saved");
    desk.fails("clients_lint", json!({ "id": NOBODY, "changes": {} }), Code::NotFound, None, NOBODY).await;
}

#[tokio::test]
async fn a_client_that_is_being_made_is_linted_too() {
    let desk = Desk::new().await;
    let draft = |client_type: &str, uris: Value, admin: bool| {
        desk.call(
            "clients_lint_new",
            json!({ "name": "New", "clientType": client_type, "redirectUris": uris, "admin": admin }),
        )
    };
    let risky = draft("public", json!(["http://localhost:3000/cb"]), true).await;
    for rule in ["loopback_name", "public_admin"] {
        assert!(has(&risky["advice"], rule), "{rule}: {risky}");
    }
    assert!(risky["problem"].is_null());
    let confidential = draft("confidential", json!([HOME]), false).await;
    assert_eq!(confidential["advice"], json!([]), "it gets its secret when it is made");
    let wrong = draft("public", json!(["http://far.example.org/"]), false).await;
    assert_eq!(wrong["problem"]["field"], "redirectUris");
    assert_eq!(desk.call("clients_list", json!({ "search": "", "offset": 0, "limit": 9 })).await["total"], 0);
}

#[tokio::test]
async fn the_whole_project_is_linted_with_the_worst_first() {
    let desk = Desk::new().await;
    let fine = Fixture::of("medplum", &[HOME], json!({}));
    fine.remarks(&desk).await;
    let codes = json!({ "grantTypes": ["authorization_code"], "name": "Broken" });
    Fixture::of("medplum", &[], codes).remarks(&desk).await;
    Fixture::of("medplum", &["https://b.example.org/"], json!({ "pkceOptional": true, "name": "Risky" }))
        .remarks(&desk)
        .await;
    let off = desk.client("Resting", "public").await;
    desk.call("clients_set_status", json!({ "id": off["client"]["id"], "status": "off" })).await;
    let all = desk.call("clients_lint_all", json!({})).await;
    assert_eq!((&all["checked"], &all["rules"]), (&json!(4), &json!(rules().count())));
    assert_eq!(each(&all["clients"], "/name"), ["Broken", "Risky"]);
    assert_eq!(each(&all["clients"][0]["advice"], "/rule"), ["no_redirect_uri"]);
}

#[test]
fn every_remark_has_its_sentence_in_the_catalogue() {
    let catalogue = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/i18n/en.json");
    let catalogue: Value = serde_json::from_str(&std::fs::read_to_string(catalogue).unwrap()).unwrap();
    for rule in rules() {
        let Rule { name, sentence, fix, values, .. } = rule;
        assert_eq!(catalogue[format!("advice.{name}")], *sentence, "advice.{name}");
        if fix.is_empty() {
            assert!(catalogue.get(format!("fix.{name}")).is_none(), "fix.{name} says nothing");
        } else {
            assert_eq!(catalogue[format!("fix.{name}")], *fix, "fix.{name}");
        }
        let places = (0..10).filter(|place| sentence.contains(&format!("{{{place}}}"))).count();
        assert!(places <= values.len(), "advice.{name} shows more values than there are");
    }
}

#[test]
fn the_document_lists_every_rule() {
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/linter.md")).unwrap();
    let rows: Vec<&str> = document.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = rules()
        .map(|rule| {
            let fix = if rule.fix.is_empty() { "–" } else { rule.fix };
            format!("| `{}` | {} | {} | {fix} |", rule.name, rule.severity.as_str(), rule.sentence)
        })
        .collect();
    assert_eq!(rows, expected);
}
