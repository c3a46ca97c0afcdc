//! `/.well-known/jwks.json`: the published keys [RFC7517 §5], written again when they change.

use std::sync::{PoisonError, RwLock};

use anteroom_engine::Engine;
use axum::response::Response;
use hyper::body::Bytes;
use serde::Serialize;

use crate::call::Call;
use crate::discovery::kept;

#[derive(Serialize)]
struct KeySet<K> {
    keys: Vec<K>,
}

/// The key set as bytes, and of which generation of keys.
pub(crate) struct Jwks(RwLock<(u64, Bytes)>);

impl Jwks {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self(RwLock::new(write(engine)))
    }

    fn current(&self, engine: &Engine) -> Bytes {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.0 == engine.key_ring().generation() {
            return known.1.clone();
        }
        drop(known);
        let written = write(engine);
        let bytes = written.1.clone();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = written;
        bytes
    }
}

/// The generation is read first: if the keys change in between, the next request writes them again.
fn write(engine: &Engine) -> (u64, Bytes) {
    let generation = engine.key_ring().generation();
    let json = serde_json::to_vec(&KeySet { keys: engine.key_ring().jwks() });
    (generation, json.expect("strings under fixed names always serialize").into())
}

/// Answers with the key set.
pub(crate) fn jwks(call: &Call) -> Response {
    kept(call.shared.jwks.current(&call.shared.engine))
}
