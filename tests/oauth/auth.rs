//! `/auth/…`: rows of Medplum's own tests in the `medplum` dialect, and what is stricter here.
//!
//! # Rows that stand differently
//! | Row | Here | Why |
//! | --- | --- | --- |
//! | login: No membership | "Email or password is invalid" | an account that is not there looks like a wrong password |
//! | login: Success new project, newuser … | not built | accounts are made by an admin |
//! | changepassword: Breached password | not looked up | nothing leaves this machine |
//! | every row with the challenge `xyz` | 43 characters | RFC 7636 section 4.2 |

pub(crate) mod change_password;
pub(crate) mod client_info;
pub(crate) mod login;
mod me;
mod method;
pub(crate) mod profile;
pub(crate) mod revoke;
pub(crate) mod scope;
pub(crate) mod status;

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::ProfileRef;
use anteroom_engine::model::{Login, Membership, Profile};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{PAT, PAT_MEMBERSHIP};
use anteroom_testkit::client::Reply;
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::steps::VERIFIER;

pub(crate) const PASSWORD: &str = "correct horse battery";
const EMAIL: &str = "pat@example.org";
const NOBODY: &str = "c0ffee00-0000-4000-8000-999999999999";

/// A clinic in which Pat and Ada have passwords.
pub(crate) async fn server() -> TestServer {
    TestServer::over(clinic()).await
}

pub(crate) fn clinic() -> Clinic {
    Clinic::medplum()
        .with("/projects/0/members/0/password", json!(PASSWORD))
        .with("/projects/0/members/1/password", json!(PASSWORD))
}

/// The body with members replaced, added, or, with null, taken away.
fn but(body: Value, changes: Value) -> Value {
    let (Value::Object(mut body), Value::Object(changes)) = (body, changes) else { panic!("objects") };
    for (member, value) in changes {
        if value.is_null() {
            body.remove(&member);
        } else {
            body.insert(member, value);
        }
    }
    Value::Object(body)
}

pub(crate) async fn login(server: &TestServer, changes: Value) -> Reply {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "scope": "openid" });
    server.post("/auth/login").json(&but(body, changes)).send().await
}

/// The PKCE pair as the SDK sends it outside browsers.
pub(crate) fn plain() -> Value {
    json!({ "codeChallenge": VERIFIER, "codeChallengeMethod": "plain" })
}

/// Redeems a code as the SDK does: parameters without a value are sent empty.
pub(crate) async fn redeem(server: &TestServer, code: &str) -> Reply {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("code_verifier", VERIFIER),
    ];
    server.post("/oauth2/token").form(&fields).send().await
}

/// Signs Pat in: the login's id and the token answer.
pub(crate) async fn signed_in(server: &TestServer, changes: Value) -> (String, Reply) {
    let reply = login(server, but(plain(), changes)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let tokens = redeem(server, &reply.str("code")).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    (reply.str("login"), tokens)
}

pub(crate) async fn post(server: &TestServer, path: &str, token: Option<&str>, body: Value) -> Reply {
    let request = server.post(path).json(&body);
    token.into_iter().fold(request, anteroom_testkit::Request::bearer).send().await
}

pub(crate) async fn me(server: &TestServer, token: &str) -> Value {
    let reply = server.get("/auth/me").bearer(token).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// Gives Pat a second membership, as a practitioner.
async fn second_membership(server: &TestServer) -> String {
    const SECOND: &str = "3e300000-0000-4000-8000-00000000000b";
    server
        .change(|cx| {
            let first = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            let reference = ProfileRef::parse(&format!("Practitioner/{PAT}")).unwrap();
            let resource = json!({
                "resourceType": "Practitioner", "id": PAT, "name": [{ "text": "Dr Pat" }],
                "identifier": [{ "system": "https://example.org/staff", "value": "77" }],
            });
            cx.tx.insert_profile(&Profile {
                reference,
                project: first.project,
                resource: resource.as_object().unwrap().clone(),
                created_at: cx.now,
            })?;
            Ok(cx.tx.insert_membership(&Membership {
                id: Id::parse(SECOND).unwrap(),
                profile: reference,
                display: "Dr Pat".to_owned(),
                external_id: None,
                ..(*first).clone()
            })?)
        })
        .await;
    SECOND.to_owned()
}

async fn set_active(server: &TestServer, membership: &str, active: bool) {
    let id = Id::parse(membership).unwrap();
    server
        .change(move |cx| {
            let own = cx.tx.membership(id)?.expect("the membership");
            Ok(cx.tx.update_membership(&Membership { active, ..(*own).clone() })?)
        })
        .await;
}

async fn revoke(server: &TestServer, login: &str) {
    let id: Id<Login> = Id::parse(login).unwrap();
    assert!(server.change(move |cx| Ok(cx.tx.revoke_login(id, cx.now)?)).await);
}
