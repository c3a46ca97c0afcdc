//! Launches of an EHR: made over FHIR, named as `launch` at sign-in, and what the tokens say about them.

use anteroom_testkit::builders::{
    ADA, DESK, DESK_SECRET, FOREIGN, FOREIGN_SECRET, GONE, LEGACY, LEGACY_SECRET, PAT, STRANGER,
};
use anteroom_testkit::client::Reply;
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::auth::{clinic, login, plain, server, signed_in};
use crate::fhir::{admin, ids};

/// A launch that the front desk makes; its id.
async fn launch(server: &TestServer, members: Value) -> String {
    let mut body = json!({ "resourceType": "SmartAppLaunch" });
    for (member, value) in members.as_object().expect("an object") {
        body[member] = value.clone();
    }
    let made = admin(server, "POST", "SmartAppLaunch").json(&body).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    made.str("id")
}

fn patient(id: &str) -> Value {
    json!({ "reference": format!("Patient/{id}") })
}

/// Ada, staff, signs in with this launch; the token answer.
async fn launched(server: &TestServer, launch: &str, scope: &str) -> Reply {
    let email = "ada@example.org";
    signed_in(server, json!({ "clientId": LEGACY, "email": email, "launch": launch, "scope": scope })).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_smart_app_launch() {
    let server = server().await;
    let encounter = json!({ "reference": "Encounter/e-1" });
    let imaging = json!([{ "reference": "ImagingStudy/i-1" }]);
    let usual =
        launch(&server, json!({ "patient": patient(PAT), "encounter": encounter, "fhirContext": imaging }))
            .await;
    let tokens = launched(&server, &usual, "openid launch offline_access").await;
    let title = "Smart App Launch tokens";
    let context = |reply: &Reply| {
        let reply = reply.json();
        (reply["patient"].clone(), reply["encounter"].clone(), reply["fhirContext"].clone())
    };
    let expected = (json!(PAT), json!("e-1"), imaging);
    assert_eq!(context(&tokens), expected, "{title}");
    assert_eq!(tokens.json()["need_patient_banner"], true, "{title}");

    let refresh = tokens.str("refresh_token");
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", LEGACY)];
    let refreshed = server.post("/oauth2/token").form(&fields).send().await;
    assert_eq!(context(&refreshed), expected, "a refreshed token is for the same launch");
    let access = refreshed.str("access_token");
    let seen = server.post("/oauth2/introspect").basic(LEGACY, LEGACY_SECRET);
    let seen = seen.form(&[("token", access.as_str())]).send().await;
    assert_eq!((seen.json()["active"].clone(), context(&seen)), (json!(true), expected), "introspection");

    let system = "https://example.org/mrn";
    let by_identifier = |reference: Value| {
        let mut reference = reference;
        reference["identifier"] = json!({ "system": system, "value": "MRN-42" });
        reference
    };
    let title = "Smart App Launch with patient identifier returns identifier value";
    let of_patient = launch(&server, json!({ "patient": by_identifier(patient(PAT)) })).await;
    let tokens = launched(&server, &of_patient, "openid launch").await.json();
    assert_eq!((&tokens["patient"], &tokens["encounter"]), (&json!("MRN-42"), &Value::Null), "{title}");
    let title = "Smart App Launch with encounter identifier returns identifier value";
    let of_encounter = launch(&server, json!({ "encounter": by_identifier(encounter) })).await;
    let tokens = launched(&server, &of_encounter, "openid launch").await.json();
    assert_eq!((&tokens["patient"], &tokens["encounter"]), (&Value::Null, &json!("MRN-42")), "{title}");
    assert_eq!(tokens["need_patient_banner"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_can_know_patients_by_identifiers_of_its_own_system() {
    let own = "https://example.org/mrn";
    let clinic = clinic().with(
        "/projects/0/members/0/profile/identifier",
        json!([{ "system": "https://example.org/other", "value": "7" }, { "system": own, "value": "42" }]),
    );
    let server = TestServer::over(clinic).await;
    let [of_pat, of_gil] = [PAT, GONE].map(|id| json!({ "patient": patient(id) }));
    let (of_pat, of_gil) = (launch(&server, of_pat).await, launch(&server, of_gil).await);
    for (systems, expected) in [
        (json!([]), PAT),
        (json!([{ "resourceType": "Encounter", "system": own }]), PAT),
        (json!([{ "resourceType": "Patient", "system": "https://example.org/absent" }]), PAT),
        (json!([{ "resourceType": "Patient", "system": own }]), "42"),
    ] {
        let patch = json!([{ "op": "add", "path": "/launchIdentifierSystems", "value": systems }]);
        let patched =
            admin(&server, "PATCH", &format!("ClientApplication/{LEGACY}")).json(&patch).send().await;
        assert_eq!(patched.status, 200, "{patched:?}");
        let tokens = launched(&server, &of_pat, "openid launch").await.json();
        assert_eq!(tokens["patient"], expected, "{systems}");
        let tokens = launched(&server, &of_gil, "openid launch").await.json();
        assert_eq!(tokens["patient"], GONE, "{systems}: a patient without identifiers");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_is_in_context_itself_whatever_the_launch_says() {
    let server = server().await;
    let other = launch(&server, json!({ "patient": patient(GONE) })).await;
    let scope = "openid launch patient/Patient.rs";
    let (_, tokens) =
        signed_in(&server, json!({ "clientId": LEGACY, "launch": other, "scope": scope })).await;
    assert_eq!(tokens.str("patient"), PAT);
    let token = tokens.str("access_token");
    let ask = |path: String| server.get(&format!("/fhir/R4/{path}")).bearer(&token).send();
    assert_eq!(ask(format!("Patient/{PAT}")).await.status, 200);
    assert_eq!(ask(format!("Patient/{GONE}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn patient_words_reach_the_patient_of_the_launch_and_no_further_than_the_policy() {
    let server = server().await;
    let scope = "openid launch patient/Patient.rs";
    let of_pat = launch(&server, json!({ "patient": patient(PAT) })).await;
    let token = launched(&server, &of_pat, scope).await.str("access_token");
    let ask = |path: &str, token: &str| server.get(&format!("/fhir/R4/{path}")).bearer(token).send();
    assert_eq!(ask(&format!("Patient/{PAT}"), &token).await.status, 200);
    assert_eq!(ask(&format!("Patient/{GONE}"), &token).await.status, 404);
    assert_eq!(ids(&ask("Patient", &token).await), [PAT]);
    assert_eq!(ask(&format!("Practitioner/{ADA}"), &token).await.status, 403, "no word of the scope");

    let (_, without) =
        signed_in(&server, json!({ "clientId": LEGACY, "email": "ada@example.org", "scope": scope })).await;
    let bare = without.str("access_token");
    assert_eq!(without.json()["patient"], Value::Null);
    assert_ne!(ask(&format!("Patient/{PAT}"), &bare).await.status, 200, "nobody is in context");

    let deleted = admin(&server, "DELETE", &format!("SmartAppLaunch/{of_pat}")).send().await;
    assert_eq!(deleted.status, 200);
    assert_ne!(ask(&format!("Patient/{PAT}"), &token).await.status, 200, "the launch is over");

    let of_stranger = launch(&server, json!({ "patient": patient(STRANGER) })).await;
    let token = launched(&server, &of_stranger, scope).await.str("access_token");
    assert_eq!(ask(&format!("Patient/{STRANGER}"), &token).await.status, 404, "another project's patient");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_token_does_not_choose_its_own_patient() {
    let server = server().await;
    let of_pat = launch(&server, json!({ "patient": patient(PAT) })).await;
    let token = launched(&server, &of_pat, "openid launch patient/*.cruds").await.str("access_token");
    let ask = |path: &str| server.get(&format!("/fhir/R4/{path}")).bearer(&token).send();
    assert_eq!(ask(&format!("Patient/{PAT}")).await.status, 200);
    let other = json!({ "resourceType": "SmartAppLaunch", "id": of_pat, "patient": patient(GONE) });
    let mut counted = other.clone();
    counted["meta"] = json!({ "account": patient(PAT) });
    let mut named = other.clone();
    named["patient"] = json!({ "reference": format!("Patient/{PAT}"), "identifier": { "value": GONE } });
    let place = format!("/fhir/R4/SmartAppLaunch/{of_pat}");
    for body in [&other, &counted, &named] {
        let put = server.request("PUT", &place).bearer(&token).json(body).send().await;
        assert_eq!(put.status, 403, "{body}: {put:?}");
        let post = server.post("/fhir/R4/SmartAppLaunch").bearer(&token).json(body).send().await;
        assert_eq!(post.status, 403, "{body}: {post:?}");
    }
    assert_eq!(ask(&format!("Patient/{GONE}")).await.status, 404);

    // Whoever may write launches does not move tokens that are out to somebody else either.
    let moved = admin(&server, "PUT", &format!("SmartAppLaunch/{of_pat}")).json(&counted).send().await;
    assert_eq!(moved.status, 400, "{moved:?}");
    assert_eq!(ask(&format!("Patient/{PAT}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launch_tells_nobody_what_they_may_not_read() {
    let own = "https://example.org/mrn";
    let clinic =
        clinic().with("/projects/0/members/0/profile/identifier", json!([{ "system": own, "value": "42" }]));
    let server = TestServer::over(clinic).await;
    let systems = json!([{ "resourceType": "Patient", "system": own }]);
    let patch = json!([{ "op": "add", "path": "/launchIdentifierSystems", "value": systems }]);
    let patched = admin(&server, "PATCH", &format!("ClientApplication/{LEGACY}")).json(&patch).send().await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let of_pat = launch(
        &server,
        json!({ "patient": patient(PAT), "encounter": { "reference": "Encounter/e-1" }, "fhirContext": [{ "role": "x" }] }),
    )
    .await;
    assert_eq!(launched(&server, &of_pat, "openid launch").await.json()["patient"], "42");

    let of_gil = launch(
        &server,
        json!({ "patient": patient(GONE), "encounter": { "reference": "Encounter/e-2" }, "fhirContext": [{ "role": "x" }] }),
    )
    .await;
    let (_, tokens) =
        signed_in(&server, json!({ "clientId": LEGACY, "launch": of_gil, "scope": "openid launch" })).await;
    let tokens = tokens.json();
    assert_eq!(
        (&tokens["patient"], &tokens["encounter"]),
        (&json!(PAT), &Value::Null),
        "Pat's own, and no more"
    );
    assert_eq!(tokens["fhirContext"], Value::Null);

    let entries = json!([{ "resourceType": "Patient", "hiddenFields": ["identifier"] }]);
    let policy = json!({ "resourceType": "AccessPolicy", "name": "No record numbers", "resource": entries });
    let policy = admin(&server, "POST", "AccessPolicy").json(&policy).send().await.str("id");
    let found = admin(&server, "GET", &format!("ProjectMembership?profile=Practitioner/{ADA}")).send().await;
    let membership = found.json()["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let reference = json!({ "reference": format!("AccessPolicy/{policy}") });
    let patch = json!([{ "op": "add", "path": "/accessPolicy", "value": reference }]);
    let patched =
        admin(&server, "PATCH", &format!("ProjectMembership/{membership}")).json(&patch).send().await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let tokens = launched(&server, &of_pat, "openid launch").await.json();
    assert_eq!(
        (&tokens["patient"], &tokens["encounter"]),
        (&json!(PAT), &json!("e-1")),
        "the id, no record number"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn launches_that_are_not_there_sign_nobody_in() {
    let server = server().await;
    let own = launch(&server, json!({ "patient": patient(PAT) })).await;
    let body = json!({ "resourceType": "SmartAppLaunch", "patient": patient(STRANGER) });
    let foreign =
        server.post("/fhir/R4/SmartAppLaunch").basic(FOREIGN, FOREIGN_SECRET).json(&body).send().await;
    let (foreign, gone) = (foreign.str("id"), launch(&server, json!({})).await);
    assert_eq!(admin(&server, "DELETE", &format!("SmartAppLaunch/{gone}")).send().await.status, 200);
    for (launch, status) in [
        (own.as_str(), 200),
        (foreign.as_str(), 404),
        (gone.as_str(), 404),
        (PAT, 404),
        ("x", 404),
        (own.replace('-', "").as_str(), 404),
    ] {
        let mut changes = plain();
        changes["clientId"] = LEGACY.into();
        changes["launch"] = launch.into();
        assert_eq!(login(&server, changes).await.status, status, "{launch}");
    }
}

/// A launch is what is on a screen now: a day later nobody begins with it. Tokens that came of it keep what they say.
#[tokio::test(flavor = "multi_thread")]
async fn a_launch_begins_a_sign_in_for_a_day() {
    let server = server().await;
    let own = launch(&server, json!({ "patient": patient(PAT) })).await;
    let mut changes = plain();
    changes["clientId"] = LEGACY.into();
    changes["launch"] = own.into();
    for (seconds, status) in [(0, 200), (86_399, 200), (1, 404)] {
        server.clock.advance(seconds);
        assert_eq!(login(&server, changes.clone()).await.status, status, "{seconds} more seconds");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn launches_are_resources() {
    let server = server().await;
    let full =
        json!({ "patient": patient(PAT), "encounter": { "reference": "Encounter/e1" }, "x-more": [1] });
    let id = launch(&server, full).await;
    let place = format!("SmartAppLaunch/{id}");
    let read = admin(&server, "GET", &place).send().await;
    assert_eq!((read.status, &read.json()["x-more"]), (200, &json!([1])));
    assert_eq!(
        ids(&admin(&server, "GET", &format!("SmartAppLaunch?patient=Patient/{PAT}")).send().await),
        std::slice::from_ref(&id)
    );
    assert_eq!(ids(&admin(&server, "GET", "SmartAppLaunch?encounter=e2").send().await).len(), 0);
    let patch = json!([{ "op": "replace", "path": "/encounter/reference", "value": "Encounter/e2" }]);
    assert_eq!(admin(&server, "PATCH", &place).json(&patch).send().await.status, 200);
    assert_eq!(
        ids(&admin(&server, "GET", "SmartAppLaunch?encounter=e2").send().await),
        std::slice::from_ref(&id)
    );
    for wrong in [
        json!({ "patient": { "reference": format!("Practitioner/{ADA}") } }),
        json!({ "patient": PAT }),
        json!({ "encounter": {} }),
        json!({ "fhirContext": "x" }),
    ] {
        let mut body = wrong.clone();
        body["resourceType"] = "SmartAppLaunch".into();
        let reply = admin(&server, "POST", "SmartAppLaunch").json(&body).send().await;
        assert_eq!(reply.status, 400, "{wrong}: {reply:?}");
    }

    let (_, tokens) = signed_in(&server, json!({ "clientId": LEGACY })).await;
    let foreign = server.get(&format!("/fhir/R4/{place}")).basic(FOREIGN, FOREIGN_SECRET).send().await;
    assert_eq!(foreign.status, 404, "another project");
    // In Medplum's dialect a patient without a policy may do what Medplum lets it.
    let by_pat = server.get(&format!("/fhir/R4/{place}")).bearer(&tokens.str("access_token")).send().await;
    assert_eq!(by_pat.status, 200, "{by_pat:?}");
    assert_eq!(admin(&server, "DELETE", &place).send().await.status, 200);
    assert_eq!(admin(&server, "GET", &place).send().await.status, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_without_a_policy_makes_no_launch() {
    let server = TestServer::start().await;
    let token = crate::fhir::pats_token(&server, "openid").await;
    let body = json!({ "resourceType": "SmartAppLaunch", "patient": patient(PAT) });
    let reply = server.post("/fhir/R4/SmartAppLaunch").bearer(&token).json(&body).send().await;
    assert_eq!(reply.status, 403, "{reply:?}");
    let reply = server.post("/fhir/R4/SmartAppLaunch").basic(DESK, DESK_SECRET).json(&body).send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
}
