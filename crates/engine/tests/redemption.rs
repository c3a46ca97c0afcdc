//! Whatever is done to a pre-authorized code, in whatever order: it signs in at most once, and only as it was issued.

#![expect(clippy::unwrap_used, reason = "what fails in a test panics")]

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::client_auth::Presented;
use anteroom_engine::clock::ManualClock;
use anteroom_engine::cx::Origin;
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::grant::pre_authorized_code as grant;
use anteroom_engine::id::Id;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::model::client::ClientType;
use anteroom_engine::model::membership::ProfileType;
use anteroom_engine::model::pre_authorized_code::{CodeState, Ending, HandOver, Phone};
use anteroom_engine::model::project::{Dialect, ProjectSettings};
use anteroom_engine::model::{Client, Login, Membership, PreAuthorizedCode};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::service::clients::{self, NewClient};
use anteroom_engine::service::magic_links::{self, NewCode, Plain};
use anteroom_engine::service::people::{self, NewPerson};
use anteroom_engine::service::projects;
use anteroom_engine::stop::{Outcome, Stop};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::form::Form;
use anteroom_oauth::scope::Scope;
use anteroom_store_sqlite::SqliteStore;
use proptest::prelude::*;

const LIFE: u32 = 100;

/// An engine with one clinic, one patient and one code.
struct Bench {
    engine: Arc<Engine>,
    clock: Arc<ManualClock>,
    portal: Id<Client>,
    stranger: Id<Client>,
    patient: Id<Membership>,
    code: Id<PreAuthorizedCode>,
    plain: Arc<Plain>,
    successes: u32,
}

fn origin() -> Origin {
    Origin {
        issuer: Issuer::parse("http://127.0.0.1:8103/").unwrap(),
        remote_address: Some("127.0.0.1".into()),
        run: None,
    }
}

impl Bench {
    fn new(pin: bool, revoke_on_replay: bool) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let engine = Arc::new(
            Engine::open(Parts {
                store: Arc::new(SqliteStore::in_memory().unwrap()),
                master_key: MasterKey::from_bytes([7; 32]),
                clock: Arc::clone(&clock) as Arc<_>,
                entropy: Arc::new(OsEntropy),
                issuers: vec![Issuer::parse("http://127.0.0.1:8103/").unwrap()],
            })
            .unwrap(),
        );
        let plain = Arc::new(magic_links::make(&OsEntropy, pin.then_some(6)).unwrap());
        let (inner, shared) = (Arc::clone(&engine), Arc::clone(&plain));
        let (portal, stranger, patient, code) = engine
            .transact(origin(), move |cx| {
                let settings = ProjectSettings {
                    revoke_on_replay: Some(revoke_on_replay),
                    ..ProjectSettings::default()
                };
                let project = projects::create(cx, None, "Clinic", Dialect::Rfc, settings)?;
                let portal =
                    clients::create(cx, &inner, NewClient::named(project.id, "Portal", ClientType::Public))?;
                let stranger = clients::create(
                    cx,
                    &inner,
                    NewClient::named(project.id, "Stranger", ClientType::Public),
                )?;
                let patient = people::create(cx, NewPerson::new(project.id, ProfileType::Patient))?;
                let new = NewCode {
                    client: &portal,
                    membership: &patient,
                    issued_by: patient.id,
                    scope: Scope::parse("openid").unwrap(),
                    nonce: "n".into(),
                    expires_in: LIFE,
                    hand_over: HandOver::Waiting,
                    language: None,
                    phone: Phone::Own,
                    typed: None,
                };
                let code = magic_links::issue(cx, &inner, &shared, new)?;
                Ok((portal.id, stranger.id, patient.id, code.id))
            })
            .wait()
            .unwrap();
        Self { engine, clock, portal, stranger, patient, code, plain, successes: 0 }
    }

    fn redeem(&mut self, client: Id<Client>, tx_code: Option<String>) -> Result<(), Refusal> {
        let mut body = format!("pre-authorized_code={}", grant::encode(&self.plain.code).expose());
        if let Some(tx_code) = tx_code {
            body.push_str("&tx_code=");
            body.push_str(&tx_code);
        }
        let mut form = Form::decode(body.as_bytes()).unwrap();
        let presented = Presented { client_id: Some(client.to_string()), ..Presented::default() };
        let request = grant::Request::read(presented, &mut form);
        let engine = Arc::clone(&self.engine);
        match self.engine.transact(origin(), move |cx| grant::redeem(cx, &engine, request)).wait() {
            Ok(tokens) => {
                self.successes += 1;
                tokens.sign(&self.engine).unwrap();
                Ok(())
            }
            Err(Stop::Refused(refused)) => Err(refused.refusal),
            Err(other) => panic!("neither tokens nor a refusal: {other:?}"),
        }
    }

    fn right_pin(&self) -> Option<String> {
        self.plain.tx_code.as_ref().map(|pin| pin.expose().to_owned())
    }

    /// Another PIN of the same length.
    fn wrong_pin(&self) -> String {
        let right = self.right_pin().unwrap_or_else(|| "000000".into());
        right.chars().map(|digit| if digit == '9' { '0' } else { char::from(digit as u8 + 1) }).collect()
    }

    fn row(&self) -> PreAuthorizedCode {
        self.engine.read(|tx, _| Ok(tx.pre_authorized_code(self.code)?)).unwrap().unwrap()
    }

    fn session(&self) -> Option<Login> {
        let login = self.row().login?;
        self.engine.read(|tx, _| Ok(tx.live_login(login)?)).unwrap().map(|live| live.login)
    }

    fn end(&self, ending: Ending) {
        let row = self.row();
        let by = self.patient;
        self.engine.transact(origin(), move |cx| magic_links::end(cx, &row, ending, by)).wait().unwrap();
    }

    fn open(&self) {
        let row = self.row();
        self.engine
            .transact(origin(), move |cx| -> Outcome<()> { magic_links::opened(cx, &row) })
            .wait()
            .unwrap();
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Redeem,
    RedeemWithWrongPin,
    RedeemWithoutPin,
    RedeemAsStranger,
    Open,
    Revoke,
    Replace,
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Redeem),
        4 => Just(Step::RedeemWithWrongPin),
        2 => Just(Step::RedeemWithoutPin),
        2 => Just(Step::RedeemAsStranger),
        2 => Just(Step::Open),
        1 => Just(Step::Revoke),
        1 => Just(Step::Replace),
        2 => (0..60_u8).prop_map(Step::Wait),
    ]
}

