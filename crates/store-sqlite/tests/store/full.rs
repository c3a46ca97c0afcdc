//! F-06: a disk that is full refuses writes, loses nothing, and works again when there is space, without a restart.

use std::sync::mpsc::channel;

use anteroom_engine::model::event::EventKind;
use anteroom_engine::store::contract::sample::{NOW, id, login, write_project};
use anteroom_engine::store::{Store, StoreError, StoreResult, Verdict, write};
use anteroom_store_sqlite::{Options, SqliteStore};

use crate::child;
use crate::sample::{Folder, event};

/// Writes logins with an event each until one is refused; the numbers of those that were acknowledged.
fn write_until_full(store: &SqliteStore, from: u128) -> (Vec<u128>, StoreError) {
    let mut acknowledged = Vec::new();
    for number in from.. {
        let written: StoreResult<()> = write(store, move |tx| {
            let mut row = login(number);
            row.scope = "x".repeat(500);
            tx.insert_login(&row)?;
            tx.append_event(&event(EventKind::TokenIssued)).map(drop)
        });
        match written {
            Ok(()) => acknowledged.push(number),
            Err(error) => return (acknowledged, error),
        }
    }
    unreachable!("no disk is endless")
}

/// Each acknowledged login is there with its event, and nothing else.
fn check(store: &SqliteStore, acknowledged: &[u128], next: u128) {
    store
        .read(&mut |tx| {
            for number in acknowledged {
                assert!(tx.live_login(id(*number))?.is_some(), "login {number} was acknowledged");
            }
            assert!(tx.live_login(id(next))?.is_none(), "login {next} was refused");
            assert_eq!(tx.verify_events()?, (i64::try_from(acknowledged.len()).unwrap(), None));
            Ok(())
        })
        .unwrap();
}

#[test]
fn f_06_a_full_database_refuses_writes_and_keeps_what_it_has() {
    let folder = Folder::new();
    let options = Options { max_pages: Some(160), ..Options::default() };
    let store = SqliteStore::open(&folder.file(), options).unwrap();
    write_project(&store).unwrap();
    let (acknowledged, error) = write_until_full(&store, 100);
    assert!(matches!(error, StoreError::NotWritable(_)), "{error:?}");
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    check(&store, &acknowledged, 100 + acknowledged.len() as u128);

    // Space comes back: old logins go.
    assert!(write(&store, |tx| tx.purge_logins(NOW + 7_200, 40)).unwrap() > 0);
    write(&store, |tx| tx.insert_login(&login(90_000))).unwrap();
    store.close().unwrap();
    drop(store);
    let ok: String = folder.raw().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(ok, "ok");
}

/// The commit itself fails: the system takes no more bytes of the WAL.
#[test]
fn f_06_a_commit_that_fails_leaves_nothing_of_its_whole_batch() {
    let folder = Folder::new();
    drop(folder.open());
    let mut child = child::start(
        "full::child_with_limited_files",
        "trap '' XFSZ; ulimit -S -f 2000;",
        &folder.file().to_string_lossy(),
    );
    assert!(child.wait().unwrap().success());
}

#[test]
#[ignore = "runs as a child process of the test above, with a limit on the size of files"]
fn child_with_limited_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Some(file) = child::input() else { return };
    let store = SqliteStore::open(file.as_ref(), Options::default()).unwrap();
    write_project(&store).unwrap();
    let (acknowledged, error) = write_until_full(&store, 100);
    assert!(matches!(error, StoreError::NotWritable(_)), "{error:?}");
    let next = 100 + acknowledged.len() as u128;
    check(&store, &acknowledged, next);

    // Several jobs in one batch whose commit fails: every one of them is told.
    let (done, dones) = channel();
    for number in 0..10 {
        let done = done.clone();
        let job = move |tx: &mut dyn anteroom_engine::store::Tx| {
            let mut row = login(next + number);
            row.scope = "x".repeat(200_000);
            tx.insert_login(&row).unwrap();
            Verdict::Commit
        };
        store.submit(Box::new(job), Box::new(move |result| done.send(result).unwrap())).unwrap();
    }
    for result in dones.iter().take(10) {
        assert!(matches!(result, Err(StoreError::NotWritable(_))), "{result:?}");
    }
    check(&store, &acknowledged, next);

    let limit = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    write(&store, move |tx| {
        tx.insert_login(&login(next))?;
        tx.append_event(&event(EventKind::TokenIssued)).map(drop)
    })
    .unwrap();
    let mut all = acknowledged;
    all.push(next);
    check(&store, &all, next + 1);
    drop(store);
    let store = SqliteStore::open(file.as_ref(), Options::default()).unwrap();
    check(&store, &all, next + 1);
}
