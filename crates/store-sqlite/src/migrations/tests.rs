use std::path::Path;

use anteroom_engine::store::contract::sample::{id, write_project};
use anteroom_engine::store::{Store, StoreResult};
use tempfile::TempDir;

use super::*;
use crate::{Options, SqliteStore, open};

/// A step as a later version may bring it. Each line is a statement.
const NEXT: [&str; 5] = [
    "ALTER TABLE project ADD COLUMN motto TEXT;",
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;",
    "INSERT INTO note (text) SELECT name FROM client;",
    "UPDATE project SET motto = 'kept';",
    "CREATE INDEX note_by_text ON note (text);",
];

/// Number of the newest schema, and of the one after it.
fn numbers() -> (u32, u32) {
    (newest(ALL), newest(ALL) + 1)
}

fn with_next(sql: String) -> Vec<Migration> {
    let mut migrations = ALL.to_vec();
    migrations.push(Migration { version: numbers().1, sql: sql.leak() });
    migrations
}

fn backup_in(dir: &TempDir) -> PathBuf {
    dir.path().join(format!("anteroom.db.v{}.backup", numbers().0))
}

/// A folder with a database of the newest schema.
fn old() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().canonicalize().unwrap().join("anteroom.db");
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    write_project(&store).unwrap();
    store.close().unwrap();
    (dir, path)
}

/// Number of the schema, the schema, and how many clients there are.
fn look(path: &Path) -> (u32, String, u32) {
    let connection = Connection::open(path).unwrap();
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let schema = connection
        .query_row(
            "SELECT group_concat(sql, '; ') FROM (SELECT sql FROM sqlite_schema ORDER BY name)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let clients = connection.query_row("SELECT count(*) FROM client", [], |row| row.get(0)).unwrap();
    (version, schema, clients)
}

#[test]
fn numbers_grow_by_one() {
    for (at, migration) in ALL.iter().enumerate() {
        assert_eq!(migration.version as usize, at + 1);
    }
}

#[test]
fn an_old_file_is_backed_up_and_brought_to_the_new_schema() {
    let (dir, path) = old();
    let before = look(&path);
    let connection = open::open(&path, &Options::default(), &with_next(NEXT.concat())).unwrap();
    let kept: String = connection.query_row("SELECT motto FROM project", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "kept");
    let mut header = [0; 100];
    std::io::Read::read_exact(&mut std::fs::File::open(&path).unwrap(), &mut header).unwrap();
    assert_eq!(header[60..64], numbers().1.to_be_bytes(), "the new number stands in the file itself");
    drop(connection);

    let backup = backup_in(&dir);
    assert_eq!(look(&backup), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let refused = SqliteStore::open(&path, Options::default()).err();
    let Some(OpenError::Newer { found, known, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((known, found), numbers());
    std::fs::rename(&backup, &path).unwrap();
    let store = SqliteStore::open(&path, Options::default()).expect("the way back");
    store.close().unwrap();
    assert_eq!(look(&path), before);
}

#[test]
fn f_11_a_migration_that_stops_anywhere_leaves_the_old_schema() -> StoreResult<()> {
    let (dir, path) = old();
    let before = look(&path);
    for statements in 0..=NEXT.len() {
        let sql = format!("{} SELECT no_such_function();", NEXT[..statements].concat());
        let error = open::open(&path, &Options::default(), &with_next(sql)).expect_err("it stops");
        assert!(matches!(error, OpenError::Migration { version, .. } if version == numbers().1), "{error:?}");
        assert_eq!(look(&path), before, "stopped after {statements} statements");
        assert_eq!(look(&backup_in(&dir)), before, "the backup is whole");
        assert!(!beside(&backup_in(&dir), ".unfinished").exists());
    }
    let store = SqliteStore::open(&path, Options::default()).expect("the old program still opens it");
    store.read(&mut |tx| tx.client(id(10)).map(|found| assert!(found.is_some())))?;
    drop(store);
    drop(
        open::open(&path, &Options::default(), &with_next(NEXT.concat()))
            .expect("and the new one migrates it"),
    );
    assert_eq!((look(&path).0, look(&path).2), (numbers().1, before.2));
    Ok(())
}

#[test]
fn f_11_a_backup_that_cannot_be_written_stops_the_migration() {
    let (dir, path) = old();
    let before = look(&path);
    std::fs::create_dir(beside(&backup_in(&dir), ".unfinished")).unwrap();
    let error = open::open(&path, &Options::default(), &with_next(NEXT.concat())).expect_err("no backup");
    assert!(matches!(error, OpenError::Backup { .. }), "{error:?}");
    assert_eq!(look(&path), before);
}
