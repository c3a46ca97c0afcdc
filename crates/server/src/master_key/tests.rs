use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::clock::SystemClock;
use anteroom_engine::engine::Parts;
use anteroom_engine::issuer::Issuer;
use anteroom_store_sqlite::SqliteStore;

use super::*;

/// A data folder with a store that lives as long as the test.
struct Bench {
    dir: tempfile::TempDir,
    store: Arc<SqliteStore>,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), store: Arc::new(SqliteStore::in_memory().unwrap()) }
    }

    fn open(&self, wanted: Option<Source>, passphrase: Option<&str>) -> Result<Opened, KeyError> {
        let passphrase = passphrase.map(|text| Passphrase::new(text.to_owned()));
        let search =
            Search { dir: self.dir.path(), wanted, default: Source::File, passphrase: passphrase.as_ref() };
        search.open(&*self.store)
    }

    /// Opens an engine, which seals its new keys with `key`, or reads those that are there. The `kid`s of its keys.
    fn engine(&self, key: MasterKey) -> Vec<String> {
        let engine = Engine::open(Parts {
            store: Arc::clone(&self.store) as Arc<dyn Store>,
            master_key: key,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse("http://127.0.0.1:8103/").unwrap()],
        });
        engine.unwrap().key_ring().jwks().iter().map(|jwk| jwk.kid().to_owned()).collect()
    }

    fn traces(&self) -> Vec<Source> {
        Source::ALL.into_iter().filter(|source| source.trace(self.dir.path()).exists()).collect()
    }
}

const PASSPHRASE: Option<&str> = Some("four words in a row");

#[test]
fn a_new_store_gets_a_private_key_file_and_keeps_it() {
    let bench = Bench::new();
    let first = bench.open(None, None).unwrap();
    assert_eq!((first.source, first.was), (Source::File, None));
    let kids = bench.engine(first.key);
    let again = bench.open(None, None).unwrap();
    assert_eq!(bench.engine(again.key), kids, "the same keys open");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = Source::File.trace(bench.dir.path());
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn another_source_seals_everything_anew_and_the_old_one_goes() {
    let bench = Bench::new();
    let kids = bench.engine(bench.open(Some(Source::File), None).unwrap().key);
    let changed = bench.open(Some(Source::Passphrase), PASSPHRASE).unwrap();
    assert_eq!((changed.source, changed.was), (Source::Passphrase, Some(Source::File)));
    assert_eq!(bench.traces(), [Source::Passphrase]);
    assert_eq!(bench.engine(changed.key), kids);
    // Without a word about the source, the store says it.
    let again = bench.open(None, PASSPHRASE).unwrap();
    assert_eq!((again.source, again.was), (Source::Passphrase, None));
    let back = bench.open(Some(Source::File), PASSPHRASE).unwrap();
    assert_eq!(
        (back.source, back.was, bench.traces()),
        (Source::File, Some(Source::Passphrase), vec![Source::File])
    );
    assert_eq!(bench.engine(back.key), kids);
}

#[test]
fn a_wrong_key_is_refused_and_nothing_changes() {
    let bench = Bench::new();
    let kids = bench.engine(bench.open(Some(Source::Passphrase), PASSPHRASE).unwrap().key);
    let wrong = Some("four words in a raw");
    assert!(matches!(bench.open(None, wrong), Err(KeyError::Wrong(Source::Passphrase))));
    assert!(matches!(bench.open(None, None), Err(KeyError::NoPassphrase)));
    // Nor does another source help somebody who does not know the passphrase.
    assert!(bench.open(Some(Source::File), wrong).is_err());
    assert!(matches!(bench.open(Some(Source::File), None), Err(KeyError::NoPassphrase)));
    assert_eq!(bench.traces(), [Source::Passphrase]);
    assert_eq!(bench.engine(bench.open(None, PASSPHRASE).unwrap().key), kids);
}

#[test]
fn a_lost_or_altered_key_file_is_said_to_be_so() {
    let bench = Bench::new();
    bench.engine(bench.open(None, None).unwrap().key);
    let file = Source::File.trace(bench.dir.path());
    let key = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "0".repeat(64)).unwrap();
    assert!(matches!(bench.open(None, None), Err(KeyError::Wrong(Source::File))));
    for text in ["", "0", &"0".repeat(2_000)] {
        std::fs::write(&file, text).unwrap();
        assert!(matches!(bench.open(None, None), Err(KeyError::Form { .. })), "{text:.10}");
    }
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(bench.open(None, None), Err(KeyError::Missing { .. })));
    assert!(matches!(bench.open(Some(Source::Passphrase), PASSPHRASE), Err(KeyError::Missing { .. })));
    assert_eq!(bench.traces(), [], "a refusal leaves nothing behind");
    // Back from the backup; an editor's line ending does no harm.
    file::write(&file, &format!("{}\r\n", key.trim_end())).unwrap();
    assert!(bench.open(None, None).is_ok());
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let bench = Bench::new();
    bench.engine(bench.open(None, None).unwrap().key);
    let file = Source::File.trace(bench.dir.path());
    for mode in [0o640, 0o604, 0o620] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(bench.open(None, None), Err(KeyError::Open { .. })), "{mode:o}");
    }
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let elsewhere = bench.dir.path().join("elsewhere");
    std::fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    assert!(matches!(bench.open(None, None), Err(KeyError::File { .. })), "a link is not followed");
}

#[test]
fn an_interrupted_change_is_finished_by_the_next_start() {
    let bench = Bench::new();
    let old = bench.open(Some(Source::File), None).unwrap().key;
    let kids = bench.engine(old.clone());
    let file = Source::File.trace(bench.dir.path());
    let key = std::fs::read_to_string(&file).unwrap();
    // Cut off after the trace of the new source was written: the store is still sealed with the old key.
    let salt = passphrase::new_salt(&[7; 32]);
    file::write(&Source::Passphrase.trace(bench.dir.path()), &salt).unwrap();
    let undecided = bench.open(None, None).unwrap();
    assert_eq!((undecided.source, undecided.was), (Source::File, None), "the key that opens is taken");
    let changed = bench.open(Some(Source::Passphrase), PASSPHRASE).unwrap();
    assert_eq!((changed.was, bench.traces()), (Some(Source::File), vec![Source::Passphrase]));
    // Cut off after the store was sealed anew: the old trace is still there.
    file::write(&file, &key).unwrap();
    let opened = bench.open(Some(Source::Passphrase), PASSPHRASE).unwrap();
    assert_eq!((opened.was, bench.traces()), (None, vec![Source::Passphrase]));
    assert_eq!(bench.engine(opened.key), kids);
}

#[test]
fn a_short_passphrase_seals_no_new_store() {
    let bench = Bench::new();
    assert!(matches!(
        bench.open(Some(Source::Passphrase), Some("elevenchars")),
        Err(KeyError::ShortPassphrase)
    ));
    assert_eq!(bench.traces(), []);
}

#[test]
fn nothing_prints_a_key_or_a_passphrase() {
    let bench = Bench::new();
    let opened = bench.open(Some(Source::Passphrase), PASSPHRASE).unwrap();
    let printed = format!("{opened:?} {:?}", Passphrase::new("four words in a row".to_owned()));
    assert!(!printed.contains("four") && printed.contains("MasterKey(redacted)"), "{printed}");
}
