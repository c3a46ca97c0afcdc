//! Clauses of standards that no other test shows: `docs/specs` names these.

use anteroom_testkit::builders::{ADA, DESK, DESK_SECRET, ELSEWHERE, PAT, PORTAL, PORTAL_SECRET};
use anteroom_testkit::server::TestServer;
use serde_json::json;

use crate::steps::{claims, is, preauthorize, redeem, refused};

#[tokio::test(flavor = "multi_thread")]
async fn rfc7009_2_1_rfc7662_2_1_a_token_is_required() {
    let server = TestServer::start().await;
    for path in ["/oauth2/revoke", "/oauth2/introspect"] {
        let ask = || server.post(path).basic(PORTAL, PORTAL_SECRET);
        for fields in [&[][..], &[("token", "")], &[("token_type_hint", "access_token")]] {
            assert_eq!(
                refused(&ask().form(fields).send().await),
                is(400, "invalid_request"),
                "{path} {fields:?}"
            );
        }
        let twice = ask().form(&[("token", "a"), ("token", "b")]).send().await;
        assert_eq!(refused(&twice), is(400, "invalid_request"), "{path}");
        let wrong = server.post(path).basic(PORTAL, "wrong").form(&[("token", "x")]).send().await;
        assert_eq!(refused(&wrong), is(401, "invalid_client"), "{path}");
        assert!(wrong.header("www-authenticate").unwrap().starts_with("Basic realm="), "{path}");
        let unknown = ask().form(&[("token", "x"), ("token_type_hint", "no-such-type")]).send().await;
        assert_eq!(unknown.status, 200, "{path}: a token nobody knows, and a hint nobody knows");
        assert_eq!(server.get(&format!("{path}?token=x")).send().await.status, 405, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6750_3_no_attribute_of_a_challenge_comes_twice() {
    let server = TestServer::start().await;
    let code =
        preauthorize(&server, PORTAL, PAT, json!({ "scope": "profile" })).await.str("preAuthorizedCode");
    let token = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    let mut challenges = 0;
    for request in [
        server.get("/oauth2/userinfo"),
        server.get("/oauth2/userinfo").bearer("x"),
        server.get("/oauth2/userinfo").bearer(&token),
        server.get("/oauth2/userinfo?access_token=x"),
        server.get("/auth/me"),
        server.get("/auth/me").bearer("x"),
        server.get("/fhir/R4/Patient").bearer("x"),
        server.get("/api/v2/clients").bearer("x"),
        server.post("/oauth2/token").basic(PORTAL, "wrong").form(&[("grant_type", "client_credentials")]),
    ] {
        let reply = request.send().await;
        let Some(challenge) = reply.header("www-authenticate") else {
            assert!(!matches!(reply.status, 401), "{reply:?}");
            continue;
        };
        challenges += 1;
        assert_eq!(reply.header_names().filter(|name| *name == "www-authenticate").count(), 1, "{reply:?}");
        let (scheme, attributes) = challenge.split_once(' ').unwrap_or_else(|| panic!("{challenge}"));
        assert!(["Bearer", "Basic"].contains(&scheme), "{challenge}");
        let mut names: Vec<&str> =
            attributes.split(", ").map(|own| own.split_once('=').expect("name and value").0).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{challenge}");
        assert!(challenge.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{challenge}");
    }
    assert!(challenges >= 7, "{challenges}");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_5_1_subjects_are_short_ascii_and_the_same_everywhere() {
    let server = TestServer::start().await;
    let mut subjects = Vec::new();
    for (client, person) in [(PORTAL, PAT), (ELSEWHERE, PAT), (PORTAL, PAT)] {
        let code = preauthorize(&server, client, person, json!({ "scope": "openid" })).await;
        let tokens = redeem(&server, client, &code.str("preAuthorizedCode"), &[]).await;
        let id_token = claims(&tokens.str("id_token"));
        let access = tokens.str("access_token");
        let told = server.get("/oauth2/userinfo").bearer(&access).send().await.str("sub");
        let seen = server.post("/oauth2/introspect").basic(DESK, DESK_SECRET);
        let seen = seen.form(&[("token", access.as_str())]).send().await.str("sub");
        assert_eq!((id_token["sub"].as_str(), told.as_str(), seen.as_str()), (Some(&*told), &*seen, &*told));
        assert!(told.is_ascii() && (1..=255).contains(&told.len()), "{told}");
        assert_ne!(told, person, "the account, not the record");
        subjects.push(told);
    }
    subjects.dedup();
    assert_eq!(subjects.len(), 1, "public subjects: the same for every client");
    assert_ne!(subjects[0], ADA);
}
