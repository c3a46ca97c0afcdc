//! Small private files: 64 hexadecimal digits on one line, or one line of text.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::KeyError;

/// A trace is one short line; whatever is longer is something else.
const LONGEST: u64 = 1_024;

/// The text of a trace; `None` when there is none.
///
/// # Errors
/// When it is a link or no file, or when others than its owner may read it.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    let failed = |source| KeyError::File { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.read(true);
    // Neither follows a link nor waits for the other end of a pipe.
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    let file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed)?,
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return Err(KeyError::Form { path: path.to_owned() });
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        return Err(KeyError::Open { path: path.to_owned() });
    }
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(LONGEST).unwrap_or(0)));
    file.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    Ok(Some(text))
}

/// Writes a new trace for its owner only, to the disk.
///
/// # Errors
/// When there is one already.
pub(super) fn write(path: &Path, text: &str) -> Result<(), KeyError> {
    let written = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        sync_folder(path)
    };
    written().map_err(|source| KeyError::File { path: path.to_owned(), source })
}

/// Removes a trace.
pub(super) fn remove(path: &Path) -> Result<(), KeyError> {
    std::fs::remove_file(path)
        .and_then(|()| sync_folder(path))
        .map_err(|source| KeyError::File { path: path.to_owned(), source })
}

/// The name of a file is on the disk only when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// One line of hexadecimal digits.
pub(super) fn encode(bytes: &[u8; 32]) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text.push('\n');
    text
}

/// Reads what [`encode`] wrote.
pub(super) fn decode(text: &str) -> Option<[u8; 32]> {
    let digits = text.trim_end().as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes = std::array::from_fn(|index| u8::try_from(index * 7).unwrap());
        let text = encode(&bytes);
        assert_eq!((text.len(), text.ends_with("d2d9\n")), (65, true), "{}", &**text);
        assert_eq!(decode(&text), Some(bytes));
        for wrong in ["", "00", &"g".repeat(64), &"0".repeat(63), &"0".repeat(65), &"é".repeat(32)] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
