//! A key from a passphrase: Argon2id with 64 MiB and three passes. The salt and the cost stand beside the store.

use anteroom_engine::seal::{MASTER_KEY_BYTES, MasterKey};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyError, file};

/// Fewest characters of a passphrase.
pub(super) const SHORTEST: usize = 12;

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// More than this a trace cannot ask for: it would only keep the start from ending.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;

/// What stands in the trace.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Cost {
    salt: String,
    memory_kib: u32,
    passes: u32,
}

/// The trace of a new passphrase.
pub(super) fn new_salt(salt: &[u8; 32]) -> String {
    let salt = file::encode(salt).trim_end().to_owned();
    let cost = Cost { salt, memory_kib: MEMORY_KIB, passes: PASSES };
    let mut text = serde_json::to_string(&cost).unwrap_or_default();
    text.push('\n');
    text
}

/// The key of `passphrase`; `None` when the trace does not have its form.
pub(super) fn derive(trace: &str, passphrase: &str) -> Result<Option<MasterKey>, KeyError> {
    let Ok(cost) = serde_json::from_str::<Cost>(trace) else { return Ok(None) };
    let Some(salt) = file::decode(&cost.salt) else { return Ok(None) };
    if cost.memory_kib > MOST_MEMORY_KIB || cost.passes > MOST_PASSES {
        return Ok(None);
    }
    let failed = |error: argon2::Error| KeyError::Make(error.to_string());
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(MASTER_KEY_BYTES)).map_err(failed)?;
    let mut key = Zeroizing::new([0; MASTER_KEY_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &salt, key.as_mut_slice())
        .map_err(failed)?;
    Ok(Some(MasterKey::from_bytes(*key)))
}
