//! Passwords: Argon2id with 19 MiB and two passes. Hashed before the transaction, never on the writer.

use std::sync::OnceLock;

use anteroom_sentence::sentence;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHash as Phc, Version};

use crate::entropy::{self, Entropy, OsEntropy};
use crate::model::user::PasswordHash;
use crate::stop::{Fault, Outcome, invalid};

/// Fewest characters of a password.
pub const SHORTEST: usize = 8;
/// Most bytes of a password.
pub const LONGEST: usize = 256;

fn argon2() -> Result<Argon2<'static>, Fault> {
    const MEMORY_KIB: u32 = 19 * 1024;
    let params =
        Params::new(MEMORY_KIB, 2, 1, None).map_err(|error| Fault::PasswordHash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
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
    let fault = |error: argon2::password_hash::Error| Fault::PasswordHash(error.to_string());
    let salt = SaltString::encode_b64(&salt).map_err(fault)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(fault)?;
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
    let parsed = Phc::new(&stored.0).map_err(|error| Fault::PasswordHash(error.to_string()))?;
    Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok())
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
    fn short_passwords_are_refused() {
        assert!(hash(&OsEntropy, "1234567").is_err());
    }
}
