//! F-01: a process that is killed in the middle of its work has kept every promise it made, and no half of anything.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write as _};

use anteroom_engine::model::event::EventKind;
use anteroom_engine::store::contract::sample::{NOW, code, id, login, write_project};
use anteroom_engine::store::{Job, Store, StoreError, StoreResult, Verdict, write};
use anteroom_store_sqlite::{Options, SqliteStore};

use crate::child;
use crate::sample::{Folder, event};

/// Codes there are to redeem.
const CODES: u128 = 20_000;

#[test]
fn f_01_killed_processes_kept_their_promises() {
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    write(&store, |tx| {
        (0..CODES).try_for_each(|number| tx.insert_pre_authorized_code(&code(1_000_000 + number)))
    })
    .unwrap();
    drop(store);
    let mut acknowledged = HashSet::new();
    let mut next = 0;
    for round in 0..10 {
        let mut child =
            child::start("kill::child_that_redeems", "", &format!("{next} {}", folder.file().display()));
        // Killed after a number of acknowledgements that differs from round to round.
        let mut left = 1 + round * 97;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let Some(number) =
                line.as_ref().ok().and_then(|line| line.strip_prefix("redeemed ")?.parse().ok())
            else {
                continue;
            };
            acknowledged.insert(number);
            next = next.max(number + 1);
            left -= 1;
            if left == 0 {
                // What was still in the pipe counts, too: it was said.
                child.kill().unwrap();
                left = i32::MAX;
            }
        }
        child.wait().unwrap();
        next += 2_000;
        check(&folder, &acknowledged);
    }
    assert!(acknowledged.len() > 1_000, "{}", acknowledged.len());
}

fn check(folder: &Folder, acknowledged: &HashSet<u128>) {
    let store = folder.open();
    store
        .read(&mut |tx| {
            let mut redeemed = 0;
            for number in 0..CODES {
                let row = tx.pre_authorized_code(id(1_000_000 + number))?.expect("no code is lost");
                let login = tx.live_login(id(2_000_000 + number))?;
                assert_eq!(row.login.is_some(), login.is_some(), "code {number}: both or neither");
                assert!(
                    row.login.is_some() || !acknowledged.contains(&number),
                    "code {number} was acknowledged"
                );
                redeemed += i64::from(row.login.is_some());
            }
            assert_eq!(tx.verify_events()?, (redeemed, None), "one event for each");
            Ok(())
        })
        .unwrap();
    drop(store);
    let ok: String = folder.raw().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(ok, "ok");
}

fn redeem(number: u128) -> Job {
    Box::new(move |tx| {
        let login_id = id(2_000_000 + number);
        assert!(tx.redeem_pre_authorized_code(id(1_000_000 + number), id(10), login_id, NOW).unwrap());
        tx.insert_login(&login(2_000_000 + number)).unwrap();
        tx.append_event(&event(EventKind::LinkRedeemed)).unwrap();
        Verdict::Commit
    })
}

#[test]
#[ignore = "runs as a child process of the test above, which kills it"]
fn child_that_redeems() {
    let Some(input) = child::input() else { return };
    let (first, file) = input.split_once(' ').unwrap();
    let store = SqliteStore::open(file.as_ref(), Options::default()).unwrap();
    for number in first.parse().unwrap()..CODES {
        let answer = move |result: StoreResult<()>| {
            if result.is_ok() {
                writeln!(std::io::stdout(), "redeemed {number}").unwrap();
            }
        };
        while let Err(StoreError::Busy) = store.submit(redeem(number), Box::new(answer)) {
            std::thread::yield_now();
        }
    }
}
