//! `anteroom-server export`.

use std::io::{Write as _, stdout};

use anteroom_engine::stop::{Fault, Stop};
use anteroom_engine::workspace;
use anteroom_server::master_key::Passphrase;
use anteroom_server::place::{Place, offline, open_engine};
use anteroom_server::problem::HostError;

use crate::cli::Export;

pub(crate) fn run(arguments: &Export, passphrase: Option<Passphrase>) -> Result<(), HostError> {
    let place = existing(&arguments.store)?;
    let engine = open_engine(&place, &arguments.store.keys(passphrase), vec![offline()])?;
    let export = workspace::export(&engine, arguments.with_secrets).map_err(|stop| match stop {
        Stop::Fault(fault) => fault,
        Stop::Refused(_) | Stop::Unfit(_) => Fault::Inconsistent("an export was refused"),
    })?;
    engine.close().map_err(HostError::StoreFailed)?;
    for sentence in export.left_out {
        tracing::info!("not in the file: {sentence}");
    }
    let mut out = stdout().lock();
    // A closed pipe is the reader's choice.
    let _ = serde_json::to_writer_pretty(&mut out, &export.workspace);
    let _ = writeln!(out);
    Ok(())
}

/// The store of the arguments, which must be there: reading is no reason to make one.
pub(crate) fn existing(arguments: &crate::cli::StoreArgs) -> Result<Place, HostError> {
    let place = Place::Folder(arguments.folder()?);
    match place.store_file() {
        Some(file) if file.symlink_metadata().is_err() => Err(HostError::NoStore { file }),
        _ => Ok(place),
    }
}
