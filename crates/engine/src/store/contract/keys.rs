//! Signing keys, sealed values, kept runs and counted attempts.

use anteroom_oauth::jose::Alg;
use serde_json::json;

use crate::model::attempt::Attempts;
use crate::model::{SavedRun, StoredKey};
use crate::seal::Sealed;
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, id, write_project};
use crate::store::{Store, StoreError, StoreResult, write};

fn key(kid: &str, seconds: u32) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        alg: Alg::ES256,
        pkcs8: Sealed(vec![1, 2, 3]),
        created_at: NOW + seconds,
        activated_at: Some(NOW + seconds),
        retired_at: None,
        leaves_at: None,
    }
}

/// Newest first; retired, sealed anew, purged.
pub fn signing_keys_come_and_go(store: &dyn Store) -> StoreResult<()> {
    write(store, |tx| {
        tx.insert_signing_key(&key("a", 0))?;
        tx.insert_signing_key(&StoredKey { alg: Alg::RS256, ..key("b", 1) })
    })?;
    let outcome = write(store, |tx| tx.insert_signing_key(&key("a", 2)));
    assert!(matches!(outcome, Err(StoreError::Exists("kid"))), "{outcome:?}");
    write(store, |tx| {
        tx.retire_signing_key("a", NOW + 1, NOW + 100)?;
        tx.reseal_signing_key("a", &Sealed(vec![4]))
    })?;
    let keys = read(store, |tx| tx.list_signing_keys())?;
    assert_eq!(
        keys.iter().map(|key| (key.kid.as_str(), key.alg)).collect::<Vec<_>>(),
        [("b", Alg::RS256), ("a", Alg::ES256)]
    );
    assert_eq!((keys[1].retired_at, keys[1].leaves_at), (Some(NOW + 1), Some(NOW + 100)));
    assert_eq!((&keys[0].pkcs8.0, &keys[1].pkcs8.0), (&vec![1, 2, 3], &vec![4]));
    assert_eq!(write(store, |tx| tx.purge_signing_keys(NOW + 100))?, 0);
    assert_eq!(write(store, |tx| tx.purge_signing_keys(NOW + 101))?, 1);
    assert_eq!(read(store, |tx| tx.list_signing_keys())?.len(), 1);
    assert!(write(store, |tx| tx.retire_signing_key("a", NOW, NOW)).is_err(), "it is gone");
    Ok(())
}

/// Published first, then signing, once.
pub fn signing_keys_begin_once(store: &dyn Store) -> StoreResult<()> {
    write(store, |tx| tx.insert_signing_key(&StoredKey { activated_at: None, ..key("next", 0) }))?;
    let activated = || StoreResult::Ok(read(store, |tx| tx.list_signing_keys())?[0].activated_at);
    assert_eq!(activated()?, None);
    let begin = |kid, seconds| write(store, move |tx| tx.activate_signing_key(kid, NOW + seconds));
    assert!(begin("next", 5)?);
    assert!(!begin("next", 6)?);
    assert!(!begin("other", 6)?);
    assert_eq!(activated()?, Some(NOW + 5));
    Ok(())
}

/// By name.
pub fn sealed_values_are_replaced(store: &dyn Store) -> StoreResult<()> {
    assert_eq!(read(store, |tx| tx.sealed_value("pin"))?, None);
    for bytes in [vec![1, 2], vec![3]] {
        let sealed = Sealed(bytes);
        let written = sealed.clone();
        write(store, move |tx| tx.put_sealed_value("pin", &written))?;
        assert_eq!(read(store, |tx| tx.sealed_value("pin"))?, Some(sealed));
    }
    assert_eq!(read(store, |tx| tx.sealed_value("check"))?, None);
    Ok(())
}

