//! Opening a database file: every check comes before the first write, and a file that is refused stays as it is, byte for
//! byte.
//!
//! A new database is made under another name and moved into place when it is complete. So a file of our name that is
//! empty or not a database is never half of ours, and is refused.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anteroom_sentence::{Sentence, sentence};
use rusqlite::{Connection, OpenFlags};

use crate::data_dir::{DataDirLock, make_private, private_file, sync_dir};
use crate::migrations::{self, APPLICATION_ID, Migration, beside};
use crate::reader::READ_ONLY;
use crate::wal::{Journal, check_wal};
use crate::{Options, pragmas};

/// Why a database cannot be opened. The texts are for people: each names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The data folder cannot be made, read or written.
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process uses the data folder.
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The path is a link; what it points to could be anything.
    Link {
        /// The path.
        path: PathBuf,
    },
    /// The path is a folder, a pipe or a device.
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file has no content; Anteroom never leaves one like that.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Only the journal of a database is there.
    JournalWithoutFile {
        /// The missing file.
        path: PathBuf,
    },
    /// A backup was put where another file was, whose journal is still there: it would be played into the backup.
    JournalOfAnother {
        /// The backup.
        path: PathBuf,
        /// The journal.
        journal: PathBuf,
    },
    /// A database, but not of Anteroom.
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its application id.
        found: i32,
    },
    /// The file was written by a newer Anteroom.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest we know.
        known: u32,
    },
    /// The file is not a database, or a damaged one.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The file may not be written.
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The backup before a migration failed; nothing was migrated.
    Backup {
        /// The backup.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A migration failed; the file has the schema it had before.
    Migration {
        /// The file.
        path: PathBuf,
        /// The schema that was to come.
        version: u32,
        /// Why.
        source: rusqlite::Error,
    },
    /// Anything else the database says.
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

impl From<&OpenError> for Sentence {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::JournalOfAnother { path, journal } => sentence!(
                "{path} is a backup, but the journal {journal} of the file it replaced is still there: move it away",
                path = path.display().to_string(),
                journal = journal.display().to_string()
            ),
            OpenError::Folder { path, source } => sentence!(
                "the data folder {path} cannot be used: {source}",
                path = path.display().to_string(),
                source = source.to_string()
            ),
            OpenError::Locked { path } => sentence!(
                "the data folder {path} is locked: another Anteroom is using it",
                path = path.display().to_string()
            ),
            OpenError::Link { path } => {
                sentence!("{path} is a symbolic link, not a database", path = path.display().to_string())
            }
            OpenError::NotAFile { path } => {
                sentence!("{path} is not a regular file", path = path.display().to_string())
            }
            OpenError::Empty { path } => sentence!(
                "{path} is empty: what it held is lost; restore a backup, or delete the file to start anew",
                path = path.display().to_string()
            ),
            OpenError::JournalWithoutFile { path } => sentence!(
                "{path} is missing, but its journal is there: restore the file, or delete the journal to start anew",
                path = path.display().to_string()
            ),
            OpenError::Foreign { path, found } => sentence!(
                "{path} is a database of another program (application id {found})",
                path = path.display().to_string(),
                found = format!("{found:#010x}")
            ),
            OpenError::Newer { path, found, known } => sentence!(
                "{path} has schema {found}; this Anteroom knows schemas up to {known}: use a newer one",
                path = path.display().to_string(),
                found = *found,
                known = *known
            ),
            OpenError::Damaged { path, detail } => sentence!(
                "{path} is damaged: {detail}; restore a backup",
                path = path.display().to_string(),
                detail
            ),
            OpenError::NotWritable { path, source } => sentence!(
                "{path} cannot be written: {source}",
                path = path.display().to_string(),
                source = source.to_string()
            ),
            OpenError::Backup { path, source } => sentence!(
                "the backup {path} could not be written, so nothing was changed: {source}",
                path = path.display().to_string(),
                source = source.to_string()
            ),
            OpenError::Migration { path, version, source } => sentence!(
                "{path} could not be brought to schema {version}; it is as it was: {source}",
                path = path.display().to_string(),
                version = *version,
                source = source.to_string()
            ),
            OpenError::Database { path, source } => sentence!(
                "{path} cannot be opened: {source}",
                path = path.display().to_string(),
                source = source.to_string()
            ),
        }
    }
}

