//! Passwords: Argon2id with 19 MiB and two passes. Hashed and compared before the transaction, never on the writer, and a
//! few at a time: who sends many at once waits, and does not fill the memory.

use std::sync::{Mutex, OnceLock, PoisonError};

use anteroom_sentence::sentence;
use argon2::password_hash::{self, Output, ParamsString, Salt, SaltString};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash as Phc, Version};
use tokio::sync::Semaphore;

use crate::entropy::{self, Entropy, OsEntropy};
use crate::model::user::PasswordHash;
use crate::stop::{Fault, Outcome, Stop, invalid};

/// Fewest characters of a password.
pub const SHORTEST: usize = 8;
/// Most bytes of a password.
pub const LONGEST: usize = 256;
/// Passwords hashed or compared at once: each takes 19 MiB.
const AT_ONCE: usize = 4;

static WORKING: Semaphore = Semaphore::const_new(AT_ONCE);

/// Does what hashes or compares a password: off the runtime's threads, and no more than a few at once.
pub(crate) async fn aside<T, F>(work: F) -> Outcome<T>
where
    T: Send + 'static,
    F: FnOnce() -> Outcome<T> + Send + 'static,
{
    let permit = WORKING.acquire().await.map_err(|_| Stop::Fault(Fault::Panicked))?;
    // The place is given back when the work is done, not when nobody waits for it any more.
    let working = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    working.await.map_err(|_| Stop::Fault(Fault::Panicked))?
}

/// The memory of earlier hashes. It is used again, not given back: 19 MiB that are asked for anew each time are found
/// anew by the allocator of most Linux systems, until the process has grown by a gibibyte.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

fn params() -> Result<Params, Fault> {
    const MEMORY_KIB: u32 = 19 * 1024;
    Params::new(MEMORY_KIB, 2, 1, None).map_err(|error| Fault::PasswordHash(error.to_string()))
}

/// Argon2id of a password.
fn compute(params: Params, salt: Salt<'_>, password: &str) -> password_hash::Result<Output> {
    let mut decoded = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut decoded)?;
    let (blocks, length) = (params.block_count(), params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN));
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let kept = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut memory = kept.unwrap_or_default();
    memory.resize(blocks, Block::default());
    let output = Output::init_with(length, |output| {
        Ok(argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory)?)
    });
    memory.fill(Block::default());
    let mut kept = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() < AT_ONCE {
        kept.push(memory);
    }
    output
}

/// Hashes a password. Takes some 25 ms on purpose.
pub fn hash(entropy: &dyn Entropy, password: &str) -> Outcome<PasswordHash> {
    if password.chars().count() < SHORTEST {
        return invalid(
            "password",
            sentence!("The password must have at least {shortest} characters.", shortest = SHORTEST),
        );
    }
    if password.len() > LONGEST {
        return invalid(
            "password",
            sentence!("The password must have at most {longest} bytes.", longest = LONGEST),
        );
    }
    let salt: [u8; 16] = entropy::bytes(entropy)?;
    let salt = SaltString::encode_b64(&salt).map_err(fault)?;
    let params = params()?;
    let hash = Phc {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(fault)?,
        salt: Some(salt.as_salt()),
        hash: Some(compute(params, salt.as_salt(), password).map_err(fault)?),
    };
    Ok(PasswordHash(hash.to_string()))
}

/// A hash that no password fits, to compare with when there is no account: the answer takes as long.
pub fn nobodys() -> Outcome<&'static PasswordHash> {
    static NOBODYS: OnceLock<PasswordHash> = OnceLock::new();
    if let Some(hash) = NOBODYS.get() {
        return Ok(hash);
    }
    let made = hash(&OsEntropy, &entropy::uuid_from(entropy::bytes(&OsEntropy)?).to_string())?;
    Ok(NOBODYS.get_or_init(|| made))
}

/// Whether `password` is the one `stored` was made from.
pub fn verify(stored: &PasswordHash, password: &str) -> Outcome<bool> {
    let parsed = Phc::new(&stored.0).map_err(fault)?;
    let ours = parsed.algorithm == ARGON2ID_IDENT && parsed.version == Some(Version::V0x13.into());
    let (Some(salt), Some(hash), true) = (parsed.salt, parsed.hash, ours) else {
        return Err(Fault::PasswordHash("another algorithm than Argon2id".to_owned()).into());
    };
    let params = Params::try_from(&parsed).map_err(fault)?;
    // `Output` is compared in constant time.
    Ok(compute(params, salt, password).map_err(fault)? == hash)
}

fn fault(error: password_hash::Error) -> Fault {
    Fault::PasswordHash(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_recognized_and_another_is_not() {
        let stored = hash(&OsEntropy, "correct horse").unwrap();
        assert!(stored.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.0);
        assert!(verify(&stored, "correct horse").unwrap());
        assert!(!verify(&stored, "correct horsf").unwrap());
        assert!(!format!("{stored:?}").contains("argon2"), "a hash is not printed");
    }

    #[test]
    fn hashes_are_those_of_the_library() {
        use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

        let library = Argon2::new(Algorithm::Argon2id, Version::V0x13, params().unwrap());
        let stored = hash(&OsEntropy, "correct horse").unwrap();
        let parsed = Phc::new(&stored.0).unwrap();
        assert!(library.verify_password(b"correct horse", &parsed).is_ok());
        assert!(library.verify_password(b"correct horsf", &parsed).is_err());
        let small = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 3, 2, None).unwrap());
        let salt = SaltString::encode_b64(&[7; 16]).unwrap();
        let theirs = small.hash_password(b"correct horse", &salt).unwrap().to_string();
        assert!(verify(&PasswordHash(theirs.clone()), "correct horse").unwrap(), "its own parameters count");
        assert!(!verify(&PasswordHash(theirs.clone()), "correct horsf").unwrap());
        assert!(verify(&PasswordHash(theirs.replace("argon2id", "argon2i")), "correct horse").is_err());
        assert!(verify(&stored, "correct horse").unwrap(), "after smaller ones, too");
    }

    #[test]
    fn short_passwords_are_refused() {
        assert!(hash(&OsEntropy, "1234567").is_err());
    }
}