/// What a redemption as issued must answer, from the history alone.
fn expected(state: CodeState) -> Result<(), Refusal> {
    match state {
        CodeState::Waiting | CodeState::Opened => Ok(()),
        CodeState::Redeemed => Err(Refusal::CodeSpent),
        CodeState::Expired => Err(Refusal::CodeExpired),
        CodeState::Revoked => Err(Refusal::CodeRevoked),
        CodeState::Locked => Err(Refusal::CodeLocked),
        CodeState::Replaced => Err(Refusal::CodeReplaced),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// [OpenID4VCI 1.0 §6.3] A code signs in at most once; a wrong PIN, a stranger or a look at its page never spends it;
    /// the fifth wrong PIN locks it; what has ended stays ended.
    #[test]
    fn openid4vci_6_3_a_code_signs_in_at_most_once(
        pin in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..25),
    ) {
        let mut bench = Bench::new(pin, false);
        let mut wrong = 0;
        for step in steps {
            let before = bench.row();
            let state = before.state(bench.engine.now());
            let live = matches!(state, CodeState::Waiting | CodeState::Opened);
            match step {
                Step::Redeem => {
                    let answer = bench.redeem(bench.portal, bench.right_pin());
                    prop_assert_eq!(answer, expected(state), "redeemed as issued in state {:?}", state);
                }
                Step::RedeemWithWrongPin => {
                    let answer = bench.redeem(bench.portal, Some(bench.wrong_pin()));
                    let wanted = match (expected(state), pin) {
                        (Err(refusal), _) => refusal,
                        (Ok(()), false) => Refusal::UnexpectedTxCode,
                        (Ok(()), true) => { wrong += 1; Refusal::WrongTxCode }
                    };
                    prop_assert_eq!(answer, Err(wanted));
                    let locked = bench.row().state(bench.engine.now()) == CodeState::Locked;
                    if live && pin {
                        prop_assert_eq!(locked, wrong >= 5, "locked by the fifth wrong PIN, not before");
                    }
                }
                Step::RedeemWithoutPin => {
                    let wanted = match (expected(state), pin) {
                        (Ok(()), true) => Err(Refusal::MissingTxCode),
                        (answer, _) => answer,
                    };
                    prop_assert_eq!(bench.redeem(bench.portal, None), wanted);
                }
                Step::RedeemAsStranger => {
                    let answer = bench.redeem(bench.stranger, bench.right_pin());
                    prop_assert_eq!(answer, Err(Refusal::CodeOfOtherClient));
                    prop_assert_eq!(bench.row().redeemed_at, before.redeemed_at, "a stranger spends nothing");
                    prop_assert!(bench.row().refused > before.refused, "a stranger is counted");
                    if let Some(session) = bench.session() {
                        prop_assert!(session.revoked_at.is_some(), "a spent code in wrong hands ends the session");
                    }
                }
                Step::Open => {
                    bench.open();
                    prop_assert_eq!(bench.row().redeemed_at, before.redeemed_at, "a look spends nothing");
                }
                Step::Revoke => bench.end(Ending::Revoked),
                Step::Replace => bench.end(Ending::Replaced),
                Step::Wait(seconds) => bench.clock.advance(i64::from(seconds)),
            }
            prop_assert!(bench.successes <= 1, "signed in twice");
            prop_assert_eq!(bench.row().redeemed_at.is_some(), bench.successes == 1);
            if !live {
                let after = bench.row().state(bench.engine.now());
                let replaced = matches!(step, Step::Replace) && state == CodeState::Expired;
                let wanted = if replaced { CodeState::Replaced } else { state };
                prop_assert_eq!(after, wanted, "what has ended stays ended");
            }
        }
    }
}

