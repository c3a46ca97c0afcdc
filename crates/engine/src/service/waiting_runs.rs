//! Runs of the playground that wait for a browser: sealed in the store, so that a start of the program that a deep link
//! causes can finish what the start before it began.
//!
//! What is in it is known to the playground alone; it holds secrets, and nothing of it is ever shown.

use zeroize::Zeroizing;

use crate::cx::Cx;
use crate::engine::Engine;
use crate::stop::{Fault, Outcome};

/// Name of the sealed value.
pub const WAITING_RUNS: &str = "playground_waiting";

/// What waits.
///
/// # Faults
/// When it cannot be opened with the master key.
pub fn read(cx: &Cx<'_>, engine: &Engine) -> Outcome<Option<Zeroizing<Vec<u8>>>> {
    let Some(sealed) = cx.tx.sealed_value(WAITING_RUNS)? else { return Ok(None) };
    let opened = engine.master_key().open(WAITING_RUNS, &sealed);
    Ok(Some(opened.map_err(|_| Fault::Inconsistent("waiting runs are sealed with another key"))?))
}

/// Keeps what waits, in place of what was kept before.
///
/// # Faults
/// When it cannot be sealed.
pub fn keep(cx: &mut Cx<'_>, engine: &Engine, plain: &[u8]) -> Outcome<()> {
    let sealed = engine.master_key().seal(cx.entropy, WAITING_RUNS, plain);
    let sealed = sealed.map_err(|_| Fault::Inconsistent("waiting runs cannot be sealed"))?;
    Ok(cx.tx.put_sealed_value(WAITING_RUNS, &sealed)?)
}
