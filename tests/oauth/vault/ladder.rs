//! The ladder says what the exchange does: each rung is broken by itself, and both name the same condition.

use anteroom_engine::model::client::ClientType;
use anteroom_engine::model::connected_account::ProviderRefusal;
use anteroom_engine::service::vault::{Asked, Ladder, SubjectKind, Through, Verdict, ladder};
use anteroom_testkit::builders::{PAT_MEMBERSHIP, PROJECT};

use super::world::{API, CAPI, CONNECTION, SPA, World, id};

/// What would be asked: the API, the connection, the hint.
#[derive(Clone, Copy)]
struct Question<'a> {
    api: &'a str,
    connection: &'a str,
    hint: Option<&'a str>,
}

const USUAL: Question<'_> = Question { api: API, connection: CONNECTION, hint: None };

fn climb(world: &World, question: Question<'_>) -> Ladder {
    let read = world.server.engine.read(|tx, now| {
        let person = tx.membership(id(PAT_MEMBERSHIP))?.expect("Pat");
        let client = tx.client(id(CAPI))?.expect("the client");
        let asked = Asked {
            kind: SubjectKind::AccessToken,
            person: &person,
            audience: question.api,
            client,
            connection: question.connection,
            login_hint: question.hint,
            through: Through::Client(id(SPA)),
        };
        Ok(ladder(tx, now, asked)?)
    });
    read.expect("the store reads")
}

/// The first rung that does not hold, with its mend.
fn broken(world: &World, question: Question<'_>) -> Option<(&'static str, &'static str)> {
    let ladder = climb(world, question);
    let rung = ladder.rungs.iter().find(|rung| rung.finding.verdict == Verdict::Unmet)?;
    assert!(!ladder.holds());
    Some((rung.id, rung.mend.as_str()))
}

/// The exchange fails at the same condition, says so in the log, and the ladder has the same two values.
async fn agrees(world: &World, question: Question<'_>, rung: &str, mend: &str, status: u16) {
    assert_eq!(broken(world, question), Some((rung_id(rung), mend)));
    let token = world.token(question.api, "read:calendar").await;
    let mut more = vec![("connection", question.connection)];
    more.extend(question.hint.map(|hint| ("login_hint", hint)));
    let reply = world.exchange(&token, &more).await;
    assert_eq!(reply.status, status, "{rung}: {reply:?}");
    let (_, check, expected, found) = world.newest_refusal();
    let ladder = climb(world, question);
    let finding = &ladder.rungs.iter().find(|own| own.id == rung).expect("the rung").finding;
    assert_eq!(check, rung);
    assert_eq!(expected, finding.wanted);
    if rung != "subject_token.aud" {
        assert_eq!(found, finding.found);
    }
}

/// The name as the conditions have it.
fn rung_id(name: &str) -> &'static str {
    use anteroom_engine::service::vault::{OF_CLIENT, OF_EXCHANGE};
    let of_client = OF_CLIENT.iter().map(|condition| condition.id);
    let mut all = of_client.chain(OF_EXCHANGE.iter().map(|condition| condition.id));
    all.find(|id| *id == name).unwrap_or_else(|| panic!("no condition {name}"))
}

#[tokio::test]
pub(crate) async fn a_ladder_on_which_everything_holds_is_an_exchange_that_works() {
    let world = World::connected().await;
    let ladder = climb(&world, USUAL);
    assert!(ladder.holds(), "{ladder:#?}");
    assert_eq!(
        ladder.rungs.len(),
        14,
        "the two of refresh tokens and the hint's are not about this exchange"
    );
    let token = world.token(API, "read:calendar").await;
    assert_eq!(world.exchange(&token, &[]).await.status, 200);
}

#[tokio::test]
pub(crate) async fn rungs_of_the_client() {
    let world = World::connected().await;
    world.change_client(CAPI, |row| row.settings.grant_types = Some(Vec::new())).await;
    agrees(&world, USUAL, "client.grant_types", "allow_grant", 403).await;
    let world = World::connected().await;
    world.change_auth0(CAPI, |auth0| auth0.is_first_party = false).await;
    agrees(&world, USUAL, "client.is_first_party", "make_first_party", 403).await;
    let world = World::connected().await;
    world.change_client(CAPI, |row| row.client_type = ClientType::Public).await;
    agrees(&world, USUAL, "client.token_endpoint_auth_method", "make_confidential", 403).await;
    let world = World::connected().await;
    world.change_auth0(CAPI, |auth0| auth0.oidc_conformant = false).await;
    agrees(&world, USUAL, "client.oidc_conformant", "make_conformant", 403).await;
    let world = World::connected().await;
    world.change_client(CAPI, |row| row.secret = None).await;
    assert_eq!(broken(&world, USUAL), Some(("client.credentials", "make_secret")));
}

