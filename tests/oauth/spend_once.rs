//! One-time means once, also when a thousand ask at once.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::client_auth::Presented;
use anteroom_engine::cx::Origin;
use anteroom_engine::endpoint::landing::{self, Key};
use anteroom_engine::grant::pre_authorized_code as grant;
use anteroom_engine::id::Id;
use anteroom_engine::model::pre_authorized_code::{HandOver, Phone};
use anteroom_engine::service::magic_links::{self, NewCode, Plain};
use anteroom_magic_link::TypedCode;
use anteroom_oauth::form::Form;
use anteroom_oauth::scope::Scope;
use anteroom_oauth::{base32, medplum_code};
use anteroom_testkit::builders::{PAT, PAT_MEMBERSHIP, PORTAL};
use anteroom_testkit::server::TestServer;
use serde_json::json;
use tokio::sync::Barrier;

use crate::steps::{PRE_AUTHORIZED, code, is, preauthorize, refused, userinfo_status};

const PARALLEL: usize = 1_000;

/// How many rounds: one, or as many as `ANTEROOM_ROUNDS` says (the long run takes 20).
#[expect(clippy::disallowed_methods, reason = "the only setting of the long run")]
fn rounds() -> usize {
    std::env::var("ANTEROOM_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_04_f_02_a_thousand_redemptions_at_once_and_one_success() {
    let server = TestServer::start().await;
    for round in 0..rounds() {
        let code = code(&server).await;
        let fields =
            [("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", code.as_str())];
        let start = Arc::new(Barrier::new(PARALLEL));
        let tasks: Vec<_> = (0..PARALLEL)
            .map(|_| {
                let (start, request) = (Arc::clone(&start), server.post("/oauth2/token").form(&fields));
                tokio::spawn(async move {
                    start.wait().await;
                    request.send().await
                })
            })
            .collect();
        let mut tokens = Vec::new();
        for task in tasks {
            let reply = task.await.unwrap();
            if reply.status == 200 {
                tokens.push(reply.str("access_token"));
            } else {
                assert_eq!(refused(&reply), is(400, "invalid_grant"), "{reply:?}");
            }
        }
        assert_eq!(tokens.len(), 1, "round {round}");
        assert_eq!(userinfo_status(&server, &tokens[0]).await, 200, "the one token works");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_04_page_and_token_endpoint_race_for_one_code() {
    let server = TestServer::start().await;
    for _ in 0..10 {
        let issued = preauthorize(&server, PORTAL, PAT, json!({ "magicLink": true })).await;
        let (code, link) = (issued.str("preAuthorizedCode"), issued.str("magicLink"));
        let page = format!("/in/{}", link.rsplit('/').next().unwrap());
        let fields =
            [("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", code.as_str())];
        let typed = [("code", issued.str("typedCode")), ("press", "1".to_owned())];
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let requests = [
            server.post("/oauth2/token").form(&fields),
            server.post(&page).form(&[]),
            server.post("/oauth2/token").form(&fields),
            server.post(&page.to_uppercase()).form(&[]),
            server.post("/in").form(&typed),
        ];
        let tasks: Vec<_> = requests.into_iter().map(|request| tokio::spawn(request.send())).collect();
        let mut successes = 0;
        for task in tasks {
            let reply = task.await.unwrap();
            assert!(matches!(reply.status, 200 | 400 | 410), "{reply:?}");
            successes += usize::from(reply.status == 200);
        }
        assert_eq!(successes, 1);
        server.clock.advance(60);
    }
}

/// Races, each for a code of its own.
const RACES: usize = 10_000;
/// Races that are run side by side.
const AT_ONCE: usize = 100;

/// Ten thousand codes; for each, all ways to present it at once: the three spellings at the token endpoint, the link's
/// page, and the typed code. Exactly one wins each.
#[tokio::test(flavor = "multi_thread")]
async fn f_02_ten_thousand_races_are_won_by_exactly_one() {
    let server = TestServer::start().await;
    let engine = Arc::clone(&server.engine);
    let mut won = 0;
    for _ in 0..RACES / AT_ONCE {
        let codes = issue(&server).await;
        let contenders: Vec<_> = codes.iter().map(|code| contend(&engine, code)).collect();
        for contenders in contenders {
            let mut winners = 0;
            for contender in contenders {
                winners += usize::from(contender.await.unwrap());
            }
            assert_eq!(winners, 1, "race {won}");
            won += 1;
        }
        // typed codes are counted by the minute
        server.clock.advance(1);
    }
    assert_eq!(won, RACES);
    println!("{RACES} races, five contenders each: {won} won by exactly one");
}

struct Code {
    plain: Arc<Plain>,
    typed: TypedCode,
}

async fn issue(server: &TestServer) -> Vec<Code> {
    let entropy = server.engine.entropy();
    let make = |_| {
        let plain = Arc::new(magic_links::make(entropy, None).unwrap());
        let typed = TypedCode::from_random(&anteroom_engine::entropy::bytes(entropy).unwrap());
        Code { plain, typed }
    };
    let codes: Vec<Code> = (0..AT_ONCE).map(make).collect();
    let plain: Vec<_> = codes.iter().map(|code| (Arc::clone(&code.plain), code.typed.digest())).collect();
    let engine = Arc::clone(&server.engine);
    server
        .change(move |cx| {
            let client = cx.tx.client(Id::parse(PORTAL).unwrap())?.expect("the portal");
            let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            for (plain, typed) in plain {
                let new = NewCode {
                    client: &client,
                    membership: &pat,
                    issued_by: pat.id,
                    scope: Scope::parse("openid").unwrap(),
                    nonce: "n".to_owned(),
                    expires_in: 3_600,
                    hand_over: HandOver::Waiting,
                    language: None,
                    phone: Phone::Own,
                    typed: Some(typed),
                };
                magic_links::issue(cx, &engine, &plain, new)?;
            }
            Ok(())
        })
        .await;
    codes
}

/// Everybody who wants the code. Whether they got it is what they answer.
fn contend(engine: &Arc<Engine>, code: &Code) -> Vec<tokio::task::JoinHandle<bool>> {
    let bytes = &code.plain.code;
    let spellings = [
        grant::encode(bytes).expose().to_owned(),
        base32::encode_code(bytes).to_string(),
        medplum_code::encode(bytes).to_string(),
    ];
    let mut contenders: Vec<_> = spellings
        .into_iter()
        .map(|spelling| {
            let engine = Arc::clone(engine);
            tokio::spawn(async move {
                let body = format!("pre-authorized_code={spelling}");
                let inner = Arc::clone(&engine);
                let origin = Origin::inside(engine.issuer().clone());
                let redeemed = engine.transact(origin, move |cx| {
                    let mut form = Form::decode(body.as_bytes()).expect("a form");
                    let presented = Presented { client_id: Some(PORTAL.to_owned()), ..Presented::default() };
                    grant::redeem(cx, &inner, grant::Request::read(presented, &mut form)).map(drop)
                });
                redeemed.await.is_ok()
            })
        })
        .collect();
    for key in [Key::Link(grant::encode(bytes).digest()), Key::Typed(code.typed.digest())] {
        let engine = Arc::clone(engine);
        contenders.push(tokio::spawn(async move {
            // each from a phone of its own: one phone may type ten codes a minute
            let address = anteroom_engine::entropy::bytes::<8>(engine.entropy()).expect("an address");
            let origin = Origin {
                remote_address: Some(format!("{address:?}")),
                ..Origin::inside(engine.issuer().clone())
            };
            landing::press(&engine, origin, key, None).await.is_ok()
        }));
    }
    contenders
}
