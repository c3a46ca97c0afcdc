//! FHIR, the auth slice: who may do what, by access policy, scope, admin right and on-behalf-of.

use anteroom_engine::id::Id;
use anteroom_engine::store::EventFilter;
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    ADA, DESK, DESK_SECRET, GONE, PAT, PAT_MEMBERSHIP, PORTAL, PORTAL_SECRET, PROJECT, STRANGER,
};
use anteroom_testkit::client::Request;
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::fhir::{admin, ids, pats_token, with_policy};

const ON_BEHALF_OF: &str = "X-Medplum-On-Behalf-Of";

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_admin_gives_nobody_rights() {
    let server = with_policy(json!([{ "resourceType": "*" }])).await;
    let token = pats_token(&server, "openid").await;
    let callers: [fn(Request, &str) -> Request; 2] =
        [|request, token| request.bearer(token), |request, _| request.basic(PORTAL, PORTAL_SECRET)];
    for caller in callers {
        let ask =
            |method: &str, path: &str| caller(server.request(method, &format!("/fhir/R4/{path}")), &token);
        for name in ["Project", "ProjectMembership"] {
            assert_eq!(ask("GET", name).send().await.status, 403, "{name}");
        }
        assert_eq!(ask("GET", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).send().await.status, 403);
        for name in ["ClientApplication", "AccessPolicy", "ProjectMembership", "Project"] {
            let body = json!({ "resourceType": name, "name": "Mine", "admin": true });
            assert_eq!(ask("POST", name).json(&body).send().await.status, 403, "{name}");
        }
        let patch = json!([{ "op": "add", "path": "/secret", "value": "mine" }]);
        assert_eq!(ask("PATCH", &format!("ClientApplication/{DESK}")).json(&patch).send().await.status, 403);
        assert_eq!(ask("DELETE", &format!("ClientApplication/{DESK}")).send().await.status, 403);
        let read = ask("GET", &format!("ClientApplication/{DESK}")).send().await;
        assert!(read.status == 200 && !read.text().contains("ecret\""), "{read:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_policy_limits_reading_searching_and_writing() {
    let server = with_policy(json!([
        { "resourceType": "Patient", "criteria": "Patient?_compartment=%patient",
          "hiddenFields": ["address"], "readonlyFields": ["birthDate"] },
        { "resourceType": "Practitioner", "readonly": true, "hiddenFields": ["name.family"] },
    ]))
    .await;
    let token = pats_token(&server, "openid").await;
    let ask = |method: &str, path: &str| server.request(method, &format!("/fhir/R4/{path}")).bearer(&token);
    let own = ask("GET", &format!("Patient/{PAT}")).send().await;
    assert_eq!((own.status, &own.json()["address"]), (200, &Value::Null), "{own:?}");
    assert_eq!(own.json()["birthDate"], "1980-12-31");
    assert_eq!(ask("GET", &format!("Patient/{GONE}")).send().await.status, 404, "not Pat's own");
    assert_eq!(ids(&ask("GET", "Patient").send().await), [PAT]);
    assert_eq!(ids(&ask("GET", "Patient?name=gil").send().await).len(), 0);
    assert_eq!(ask("GET", "RelatedPerson").send().await.status, 403, "not named");
    assert_eq!(ask("GET", "ClientApplication").send().await.status, 403, "not named");

    let ada = ask("GET", &format!("Practitioner/{ADA}")).send().await;
    assert_eq!(ada.json()["name"], json!([{ "given": ["Ada"] }]));
    assert_eq!(ids(&ask("GET", "Practitioner?name=byron").send().await).len(), 0, "found by what is hidden");
    assert_eq!(ids(&ask("GET", "Practitioner?name=ada").send().await), [ADA]);
    let put = ask("PUT", &format!("Practitioner/{ADA}")).json(&ada.json()).send().await;
    assert_eq!(put.outcome(), (403, "Forbidden".into(), None));

    let mut sent = own.json();
    sent["birthDate"] = json!("1999-01-01");
    sent["address"] = json!([{ "city": "Elsewhere" }]);
    sent["gender"] = json!("unknown");
    let put = ask("PUT", &format!("Patient/{PAT}")).json(&sent).send().await;
    assert_eq!((put.status, put.json()["gender"].as_str()), (200, Some("unknown")), "{put:?}");
    let stored = admin(&server, "GET", &format!("Patient/{PAT}")).send().await.json();
    assert_eq!(stored["birthDate"], "1980-12-31", "read only");
    assert_eq!(stored["address"][0]["city"], "Riverside", "hidden, and so kept");
    let probe = json!([{ "op": "test", "path": "/address/0/city", "value": "Riverside" }]);
    assert_eq!(
        ask("PATCH", &format!("Patient/{PAT}")).json(&probe).send().await.status,
        400,
        "a test of what is hidden"
    );
    let new = json!({ "resourceType": "Patient", "name": [{ "family": "New" }] });
    assert_eq!(ask("POST", "Patient").json(&new).send().await.status, 403, "a new patient is not Pat's own");
}

/// Without a policy, Pat's session, made by a magic link, reads Pat and nobody else, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_policy_a_patient_reads_their_own_record_and_nothing_else() {
    let server = TestServer::start().await;
    let token = pats_token(&server, "openid").await;
    let ask = |method: &str, path: &str| server.request(method, &format!("/fhir/R4/{path}")).bearer(&token);
    assert_eq!(ask("GET", &format!("Patient/{PAT}")).send().await.json()["birthDate"], "1980-12-31");
    assert_eq!(ids(&ask("GET", "Patient").send().await), [PAT]);
    assert_eq!(ids(&ask("GET", "Patient?name=gil").send().await).len(), 0);
    let own = ask("GET", &format!("Patient/{PAT}")).send().await.json();
    let patch = json!([{ "op": "replace", "path": "/gender", "value": "male" }]);
    for (title, request, status) in [
        ("somebody else's", ask("GET", &format!("Patient/{GONE}")), 404),
        ("staff", ask("GET", &format!("Practitioner/{ADA}")), 403),
        ("all staff", ask("GET", "Practitioner"), 403),
        ("who acts for whom", ask("GET", "RelatedPerson"), 403),
        ("clients", ask("GET", "ClientApplication"), 403),
        ("a client", ask("GET", &format!("ClientApplication/{DESK}")), 403),
        ("policies", ask("GET", "AccessPolicy"), 403),
        ("a change", ask("PUT", &format!("Patient/{PAT}")).json(&own), 403),
        ("a patch", ask("PATCH", &format!("Patient/{PAT}")).json(&patch), 403),
        ("somebody else's patch", ask("PATCH", &format!("Patient/{GONE}")).json(&patch), 404),
        ("an end", ask("DELETE", &format!("Patient/{PAT}")), 403),
        ("a new one", ask("POST", "Patient").json(&json!({ "resourceType": "Patient" })), 403),
    ] {
        assert_eq!(request.send().await.status, status, "{title}");
    }
    let for_pat = admin(&server, "GET", &format!("Practitioner/{ADA}"));
    let for_pat = for_pat.header(ON_BEHALF_OF, format!("Patient/{PAT}")).send().await;
    assert_eq!(for_pat.status, 403, "nobody has more on Pat's behalf: {for_pat:?}");
}

/// In a project that asks for Medplum's answers, a member without a policy has what Medplum gives.
#[tokio::test(flavor = "multi_thread")]
async fn in_the_medplum_dialect_no_policy_is_no_limit() {
    let server = TestServer::over(Clinic::medplum()).await;
    let token = pats_token(&server, "openid").await;
    let ask = |method: &str, path: &str| server.request(method, &format!("/fhir/R4/{path}")).bearer(&token);
    assert_eq!(ask("GET", &format!("Patient/{GONE}")).send().await.status, 200);
    let patch = json!([{ "op": "replace", "path": "/gender", "value": "male" }]);
    assert_eq!(ask("PATCH", &format!("Patient/{PAT}")).json(&patch).send().await.status, 200);
    assert_eq!(ask("GET", "Project").send().await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn sm_07_the_scope_of_the_token_narrows() {
    let server = with_policy(json!([{ "resourceType": "*" }])).await;
    for (scope, method, path, status) in [
        ("openid", "GET", format!("Patient/{GONE}"), 200),
        ("patient/*.rs", "GET", format!("Patient/{PAT}"), 200),
        ("patient/*.rs", "GET", format!("Patient/{GONE}"), 404),
        ("patient/Patient.r", "GET", "Patient".into(), 403),
        ("user/Practitioner.rs", "GET", format!("Patient/{PAT}"), 403),
        ("user/*.rs", "DELETE", format!("Patient/{GONE}"), 403),
        ("user/*.cruds", "GET", "Project".into(), 403),
        ("user/Patient.sdurc", "GET", format!("Patient/{PAT}"), 403),
    ] {
        let token = pats_token(&server, scope).await;
        let reply = server.request(method, &format!("/fhir/R4/{path}")).bearer(&token).send().await;
        assert_eq!(reply.status, status, "{scope} {method} {path}: {reply:?}");
    }
    let token = pats_token(&server, "patient/Patient.rs").await;
    assert_eq!(ids(&server.get("/fhir/R4/Patient").bearer(&token).send().await), [PAT]);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn on_behalf_of_somebody_their_rights_count() {
    let server =
        with_policy(json!([{ "resourceType": "Patient", "criteria": "Patient?_id=%patient.id" }])).await;
    for target in [format!("Patient/{PAT}"), format!("ProjectMembership/{PAT_MEMBERSHIP}")] {
        let ask = |path: &str| admin(&server, "GET", path).header(ON_BEHALF_OF, &target);
        assert_eq!(ids(&ask("Patient").send().await), [PAT]);
        assert_eq!(ask("ProjectMembership").send().await.status, 403, "Pat is no admin");
    }
    let me = server.get("/auth/me").basic(DESK, DESK_SECRET);
    let me = me.header(ON_BEHALF_OF, format!("Patient/{PAT}")).send().await.json();
    assert_eq!(me["accessPolicy"]["basedOn"][0]["display"], "Own", "Pat's policy");
    assert_eq!(me["profile"]["id"], DESK, "and the desk's own profile: {me}");
    let patch = json!([{ "op": "replace", "path": "/gender", "value": "male" }]);
    let write =
        admin(&server, "PATCH", &format!("Patient/{PAT}")).header(ON_BEHALF_OF, format!("Patient/{PAT}"));
    assert_eq!(write.json(&patch).send().await.status, 200);
    let events = server.engine.read(|tx, _| {
        let filter = EventFilter::default();
        Ok(tx.list_events(Id::parse(PROJECT).unwrap(), &filter, 1)?)
    });
    let newest = events.unwrap().remove(0).event.event;
    assert_eq!(newest.body.on_behalf_of, Id::parse(PAT_MEMBERSHIP), "both are in the log");
    assert!(newest.actor.is_some() && newest.actor != newest.body.on_behalf_of);

    let token = pats_token(&server, "openid").await;
    for (title, request) in [
        (
            "no admin",
            server.get("/fhir/R4/Patient").bearer(&token).header(ON_BEHALF_OF, format!("Practitioner/{ADA}")),
        ),
        (
            "nobody",
            admin(&server, "GET", "Patient")
                .header(ON_BEHALF_OF, "Patient/0a000000-0000-4000-8000-999999999999"),
        ),
        (
            "another project",
            admin(&server, "GET", "Patient").header(ON_BEHALF_OF, format!("Patient/{STRANGER}")),
        ),
        ("not active", admin(&server, "GET", "Patient").header(ON_BEHALF_OF, format!("Patient/{GONE}"))),
        ("garbage", admin(&server, "GET", "Patient").header(ON_BEHALF_OF, b"\xff")),
        (
            "a path",
            admin(&server, "GET", "Patient").header(ON_BEHALF_OF, format!("Patient/../Patient/{PAT}")),
        ),
    ] {
        let reply = request.send().await;
        assert_eq!(reply.outcome(), (400, "Authentication error".into(), None), "{title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_checked_renamed_and_not_taken_from_those_who_have_them() {
    let server = with_policy(json!([{ "resourceType": "Patient" }])).await;
    let found = admin(&server, "GET", "AccessPolicy?name=own").send().await;
    let [id] = ids(&found).try_into().expect("one policy");
    let path = format!("AccessPolicy/{id}");
    let policy = admin(&server, "GET", &path).send().await.json();
    assert_eq!(policy["resource"], json!([{ "resourceType": "Patient" }]));
    for (title, member, value) in [
        ("no list", "resource", json!({})),
        ("no type", "resource", json!([{}])),
        ("no known interaction", "resource", json!([{ "resourceType": "Patient", "interaction": ["look"] }])),
        (
            "criteria of another type",
            "resource",
            json!([{ "resourceType": "Patient", "criteria": "Device?_id=1" }]),
        ),
        (
            "criteria nobody evaluates",
            "resource",
            json!([{ "resourceType": "Patient", "criteria": "Patient?_has=1" }]),
        ),
        (
            "what is no variable",
            "resource",
            json!([{ "resourceType": "Patient", "criteria": "Patient?_id=%-team" }]),
        ),
        (
            "a constraint",
            "resource",
            json!([{ "resourceType": "Patient", "writeConstraint": [{ "expression": "true" }] }]),
        ),
        ("an empty address", "ipAccessRule", json!([{ "value": "", "action": "block" }])),
        ("no known action", "ipAccessRule", json!([{ "value": "*", "action": "maybe" }])),
        ("no name", "name", json!("")),
        ("a name that is taken", "name", json!("From outside")),
    ] {
        let mut wrong = policy.clone();
        wrong[member] = value;
        let reply = admin(&server, "PUT", &path).json(&wrong).send().await;
        assert!(matches!(reply.status, 400 | 409), "{title}: {reply:?}");
    }
    let mut renamed = policy.clone();
    renamed["name"] = json!("Renamed");
    renamed["odd"] = json!({ "kept": true });
    let put = admin(&server, "PUT", &path).json(&renamed).send().await;
    assert_eq!((put.status, &put.json()["odd"]), (200, &json!({ "kept": true })), "{put:?}");
    let in_use = admin(&server, "DELETE", &path).send().await;
    let (status, text, _) = in_use.outcome();
    assert!(status == 409 && text.contains("Pat"), "{status} {text}");
    let made = json!({ "resourceType": "AccessPolicy", "name": "Nobody's", "resource": [] });
    let made = admin(&server, "POST", "AccessPolicy").json(&made).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("AccessPolicy/{}", made.str("id"));
    assert_eq!(admin(&server, "DELETE", &path).send().await.status, 200);
    assert_eq!(admin(&server, "GET", &path).send().await.status, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_can_have_several_policies() {
    let policy = |name: &str, resource: Value, rules: Value| json!({ "resourceType": "AccessPolicy", "name": name, "resource": resource, "ipAccessRule": rules });
    let server = TestServer::start().await;
    let made = async |body: Value| {
        let reply = admin(&server, "POST", "AccessPolicy").json(&body).send().await;
        assert_eq!(reply.status, 201, "{reply:?}");
        json!({ "reference": format!("AccessPolicy/{}", reply.str("id")) })
    };
    let own = json!([{ "resourceType": "Patient", "criteria": "Patient?_id=%patient.id", "readonly": true }]);
    let own = made(policy("Own record", own, json!([]))).await;
    let one = json!([{ "resourceType": "Practitioner", "criteria": "Practitioner?_id=%doctor.id", "readonly": true }]);
    let one = made(policy("One doctor", one, json!([]))).await;
    let keep_out = made(policy("Away", json!([]), json!([{ "value": "127.", "action": "block" }]))).await;

    let path = format!("ProjectMembership/{PAT_MEMBERSHIP}");
    let put = async |access: Value| {
        let mut membership = admin(&server, "GET", &path).send().await.json();
        membership["access"] = access;
        let reply = admin(&server, "PUT", &path).json(&membership).send().await;
        (reply.status, reply)
    };
    let reference =
        |name: &str, reference: &str| json!({ "name": name, "valueReference": { "reference": reference } });
    let ada = format!("Practitioner/{ADA}");
    for (title, wrong) in [
        ("no list", json!({ "policy": own })),
        ("no policy", json!([{ "parameter": [] }])),
        ("unknown", json!([{ "policy": { "reference": format!("AccessPolicy/{PAT}") } }])),
        ("no reference", json!([{ "policy": "Own record" }])),
        ("no name", json!([{ "policy": own, "parameter": [{ "valueString": "x" }] }])),
        ("an odd name", json!([{ "policy": own, "parameter": [{ "name": "a b", "valueString": "x" }] }])),
        ("no value", json!([{ "policy": own, "parameter": [{ "name": "a" }] }])),
        (
            "twice",
            json!([{ "policy": one, "parameter": [reference("doctor", &ada), reference("doctor", &ada)] }]),
        ),
    ] {
        assert_eq!(put(wrong).await.0, 400, "{title}");
    }

    let token = pats_token(&server, "openid").await;
    let ask = |path: &str| server.get(&format!("/fhir/R4/{path}")).bearer(&token).send();
    let both = json!([{ "policy": own }, { "policy": one, "parameter": [reference("doctor", &ada)] }]);
    let (status, shown) = put(both).await;
    assert_eq!((status, &shown.json()["access"][1]["policy"]["display"]), (200, &json!("One doctor")));
    assert_eq!(shown.json()["access"][1]["parameter"], json!([reference("doctor", &ada)]));
    assert_eq!(ask(&format!("Patient/{PAT}")).await.status, 200, "by the first");
    assert_eq!(ask(&format!("Patient/{GONE}")).await.status, 404);
    assert_eq!(ask(&ada).await.status, 200, "by the second");
    let me = server.get("/auth/me").bearer(&token).send().await.json();
    assert_eq!(me["accessPolicy"]["basedOn"].as_array().unwrap().len(), 2);
    assert_eq!(me["accessPolicy"]["resource"].as_array().unwrap().len(), 2);

    let (status, _) = put(json!([{ "policy": own }, { "policy": one }])).await;
    assert_eq!(status, 200);
    assert_eq!(ask(&ada).await.status, 404, "the variable stands for nothing");
    let text = |value: &str| json!([{ "name": "tag", "valueString": value }]);
    for (criteria, parameter, title) in [
        ("Patient?_tag:not=%dept", json!([]), "unset, and its name begins like an escaped byte"),
        ("Patient?_tag:not=%tag", json!([]), "unset"),
        ("Patient?family=%tag", text("Doe,Moreau"), "a comma is part of the value"),
        ("Patient?family=%tag", text("Doe\\"), "a backslash, too"),
        ("Patient?_id=%tag", text(&format!("{PAT}&gender=x")), "and what separates parameters"),
    ] {
        let entry = json!([{ "resourceType": "Patient", "criteria": criteria, "readonly": true }]);
        let odd = made(policy(title, entry, json!([]))).await;
        assert_eq!(put(json!([{ "policy": odd, "parameter": parameter }])).await.0, 200, "{title}");
        assert_ne!(ask(&format!("Patient/{PAT}")).await.status, 200, "{title}");
    }
    let entry = json!([{ "resourceType": "Patient", "criteria": "Patient?_id=%tag", "readonly": true }]);
    let plain = made(policy("One value", entry, json!([]))).await;
    assert_eq!(put(json!([{ "policy": plain, "parameter": text(PAT) }])).await.0, 200);
    assert_eq!(ask(&format!("Patient/{PAT}")).await.status, 200, "the same with a value that fits");

    let (status, _) = put(json!([{ "policy": own }, { "policy": one }])).await;
    assert_eq!(status, 200);
    let delete = one["reference"].as_str().unwrap();
    assert_eq!(admin(&server, "DELETE", delete).send().await.status, 409, "Pat has it");
    let (status, _) = put(json!([{ "policy": own }, { "policy": keep_out }])).await;
    assert_eq!(status, 200);
    assert_eq!(ask(&format!("Patient/{PAT}")).await.status, 401, "an address rule of any of them");
    let (status, shown) = put(json!([])).await;
    assert_eq!((status, &shown.json()["access"]), (200, &Value::Null));
    assert_eq!(ask(&ada).await.status, 403, "without a policy a patient has its own record");
}
