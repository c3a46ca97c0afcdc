//! Fills a store with codes and their logins, through the store contract.

use std::path::Path;
use std::sync::Arc;

use anteroom_engine::clock::{Clock as _, SystemClock};
use anteroom_engine::entropy::{self, IdSequence, OsEntropy};
use anteroom_engine::id::Id;
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::pre_authorized_code::{HandOver, Phone};
use anteroom_engine::model::{Login, PreAuthorizedCode};
use anteroom_engine::store::{self, StoreResult, Tx};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::secret::Digest;
use anteroom_store_sqlite::{Options, SqliteStore};

use crate::clinic::{CLIENT, MEMBERSHIP, PORTAL, PROJECT};

/// Rows in one transaction.
const BATCH: u32 = 5_000;

/// Inserts `count` codes, half of them redeemed, each redeemed one with its login.
pub(crate) fn codes(data: &Path, count: u32) -> Result<u32, String> {
    let store = SqliteStore::open(&data.join("anteroom.db"), Options::default())
        .map_err(|error| error.to_string())?;
    let now = SystemClock.now();
    let ids = Arc::new(IdSequence::default());
    let mut done = 0;
    while done < count {
        let batch = BATCH.min(count - done);
        let ids = Arc::clone(&ids);
        store::write(&store, move |tx| (0..batch).try_for_each(|index| insert(tx, &ids, now, done + index)))
            .map_err(|error| error.to_string())?;
        done += batch;
    }
    store::Store::close(&store).map_err(|error| error.to_string())?;
    Ok(done)
}

fn insert(tx: &mut dyn Tx, ids: &IdSequence, now: Timestamp, index: u32) -> StoreResult<()> {
    let random = |message: entropy::EntropyFailed| store::StoreError::Damaged(message.to_string());
    let id = |text: &str| Id::parse(text).expect("a constant of this program is a UUID");
    // Spread over the last day, in the order of time as in real use.
    let issued_at = now - 86_400 + (index / 13).min(80_000);
    let login = Login {
        id: entropy::time_ordered_id(&OsEntropy, ids, issued_at).map_err(random)?,
        project: Id::parse(PROJECT).expect("a constant of this program is a UUID"),
        client: Id::parse(PORTAL).expect("a constant of this program is a UUID"),
        membership: Id::parse(MEMBERSHIP).expect("a constant of this program is a UUID"),
        auth_method: AuthMethod::PreAuthorized,
        auth_time: issued_at,
        scope: "openid".into(),
        remote_address: Some("127.0.0.1".into()),
        expires_at: issued_at + 90_000,
        revoked_at: None,
        pre_authorized_code: None,
        audience: None,
        launch: None,
    };
    let redeemed = index.is_multiple_of(2);
    tx.insert_pre_authorized_code(&PreAuthorizedCode {
        id: entropy::time_ordered_id(&OsEntropy, ids, issued_at).map_err(random)?,
        project: login.project,
        client: login.client,
        membership: login.membership,
        digest: Digest::from_bytes(entropy::bytes(&OsEntropy).map_err(random)?),
        typed_digest: None,
        tx_code: None,
        scope: "openid".into(),
        nonce: "00000000-0000-4000-8000-000000000000".into(),
        hand_over: HandOver::Api,
        language: None,
        phone: Phone::Own,
        issued_by: id(CLIENT),
        issued_at,
        expires_at: issued_at + 86_400,
        opened_at: None,
        redeemed_at: redeemed.then_some(issued_at),
        login: redeemed.then_some(login.id),
        ended: None,
        wrong_tx_codes: 0,
        refused: 0,
    })?;
    if redeemed { tx.insert_login(&login) } else { Ok(()) }
}
