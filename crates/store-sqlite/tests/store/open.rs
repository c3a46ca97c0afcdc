//! What is opened and what is refused. A refused file stays as it is, byte for byte.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use anteroom_engine::store::Store;
use anteroom_store_sqlite::{DataDirLock, OpenError, Options, SqliteStore};
use sha2::{Digest, Sha256};

use crate::sample::{Folder, everything};

/// Opens and expects a refusal that names the file and changes nothing.
fn refused(folder: &Folder) -> OpenError {
    let hash = |path: &Path| std::fs::read(path).ok().map(Sha256::digest);
    let before = hash(&folder.file());
    let error = SqliteStore::open(&folder.file(), Options::default()).err().expect("this must be refused");
    assert_eq!(hash(&folder.file()), before, "the file was touched: {error}");
    assert!(error.to_string().contains(&*folder.path().to_string_lossy()), "names the file: {error}");
    error
}

#[test]
fn a_new_database_is_made_with_its_folder() {
    let folder = Folder::new();
    let file = folder.path().join("deep").join("folder").join("anteroom.db");
    let store = SqliteStore::open(&file, Options::default()).unwrap();
    store.read(&mut |tx| tx.list_projects().map(|rows| assert!(rows.is_empty()))).unwrap();
    assert!(!folder.path().join("deep/folder/anteroom.db.unfinished").exists());
}

#[test]
fn what_was_written_is_there_again() {
    let folder = Folder::filled();
    let first = everything(&folder.open()).unwrap();
    assert_eq!(everything(&folder.open()).unwrap(), first);
}

#[test]
fn a_44_only_the_owner_may_read_whatever_the_umask() {
    // Of this whole process; the other tests make nothing that must be private.
    rustix::process::umask(rustix::fs::Mode::empty());
    let folder = Folder::new();
    let dir = folder.path().join("data");
    let file = dir.join("anteroom.db");
    let store = SqliteStore::open(&file, Options::default()).unwrap();
    crate::sample::fill(&store);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 4, "database, WAL, shared memory and lock");
    drop(store);

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    drop(SqliteStore::open(&file, Options::default()).unwrap());
    assert_eq!(mode(&file), 0o600, "an open file is closed to others");
}

#[test]
fn f_16_a_second_opener_is_told_that_the_folder_is_locked() {
    let folder = Folder::new();
    let store = folder.open();
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Locked { .. }), "{error:?}");
    assert!(error.to_string().contains("locked"), "{error}");
    let other = Folder::new();
    drop(other.open());
    store.close().unwrap();
    drop(folder.open());
}

#[test]
fn a_folder_can_be_locked_before_its_database_is_opened() {
    let folder = Folder::new();
    let lock = DataDirLock::acquire(folder.path()).unwrap();
    assert!(matches!(refused(&folder), OpenError::Locked { .. }));
    let store = SqliteStore::open_locked(lock, "anteroom.db", Options::default()).unwrap();
    assert!(matches!(refused(&folder), OpenError::Locked { .. }));
    drop(store);
    drop(folder.open());
}

#[test]
fn f_09_what_is_not_our_file_is_refused() {
    let folder = Folder::new();
    std::fs::create_dir(folder.file()).unwrap();
    assert!(matches!(refused(&folder), OpenError::NotAFile { .. }));

    let folder = Folder::new();
    let made = std::process::Command::new("mkfifo").arg(folder.file()).status().unwrap();
    assert!(made.success());
    let error = SqliteStore::open(&folder.file(), Options::default()).err().expect("a pipe is no database");
    assert!(matches!(error, OpenError::NotAFile { .. }), "{error:?}");

    let target = Folder::filled();
    let folder = Folder::new();
    symlink(target.file(), folder.file()).unwrap();
    assert!(matches!(refused(&folder), OpenError::Link { .. }));
    std::fs::remove_file(folder.file()).unwrap();
    symlink(folder.path().join("nowhere"), folder.file()).unwrap();
    assert!(matches!(refused(&folder), OpenError::Link { .. }));
    assert!(!folder.path().join("nowhere").exists(), "nothing was made through the link");

    let folder = Folder::new();
    folder.raw().execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT)").unwrap();
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Foreign { found: 0, .. }), "{error:?}");
}

