//! Stores that cannot be opened (4): which, why, and not a byte changed.

use std::path::{Path, PathBuf};

use rustix::process::Signal;
use sha2::{Digest as _, Sha256};

use crate::process::{clinic, run, write};

/// A data folder as a server left it.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = write(dir.path(), "clinic.json", &clinic());
    assert!(crate::serve(&data, &["--workspace", &file]).stop(Signal::TERM).0.success());
    (dir, data)
}

fn digest(file: &Path) -> Vec<u8> {
    Sha256::digest(std::fs::read(file).unwrap()).to_vec()
}

/// Every command refuses the store with exit code 4 and these words, and leaves the file alone.
fn is_refused(data: &Path, words: &[&str]) {
    let file = data.join("anteroom.db");
    let before = file.is_file().then(|| digest(&file));
    let data = data.to_str().unwrap();
    let clinic = write(Path::new(data).parent().unwrap(), "clinic.json", &clinic());
    for command in [
        &["serve", "--listen", "127.0.0.1:0", "--data-dir", data][..],
        &["apply", &clinic, "--data-dir", data],
        &["export", "--data-dir", data],
        &["doctor", "--listen", "127.0.0.1:0", "--data-dir", data],
    ] {
        let ended = run(command);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        let said = ended.stderr + &ended.stdout;
        for word in words {
            assert!(said.contains(word), "{command:?}: {word} is not in {said}");
        }
    }
    assert_eq!(file.is_file().then(|| digest(&file)), before, "the file was changed");
}

/// Writes over some bytes.
fn patch(file: &Path, at: usize, bytes: &[u8]) {
    let mut content = std::fs::read(file).unwrap();
    content[at..at + bytes.len()].copy_from_slice(bytes);
    std::fs::write(file, content).unwrap();
}

#[test]
fn f_16_a_second_process_finds_the_folder_locked_and_the_first_goes_on() {
    let (_dir, data) = folder();
    let server = crate::serve(&data, &[]);
    is_refused(&data, &["locked", data.to_str().unwrap()]);
    assert_eq!(server.http().send("GET", "/healthcheck", &[], "").unwrap().status, 200);
}

#[test]
fn f_10_a_newer_schema_is_refused_with_both_versions() {
    let (_dir, data) = folder();
    // user_version of the file format
    patch(&data.join("anteroom.db"), 60, &999_u32.to_be_bytes());
    is_refused(&data, &["schema 999", "knows schemas up to"]);
}

#[test]
fn f_09_a_database_of_another_program_is_refused() {
    let (_dir, data) = folder();
    // application_id of the file format
    patch(&data.join("anteroom.db"), 68, b"MPBX");
    is_refused(&data, &["another program"]);
}

#[test]
fn f_09_what_is_no_file_is_refused() {
    let (_dir, data) = folder();
    let file = data.join("anteroom.db");
    let aside = data.join("aside.db");
    std::fs::rename(&file, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &file).unwrap();
    is_refused(&data, &["symbolic link"]);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    is_refused(&data, &["not a regular file"]);
}

#[test]
fn f_08_damage_is_found_before_anything_is_served() {
    let (_dir, data) = folder();
    let file = data.join("anteroom.db");
    let sound = std::fs::read(&file).unwrap();
    for (what, damaged) in [
        ("header", [b"X", &sound[1..]].concat()),
        ("cut off", sound[..sound.len() / 2 + 100].to_vec()),
        ("empty", Vec::new()),
        ("a page", {
            let mut content = sound.clone();
            let middle = content.len() / 2 / 4_096 * 4_096;
            content[middle..middle + 4_096].fill(0xa5);
            content
        }),
    ] {
        std::fs::write(&file, damaged).unwrap();
        is_refused(&data, &["restore a backup"]);
        eprintln!("{what}: refused");
    }
    std::fs::write(&file, sound).unwrap();
    assert!(crate::serve(&data, &[]).stop(Signal::TERM).0.success(), "the sound file opens again");
}

#[test]
fn f_07_a_folder_that_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("file");
    std::fs::write(&data, "not a folder").unwrap();
    let ended = run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.stderr.contains(data.to_str().unwrap()), "{}", ended.stderr);
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_looking_at_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    for command in ["export", "doctor"] {
        let ended = run(&[command, "--data-dir", data.to_str().unwrap()]);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert!(format!("{ended:?}").contains("there is no store"), "{ended:?}");
    }
    assert!(!data.exists());
}
