//! Files for the person at the window: new ones, where they look for downloads, readable by nobody else.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Names tried before giving up.
const MOST: u32 = 1_000;

/// The platform's folder for downloads.
pub fn downloads() -> Option<PathBuf> {
    dirs::download_dir().or_else(dirs::home_dir)
}

/// Writes `contents` to a new file `stem.extension` in `folder`, or `stem-2.extension` and so on where that is taken.
///
/// # Errors
/// What the system says. A file that could not be written whole is removed again.
pub fn new_private_file(folder: &Path, stem: &str, extension: &str, contents: &[u8]) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    for path in names(folder, stem, extension) {
        match create(&path) {
            Ok(mut file) => {
                let written = file.write_all(contents).and_then(|()| file.sync_all());
                return match written {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        drop(file);
                        // Half a file helps nobody; that it could not be written is the news.
                        let _ = std::fs::remove_file(&path);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(taken())
}

/// The first of these names that no file has.
///
/// # Errors
/// When all are taken.
pub(crate) fn free_name(folder: &Path, stem: &str, extension: &str) -> io::Result<PathBuf> {
    names(folder, stem, extension).find(|path| path.symlink_metadata().is_err()).ok_or_else(taken)
}

fn taken() -> io::Error {
    io::Error::new(ErrorKind::AlreadyExists, format!("there are {MOST} files of this name already"))
}

/// The names a new file may get, the best one first.
fn names(folder: &Path, stem: &str, extension: &str) -> impl Iterator<Item = PathBuf> {
    (1..=MOST).map(move |number| match number {
        1 => folder.join(format!("{stem}.{extension}")),
        _ => folder.join(format!("{stem}-{number}.{extension}")),
    })
}

/// A file that was not there, and not even a link to one.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_new_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let save = |contents: &[u8]| new_private_file(folder.path(), "sheets", "pdf", contents).unwrap();
        let (first, second) = (save(b"one"), save(b"two"));
        assert_eq!(first, folder.path().join("sheets.pdf"));
        assert_eq!(second, folder.path().join("sheets-2.pdf"));
        assert_eq!(std::fs::read(&first).unwrap(), b"one", "nothing is written over");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&second).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(new_private_file(&file.path().join("below"), "sheets", "pdf", b"").is_err());
    }
}
