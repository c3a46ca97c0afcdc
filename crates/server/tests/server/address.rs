//! Wrong usage (2) and taken addresses (3).

use std::net::TcpListener;

use rustix::process::Signal;
use serde_json::json;

use crate::process::{Server, clinic, run, write};

#[test]
fn wrong_usage_is_2_and_says_what_is_wrong() {
    for (arguments, message) in [
        (&[][..], "Usage"),
        (&["flow", "run", "a.flow.json"], "a.flow.json: No such file"),
        (&["serve", "--ephemeral", "--data-dir", "x"], "cannot be used with"),
        (&["serve", "--listen", "8103"], "--listen"),
        (&["serve", "--listen", "0.0.0.0:0"], "--base-url"),
        (&["serve", "--tls-listen", "0.0.0.0:0"], "the certificate names it"),
        (&["serve", "--base-url", "http://127.0.0.1:8103"], "must end with a slash"),
        (&["serve", "--master-key", "vault"], "must be keychain, passphrase or file"),
        (&["serve", "--ephemeral", "--workspace", "/nowhere/clinic.json"], "/nowhere/clinic.json"),
        (&["apply"], "<FILE>"),
    ] {
        let ended = run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(message), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_workspace_file_that_does_not_fit_is_2_and_nothing_is_applied() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    let mut wrong = clinic();
    wrong["projects"][0]["clients"][1]["redirectUris"] =
        json!(["https://ok.example/cb", "http://portal.example/cb"]);
    let file = write(dir.path(), "wrong.json", &wrong);
    for command in [
        &["serve", "--listen", "127.0.0.1:0", "--data-dir", data, "--workspace", &file][..],
        &["apply", &file, "--data-dir", data],
        &["apply", &file, "--data-dir", data, "--dry-run"],
    ] {
        let ended = run(command);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        for part in
            ["wrong.json", "projects[0].clients[1].redirectUris[1]", "Plain http is only for this computer"]
        {
            assert!(ended.stderr.contains(part), "{part} is not in {}", ended.stderr);
        }
        assert_eq!(ended.stdout, "", "not ready");
    }
    assert_eq!(
        run(&["export", "--data-dir", data]).stdout.trim(),
        "{\n  \"projects\": []\n}",
        "nothing of it was kept"
    );
}

#[test]
fn f_15_a_taken_port_is_3_and_named_and_nothing_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let ended = run(&["serve", "--listen", &address, "--data-dir", data.to_str().unwrap()]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains(&address) && ended.stderr.contains("in use"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "", "never a silent other port");
    assert!(!data.exists(), "the address is tried before the store");
}

#[test]
fn f_15_the_port_of_another_server_is_taken_too() {
    let server = Server::start(&["serve", "--ephemeral", "--listen", "127.0.0.1:0"]);
    let address = server.address().to_string();
    assert_eq!(run(&["serve", "--ephemeral", "--listen", &address]).code, Some(3));
    assert!(server.stop(Signal::TERM).0.success());
    // And it is free again at once.
    assert!(Server::start(&["serve", "--ephemeral", "--listen", &address]).stop(Signal::TERM).0.success());
}
