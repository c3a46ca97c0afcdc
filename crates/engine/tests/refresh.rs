//! Whatever is done to authorization codes and refresh tokens, in whatever order: a code signs in at most once, a family has
//! one live token at most, and what was ended stays ended.

#![expect(clippy::unwrap_used, reason = "what fails in a test panics")]

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::client_auth::Presented;
use anteroom_engine::clock::ManualClock;
use anteroom_engine::cx::Origin;
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::grant::{authorization_code, refresh_token};
use anteroom_engine::id::Id;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::model::client::{ClientSettings, ClientType};
use anteroom_engine::model::interaction::{AuthorizationRequest, Interaction, Who};
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::membership::{Principal, ProfileType};
use anteroom_engine::model::project::{Dialect, ProjectSettings};
use anteroom_engine::model::{Client, Login, Membership, Project};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::service::clients::{self, NewClient};
use anteroom_engine::service::people::{self, NewPerson};
use anteroom_engine::service::{interactions, projects};
use anteroom_engine::stop::Stop;
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::form::Form;
use anteroom_store_sqlite::SqliteStore;
use proptest::prelude::*;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const WRONG_VERIFIER: &str = "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT_URI: &str = "https://c.test/cb";

/// An engine with one clinic, one patient and one authorization code.
struct Bench {
    engine: Arc<Engine>,
    clock: Arc<ManualClock>,
    portal: Id<Client>,
    stranger: Id<Client>,
    patient: Membership,
    login: Id<Login>,
    code: String,
}

fn origin() -> Origin {
    Origin {
        issuer: Issuer::parse("http://127.0.0.1:8103/").unwrap(),
        remote_address: Some("127.0.0.1".into()),
        run: None,
    }
}

fn public_client(project: Id<Project>, name: &str) -> NewClient {
    NewClient {
        settings: ClientSettings { redirect_uris: vec![REDIRECT_URI.into()], ..ClientSettings::default() },
        ..NewClient::named(project, name, ClientType::Public)
    }
}

impl Bench {
    fn new() -> Self {
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
        let inner = Arc::clone(&engine);
        let (portal, stranger, patient, login, code) = engine
            .transact(origin(), move |cx| {
                let project = projects::create(cx, None, "Clinic", Dialect::Rfc, ProjectSettings::default())?;
                let portal = clients::create(cx, &inner, public_client(project.id, "Portal"))?;
                let stranger = clients::create(cx, &inner, public_client(project.id, "Stranger"))?;
                let patient = people::create(cx, NewPerson::new(project.id, ProfileType::Patient))?;
                let Principal::User(user) = patient.principal else { panic!("a person has an account") };
                let interaction = Interaction {
                    id: cx.time_ordered_id()?,
                    project: project.id,
                    client: portal.id,
                    browser: None,
                    request: AuthorizationRequest {
                        redirect_uri: Some(REDIRECT_URI.into()),
                        scope: "openid offline_access".into(),
                        code_challenge: Some(CHALLENGE.into()),
                        ..AuthorizationRequest::default()
                    },
                    who: Some(Who {
                        user,
                        session: None,
                        auth_method: AuthMethod::Password,
                        auth_time: cx.now,
                        second_factor: false,
                    }),
                    membership: Some(patient.id),
                    seen: true,
                    created_at: cx.now,
                    expires_at: cx.now + 60,
                    finished_at: None,
                };
                let code = interactions::issue_code(cx, &portal, &interaction, &patient)?;
                let login = Id::from_uuid(interaction.id.uuid());
                Ok((portal.id, stranger.id, patient, login, code.expose().to_owned()))
            })
            .wait()
            .unwrap();
        Self { engine, clock, portal, stranger, patient, login, code }
    }

    fn redeem(&self, client: Id<Client>, verifier: &str) -> Result<String, Refusal> {
        let body =
            format!("code={}&redirect_uri=https%3A%2F%2Fc.test%2Fcb&code_verifier={verifier}", self.code);
        let mut form = Form::decode(body.as_bytes()).unwrap();
        let presented = Presented { client_id: Some(client.to_string()), ..Presented::default() };
        let request = authorization_code::Request::read(presented, &mut form);
        let engine = Arc::clone(&self.engine);
        let pending =
            self.engine.transact(origin(), move |cx| authorization_code::redeem(cx, &engine, request));
        self.answered(pending.wait())
    }

    fn refresh(&self, client: Id<Client>, token: &str) -> Result<String, Refusal> {
        let request = refresh_request(client, token);
        let engine = Arc::clone(&self.engine);
        let pending = self.engine.transact(origin(), move |cx| refresh_token::redeem(cx, &engine, request));
        self.answered(pending.wait())
    }

