//! EX: another issuer's access token for ours, against a provider that is a real server.

mod answer;
pub(crate) mod client;
mod medplum;
pub(crate) mod person;
pub(crate) mod request;
pub(crate) mod subject_token;
pub(crate) mod userinfo;

use std::sync::Arc;

use anteroom_engine::clock::ManualClock;
use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::model::event::EventKind;
use anteroom_engine::store::EventFilter;
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::PROJECT;
use anteroom_testkit::client::Reply;
use anteroom_testkit::provider::{Person, Provider};
use anteroom_testkit::server::{START, TestServer};
use serde_json::{Value, json};

use crate::steps::{LEGACY_AT, PORTAL_AT, ROBOT_AT, SCOPED_AT, SPA_AT};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn pat() -> Person {
    Person::new("idp-pat", "Pat@Example.org")
}

/// A provider, and a clinic whose clients use it: LEGACY and PORTAL by e-mail, the SPA by subject.
async fn world(change: impl FnOnce(Clinic, &Provider) -> Clinic) -> (Provider, TestServer) {
    let provider = Provider::with_clock(Arc::new(ManualClock::new(START))).await;
    let by_email = json!({ "userInfoUrl": provider.url("userinfo") });
    let by_subject = json!({ "userInfoUrl": provider.url("userinfo"), "useSubject": true });
    let clinic = Clinic::default()
        .with("/projects/0/allowedOutboundHosts", json!([provider.host()]))
        .with(&format!("{LEGACY_AT}/identityProvider"), by_email.clone())
        .with(&format!("{PORTAL_AT}/identityProvider"), by_email.clone())
        .with(&format!("{ROBOT_AT}/identityProvider"), by_email.clone())
        .with(&format!("{SCOPED_AT}/identityProvider"), by_email)
        .with(&format!("{SCOPED_AT}/clientType"), json!("medplum"))
        .with(&format!("{SPA_AT}/identityProvider"), by_subject)
        .with("/projects/0/members/0/externalId", json!("idp-pat"));
    let server = TestServer::over(change(clinic, &provider)).await;
    (provider, server)
}

async fn usual() -> (Provider, TestServer) {
    world(|clinic, _| clinic).await
}

/// The RFC's form; `more` replaces or adds.
async fn exchange(server: &TestServer, client: &str, token: &str, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", EXCHANGE),
        ("client_id", client),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    server.post("/oauth2/token").form(&fields).send().await
}

/// Medplum's form.
async fn auth_exchange(server: &TestServer, body: Value) -> Reply {
    server.post("/auth/exchange").json(&body).send().await
}

/// The newest refusal in the log: its name, and the checks that failed.
fn newest_refusal(server: &TestServer) -> (&'static str, Vec<String>) {
    let filter = EventFilter { kind: Some(EventKind::Refused), ..EventFilter::default() };
    let project: Id<Project> = Id::parse(PROJECT).unwrap();
    let rows = server.engine.read(|tx, _| Ok(tx.list_events(project, &filter, 1)?)).unwrap();
    let event = &rows.first().expect("a refusal was logged").event.event;
    let failed = event.body.trace.iter().filter(|check| !check.passed);
    (event.refusal.unwrap(), failed.map(|check| check.check.to_string()).collect())
}
