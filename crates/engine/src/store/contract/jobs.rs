//! Transactions: what is committed stays, what is not never was.

use std::sync::mpsc::sync_channel;

use crate::store::contract::read;
use crate::store::contract::sample::{client, id, project, write_project};
use crate::store::{Store, StoreError, StoreResult, Verdict, write};

/// What a job wrote is there for every reader when `done` is called.
pub fn what_is_committed_can_be_read(store: &dyn Store) -> StoreResult<()> {
    assert!(read(store, |tx| tx.project(id(1)))?.is_none(), "the store must be fresh");
    write(store, |tx| tx.insert_project(&project()))?;
    assert_eq!(read(store, |tx| tx.project(id(1)))?.as_deref(), Some(&project()));
    Ok(())
}

/// A verdict of `Rollback` is obeyed, and is no error.
pub fn rolled_back_jobs_leave_nothing(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let (done, dones) = sync_channel(1);
    store.submit(
        Box::new(|tx| {
            assert!(tx.insert_client(&client(12, "Gone")).is_ok());
            assert!(matches!(tx.client(id(12)), Ok(Some(_))), "a job sees its own writes");
            Verdict::Rollback
        }),
        Box::new(move |result| drop(done.send(result))),
    )?;
    dones.recv().map_err(|_| StoreError::Closed)??;
    assert!(read(store, |tx| tx.client(id(12)))?.is_none());
    write(store, |tx| {
        assert!(tx.client(id(12))?.is_none(), "the writer forgot it, too");
        tx.insert_client(&client(12, "Here"))
    })
}

/// A closure that fails after its first write leaves nothing of it.
pub fn failing_writes_leave_nothing(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let outcome = write(store, |tx| {
        tx.insert_client(&client(12, "First"))?;
        tx.insert_client(&client(10, "Taken"))
    });
    assert!(matches!(outcome, Err(StoreError::Exists("client id"))), "{outcome:?}");
    assert!(read(store, |tx| tx.client(id(12)))?.is_none());
    Ok(())
}

/// A job that panics is an error for its own `done`; the jobs beside it are not touched.
pub fn panicking_jobs_leave_nothing_and_others_go_on(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let (done, dones) = sync_channel(3);
    let note = |name: &'static str| {
        let done = done.clone();
        Box::new(move |result: StoreResult<()>| {
            let _ = done.send((name, result.is_ok()));
        })
    };
    let insert = |number: u128, name: &'static str| {
        Box::new(move |tx: &mut dyn crate::store::Tx| match tx.insert_client(&client(number, name)) {
            Ok(()) => Verdict::Commit,
            Err(_) => Verdict::Rollback,
        })
    };
    store.submit(insert(12, "Before"), note("before"))?;
    store.submit(
        Box::new(|tx| {
            drop(tx.insert_client(&client(13, "Broken")));
            panic!("a job of the contract panics on purpose")
        }),
        note("panics"),
    )?;
    store.submit(insert(14, "After"), note("after"))?;
    let mut results: Vec<_> = dones.iter().take(3).collect();
    results.sort_unstable();
    assert_eq!(results, [("after", true), ("before", true), ("panics", false)]);
    for (number, there) in [(12, true), (13, false), (14, true)] {
        assert_eq!(read(store, |tx| tx.client(id(number)))?.is_some(), there, "client {number}");
    }
    Ok(())
}

/// Jobs run in the order in which they came, each on what those before it left.
pub fn jobs_see_the_jobs_before_them(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let (done, dones) = sync_channel(100);
    for number in 100..200_u128 {
        let done = done.clone();
        store.submit(
            Box::new(move |tx| {
                let before = number == 100 || matches!(tx.client(id(number - 1)), Ok(Some(_)));
                if before && tx.insert_client(&client(number, "Next")).is_ok() {
                    Verdict::Commit
                } else {
                    Verdict::Rollback
                }
            }),
            Box::new(move |result| drop(done.send(result))),
        )?;
    }
    for result in dones.iter().take(100) {
        result?;
    }
    assert!(read(store, |tx| tx.client(id(199)))?.is_some(), "the last one saw all before it");
    Ok(())
}

/// Jobs that wait are done before a store closes; then it answers `Closed`.
pub fn closed_stores_take_no_jobs(store: &dyn Store) -> StoreResult<()> {
    let (done, dones) = sync_channel(1);
    store.submit(
        Box::new(|tx| match tx.insert_project(&project()) {
            Ok(()) => Verdict::Commit,
            Err(_) => Verdict::Rollback,
        }),
        Box::new(move |result| drop(done.send(result))),
    )?;
    store.close()?;
    dones.try_recv().expect("a closed store has answered every job")?;
    let late = store.submit(Box::new(|_| Verdict::Commit), Box::new(|_| {}));
    assert!(matches!(late, Err(StoreError::Closed)), "{late:?}");
    let late = store.read(&mut |_| Ok(()));
    assert!(matches!(late, Err(StoreError::Closed)), "{late:?}");
    store.close()
}
