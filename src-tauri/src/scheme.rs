//! Tells the desktop that `anteroom://` links open this program.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_deep_link::DeepLinkExt;

/// Registers the scheme for this user, beside the window: the desktop's own programs do it. A failure is logged: the app
/// works without links.
pub(crate) fn register<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = try_register(&app) {
            tracing::warn!(%error, "anteroom:// links could not be registered with the desktop");
        }
    });
}

/// The program that the desktop opens links with.
///
/// # Errors
/// Words for what is there instead.
#[cfg(target_os = "linux")]
pub(crate) async fn registered<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, String> {
    let asked = tokio::process::Command::new("xdg-mime")
        .args(["query", "default", "x-scheme-handler/anteroom"])
        .kill_on_drop(true)
        .output();
    let answer = asked.await.map_err(|error| format!("xdg-mime cannot be asked: {error}"))?;
    let entry = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    if entry.is_empty() {
        return Err("nobody".to_owned());
    }
    let own = app.path().data_dir().map_err(|error| error.to_string())?;
    let folders = [own, PathBuf::from("/usr/local/share"), PathBuf::from("/usr/share")];
    let text =
        folders.iter().find_map(|folder| fs::read_to_string(folder.join("applications").join(&entry)).ok());
    let text = text.ok_or_else(|| format!("{entry}, which is not there"))?;
    program_of(&text).ok_or_else(|| format!("{entry}, which starts nothing"))
}

/// The program that the desktop opens links with, where only the system knows its path.
///
/// # Errors
/// Words for what is there instead.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn registered<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, String> {
    match app.deep_link().is_registered("anteroom") {
        Ok(true) => std::env::current_exe().map_err(|error| error.to_string()),
        Ok(false) => Err("another program, or nobody".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The program of a desktop entry's `Exec` line, with or without quotation marks.
#[cfg(target_os = "linux")]
fn program_of(entry: &str) -> Option<PathBuf> {
    let line = entry.lines().find_map(|line| line.strip_prefix("Exec="))?.trim();
    let program = match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => line.split_whitespace().next()?,
    };
    (!program.is_empty()).then(|| PathBuf::from(program))
}

#[cfg(not(target_os = "macos"))]
pub(crate) fn try_register<R: Runtime>(app: &AppHandle<R>) -> Result<(), Box<dyn Error>> {
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
pub(crate) fn try_register<R: Runtime>(_: &AppHandle<R>) -> Result<(), Box<dyn Error>> {
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

    use super::{program_of, unquote_entry};

    #[test]
    fn the_program_of_an_entry_is_read_with_and_without_quotation_marks() {
        for (line, program) in [
            ("Exec=/opt/anteroom %u", Some("/opt/anteroom")),
            ("Exec=\"/opt/my apps/anteroom\" %u", Some("/opt/my apps/anteroom")),
            ("Exec=", None),
            ("Name=Anteroom", None),
        ] {
            let entry = format!("[Desktop Entry]\n{line}\n");
            assert_eq!(program_of(&entry).as_deref(), program.map(Path::new), "{line}");
        }
    }

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
