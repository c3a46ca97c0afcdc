//! The schema after all migrations, as one file: a review shows what changed.

use std::fmt::Write as _;

use crate::sample::Folder;

#[test]
fn the_schema_is_the_one_in_the_file() {
    let folder = Folder::new();
    drop(folder.open());
    let raw = folder.raw();
    let mut statement = raw
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'person_search_%' ORDER BY name")
        .unwrap();
    let mut schema =
        String::from("-- Written by the test that checks it. To change the schema, add a migration.\n");
    for sql in statement.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        write!(schema, "\n{};\n", sql.unwrap()).unwrap();
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/schema.sql");
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    if schema != expected {
        let new = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema.sql");
        std::fs::write(&new, &schema).unwrap();
        panic!("the schema differs from {file}; if that is intended, put {} in its place", new.display());
    }
}
