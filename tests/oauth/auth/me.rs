//! `GET /auth/me`: who is signed in.

use anteroom_testkit::builders::{PAT, PAT_MEMBERSHIP, PAT_USER, PORTAL, PORTAL_SECRET, PROJECT};
use anteroom_testkit::server::TestServer;
use serde_json::json;

use super::{EMAIL, clinic, me, second_membership, set_active, signed_in};
use crate::steps::said;

#[tokio::test(flavor = "multi_thread")]
async fn me_rows() {
    let clinic = clinic().with("/projects/0/members/1/accessPolicy", json!("Staff")).with(
        "/projects/0/accessPolicies",
        json!([
            { "name": "From outside", "ipAccessRule": [{ "value": "127.", "action": "block" }] },
            { "name": "Staff", "resource": [{ "resourceType": "Patient" }] },
        ]),
    );
    let server = TestServer::over(clinic).await;
    let nobody = server.get("/auth/me").send().await;
    assert_eq!(said(&nobody), (401, "Unauthorized".into()), "auth/me: Unauthenticated");
    assert!(nobody.header("www-authenticate").unwrap().starts_with("Bearer realm="));

    let (login, tokens) = signed_in(&server, json!({})).await;
    let pats = me(&server, &tokens.str("access_token")).await;
    assert_eq!(pats["user"], json!({ "resourceType": "User", "id": PAT_USER, "email": EMAIL }));
    assert_eq!(
        pats["project"],
        json!({ "resourceType": "Project", "id": PROJECT, "name": "Riverside Clinic" })
    );
    assert_eq!(pats["membership"]["id"], PAT_MEMBERSHIP);
    assert_eq!(pats["membership"].get("admin"), None);
    assert_eq!(
        (pats["profile"]["resourceType"].as_str(), pats["profile"]["id"].as_str()),
        (Some("Patient"), Some(PAT))
    );
    assert_eq!(pats["profile"]["birthDate"], "1980-12-31", "the whole resource");
    assert_eq!(pats["config"]["resourceType"], "UserConfiguration");
    assert_eq!(pats.get("accessPolicy"), None);
    assert_eq!(pats["security"]["mfaEnrolled"], false);
    let session = &pats["security"]["sessions"][0];
    assert_eq!(
        (session["id"].as_str(), session["authMethod"].as_str()),
        (Some(login.as_str()), Some("password"))
    );
    assert_eq!(session["remoteAddress"], "127.0.0.1");

    let (_, adas) = signed_in(&server, json!({ "email": "ada@example.org" })).await;
    let adas = me(&server, &adas.str("access_token")).await;
    assert_eq!(adas["membership"]["admin"], true);
    let based_on = &adas["accessPolicy"]["basedOn"];
    assert_eq!(based_on[0]["display"], "Staff", "auth/me: AccessPolicy.basedOn");
    assert_eq!(adas["accessPolicy"]["resource"], json!([{ "resourceType": "Patient" }]));

    let client = server.get("/auth/me").basic(PORTAL, PORTAL_SECRET).send().await;
    assert_eq!(client.status, 200, "Get me as ClientApplication");
    let body = client.json();
    assert_eq!(body["profile"]["resourceType"], "ClientApplication");
    assert_eq!(body.get("user"), None);
    assert_eq!(body.get("security"), None);
    assert!(!client.text().to_ascii_lowercase().contains("secret"), "{client:?}");

    let token = tokens.str("access_token");
    let memberships = async || me(&server, &token).await["security"]["memberships"].as_array().unwrap().len();
    assert_eq!(memberships().await, 1, "Get user memberships");
    let second = second_membership(&server).await;
    assert_eq!(memberships().await, 2);
    set_active(&server, &second, false).await;
    assert_eq!(memberships().await, 1);
}