#[tokio::test]
pub(crate) async fn rungs_between_token_and_client() {
    let world = World::connected().await;
    world.change_auth0(CAPI, |auth0| auth0.resource_server_identifier = None).await;
    agrees(&world, USUAL, "client.resource_server_identifier", "link_client", 403).await;
    let unknown = climb(&world, USUAL);
    let audience = unknown.rungs.iter().find(|rung| rung.id == "subject_token.aud").unwrap();
    assert_eq!(audience.finding.verdict, Verdict::Unknown, "there is nothing to compare with");
    let world = World::connected().await;
    let other = Question { api: "https://other-api.example.com", ..USUAL };
    agrees(&world, other, "subject_token.aud", "link_client", 403).await;
}

#[tokio::test]
pub(crate) async fn rungs_of_the_person_and_the_connection() {
    let world = World::connected().await;
    let token = world.token(API, "read:calendar").await;
    world
        .server
        .change(|cx| {
            let mut row = (*cx.tx.membership(id(PAT_MEMBERSHIP))?.expect("Pat")).clone();
            row.active = false;
            Ok(cx.tx.update_membership(&row)?)
        })
        .await;
    assert_eq!(broken(&world, USUAL), Some(("subject_token.sub", "activate_person")));
    assert_eq!(world.exchange(&token, &[]).await.refusal().1, "user_not_found");
    let world = World::connected().await;
    let nobody = Question { connection: "nobody", ..USUAL };
    agrees(&world, nobody, "connection.exists", "create_connection", 401).await;
    let world = World::connected().await;
    world.change_connection(|row| row.connected_accounts = false).await;
    agrees(&world, USUAL, "connection.connected_accounts.active", "activate_connected_accounts", 403).await;
    let world = World::connected().await;
    world
        .server
        .change(|cx| {
            let row = cx.tx.connection_by_name(id(PROJECT), CONNECTION)?.expect("the connection");
            Ok(cx.tx.set_connection_client(row.id, id(SPA), false)?)
        })
        .await;
    agrees(&world, USUAL, "connection.enabled_clients", "enable_connection", 403).await;
}

#[tokio::test]
pub(crate) async fn rungs_of_the_account() {
    let world = World::new().await;
    agrees(&world, USUAL, "connected_account.exists", "connect_account", 401).await;
    let world = World::connected().await;
    let hint = Question { hint: Some("ext-9"), ..USUAL };
    agrees(&world, hint, "connected_account.login_hint", "choose_account", 401).await;
    let world = World::new().await;
    world.provider.turn(|knobs| knobs.refresh_tokens = false);
    assert_eq!(world.connect().await.status, 201);
    agrees(&world, USUAL, "connected_account.refresh_token", "ask_for_refresh_token", 401).await;
    let world = World::connected().await;
    world
        .server
        .change(|cx| {
            let account =
                cx.tx.list_connected_accounts(id(anteroom_testkit::builders::PAT_USER), None)?.remove(0);
            let refusal = ProviderRefusal { at: cx.now, reason: "invalid_grant".to_owned() };
            Ok(cx.tx.refuse_connected_account(account.id, account.version, &refusal)?)
        })
        .await;
    agrees(&world, USUAL, "connected_account.refused", "connect_account", 401).await;
}

#[tokio::test]
pub(crate) async fn every_rung_states_both_values_and_its_refusal() {
    let world = World::connected().await;
    let ladder = climb(&world, USUAL);
    let names: Vec<&str> = ladder.rungs.iter().map(|rung| rung.id).collect();
    assert_eq!(names.first(), Some(&"client.grant_types"));
    assert_eq!(names.last(), Some(&"connected_account.refused"));
    for rung in &ladder.rungs {
        assert!(!rung.finding.wanted.is_empty() && !rung.finding.found.is_empty(), "{}", rung.id);
        assert!(rung.refusal.starts_with("vault_") || rung.refusal == "missing_client_secret", "{}", rung.id);
    }
}
