//! `backup` and `restore`: F-27, and that nothing that works once is brought back.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anteroom_server::master_key::{Passphrase, Source};
use anteroom_server::place::KeyOptions;
use rustix::process::Signal;

use crate::process::{Ended, PORTAL, clinic, command, preauthorize, redeem, run, write};

fn back_up(data: &Path, more: &[&str]) -> PathBuf {
    let ended = run(&[&["backup", "--data-dir", data.to_str().unwrap()], more].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    PathBuf::from(ended.stdout.trim_end())
}

fn restore(data: &Path, backup: &Path) -> Ended {
    run(&["restore", backup.to_str().unwrap(), "--data-dir", data.to_str().unwrap()])
}

/// Where the store is kept that was there before.
fn kept(ended: &Ended) -> PathBuf {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    PathBuf::from(ended.stdout.lines().find_map(|line| line.strip_prefix("kept ")).unwrap())
}

/// What the doctor says about the store.
fn events(data: &Path) -> u64 {
    let ended = run(&["doctor", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (_, rest) = ended.stdout.split_once("the chain of ").unwrap();
    rest.split_once(' ').unwrap().0.parse().unwrap()
}

#[test]
fn f_27_what_was_spent_after_a_backup_stays_spent_when_it_is_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = write(dir.path(), "clinic.json", &clinic());
    let server = crate::serve(&data, &["--workspace", &file]);
    let mut http = server.http();
    let issue = |http: &mut _| {
        let issued = preauthorize(http, &format!(r#"{{"clientId":"{PORTAL}"}}"#)).unwrap();
        issued.text("preAuthorizedCode")
    };
    let (spent_later, never_spent) = (issue(&mut http), issue(&mut http));
    let backup = back_up(&data, &[]);
    assert_eq!(backup.parent(), Some(data.join("backups").as_path()));
    let tokens = redeem(&mut http, &spent_later).unwrap();
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let in_use = restore(&data, &backup);
    assert_eq!(in_use.code, Some(4), "{in_use:?}");
    assert!(in_use.stderr.contains("another Anteroom is using it"), "{in_use:?}");
    assert!(server.stop(Signal::TERM).0.success());
    let before = events(&data);

    let restored = restore(&data, &backup);
    assert!(restored.stdout.contains("ended 2 links and 0 sign-ins"), "{restored:?}");
    let kept = kept(&restored);
    assert!(events(&data) < before + 1);
    let server = crate::serve(&data, &[]);
    let mut http = server.http();
    for code in [&spent_later, &never_spent] {
        let refused = redeem(&mut http, code).unwrap();
        assert_eq!((refused.status, refused.text("error").as_str()), (400, "invalid_grant"), "{refused:?}");
    }
    let bearer = format!("Bearer {}", tokens.text("access_token"));
    let person = http.send("GET", "/oauth2/userinfo", &[("authorization", &bearer)], "").unwrap();
    assert_eq!(person.status, 401, "{person:?}");
    // and a new one works
    let fresh = issue(&mut http);
    assert_eq!(redeem(&mut http, &fresh).unwrap().status, 200);
    assert!(server.stop(Signal::TERM).0.success());

    let back = restore(&data, &kept);
    assert!(back.stdout.contains("ended 1 links and 1 sign-ins"), "{back:?}");
    assert_eq!(events(&data), before + 1, "everything is there again, and the restore is in the log");
}

#[test]
fn f_27_a_backup_is_put_back_elsewhere_with_its_key_only() {
    let dir = tempfile::tempdir().unwrap();
    let (data, other) = (dir.path().join("data"), dir.path().join("other"));
    let file = write(dir.path(), "clinic.json", &clinic());
    assert_eq!(run(&["apply", &file, "--data-dir", data.to_str().unwrap()]).code, Some(0));
    let backup = dir.path().join("usb-stick.db");
    assert_eq!(back_up(&data, &[backup.to_str().unwrap()]), backup);
    let again = run(&["backup", backup.to_str().unwrap(), "--data-dir", data.to_str().unwrap()]);
    assert_eq!(again.code, Some(4), "a file is never written over: {again:?}");

    let without = restore(&other, &backup);
    assert_eq!(without.code, Some(5), "{without:?}");
    assert!(without.stderr.contains("no trace of the master key"), "{without:?}");
    assert!(!other.join("anteroom.db").exists() && !other.join("restoring").exists());
    fs::copy(data.join("master.key"), other.join("master.key")).unwrap();
    let moved = restore(&other, &backup);
    assert_eq!((moved.code, moved.stdout.as_str()), (Some(0), "ended 0 links and 0 sign-ins\n"), "{moved:?}");
    let export = |data: &Path| run(&["export", "--data-dir", data.to_str().unwrap()]).stdout;
    assert_eq!(export(&other), export(&data));
}

#[test]
fn what_is_no_backup_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    assert!(crate::serve(&data, &[]).stop(Signal::TERM).0.success());
    let backup = back_up(&data, &[]);
    let store = fs::read(data.join("anteroom.db")).unwrap();
    let whole = fs::read(&backup).unwrap();
    let wrong = dir.path().join("wrong.db");
    let mut damaged = whole.clone();
    damaged[4_096 * 3..4_096 * 4].fill(0x55);
    for (content, code, words) in [
        (Some(b"not a database".to_vec()), 4, "damaged"),
        (Some(whole[..whole.len() / 2].to_vec()), 4, "damaged"),
        (Some(damaged), 4, "damaged"),
        (None, 4, "could not be put in place"),
    ] {
        match content {
            Some(content) => fs::write(&wrong, content).unwrap(),
            None => fs::remove_file(&wrong).unwrap(),
        }
        let refused = restore(&data, &wrong);
        assert_eq!(refused.code, Some(code), "{refused:?}");
        assert!(refused.stderr.contains(words), "{words}: {refused:?}");
    }
    std::os::unix::fs::symlink(&backup, &wrong).unwrap();
    assert_eq!(restore(&data, &wrong).code, Some(4));
    fs::write(data.join("backups/in-use.db-wal"), b"a journal").unwrap();
    fs::copy(&backup, data.join("backups/in-use.db")).unwrap();
    let in_use = restore(&data, &data.join("backups/in-use.db"));
    assert!(in_use.code == Some(4) && in_use.stderr.contains("no backup"), "{in_use:?}");
    assert_eq!(fs::read(data.join("anteroom.db")).unwrap(), store);
    assert!(!data.join("restoring").exists());
}

#[test]
fn the_store_of_a_killed_process_is_kept_whole_and_a_damaged_one_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = write(dir.path(), "clinic.json", &clinic());
    let server = crate::serve(&data, &["--workspace", &file]);
    let backup = back_up(&data, &[]);
    let mut http = server.http();
    preauthorize(&mut http, &format!(r#"{{"clientId":"{PORTAL}"}}"#)).unwrap();
    server.stop(Signal::KILL);
    assert!(fs::metadata(data.join("anteroom.db-wal")).unwrap().len() > 0);
    let first = kept(&restore(&data, &backup));
    let without_the_code = events(&data);
    kept(&restore(&data, &first));
    assert_eq!(events(&data), without_the_code + 1, "the code was in the journal");

    fs::write(data.join("anteroom.db"), b"lost").unwrap();
    let damaged = kept(&restore(&data, &backup));
    assert_eq!(fs::read(damaged).unwrap(), b"lost");
    assert_eq!(events(&data), without_the_code);
}

#[test]
fn a_restore_seals_nothing_anew() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    assert!(crate::serve(&data, &[]).stop(Signal::TERM).0.success());
    let backup = back_up(&data, &[]);
    // as the desktop restores that is told to use another source from now on
    let keys = KeyOptions {
        source: Some(Source::Passphrase),
        default: Source::Keychain,
        passphrase: Some(Passphrase::new("correct horse battery staple".to_owned())),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    anteroom_server::restore::restore(&data, &keys, &backup, None, runtime.handle()).unwrap();
    assert!(data.join("master.key").exists() && !data.join("master.salt").exists());
    assert!(crate::serve(&data, &[]).stop(Signal::TERM).0.success());
}

#[test]
fn f_27_a_restore_that_is_killed_anywhere_leaves_a_whole_store() {
    const ROUNDS: u32 = 40;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = write(dir.path(), "clinic.json", &clinic());
    assert_eq!(run(&["apply", &file, "--data-dir", data.to_str().unwrap()]).code, Some(0));
    let backup = back_up(&data, &[]);
    let began = Instant::now();
    kept(&restore(&data, &backup));
    let whole: Duration = began.elapsed();
    let mut killed = 0;
    for round in 0..ROUNDS {
        let arguments = ["restore", backup.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
        let mut restoring = command(&arguments).spawn().unwrap();
        // a little later each time, up to its end
        sleep(whole * round / ROUNDS);
        restoring.kill().unwrap();
        killed += u32::from(!restoring.wait().unwrap().success());
        assert!(events(&data) > 0, "round {round}");
    }
    assert!(killed > 0);
    kept(&restore(&data, &backup));
    assert!(!data.join("restoring").exists());
}