anteroom_sentence::displayed!(OpenError);

/// What stands at the path.
enum Found {
    Nothing,
    Database,
}

/// Opens the write connection on `path`, whose folder is locked. Makes the file when it is missing.
pub(crate) fn open(
    path: &Path,
    options: &Options,
    migrations: &[Migration],
) -> Result<Connection, OpenError> {
    if let Found::Nothing = look(path)? {
        create(path, options, migrations)?;
    }
    check_file(path, migrations)?;
    let version = check_content(path, options, migrations)?;
    make_private(path).map_err(|source| OpenError::NotWritable { path: path.to_owned(), source })?;
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    let mut connection = connect(path, options).map_err(database)?;
    if version < migrations::newest(migrations) {
        let backup = migrations::back_up(&connection, path, version)?;
        tracing::info!(backup = %backup.display(), "backed up before a migration");
        migrations::apply(&mut connection, migrations, path)?;
        // The new number must stand in the file itself: an older Anteroom reads it there before it touches anything.
        checkpoint(&connection).map_err(database)?;
    }
    Ok(connection)
}

/// Kind of what stands at the path, without following a link.
fn look(path: &Path) -> Result<Found, OpenError> {
    let metadata = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match std::fs::symlink_metadata(beside(path, "-wal")) {
                Ok(wal) if wal.len() > 0 => Err(OpenError::JournalWithoutFile { path: path.to_owned() }),
                _ => Ok(Found::Nothing),
            };
        }
        Err(source) => return Err(OpenError::Folder { path: path.to_owned(), source }),
        Ok(metadata) => metadata,
    };
    if metadata.is_symlink() {
        return Err(OpenError::Link { path: path.to_owned() });
    }
    if !metadata.is_file() {
        return Err(OpenError::NotAFile { path: path.to_owned() });
    }
    if metadata.len() == 0 {
        return Err(OpenError::Empty { path: path.to_owned() });
    }
    Ok(Found::Database)
}

