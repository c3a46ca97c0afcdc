//! The local CA as it is stored: one sealed value. What stands in it is the business of who makes certificates.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::cx::Origin;
use crate::engine::Engine;
use crate::stop::{Fault, Outcome};

/// Name of the sealed value, and the place it is bound to.
pub(crate) const LOCAL_CA: &str = "local_ca";

/// The stored value; `None` before a CA was made.
pub fn load(engine: &Engine) -> Outcome<Option<Zeroizing<Vec<u8>>>> {
    let sealed = engine.read(|tx, _| Ok(tx.sealed_value(LOCAL_CA)?))?;
    sealed.map(|sealed| Ok(engine.master_key().open(LOCAL_CA, &sealed).map_err(Fault::from)?)).transpose()
}

/// Stores a value, unless there is one already. What is stored in the end.
pub async fn keep(engine: &Arc<Engine>, plain: &[u8]) -> Outcome<Zeroizing<Vec<u8>>> {
    let sealed = engine.master_key().seal(engine.entropy(), LOCAL_CA, plain).map_err(Fault::from)?;
    let origin = Origin::inside(engine.issuer().clone());
    engine
        .transact(origin, move |cx| {
            if cx.tx.sealed_value(LOCAL_CA)?.is_none() {
                cx.tx.put_sealed_value(LOCAL_CA, &sealed)?;
            }
            Ok(())
        })
        .await?;
    load(engine)?.ok_or_else(|| Fault::Inconsistent("the local CA is gone").into())
}