    fn answered(
        &self,
        outcome: Result<anteroom_engine::service::tokens::PreparedTokens, Stop>,
    ) -> Result<String, Refusal> {
        match outcome {
            Ok(tokens) => {
                let response = tokens.sign(&self.engine).unwrap();
                Ok(response.refresh_token.expect("offline_access gives one").expose().to_owned())
            }
            Err(Stop::Refused(refused)) => Err(refused.refusal),
            Err(other) => panic!("neither tokens nor a refusal: {other:?}"),
        }
    }

    fn revoked(&self) -> bool {
        let login = self.login;
        let live = self.engine.read(move |tx, _| Ok(tx.live_login(login)?)).unwrap();
        live.is_some_and(|live| live.login.revoked_at.is_some())
    }

    fn revoke(&self) {
        let login = self.login;
        self.engine.transact(origin(), move |cx| Ok(cx.tx.revoke_login(login, cx.now)?)).wait().unwrap();
    }

    fn switch(&self, active: bool) {
        let before = self.patient.id;
        self.engine
            .transact(origin(), move |cx| {
                let before = cx.tx.membership(before)?.unwrap();
                let after = Membership { active, ..(*before).clone() };
                people::update(cx, &before, &after)
            })
            .wait()
            .unwrap();
    }
}

fn refresh_request(client: Id<Client>, token: &str) -> refresh_token::Request {
    let mut form = Form::decode(format!("refresh_token={token}").as_bytes()).unwrap();
    let presented = Presented { client_id: Some(client.to_string()), ..Presented::default() };
    refresh_token::Request::read(presented, &mut form)
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Present the token that was issued so many issues ago.
    Refresh(usize),
    Stranger(usize),
    Wait(u8),
    Switch(bool),
    Revoke,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Refresh(0)),
        3 => Just(Step::Refresh(1)),
        1 => Just(Step::Refresh(2)),
        2 => (0..3_usize).prop_map(Step::Stranger),
        3 => (0..20_u8).prop_map(Step::Wait),
        1 => any::<bool>().prop_map(Step::Switch),
        1 => Just(Step::Revoke),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// [RFC9700 §4.14.2] There is never more than one live token in a family, and one that was replaced never works again
    /// but once, within ten seconds, while the newest is unused; a family that was ended stays ended.
    #[test]
    fn rt_03_rt_05_a_family_has_one_live_token_at_most(steps in proptest::collection::vec(step(), 1..30)) {
        let bench = Bench::new();
        // A model in three variables: the newest token, the one before, and when they changed places.
        let mut issued = vec![bench.redeem(bench.portal, VERIFIER).unwrap()];
        let mut newest = 0;
        let mut before: Option<(usize, Timestamp, bool)> = None;
        let (mut ended, mut active) = (false, true);
        for step in steps {
            match step {
                Step::Wait(seconds) => bench.clock.advance(i64::from(seconds)),
                Step::Switch(on) => { bench.switch(on); active = on; }
                Step::Revoke => { bench.revoke(); ended = true; }
                Step::Stranger(ago) => {
                    let token = &issued[issued.len().saturating_sub(1 + ago)];
                    let answer = bench.refresh(bench.stranger, token);
                    prop_assert_eq!(answer, Err(Refusal::RefreshTokenOfOtherClient));
                    prop_assert_eq!(bench.revoked(), ended, "a stranger ends nothing");
                }
                Step::Refresh(ago) => {
                    let at = issued.len().saturating_sub(1 + ago);
                    let now = bench.engine.now();
                    let answer = bench.refresh(bench.portal, &issued[at]);
                    let just = before.filter(|(token, since, _)| *token == at && now < *since + 10);
                    if ended {
                        prop_assert_eq!(answer, Err(Refusal::RefreshTokenRevoked));
                    } else if at == newest || just.is_some_and(|(_, _, graced)| !graced) {
                        if active {
                            issued.push(answer.expect("a live token is answered"));
                            before = match just {
                                Some((token, since, _)) if at != newest => Some((token, since, true)),
                                _ => Some((at, now, false)),
                            };
                            newest = issued.len() - 1;
                        } else {
                            prop_assert_eq!(answer, Err(Refusal::MemberInactive), "nothing is spent");
                        }
                    } else if just.is_some() {
                        prop_assert_eq!(answer, Err(Refusal::RefreshTokenReplaced));
                    } else {
                        prop_assert_eq!(answer, Err(Refusal::RefreshTokenReused));
                        ended = true;
                    }
                    prop_assert_eq!(bench.revoked(), ended);
                }
            }
        }
    }

    /// [RFC6749 §4.1.2] A code signs in at most once, and never after three wrong verifiers or five minutes.
    #[test]
    fn ac_05_ac_12_a_code_signs_in_at_most_once(
        steps in proptest::collection::vec(prop_oneof![
            2 => Just(0_u8), 4 => Just(1_u8), 2 => Just(2_u8), 3 => Just(3_u8),
        ], 1..15),
    ) {
        let bench = Bench::new();
        let began = bench.engine.now();
        let (mut wrong, mut redeemed) = (0, false);
        for step in steps {
            let now = bench.engine.now();
            let over = now >= began + 300;
            match step {
                0 => {
                    let answer = bench.redeem(bench.portal, VERIFIER).map(drop);
                    let expected = if redeemed { Err(Refusal::AuthorizationCodeSpent) }
                        else if wrong >= 3 { Err(Refusal::AuthorizationCodeEnded) }
                        else if over { Err(Refusal::AuthorizationCodeExpired) }
                        else { Ok(()) };
                    prop_assert_eq!(answer, expected);
                    if redeemed { prop_assert!(bench.revoked(), "a replay ends what came of it"); }
                    redeemed |= expected.is_ok();
                }
                1 => {
                    let answer = bench.redeem(bench.portal, WRONG_VERIFIER).map(drop);
                    let expected = if redeemed { Refusal::AuthorizationCodeSpent }
                        else if wrong >= 3 { Refusal::AuthorizationCodeEnded }
                        else if over { Refusal::AuthorizationCodeExpired }
                        else { wrong += 1; Refusal::WrongCodeVerifier };
                    prop_assert_eq!(answer, Err(expected));
                }
                2 => {
                    let answer = bench.redeem(bench.stranger, VERIFIER).map(drop);
                    prop_assert_eq!(answer, Err(Refusal::AuthorizationCodeOfOtherClient));
                }
                _ => bench.clock.advance(100),
            }
        }
    }
}