/// A window continues while it is young enough, else a new one begins.
pub fn attempts_are_counted_in_windows(store: &dyn Store) -> StoreResult<()> {
    let count = |now, not_before| write(store, move |tx| tx.count_attempt("a", now, not_before));
    assert_eq!(read(store, |tx| tx.attempts("a", NOW - 60))?, None);
    assert_eq!(count(NOW, NOW - 60)?, Attempts { since: NOW, count: 1 });
    assert_eq!(count(NOW + 30, NOW - 30)?, Attempts { since: NOW, count: 2 });
    assert_eq!(count(NOW + 60, NOW)?, Attempts { since: NOW, count: 3 });
    assert_eq!(read(store, |tx| tx.attempts("a", NOW))?, Some(Attempts { since: NOW, count: 3 }));
    assert_eq!(read(store, |tx| tx.attempts("a", NOW + 1))?, None, "too old");
    assert_eq!(count(NOW + 61, NOW + 1)?, Attempts { since: NOW + 61, count: 1 });
    assert_eq!(
        count(NOW + 1, NOW - 59)?,
        Attempts { since: NOW + 61, count: 2 },
        "the clock was set back a little"
    );
    assert_eq!(count(NOW, NOW - 60)?, Attempts { since: NOW, count: 1 }, "and further");
    assert_eq!(read(store, |tx| tx.attempts("b", NOW - 60))?, None, "another key");
    write(store, |tx| tx.forget_attempts("a"))?;
    assert_eq!(read(store, |tx| tx.attempts("a", NOW))?, None, "forgotten");
    Ok(())
}

/// A setting takes the place of the one before.
pub fn settings_are_replaced(store: &dyn Store) -> StoreResult<()> {
    assert_eq!(read(store, |tx| tx.setting("a"))?, None);
    write(store, |tx| {
        tx.put_setting("a", "1")?;
        tx.put_setting("a", "{}")?;
        tx.put_setting("b", "2")
    })?;
    assert_eq!(read(store, |tx| tx.setting("a"))?.as_deref(), Some("{}"));
    Ok(())
}

/// Windows that began before, up to the limit.
pub fn old_attempts_are_purged(store: &dyn Store) -> StoreResult<()> {
    write(store, |tx| {
        for (key, seconds) in [("a", 0), ("b", 1), ("c", 2), ("d", 3)] {
            tx.count_attempt(key, NOW + seconds, NOW)?;
        }
        Ok(())
    })?;
    assert_eq!(write(store, |tx| tx.purge_attempts(NOW + 3, 2))?, 2);
    assert_eq!(write(store, |tx| tx.purge_attempts(NOW + 3, 100))?, 1);
    assert!(read(store, |tx| tx.attempts("d", NOW))?.is_some());
    Ok(())
}

/// Newest first, of one project, with a name that can be changed.
pub fn runs_are_kept_renamed_and_deleted(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let row = |number: u128| SavedRun {
        id: id(number),
        project: id(1),
        name: format!("run {number}"),
        request: json!({ "grant": "client_credentials", "scope": ["ü"] }),
        outcome: json!({ "state": "done" }),
        created_at: NOW + u32::try_from(number).unwrap_or(0),
    };
    write(store, move |tx| {
        tx.insert_saved_run(&row(31))?;
        tx.insert_saved_run(&row(32))
    })?;
    assert_eq!(read(store, |tx| tx.list_saved_runs(id(1)))?, [row(32), row(31)]);
    assert_eq!(read(store, |tx| tx.list_saved_runs(id(99)))?, []);
    write(store, |tx| {
        tx.rename_saved_run(id(31), "another")?;
        tx.delete_saved_run(id(32))
    })?;
    let renamed = SavedRun { name: "another".to_owned(), ..row(31) };
    assert_eq!(read(store, |tx| tx.saved_run(id(31)))?, Some(renamed));
    assert_eq!(read(store, |tx| tx.saved_run(id(32)))?, None);
    assert!(write(store, |tx| tx.rename_saved_run(id(32), "gone")).is_err());
    write(store, |tx| tx.delete_saved_run(id(32)))
}
