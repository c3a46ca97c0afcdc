//! Access policies: writing them, and asking them.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, NOBODY, each, person, text, with};

fn entry(resource_type: &str, changes: Value) -> Value {
    let base = json!({ "resourceType": resource_type, "criteria": "", "readonly": false, "interaction": [],
                       "hiddenFields": [], "readonlyFields": [], "other": {} });
    with(base, changes)
}

fn new(name: &str, entries: Value) -> Value {
    let mut request = json!({ "id": null, "version": null, "name": name, "ipRules": [] });
    request["entries"] = entries;
    request
}

#[tokio::test]
async fn a_policy_is_written_read_listed_changed_and_deleted() {
    let desk = Desk::new().await;
    let entries = json!([
        entry(
            "Patient",
            json!({ "criteria": "Patient?_compartment=%patient", "readonlyFields": ["birthDate"] })
        ),
        entry("Observation", json!({ "interaction": ["read"], "other": { "odd": { "kept": [1] } } })),
    ]);
    let request = with(
        new(" Own record ", entries.clone()),
        json!({ "ipRules": [
        { "name": "Clinic", "value": " 10. ", "block": false }, { "name": "", "value": "*", "block": true },
    ] }),
    );
    let made = desk.call("access_policies_save", request).await;
    assert_eq!((text(&made, "/name"), &made["entries"]), ("Own record", &entries));
    assert_eq!(made["ipRules"][0], json!({ "name": "Clinic", "value": "10.", "block": false }));
    let id = text(&made, "/id");
    assert_eq!(desk.call("access_policies_get", json!({ "id": id })).await, made);
    let list = desk.call("access_policies_list", json!({})).await;
    assert_eq!(
        list["items"],
        json!([{ "id": id, "name": "Own record", "resourceTypes": ["Patient", "Observation"], "ipRuleCount": 2,
                 "memberCount": 0 }])
    );
    let change = with(made.clone(), json!({ "name": "Renamed" }));
    let change = json!({ "id": id, "version": made["version"], "name": "Renamed", "entries": change["entries"],
                         "ipRules": [] });
    let changed = desk.call("access_policies_save", change.clone()).await;
    assert_ne!(changed["version"], made["version"]);
    desk.fails("access_policies_save", change, Code::Conflict, None, "meanwhile").await;
    let pat = with(person("Patient", "Pat", "Doe"), json!({ "accessPolicy": "Renamed" }));
    desk.call("people_create", pat).await;
    let held = desk.call("access_policies_get", json!({ "id": id })).await;
    assert_eq!((&held["members"], &held["memberCount"]), (&json!(["Pat Doe"]), &json!(1)));
    desk.fails("access_policies_delete", json!({ "id": id }), Code::Conflict, None, "Pat Doe").await;
    let other = desk.call("access_policies_save", new("Nobody's", json!([]))).await;
    let gone = desk.call("access_policies_delete", json!({ "id": other["id"] })).await;
    assert_eq!(gone, json!({ "name": "Nobody's" }));
    desk.fails("access_policies_get", json!({ "id": other["id"] }), Code::NotFound, None, "no access policy")
        .await;
    let log = desk
        .call(
            "activity_list",
            json!({ "kind": "access_policy_deleted", "refusedOnly": false, "about": "",
                                                 "before": null, "limit": 9 }),
        )
        .await;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_policy_that_could_not_be_evaluated_is_not_written() {
    let desk = Desk::new().await;
    desk.call("access_policies_save", new("Taken", json!([]))).await;
    for (request, code, field, words) in [
        (new("", json!([])), Code::Invalid, "name", "empty"),
        (new("Taken", json!([])), Code::Conflict, "name", "already"),
        (new("A", json!([entry("", json!({}))])), Code::Invalid, "resource", "Entry 1"),
        (
            new("A", json!([entry("*", json!({})), entry("patient", json!({}))])),
            Code::Invalid,
            "resource",
            "Entry 2",
        ),
        (
            new("A", json!([entry("Patient", json!({ "interaction": ["look"] }))])),
            Code::Invalid,
            "resource",
            "look",
        ),
        (
            new("A", json!([entry("Patient", json!({ "criteria": "Patient?_has=x" }))])),
            Code::Invalid,
            "resource",
            "_has",
        ),
        (
            new("A", json!([entry("Patient", json!({ "criteria": "Patient?_id=%-team" }))])),
            Code::Invalid,
            "resource",
            "%profile",
        ),
        (
            new("A", json!([entry("*", json!({ "criteria": "*?patient=x" }))])),
            Code::Invalid,
            "resource",
            "patient",
        ),
        (
            new("A", json!([entry("Patient", json!({ "hiddenFields": ["a b"] }))])),
            Code::Invalid,
            "resource",
            "a b",
        ),
        (
            new("A", json!([entry("Patient", json!({ "other": { "writeConstraint": [] } }))])),
            Code::Invalid,
            "resource",
            "writeConstraint",
        ),
        (
            new("A", json!([entry("Patient", json!({ "other": { "readonly": true } }))])),
            Code::Invalid,
            "entries",
            "readonly",
        ),
        (new("A", json!([entry("Patient", json!({ "other": [1] }))])), Code::Invalid, "entries", "object"),
        (
            with(new("A", json!([])), json!({ "ipRules": [{ "name": "", "value": " ", "block": true }] })),
            Code::Invalid,
            "ipAccessRule",
            "empty value",
        ),
    ] {
        desk.fails("access_policies_save", request, code, Some(field), words).await;
    }
    let unknown = with(new("A", json!([])), json!({ "id": NOBODY, "version": "x" }));
    desk.fails("access_policies_save", unknown, Code::NotFound, None, "no access policy").await;
    assert_eq!(each(&desk.call("access_policies_list", json!({})).await["items"], "/name"), ["Taken"]);
}

#[tokio::test]
async fn the_question_is_answered_with_the_rule_that_decided() {
    let desk = Desk::new().await;
    let entries = json!([
        entry("Practitioner", json!({ "readonly": true })),
        entry("Patient", json!({ "criteria": "Patient?_id=%patient.id", "hiddenFields": ["telecom"] })),
    ]);
    desk.call("access_policies_save", new("Own", entries)).await;
    let pat = desk
        .call("people_create", with(person("Patient", "Pat", "Doe"), json!({ "accessPolicy": "Own" })))
        .await;
    let sam = desk.person("Patient", "Sam", "Lee").await;
    let kim = desk.person("Practitioner", "Kim", "Moss").await;
    let ada = desk
        .call("people_list", json!({ "search": "ada", "resourceType": null, "offset": 0, "limit": 1 }))
        .await;
    let (of_pat, of_sam) = (text(&pat, "/summary/profile"), text(&sam, "/summary/profile"));
    let of_ada = text(&ada, "/items/0/profile");
    let membership = format!("ProjectMembership/{}", text(&pat, "/summary/membershipId"));
    for (who, what, scope, read, update) in [
        (&pat, of_pat, "", "entry", "entry"),
        (&pat, of_sam, "", "no_match", "no_match"),
        (&pat, of_ada, "", "entry", "no_interaction"),
        (&pat, of_pat, "user/Practitioner.rs", "scope", "scope"),
        (&pat, of_pat, "patient/Patient.rs", "entry", "scope"),
        (&pat, &membership, "", "admin_only", "admin_only"),
        (&sam, of_pat, "", "own_record_only", "own_record_only"),
        (&sam, of_sam, "", "own_record", "own_record_only"),
        (&sam, of_sam, "user/Practitioner.rs", "scope", "own_record_only"),
        (&kim, of_pat, "", "no_policy", "no_policy"),
    ] {
        let request =
            json!({ "membershipId": text(who, "/summary/membershipId"), "resource": what, "scope": scope });
        let answer = desk.call("access_policies_can_read", request).await;
        let rules = each(&answer["verdicts"], "/rule");
        assert_eq!((rules[0], rules[3]), (&json!(read), &json!(update)), "{what} {scope}");
        assert_eq!(answer["allowed"], answer["verdicts"][0]["allowed"]);
        assert_eq!(
            each(&answer["verdicts"], "/interaction"),
            ["read", "search", "create", "update", "delete"]
        );
    }
    let id = text(&pat, "/summary/membershipId");
    let own = desk
        .call("access_policies_can_read", json!({ "membershipId": id, "resource": of_pat, "scope": "" }))
        .await;
    assert_eq!((&own["policy"], &own["hiddenFields"]), (&json!("Own"), &json!(["telecom"])));
    assert_eq!(own["verdicts"][0]["entry"], 2, "counted from 1");
    desk.call("people_update", json!({ "membershipId": id, "active": false })).await;
    let inactive = desk
        .call("access_policies_can_read", json!({ "membershipId": id, "resource": of_pat, "scope": "" }))
        .await;
    assert_eq!((&inactive["allowed"], &inactive["verdicts"][0]["rule"]), (&json!(false), &json!("inactive")));
    for (member, resource, field, words) in [
        (NOBODY, of_pat, "membershipId", "no member"),
        (id, "Observation/1", "resource", "not kept here"),
        (id, "Patient/x", "resource", "no Patient"),
        (id, "", "resource", "not kept here"),
    ] {
        let request = json!({ "membershipId": member, "resource": resource, "scope": "" });
        desk.fails("access_policies_can_read", request, Code::Invalid, Some(field), words).await;
    }
}

#[tokio::test]
async fn further_policies_are_named_and_stay_when_the_first_one_changes() {
    let desk = Desk::new().await;
    for (name, resource_type) in [("Own", "Patient"), ("Staff list", "Practitioner")] {
        let entries = json!([entry(resource_type, json!({ "readonly": true }))]);
        desk.call("access_policies_save", new(name, entries)).await;
    }
    let pat = desk
        .call("people_create", with(person("Patient", "Pat", "Doe"), json!({ "accessPolicy": "Own" })))
        .await;
    let id = text(&pat, "/summary/membershipId");
    assert_eq!(pat["furtherAccessPolicies"], json!([]));
    let robot = desk.client("Robot", "confidential").await;
    let robot = text(&robot, "/client/id");
    let home = desk.call("home_get", json!({})).await;
    let access = json!([{ "policy": "Staff list" }, { "policy": "Staff list" }]);
    let file = json!({ "projects": [{
        "name": text(&home, "/project/name"),
        "members": [{ "membershipId": id, "access": access }],
        "clients": [{ "id": robot, "name": "Robot", "access": access }],
    }] });
    desk.call("workspace_import", json!({ "text": file.to_string(), "dryRun": false })).await;
    let ada = desk
        .call("people_list", json!({ "search": "ada", "resourceType": null, "offset": 0, "limit": 1 }))
        .await;
    let of_ada = text(&ada, "/items/0/profile");
    let ask = json!({ "membershipId": id, "resource": of_ada, "scope": "" });
    let answer = desk.call("access_policies_can_read", ask.clone()).await;
    assert_eq!((&answer["allowed"], &answer["policy"]), (&json!(true), &json!("Staff list")));
    let of_pat = text(&pat, "/summary/profile");
    let own = json!({ "membershipId": id, "resource": of_pat, "scope": "" });
    assert_eq!(desk.call("access_policies_can_read", own.clone()).await["policy"], "Own");
    let changed = desk.call("people_update", json!({ "membershipId": id, "accessPolicy": "" })).await;
    assert_eq!(
        (&changed["accessPolicy"], &changed["furtherAccessPolicies"]),
        (&Value::Null, &json!(["Staff list"]))
    );
    let refused = desk.call("access_policies_can_read", own).await;
    assert_eq!((&refused["allowed"], &refused["policy"]), (&json!(false), &json!("Staff list")));

    let client = desk.call("clients_get", json!({ "id": robot })).await;
    assert_eq!(client["furtherAccessPolicies"], json!(["Staff list"]));
    let advice = each(&client["advice"], "/rule");
    assert!(!advice.contains(&&json!("no_access_policy")), "it is limited: {advice:?}");
    let copy = desk.call("clients_duplicate", json!({ "id": robot, "name": "Another" })).await;
    assert_eq!(copy["client"]["furtherAccessPolicies"], json!(["Staff list"]));
    let policies = desk.call("access_policies_list", json!({})).await;
    let named = policies["items"].as_array().unwrap().iter().find(|one| one["name"] == "Staff list").unwrap();
    assert_eq!(named["memberCount"], 3, "each member once");
    let delete = json!({ "id": named["id"] });
    let error = desk.fail("access_policies_delete", delete).await;
    assert_eq!(error.code, Code::Conflict, "{error}");
}
