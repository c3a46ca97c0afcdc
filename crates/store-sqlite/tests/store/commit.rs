//! Group commit: one write to the disk for many jobs, and no `done` before it.

use std::sync::mpsc::{channel, sync_channel};
use std::time::Duration;

use anteroom_engine::store::contract::sample::{client, id, write_project};
use anteroom_engine::store::{Job, Store, StoreError, Verdict, write};
use anteroom_store_sqlite::{Options, SqliteStore};

use crate::sample::Folder;

fn insert(number: u128) -> Job {
    Box::new(move |tx| {
        tx.insert_client(&client(number, "Many")).unwrap();
        Verdict::Commit
    })
}

/// A job that begins, says so, and waits until it may end.
fn gate(store: &SqliteStore) -> std::sync::mpsc::Sender<()> {
    let (open, opened) = channel::<()>();
    let (started, starts) = channel();
    let job = move |_: &mut dyn anteroom_engine::store::Tx| {
        started.send(()).unwrap();
        let _ = opened.recv();
        Verdict::Commit
    };
    store.submit(Box::new(job), Box::new(|_| {})).unwrap();
    starts.recv().unwrap();
    open
}

#[test]
fn jobs_that_wait_are_committed_together_and_answered_after_the_commit() {
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    let before = store.statistics();
    let open = gate(&store);
    let (done, dones) = channel();
    for number in 100..300 {
        let (done, file) = (done.clone(), folder.file());
        store
            .submit(
                insert(number),
                Box::new(move |result| {
                    // Another connection sees only what is committed.
                    let other = rusqlite::Connection::open(file).unwrap();
                    let found: i64 = other
                        .query_row(
                            "SELECT count(*) FROM client WHERE id = ?1",
                            [number.to_be_bytes()],
                            |row| row.get(0),
                        )
                        .unwrap();
                    done.send((result.is_ok(), found)).unwrap();
                }),
            )
            .unwrap();
    }
    assert!(dones.try_recv().is_err(), "nothing is answered while the transaction is open");
    drop(open);
    for answer in dones.iter().take(200) {
        assert_eq!(answer, (true, 1));
    }
    let after = store.statistics();
    assert_eq!(after.jobs - before.jobs, 201);
    assert!(after.commits - before.commits <= 2, "the gate's, and one for all that waited: {after:?}");
}

#[test]
fn a_full_queue_answers_busy_at_once_and_calls_nothing() {
    let folder = Folder::new();
    let options = Options { queue: 8, ..Options::default() };
    let store = SqliteStore::open(&folder.file(), options).unwrap();
    write_project(&store).unwrap();
    let open = gate(&store);
    let (done, dones) = channel();
    for number in 0..8 {
        let done = done.clone();
        store
            .submit(insert(100 + number), Box::new(move |result| done.send(result.is_ok()).unwrap()))
            .unwrap();
    }
    let refused = store.submit(
        Box::new(|_| unreachable!("a refused job does not run")),
        Box::new(|_| unreachable!("nobody waits for a refused job")),
    );
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    drop(open);
    assert_eq!(dones.iter().take(8).filter(|ok| *ok).count(), 8);
    write(&store, |tx| tx.insert_client(&client(200, "After"))).unwrap();
}

#[test]
fn a_file_that_another_process_writes_is_busy_and_then_works_again() {
    let folder = Folder::new();
    let options = Options { wait: Duration::from_millis(50), ..Options::default() };
    let store = SqliteStore::open(&folder.file(), options).unwrap();
    write_project(&store).unwrap();
    let other = folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let outcome = write(&store, |tx| tx.insert_client(&client(100, "Late")));
    assert!(matches!(outcome, Err(StoreError::Busy)), "{outcome:?}");
    store.read(&mut |tx| tx.list_projects().map(|rows| assert_eq!(rows.len(), 1, "reads go on"))).unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    write(&store, |tx| tx.insert_client(&client(100, "Late"))).unwrap();
}

#[test]
fn readers_wait_for_a_connection_but_not_for_ever() {
    let folder = Folder::new();
    let options = Options { readers: 1, wait: Duration::from_millis(50), ..Options::default() };
    let store = SqliteStore::open(&folder.file(), options).unwrap();
    store
        .read(&mut |_| {
            let second = store.read(&mut |_| unreachable!("there is no second connection"));
            assert!(matches!(second, Err(StoreError::Busy)), "{second:?}");
            Ok(())
        })
        .unwrap();
    store.read(&mut |_| Ok(())).unwrap();
}

#[test]
fn a_reader_keeps_its_snapshot_and_a_panicking_one_harms_nobody() {
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    store
        .read(&mut |tx| {
            assert!(tx.client(id(100))?.is_none());
            write(&store, |tx| tx.insert_client(&client(100, "New")))?;
            assert!(tx.client(id(100))?.is_none(), "not there when this read began");
            Ok(())
        })
        .unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.read(&mut |_| panic!("a read of the test panics on purpose"))
    }));
    assert!(panicked.is_err());
    for _ in 0..10 {
        store.read(&mut |tx| tx.client(id(100)).map(|found| assert!(found.is_some()))).unwrap();
    }
}

#[test]
fn the_wal_is_moved_in_a_pause() {
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    let in_main_file = || {
        // Of the main file alone, without its WAL.
        let copy = Folder::new();
        std::fs::copy(folder.file(), copy.file()).unwrap();
        let people = "SELECT count(*) FROM membership WHERE user IS NOT NULL";
        copy.raw().query_row(people, [], |row| row.get::<_, i64>(0)).is_ok_and(|count| count == 1)
    };
    let begin = std::time::Instant::now();
    while !in_main_file() {
        assert!(begin.elapsed() < Duration::from_mins(1), "the writer had a pause");
        std::thread::yield_now();
    }
}

#[test]
fn a_done_that_panics_does_not_stop_the_writer() {
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    store.submit(insert(100), Box::new(|_| panic!("a done of the test panics on purpose"))).unwrap();
    write(&store, |tx| tx.insert_client(&client(101, "After"))).unwrap();
}

#[test]
fn a_store_dropped_with_jobs_in_its_queue_answers_them_first() {
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    let open = gate(&store);
    let (done, dones) = sync_channel(20);
    for number in 100..120 {
        let done = done.clone();
        store.submit(insert(number), Box::new(move |result| done.send(result.is_ok()).unwrap())).unwrap();
    }
    drop(open);
    drop(store);
    assert_eq!(dones.try_iter().filter(|ok| *ok).count(), 20);
    assert!(!folder.beside("-wal").exists(), "everything is in the main file");
}
