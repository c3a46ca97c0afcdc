//! What is written, and what is not.

use anteroom_testkit::builders::{ADA, DESK_SECRET, PAT, PAT_MEMBERSHIP, PROJECT};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use super::{admin, ids, version};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn people_are_written_whole_and_unknown_members_survive() {
    let server = TestServer::start().await;
    for name in ["Patient", "Practitioner", "RelatedPerson"] {
        let made = json!({ "resourceType": name, "id": "chosen-by-the-caller", "name": [{ "family": "New" }],
            "meta": { "tag": [{ "code": "vip" }], "versionId": "1", "project": "x" },
            "extension": [{ "url": "urn:odd", "valueString": "kept" }], "unknown": { "deep": [1, null, { "a": true }] } });
        let created = admin(&server, "POST", name).json(&made).send().await;
        assert_eq!(created.status, 201, "{created:?}");
        let id = created.str("id");
        assert_ne!(id, "chosen-by-the-caller");
        let place = format!("{}fhir/R4/{name}/{id}", server.base());
        assert_eq!(created.header("location"), Some(place.as_str()));
        let read = admin(&server, "GET", &format!("{name}/{id}")).send().await;
        assert_eq!(read.json(), created.json());
        for member in ["extension", "unknown", "name"] {
            assert_eq!(read.json()[member], made[member], "{member}");
        }
        assert_eq!(read.json()["meta"]["tag"], made["meta"]["tag"]);

        let mut changed = read.json();
        changed["gender"] = json!("other");
        let first = version(&read);
        let stale =
            admin(&server, "PUT", &format!("{name}/{id}")).header("If-Match", "W/\"x\"").json(&changed);
        assert_eq!(stale.send().await.outcome(), (412, "Precondition Failed".into(), None));
        let matching = format!("W/\"{first}\"");
        let put = admin(&server, "PUT", &format!("{name}/{id}")).header("If-Match", &matching).json(&changed);
        let put = put.send().await;
        assert_eq!((put.status, put.json()["gender"].as_str()), (200, Some("other")), "{put:?}");
        assert_ne!(version(&put), first);
        let again =
            admin(&server, "PUT", &format!("{name}/{id}")).header("If-Match", &matching).json(&changed);
        assert_eq!(again.send().await.status, 412, "the version is another one now");
        let known = admin(&server, "GET", &format!("{name}/{id}"))
            .header("If-None-Match", put.header("etag").unwrap());
        assert_eq!(known.send().await.status, 304);

        let patch = json!([{ "op": "test", "path": "/gender", "value": "other" }, { "op": "remove", "path": "/unknown" },
                           { "op": "add", "path": "/name/0/given", "value": ["Very"] }]);
        let patched = admin(&server, "PATCH", &format!("{name}/{id}"))
            .header("Content-Type", "application/json-patch+json")
            .body(patch.to_string());
        let patched = patched.send().await;
        assert_eq!(patched.status, 200, "{patched:?}");
        assert_eq!(patched.json()["name"], json!([{ "family": "New", "given": ["Very"] }]));
        assert_eq!(patched.json()["unknown"], Value::Null);
        let deleted = admin(&server, "DELETE", &format!("{name}/{id}")).send().await;
        assert_eq!(deleted.outcome(), (200, "All OK".into(), None));
        for method in ["GET", "PUT", "DELETE"] {
            let reply = admin(&server, method, &format!("{name}/{id}")).json(&changed).send().await;
            assert_eq!(reply.outcome(), (410, "Gone".into(), None), "{method}");
        }
    }
    let in_use = admin(&server, "DELETE", &format!("Patient/{PAT}")).send().await;
    assert_eq!(in_use.status, 409, "somebody signs in with it: {in_use:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_profile_is_renamed_everywhere() {
    let server = TestServer::start().await;
    let patch = json!([{ "op": "replace", "path": "/name/0/family", "value": "Roe" }]);
    let patched = admin(&server, "PATCH", &format!("Patient/{PAT}")).json(&patch).send().await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let membership = admin(&server, "GET", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).send().await;
    assert_eq!(membership.json()["profile"]["display"], "Pat Maria Roe");
    let found = admin(&server, "GET", "Patient?name=roe").send().await;
    assert_eq!(ids(&found), [PAT]);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn bodies_that_do_not_fit_are_refused_and_change_nothing() {
    let server = TestServer::start().await;
    let before = admin(&server, "GET", &format!("Patient/{PAT}")).send().await.json();
    let nested = (0..40).fold(json!(1), |inner, _| json!({ "a": inner }));
    let with = |member: &str, value: Value| {
        let mut body = before.clone();
        body[member] = value;
        body.to_string()
    };
    for (title, body, status) in [
        ("no JSON", "{".to_owned(), 400),
        ("a list", "[]".to_owned(), 400),
        ("a zero byte", with("x", json!("a\0b")), 400),
        ("a member twice", r#"{"resourceType":"Patient","resourceType":"Patient"}"#.to_owned(), 400),
        ("another type", with("resourceType", json!("Practitioner")), 400),
        ("another id", with("id", json!(ADA)), 400),
        ("no id", json!({ "resourceType": "Patient" }).to_string(), 400),
        ("too deep", with("x", nested), 400),
        (
            "deeper than any parser goes",
            format!("{{\"x\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)),
            400,
        ),
        ("a name that is no list", with("name", json!({ "family": "x" })), 400),
        ("no date", with("birthDate", json!("yesterday")), 400),
        ("too large", with("x", json!("x".repeat(1024 * 1024))), 413),
    ] {
        let request = admin(&server, "PUT", &format!("Patient/{PAT}"));
        let reply = request.header("Content-Type", "application/fhir+json").body(&body).send().await;
        assert_eq!(reply.status, status, "{title}: {reply:?}");
        assert_eq!(reply.json()["resourceType"], "OperationOutcome", "{title}");
    }
    let form =
        admin(&server, "PUT", &format!("Patient/{PAT}")).form(&[("resourceType", "Patient")]).send().await;
    assert_eq!(form.status, 415);
    let doubling: Vec<Value> = (0..60).map(|_| json!({ "op": "copy", "from": "", "path": "/x" })).collect();
    for (title, patch) in [
        ("no list", json!({ "op": "remove", "path": "/name" })),
        ("no operation", json!([{ "op": "rename", "path": "/name" }])),
        ("no such path", json!([{ "op": "remove", "path": "/nothing" }])),
        ("a failed test", json!([{ "op": "test", "path": "/gender", "value": "female" }])),
        ("the whole", json!([{ "op": "replace", "path": "", "value": [] }])),
        ("another id", json!([{ "op": "replace", "path": "/id", "value": ADA }])),
        (
            "more than a hundred",
            json!(vec![json!({ "op": "test", "path": "/gender", "value": "other" }); 101]),
        ),
        ("one that doubles", Value::Array(doubling)),
    ] {
        let reply = admin(&server, "PATCH", &format!("Patient/{PAT}")).json(&patch).send().await;
        assert_eq!(reply.status, 400, "{title}: {reply:?}");
    }
    let conditional = json!({ "resourceType": "Patient" });
    let request =
        admin(&server, "POST", "Patient").header("If-None-Exist", "identifier=1").json(&conditional);
    assert_eq!(request.send().await.status, 400, "a condition that would be overlooked");
    let after = admin(&server, "GET", &format!("Patient/{PAT}")).send().await.json();
    assert_eq!(after, before, "nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_nests_without_end_is_refused() {
    let server = TestServer::start().await;
    // Into itself, at the deepest place: 65,000 levels, if nobody looked. Walking through them takes more stack than there is.
    let mut nesting = vec![json!({ "op": "add", "path": "/x", "value": {} })];
    nesting.extend(
        (0..16).map(
            |step| json!({ "op": "copy", "from": "/x", "path": format!("/x{}", "/a".repeat(1 << step)) }),
        ),
    );
    // And by small pieces that each fit.
    let piece: Value =
        serde_json::from_str(&format!("{}1{}", r#"{"a":"#.repeat(40), "}".repeat(40))).unwrap();
    let pieces: Vec<Value> = (0..100)
        .map(|step| json!({ "op": "add", "path": format!("/x{}", "/a".repeat(40 * step)), "value": piece }))
        .collect();
    for deep in [json!(nesting), json!(pieces)] {
        let reply = admin(&server, "PATCH", &format!("Patient/{PAT}")).json(&deep).send().await;
        assert_eq!(reply.status, 400, "{reply:?}");
    }
    let read = admin(&server, "GET", &format!("Patient/{PAT}")).send().await;
    assert!(read.status == 200 && read.json().get("x").is_none(), "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_keep_their_secrets_to_themselves() {
    let server = TestServer::start().await;
    let made = json!({ "resourceType": "ClientApplication", "name": "Made over FHIR", "secret": "chosen-by-the-caller",
        "redirectUri": "https://a.example.org/one", "redirectUris": ["https://a.example.org/two"],
        "allowedOrigin": ["https://a.example.org"], "grantType": ["refresh_token"], "signInForm": { "welcomeString": "Hi" },
        "identityProvider": { "userInfoUrl": "https://idp.example.org/u", "clientId": "me", "clientSecret": "idp-secret" } });
    let created = admin(&server, "POST", "ClientApplication").json(&made).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.str("id");
    let client = created.json();
    assert_eq!(client["clientType"], "medplum");
    assert_eq!(client["redirectUris"], json!(["https://a.example.org/one", "https://a.example.org/two"]));
    assert_eq!(client["allowedOrigin"], made["allowedOrigin"]);
    assert_eq!(client["grantType"], made["grantType"], "kept, and no limit");
    assert_eq!(client["signInForm"], made["signInForm"]);
    assert_eq!(client["identityProvider"]["clientId"], "me");
    let whole = admin(&server, "GET", "ClientApplication?_count=1000").send().await;
    for text in [created.text(), whole.text()] {
        for secret in ["chosen-by-the-caller", "idp-secret", DESK_SECRET, "ecret\":"] {
            assert!(!text.contains(secret), "{secret} is shown");
        }
    }
    let tokens = |secret: &'static str| crate::steps::client_credentials(&server, &id, secret);
    assert_eq!(tokens("chosen-by-the-caller").await.refusal().2, "Invalid client", "no membership yet");
    let membership = json!({ "resourceType": "ProjectMembership", "user": { "reference": format!("ClientApplication/{id}") },
                             "project": { "reference": format!("Project/{PROJECT}") }, "odd": [1] });
    let joined = admin(&server, "POST", "ProjectMembership").json(&membership).send().await;
    assert_eq!((joined.status, &joined.json()["odd"]), (201, &json!([1])), "{joined:?}");
    assert_eq!(tokens("chosen-by-the-caller").await.status, 200);
    let twice = admin(&server, "POST", "ProjectMembership").json(&membership).send().await;
    assert_eq!(twice.status, 409);

    let mut changed = client.clone();
    changed["description"] = json!("x");
    let put = admin(&server, "PUT", &format!("ClientApplication/{id}")).json(&changed).send().await;
    assert_eq!((put.status, put.json()["description"].as_str()), (200, Some("x")), "{put:?}");
    assert_eq!(tokens("chosen-by-the-caller").await.status, 200, "a secret that is not named stays");
    let patch = json!([{ "op": "add", "path": "/secret", "value": "another-secret" }]);
    let patched = admin(&server, "PATCH", &format!("ClientApplication/{id}")).json(&patch).send().await;
    assert!(patched.status == 200 && !patched.text().contains("another-secret"), "{patched:?}");
    assert_eq!(tokens("another-secret").await.status, 200);
    assert_eq!(tokens("chosen-by-the-caller").await.status, 401);
    let mut moved = client.clone();
    moved["identityProvider"]["tokenUrl"] = json!("https://idp.example.net/token");
    let refused = admin(&server, "PUT", &format!("ClientApplication/{id}")).json(&moved).send().await;
    assert!(refused.status == 400 && refused.text().contains("Give the secret"), "{refused:?}");
    moved["identityProvider"]["clientSecret"] = json!("idp-secret");
    let known = admin(&server, "PUT", &format!("ClientApplication/{id}")).json(&moved).send().await;
    assert_eq!(known.status, 200, "whoever knows the secret may say where it goes: {known:?}");
    for (member, value) in [
        ("redirectUris", json!(["https://a.example.org/#fragment"])),
        ("redirectUris", json!("https://a.example.org/")),
        ("accessTokenLifetime", json!("soon")),
        ("refreshTokenLifetime", json!("1 hour")),
        ("status", json!("paused")),
        ("clientType", json!("public")),
        ("grantType", json!(["password"])),
        ("name", json!("")),
        ("pkceOptional", json!("yes")),
    ] {
        let mut wrong = client.clone();
        wrong[member] = value;
        let reply = admin(&server, "PUT", &format!("ClientApplication/{id}")).json(&wrong).send().await;
        assert_eq!(reply.status, 400, "{member}: {reply:?}");
    }
    assert_eq!(admin(&server, "DELETE", &format!("ClientApplication/{id}")).send().await.status, 200);
    let gone = admin(&server, "GET", &format!("ClientApplication/{id}")).send().await;
    assert_eq!(gone.outcome(), (410, "Gone".into(), None));
    assert_eq!(tokens("another-secret").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_project_is_renamed_and_its_settings_are_not_reached() {
    let server = TestServer::start().await;
    let path = format!("Project/{PROJECT}");
    let project = admin(&server, "GET", &path).send().await.json();
    assert_eq!(project["name"], "Riverside Clinic");
    let mut renamed = project.clone();
    renamed["name"] = json!("Lakeside Clinic");
    renamed["description"] = json!("kept");
    let put = admin(&server, "PUT", &path).json(&renamed).send().await;
    assert_eq!((put.status, put.json()["description"].as_str()), (200, Some("kept")), "{put:?}");
    for (member, value) in [
        ("allowedOutboundHosts", json!(["169.254.169.254:80"])),
        ("preauthorizePerMinute", json!(0)),
        ("revokeOnReplay", json!(false)),
        ("dialect", json!("medplum")),
    ] {
        let mut wrong = project.clone();
        wrong[member] = value;
        assert_eq!(admin(&server, "PUT", &path).json(&wrong).send().await.status, 400, "{member}");
    }
    assert_eq!(admin(&server, "DELETE", &path).send().await.status, 403);
    let new = json!({ "resourceType": "Project", "name": "Another" });
    assert_eq!(admin(&server, "POST", "Project").json(&new).send().await.status, 403);
}