/// Makes a complete, empty database and moves it into place.
fn create(path: &Path, options: &Options, migrations: &[Migration]) -> Result<(), OpenError> {
    let unfinished = beside(path, ".unfinished");
    let folder = |source| OpenError::Folder { path: path.to_owned(), source };
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    for ending in ["", "-wal", "-shm"] {
        match std::fs::remove_file(beside(&unfinished, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(folder(error)),
            _ => {}
        }
    }
    private_file(OpenOptions::new().write(true).create_new(true), &unfinished).map_err(folder)?;
    let mut connection = connect(&unfinished, options).map_err(database)?;
    migrations::apply(&mut connection, migrations, &unfinished)?;
    checkpoint(&connection).map_err(database)?;
    connection.close().map_err(|(_, source)| database(source))?;
    File::open(&unfinished).and_then(|file| file.sync_all()).map_err(folder)?;
    std::fs::rename(&unfinished, path).map_err(folder)?;
    path.parent().map_or(Ok(()), sync_dir).map_err(folder)
}

/// Checks the bytes of the file without SQLite: kind, owner, version, journal.
fn check_file(path: &Path, migrations: &[Migration]) -> Result<(), OpenError> {
    let not_writable = |source| OpenError::NotWritable { path: path.to_owned(), source };
    let damaged = |detail: &str| OpenError::Damaged { path: path.to_owned(), detail: detail.to_owned() };
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(not_writable)?;
    let mut header = [0_u8; 100];
    file.read_exact(&mut header).map_err(|_| damaged("it is shorter than the header of a database"))?;
    if &header[..16] != b"SQLite format 3\0" {
        return Err(damaged("it does not begin as a database"));
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let found = number(68).cast_signed();
    if found != APPLICATION_ID {
        return Err(OpenError::Foreign { path: path.to_owned(), found });
    }
    let known = migrations::newest(migrations);
    if number(60) > known {
        return Err(OpenError::Newer { path: path.to_owned(), found: number(60), known });
    }
    // a backup has no journal yet
    let is_backup = header[18..20] == [1, 1];
    if number(60) == 0 || !(is_backup || header[18..20] == [2, 2]) {
        return Err(damaged("its header is not one that Anteroom writes"));
    }
    let wal = beside(path, "-wal");
    let journal = check_wal(&wal).map_err(|detail| OpenError::Damaged { path: wal.clone(), detail })?;
    if is_backup && journal == Journal::Used {
        return Err(OpenError::JournalOfAnother { path: path.to_owned(), journal: wal });
    }
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let length = file.seek(SeekFrom::End(0)).map_err(not_writable)?;
    // With a journal, the last page may be one that was being moved when the power went; the journal has it whole.
    if page < 512 || !page.is_power_of_two() || (journal == Journal::Empty && !length.is_multiple_of(page)) {
        return Err(damaged("its length is not a whole number of pages"));
    }
    Ok(())
}

/// Checks that a file is a database of Anteroom that this program knows, without changing it.
pub(crate) fn check_kind(path: &Path) -> Result<(), OpenError> {
    match look(path)? {
        Found::Database => check_file(path, migrations::ALL),
        Found::Nothing => Err(OpenError::NotAFile { path: path.to_owned() }),
    }
}

/// Lets SQLite check the content on a connection that cannot write. The schema's number.
fn check_content(path: &Path, options: &Options, migrations: &[Migration]) -> Result<u32, OpenError> {
    let damaged = |detail: String| OpenError::Damaged { path: path.to_owned(), detail };
    let broken = |error: rusqlite::Error| damaged(error.to_string());
    let connection = Connection::open_with_flags(path, READ_ONLY).map_err(broken)?;
    connection.pragma_update(None, "trusted_schema", false).map_err(broken)?;
    connection.pragma_update(None, "cell_size_check", true).map_err(broken)?;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(broken)?;
    let known = migrations::newest(migrations);
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length <= options.check_first / 8 {
        check(&connection, "integrity_check").map_err(damaged)?;
        check_references(&connection).map_err(damaged)?;
    } else if length <= options.check_first {
        check(&connection, "quick_check").map_err(damaged)?;
    } else {
        // The schema at least must be readable now.
        let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
        connection.query_row(tables, [], |row| row.get::<_, i64>(0)).map_err(broken)?;
    }
    Ok(found)
}

/// Runs a check over the whole file: `quick_check` walks every page, `integrity_check` compares indexes with their rows,
/// too. The first findings, or nothing.
pub(crate) fn check(connection: &Connection, pragma: &str) -> Result<(), String> {
    let mut statement =
        connection.prepare(&format!("PRAGMA {pragma}(3)")).map_err(|error| error.to_string())?;
    let found = statement.query_map([], |row| row.get::<_, String>(0)).map_err(|error| error.to_string())?;
    let found: Vec<String> = found.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    if found == ["ok"] { Ok(()) } else { Err(found.join("; ")) }
}

/// Looks for rows whose project, client or policy is missing: a page of another place may stand in for theirs.
fn check_references(connection: &Connection) -> Result<(), String> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(|error| error.to_string())?;
    match statement.exists([]) {
        Ok(false) => Ok(()),
        Ok(true) => Err("rows point to rows that are not there".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn connect(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    pragmas::set_up_writer(&connection, options)?;
    Ok(connection)
}

fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Moves what a killed process left in the journal of a database into its file. Whether all of it could be: another program
/// that reads keeps the rest back.
///
/// # Errors
/// When the file or its journal is damaged, or cannot be written.
pub fn fold_journal(path: &Path) -> Result<bool, OpenError> {
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    let connection = connect(path, &Options::default()).map_err(database)?;
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(database)?;
    connection.close().map_err(|(_, source)| database(source))?;
    Ok(!busy)
}

/// Locks the folder of a database file after a look at the file itself.
pub(crate) fn lock(path: &Path) -> Result<(DataDirLock, PathBuf), OpenError> {
    look(path)?;
    let not_a_file = || OpenError::NotAFile { path: path.to_owned() };
    let name = path.file_name().ok_or_else(not_a_file)?;
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    let lock = DataDirLock::acquire(dir)?;
    let path = lock.dir().join(name);
    Ok((lock, path))
}
