//! Keys that cannot be opened (5).

use std::path::Path;

use rustix::process::Signal;
use sha2::{Digest as _, Sha256};

use crate::process::{Ended, Server, command, run};

fn arguments<'a>(data: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let data = data.to_str().unwrap();
    [&["serve", "--listen", "127.0.0.1:0", "--data-dir", data], more].concat()
}

fn refused(ended: &Ended, word: &str) {
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.stderr.contains(word) && ended.stdout.is_empty(), "{ended:?}");
}

/// The `kid`s that a server publishes.
fn kids(server: &Server) -> Vec<String> {
    let jwks = server.http().send("GET", "/.well-known/jwks.json", &[], "").unwrap().json();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_key_file_is_named_at_every_start() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let (_, _, log) = crate::serve(dir.path(), &[]).stop(Signal::TERM);
        assert!(log.contains(dir.path().join("master.key").to_str().unwrap()), "{log}");
    }
}

#[test]
fn a_lost_or_another_key_is_5_and_nothing_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let server = crate::serve(dir.path(), &[]);
    let published = kids(&server);
    server.stop(Signal::TERM);
    let key = dir.path().join("master.key");
    let right = std::fs::read(&key).unwrap();
    let before = Sha256::digest(std::fs::read(dir.path().join("anteroom.db")).unwrap());
    std::fs::remove_file(&key).unwrap();
    refused(&run(&arguments(dir.path(), &[])), "no trace of the master key");
    assert!(!key.exists(), "no new key is made for a store that is sealed");
    crate::process::write(dir.path(), "master.key", &serde_json::Value::Null);
    refused(&run(&arguments(dir.path(), &[])), "others than its owner");
    std::fs::remove_file(&key).unwrap();
    private(&key, "0".repeat(64).as_bytes());
    refused(&run(&arguments(dir.path(), &[])), "another master key");
    let doctor = run(&["doctor", "--listen", "127.0.0.1:0", "--data-dir", dir.path().to_str().unwrap()]);
    assert_eq!(doctor.code, Some(5), "{doctor:?}");
    assert!(doctor.stdout.contains("problem  keys"), "{doctor:?}");
    std::fs::remove_file(&key).unwrap();
    private(&key, &right);
    let after = Sha256::digest(std::fs::read(dir.path().join("anteroom.db")).unwrap());
    assert_eq!(before, after);
    assert_eq!(kids(&crate::serve(dir.path(), &[])), published);
}

fn private(path: &Path, content: &[u8]) {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path).unwrap().write_all(content).unwrap();
}

#[test]
fn f_30_without_a_keychain_it_says_so_and_makes_no_other_key() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = command(&arguments(dir.path(), &["--master-key", "keychain"]));
    // No session bus: neither named nor at its usual place.
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", dir.path().join("none"));
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    refused(&Ended::of(command.output().unwrap()), "keychain");
    for trace in ["master.key", "master.salt", "master.keychain"] {
        assert!(!dir.path().join(trace).exists(), "{trace}");
    }
}

#[test]
fn the_source_can_be_changed_and_the_keys_stay() {
    let dir = tempfile::tempdir().unwrap();
    let server = crate::serve(dir.path(), &[]);
    let published = kids(&server);
    server.stop(Signal::TERM);
    let with = |passphrase: Option<&str>, more: &[&str]| {
        let mut command = command(&arguments(dir.path(), more));
        passphrase.map(|passphrase| command.env("ANTEROOM_PASSPHRASE", passphrase));
        command
    };
    let passphrase = Some("marker passphrase");
    refused(
        &Ended::of(with(None, &["--master-key", "passphrase"]).output().unwrap()),
        "ANTEROOM_PASSPHRASE is not set",
    );
    let server = Server::spawn(with(passphrase, &["--master-key", "passphrase"]));
    assert_eq!(kids(&server), published);
    let (_, _, log) = server.stop(Signal::TERM);
    assert!(log.contains("sealed the store anew") && !log.contains("marker"), "{log}");
    assert!(!dir.path().join("master.key").exists(), "the old key is gone");
    refused(&Ended::of(with(Some("wrong passphrase"), &[]).output().unwrap()), "another master key");
    // Without a word about the source the store says it itself.
    let server = Server::spawn(with(passphrase, &[]));
    assert_eq!(kids(&server), published);
    server.stop(Signal::TERM);
    let server = Server::spawn(with(passphrase, &["--master-key", "file"]));
    assert_eq!(kids(&server), published);
    server.stop(Signal::TERM);
    assert!(!dir.path().join("master.salt").exists());
}
