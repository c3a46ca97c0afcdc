//! CC: a client gets tokens for itself.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, Membership};
use anteroom_testkit::builders::{
    BLOCKED, BLOCKED_SECRET, PAT_USER, PORTAL, PORTAL_SECRET, SCOPED, SCOPED_SECRET, SPA,
};
use anteroom_testkit::server::TestServer;

use crate::snapshot::{Form, redacted};
use crate::steps::{claims, client_credentials, is, refused, userinfo_status};

#[tokio::test(flavor = "multi_thread")]
async fn cc_01_a_token_without_refresh_token() {
    let server = TestServer::start().await;
    let basic = client_credentials(&server, PORTAL, PORTAL_SECRET).await;
    let fields =
        [("grant_type", "client_credentials"), ("client_id", PORTAL), ("client_secret", PORTAL_SECRET)];
    let post = server.post("/oauth2/token").form(&fields).send().await;
    for reply in [basic, post] {
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(reply.json().get("refresh_token").is_none());
        let forms = [("/access_token", Form::Jws), ("/id_token", Form::Jws)];
        insta::assert_json_snapshot!("client_credentials", redacted(&server, &reply.json(), &forms));
    }
    let fields = [("grant_type", "client_credentials"), ("scope", "openid offline_access")];
    let reply = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET).form(&fields).send().await;
    assert!(reply.json().get("refresh_token").is_none(), "not even when asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn cc_02_a_public_client_cannot() {
    let server = TestServer::start().await;
    let fields = [("grant_type", "client_credentials"), ("client_id", SPA)];
    let reply = server.post("/oauth2/token").form(&fields).send().await;
    assert_eq!(refused(&reply), is(400, "unauthorized_client"));
    assert_eq!(client_credentials(&server, SPA, "anything").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn cc_03_without_scope_the_default_is_given_and_named() {
    let server = TestServer::start().await;
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.str("scope"), "openid");
    let scoped = client_credentials(&server, SCOPED, SCOPED_SECRET).await;
    assert_eq!(
        (scoped.str("scope").as_str(), scoped.json()["expires_in"].as_u64()),
        ("openid profile", Some(600))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cc_04_scope_that_is_not_assigned_is_never_granted() {
    let server = TestServer::start().await;
    let ask = |scope: &str| {
        let request = server.post("/oauth2/token").basic(SCOPED, SCOPED_SECRET);
        request.form(&[("grant_type", "client_credentials"), ("scope", scope)]).send()
    };
    assert_eq!(ask("openid email system/*.*").await.str("scope"), "openid");
    for scope in ["email", "system/*.*", "admin", "open\"id", "openid\u{1}", "ü", "openid  \t"] {
        assert_eq!(refused(&ask(scope).await), is(400, "invalid_scope"), "{scope:?}");
    }
    let token = claims(&ask("profile admin").await.str("access_token"));
    assert_eq!(token["scope"], "profile");
}

#[tokio::test(flavor = "multi_thread")]
async fn cc_05_the_subject_is_the_client_and_no_person() {
    let server = TestServer::start().await;
    let token = client_credentials(&server, PORTAL, PORTAL_SECRET).await.str("access_token");
    let claims = claims(&token);
    assert_eq!((claims["sub"].as_str(), claims["client_id"].as_str()), (Some(PORTAL), Some(PORTAL)));
    assert_eq!(claims["profile"], format!("ClientApplication/{PORTAL}"));
    assert_ne!(claims["sub"], PAT_USER);
    assert_eq!(userinfo_status(&server, &token).await, 403, "nobody's userinfo");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn cc_06_a_client_needs_a_membership() {
    let server = TestServer::start().await;
    let client: Id<Client> = Id::parse(PORTAL).unwrap();
    let deactivate = server.change(move |cx| {
        let own = cx.tx.membership_of_client(client)?.expect("a membership");
        Ok(cx.tx.update_membership(&Membership { active: false, ..(*own).clone() })?)
    });
    deactivate.await;
    assert_eq!(
        refused(&client_credentials(&server, PORTAL, PORTAL_SECRET).await),
        is(401, "invalid_client"),
        "inactive"
    );
    let delete = server.change(move |cx| {
        let own = cx.tx.membership_of_client(client)?.expect("a membership");
        Ok(cx.tx.delete_membership(own.id)?)
    });
    delete.await;
    assert_eq!(
        refused(&client_credentials(&server, PORTAL, PORTAL_SECRET).await),
        is(401, "invalid_client"),
        "none"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ip_rule_keeps_a_client_out() {
    let server = TestServer::start().await;
    let reply = client_credentials(&server, BLOCKED, BLOCKED_SECRET).await;
    assert_eq!(reply.refusal(), (400, "unauthorized_client".into(), "IP address not allowed".into()));
}
