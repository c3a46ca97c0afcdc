//! Steps that many tests take.

use anteroom_testkit::builders::{DESK, DESK_SECRET, PAT, PORTAL};
use anteroom_testkit::client::Reply;
use anteroom_testkit::server::TestServer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// `grant_type` of a pre-authorized code.
pub(crate) const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// A `code_verifier`: RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its `code_challenge` with `S256`.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What is said of every provider that cannot be asked or believed.
pub(crate) const FAILED: &str = "Failed to verify code - check your identity provider configuration";

/// Places of clients in the workspace file of the clinic.
pub(crate) const PORTAL_AT: &str = "/projects/0/clients/1";
pub(crate) const SPA_AT: &str = "/projects/0/clients/2";
pub(crate) const LEGACY_AT: &str = "/projects/0/clients/3";
pub(crate) const ROBOT_AT: &str = "/projects/0/clients/6";
pub(crate) const SCOPED_AT: &str = "/projects/0/clients/9";

/// Asks for client credentials with HTTP Basic.
pub(crate) async fn client_credentials(server: &TestServer, client: &str, secret: &str) -> Reply {
    let request = server.post("/oauth2/token").basic(client, secret);
    request.form(&[("grant_type", "client_credentials")]).send().await
}

/// Has the desk issue a code for a person to a client; `more` is added to the body.
pub(crate) async fn preauthorize(server: &TestServer, client: &str, profile: &str, more: Value) -> Reply {
    let mut body = json!({ "clientId": client });
    for (member, value) in more.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    let request = server.post("/auth/preauthorize").basic(DESK, DESK_SECRET);
    request.header("X-Medplum-On-Behalf-Of", format!("Patient/{profile}")).json(&body).send().await
}

/// A code that signs Pat in to the portal.
pub(crate) async fn code(server: &TestServer) -> String {
    code_with(server, json!({})).await.0
}

/// A code that signs Pat in to the portal, and the whole answer.
pub(crate) async fn code_with(server: &TestServer, more: Value) -> (String, Value) {
    let reply = preauthorize(server, PORTAL, PAT, more).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    (reply.str("preAuthorizedCode"), reply.json())
}

/// Redeems a code as a client that shows no secret; `more` is added to the form.
pub(crate) async fn redeem(server: &TestServer, client: &str, code: &str, more: &[(&str, &str)]) -> Reply {
    let mut fields =
        vec![("grant_type", PRE_AUTHORIZED), ("client_id", client), ("pre-authorized_code", code)];
    fields.extend_from_slice(more);
    server.post("/oauth2/token").form(&fields).send().await
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token.
pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("a JWS has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// Status of userinfo for an access token.
pub(crate) async fn userinfo_status(server: &TestServer, token: &str) -> u16 {
    server.get("/oauth2/userinfo").bearer(token).send().await.status
}

/// Status and text of an `OperationOutcome`.
pub(crate) fn said(reply: &Reply) -> (u16, String) {
    let (status, text, _) = reply.outcome();
    (status, text)
}

/// `error` of a refusal, as a pair with the status.
pub(crate) fn refused(reply: &Reply) -> (u16, String) {
    let (status, error, _) = reply.refusal();
    (status, error)
}

/// What a refusal with this status and `error` looks like.
pub(crate) fn is(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}
