//! A look at the write-ahead log before SQLite reads it.
//!
//! SQLite takes a log whose header is not valid for an empty one, and everything committed into it would be gone without a
//! word: a spent code would be whole again. So such a log is refused. Frames after a bad one cannot be told from a write
//! that a power cut interrupted; there SQLite's rule holds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Length of the header.
const HEADER: usize = 32;

/// Whether there is something in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journal {
    Empty,
    Used,
}

/// `Err` says what is wrong with the log.
pub(crate) fn check_wal(path: &Path) -> Result<Journal, String> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Journal::Empty),
        Err(error) => return Err(error.to_string()),
        Ok(file) => file,
    };
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    if length == 0 {
        return Ok(Journal::Empty);
    }
    let mut header = [0_u8; HEADER];
    file.read_exact(&mut header).map_err(|_| "the journal is shorter than its header".to_owned())?;
    let word = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
    let big_endian = match u32::from_be_bytes(word(0)) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return Err("the journal does not begin as one".to_owned()),
    };
    let read = |at| if big_endian { u32::from_be_bytes(word(at)) } else { u32::from_le_bytes(word(at)) };
    let (mut first, mut second) = (0_u32, 0_u32);
    for at in (0..24).step_by(8) {
        first = first.wrapping_add(read(at)).wrapping_add(second);
        second = second.wrapping_add(read(at + 4)).wrapping_add(first);
    }
    if (first, second) == (u32::from_be_bytes(word(24)), u32::from_be_bytes(word(28))) {
        Ok(Journal::Used)
    } else {
        Err("the header of the journal is damaged".to_owned())
    }
}
