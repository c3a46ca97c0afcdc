//! `anteroom-server ca`.

use std::io::{Write as _, stdout};

use anteroom_server::local_ca::LocalCa;
use anteroom_server::master_key::Passphrase;
use anteroom_server::place::{Place, offline, open_engine};
use anteroom_server::problem::HostError;
use tokio::runtime::Builder;

use crate::cli::Ca;

pub(crate) fn run(arguments: &Ca, passphrase: Option<Passphrase>) -> Result<(), HostError> {
    let place = Place::Folder(arguments.store.folder()?);
    let engine = open_engine(&place, &arguments.store.keys(passphrase), vec![offline()])?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(HostError::Runtime)?;
    let ca = runtime.block_on(LocalCa::open_or_create(&engine))?;
    engine.close().map_err(HostError::StoreFailed)?;
    // A closed pipe is the reader's choice.
    let _ = stdout().lock().write_all(ca.pem().as_bytes());
    Ok(())
}
