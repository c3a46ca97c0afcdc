//! `anteroom-server`: the engine for continuous integration, for testers without a screen, and for a site's shared server.

mod apply;
mod backup;
mod ca;
mod cli;
mod doctor;
mod export;
mod flow;
mod log;
mod serve;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anteroom_server::master_key::{Passphrase, Source};
use anteroom_server::place::{KeyOptions, Place};
use anteroom_server::problem::{HostError, WRONG_USAGE};

use crate::cli::{Cli, Command, StoreArgs};
use crate::log::Form;

fn main() -> ExitCode {
    let started = Instant::now();
    let cli = Cli::read();
    let form = if matches!(cli.command, Command::Serve(_)) { Form::Json } else { Form::Plain };
    if let Err(message) = log::start(form, variable("ANTEROOM_LOG").as_deref()) {
        eprintln!("anteroom-server: {message}");
        return WRONG_USAGE.into();
    }
    without_core_dumps();
    let passphrase = variable("ANTEROOM_PASSPHRASE").map(Passphrase::new);
    let done = match cli.command {
        Command::Serve(arguments) => serve::run(arguments, passphrase, started),
        Command::Apply(arguments) => apply::run(&arguments, passphrase),
        Command::Export(arguments) => export::run(&arguments, passphrase),
        Command::Backup(arguments) => backup::back_up(&arguments),
        Command::Restore(arguments) => backup::put_back(&arguments, passphrase),
        Command::Ca(arguments) => ca::run(&arguments, passphrase),
        Command::Doctor(arguments) => return doctor::run(arguments, passphrase),
        Command::Flow(arguments) => return flow::run(&arguments, variable),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Says why the program ends, and gives its exit code.
fn failed(error: &HostError) -> ExitCode {
    let exit_code = error.exit_code();
    tracing::error!(exit_code, "{error}");
    exit_code.into()
}

/// A variable of the environment; an empty one counts as unset.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok().filter(|value| !value.is_empty())
}

/// A core dump would hold every key and secret in memory.
fn without_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::warn!(%error, "core dumps could not be switched off");
        }
    }
}

/// The data folder that was asked for, or the platform's.
fn folder_or_default(asked: Option<&Path>) -> Result<PathBuf, HostError> {
    asked.map(Path::to_owned).or_else(Place::of_platform).ok_or(HostError::NoDataFolder)
}

impl StoreArgs {
    fn folder(&self) -> Result<PathBuf, HostError> {
        folder_or_default(self.data_dir.as_deref())
    }

    fn keys(&self, passphrase: Option<Passphrase>) -> KeyOptions {
        KeyOptions { source: self.master_key, default: Source::File, passphrase }
    }
}
