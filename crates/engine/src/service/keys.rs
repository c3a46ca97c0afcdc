//! Signing keys: made on the first start, rotated with overlap, sealed at rest.

use std::sync::Arc;

use anteroom_oauth::jose::{Alg, SigningKey};
use anteroom_sentence::sentence;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::entropy::{self, Entropy};
use crate::id::Id;
use crate::key_ring::{KeyRing, RingKey};
use crate::model::event::{EventBody, EventKind};
use crate::model::{PreAuthorizedCode, StoredKey};
use crate::seal::MasterKey;
use crate::stop::{Fault, Outcome, Stop, conflict};
use crate::store::{self, ClientFilter, Store, Tx, Window};
use crate::timestamp::Timestamp;

/// The key PINs are hashed with, so that four digits in the store say nothing.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct TxCodeKey([u8; 32]);

impl TxCodeKey {
    /// HMAC-SHA-256 over the code's id and the PIN as text: `012345` is not `12345`.
    pub fn mac(&self, code: Id<PreAuthorizedCode>, tx_code: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(code.as_bytes());
        mac.update(tx_code.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Whether `tx_code` is the one `stored` was made from, in constant time.
    pub fn matches(&self, code: Id<PreAuthorizedCode>, tx_code: &str, stored: &[u8; 32]) -> bool {
        self.mac(code, tx_code).ct_eq(stored).into()
    }
}

pub(crate) struct Opened {
    pub(crate) ring: KeyRing,
    pub(crate) tx_code_key: TxCodeKey,
}

pub(crate) const TX_CODE_KEY: &str = "tx_code_key";

pub(crate) fn place(kid: &str) -> String {
    format!("signing_key/{kid}")
}

/// A new key and the row it is stored as.
fn make(
    alg: Alg,
    master: &MasterKey,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<(SigningKey, StoredKey), Fault> {
    let kid = entropy::uuid_from(entropy::bytes(entropy)?).to_string();
    let (key, pkcs8) = SigningKey::generate(alg, kid.clone())?;
    let pkcs8 = master.seal(entropy, &place(&kid), &pkcs8)?;
    Ok((
        key,
        StoredKey {
            kid,
            alg,
            pkcs8,
            created_at: now,
            activated_at: Some(now),
            retired_at: None,
            leaves_at: None,
        },
    ))
}

/// Opens all keys, making what is missing: one key per algorithm and the PIN key.
pub(crate) fn open_or_create(
    store: &dyn Store,
    master: &MasterKey,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Opened, Fault> {
    let mut stored = Vec::new();
    let mut tx_code_key = None;
    store.read(&mut |tx| {
        stored = tx.list_signing_keys()?;
        tx_code_key = tx.sealed_value(TX_CODE_KEY)?;
        Ok(())
    })?;
    let mut ring = Vec::new();
    for row in &stored {
        let pkcs8 = master.open(&place(&row.kid), &row.pkcs8)?;
        ring.push(ring_key(row, SigningKey::from_pkcs8(row.alg, row.kid.clone(), &pkcs8)?));
    }
    let mut made = Vec::new();
    for alg in [Alg::ES256, Alg::RS256] {
        if !ring.iter().any(|key| key.key.alg() == alg && key.signs()) {
            let (key, row) = make(alg, master, entropy, now)?;
            ring.insert(0, ring_key(&row, key));
            made.push(row);
        }
    }
    let (tx_code_key, sealed) = if let Some(sealed) = tx_code_key {
        let plain = master.open(TX_CODE_KEY, &sealed)?;
        let bytes = plain.as_slice().try_into().map_err(|_| Fault::Inconsistent("PIN key"))?;
        (TxCodeKey(bytes), None)
    } else {
        let bytes = entropy::bytes(entropy)?;
        let sealed = master.seal(entropy, TX_CODE_KEY, &bytes)?;
        (TxCodeKey(bytes), Some(sealed))
    };
    if !made.is_empty() || sealed.is_some() {
        store::write(store, move |tx| {
            made.iter().try_for_each(|row| tx.insert_signing_key(row))?;
            sealed.iter().try_for_each(|sealed| tx.put_sealed_value(TX_CODE_KEY, sealed))
        })?;
    }
    let ring = KeyRing::new(&ring, now).map_err(|_| Fault::Inconsistent("signing keys"))?;
    Ok(Opened { ring, tx_code_key })
}

fn ring_key(row: &StoredKey, key: SigningKey) -> RingKey {
    RingKey {
        key: Arc::new(key),
        created_at: row.created_at,
        activated_at: row.activated_at,
        retired_at: row.retired_at,
        leaves_at: row.leaves_at,
    }
}

/// Reads all rows and opens the keys again.
fn reload(engine: &Engine, tx: &dyn Tx, now: Timestamp) -> Outcome<()> {
    let mut ring = Vec::new();
    for row in tx.list_signing_keys()? {
        let pkcs8 = engine.master_key().open(&place(&row.kid), &row.pkcs8).map_err(Fault::from)?;
        let key = SigningKey::from_pkcs8(row.alg, row.kid.clone(), &pkcs8)?;
        ring.push(ring_key(&row, key));
    }
    engine.verified().clear();
    engine.key_ring().replace(&ring, now).map_err(|_| Stop::Fault(Fault::Inconsistent("signing keys")))
}

/// Seconds a retired key stays in the JWKS: the longest life any client's access token has, at least a day.
fn overlap(tx: &dyn Tx) -> Outcome<u32> {
    const A_DAY: u32 = 86_400;
    let mut longest = A_DAY;
    for project in tx.list_projects()? {
        let all = Window { offset: 0, limit: u32::MAX };
        for row in tx.list_clients(project.id, &ClientFilter::default(), all)?.rows {
            longest = longest.max(row.client.access_token_lifetime());
        }
    }
    Ok(longest)
}

/// Makes a new signing key for `alg`. The old one stops signing and stays in the JWKS until every token it signed has
/// ended. Call [`adopt`] after the commit.
pub fn rotate(cx: &mut Cx<'_>, prepared: &PreparedKey) -> Outcome<()> {
    retire_current(cx, prepared.0.alg)?;
    cx.tx.insert_signing_key(&prepared.0)?;
    say(cx, EventKind::SigningKeyRotated, &prepared.0.kid, prepared.0.alg)
}

/// The key that signs stops; it verifies until every token it signed has ended.
fn retire_current(cx: &mut Cx<'_>, alg: Alg) -> Outcome<()> {
    let leaves_at = cx.now + overlap(cx.tx)?;
    for row in cx.tx.list_signing_keys()? {
        if row.alg == alg && row.activated_at.is_some() && row.retired_at.is_none() {
            cx.tx.retire_signing_key(&row.kid, cx.now, leaves_at)?;
        }
    }
    Ok(())
}

fn say(cx: &mut Cx<'_>, what: EventKind, kid: &str, alg: Alg) -> Outcome<()> {
    let after = serde_json::json!({ "kid": kid, "alg": alg.as_str() });
    cx.event(what, EventBody { after: Some(after), ..EventBody::default() })?;
    cx.changed(Topic::Settings);
    Ok(())
}

/// The key of `alg` that is published and does not sign yet.
fn next(tx: &dyn Tx, alg: Alg) -> Outcome<Option<StoredKey>> {
    let waiting = |key: &StoredKey| key.activated_at.is_none() && key.retired_at.is_none();
    Ok(tx.list_signing_keys()?.into_iter().find(|key| key.alg == alg && waiting(key)))
}

/// Publishes the next key for `alg` in the JWKS: it verifies nothing and signs nothing until [`promote`]. Call [`adopt`]
/// after the commit.
///
/// # Refused
/// A second one.
pub fn publish(cx: &mut Cx<'_>, prepared: &PreparedKey) -> Outcome<()> {
    let PreparedKey(row) = prepared;
    if next(cx.tx, row.alg)?.is_some() {
        return conflict(
            Some("alg"),
            sentence!("The next {alg} key is published already.", alg = row.alg.as_str()),
        );
    }
    cx.tx.insert_signing_key(&StoredKey { activated_at: None, ..row.clone() })?;
    say(cx, EventKind::SigningKeyPublished, &row.kid, row.alg)
}

/// Lets the next key of `alg` sign in place of the current one; whether there was one. Call [`adopt`] after the commit.
pub fn promote(cx: &mut Cx<'_>, alg: Alg) -> Outcome<bool> {
    let Some(row) = next(cx.tx, alg)? else { return Ok(false) };
    retire_current(cx, alg)?;
    if !cx.tx.activate_signing_key(&row.kid, cx.now)? {
        return Err(Fault::Inconsistent("a next key that signs already").into());
    }
    say(cx, EventKind::SigningKeyRotated, &row.kid, alg)?;
    Ok(true)
}

/// A new key, sealed, not yet stored: made off the writer's thread, because an RSA key takes its time.
pub struct PreparedKey(StoredKey);

/// Makes a key for [`rotate`].
pub fn prepare(engine: &Engine, alg: Alg) -> Outcome<PreparedKey> {
    let (_, row) = make(alg, engine.master_key(), engine.entropy(), engine.now())?;
    Ok(PreparedKey(row))
}

/// Takes over the stored keys: after a rotation, and after a purge.
pub fn adopt(engine: &Engine) -> Outcome<()> {
    engine.read(|tx, now| reload(engine, tx, now))
}
