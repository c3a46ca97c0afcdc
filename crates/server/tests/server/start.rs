//! Starting and ending.

use std::process::Stdio;

use anteroom_store_sqlite::{Options, SqliteStore};
use rustix::process::Signal;
use serde_json::Value;

use crate::process::{Server, clinic, command, run, write};

#[test]
fn ready_is_one_line_of_json_in_the_order_of_the_contract() {
    let server = Server::start(&["serve", "--ephemeral", "--listen", "127.0.0.1:0"]);
    let ready: Value = serde_json::from_str(&server.ready).unwrap();
    let port = server.address().port();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        r#"{{"event":"listening","base_url":"http://127.0.0.1:{port}/","tls_base_url":null,"version":"{version}","ready_ms":{}}}"#,
        ready["ready_ms"].as_u64().unwrap()
    );
    assert_eq!(server.ready, expected);
    let answer = server.http().send("GET", "/healthcheck", &[], "").unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let (status, rest, log) = server.stop(Signal::TERM);
    assert!(status.success() && rest.is_empty(), "{status} {rest:?}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
}

#[test]
fn the_base_urls_are_the_issuers_that_are_answered_for() {
    let bases = ["--base-url", "https://auth.clinic.example/", "--base-url", "http://localhost:8103/"];
    let server = Server::start(&[&["serve", "--ephemeral", "--listen", "127.0.0.1:0"], &bases[..]].concat());
    assert_eq!(server.base_url(), "https://auth.clinic.example/");
    let (_, _, log) = server.stop(Signal::TERM);
    assert!(log.contains(r#""base_url":"https://auth.clinic.example/""#), "{log}");
}

#[test]
fn an_ephemeral_store_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut command = command(&["serve", "--ephemeral", "--listen", "127.0.0.1:0"]);
    command.current_dir(home.path()).env("HOME", home.path()).env("XDG_DATA_HOME", home.path());
    command.env("TMPDIR", home.path());
    let server = Server::spawn(command);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "while it runs");
    assert!(server.stop(Signal::INT).0.success(), "SIGINT ends it, too");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn the_default_data_folder_is_the_platforms() {
    let home = tempfile::tempdir().unwrap();
    let mut command = command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("HOME", home.path()).env("XDG_DATA_HOME", home.path().join("data"));
    assert!(Server::spawn(command).stop(Signal::TERM).0.success());
    assert!(home.path().join("data/anteroom/anteroom.db").is_file());
}

#[test]
fn f_17_a_signal_ends_it_with_everything_in_the_main_file() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = write(dir.path(), "clinic.json", &clinic());
    let server = crate::serve(&data, &["--workspace", &file]);
    // A connection that says nothing and one that stops in the middle do not hold it up.
    let _idle = server.http();
    let mut half = std::net::TcpStream::connect(server.address()).unwrap();
    std::io::Write::write_all(&mut half, b"POST /oauth2/token HTTP/1.1\r\nhost: x\r\n").unwrap();
    let asked = std::time::Instant::now();
    let (status, _, _) = server.stop(Signal::TERM);
    assert!(status.success(), "{status}");
    assert!(asked.elapsed().as_secs() < 7, "{:?}", asked.elapsed());
    let journal = std::fs::metadata(data.join("anteroom.db-wal")).map_or(0, |journal| journal.len());
    assert_eq!(journal, 0, "what is in the journal is not in the main file");
    let store = SqliteStore::open(&data.join("anteroom.db"), Options::default()).unwrap();
    let mut projects = 0;
    anteroom_engine::store::Store::read(&store, &mut |tx| {
        projects = tx.list_projects()?.len();
        Ok(())
    })
    .unwrap();
    assert_eq!(projects, 1);
}

#[cfg(unix)]
#[test]
fn a_44_files_are_their_owners_alone_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("new").join("data");
    let binary = command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", r#"umask 000; exec "$0" "$@""#]).arg(binary.get_program());
    shell.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data).stdin(Stdio::null());
    let server = Server::spawn(shell);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    names.sort();
    for name in ["anteroom.db", "anteroom.db-wal", "lock", "master.key"] {
        assert!(names.iter().any(|other| other == name), "{name} is not among {names:?}");
    }
    drop(server);
}

#[test]
fn the_log_filter_comes_from_the_environment_and_must_be_one() {
    let mut command = command(&["serve", "--ephemeral", "--listen", "127.0.0.1:0"]);
    let ended = command.env("ANTEROOM_LOG", "anteroom=loud").output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("ANTEROOM_LOG"));
}

#[test]
fn help_and_version_are_on_standard_output() {
    let help = run(&["--help"]);
    assert_eq!(help.code, Some(0));
    for word in ["serve", "apply", "export", "doctor"] {
        assert!(help.stdout.contains(word), "{help:?}");
    }
    assert_eq!(run(&["--version"]).stdout.trim(), format!("anteroom-server {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_sample_provider_runs_beside_the_engine_where_it_is_asked_for() {
    let arguments = ["serve", "--ephemeral", "--listen", "127.0.0.1:0", "--sample-provider=127.0.0.1:0"];
    let server = Server::start(&arguments);
    let ready: Value = serde_json::from_str(&server.ready).unwrap();
    let issuer = ready["sample_provider"].as_str().unwrap().to_owned();
    let address: std::net::SocketAddr =
        issuer.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    assert!(address.ip().is_loopback(), "{issuer}");
    let mut http = crate::http::Http::connect(address).unwrap();
    let answer = http.send("GET", "/.well-known/openid-configuration", &[], "").unwrap();
    assert!(answer.status == 200 && answer.body.contains(&issuer), "{answer:?}");
    // its address is in use for another one
    let taken = format!("--sample-provider={address}");
    let second = run(&["serve", "--ephemeral", "--listen", "127.0.0.1:0", &taken]);
    assert_eq!((second.code, second.stdout.as_str()), (Some(3), ""), "{second:?}");
    assert!(second.stderr.contains(&address.to_string()), "{second:?}");
    let (status, _, log) = server.stop(Signal::TERM);
    assert!(status.success() && log.contains("the sample provider is running"), "{log}");
}
