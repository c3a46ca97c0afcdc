//! `POST /auth/profile`: which membership a login goes on as.

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::{Principal, ProfileRef};
use anteroom_testkit::builders::{ADA, PAT, PAT_MEMBERSHIP, PROJECT};
use anteroom_testkit::server::TestServer;
use serde_json::json;

use super::{NOBODY, but, login, plain, post, redeem, revoke, second_membership, server, set_active};
use crate::steps::said;

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn profile_rows() {
    let server = server().await;
    let second = second_membership(&server).await;
    let ask = async |login: &str, profile: &str| {
        post(&server, "/auth/profile", None, json!({ "login": login, "profile": profile })).await
    };
    assert_eq!(said(&ask("", "x").await), (400, "Missing login".into()));
    assert_eq!(said(&ask("123", "").await), (400, "Missing profile".into()));
    assert_eq!(said(&ask(NOBODY, &second).await), (404, "Not found".into()), "Login not found");
    assert_eq!(said(&ask("123", &second).await), (404, "Not found".into()));

    let reply = login(&server, plain()).await;
    let body = reply.json();
    let memberships = body["memberships"].as_array().unwrap();
    assert_eq!((memberships.len(), body.get("code")), (2, None), "{body}");
    assert_eq!(
        memberships[1]["profile"],
        json!({ "reference": format!("Practitioner/{PAT}"), "display": "Dr Pat" })
    );
    assert_eq!(
        (memberships[1]["identifier"][0]["value"].as_str(), memberships[0].get("identifier")),
        (Some("77"), None),
        "Memberships with identifiers can be differentiated in the login response"
    );
    assert_eq!(memberships[0]["project"]["reference"], format!("Project/{PROJECT}"));
    let waiting = reply.str("login");
    assert_eq!(said(&ask(&waiting, NOBODY).await), (400, "Profile not found".into()), "Membership not found");
    let ada = adas_membership(&server).await;
    assert_eq!(
        said(&ask(&waiting, &ada).await),
        (400, "Invalid profile".into()),
        "Membership for different user"
    );
    let chosen = ask(&waiting, &second).await;
    assert_eq!(chosen.status, 200, "{}: {chosen:?}", "auth/profile: Success");
    assert_eq!(said(&ask(&waiting, &second).await), (400, "Login profile already set".into()));
    let tokens = redeem(&server, &chosen.str("code")).await;
    assert_eq!(tokens.json()["profile"]["reference"], format!("Practitioner/{PAT}"));
    assert_eq!(said(&ask(&waiting, &second).await), (400, "Login granted".into()));
    revoke(&server, &waiting).await;
    assert_eq!(said(&ask(&waiting, &second).await), (400, "Login revoked".into()));

    let other = login(&server, plain()).await.str("login");
    set_active(&server, &second, false).await;
    let rest = server.get(&format!("/auth/login/{other}")).send().await;
    assert!(
        rest.json().get("code").is_some(),
        "{}: {rest:?}",
        "getMembershipsForLogin excludes inactive memberships"
    );
    set_active(&server, &second, true).await;
    let only = login(&server, but(plain(), json!({ "resourceType": "Practitioner" }))).await;
    assert!(only.json().get("code").is_some(), "only one fits: {only:?}");
    let waiting = login(&server, plain()).await.str("login");
    set_active(&server, PAT_MEMBERSHIP, false).await;
    assert_eq!(said(&ask(&waiting, PAT_MEMBERSHIP).await), (400, "Profile not active".into()));
}

async fn adas_membership(server: &TestServer) -> String {
    let own = server
        .change(|cx| {
            let profile = ProfileRef::parse(&format!("Practitioner/{ADA}")).unwrap();
            Ok(cx.tx.membership_by_profile(Id::parse(PROJECT).unwrap(), profile)?.expect("Ada"))
        })
        .await;
    assert!(matches!(own.principal, Principal::User(_)));
    own.id.to_string()
}
