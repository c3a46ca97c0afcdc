//! `/admin/projects/…`: rows of Medplum's `admin/client.test`, `admin/project.test` and `admin/invite.test`.

use anteroom_testkit::builders::{
    DESK, DESK_SECRET, FOREIGN, FOREIGN_SECRET, OTHER_PROJECT, PAT_MEMBERSHIP, PORTAL, PORTAL_SECRET,
    PROJECT, STRANGER_MEMBERSHIP,
};
use anteroom_testkit::client::{Reply, Request};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::steps::client_credentials;

fn admin(server: &TestServer, method: &str, path: &str) -> Request {
    server.request(method, &format!("/admin/projects/{path}")).basic(DESK, DESK_SECRET)
}

async fn invite(server: &TestServer, more: Value) -> Reply {
    let mut body = json!({ "resourceType": "Practitioner", "firstName": "Bob", "lastName": "Jones",
                           "email": "bob@example.com" });
    for (member, value) in more.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    admin(server, "POST", &format!("{PROJECT}/invite")).json(&body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn create_new_client() {
    let server = TestServer::start().await;
    let body = json!({ "name": "Alice personal client", "description": "Alice client description" });
    let created = admin(&server, "POST", &format!("{PROJECT}/client")).json(&body).send().await;
    assert_eq!(
        (created.status, created.str("resourceType").as_str()),
        (201, "ClientApplication"),
        "{created:?}"
    );
    assert_eq!(created.json()["clientType"], "medplum");
    let (id, secret) = (created.str("id"), created.str("secret"));
    assert_eq!(secret.len(), 64);
    assert_eq!(client_credentials(&server, &id, &secret).await.status, 200);
    let read = server.get(&format!("/fhir/R4/ClientApplication/{id}")).basic(DESK, DESK_SECRET).send().await;
    assert_eq!((read.status, read.str("id")), (200, id.clone()));
    assert!(!read.text().contains(&secret) && read.json()["secret"].is_null(), "shown once");
    let nameless =
        admin(&server, "POST", &format!("{PROJECT}/client")).json(&json!({ "name": "" })).send().await;
    assert_eq!(nameless.outcome(), (400, "Client name is required".into(), Some("name".into())));
    let chosen = json!({ "name": "Chosen", "secret": "chosen-by-the-caller" });
    let chosen = admin(&server, "POST", &format!("{PROJECT}/client")).json(&chosen).send().await;
    assert_eq!(chosen.str("secret"), "chosen-by-the-caller");
    let elsewhere = admin(&server, "POST", &format!("{OTHER_PROJECT}/client")).json(&body).send().await;
    assert_eq!(elsewhere.status, 201, "the id in the path is not looked at");
    let theirs = server.get(&format!("/fhir/R4/ClientApplication/{}", elsewhere.str("id")));
    assert_eq!(
        theirs.basic(FOREIGN, FOREIGN_SECRET).send().await.status,
        404,
        "it is the caller's own project"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn get_project_and_promote_admin() {
    let server = TestServer::start().await;
    let project = admin(&server, "GET", PROJECT).send().await;
    assert_eq!(project.json(), json!({ "project": { "id": PROJECT, "name": "Riverside Clinic" } }));
    let bob = invite(&server, json!({})).await;
    assert_eq!((bob.status, bob.str("resourceType").as_str()), (200, "ProjectMembership"), "{bob:?}");
    let path = format!("{PROJECT}/members/{}", bob.str("id"));
    let member = admin(&server, "GET", &path).send().await.json();
    assert_eq!(member["user"]["display"], "bob@example.com");
    for (title, wrong) in [
        ("another type", json!({ "resourceType": "Patient", "id": member["id"] })),
        ("another id", json!({ "resourceType": "ProjectMembership", "id": PAT_MEMBERSHIP })),
    ] {
        assert_eq!(admin(&server, "POST", &path).json(&wrong).send().await.status, 403, "{title}");
    }
    let mut promoted = member.clone();
    promoted["admin"] = json!(true);
    let promoted = admin(&server, "POST", &path).json(&promoted).send().await;
    assert_eq!((promoted.status, promoted.json()["admin"].as_bool()), (200, Some(true)), "{promoted:?}");
    assert_eq!(admin(&server, "GET", &path).send().await.json()["admin"], true);
    let mut moved = member;
    moved["profile"] = json!({ "reference": format!("Patient/{}", anteroom_testkit::builders::PAT) });
    assert_eq!(admin(&server, "POST", &path).json(&moved).send().await.status, 400, "another profile");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn get_project_access_denied() {
    let server = TestServer::start().await;
    let member = format!("{PROJECT}/members/{PAT_MEMBERSHIP}");
    let routes = [
        ("GET", PROJECT.to_owned()),
        ("POST", format!("{PROJECT}/client")),
        ("POST", format!("{PROJECT}/invite")),
        ("GET", member.clone()),
        ("POST", member.clone()),
        ("DELETE", member.clone()),
        ("POST", format!("{member}/mfa/reset")),
        ("POST", "setpassword".into()),
    ];
    for (method, path) in &routes {
        let body = json!({ "name": "x", "email": "carol@example.com", "password": "password123" });
        let ask = || server.request(method, &format!("/admin/projects/{path}")).json(&body);
        assert_eq!(ask().basic(PORTAL, PORTAL_SECRET).send().await.status, 403, "{method} {path}: no admin");
        assert_eq!(ask().send().await.status, 401, "{method} {path}: nobody");
        let other = ask().basic(FOREIGN, FOREIGN_SECRET).send().await;
        if path.starts_with(&member) {
            assert_eq!(other.status, 404, "{method} {path}: another project");
        }
    }
    let foreign = admin(&server, "GET", &format!("{PROJECT}/members/{STRANGER_MEMBERSHIP}")).send().await;
    assert_eq!(foreign.outcome(), (404, "Not found".into(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_membership_also_deletes_the_user_but_never_the_owner() {
    let server = TestServer::start().await;
    let bob = invite(&server, json!({ "externalId": "idp|bob" })).await;
    let path = format!("{PROJECT}/members/{}", bob.str("id"));
    assert_eq!(admin(&server, "DELETE", &path).send().await.outcome(), (200, "All OK".into(), None));
    assert_eq!(admin(&server, "DELETE", &path).send().await.outcome(), (404, "Not found".into(), None));
    let again = invite(&server, json!({ "externalId": "idp|bob" })).await;
    assert_eq!(again.status, 200, "the account and the external id are free again: {again:?}");
    let ada =
        server.get("/fhir/R4/ProjectMembership?_count=100").basic(DESK, DESK_SECRET).send().await.json();
    let ada = ada["entry"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["resource"]["profile"]["display"] == "Ada Byron");
    let ada = ada.expect("Ada is a member")["resource"].clone();
    let path = format!("{PROJECT}/members/{}", ada["id"].as_str().unwrap());
    let owner = admin(&server, "DELETE", &path).send().await;
    assert_eq!(owner.outcome().1, "Cannot delete the owner of the project");
    let mut demoted = ada;
    demoted.as_object_mut().unwrap().remove("admin");
    assert_eq!(
        admin(&server, "POST", &path).json(&demoted).send().await.status,
        400,
        "nor take the right away"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn input_validation_of_invitations() {
    let server = TestServer::start().await;
    for (more, text) in [
        (json!({ "resourceType": "" }), "Resource type is required"),
        (json!({ "resourceType": "ClientApplication" }), "Resource type is required"),
        (json!({ "firstName": "" }), "First name is required"),
        (json!({ "lastName": "" }), "Last name is required"),
        (json!({ "email": "" }), "Either email or externalId is required"),
        (json!({ "password": "short" }), "Invalid password, must be at least 8 characters"),
        (
            json!({ "accessPolicy": { "reference": "AccessPolicy/0a000000-0000-4000-8000-999999999999" } }),
            "Access policy AccessPolicy/0a000000-0000-4000-8000-999999999999 does not exist",
        ),
        (
            json!({ "access": [{ "policy": { "reference": "AccessPolicy/0a000000-0000-4000-8000-999999999999" } }] }),
            "Access policy AccessPolicy/0a000000-0000-4000-8000-999999999999 does not exist",
        ),
        (
            json!({ "membership": { "accessPolicy": { "reference": "AccessPolicy/x" } } }),
            "Access policy AccessPolicy/x does not exist",
        ),
    ] {
        let (status, said, _) = invite(&server, more.clone()).await.outcome();
        assert_eq!((status, said.as_str()), (400, text), "{more}");
    }
    let users = server.engine.read(|tx, _| {
        Ok(tx.user_by_email(anteroom_engine::id::Id::parse(PROJECT).unwrap(), "bob@example.com")?)
    });
    assert!(users.unwrap().is_none(), "nobody was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn invited_people_by_email_and_by_external_id() {
    let server = TestServer::start().await;
    let bob = invite(&server, json!({ "email": "Bob@Example.COM", "admin": false })).await;
    assert_eq!(bob.json()["user"]["display"], "bob@example.com", "lower case");
    assert_eq!(bob.json()["admin"], false);
    assert!(bob.json()["invitedBy"]["reference"].as_str().unwrap().starts_with("ClientApplication/"));
    let patient =
        json!({ "resourceType": "Patient", "email": null, "externalId": "idp|carol", "admin": true });
    let carol = invite(&server, patient.clone()).await;
    assert!(carol.json()["profile"]["reference"].as_str().unwrap().starts_with("Patient/"), "{carol:?}");
    assert_eq!(carol.json()["admin"], true);
    let twice = invite(&server, patient).await;
    assert!(twice.status == 409 && twice.outcome().1.contains("already exists"), "{twice:?}");
    let plain = invite(&server, json!({ "email": "dan@example.com" })).await;
    assert_eq!(plain.json()["admin"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_user_with_existing_membership() {
    let server = TestServer::start().await;
    let bob = invite(&server, json!({})).await;
    let again = invite(&server, json!({})).await;
    assert_eq!(again.outcome(), (409, "User is already a member of this project".into(), None));
    let upserted = invite(&server, json!({ "upsert": true, "admin": true })).await;
    assert_eq!((upserted.status, upserted.str("id")), (200, bob.str("id")));
    assert_eq!(upserted.json()["admin"], true);
    let profile = json!({ "upsert": true,
        "membership": { "profile": { "reference": format!("Practitioner/{}", anteroom_testkit::builders::ADA) } } });
    let other = invite(&server, profile).await;
    assert_eq!(other.outcome().1, "User is already a member of this project with a different profile");
    let forced = invite(&server, json!({ "forceNewMembership": true })).await;
    assert_eq!(forced.status, 200, "{forced:?}");
    assert_ne!(forced.str("id"), bob.str("id"));
    assert_eq!(forced.json()["user"]["reference"], bob.json()["user"]["reference"], "of the same account");
}

#[tokio::test(flavor = "multi_thread")]
async fn set_password_for_users_of_the_project_only() {
    let server = TestServer::start().await;
    let set = |email: &str, password: &str| {
        admin(&server, "POST", "setpassword").json(&json!({ "email": email, "password": password }))
    };
    let short = set("pat@example.org", "").send().await;
    assert_eq!(short.outcome().1, "Invalid password, must be at least 8 characters");
    assert_eq!(set("nobody@example.org", "password123").send().await.outcome().1, "User not found");
    assert_eq!(set("pat@example.org", "password123").send().await.outcome(), (200, "All OK".into(), None));
    let stored = server.engine.read(|tx, _| {
        Ok(tx.user_by_email(anteroom_engine::id::Id::parse(PROJECT).unwrap(), "pat@example.org")?)
    });
    let stored = stored.unwrap().unwrap().password.expect("a password");
    assert!(anteroom_engine::service::passwords::verify(&stored, "password123").unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_invitations() {
    let server = TestServer::start().await;
    let denied = server.post(&format!("/admin/projects/{PROJECT}/invite")).basic(PORTAL, PORTAL_SECRET);
    let body = json!({ "resourceType": "Practitioner", "firstName": "C", "lastName": "D", "email": "carol@example.com" });
    assert_eq!(denied.json(&body).send().await.status, 403, "admin/invite: Access denied");
    let bob =
        invite(&server, json!({ "firstName": "Bob", "email": "bob@example.com", "sendEmail": false })).await;
    assert_eq!(bob.status, 200, "New user to project");
    assert!(
        bob.str("resourceType") == "ProjectMembership",
        "Invite without access policy (backwards compatibility)"
    );
    let by = bob.json()["invitedBy"]["reference"].clone();
    assert_eq!(by, format!("ClientApplication/{DESK}"), "Invite as client");
    let sub = json!({ "resourceType": "Patient", "email": "eve@example.com", "externalId": "sub-eve", "sendEmail": false });
    let eve = invite(&server, sub.clone()).await;
    assert!(
        eve.json()["profile"]["reference"].as_str().unwrap().starts_with("Patient/"),
        "Invite by externalId"
    );
    assert_eq!(eve.json()["admin"], Value::Null);
    let twice = invite(
        &server,
        json!({ "resourceType": "Patient", "email": "x@example.com", "externalId": "sub-eve" }),
    );
    let twice = twice.await.outcome();
    assert!(twice.0 == 409 && twice.1.contains("already exists"), "Duplicate externalId: {twice:?}");
    let path = format!("/fhir/R4/ProjectMembership/{}", eve.str("id"));
    let gone = server.request("DELETE", &path).basic(DESK, DESK_SECRET).send().await;
    assert_eq!((gone.status, invite(&server, sub).await.status), (200, 200), "Reuse deleted externalId");
    for (title, email, admin) in [
        ("Invite user as admin", "fay@example.com", true),
        ("Invite user with admin flag as false", "gus@example.com", false),
    ] {
        let invited =
            invite(&server, json!({ "resourceType": "Patient", "email": email, "admin": admin })).await;
        assert_eq!(invited.json()["admin"], admin, "{title}");
    }
    let upper = invite(&server, json!({ "email": "HAL@Example.COM" })).await;
    assert_eq!(upper.json()["user"]["display"], "hal@example.com", "Convert capitalized email to lower case");
    let practitioner =
        json!({ "resourceType": "Practitioner", "name": [{ "given": ["Ida"], "family": "Ray" }] });
    let made = server.post("/fhir/R4/Practitioner").basic(DESK, DESK_SECRET).json(&practitioner).send().await;
    let profile = format!("Practitioner/{}", made.str("id"));
    let more = json!({ "email": "ida@example.com", "membership": { "profile": { "reference": profile } } });
    let specified = invite(&server, more).await;
    assert_eq!(
        specified.json()["profile"]["reference"],
        profile,
        "Specified practitioner to project: {specified:?}"
    );
    let forced = invite(&server, json!({ "email": "ida@example.com", "forceNewMembership": true })).await;
    let title = "Invite user with forceNewMembership in different cases";
    assert!(forced.status == 200 && forced.str("id") != specified.str("id"), "{title}: {forced:?}");
    let nobody = invite(&server, json!({ "email": "" })).await;
    assert_eq!(nobody.status, 400, "admin/invite: Input validation");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_invitations_with_a_policy() {
    let server = TestServer::start().await;
    let post = async |project: (&str, &str), name: &str| {
        let body = json!({ "resourceType": "AccessPolicy", "name": name, "resource": [] });
        let made = server.post("/fhir/R4/AccessPolicy").basic(project.0, project.1).json(&body).send().await;
        format!("AccessPolicy/{}", made.str("id"))
    };
    let own = post((DESK, DESK_SECRET), "Own").await;
    let foreign = post((FOREIGN, FOREIGN_SECRET), "Foreign").await;
    let nothing = "AccessPolicy/0a000000-0000-4000-8000-999999999999";
    let reference = |policy: &str| json!({ "reference": policy });
    let good = invite(&server, json!({ "email": "a@example.com", "accessPolicy": reference(&own) })).await;
    assert_eq!(good.json()["accessPolicy"]["reference"], own, "Invite with valid access policy: {good:?}");
    for (title, more) in [
        (
            "Invite with invalid access policy (does not exist)",
            json!({ "email": "b@example.com", "accessPolicy": reference(nothing) }),
        ),
        (
            "Invite with access policy from different project: the same words, so that nobody learns what is elsewhere",
            json!({ "email": "c@example.com", "accessPolicy": reference(&foreign) }),
        ),
        (
            "Invite with access array containing invalid policy",
            json!({ "email": "d@example.com", "access": [{ "policy": reference(nothing) }] }),
        ),
        (
            "Invite with membership.access array containing invalid policy",
            json!({ "email": "e@example.com", "membership": { "access": [{ "policy": reference(nothing) }] } }),
        ),
    ] {
        let (status, text, _) = invite(&server, more).await.outcome();
        assert!(status == 400 && text.starts_with("Access policy AccessPolicy/"), "{title}: {status} {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_members_and_passwords() {
    let server = TestServer::start().await;
    let bob = invite(&server, json!({ "resourceType": "Patient" })).await;
    let deleted = admin(&server, "DELETE", &format!("{PROJECT}/members/{}", bob.str("id"))).send().await;
    assert_eq!(deleted.outcome().1, "All OK", "Delete membership");
    let users = server.engine.read(|tx, _| {
        Ok(tx.user_by_email(anteroom_engine::id::Id::parse(PROJECT).unwrap(), "bob@example.com")?)
    });
    assert!(users.unwrap().is_none(), "Delete project-scoped user membership also deletes User resource");
    let set = |email: &str, password: &str| {
        admin(&server, "POST", "setpassword").json(&json!({ "email": email, "password": password }))
    };
    let denied = server.post("/admin/projects/setpassword").basic(PORTAL, PORTAL_SECRET);
    let denied = denied.json(&json!({ "email": "pat@example.org", "password": "password123" })).send().await;
    assert_eq!(denied.status, 403, "Set password access denied");
    for (title, request, text) in [
        (
            "Set password missing password",
            set("pat@example.org", ""),
            "Invalid password, must be at least 8 characters",
        ),
        ("Set password user not found", set("nobody@example.org", "password123"), "User not found"),
        ("Set password for project scoped user", set("pat@example.org", "new-password!@#"), "All OK"),
    ] {
        assert_eq!(request.send().await.outcome().1, text, "{title}");
    }
    let elsewhere = json!({ "resourceType": "Practitioner", "firstName": "Zoe", "lastName": "Far",
                            "email": "zoe@example.com" });
    let invited =
        server.post(&format!("/admin/projects/{OTHER_PROJECT}/invite")).basic(FOREIGN, FOREIGN_SECRET);
    assert_eq!(invited.json(&elsewhere).send().await.status, 200);
    let other = set("zoe@example.com", "password123").send().await;
    assert_eq!(other.outcome().1, "User not found", "Set password user not associated with project");
}
