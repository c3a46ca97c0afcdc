//! The doctor for `anteroom://` links: who opens them, and do they arrive?

use std::{env, path::PathBuf, process::Stdio, time::Duration};

use anteroom_admin::commands::playground::{DeepLinkCheck, DeepLinkFinding};
use tauri::{AppHandle, Manager, Runtime};
use tokio::time::timeout;

use crate::{inbox::Inbox, scheme};

/// How long a program or a link may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The link that is opened: it only brings the window to the front.
const LINK: &str = "anteroom://open";
/// With this variable a start reads its link, says so and ends, without a window and without a store.
pub const PROBE: &str = "ANTEROOM_PROBE";
/// What such a start says.
pub const PROBED: &str = "anteroom: the link was read";

pub(crate) async fn examine<R: Runtime>(app: AppHandle<R>, check: DeepLinkCheck) -> DeepLinkFinding {
    let own = env::current_exe().unwrap_or_default();
    let registered =
        match timeout(PATIENCE, scheme::registered(&app)).await.unwrap_or_else(|_| Err(nothing())) {
            Ok(program) => program,
            Err(found) => return finding(false, own.display().to_string(), found, true),
        };
    let same = registered.canonicalize().ok() == own.canonicalize().ok();
    if !same || check == DeepLinkCheck::Registered {
        return finding(same, own.display().to_string(), registered.display().to_string(), true);
    }
    match check {
        DeepLinkCheck::ColdStart => cold_start(registered).await,
        _ => second_instance(&app).await,
    }
}

/// What is found when time is up.
fn nothing() -> String {
    format!("nothing within {} s", PATIENCE.as_secs())
}

fn finding(ok: bool, expected: String, found: String, can_mend: bool) -> DeepLinkFinding {
    DeepLinkFinding { ok, expected, found, can_mend: can_mend && !ok }
}

/// Starts the registered program with a link, as the desktop does when it does not run.
async fn cold_start(program: PathBuf) -> DeepLinkFinding {
    let mut command = tokio::process::Command::new(program);
    command.arg(LINK).env(PROBE, "1").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let found = match timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Ok(Err(error)) => format!("it does not start: {error}"),
        Err(_) => nothing(),
    };
    finding(found == PROBED, PROBED.to_owned(), found, false)
}

/// Opens a link as another program does, and waits for it here.
async fn second_instance<R: Runtime>(app: &AppHandle<R>) -> DeepLinkFinding {
    let mut opened = app.state::<Inbox>().opened();
    let expected = format!("{LINK} in this window");
    let found = match open::that_detached(LINK) {
        Err(error) => format!("the desktop opens no links: {error}"),
        Ok(()) => match timeout(PATIENCE, opened.changed()).await {
            Ok(Ok(())) => expected.clone(),
            _ => nothing(),
        },
    };
    finding(found == expected, expected, found, true)
}
