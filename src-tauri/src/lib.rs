//! The desktop: the only crate that knows Tauri.
//!
//! It opens the engine and the window, passes commands from the page to the engine and links from the system to the
//! page. Whatever a screen can do stands in `anteroom_admin`, not here.

pub mod deep_link;
mod doctor;
mod engine;
#[cfg(test)]
mod hardening;
mod inbox;
mod ipc;
mod scheme;
mod settings;
mod window;

use std::process::ExitCode;

pub use doctor::{PROBE, PROBED};
pub use settings::{Settings, WrongSetting};
use tauri::{Listener, Manager, RunEvent};
use tauri_plugin_deep_link::DeepLinkExt;

use crate::{deep_link::DeepLink, engine::Engine, inbox::Inbox};

/// What the build embedded: `tauri.conf.json`, the icons and the screens.
#[expect(
    clippy::unwrap_used,
    clippy::default_trait_access,
    clippy::manual_string_new,
    clippy::single_match_else,
    reason = "Tauri generates this expression"
)]
fn context() -> tauri::Context {
    tauri::tauri_build_context!()
}

/// Runs the app until its window closes.
///
/// # Errors
/// When the window toolkit cannot start, such as without a display.
pub fn run(settings: Settings) -> tauri::Result<ExitCode> {
    let context = context();
    let instance = settings.instance_name(&context.config().identifier);
    let app = tauri::Builder::default()
        // First of all: a second start ends here, before it opens anything.
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .dbus_id(instance)
                .callback(|app, command_line, _working_directory| inbox::receive(app, &command_line))
                .build(),
        )
        .plugin(tauri_plugin_deep_link::init())
        .manage(Inbox::default())
        .invoke_handler(tauri::generate_handler![ipc::call])
        .setup(move |app| {
            // Tauri panics at an error of this function, and what is open would stay so
            if let Err(error) = set_up(app, settings) {
                tracing::error!(%error, "the window could not be opened");
                app.handle().exit(1);
            }
            Ok(())
        })
        .build(context)?;
    let code = app.run_return(|app, event| match event {
        // Closing the last window asks to exit with no code; an engine that never opened gives its own.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            app.exit(app.state::<Engine>().exit_code().into());
        }
        RunEvent::Exit => {
            // whoever starts the app from now on gets a window of their own, not a place in this one
            tauri_plugin_single_instance::destroy(app);
            app.state::<Engine>().close();
        }
        _ => {}
    });
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn set_up(app: &tauri::App, settings: Settings) -> tauri::Result<()> {
    let handle = app.handle();
    let command_line = settings.command_line.clone();
    // before anything is opened: from now on a signal ends the app as closing the window does
    end_on_signal(handle);
    Engine::open(handle, settings);
    let on_ready = handle.clone();
    app.listen("ready", move |_| inbox::page_is_ready(&on_ready));
    receive_from_system(handle);
    window::open(handle)?;
    inbox::receive(handle, &command_line);
    scheme::register(handle);
    Ok(())
}

/// The end of a session closes the window as a person would, so that the store is closed, too.
#[cfg(unix)]
fn end_on_signal(app: &tauri::AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tauri::async_runtime::handle();
    let _inside = runtime.inner().enter();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals = match signal(kind) {
            Ok(signals) => signals,
            Err(error) => {
                tracing::warn!(%error, "the end of the session will not be noticed");
                continue;
            }
        };
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            signals.recv().await;
            let code = app.try_state::<Engine>().map_or(0, |engine| engine.exit_code());
            app.exit(code.into());
        });
    }
}

#[cfg(not(unix))]
fn end_on_signal(_: &tauri::AppHandle) {}

/// macOS hands links to the running program instead of starting it with one.
fn receive_from_system(app: &tauri::AppHandle) {
    if !cfg!(target_os = "macos") {
        return;
    }
    let on_link = app.clone();
    app.deep_link().on_open_url(move |event| {
        for link in event.urls() {
            window::focus(&on_link);
            match DeepLink::parse(link.as_str()) {
                Ok(link) => inbox::deliver(&on_link, link),
                Err(refusal) => inbox::dropped(refusal),
            }
        }
    });
}
