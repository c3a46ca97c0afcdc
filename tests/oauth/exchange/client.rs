//! Which client exchanges, and for which project.

use anteroom_testkit::builders::{
    DESK, DESK_SECRET, LEGACY, LEGACY_SECRET, OTHER_PROJECT, PAT_MEMBERSHIP, PORTAL, PORTAL_SECRET, ROBOT,
    ROBOT_SECRET, STRANGER_MEMBERSHIP,
};
use serde_json::json;

use super::{auth_exchange, exchange, newest_refusal, pat, usual};
use crate::steps::client_credentials;

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_18_the_project_is_the_clients() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let body =
        |project: &str| json!({ "projectId": project, "clientId": LEGACY, "externalAccessToken": token });
    let other = auth_exchange(&server, body(OTHER_PROJECT)).await;
    assert_eq!(other.outcome(), (400, "Invalid project".into(), Some("projectId".into())));
    assert_eq!(auth_exchange(&server, body("")).await.status, 200, "an empty value is no value");
    for (membership, status) in [(PAT_MEMBERSHIP, 200), (STRANGER_MEMBERSHIP, 400), ("x", 400)] {
        let reply = exchange(&server, LEGACY, &token, &[("membership_id", membership)]).await;
        assert_eq!(reply.status, status, "{membership}: {reply:?}");
    }
    assert_eq!(newest_refusal(&server), ("membership_of_other_person", vec!["membership_id".into()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn client_authentication_is_checked_where_there_is_one() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let ask = async |client: &str, secret: &str| {
        exchange(&server, client, &token, &[("client_secret", secret)]).await
    };
    let found = [
        ask(LEGACY, LEGACY_SECRET).await.status,
        ask(LEGACY, "wrong").await.status,
        ask(PORTAL, PORTAL_SECRET).await.status,
        exchange(&server, PORTAL, &token, &[]).await.status,
        ask(ROBOT, ROBOT_SECRET).await.status,
    ];
    assert_eq!(found, [200, 401, 200, 401, 400], "sent is checked; confidential must; the grant list holds");
    let body = json!({ "clientId": PORTAL, "externalAccessToken": token });
    let request =
        |user: &str, secret: &str| server.post("/auth/exchange").basic(user, secret).json(&body).send();
    assert_eq!(request(PORTAL, PORTAL_SECRET).await.status, 200);
    assert_eq!(request(PORTAL, "wrong").await.status, 400);
    assert_eq!(request(DESK, DESK_SECRET).await.status, 400, "another client than the body's");
    assert_eq!(
        client_credentials(&server, PORTAL, PORTAL_SECRET).await.status,
        200,
        "none of it locks anybody out"
    );
}
