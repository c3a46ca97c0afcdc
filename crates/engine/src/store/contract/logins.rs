//! Sign-ins.

use crate::model::client::ClientStatus;
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, client, id, login, write_project};
use crate::store::{Store, StoreResult, write};

/// Every column, and what else a token's check needs.
pub fn logins_come_back_with_member_and_client(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut row = login(50);
    row.remote_address = Some("127.0.0.1".to_owned());
    row.revoked_at = Some(NOW);
    row.pre_authorized_code = Some(id(60));
    let stored = row.clone();
    write(store, move |tx| {
        tx.insert_login(&stored)?;
        tx.insert_login(&login(51))
    })?;
    let found = read(store, |tx| tx.live_login(id(50)))?.expect("it was just inserted");
    assert_eq!(found.login, row);
    assert_eq!(found.membership.display, "Pat Doe");
    assert_eq!(found.client.map(|client| client.status), Some(ClientStatus::Active));
    assert_eq!(read(store, |tx| tx.live_login(id(51)))?.map(|found| found.login), Some(login(51)));
    assert!(read(store, |tx| tx.live_login(id(52)))?.is_none());
    Ok(())
}

/// A login does not outlive its member.
pub fn logins_without_member_are_gone(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| tx.insert_login(&login(50)))?;
    assert!(read(store, |tx| tx.live_login(id(50)))?.is_some());
    write(store, |tx| tx.delete_membership(id(20)))?;
    assert!(read(store, |tx| tx.live_login(id(50)))?.is_none());
    Ok(())
}

/// Without the revoked and the expired, up to the limit.
pub fn live_logins_are_listed_newest_first(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        for (number, seconds) in [(50, 0), (51, 20), (52, 10), (53, 30)] {
            let mut row = login(number);
            row.auth_time = NOW + seconds;
            tx.insert_login(&row)?;
        }
        let mut expired = login(54);
        expired.expires_at = NOW + 40;
        tx.insert_login(&expired)?;
        let mut other = login(55);
        other.membership = id(11);
        tx.insert_login(&other)?;
        tx.revoke_login(id(53), NOW + 31).map(drop)
    })?;
    let list = |limit| {
        let logins = read(store, |tx| tx.list_live_logins(id(20), NOW + 40, limit))?;
        StoreResult::Ok(logins.iter().map(|live| live.login.id.uuid().as_u128()).collect::<Vec<_>>())
    };
    assert_eq!(list(10)?, [51, 52, 50]);
    assert_eq!(list(2)?, [51, 52]);
    Ok(())
}

/// A second time, or after the end, nothing is revoked.
pub fn logins_are_revoked_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        tx.insert_login(&login(50))?;
        tx.insert_login(&login(51))
    })?;
    let revoke = |number, at| write(store, move |tx| tx.revoke_login(id(number), at));
    assert!(revoke(50, NOW + 1)?);
    assert!(!revoke(50, NOW + 2)?);
    assert!(!revoke(51, NOW + 3_600)?, "it had ended by itself");
    assert!(!revoke(99, NOW)?, "no such login");
    let found = read(store, |tx| tx.live_login(id(50)))?.expect("a revoked login is still a row");
    assert_eq!(found.login.revoked_at, Some(NOW + 1));
    assert!(!found.login.is_live(NOW + 1));
    Ok(())
}

/// The live ones of this client.
pub fn logins_of_a_client_end_together(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        tx.insert_client(&client(12, "Other"))?;
        for number in 50..53 {
            tx.insert_login(&login(number))?;
        }
        let mut other = login(53);
        other.client = id(12);
        tx.insert_login(&other)?;
        tx.revoke_login(id(52), NOW).map(drop)
    })?;
    let live = |number, at| read(store, |tx| tx.count_live_logins_of_client(id(number), at));
    assert_eq!((live(10, NOW + 1)?, live(12, NOW + 1)?, live(99, NOW + 1)?), (2, 1, 0));
    assert_eq!(live(10, NOW + 3_600)?, 0, "they end by themselves");
    assert_eq!(write(store, |tx| tx.revoke_logins_of_client(id(10), NOW + 1))?, 2);
    assert_eq!(live(10, NOW + 1)?, 0);
    assert_eq!(write(store, |tx| tx.revoke_logins_of_client(id(10), NOW + 1))?, 0);
    let other = read(store, |tx| tx.live_login(id(53)))?.expect("nobody touched it");
    assert!(other.login.is_live(NOW + 1));
    Ok(())
}

/// What ended before, up to the limit.
pub fn old_logins_are_purged(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        for (number, seconds) in [(50, 10), (51, 20), (52, 30), (53, 1_000)] {
            let mut row = login(number);
            row.expires_at = NOW + seconds;
            tx.insert_login(&row)?;
        }
        tx.revoke_login(id(53), NOW + 5).map(drop)
    })?;
    let purge = |before, limit| write(store, move |tx| tx.purge_logins(before, limit));
    assert_eq!(purge(NOW, 100)?, 0);
    assert_eq!(purge(NOW + 30, 1)?, 1);
    assert_eq!(purge(NOW + 30, 100)?, 2, "one more that expired, one that was revoked");
    assert!(read(store, |tx| tx.live_login(id(52)))?.is_some(), "it ends at this second, not before it");
    assert!(read(store, |tx| tx.live_login(id(53)))?.is_none());
    Ok(())
}
