//! `apply`, `export` and `doctor`.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::process::{clinic, run, write};

fn example() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/clinic.json").to_owned()
}

fn export(data: &str, more: &[&str]) -> Value {
    let ended = run(&[&["export", "--data-dir", data], more].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn the_example_is_applied_once_and_then_left() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let dry = run(&["apply", &example(), "--data-dir", data, "--dry-run"]);
    assert!(dry.stdout.ends_with("21 added, 0 changed, 0 left (dry run)\n"), "{dry:?}");
    let first = run(&["apply", &example(), "--data-dir", data]);
    assert!(
        first.stdout.ends_with("\n21 added, 0 changed, 0 left\n"),
        "the dry run wrote nothing: {first:?}"
    );
    assert!(first.stdout.contains(r#"added        client c0ffee00-6f1b-4f7e-9c55-000000000001 "Patient portal" (projects[0].clients[0])"#), "{first:?}");
    let before = export(data, &[]);
    let again = run(&["apply", &example(), "--data-dir", data]);
    assert!(again.stdout.ends_with("\n0 added, 0 changed, 21 left\n"), "{again:?}");
    assert_eq!(export(data, &[]), before);
    for ended in [&dry, &first, &again] {
        assert_eq!(ended.code, Some(0));
        assert!(!ended.stdout.contains("@riverside") && !ended.stdout.contains("Ångström"), "{ended:?}");
    }
}

#[test]
fn an_export_applied_to_an_empty_store_makes_the_same_rows() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    let mut workspace: Value = serde_json::from_str(&std::fs::read_to_string(example()).unwrap()).unwrap();
    let portal = &mut workspace["projects"][0]["clients"][0];
    portal["identityProvider"] = json!({ "userInfoUrl": "https://idp.example/userinfo", "clientId": "us",
        "clientSecret": "provider-secret", "useSubject": true });
    portal["idTokenSignedResponseAlg"] = json!("RS256");
    portal["status"] = json!("off");
    workspace["projects"][0]["preauthorizePerMinute"] = json!(0);
    workspace["projects"][0]["revokeOnReplay"] = json!(true);
    workspace["projects"][0]["members"][3]["active"] = json!(false);
    workspace["projects"][0]["members"][3]["externalId"] = json!("idp|pat");
    let file = write(dir.path(), "rich.json", &workspace);
    assert_eq!(run(&["apply", &file, "--data-dir", one]).code, Some(0));

    let without = run(&["export", "--data-dir", one]);
    assert!(!without.stdout.contains("provider-secret"), "{without:?}");
    for part in ["client secrets", "passwords", "secrets of identity providers"] {
        assert!(without.stderr.contains(part), "{part} is not said to be left out: {}", without.stderr);
    }
    let exported = export(one, &["--with-secrets"]);
    assert_eq!(exported["projects"][0]["clients"][0]["identityProvider"]["clientSecret"], "provider-secret");
    let copy = write(dir.path(), "copy.json", &exported);
    assert_eq!(run(&["apply", &copy, "--data-dir", two]).code, Some(0));
    assert_eq!(export(two, &["--with-secrets"]), exported);
    // And applied to where it came from it changes nothing, secrets and passwords included.
    let same = run(&["apply", &copy, "--data-dir", one]);
    assert!(same.stdout.contains("\n0 added, 0 changed, 21 left\n"), "{same:?}");
}

#[test]
fn what_a_file_does_not_name_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    let file = write(dir.path(), "clinic.json", &clinic());
    assert_eq!(run(&["apply", &file, "--data-dir", data]).code, Some(0));
    let before = export(data, &[]);
    let change = json!({ "projects": [{ "name": "Test Clinic", "clients": [
        { "name": "Portal", "accessTokenLifetime": "30m" },
    ] }] });
    let change = write(dir.path(), "change.json", &change);
    let changed = run(&["apply", &change, "--data-dir", data]);
    assert!(
        changed.stdout.contains("changed      client")
            && changed.stdout.ends_with("0 added, 1 changed, 1 left\n"),
        "{changed:?}"
    );
    let mut expected = before;
    let clients = expected["projects"][0]["clients"].as_array_mut().unwrap();
    clients.iter_mut().find(|client| client["name"] == "Portal").unwrap()["accessTokenLifetime"] =
        json!("30m");
    assert_eq!(export(data, &[]), expected);
}

#[test]
fn the_doctor_finds_a_healthy_folder_healthy() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = write(dir.path(), "clinic.json", &clinic());
    assert!(crate::serve(&data, &["--workspace", &file]).stop(Signal::TERM).0.success());
    let ended = run(&["doctor", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let subjects: Vec<&str> = ended
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("ok       "))
        .map(|line| &line[..5])
        .collect();
    assert_eq!(subjects, ["store", "keys ", "port ", "clock"], "{ended:?}");
    assert!(ended.stdout.contains("1 projects; the chain of 6 events is whole"), "{ended:?}");
}

#[test]
fn the_doctor_names_a_taken_port() {
    let dir = tempfile::tempdir().unwrap();
    assert!(crate::serve(dir.path(), &[]).stop(Signal::TERM).0.success());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(&["doctor", "--listen", &address, "--data-dir", dir.path().to_str().unwrap()]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stdout.contains(&format!("problem  port   {address}")), "{ended:?}");
}
