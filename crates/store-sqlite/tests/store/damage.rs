//! F-08: a damaged file is found when it is opened, or reads as it was. Never a panic, never other data.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anteroom_engine::store::{Store, StoreError};
use anteroom_store_sqlite::{OpenError, Options, SqliteStore};

use crate::sample::{Folder, everything};

/// A small generator, so that every run damages the same bytes.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = u8::try_from(self.roll(256)).unwrap();
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    failed_when_read: usize,
    unharmed: usize,
    other_data: usize,
}

/// Opens a damaged copy. What it reads, if it is opened, must be the original.
fn try_it(folder: &Folder, bytes: &[u8], original: &str, tally: &mut Tally, what: &str) {
    std::fs::write(folder.file(), bytes).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.beside(ending));
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let store = SqliteStore::open(&folder.file(), Options::default())?;
        Ok::<_, OpenError>(everything(&store))
    }));
    match outcome.unwrap_or_else(|_| panic!("panicked: {what}")) {
        Err(_) => {
            tally.refused += 1;
            assert_eq!(std::fs::read(folder.file()).unwrap(), bytes, "refused, but touched: {what}");
        }
        Ok(Err(_)) => tally.failed_when_read += 1,
        Ok(Ok(read)) if read == original => tally.unharmed += 1,
        Ok(Ok(_)) => {
            eprintln!("other data without a word: {what}");
            tally.other_data += 1;
        }
    }
}

#[test]
fn five_hundred_damages_are_found() {
    let folder = Folder::filled();
    let original = everything(&folder.open()).unwrap();
    let whole = std::fs::read(folder.file()).unwrap();
    let pages = whole.len() / 4_096;
    let (mut dice, mut tally) = (Dice(8), Tally::default());
    for round in 0..500 {
        let mut bytes = whole.clone();
        let what = match round % 5 {
            0 | 1 => {
                let page = dice.roll(pages);
                dice.fill(&mut bytes[page * 4_096..(page + 1) * 4_096]);
                format!("page {page} is noise")
            }
            2 => {
                let page = dice.roll(pages);
                bytes[page * 4_096..(page + 1) * 4_096].fill(0);
                format!("page {page} is empty")
            }
            3 => {
                bytes.truncate(dice.roll(whole.len()));
                format!("cut to {} bytes", bytes.len())
            }
            _ => {
                let at = dice.roll(100);
                let length = 1 + dice.roll(100 - at);
                dice.fill(&mut bytes[at..at + length]);
                format!("{length} bytes from byte {at} of the header are noise")
            }
        };
        try_it(&folder, &bytes, &original, &mut tally, &format!("round {round}: {what}"));
    }
    assert_eq!(tally.other_data, 0, "{tally:?}");
    assert!(tally.refused > 450, "most damages hit something that matters: {tally:?}");
}

/// SQLite keeps no sums over its pages, so a sound page in the wrong place is found by what it breaks around it. One of an
/// empty table may break nothing; that is the limit.
#[test]
fn pages_written_to_the_wrong_place_are_mostly_found() {
    let folder = Folder::filled();
    let original = everything(&folder.open()).unwrap();
    let whole = std::fs::read(folder.file()).unwrap();
    let pages = whole.len() / 4_096;
    let (mut dice, mut tally) = (Dice(9), Tally::default());
    for round in 0..200 {
        let (a, b) = (dice.roll(pages), dice.roll(pages));
        let mut bytes = whole.clone();
        bytes.copy_within(a * 4_096..(a + 1) * 4_096, b * 4_096);
        if bytes == whole {
            continue;
        }
        try_it(
            &folder,
            &bytes,
            &original,
            &mut tally,
            &format!("round {round}: page {a} stands for page {b}"),
        );
    }
    // The page of one empty table may stand for that of another: nothing is lost then.
    let tried = tally.refused + tally.failed_when_read + tally.unharmed + tally.other_data;
    assert!(tried > 120 && tally.refused * 100 > tried * 85, "{tally:?}");
    assert!(tally.other_data <= 4, "{tally:?}");
}

#[test]
fn a_large_file_is_checked_beside_the_first_requests() {
    let folder = Folder::filled();
    let mut bytes = std::fs::read(folder.file()).unwrap();
    // The last page belongs to some table or index; not to the schema, which is checked in any case.
    let last = bytes.len() - 4_096;
    bytes[last..].fill(0xaa);
    std::fs::write(folder.file(), bytes).unwrap();
    let options = Options { check_first: 0, ..Options::default() };
    let store = SqliteStore::open(&folder.file(), options).unwrap();
    loop {
        match store.read(&mut |_| Ok(())) {
            Ok(()) => std::thread::yield_now(),
            Err(StoreError::Damaged(_)) => break,
            Err(other) => panic!("{other:?}"),
        }
    }
    let refused = store.submit(
        Box::new(|_| unreachable!("nothing is written to a damaged file")),
        Box::new(|_| unreachable!("nobody waits for a refused job")),
    );
    assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
}
