//! FHIR, the auth slice: who may ask, what comes back, and what is written.

use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    ADA, BLOCKED, BLOCKED_SECRET, DESK, DESK_SECRET, FOREIGN, OTHER_PROJECT, PAT, PAT_MEMBERSHIP, PORTAL,
    PROJECT, STRANGER, STRANGER_MEMBERSHIP,
};
use anteroom_testkit::client::{Reply, Request};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::steps::{code_with, redeem};

const TYPES: [&str; 8] = [
    "ClientApplication",
    "ProjectMembership",
    "AccessPolicy",
    "Patient",
    "Practitioner",
    "RelatedPerson",
    "SmartAppLaunch",
    "Project",
];

/// A request of the front desk, a project admin.
pub(crate) fn admin(server: &TestServer, method: &str, path: &str) -> Request {
    server.request(method, &format!("/fhir/R4/{path}")).basic(DESK, DESK_SECRET)
}

/// An access token of Pat, a patient, with this scope.
pub(crate) async fn pats_token(server: &TestServer, scope: &str) -> String {
    let (code, _) = code_with(server, json!({ "scope": scope })).await;
    let reply = redeem(server, PORTAL, &code, &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.str("access_token")
}

/// A clinic where Pat has this policy.
pub(crate) async fn with_policy(resource: Value) -> TestServer {
    let clinic = Clinic::default()
        .with("/projects/0/accessPolicies", json!([{ "name": "From outside",
            "ipAccessRule": [{ "value": "127.", "action": "block" }] }, { "name": "Own", "resource": resource }]))
        .with("/projects/0/members/0/accessPolicy", json!("Own"));
    TestServer::over(clinic).await
}

fn version(reply: &Reply) -> String {
    let tag = reply.header("etag").unwrap_or_else(|| panic!("no ETag: {reply:?}"));
    tag.strip_prefix("W/\"").and_then(|tag| tag.strip_suffix('"')).expect("a weak tag").to_owned()
}

/// The ids in a bundle.
pub(crate) fn ids(reply: &Reply) -> Vec<String> {
    let bundle = reply.json();
    assert_eq!(
        (bundle["resourceType"].as_str(), bundle["type"].as_str()),
        (Some("Bundle"), Some("searchset"))
    );
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn nobody_gets_in_with_anything_but_good_credentials() {
    let server = TestServer::start().await;
    let live = pats_token(&server, "openid").await;
    let id_token = {
        let (code, _) = code_with(&server, json!({})).await;
        redeem(&server, PORTAL, &code, &[]).await.str("id_token")
    };
    let ask = || server.get("/fhir/R4/Patient");
    for (title, request, scheme) in [
        ("No auth header", ask(), "Bearer"),
        ("with magic param", server.get("/fhir/R4/Patient?_medplum-prompt-basic-auth=1"), "Basic"),
        ("Unrecognized auth header", ask().header("Authorization", "foo"), "Bearer"),
        ("Unrecognized auth token type", ask().header("Authorization", "foo foo"), "Bearer"),
        ("Invalid bearer token", ask().bearer("foo"), "Bearer"),
        ("id token", ask().bearer(&id_token), "Bearer"),
        ("two headers", ask().bearer(&live).bearer(&live), "Bearer"),
        ("Basic auth empty string", ask().header("Authorization", "Basic"), "Basic"),
        ("Basic auth malformed string", ask().header("Authorization", "Basic foo"), "Basic"),
        ("Basic auth empty username", ask().basic("", DESK_SECRET), "Basic"),
        ("Basic auth empty password", ask().basic(DESK, ""), "Basic"),
        ("Basic auth client not found", ask().basic("c0ffee00-0000-4000-8000-999999999999", "x"), "Basic"),
        ("Basic auth wrong password", ask().basic(DESK, "wrong"), "Basic"),
        ("an address that is kept out", ask().basic(BLOCKED, BLOCKED_SECRET), "Basic"),
    ] {
        let reply = request.send().await;
        assert_eq!(reply.outcome(), (401, "Unauthorized".into(), None), "{title}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with(&format!("{scheme} realm=\"{}\"", server.base())),
            "{title}: {challenge}"
        );
    }
    assert_eq!(ask().bearer(&live).send().await.status, 200);
    assert_eq!(ask().basic(DESK, DESK_SECRET).send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_basic_auth_and_of_tokens() {
    let server = TestServer::start().await;
    let basic = || server.get("/fhir/R4/Patient").basic(DESK, DESK_SECRET);
    assert_eq!(basic().send().await.status, 200, "Basic auth success");
    let magic = server.get("/fhir/R4/Patient?_medplum-prompt-basic-auth=1").send().await;
    let challenge = magic.header("www-authenticate").unwrap_or_default().to_owned();
    assert!(
        magic.status == 401 && challenge.starts_with("Basic "),
        "No auth header with magic param: {challenge}"
    );
    let patient = json!({ "resourceType": "Patient", "name": [{ "family": "New" }] });
    let post = |extended: bool| {
        let request = server.post("/fhir/R4/Patient").basic(DESK, DESK_SECRET).json(&patient);
        if extended { request.header("X-Medplum", "extended") } else { request }
    };
    let short = post(false).send().await;
    assert_eq!((short.status, &short.json()["meta"]["project"]), (201, &Value::Null), "Basic auth project");
    let extended = post(true).send().await;
    let title = "Basic auth project with extended mode";
    assert_eq!((extended.status, &extended.json()["meta"]["project"]), (201, &json!(PROJECT)), "{title}");

    let bare = json!({ "resourceType": "ClientApplication", "name": "Bare", "clientType": "medplum",
                       "secret": "a-secret-of-its-own" });
    let bare = admin(&server, "POST", "ClientApplication").json(&bare).send().await.str("id");
    let ask = || server.get("/fhir/R4/Patient").basic(&bare, "a-secret-of-its-own");
    assert_eq!(ask().send().await.status, 401, "Basic auth without project membership");
    let body = json!({ "name": "Soon gone", "secret": "another-secret" });
    let path = format!("/admin/projects/{PROJECT}/client");
    let made = server.post(&path).basic(DESK, DESK_SECRET).json(&body).send().await.str("id");
    let ask = || server.get("/fhir/R4/Patient").basic(&made, "another-secret");
    assert_eq!(ask().send().await.status, 200);
    let found =
        admin(&server, "GET", &format!("ProjectMembership?profile=ClientApplication/{made}")).send().await;
    let mut memberships = ids(&found);
    if memberships.is_empty() {
        let all = admin(&server, "GET", "ProjectMembership?_count=100").send().await.json();
        let own = all["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["resource"])
            .find(|resource| resource["profile"]["reference"] == format!("ClientApplication/{made}"));
        memberships = vec![own.expect("its membership")["id"].as_str().unwrap().to_owned()];
    }
    let inactive = json!([{ "op": "add", "path": "/active", "value": false }]);
    let path = format!("ProjectMembership/{}", memberships[0]);
    let patched = admin(&server, "PATCH", &path).json(&inactive).send().await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(ask().send().await.status, 401, "Basic auth with inactive project membership");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_ended_and_a_member_who_left_get_nothing() {
    let server = TestServer::start().await;
    let token = pats_token(&server, "openid").await;
    let ask = || server.get("/fhir/R4/Patient").bearer(&token);
    assert_eq!(ask().send().await.status, 200);
    let inactive = json!([{ "op": "replace", "path": "/active", "value": false }]);
    let patched =
        admin(&server, "PATCH", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).json(&inactive).send().await;
    assert_eq!((patched.status, patched.json()["active"].as_bool()), (200, Some(false)), "{patched:?}");
    assert_eq!(ask().send().await.status, 401, "inactive");
    let back = json!([{ "op": "replace", "path": "/active", "value": true }]);
    admin(&server, "PATCH", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).json(&back).send().await;
    assert_eq!(ask().send().await.status, 200);
    let gone = admin(&server, "DELETE", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).send().await;
    assert_eq!(gone.outcome().1, "All OK");
    assert_eq!(ask().send().await.status, 401, "deleted");
    let read = admin(&server, "GET", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).send().await;
    assert_eq!((read.status, read.json()["id"].as_str()), (410, Some("gone")));
    assert_eq!(
        admin(&server, "GET", &format!("Patient/{PAT}")).send().await.status,
        200,
        "the profile stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn other_types_and_operations_say_that_this_is_the_auth_slice() {
    let server = TestServer::start().await;
    for (method, path) in [
        ("GET", "Observation"),
        ("GET", "Observation/1"),
        ("GET", "patient"),
        ("GET", "metadata"),
        ("GET", "User"),
        ("DELETE", "Observation/1"),
        ("GET", "Patient/0a000000-0000-4000-8000-000000000001/_history"),
        ("GET", "Patient/0a000000-0000-4000-8000-000000000001/$everything"),
        ("POST", "Patient/x"),
    ] {
        let reply = admin(&server, method, path).send().await;
        assert_eq!(reply.status, 404, "{method} {path}: {reply:?}");
        assert!(reply.outcome().1.contains("auth slice"), "{method} {path}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/fhir+json; charset=utf-8"));
    }
    let stranger = server.get("/fhir/R4/Observation").send().await;
    assert_eq!(stranger.status, 401, "a stranger does not even learn that");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn every_type_is_read_and_searched_in_the_own_project_only() {
    let server = TestServer::start().await;
    for name in TYPES {
        let reply = admin(&server, "GET", &format!("{name}?_count=1000&_total=accurate")).send().await;
        assert_eq!(reply.status, 200, "{name}: {reply:?}");
        let found = ids(&reply);
        assert!(!found.is_empty() || ["RelatedPerson", "SmartAppLaunch"].contains(&name), "{name} has some");
        assert_eq!(reply.json()["total"], found.len(), "{name}");
        for id in &found {
            let read = admin(&server, "GET", &format!("{name}/{id}")).send().await;
            assert_eq!((read.status, read.str("resourceType").as_str()), (200, name), "{read:?}");
            assert_eq!(read.json()["meta"]["versionId"], version(&read), "{name}");
            assert_eq!(read.json()["meta"]["project"], Value::Null, "meta is short");
            let text = read.text();
            for secret in ["\"secret\"", "retiringSecret\"", "clientSecret", "password", "argon2"] {
                assert!(!text.contains(secret), "{name} shows {secret}");
            }
        }
        for foreign in [STRANGER, STRANGER_MEMBERSHIP, FOREIGN, OTHER_PROJECT] {
            assert!(!found.contains(&foreign.to_owned()), "{name} lists {foreign}");
            let read = admin(&server, "GET", &format!("{name}/{foreign}")).send().await;
            assert_eq!(read.outcome(), (404, "Not found".into(), None), "{name}/{foreign}");
        }
        let extended =
            admin(&server, "GET", &format!("{name}?_count=1")).header("X-Medplum", "extended").send().await;
        if let Some(entry) = extended.json()["entry"].get(0) {
            assert_eq!(entry["resource"]["meta"]["project"], PROJECT, "{name}");
        }
    }
    for id in ["x", "0a000000-0000-4000-8000-999999999999", "%00", "..", "0A000000"] {
        assert_eq!(admin(&server, "GET", &format!("Patient/{id}")).send().await.status, 404, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_find_by_id_name_and_identifier_and_page() {
    let server = TestServer::start().await;
    let made = json!({ "resourceType": "Patient", "name": [{ "given": ["Zoë"], "family": "Ångström" }],
                       "identifier": [{ "system": "urn:mrn", "value": "42" }] });
    let reply = admin(&server, "POST", "Patient").json(&made).send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let zoe = reply.str("id");
    for (query, expected) in [
        (format!("_id={PAT}"), vec![PAT.to_owned()]),
        (format!("_id={PAT},{zoe},x"), vec![PAT.to_owned(), zoe.clone()]),
        ("name=ANGSTROM".into(), vec![zoe.clone()]),
        ("name=zo".into(), vec![zoe.clone()]),
        ("name=pat".into(), vec![PAT.to_owned()]),
        ("name=mar".into(), vec![PAT.to_owned()]),
        ("name=pat&name=doe".into(), vec![PAT.to_owned()]),
        ("name=pat&identifier=42".into(), vec![]),
        ("identifier=urn:mrn|42".into(), vec![zoe.clone()]),
        ("identifier=urn%3Amrn%7C42".into(), vec![zoe.clone()]),
        ("identifier=urn:other|42".into(), vec![]),
    ] {
        let reply = admin(&server, "GET", &format!("Patient?{query}")).send().await;
        let mut found = ids(&reply);
        found.sort();
        let mut expected = expected;
        expected.sort();
        assert_eq!(found, expected, "{query}");
        let post =
            admin(&server, "POST", "Patient/_search").header("Content-Type", anteroom_testkit::client::FORM);
        assert_eq!(ids(&post.body(&query).send().await).len(), expected.len(), "by POST: {query}");
    }
    let mut all = Vec::new();
    let mut target = "Patient?_count=2".to_owned();
    for _ in 0..9 {
        let page = admin(&server, "GET", &target).send().await;
        all.extend(ids(&page));
        let links = page.json()["link"].as_array().cloned().unwrap();
        let Some(next) = links.iter().find(|link| link["relation"] == "next") else { break };
        let base = format!("{}fhir/R4/", server.base());
        target = next["url"].as_str().unwrap().strip_prefix(&base).expect("below the base").to_owned();
    }
    let whole = ids(&admin(&server, "GET", "Patient?_count=1000").send().await);
    assert_eq!(all, whole, "the pages are the whole, each once, in order");
    assert!(whole.len() > 3);
    for (query, text) in [
        ("nothing=1", "Unknown search parameter: nothing."),
        ("name:contains=x", "Unknown search parameter: name:contains."),
        ("_count=1001", "_count must be"),
        ("_count=-1", "_count must be"),
        ("_offset=x", "_offset must be"),
        ("_sort=name", "Unknown search parameter: _sort."),
    ] {
        let (status, said, _) = admin(&server, "GET", &format!("Patient?{query}")).send().await.outcome();
        assert!(status == 400 && said.starts_with(text), "{query}: {status} {said}");
    }
    let membership = admin(&server, "GET", &format!("ProjectMembership?profile=Patient/{PAT}")).send().await;
    assert_eq!(ids(&membership), [PAT_MEMBERSHIP]);
}

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
