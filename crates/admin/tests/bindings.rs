//! The committed TypeScript bindings are those of the command table.

use std::{fs, path::Path};

#[test]
fn the_committed_bindings_are_those_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/api/bindings.ts");
    let generated = anteroom_admin::commands::typescript();
    if option_env!("ANTEROOM_UPDATE_BINDINGS").is_some() {
        fs::write(&path, &generated).expect("write the bindings");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "ui/src/api/bindings.ts is out of date: run `make gen`");
}
