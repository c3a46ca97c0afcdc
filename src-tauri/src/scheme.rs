//! Tells the desktop that `anteroom://` links open this program.

use std::{error::Error, fs, path::Path};

use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_deep_link::DeepLinkExt;

/// Registers the scheme for this user. A failure is logged: the app works without links.
pub(crate) fn register<R: Runtime>(app: &AppHandle<R>) {
    if let Err(error) = try_register(app) {
        tracing::warn!(%error, "anteroom:// links could not be registered with the desktop");
    }
}

#[cfg(not(target_os = "macos"))]
fn try_register<R: Runtime>(app: &AppHandle<R>) -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?;
    if program.starts_with("/usr") {
        return Ok(()); // the package's own desktop entry declares the scheme
    }
    app.deep_link().register_all()?;
    if cfg!(target_os = "linux") {
        unquote_entry(&app.path().data_dir()?, &program)?;
    }
    Ok(())
}

#[cfg(target_os = "macos")]
fn try_register<R: Runtime>(_: &AppHandle<R>) -> Result<(), Box<dyn Error>> {
    Ok(()) // the bundle declares the scheme
}

/// The plugin writes `Exec="/path" %u`. The `xdg-open` of Debian 12 takes the quotation marks as part of the name and
/// fails, so they go where the path needs none.
fn unquote_entry(data_dir: &Path, program: &Path) -> Result<(), Box<dyn Error>> {
    let path = program.to_string_lossy();
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._+-".contains(c));
    if let (true, Some(name)) = (plain, program.file_name()) {
        let entry = data_dir.join("applications").join(format!("{}-handler.desktop", name.to_string_lossy()));
        let text = fs::read_to_string(&entry)?;
        fs::write(&entry, text.replace(&format!("Exec=\"{path}\""), &format!("Exec={path}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::unquote_entry;

    #[test]
    fn only_a_path_that_needs_no_quotation_marks_loses_them() {
        for (program, expected) in [
            ("/opt/a-b_1.0/anteroom", "Exec=/opt/a-b_1.0/anteroom %u\n"),
            ("/opt/my apps/anteroom", "Exec=\"/opt/my apps/anteroom\" %u\n"),
            ("/opt/$(x)/anteroom", "Exec=\"/opt/$(x)/anteroom\" %u\n"),
        ] {
            let data = tempfile::tempdir().unwrap();
            let entry = data.path().join("applications/anteroom-handler.desktop");
            fs::create_dir(entry.parent().unwrap()).unwrap();
            fs::write(&entry, format!("Exec=\"{program}\" %u\n")).unwrap();
            unquote_entry(data.path(), Path::new(program)).unwrap();
            assert_eq!(fs::read_to_string(&entry).unwrap(), expected);
        }
    }
}
