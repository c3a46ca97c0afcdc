//! PR: having a code issued.

use anteroom_engine::id::Id;
use anteroom_engine::store::EventFilter;
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    ADA, DESK, DESK_SECRET, FAR, FOREIGN, GONE, PAT, PAT_MEMBERSHIP, PORTAL, PORTAL_SECRET, PROJECT, SPA,
    STRANGER, STRANGER_MEMBERSHIP,
};
use anteroom_testkit::client::{Reply, Request};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::snapshot::{Form, redacted};
use crate::steps::{client_credentials, code_with, preauthorize, redeem};

const ON_BEHALF_OF: &str = "X-Medplum-On-Behalf-Of";

fn desk(server: &TestServer) -> Request {
    server.post("/auth/preauthorize").basic(DESK, DESK_SECRET)
}

fn for_pat(request: Request) -> Request {
    request.header(ON_BEHALF_OF, format!("Patient/{PAT}"))
}

fn says(reply: &Reply, status: u16, text: &str) -> bool {
    let (found, said, _) = reply.outcome();
    (found, said.as_str()) == (status, text)
}

/// How many codes the project has.
fn codes(server: &TestServer) -> u32 {
    let project = Id::parse(PROJECT).unwrap();
    let window = anteroom_engine::store::Window { offset: 0, limit: 0 };
    let list = server.engine.read(|tx, now| {
        Ok(tx.list_pre_authorized_codes(
            project,
            &anteroom_engine::store::CodeFilter::default(),
            now,
            window,
        )?)
    });
    list.unwrap().total
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_01_nobody_gets_nothing() {
    let server = TestServer::start().await;
    let body = json!({ "clientId": PORTAL });
    let token = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    let requests = [
        (server.post("/auth/preauthorize"), "Bearer"),
        (server.post("/auth/preauthorize").bearer("x"), "Bearer"),
        (server.post("/auth/preauthorize").header("Authorization", "Digest x"), "Bearer"),
        (server.post("/auth/preauthorize").header("Authorization", token.clone()), "Bearer"),
        (server.post("/auth/preauthorize").bearer(&token).bearer(&token), "Bearer"),
        (server.post("/auth/preauthorize").basic(DESK, "wrong"), "Basic"),
        (server.post("/auth/preauthorize").basic(DESK, ""), "Basic"),
        (server.post("/auth/preauthorize").basic("nobody", "x"), "Basic"),
        (server.post("/auth/preauthorize").basic("", ""), "Basic"),
    ];
    for (request, scheme) in requests {
        let reply = for_pat(request).json(&body).send().await;
        assert!(says(&reply, 401, "Unauthorized"), "{reply:?}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.starts_with(&format!("{scheme} realm=\"{}\"", server.base())), "{challenge}");
    }
    assert_eq!(codes(&server), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_02_who_is_no_admin_gets_nothing() {
    let server = TestServer::start().await;
    let (code, _) = code_with(&server, json!({})).await;
    let pat = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    let body = json!({ "clientId": PORTAL });
    let callers = || {
        [
            server.post("/auth/preauthorize").bearer(&pat),
            server.post("/auth/preauthorize").basic(PORTAL, PORTAL_SECRET),
        ]
    };
    for caller in callers() {
        let reply = caller.json(&body).send().await;
        assert!(says(&reply, 403, "Forbidden"), "{reply:?}");
    }
    for caller in callers() {
        let reply = for_pat(caller).json(&body).send().await;
        assert!(says(&reply, 400, "Authentication error"), "{reply:?}");
        assert_eq!(reply.json()["issue"][0]["diagnostics"], "OperationOutcomeError: Forbidden");
    }
    assert_eq!(codes(&server), 1, "nothing was created beside the first");
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_03_the_client_must_be_named_by_its_id() {
    let server = TestServer::start().await;
    for client in [
        None,
        Some(json!("")),
        Some(json!("no uuid")),
        Some(json!(7)),
        Some(json!(null)),
        Some(json!([PORTAL])),
    ] {
        let body = client.map_or(json!({}), |client| json!({ "clientId": client }));
        let reply = for_pat(desk(&server)).json(&body).send().await;
        assert_eq!(reply.outcome(), (400, "Client ID is required".into(), Some("clientId".into())), "{body}");
    }
    let empty = for_pat(desk(&server)).send().await;
    assert_eq!(empty.outcome().1, "Client ID is required", "no body at all");
    let forms = [
        ("/id", Form::Uuid),
        ("/extension/0/extension/0/valueId", Form::Uuid),
        ("/extension/0/extension/1/valueId", Form::Uuid),
    ];
    insta::assert_json_snapshot!("client_id_required", redacted(&server, &empty.json(), &forms));
    for (member, value, text) in
        [("scope", json!(7), "Scope must be a string"), ("nonce", json!({}), "Nonce must be a string")]
    {
        let reply = preauthorize(&server, PORTAL, PAT, json!({ member: value })).await;
        assert_eq!(reply.outcome(), (400, text.into(), Some(member.into())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_04_on_whose_behalf_must_be_said() {
    let server = TestServer::start().await;
    let reply = desk(&server).json(&json!({ "clientId": PORTAL })).send().await;
    assert!(says(&reply, 400, "Pre-authorization requires onBehalfOfMembership"), "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_05_an_unknown_client_and_a_foreign_one_look_alike() {
    let server = TestServer::start().await;
    for client in ["c0ffee00-0000-4000-8000-999999999999", FOREIGN] {
        let reply = preauthorize(&server, client, PAT, json!({})).await;
        assert!(says(&reply, 404, "Not found"), "{reply:?}");
        assert_eq!(reply.json()["id"], "not-found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_06_how_long_a_code_may_live() {
    let server = TestServer::start().await;
    let text = "expiresIn must be a positive integer not exceeding 86400 seconds";
    for value in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("x"),
        json!(86_401),
        json!(null),
        json!(""),
        json!("1.5"),
        json!("+1"),
        json!(true),
        json!(1e300),
        json!("99999999999999999999"),
        json!([1]),
    ] {
        let reply = preauthorize(&server, PORTAL, PAT, json!({ "expiresIn": value })).await;
        assert_eq!(reply.outcome(), (400, text.into(), Some("expiresIn".into())), "{value}");
    }
    for (value, seconds) in
        [(json!(1), 1), (json!(86_400), 86_400), (json!("1"), 1), (json!("86400"), 86_400)]
    {
        let reply = preauthorize(&server, PORTAL, PAT, json!({ "expiresIn": value })).await;
        assert_eq!(reply.str("expiresAt"), (server.now() + seconds).iso8601(), "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_07_what_a_success_holds() {
    let server = TestServer::start().await;
    let plain = preauthorize(&server, PORTAL, PAT, json!({})).await;
    assert_eq!((plain.status, plain.header("content-type")), (200, Some("application/json")));
    let forms = [("/preAuthorizedCode", Form::Code)];
    insta::assert_json_snapshot!("preauthorize", redacted(&server, &plain.json(), &forms));

    let all =
        preauthorize(&server, PORTAL, PAT, json!({ "magicLink": true, "txCode": { "length": 5 } })).await;
    let forms = [
        ("/preAuthorizedCode", Form::Code),
        ("/magicLink", Form::MagicLink),
        ("/typedCode", Form::Typed),
        ("/offerUri", Form::Offer),
        ("/txCode", Form::Digits(5)),
    ];
    insta::assert_json_snapshot!("preauthorize_magic_link", redacted(&server, &all.json(), &forms));
    for (member, value) in [
        ("magicLink", json!("yes")),
        ("txCode", json!("1234")),
        ("txCode", json!({ "length": 3 })),
        ("txCode", json!({ "length": 9 })),
        ("txCode", json!({ "size": 6 })),
        ("txCode", json!({})),
    ] {
        assert_eq!(
            preauthorize(&server, PORTAL, PAT, json!({ member: value })).await.outcome().0,
            400,
            "{member} {value}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_08_an_hour_when_nobody_chose() {
    let server = TestServer::start().await;
    let reply = preauthorize(&server, PORTAL, PAT, json!({})).await;
    assert_eq!(reply.str("expiresAt"), "2026-05-16T21:15:00.000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_09_a_wrong_person_creates_nothing() {
    let server = TestServer::start().await;
    let body = json!({ "clientId": PORTAL });
    for (value, diagnostics) in [
        (format!("Patient/{STRANGER}"), "Forbidden"),
        ("Patient/0a000000-0000-4000-8000-999999999999".into(), "Forbidden"),
        (format!("Patient/{ADA}"), "Forbidden"),
        (format!("ClientApplication/{FOREIGN}"), "Forbidden"),
        (format!("User/{PAT}"), "Forbidden"),
        (format!("Patient/../Patient/{PAT}"), "Forbidden"),
        (format!("patient/{PAT}"), "Forbidden"),
        (format!("Patient/{PAT}, Patient/{PAT}"), "Forbidden"),
        ("Patient/../x".into(), "Forbidden"),
        ("nonsense".into(), "Forbidden"),
        (String::new(), "Forbidden"),
        (format!("ProjectMembership/{STRANGER_MEMBERSHIP}"), "Not found"),
        ("ProjectMembership/3e300000-0000-4000-8000-999999999999".into(), "Not found"),
        ("ProjectMembership/x".into(), "Not found"),
    ] {
        let reply = desk(&server).header(ON_BEHALF_OF, &value).json(&body).send().await;
        assert!(says(&reply, 400, "Authentication error"), "{value}: {reply:?}");
        let said = reply.json()["issue"][0]["diagnostics"].as_str().unwrap().to_owned();
        assert_eq!(said, format!("OperationOutcomeError: {diagnostics}"), "{value}");
    }
    let twice = for_pat(for_pat(desk(&server))).json(&body).send().await;
    assert!(says(&twice, 400, "Authentication error"), "two headers");
    let gone = preauthorize(&server, PORTAL, GONE, json!({})).await;
    assert!(says(&gone, 400, "Profile not active"), "{gone:?}");
    assert_eq!(codes(&server), 0);
    for value in [
        format!("Patient/{PAT}"),
        format!("ProjectMembership/{PAT_MEMBERSHIP}"),
        format!("Practitioner/{ADA}"),
    ] {
        assert_eq!(
            desk(&server).header(ON_BEHALF_OF, &value).json(&body).send().await.status,
            200,
            "{value}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_10_basic_works_like_bearer() {
    let server = TestServer::start().await;
    let token = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    for caller in [desk(&server), server.post("/auth/preauthorize").bearer(&token)] {
        assert_eq!(for_pat(caller).json(&json!({ "clientId": PORTAL })).send().await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_11_a_code_may_be_for_another_client_of_the_project_and_the_log_says_so() {
    let server = TestServer::start().await;
    preauthorize(&server, SPA, PAT, json!({})).await;
    let foreign =
        server.post("/auth/preauthorize").basic(FOREIGN, anteroom_testkit::builders::FOREIGN_SECRET);
    let reply = foreign
        .header(ON_BEHALF_OF, format!("Patient/{STRANGER}"))
        .json(&json!({ "clientId": SPA }))
        .send()
        .await;
    assert!(says(&reply, 404, "Not found"), "not beyond the project: {reply:?}");
    let event = events(&server).into_iter().find(|event| event.0 == "link_issued").expect("an event");
    assert_eq!(event.1, ("Front desk".into(), "Pat Maria Doe".into(), "Browser app".into()));
}

/// Kind, names of actor, subject and client, and everything else of the project's events, newest first.
fn events(server: &TestServer) -> Vec<(String, (String, String, String), Value)> {
    let rows = server
        .engine
        .read(|tx, _| Ok(tx.list_events(Id::parse(PROJECT).unwrap(), &EventFilter::default(), 500)?));
    rows.unwrap()
        .into_iter()
        .map(|row| {
            let names = [row.actor, row.subject, row.client_name].map(Option::unwrap_or_default);
            let body = serde_json::to_value(&row.event.event.body).unwrap();
            (row.event.event.kind.as_str().to_owned(), names.into(), body)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_12_a_code_has_256_bits_and_its_link_fits_a_small_picture() {
    let server = TestServer::start().await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..20 {
        let (code, issued) = code_with(&server, json!({ "magicLink": true })).await;
        assert_eq!(code.len(), 43);
        assert!(seen.insert(code));
        let link = issued["magicLink"].as_str().unwrap();
        let path = link.strip_prefix(&server.base()).unwrap();
        assert_eq!(path.len(), "in/".len() + 52);
        assert!(
            path[3..].bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
            "capital base-32"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn pr_13_two_hundred_calls_a_minute_and_no_more() {
    let server =
        TestServer::over(Clinic::default().with("/projects/0/preauthorizePerMinute", json!(5))).await;
    let (first, _) = code_with(&server, json!({})).await;
    for call in 2..=5 {
        assert_eq!(preauthorize(&server, PORTAL, PAT, json!({})).await.status, 200, "{call}");
    }
    let reply = preauthorize(&server, PORTAL, PAT, json!({})).await;
    assert!(says(&reply, 429, "Too Many Requests"), "{reply:?}");
    let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(redeem(&server, PORTAL, &first, &[]).await.status, 200, "codes that exist are not affected");
    server.clock.advance(wait + 1);
    assert_eq!(preauthorize(&server, PORTAL, PAT, json!({})).await.status, 200);

    let server = TestServer::start().await;
    for call in 1..=200 {
        assert_eq!(preauthorize(&server, PORTAL, PAT, json!({})).await.status, 200, "{call}");
    }
    assert_eq!(preauthorize(&server, PORTAL, PAT, json!({})).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_14_the_log_has_who_for_whom_and_never_the_code() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "magicLink": true, "txCode": true })).await;
    let pin = issued["txCode"].as_str().unwrap();
    redeem(&server, PORTAL, &code, &[("tx_code", "000000x")]).await;
    redeem(&server, PORTAL, &code, &[("tx_code", pin)]).await;
    redeem(&server, PORTAL, &code, &[("tx_code", pin)]).await;
    let events = events(&server);
    let kinds: Vec<&str> = events.iter().map(|event| event.0.as_str()).collect();
    assert_eq!(&kinds[..5], ["refused", "token_issued", "link_redeemed", "refused", "link_issued"]);
    let (_, names, body) = &events[4];
    assert_eq!(names, &("Front desk".to_owned(), "Pat Maria Doe".to_owned(), "Patient portal".to_owned()));
    assert_eq!(body["after"]["expiresAt"], issued["expiresAt"]);
    assert_eq!(events[2].2["remoteAddress"], "127.0.0.1", "redeemed from where");
    let log = format!("{events:?}");
    let link = issued["magicLink"].as_str().unwrap().rsplit('/').next().unwrap();
    for secret in
        [code.as_str(), link, issued["typedCode"].as_str().unwrap(), pin, "000000x", "pat@example.org"]
    {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_15_the_header_gives_nobodys_identity_elsewhere() {
    let server = TestServer::start().await;
    let token = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    let reply = for_pat(server.get("/oauth2/userinfo").bearer(&token)).send().await;
    assert_eq!(reply.status, 403, "still a client's own token");
    let request = for_pat(server.post("/oauth2/token").basic(DESK, DESK_SECRET));
    let reply = request.form(&[("grant_type", "client_credentials")]).send().await;
    assert_eq!(crate::steps::claims(&reply.str("access_token"))["sub"], DESK);
}

/// A token that its person narrowed to some FHIR resources is for these: it neither issues links, which would give more, nor
/// administers.
#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_token_of_an_admin_issues_and_administers_nothing() {
    let server = TestServer::start().await;
    for (scope, preauthorize, project, password) in [
        ("openid", 200, 200, 400),
        ("openid system/*.cruds", 200, 200, 400),
        ("openid system/Patient.cruds", 400, 403, 403),
        ("openid user/*.rs", 400, 403, 403),
    ] {
        let request = server.post("/oauth2/token").basic(DESK, DESK_SECRET);
        let token = request.form(&[("grant_type", "client_credentials"), ("scope", scope)]).send().await;
        assert_eq!(token.str("scope"), scope);
        let token = token.str("access_token");
        let before = codes(&server);
        let issued = for_pat(server.post("/auth/preauthorize").bearer(&token));
        let issued = issued.json(&json!({ "clientId": PORTAL })).send().await;
        assert_eq!(issued.status, preauthorize, "{scope}: {issued:?}");
        assert_eq!(codes(&server), before + u32::from(preauthorize == 200), "{scope}");
        let alone = server.post("/auth/preauthorize").bearer(&token).json(&json!({ "clientId": PORTAL }));
        assert_eq!(alone.send().await.status, if preauthorize == 200 { 400 } else { 403 }, "{scope}");
        let read = server.get(&format!("/admin/projects/{PROJECT}")).bearer(&token).send().await;
        assert_eq!(read.status, project, "{scope}: {read:?}");
        let set = server.post("/admin/projects/setpassword").bearer(&token);
        let set = set.json(&json!({ "email": "nobody@example.org", "password": "long enough" })).send().await;
        assert_eq!(set.status, password, "{scope}: {set:?}");
    }
}

/// A link is a sign-in: with the desk right alone nobody signs in as an admin, as a client, or as a colleague.
#[tokio::test(flavor = "multi_thread")]
async fn the_desk_right_reaches_nobody_with_more_rights() {
    for (whom, right, status) in [
        (format!("Practitioner/{ADA}"), None, 400),
        (format!("ClientApplication/{DESK}"), None, 400),
        (format!("Patient/{FAR}"), None, 200),
        (format!("Patient/{FAR}"), Some("admin"), 400),
        (format!("Patient/{FAR}"), Some("desk"), 400),
    ] {
        let mut clinic = Clinic::default().with("/projects/0/members/0/desk", json!(true));
        if let Some(right) = right {
            clinic = clinic.with(&format!("/projects/0/members/3/{right}"), json!(true));
        }
        let server = TestServer::over(clinic).await;
        let (code, _) = code_with(&server, json!({})).await;
        let token = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
        let before = codes(&server);
        let request = server.post("/auth/preauthorize").bearer(&token).header(ON_BEHALF_OF, &whom);
        let reply = request.json(&json!({ "clientId": PORTAL })).send().await;
        assert_eq!(reply.status, status, "{whom}, {right:?}: {reply:?}");
        assert_eq!(codes(&server), before + u32::from(status == 200), "{whom}");
    }
}

/// The desk right allows issuing, and nothing else: a token of its holder opens no administration.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_with_the_desk_right_may_issue() {
    for (desk, status) in [(true, 200), (false, 400)] {
        let clinic = Clinic::default().with("/projects/0/members/0/desk", json!(desk));
        let server = TestServer::over(clinic).await;
        let (code, _) = code_with(&server, json!({})).await;
        let token = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
        let request = server.post("/auth/preauthorize").bearer(&token);
        let request = request.header("X-Medplum-On-Behalf-Of", format!("Patient/{PAT}"));
        let reply = request.json(&json!({ "clientId": PORTAL })).send().await;
        assert_eq!(reply.status, status, "desk right {desk}: {reply:?}");
    }
}
