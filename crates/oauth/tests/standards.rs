//! The tables in `docs/specs` against the code: every row names a file that holds the marker of its clause and tests
//! that exist; every marker in this crate has a row.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One row of a table with the columns Clause, Level, Where, Test.
struct Row {
    /// `rfc7636.md:6`.
    place: String,
    /// `[RFC7636 §4.1]`, in every spelling of the standard's name.
    markers: Vec<String>,
    file: PathBuf,
    tests: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository exists")
}

/// Every file below `folder` with one of these extensions.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if !["node_modules", "target", "dist"].iter().any(|skipped| name == *skipped) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|own| extensions.iter().any(|extension| own == *extension))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `RFC 7636: …` → `RFC7636`; `OpenID Connect Core 1.0 [OIDC-CORE]` → `OIDC-CORE`.
fn standard(heading: &str) -> Option<String> {
    if let Some((_, rest)) = heading.split_once('[') {
        return rest.split(']').next().map(str::to_owned);
    }
    let number: String = heading.strip_prefix("RFC ")?.chars().take_while(char::is_ascii_digit).collect();
    (!number.is_empty()).then(|| format!("RFC{number}"))
}

/// The names under which the code speaks of a standard.
fn spellings(standard: &str) -> impl Iterator<Item = &str> {
    let others: &[&str] = match standard {
        "OIDC-CORE" => &["OpenID Connect Core"],
        "OIDC-DISCOVERY" => &["OpenID Connect Discovery"],
        "OID4VCI" => &["OID4VCI 1.0", "OpenID4VCI 1.0"],
        _ => &[],
    };
    std::iter::once(standard).chain(others.iter().copied())
}

fn rows(root: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    for path in files(&root.join("docs/specs"), &["md"]) {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let mut current = None;
        for (number, line) in read(&path).lines().enumerate() {
            let place = format!("{name}:{}", number + 1);
            if line.starts_with('#') {
                // A heading without a standard ("Not followed") leaves the one above in force.
                current = standard(line.trim_start_matches('#').trim()).or(current);
            }
            let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
            if !line.starts_with('|') || cells[0] == "Clause" || cells[0].starts_with("--") {
                continue;
            }
            // Three columns: what is not followed, and why.
            assert!(matches!(cells.len(), 3 | 4), "{place}: a row has three or four columns");
            let [clause, _, file, tests] = cells[..] else { continue };
            let section = clause.split(' ').next().unwrap_or_default();
            let standard =
                current.as_deref().unwrap_or_else(|| panic!("{place}: no standard in the headings above"));
            let file = file.trim_matches('`');
            let below_crates = root.join("crates").join(file);
            rows.push(Row {
                place,
                markers: spellings(standard).map(|name| format!("[{name} §{section}]")).collect(),
                file: if below_crates.exists() { below_crates } else { root.join(file) },
                tests: tests.split(',').map(|test| test.trim().trim_matches('`').to_owned()).collect(),
            });
        }
    }
    rows
}

/// The names of all test functions of the repository, and the titles of the tests of the screens.
fn tests(root: &Path) -> (BTreeSet<String>, String) {
    let mut functions = BTreeSet::new();
    for folder in ["crates", "src-tauri", "tests"] {
        for path in files(&root.join(folder), &["rs"]) {
            let text = read(&path);
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            functions.extend(names.map(str::to_owned));
        }
    }
    let scripts = ["ui", "tests"].into_iter().flat_map(|folder| files(&root.join(folder), &["ts", "tsx"]));
    let titles =
        scripts.filter(|path| path.to_string_lossy().contains("test")).map(|path| read(&path)).collect();
    (functions, titles)
}

/// `[STANDARD §section]` wherever it stands in `text`.
fn markers(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('[').skip(1).filter_map(|rest| {
        let inside = rest.split(']').next()?;
        let (standard, section) = inside.split_once(" §")?;
        let plain =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        (plain(standard) && plain(section)).then(|| format!("[{inside}]"))
    })
}

#[test]
fn every_row_names_a_marker_and_tests_that_exist() {
    let root = root();
    let rows = rows(&root);
    assert!(rows.len() > 40, "only {} rows were understood", rows.len());
    let (functions, titles) = tests(&root);
    let mut wrong = Vec::new();
    for Row { place, markers, file, tests } in &rows {
        match fs::read_to_string(file) {
            Ok(text) if markers.iter().any(|marker| text.contains(marker)) => {}
            Ok(_) => wrong.push(format!("{place}: {} lacks {markers:?}", file.display())),
            Err(error) => wrong.push(format!("{place}: {}: {error}", file.display())),
        }
        for test in tests {
            let exists =
                functions.contains(test) || (!test.is_empty() && titles.contains(&format!("\"{test}\"")));
            if !exists {
                wrong.push(format!("{place}: there is no test {test:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/specs and the code differ:\n{}", wrong.join("\n"));
}

#[test]
fn every_marker_of_this_crate_has_a_row() {
    let root = root();
    let rows = rows(&root);
    let mut wrong = Vec::new();
    for path in files(&root.join("crates/oauth/src"), &["rs"]) {
        for marker in markers(&read(&path)) {
            if !rows.iter().any(|row| row.markers.contains(&marker) && row.file == path) {
                wrong.push(format!("{}: {marker}", path.strip_prefix(&root).unwrap_or(&path).display()));
            }
        }
    }
    assert!(wrong.is_empty(), "no row in docs/specs for:\n{}", wrong.join("\n"));
}

#[test]
fn headings_and_markers_are_understood() {
    assert_eq!(standard("RFC 7636: Proof Key for Code Exchange").as_deref(), Some("RFC7636"));
    assert_eq!(standard("OpenID Connect Core 1.0 [OIDC-CORE]").as_deref(), Some("OIDC-CORE"));
    assert_eq!(standard("Not followed"), None);
    let found: Vec<String> =
        markers("// [RFC6749 §5.2] [OIDC-CORE §2] x\n#[test] a[0] [RFC 6749 §5.2]: https").collect();
    assert_eq!(found, ["[RFC6749 §5.2]", "[OIDC-CORE §2]"]);
}
