//! `anteroom-server doctor`: is everything in order? Nothing is made and nothing is changed.

use std::io::{Write as _, stdout};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;

use anteroom_engine::clock::{Clock as _, SystemClock};
use anteroom_engine::store::{Store as _, StoreError};
use anteroom_engine::timestamp::Timestamp;
use anteroom_server::master_key::{Passphrase, Search};
use anteroom_server::place::{Place, open_store};
use anteroom_server::problem::{ADDRESS_IN_USE, HostError, KEYS, STORE};
use anteroom_store_sqlite::SqliteStore;

use crate::cli::Doctor;
use crate::export::existing;

/// The clock is wrong.
const CLOCK: u8 = 1;
/// No clock that is right shows less: 2025-01-01.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_735_689_600);
/// Seconds the clock may be behind the newest event.
const TOLERANCE: u32 = 60;

/// What a check found.
type Finding = Result<String, (u8, String)>;

pub(crate) fn run(arguments: Doctor, passphrase: Option<Passphrase>) -> ExitCode {
    let Doctor { store, listen } = arguments;
    let keys = store.keys(passphrase);
    let opened = existing(&store).and_then(|place| match place {
        Place::Folder(folder) => open_store(&folder).map(|store| (folder, store)),
        Place::Ephemeral => Err(HostError::NoDataFolder),
    });
    let mut findings = Vec::new();
    match &opened {
        Err(error) => findings.push(("store", Err((error.exit_code(), error.to_string())))),
        Ok((folder, store)) => {
            findings.push(("store", check_store(folder, store)));
            let search = Search {
                dir: folder,
                wanted: keys.source,
                default: keys.default,
                passphrase: keys.passphrase.as_ref(),
            };
            findings.push(("keys", check_keys(&search, store)));
        }
    }
    findings.push(("port", check_port(listen)));
    findings.push(("clock", check_clock(opened.as_ref().ok().map(|(_, store)| store))));
    let code = findings.iter().find_map(|(_, finding)| finding.as_ref().err().map(|(code, _)| *code));
    // A closed pipe is the reader's choice; the exit code says the rest.
    let _ = print(&findings);
    code.unwrap_or(0).into()
}

fn print(findings: &[(&str, Finding)]) -> std::io::Result<()> {
    let mut out = stdout().lock();
    for (subject, finding) in findings {
        let (verdict, text) = match finding {
            Ok(text) => ("ok", text),
            Err((_, text)) => ("problem", text),
        };
        writeln!(out, "{verdict:<8} {subject:<6} {text}")?;
    }
    Ok(())
}

fn check_store(folder: &Path, store: &SqliteStore) -> Finding {
    let (mut projects, mut events) = (0, (0, None));
    let read = store.read(&mut |tx| {
        projects = tx.list_projects()?.len();
        events = tx.verify_events()?;
        Ok(())
    });
    match (read, events) {
        (Err(error), _) => Err((STORE, reason(&error))),
        (Ok(()), (_, Some(broken))) => Err((STORE, format!("the event log was altered at event {broken}"))),
        (Ok(()), (count, None)) => {
            let folder = folder.display();
            Ok(format!("{folder}: {projects} projects; the chain of {count} events is whole"))
        }
    }
}

fn check_keys(search: &Search<'_>, store: &SqliteStore) -> Finding {
    match search.check(store) {
        Ok(Some(source)) => Ok(format!("the master key from the {source} opens them")),
        Ok(None) => Ok("none yet; they are made on the first start".to_owned()),
        Err(error) => Err((KEYS, error.to_string())),
    }
}

fn check_port(listen: SocketAddr) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => Ok(format!("{listen} is free")),
        Err(error) => Err((ADDRESS_IN_USE, format!("{listen}: {error}"))),
    }
}

fn check_clock(store: Option<&SqliteStore>) -> Finding {
    let now = SystemClock.now();
    if now < EARLIEST {
        return Err((CLOCK, format!("it shows {now}, which is past")));
    }
    let mut newest = None;
    if let Some(store) = store {
        let read = store.read(&mut |tx| {
            newest = tx.newest_event_time()?;
            Ok(())
        });
        read.map_err(|error| (STORE, reason(&error)))?;
    }
    match newest {
        Some(newest) if now + TOLERANCE < newest => {
            let behind = now.until(newest);
            Err((
                CLOCK,
                format!("it shows {now}, {behind} s behind the newest event; codes expire by the later time"),
            ))
        }
        _ => Ok(format!("it shows {now}")),
    }
}

fn reason(error: &StoreError) -> String {
    anteroom_server::problem::Chain(error).to_string()
}
