//! Sealing: what must be readable again (signing keys, provider secrets) is stored under XChaCha20-Poly1305 with the
//! master key, bound to the place it stands in, so that two rows cannot be swapped.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::entropy::{self, Entropy};

/// Length of the master key.
pub const MASTER_KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// A sealed value: nonce, ciphertext, tag. Safe to store and to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// The key everything else is sealed with. Comes from the system's keychain, a passphrase or a key file; not printed, not
/// stored, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; MASTER_KEY_BYTES]);

/// A sealed value could not be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Another key, another place, or altered bytes.
    #[error("sealed with another master key, or altered")]
    NotOurs,
    /// No random numbers for the nonce.
    #[error("no random numbers")]
    Entropy,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(redacted)")
    }
}

impl MasterKey {
    /// Wraps key bytes.
    pub const fn from_bytes(bytes: [u8; MASTER_KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The key bytes, for the keychain or the key file only.
    pub const fn expose(&self) -> &[u8; MASTER_KEY_BYTES] {
        &self.0
    }

    /// Seals `plain` for `place` (table, column, row).
    pub fn seal(&self, entropy: &dyn Entropy, place: &str, plain: &[u8]) -> Result<Sealed, SealError> {
        let nonce: [u8; NONCE_BYTES] = entropy::bytes(entropy).map_err(|_| SealError::Entropy)?;
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: place.as_bytes() })
            .map_err(|_| SealError::NotOurs)?;
        Ok(Sealed([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, body) = sealed.0.split_at_checked(NONCE_BYTES).ok_or(SealError::NotOurs)?;
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        cipher
            .decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: place.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| SealError::NotOurs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_with_its_key() {
        let key = MasterKey::from_bytes([7; 32]);
        let sealed = key.seal(&OsEntropy, "signing_key/a", b"secret").unwrap();
        assert_eq!(key.open("signing_key/a", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(key.open("signing_key/b", &sealed).unwrap_err(), SealError::NotOurs, "swapped rows");
        assert_eq!(
            MasterKey::from_bytes([8; 32]).open("signing_key/a", &sealed).unwrap_err(),
            SealError::NotOurs
        );
        for index in 0..sealed.0.len() {
            let mut altered = sealed.clone();
            altered.0[index] ^= 1;
            assert!(key.open("signing_key/a", &altered).is_err(), "byte {index} altered");
        }
        assert!(key.open("signing_key/a", &Sealed(vec![1; 10])).is_err(), "too short");
    }
}