#[test]
fn f_08_lost_and_foreign_content_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.file(), b"").unwrap();
    assert!(matches!(refused(&folder), OpenError::Empty { .. }));
    for content in [&b"SQLite"[..], &[0; 4_096], b"<html>not a database at all</html>"] {
        std::fs::write(folder.file(), content).unwrap();
        assert!(matches!(refused(&folder), OpenError::Damaged { .. }), "{content:?}");
    }
}

#[test]
fn f_08_a_journal_without_its_file_or_without_its_header_is_refused() {
    let folder = Folder::filled();
    std::fs::write(folder.beside("-wal"), vec![7; 40_000]).unwrap();
    assert!(matches!(refused(&folder), OpenError::Damaged { .. }));
    std::fs::write(folder.beside("-wal"), [0x37, 0x7f, 0x06, 0x82]).unwrap();
    assert!(matches!(refused(&folder), OpenError::Damaged { .. }));
    std::fs::remove_file(folder.file()).unwrap();
    assert!(matches!(refused(&folder), OpenError::JournalWithoutFile { .. }));
    assert!(!folder.file().exists());
    std::fs::write(folder.beside("-wal"), b"").unwrap();
    drop(folder.open());
}

#[test]
fn f_08_a_damaged_journal_of_a_killed_process_is_refused() {
    let folder = Folder::new();
    let store = folder.open();
    crate::sample::fill(&store);
    // What a killed process leaves: the files as they are now, the WAL with commits in it.
    let left = Folder::new();
    let copy = |ending: &str| std::fs::copy(folder.beside(ending), left.beside(ending)).unwrap();
    while copy("-wal") == 0 || copy("") == 0 {}
    let whole = std::fs::read(left.beside("-wal")).unwrap();
    for at in 0..32 {
        let mut wal = whole.clone();
        wal[at] ^= 0x55;
        std::fs::write(left.beside("-wal"), wal).unwrap();
        assert!(matches!(refused(&left), OpenError::Damaged { .. }), "byte {at} of its header");
    }
    std::fs::write(left.beside("-wal"), whole).unwrap();
    assert_eq!(everything(&left.open()).unwrap(), everything(&store).unwrap());
}

#[test]
fn f_10_a_57_a_newer_schema_is_refused_with_both_versions() {
    let folder = Folder::filled();
    folder.raw().execute_batch("PRAGMA user_version = 700").unwrap();
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Newer { found: 700, .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("schema 700") && text.contains("schemas up to "), "{text}");
}

#[test]
fn f_10_a_newer_schema_that_is_only_in_the_journal_is_refused_too() {
    let folder = Folder::filled();
    let newer = folder.raw();
    newer.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 700").unwrap();
    let left = Folder::new();
    for ending in ["", "-wal"] {
        std::fs::copy(folder.beside(ending), left.beside(ending)).unwrap();
    }
    assert!(matches!(refused(&left), OpenError::Newer { found: 700, .. }));
}

#[test]
fn an_interrupted_creation_is_begun_again() {
    let folder = Folder::new();
    std::fs::write(folder.beside(".unfinished"), b"half of a database").unwrap();
    std::fs::write(folder.beside(".unfinished-wal"), [1; 100]).unwrap();
    drop(folder.open());
    assert!(!folder.beside(".unfinished").exists() && !folder.beside(".unfinished-wal").exists());
}

#[test]
fn f_07_a_folder_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, b"").unwrap();
    let error = SqliteStore::open(&blocked.join("anteroom.db"), Options::default()).err().expect("no folder");
    assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
    assert!(error.to_string().contains(&*blocked.to_string_lossy()), "{error}");
}