#[test]
fn a_second_scan_leaves_the_first_session_alone_unless_the_project_says_otherwise() {
    for (revoke_on_replay, lives) in [(false, true), (true, false)] {
        let mut bench = Bench::new(false, revoke_on_replay);
        assert_eq!(bench.redeem(bench.portal, None), Ok(()));
        assert_eq!(bench.redeem(bench.portal, None), Err(Refusal::CodeSpent));
        let session = bench.session().unwrap();
        assert_eq!(session.revoked_at.is_none(), lives, "revokeOnReplay {revoke_on_replay}");
    }
}

#[test]
fn a_code_expires_at_its_second_and_stays_expired_when_the_clock_is_turned_back() {
    let mut bench = Bench::new(false, false);
    bench.clock.advance(i64::from(LIFE));
    assert_eq!(bench.redeem(bench.portal, None), Err(Refusal::CodeExpired));
    bench.clock.advance(-3_600);
    assert_eq!(
        bench.redeem(bench.portal, None),
        Err(Refusal::CodeExpired),
        "the engine never goes back in time"
    );
}

#[test]
fn a_thousand_wrong_pins_at_once_compare_five() {
    let mut bench = Bench::new(true, false);
    let (wrong, portal) = (bench.wrong_pin(), bench.portal);
    let pending: Vec<_> = (0..1_000)
        .map(|_| {
            let code = grant::encode(&bench.plain.code);
            let body = format!("pre-authorized_code={}&tx_code={wrong}", code.expose());
            let mut form = Form::decode(body.as_bytes()).unwrap();
            let presented = Presented { client_id: Some(portal.to_string()), ..Presented::default() };
            let request = grant::Request::read(presented, &mut form);
            let engine = Arc::clone(&bench.engine);
            bench.engine.transact(origin(), move |cx| grant::redeem(cx, &engine, request))
        })
        .collect();
    let refusals: Vec<Refusal> = pending
        .into_iter()
        .map(|answer| match answer.wait() {
            Err(Stop::Refused(refused)) => refused.refusal,
            _ => panic!("a wrong PIN is refused"),
        })
        .collect();
    let compared = refusals.iter().filter(|refusal| **refusal == Refusal::WrongTxCode).count();
    assert_eq!(compared, 5, "the counter grows before the comparison");
    assert_eq!(bench.redeem(portal, bench.right_pin()), Err(Refusal::CodeLocked));
}
