//! FHIR, the auth slice: who may ask, what comes back, and what is written.

pub(crate) mod callers;
pub(crate) mod read;
pub(crate) mod write;

use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{DESK, DESK_SECRET, PORTAL};
use anteroom_testkit::client::{Reply, Request};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::steps::{code_with, redeem};

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
