//! The tests of the repository as text: what the ledgers look names up in.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A test function, or the title of a test of the screens or of a real client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// File, from the top of the repository.
    pub(crate) file: String,
    /// Name.
    pub(crate) name: String,
}

/// A file of tests.
pub(crate) struct Source {
    /// File, from the top of the repository.
    pub(crate) file: String,
    /// What it says.
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// Every file that may hold tests; the ledgers themselves left out.
pub(crate) fn sources() -> &'static [Source] {
    static SOURCES: OnceLock<Vec<Source>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let root = root();
        let mut found = Vec::new();
        let mut folders = vec![root.join("tests"), root.join("crates"), root.join("src-tauri")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let name = entry.file_name();
                if path.is_dir() {
                    if !["node_modules", "target", "ledger"].iter().any(|skipped| name == *skipped) {
                        folders.push(path);
                    }
                } else if path.extension().is_some_and(|own| own == "rs" || own == "mjs") {
                    let file = path.strip_prefix(&root).expect("it is below").to_string_lossy().into_owned();
                    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
                    found.push(Source { file, text });
                }
            }
        }
        found.sort_by(|one, other| one.file.cmp(&other.file));
        found
    })
}

/// Every test function that `#[test]` or its like stands above.
pub(crate) fn functions() -> Vec<Function> {
    let mut functions = Vec::new();
    for Source { file, text } in sources() {
        if Path::new(file).extension().is_some_and(|own| own == "mjs") {
            continue;
        }
        let mut is_test = false;
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("#[") {
                is_test |= ["#[test]", "#[tokio::test"].iter().any(|mark| line.starts_with(mark));
                continue;
            }
            let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
            let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
            if let Some(name) = name.and_then(|line| line.split(['(', '<']).next()) {
                if is_test {
                    functions.push(Function { file: file.clone(), name: name.to_owned() });
                }
                is_test = false;
            }
        }
    }
    assert!(functions.len() > 400, "only {} tests were found", functions.len());
    functions
}
