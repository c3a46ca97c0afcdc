//! Copies of a store that is in use, and what takes the place of a store.

use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};

use anteroom_engine::model::event::EventKind;
use anteroom_engine::store::{Store, StoreError, write};
use anteroom_store_sqlite::{OpenError, Options, SqliteStore, back_up_file, fold_journal};

use crate::sample::{Folder, event, everything, fill};

/// How many backups are made while the writer writes.
const BACKUPS: usize = 50;

#[test]
fn f_27_a_backup_made_during_writes_is_whole_and_opens_elsewhere() {
    let folder = Folder::new();
    let store = folder.open();
    fill(&store);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0_usize;
            while !stop.load(Ordering::Relaxed) {
                write(&store, |tx| tx.append_event(&event(EventKind::ClientUpdated))).unwrap();
                written += 1;
            }
            written
        });
        let mut before = 0;
        for number in 0..BACKUPS {
            let elsewhere = Folder::new();
            if number % 2 == 0 {
                store.back_up(&elsewhere.file()).unwrap();
            } else {
                back_up_file(&folder.file(), &elsewhere.file()).unwrap();
            }
            let mode = std::fs::metadata(elsewhere.file()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            let copy = elsewhere.open();
            let events = everything(&copy).unwrap().matches("client_updated").count();
            assert!(events >= before, "a later backup holds what an earlier one held");
            before = events;
        }
        stop.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() >= before);
    });
}

#[test]
fn a_backup_never_takes_the_place_of_a_file() {
    let folder = Folder::filled();
    let elsewhere = Folder::filled();
    let before = std::fs::read(elsewhere.file()).unwrap();
    let store = folder.open();
    assert!(matches!(store.back_up(&elsewhere.file()), Err(StoreError::NotWritable(_))));
    let refused = back_up_file(&folder.file(), &elsewhere.file());
    assert!(matches!(refused, Err(OpenError::Backup { .. })), "{refused:?}");
    assert_eq!(std::fs::read(elsewhere.file()).unwrap(), before);
    let nowhere = elsewhere.path().join("no/folder/backup.db");
    assert!(store.back_up(&nowhere).is_err());
    store.close().unwrap();
    assert!(matches!(store.back_up(&elsewhere.path().join("late.db")), Err(StoreError::Closed)));
}

#[test]
fn a_store_in_memory_is_backed_up_too() {
    let store = SqliteStore::in_memory().unwrap();
    fill(&store);
    let folder = Folder::new();
    store.back_up(&folder.file()).unwrap();
    assert_eq!(everything(&folder.open()).unwrap(), everything(&store).unwrap());
}

#[test]
fn a_backup_takes_the_place_of_the_file_but_not_beside_its_journal() {
    let folder = Folder::filled();
    let store = folder.open();
    let before = everything(&store).unwrap();
    let backup = folder.path().join("backup.db");
    store.back_up(&backup).unwrap();
    write(&store, |tx| tx.append_event(&event(EventKind::ClientUpdated))).unwrap();
    // what a killed process leaves
    let left = Folder::new();
    while std::fs::copy(folder.beside("-wal"), left.beside("-wal")).unwrap() == 0 {}
    std::fs::copy(&backup, left.file()).unwrap();
    let refused = SqliteStore::open(&left.file(), Options::default()).err().unwrap();
    assert!(matches!(refused, OpenError::JournalOfAnother { .. }), "{refused:?}");
    assert!(refused.to_string().contains("-wal"), "{refused}");
    std::fs::remove_file(left.beside("-wal")).unwrap();
    assert_eq!(everything(&left.open()).unwrap(), before);
}

#[test]
fn a_journal_is_folded_in_whole_or_not_taken_for_folded() {
    let folder = Folder::new();
    let store = folder.open();
    fill(&store);
    // what a killed process leaves
    let left = Folder::new();
    let copy = |ending: &str| std::fs::copy(folder.beside(ending), left.beside(ending)).unwrap();
    while copy("-wal") == 0 || copy("") == 0 {}
    let reader = left.raw();
    reader.execute_batch("BEGIN; SELECT count(*) FROM event;").unwrap();
    assert!(!fold_journal(&left.file()).unwrap(), "somebody reads");
    assert!(std::fs::metadata(left.beside("-wal")).unwrap().len() > 0);
    drop(reader);
    assert!(fold_journal(&left.file()).unwrap());
    assert!(!std::fs::metadata(left.beside("-wal")).is_ok_and(|journal| journal.len() > 0));
    assert_eq!(everything(&left.open()).unwrap(), everything(&store).unwrap());
}
