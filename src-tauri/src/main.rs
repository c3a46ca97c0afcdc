//! Entry point of the desktop program: reads the environment, then hands over.

// no console window beside ours on Windows
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{ffi::OsString, process::ExitCode};

use anteroom_lib::{Settings, deep_link::DeepLink};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    match start_log().and_then(|()| start()) {
        Ok(code) => code,
        Err((message, code)) => {
            eprintln!("anteroom: {message}");
            ExitCode::from(code)
        }
    }
}

/// Lines on standard error. `ANTEROOM_LOG` is a level, or directives such as `anteroom_http=debug`.
fn start_log() -> Result<(), (String, u8)> {
    let wanted = variable("ANTEROOM_LOG").unwrap_or_else(|| "info".into());
    let wanted = wanted.to_string_lossy();
    let filter = EnvFilter::builder()
        .parse(&wanted)
        .map_err(|error| (format!("ANTEROOM_LOG is {wanted:?}: {error}"), 2))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(())
}

/// Exit code 2: wrong usage. 1: there is no display, or the window toolkit could not start.
fn start() -> Result<ExitCode, (String, u8)> {
    let command_line: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    if variable(anteroom_lib::PROBE).is_some() {
        return Ok(probe(&command_line));
    }
    let settings = Settings::read(variable, command_line).map_err(|error| (error.to_string(), 2))?;
    // GTK ends the program without a useful word when it finds no display
    if cfg!(target_os = "linux")
        && ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().all(|name| variable(name).is_none())
    {
        let message = "there is no display ($DISPLAY and $WAYLAND_DISPLAY are empty); \
                       `anteroom-server` is the same engine without a window";
        return Err((message.to_owned(), 1));
    }
    anteroom_lib::run(settings).map_err(|error| (format!("the window could not be opened: {error}"), 1))
}

/// The doctor for deep links asks whether a start reads its link.
fn probe(command_line: &[String]) -> ExitCode {
    match DeepLink::from_command_line(command_line) {
        Ok(Some(_)) => println!("{}", anteroom_lib::PROBED),
        Ok(None) => println!("anteroom: no link"),
        Err(refusal) => println!("anteroom: {refusal}"),
    }
    ExitCode::SUCCESS
}

/// An environment variable that is set to something.
fn variable(name: &'static str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
