//! Embeds `ui/dist`, the icons, the capabilities and the Tauri configuration.
//!
//! Cargo runs this in the package's root, which is the repository's.

use std::{fs, path::Path, time::SystemTime};

/// What the window shows when the screens have not been built.
const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Anteroom</title>\
    <h1>The screens are not built</h1><p>Run <code>make run</code>, or <code>npm --prefix ui run build</code> \
    and build the app again.</p></html>\n";

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    // A fresh clone has no built screens yet; check, clippy and test must work all the same.
    let index = Path::new("ui/dist/index.html");
    if !index.exists() {
        fs::create_dir_all("ui/dist").expect("ui/dist can be created");
        fs::write(index, PLACEHOLDER).expect("the placeholder page can be written");
        // older than every source, so that make still builds the screens
        fs::File::options()
            .write(true)
            .open(index)
            .and_then(|page| page.set_modified(SystemTime::UNIX_EPOCH))
            .expect("the placeholder page's time can be set");
    }
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/**/*")
            .app_manifest(
                tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml"),
            )
            .codegen(tauri_build::CodegenContext::new()),
    )
    .expect("tauri.conf.json, the capabilities and the icons fit together");
}
