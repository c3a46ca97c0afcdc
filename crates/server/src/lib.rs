//! The engine without a window: what `anteroom-server` and the desktop share.
//!
//! A [`Host`](host::Host) opens the store and its keys, makes the engine, and serves it on a port. It knows neither command
//! lines nor windows; the binary and the desktop decide what to do with a [`HostError`](problem::HostError).
//!
//! | Module | What |
//! |---|---|
//! | [`place`] | the data folder, and the store in it |
//! | [`master_key`] | where the key comes from that seals the others |
//! | [`lan`] | serving the local network for a while |
//! | [`local_ca`] | the CA that vouches for this machine's https addresses |
//! | [`workspace_file`] | reading and applying workspace files |
//! | [`host`] | all of it together, with a listener that can be stopped |
//! | [`save`] | files for the person at the window |
//! | [`restore`](mod@restore) | putting a backup in the place of the store |
//! | [`problem`] | why it does not start, and the exit code for it |

pub mod host;
pub mod lan;
pub mod local_ca;
pub mod master_key;
pub mod place;
pub mod problem;
pub mod restore;
pub mod save;
pub mod workspace_file;
