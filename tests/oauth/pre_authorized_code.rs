//! PA: redeeming a pre-authorized code.

use anteroom_engine::id::Id;
use anteroom_engine::model::pre_authorized_code::Ending;
use anteroom_engine::model::{Client, Membership, PreAuthorizedCode};
use anteroom_engine::service::magic_links;
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    DESK, DESK_SECRET, ELSEWHERE, FAR, GONE, KIOSK, LEGACY, PAT, PAT_MEMBERSHIP, PAT_USER, PORTAL,
    PORTAL_SECRET, ROBOT, SPA,
};
use anteroom_testkit::server::{START, TestServer};
use serde_json::json;

use crate::steps::{
    PRE_AUTHORIZED, claims, code, code_with, is, preauthorize, redeem, refused, userinfo_status,
};

/// The row of the one code that a server has.
fn stored(server: &TestServer) -> PreAuthorizedCode {
    let rows = server.engine.read(|tx, now| {
        let project = Id::parse(anteroom_testkit::builders::PROJECT).unwrap();
        let window = anteroom_engine::store::Window { offset: 0, limit: 10 };
        Ok(tx.list_pre_authorized_codes(
            project,
            &anteroom_engine::store::CodeFilter::default(),
            now,
            window,
        )?)
    });
    let mut rows = rows.unwrap().rows;
    assert_eq!(rows.len(), 1);
    rows.remove(0).code
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_01_a_code_becomes_tokens_of_the_person() {
    let server = TestServer::start().await;
    let (code, _) = code_with(&server, json!({ "scope": "openid offline_access" })).await;
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    for member in ["access_token", "id_token", "scope"] {
        assert!(body[member].is_string(), "{member}");
    }
    assert_eq!(body["expires_in"], 3_600);
    assert!(body.get("refresh_token").is_none(), "never");
    assert_eq!((body["patient"].as_str(), body["need_patient_banner"].as_bool()), (Some(PAT), Some(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_02_a_code_works_once() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let first = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    for _ in 0..3 {
        let reply = redeem(&server, PORTAL, &code, &[]).await;
        assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Token already granted".into()));
    }
    assert_eq!(userinfo_status(&server, &first).await, 200, "the first session lives on");
    assert_eq!(stored(&server).refused, 3, "and the desk sees the others");
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_03_a_replay_ends_the_session_when_the_project_says_so() {
    for clinic in [Clinic::medplum(), Clinic::default().with("/projects/0/revokeOnReplay", json!(true))] {
        let server = TestServer::over(clinic).await;
        let code = code(&server).await;
        let first = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
        assert_eq!(userinfo_status(&server, &first).await, 200);
        assert_eq!(refused(&redeem(&server, PORTAL, &code, &[]).await), is(400, "invalid_grant"));
        assert_eq!(userinfo_status(&server, &first).await, 401, "revoked");
    }
    // Another client that presents a spent code ends the session always.
    let server = TestServer::start().await;
    let code = code(&server).await;
    let first = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    assert_eq!(refused(&redeem(&server, SPA, &code, &[]).await), is(400, "invalid_grant"));
    assert_eq!(userinfo_status(&server, &first).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_05_an_unknown_code() {
    let server = TestServer::start().await;
    let forty_three = "A".repeat(43);
    let fifty_two = "A".repeat(52);
    for code in ["x", &forty_three, &fifty_two, "' OR 1=1 --", "ü", &"x".repeat(10_000)] {
        let reply = redeem(&server, PORTAL, code, &[]).await;
        assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Invalid pre-authorized_code".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_06_no_code() {
    let server = TestServer::start().await;
    for extra in [&[][..], &[("code", "x")], &[("pre_authorized_code", "x")]] {
        let mut fields = vec![("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL)];
        fields.extend_from_slice(extra);
        let reply = server.post("/oauth2/token").form(&fields).send().await;
        assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Missing pre-authorized_code".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_07_a_code_ends_to_the_second() {
    let server = TestServer::start().await;
    let early = code_with(&server, json!({ "expiresIn": 60 })).await.0;
    let late = code_with(&server, json!({ "expiresIn": 60 })).await.0;
    server.clock.advance(59);
    assert_eq!(redeem(&server, PORTAL, &early, &[]).await.status, 200, "the last second");
    server.clock.advance(1);
    let reply = redeem(&server, PORTAL, &late, &[]).await;
    assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Pre-authorized code expired".into()));
    server.clock.advance(-3_600);
    assert_eq!(
        redeem(&server, PORTAL, &late, &[]).await.status,
        400,
        "a clock that goes back revives nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn pa_08_a_code_that_was_taken_back() {
    let server = TestServer::start().await;
    for (ending, description) in
        [(Ending::Revoked, "Token revoked"), (Ending::Replaced, "Pre-authorized code replaced")]
    {
        let server = TestServer::start().await;
        let code = code(&server).await;
        let row = stored(&server);
        let by: Id<Membership> = row.issued_by;
        assert!(server.change(move |cx| magic_links::end(cx, &row, ending, by)).await);
        let reply = redeem(&server, PORTAL, &code, &[]).await;
        assert_eq!(reply.refusal(), (400, "invalid_grant".into(), description.into()));
    }
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_09_another_client_spends_nothing_and_is_seen() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    for client in [SPA, LEGACY, KIOSK, anteroom_testkit::builders::FOREIGN] {
        let reply = redeem(&server, client, &code, &[]).await;
        assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Invalid client".into()), "{client}");
    }
    assert_eq!(stored(&server).refused, 4, "counted for the board");
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200, "the right one still can");
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_10_no_client_id() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let fields = [("grant_type", PRE_AUTHORIZED), ("pre-authorized_code", code.as_str())];
    let reply = server.post("/oauth2/token").form(&fields).send().await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Missing client_id".into()));
    let unknown = redeem(&server, "c0ffee00-0000-4000-8000-999999999999", &code, &[]).await;
    assert_eq!(unknown.refusal().1, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_11_a_secret_is_optional_and_checked_when_sent() {
    let server = TestServer::start().await;
    let one = code(&server).await;
    let reply = redeem(&server, PORTAL, &one, &[("client_secret", "wrong")]).await;
    assert_eq!(refused(&reply), is(401, "invalid_client"));
    assert_eq!(redeem(&server, PORTAL, &one, &[]).await.status, 200, "none sent, as the seed calls it");
    let two = code(&server).await;
    let fields = [("grant_type", PRE_AUTHORIZED), ("pre-authorized_code", two.as_str())];
    let basic = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET).form(&fields).send().await;
    assert_eq!(basic.status, 200, "{basic:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_12_a_client_that_may_not_use_the_grant() {
    let server = TestServer::start().await;
    let code = preauthorize(&server, ROBOT, PAT, json!({})).await.str("preAuthorizedCode");
    assert_eq!(refused(&redeem(&server, ROBOT, &code, &[]).await), is(400, "unauthorized_client"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_13_a_missing_pin_spends_nothing() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "txCode": true })).await;
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Missing tx_code".into()));
    let pin = issued["txCode"].as_str().unwrap();
    assert_eq!(redeem(&server, PORTAL, &code, &[("tx_code", pin)]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_14_an_unexpected_pin_spends_nothing() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let reply = redeem(&server, PORTAL, &code, &[("tx_code", "1234")]).await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Unexpected tx_code".into()));
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200);
}

/// A PIN of the same length that is not `pin`.
fn wrong(pin: &str) -> String {
    pin.chars().map(|digit| char::from_digit((digit.to_digit(10).unwrap() + 1) % 10, 10).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_15_a_wrong_pin_is_counted_and_spends_nothing() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "txCode": true })).await;
    let pin = issued["txCode"].as_str().unwrap();
    for tries in 1..=4 {
        let reply = redeem(&server, PORTAL, &code, &[("tx_code", &wrong(pin))]).await;
        assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Invalid tx_code".into()));
        assert_eq!(stored(&server).wrong_tx_codes, tries);
    }
    assert_eq!(redeem(&server, PORTAL, &code, &[("tx_code", pin)]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_16_five_wrong_pins_lock_the_code() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "txCode": { "length": 4 } })).await;
    let pin = issued["txCode"].as_str().unwrap();
    for _ in 0..5 {
        assert_eq!(
            refused(&redeem(&server, PORTAL, &code, &[("tx_code", &wrong(pin))]).await),
            is(400, "invalid_grant")
        );
    }
    let reply = redeem(&server, PORTAL, &code, &[("tx_code", pin)]).await;
    assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Too many wrong transaction codes".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_17_a_hundred_wrong_pins_at_once_compare_five() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "txCode": true })).await;
    let pin = issued["txCode"].as_str().unwrap().to_owned();
    let bad = wrong(&pin);
    let fields = [
        ("grant_type", PRE_AUTHORIZED),
        ("client_id", PORTAL),
        ("pre-authorized_code", &code),
        ("tx_code", &bad),
    ];
    let tasks: Vec<_> =
        (0..100).map(|_| tokio::spawn(server.post("/oauth2/token").form(&fields).send())).collect();
    let mut compared = 0;
    for task in tasks {
        let reply = task.await.unwrap();
        assert_eq!(refused(&reply), is(400, "invalid_grant"), "{reply:?}");
        compared += usize::from(reply.refusal().2 == "Invalid tx_code");
    }
    assert_eq!(compared, 5);
    assert_eq!(redeem(&server, PORTAL, &code, &[("tx_code", &pin)]).await.status, 400, "locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_18_a_pin_is_text_and_not_a_number() {
    let server = TestServer::start().await;
    // A PIN that begins with 0, however many codes it takes.
    let (code, pin) = loop {
        let (code, issued) = code_with(&server, json!({ "txCode": true })).await;
        let pin = issued["txCode"].as_str().unwrap().to_owned();
        if pin.starts_with('0') {
            break (code, pin);
        }
    };
    let full_width: String =
        pin.chars().map(|digit| char::from_u32('０' as u32 + digit.to_digit(10).unwrap()).unwrap()).collect();
    let without_zero = pin.trim_start_matches('0').to_owned();
    for other in [format!(" {pin}"), full_width, without_zero, format!("0{pin}")] {
        let reply = redeem(&server, PORTAL, &code, &[("tx_code", &other)]).await;
        assert_eq!(refused(&reply), is(400, "invalid_grant"), "{other}");
    }
    assert_eq!(redeem(&server, PORTAL, &code, &[("tx_code", &pin)]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_19_a_code_is_of_one_kind() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "magicLink": true })).await;
    let typed = issued["typedCode"].as_str().unwrap().replace('-', "");
    let reply = redeem(&server, PORTAL, &typed, &[]).await;
    assert_eq!(refused(&reply), is(400, "invalid_grant"), "a typed code is no pre-authorized code");
    let fields =
        [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", &"v".repeat(43))];
    let reply = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET).form(&fields).send().await;
    assert_eq!(refused(&reply), is(400, "invalid_grant"), "a pre-authorized code is no authorization code");
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_20_scope_cannot_grow_at_redemption() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let reply = redeem(&server, PORTAL, &code, &[("scope", "openid email profile system/*.*")]).await;
    assert_eq!((reply.status, reply.str("scope").as_str()), (200, "openid"));
    assert_eq!(claims(&reply.str("access_token"))["scope"], "openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_21_the_nonce_stands_in_the_id_token() {
    let server = TestServer::start().await;
    let (code, _) = code_with(&server, json!({ "nonce": "n-0S6_WzA2Mj" })).await;
    let id_token = redeem(&server, PORTAL, &code, &[]).await.str("id_token");
    assert_eq!(claims(&id_token)["nonce"], "n-0S6_WzA2Mj");
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_22_the_tokens_are_the_persons_alone() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    let access = claims(&reply.str("access_token"));
    assert_eq!(access["sub"], PAT_USER);
    assert_eq!(access["profile"], format!("Patient/{PAT}"));
    assert_eq!(access["client_id"], PORTAL);
    assert_eq!(claims(&reply.str("id_token"))["fhirUser"], format!("Patient/{PAT}"));
    assert_eq!(reply.json()["profile"]["reference"], format!("Patient/{PAT}"));
    // The admin who had it issued lends it no rights.
    let request = server.post("/auth/preauthorize").bearer(&reply.str("access_token"));
    assert_eq!(request.json(&json!({ "clientId": PORTAL })).send().await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn pa_23_an_inactive_person_gets_neither_code_nor_tokens() {
    let server = TestServer::start().await;
    let reply = preauthorize(&server, PORTAL, GONE, json!({})).await;
    assert_eq!(reply.outcome(), (400, "Profile not active".into(), None));
    let code = code(&server).await;
    let switch = |active: bool| {
        server.change(move |cx| {
            let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            Ok(cx.tx.update_membership(&Membership { active, ..(*pat).clone() })?)
        })
    };
    switch(false).await;
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Profile not active".into()));
    switch(true).await;
    let token = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    switch(false).await;
    assert_eq!(userinfo_status(&server, &token).await, 401, "tokens end with the membership");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ip_rule_refuses_and_leaves_the_code_usable() {
    let server = TestServer::start().await;
    let code = preauthorize(&server, PORTAL, FAR, json!({})).await.str("preAuthorizedCode");
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "IP address not allowed".into()));
    let row = stored(&server);
    assert_eq!((row.redeemed_at, row.refused), (None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_25_the_offer_names_the_issuer_the_client_and_the_code() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "magicLink": true, "txCode": true })).await;
    let offer = issued["offerUri"].as_str().unwrap().split_once("credential_offer=").unwrap().1;
    let mut bytes = Vec::new();
    let mut rest = offer.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    let offer: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(offer["credential_issuer"], server.base());
    assert_eq!(offer["credential_configuration_ids"], json!([PORTAL]));
    let grant = &offer["grants"][PRE_AUTHORIZED];
    assert_eq!(grant["tx_code"], json!({ "input_mode": "numeric", "length": 6 }));
    // The offer's spelling of the code redeems the same one-time grant.
    let pin = issued["txCode"].as_str().unwrap();
    let spelled = grant["pre-authorized_code"].as_str().unwrap();
    assert_eq!(redeem(&server, PORTAL, spelled, &[("tx_code", pin)]).await.status, 200);
    assert_eq!(
        redeem(&server, PORTAL, &code, &[("tx_code", pin)]).await.refusal().2,
        "Token already granted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_28_only_hashes_are_stored() {
    let server = TestServer::start().await;
    let (code, issued) = code_with(&server, json!({ "magicLink": true, "txCode": { "length": 8 } })).await;
    let row = stored(&server);
    assert_eq!(row.tx_code.unwrap().length, 8);
    let redeemed = redeem(&server, PORTAL, &code, &[("tx_code", issued["txCode"].as_str().unwrap())]).await;
    server.engine.close().expect("the store closes");
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(server.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            stored.extend(std::fs::read(path).unwrap());
        }
    }
    let typed = issued["typedCode"].as_str().unwrap();
    let base32 = issued["magicLink"].as_str().unwrap().rsplit('/').next().unwrap();
    let pin = issued["txCode"].as_str().unwrap();
    let token = redeemed.str("access_token");
    for value in
        [code.as_str(), typed, &typed.replace('-', ""), base32, &base32.to_lowercase(), pin, &token[..60]]
    {
        assert!(!stored.windows(value.len()).any(|window| window == value.as_bytes()), "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_an_rs256_client_are_rs256() {
    let server = TestServer::start().await;
    let code = preauthorize(&server, ELSEWHERE, PAT, json!({})).await.str("preAuthorizedCode");
    let reply = redeem(&server, ELSEWHERE, &code, &[]).await;
    assert_eq!(crate::steps::header(&reply.str("id_token"))["alg"], "RS256");
    assert_eq!(claims(&reply.str("access_token"))["iat"], START.seconds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_clients_codes_and_tokens_are_dead() {
    let server = TestServer::start().await;
    let spent = code(&server).await;
    let token = redeem(&server, PORTAL, &spent, &[]).await.str("access_token");
    let waiting = code(&server).await;
    server
        .change(|cx| {
            let portal: Id<Client> = Id::parse(PORTAL).unwrap();
            let client = cx.tx.client(portal)?.expect("the portal");
            anteroom_engine::service::clients::delete(cx, &client)
        })
        .await;
    assert_eq!(userinfo_status(&server, &token).await, 401);
    assert_eq!(refused(&redeem(&server, PORTAL, &waiting, &[]).await), is(401, "invalid_client"));
    assert_eq!(crate::steps::client_credentials(&server, DESK, DESK_SECRET).await.status, 200);
}
