//! F-28: no token of a provider and no secret at a provider is anywhere but sealed.

use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::service::master_key;
use anteroom_oauth::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::world::{ACCESS_TOKEN, API, Browser, PROVIDER_SECRET, World, hex, query};
use crate::steps::VERIFIER;

/// All spellings of a secret that a file could hold.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let hex = hex(secret.as_bytes());
    vec![
        secret.as_bytes().to_vec(),
        STANDARD.encode(secret).trim_end_matches('=').as_bytes().to_vec(),
        URL_SAFE_NO_PAD.encode(secret).into_bytes(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ]
}

#[tokio::test]
async fn f_28_no_provider_token_is_in_the_database_the_log_or_an_answer_of_the_window() {
    let world = World::new().await;
    let begun = world.begin(json!({})).await;
    let back = Browser::default().walk(&world, &begun).await;
    let code = query(&back, "connect_code").unwrap();
    let mut secrets = vec![begun.str("auth_session"), code.clone(), PROVIDER_SECRET.to_owned()];
    secrets.push(begun.json()["connect_params"]["ticket"].as_str().unwrap().to_owned());
    hunt(&world, &secrets);
    assert_eq!(world.complete(&begun.str("auth_session"), &code, json!({})).await.status, 201);
    let token = world.token(API, "read:calendar").await;
    secrets.push(world.exchange(&token, &[]).await.str("access_token"));
    world.wait(4_000);
    world.provider.turn(|knobs| knobs.rotate = true);
    secrets.push(world.exchange(&token, &[]).await.str("access_token"));
    secrets.extend(world.provider.refresh_tokens());
    assert_eq!(
        world
            .exchange(&token, &[("subject_token_type", ACCESS_TOKEN), ("connection", "nobody")])
            .await
            .status,
        401
    );
    assert!(secrets.len() >= 8, "{}", secrets.len());
    hunt(&world, &secrets);
    assert!(!json!(world.events()).to_string().contains(VERIFIER));
}

fn hunt(world: &World, secrets: &[String]) {
    let mut searched = 0;
    for entry in std::fs::read_dir(world.server.folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        searched += bytes.len();
        for secret in secrets {
            for spelling in spellings(secret) {
                let found = bytes.windows(spelling.len()).any(|window| window == spelling);
                assert!(!found, "a secret is in {}", path.display());
            }
        }
    }
    assert!(searched > 100_000, "only {searched} bytes were searched");
    let events = json!(world.events()).to_string();
    for secret in secrets {
        assert!(!events.contains(secret.as_str()), "a secret is in the log");
    }
    for account in world.accounts() {
        let shown = format!("{account:?}");
        assert!(secrets.iter().all(|secret| !shown.contains(secret.as_str())));
    }
}

#[tokio::test]
async fn tv_07_tokens_belong_to_their_row_and_move_to_a_new_master_key() {
    let world = World::connected().await;
    let account = world.accounts().remove(0);
    let engine = &world.server.engine;
    let open = |account: &_| anteroom_engine::service::connected_accounts::open_access_token(engine, account);
    assert!(open(&account).is_ok());
    let mut swapped = account.clone();
    swapped.user = anteroom_engine::id::Id::parse("05e00000-0000-4000-8000-0000000000ee").unwrap();
    assert!(open(&swapped).is_err(), "another person's row opens nothing");
    let mut swapped = account.clone();
    swapped.tokens.access_token = account.tokens.refresh_token.clone().unwrap();
    assert!(open(&swapped).is_err(), "nor does the other token of the row");
    let old = MasterKey::from_bytes([7; 32]);
    let new = MasterKey::from_bytes([8; 32]);
    let store = std::sync::Arc::clone(&world.server.store);
    let (resealed, again) = (old.clone(), new.clone());
    let count =
        tokio::task::spawn_blocking(move || master_key::reseal(&*store, &OsEntropy, &resealed, &again)).await;
    assert!(count.unwrap().unwrap() >= 5, "keys, the connection's secret and both tokens");
    let moved = world.accounts().remove(0);
    assert!(old.open(&moved.place("access_token"), &moved.tokens.access_token).is_err());
    let plain = new.open(&moved.place("access_token"), &moved.tokens.access_token).unwrap();
    let token =
        Secret::<anteroom_oauth::secret::ProviderToken>::new(String::from_utf8(plain.to_vec()).unwrap());
    assert!(token.expose().starts_with("access-"), "the provider's");
    assert_eq!(world.events().iter().filter(|(kind, ..)| *kind == "account_connected").count(), 1);
}
