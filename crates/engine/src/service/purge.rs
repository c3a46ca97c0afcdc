//! The purge: deletes what can no longer be used, in small transactions, so that nobody waits for it.

use std::sync::Arc;

use crate::cx::Origin;
use crate::engine::Engine;
use crate::model::connected_account::UNUSED_FOR;
use crate::model::session::SESSION_LIFETIME;
use crate::service::keys;
use crate::stop::Outcome;

/// Rows deleted in one transaction.
const ROWS: u32 = 500;
/// Seconds a spent or expired code stays, so that the board and a second scan can still say what became of it.
pub const CODES_KEPT: u32 = 30 * 86_400;
/// Seconds an ended login stays.
pub const LOGINS_KEPT: u32 = 86_400;
/// Seconds an authorization code stays: as long as a browser session may ask what came from it.
const SESSIONS_KEPT: u32 = SESSION_LIFETIME + 86_400;
/// Seconds a window of counted attempts stays.
const ATTEMPTS_KEPT: u32 = 3_600;

/// One small step; how many rows it deleted. Call again while it deletes many.
pub async fn step(engine: &Arc<Engine>) -> Outcome<u32> {
    let origin = Origin::inside(engine.issuer().clone());
    let (deleted, keys) = engine
        .transact(origin, |cx| {
            let codes = cx.tx.purge_pre_authorized_codes(cx.now - CODES_KEPT, ROWS)?;
            let logins = cx.tx.purge_logins(cx.now - LOGINS_KEPT, ROWS)?;
            let attempts = cx.tx.purge_attempts(cx.now - ATTEMPTS_KEPT, ROWS)?;
            let ended = cx.tx.purge_issued_codes(cx.now - SESSIONS_KEPT, ROWS)?
                + cx.tx.purge_interactions(cx.now - LOGINS_KEPT, ROWS)?
                + cx.tx.purge_sessions(cx.now - LOGINS_KEPT, ROWS)?
                + cx.tx.purge_refresh_families(cx.now - LOGINS_KEPT, ROWS)?
                + cx.tx.purge_security_requests(cx.now - CODES_KEPT, ROWS)?
                + cx.tx.purge_connect_sessions(cx.now - LOGINS_KEPT, ROWS)?
                + cx.tx.purge_connected_accounts(cx.now - UNUSED_FOR, ROWS)?;
            let keys = cx.tx.purge_signing_keys(cx.now)?;
            Ok((codes + logins + attempts + ended, keys))
        })
        .await?;
    if keys > 0 {
        keys::adopt(engine)?;
    }
    Ok(deleted)
}

/// Whether another step at once makes sense.
pub const fn more(deleted: u32) -> bool {
    deleted >= ROWS
}
