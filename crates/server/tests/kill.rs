#![cfg(test)]
//! F-01: the server is killed (`SIGKILL`) in the middle of its work, again and again. Whatever it acknowledged is there
//! afterwards, nothing is there twice, and the store is whole.
//!
//! `ANTEROOM_KILL_ROUNDS` sets the number of rounds: 50, or 1,000 with `ANTEROOM_NIGHTLY`.

#[path = "server/http.rs"]
mod http;
#[path = "server/process.rs"]
mod process;

use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anteroom_engine::entropy::{self, OsEntropy};
use anteroom_engine::store::Store as _;
use anteroom_store_sqlite::{Options, SqliteStore};
use rustix::process::Signal;

use process::{PORTAL, Server, clinic, preauthorize, redeem, run, write};

/// Connections that issue and redeem at the same time.
const WORKERS: usize = 4;
/// Rounds between two checks of the whole file.
const FILE_CHECK: u32 = 10;

/// What one round of work was told by the server.
#[derive(Default)]
struct Told {
    /// Issued; never presented.
    issued: Vec<String>,
    /// Redeemed, with the access token.
    redeemed: Vec<(String, String)>,
    /// Presented; no answer came.
    in_doubt: Vec<String>,
}

#[derive(Default)]
struct Totals {
    acknowledged: usize,
    in_doubt: usize,
    committed_unacknowledged: usize,
    slowest_start: Duration,
}

fn rounds() -> u32 {
    let set =
        std::env::var_os("ANTEROOM_KILL_ROUNDS").map(|rounds| rounds.to_str().unwrap().parse().unwrap());
    let usual = if std::env::var_os("ANTEROOM_NIGHTLY").is_some() { 1_000 } else { 50 };
    set.unwrap_or(usual)
}

#[test]
fn f_01_what_was_acknowledged_outlives_a_kill_and_nothing_happens_twice() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = write(dir.path(), "clinic.json", &clinic());
    let applied = run(&["apply", &file, "--data-dir", data.to_str().unwrap()]);
    assert!(applied.code == Some(0) && applied.stdout.contains("4 added"), "{}", applied.stderr);
    // The port stays, because a token names the base it was issued on.
    let listen = free_port();
    let start = || Server::start(&["serve", "--listen", &listen, "--data-dir", data.to_str().unwrap()]);
    let mut totals = Totals::default();
    for round in 1..=rounds() {
        let told = work_until_killed(start());
        if round % FILE_CHECK == 0 {
            check_file(&data);
        }
        let started = Instant::now();
        let server = start();
        totals.slowest_start = totals.slowest_start.max(started.elapsed());
        check(&server, &told, &mut totals);
        assert!(server.stop(Signal::TERM).0.success());
    }
    check_file(&data);
    let Totals { acknowledged, in_doubt, committed_unacknowledged, slowest_start } = totals;
    println!(
        "{} kills: {acknowledged} acknowledged redemptions, {in_doubt} in doubt, of which {committed_unacknowledged} had \
         been committed; slowest start {slowest_start:?}",
        rounds()
    );
    assert!(acknowledged > 0 && in_doubt > 0, "the kills hit no work: the test shows nothing");
}

fn free_port() -> String {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().to_string()
}

/// Issues and redeems on all connections until the server is killed, 5 to 400 ms later.
fn work_until_killed(server: Server) -> Told {
    let told = Mutex::new(Told::default());
    let address = server.address();
    let [low, high] = entropy::bytes::<2>(&OsEntropy).unwrap();
    let delay = Duration::from_millis(5 + u64::from(u16::from_le_bytes([low, high])) % 396);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let Ok(mut http) = http::Http::connect(address) else { return };
                while let Some(code) = issue(&mut http) {
                    if !present(&mut http, code, &told) {
                        break;
                    }
                }
            });
        }
        // The moment of the kill is what the test is about; nothing is waited for.
        thread::sleep(delay);
        server.signal(Signal::KILL);
    });
    drop(server);
    told.into_inner().unwrap()
}

/// `None` when the server is gone.
fn issue(http: &mut http::Http) -> Option<String> {
    let answer = preauthorize(http, &format!(r#"{{"clientId":"{PORTAL}"}}"#)).ok()?;
    assert_eq!(answer.status, 200, "{answer:?}");
    Some(answer.text("preAuthorizedCode"))
}

/// Redeems a code, or keeps every eighth one. Whether the server is still there.
fn present(http: &mut http::Http, code: String, told: &Mutex<Told>) -> bool {
    if code.as_bytes()[0].is_multiple_of(8) {
        told.lock().unwrap().issued.push(code);
        return true;
    }
    if let Ok(answer) = redeem(http, &code) {
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = answer.text("access_token");
        told.lock().unwrap().redeemed.push((code, token));
        true
    } else {
        told.lock().unwrap().in_doubt.push(code);
        false
    }
}

/// What the restarted server says about everything that its predecessor said.
fn check(server: &Server, told: &Told, totals: &mut Totals) {
    let mut http = server.http();
    for code in &told.issued {
        let answer = redeem(&mut http, code).unwrap();
        assert_eq!(answer.status, 200, "an acknowledged code is gone: {answer:?}");
    }
    for (code, token) in &told.redeemed {
        assert!(is_spent(&mut http, code), "an acknowledged redemption is gone: the code works twice");
        let bearer = format!("Bearer {token}");
        let person = http.send("GET", "/oauth2/userinfo", &[("authorization", &bearer)], "").unwrap();
        assert_eq!(person.status, 200, "a token without its login: {person:?}");
    }
    for code in &told.in_doubt {
        let first = redeem(&mut http, code).unwrap();
        totals.committed_unacknowledged += usize::from(first.status != 200);
        assert!(first.status == 200 || first.text("error_description") == SPENT, "{first:?}");
        assert!(is_spent(&mut http, code), "the code works twice");
    }
    totals.acknowledged += told.redeemed.len();
    totals.in_doubt += told.in_doubt.len();
}

const SPENT: &str = "Token already granted";

fn is_spent(http: &mut http::Http, code: &str) -> bool {
    let answer = redeem(http, code).unwrap();
    answer.status == 400
        && answer.text("error") == "invalid_grant"
        && answer.text("error_description") == SPENT
}

/// Opening checks every page; the events must hang together.
fn check_file(data: &Path) {
    let store = SqliteStore::open(&data.join("anteroom.db"), Options::default()).unwrap();
    let mut events = (0, None);
    store
        .read(&mut |tx| {
            events = tx.verify_events()?;
            Ok(())
        })
        .unwrap();
    assert!(events.0 > 0 && events.1.is_none(), "the chain of events is broken: {events:?}");
    store.close().unwrap();
}
