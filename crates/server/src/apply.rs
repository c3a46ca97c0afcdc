//! `anteroom-server apply`.

use std::io::{Write as _, stdout};

use anteroom_engine::workspace::Report;
use anteroom_server::master_key::Passphrase;
use anteroom_server::place::{Place, offline, open_engine};
use anteroom_server::problem::HostError;
use anteroom_server::workspace_file::WorkspaceFile;

use crate::cli::Apply;

pub(crate) fn run(arguments: &Apply, passphrase: Option<Passphrase>) -> Result<(), HostError> {
    // Before the store, so that a file that cannot be read leaves no folder behind.
    let file = WorkspaceFile::read(&arguments.file)?;
    let place = Place::Folder(arguments.store.folder()?);
    let engine = open_engine(&place, &arguments.store.keys(passphrase), vec![offline()])?;
    let report = file.apply(&engine, arguments.dry_run)?;
    engine.close().map_err(HostError::StoreFailed)?;
    // A closed pipe is the reader's choice.
    let _ = print(&report, arguments.dry_run);
    Ok(())
}

fn print(report: &Report, dry_run: bool) -> std::io::Result<()> {
    let mut out = stdout().lock();
    let words = if dry_run { ["would add", "would change", "left"] } else { ["added", "changed", "left"] };
    for (word, items) in words.iter().zip([&report.added, &report.changed, &report.left]) {
        for item in items {
            writeln!(out, "{word:<12} {item}")?;
        }
    }
    let [added, changed, left] = [&report.added, &report.changed, &report.left].map(Vec::len);
    writeln!(out, "{added} added, {changed} changed, {left} left{}", if dry_run { " (dry run)" } else { "" })
}
