//! `POST /auth/scope`: less scope than was asked for.

use serde_json::json;

use super::{NOBODY, but, login, plain, post, redeem, revoke, second_membership, server, signed_in};
use crate::steps::said;

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn scope_rows() {
    let server = server().await;
    let ask = async |login: &str, scope: &str| {
        post(&server, "/auth/scope", None, json!({ "login": login, "scope": scope })).await
    };
    assert_eq!(said(&ask("", "openid profile").await), (400, "Missing login".into()));
    assert_eq!(said(&ask("123", "").await), (400, "Missing scope".into()));
    assert_eq!(said(&ask(NOBODY, "openid").await), (404, "Not found".into()), "Login not found");
    for (title, requested, chosen, fits) in [
        ("auth/scope: Success", "openid profile", "openid profile", true),
        ("less", "openid profile email", "openid", true),
        (
            "Invalid scope",
            "openid profile",
            "openid profile patient/Condition.rs?category=health-concern",
            false,
        ),
        (
            "Allow selection of restricted scopes",
            "openid profile patient/Condition.crs",
            "openid profile patient/Condition.read",
            true,
        ),
        (
            "Allow selection of more granular scope",
            "openid profile patient/Condition.rs",
            "openid profile patient/Condition.rs?category=health-concern",
            true,
        ),
        (
            "Disallow selection of conflicting granular scope",
            "openid profile patient/Condition.rs?encounter=Encounter/1",
            "openid profile patient/Condition.rs?category=health-concern",
            false,
        ),
        ("nothing is added", "openid", "openid offline_access", false),
        ("illegal characters", "openid", "open\\id", false),
    ] {
        let begun = login(&server, but(plain(), json!({ "scope": requested }))).await;
        let reply = ask(&begun.str("login"), chosen).await;
        if !fits {
            assert_eq!(said(&reply), (400, "Invalid scope".into()), "{title}");
            continue;
        }
        assert_eq!(reply.status, 200, "{title}: {reply:?}");
        let old = redeem(&server, &begun.str("code")).await;
        assert_eq!(old.status, 400, "{title}: the wider code has ended: {old:?}");
        let tokens = redeem(&server, &reply.str("code")).await;
        assert_eq!(tokens.str("scope"), chosen, "{title}");
    }
    let (granted, _) = signed_in(&server, json!({})).await;
    assert_eq!(said(&ask(&granted, "openid").await), (400, "Login granted".into()));
    revoke(&server, &granted).await;
    assert_eq!(said(&ask(&granted, "openid").await), (400, "Login revoked".into()));
    second_membership(&server).await;
    let waiting = login(&server, plain()).await.str("login");
    assert_eq!(
        said(&ask(&waiting, "openid").await),
        (400, "Login profile not set".into()),
        "Missing membership"
    );
}