#[test]
fn ac_07_of_a_thousand_uses_of_one_code_one_wins() {
    let bench = Bench::new();
    let pending: Vec<_> = (0..1_000)
        .map(|_| {
            let body = format!("code={}&redirect_uri={REDIRECT_URI}&code_verifier={VERIFIER}", bench.code);
            let mut form = Form::decode(body.as_bytes()).unwrap();
            let presented = Presented { client_id: Some(bench.portal.to_string()), ..Presented::default() };
            let request = authorization_code::Request::read(presented, &mut form);
            let engine = Arc::clone(&bench.engine);
            bench.engine.transact(origin(), move |cx| authorization_code::redeem(cx, &engine, request))
        })
        .collect();
    let answers: Vec<_> = pending.into_iter().map(|pending| bench.answered(pending.wait())).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| answer.is_ok() || *answer == Err(Refusal::AuthorizationCodeSpent)));
    assert!(bench.revoked(), "the code was in many hands");
}

#[test]
fn rt_04_of_two_hundred_uses_of_one_token_one_branch_lives() {
    let bench = Bench::new();
    let first = bench.redeem(bench.portal, VERIFIER).unwrap();
    let pending: Vec<_> = (0..200)
        .map(|_| {
            let request = refresh_request(bench.portal, &first);
            let engine = Arc::clone(&bench.engine);
            bench.engine.transact(origin(), move |cx| refresh_token::redeem(cx, &engine, request))
        })
        .collect();
    let answers: Vec<_> = pending.into_iter().map(|pending| bench.answered(pending.wait())).collect();
    let given: Vec<&String> = answers.iter().flatten().collect();
    assert_eq!(given.len(), 2, "the new one, and once more for an answer that was lost");
    assert!(!bench.revoked(), "the family survives");
    assert!(bench.refresh(bench.portal, given[1]).is_ok(), "the last one given is the live one");
    assert_eq!(bench.refresh(bench.portal, given[0]), Err(Refusal::RefreshTokenReused));
    assert!(bench.revoked());
}

#[test]
fn rt_14_a_family_ends_when_it_is_idle_and_after_a_year() {
    let idle = Bench::new();
    let token = idle.redeem(idle.portal, VERIFIER).unwrap();
    idle.clock.advance(14 * 86_400);
    assert_eq!(idle.refresh(idle.portal, &token), Err(Refusal::RefreshTokenExpired));

    let busy = Bench::new();
    let mut token = busy.redeem(busy.portal, VERIFIER).unwrap();
    let mut days = 0;
    while days < 365 {
        busy.clock.advance(10 * 86_400);
        days += 10;
        match busy.refresh(busy.portal, &token) {
            Ok(next) => token = next,
            Err(refusal) => {
                assert_eq!(refusal, Refusal::RefreshTokenExpired);
                break;
            }
        }
    }
    assert!((360..=370).contains(&days), "ended after {days} days");
}
