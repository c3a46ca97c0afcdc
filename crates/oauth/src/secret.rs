//! Values that are handed out once, and the digest that is kept of them.
//!
//! Two types serve every kind of secret. Parsing a request yields a [`Secret`]; the first thing done with it is
//! [`Secret::digest`]; stores accept a [`Digest`] only, so a plain value cannot be stored by mistake.
//!
//! The kind is part of what is hashed. The same text presented as another kind (an authorization code as a refresh
//! token, say) has another digest and is therefore never found.
//!
//! Only for values with enough chance in them (128 bits or more): a PIN or a password needs a keyed or a slow hash.

use std::fmt;
use std::marker::PhantomData;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A kind of secret. Its name goes into every digest.
pub trait Kind {
    /// Short and stable: changing it orphans everything that was stored.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        $($(#[$doc])* #[derive(Debug)] pub enum $kind {}
        impl Kind for $kind { const NAME: &'static str = $name; })*

        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),*];
    };
}

kinds! {
    /// `client_secret`: RFC 6749 §2.3.1.
    ClientSecret = "client_secret",
    /// `pre-authorized_code`: OID4VCI 1.0 §4.1.1.
    PreAuthorizedCode = "pre-authorized_code",
    /// The short form of a pre-authorized code that a person types.
    TypedCode = "typed_code",
    /// `code`: RFC 6749 §4.1.2.
    AuthorizationCode = "code",
    /// `refresh_token`: RFC 6749 §1.5.
    RefreshToken = "refresh_token",
    /// `access_token`: RFC 6749 §1.4.
    AccessToken = "access_token",
    /// `id_token`: OpenID Connect Core §2.
    IdToken = "id_token",
    /// The cookie that carries a sign-in session or an interaction.
    Cookie = "cookie",
    /// `subject_token`: RFC 8693 §2.1, and `externalAccessToken`: a token of another issuer.
    SubjectToken = "subject_token",
    /// `client_assertion`: RFC 7521 §4.2.
    ClientAssertion = "client_assertion",
    /// `tx_code`: OID4VCI 1.0 §6.1. Digits: store a keyed hash, not the digest.
    TxCode = "tx_code",
    /// `auth_session` of a connected-accounts request (Auth0's My Account API).
    AuthSession = "auth_session",
    /// `ticket`: opens the browser's part of a connected-accounts request.
    ConnectTicket = "connect_ticket",
    /// `connect_code`: what the browser brings back from a connected-accounts request.
    ConnectCode = "connect_code",
    /// `secret` of a link with which somebody chooses a password: Medplum's `UserSecurityRequest`.
    UserSecurityRequest = "user_security_request",
    /// `state` that goes to a provider: RFC 6749 §4.1.1.
    ProviderState = "provider_state",
    /// A token that a provider gave us for a person: access token or refresh token.
    ProviderToken = "provider_token",
}

/// A value that opens something. No `Display`, `Serialize`, `Deref`, `Clone` or `PartialEq`:
/// [`Secret::expose`] is the only way in, so one search finds every use. Wiped when dropped.
pub struct Secret<K> {
    value: Zeroizing<String>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Secret<K> {
    /// Takes the value over; nothing is copied.
    pub fn new(value: String) -> Self {
        Self { value: Zeroizing::new(value), kind: PhantomData }
    }

    /// The plain value. Never log it, never store it, never put it into an error.
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// The number of bytes of the value.
    pub fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }
}

impl<K: Kind> Secret<K> {
    /// SHA-256 of the kind's name, a zero byte and the value.
    pub fn digest(&self) -> Digest<K> {
        let mut hash = Sha256::new();
        hash.update(K::NAME.as_bytes());
        hash.update([0]);
        hash.update(self.value.as_bytes());
        Digest::from_bytes(hash.finalize().into())
    }
}

impl<K> fmt::Debug for Secret<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// What a store keeps of a [`Secret`]. Equality takes the same time whatever differs.
pub struct Digest<K> {
    bytes: [u8; 32],
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Digest<K> {
    /// A digest as it was read from a store.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { bytes, kind: PhantomData }
    }

    /// The bytes to write into a store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Enough to tell two values apart on a screen and too little to find either: `sha256:1a2b3c4d…`.
    pub fn fingerprint(&self) -> String {
        let [a, b, c, d, ..] = self.bytes;
        format!("sha256:{a:02x}{b:02x}{c:02x}{d:02x}…")
    }
}

impl<K> Clone for Digest<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Digest<K> {}

impl<K> PartialEq for Digest<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes.ct_eq(&other.bytes).into()
    }
}

impl<K> Eq for Digest<K> {}

impl<K: Kind> fmt::Debug for Digest<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_its_value() {
        let secret = Secret::<AccessToken>::new("ant_at_marker".into());
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
        assert_eq!(format!("{:#?}", Some(&secret)), "Some(\n    Secret(redacted),\n)");
        assert_eq!(secret.expose(), "ant_at_marker");
        assert_eq!((secret.len(), secret.is_empty()), (13, false));
    }

    #[test]
    fn the_digest_is_sha_256_of_kind_zero_value() {
        let digest = Secret::<AuthorizationCode>::new("abc".into()).digest();
        let expected: [u8; 32] = Sha256::digest(b"code\0abc").into();
        assert_eq!(digest.as_bytes(), &expected);
        assert_eq!(digest, Digest::from_bytes(expected));
    }

    #[test]
    fn ac_15_pa_19_one_text_as_two_kinds_has_two_digests() {
        let code = Secret::<AuthorizationCode>::new("same".into()).digest();
        let refresh = Secret::<RefreshToken>::new("same".into()).digest();
        let pre_authorized = Secret::<PreAuthorizedCode>::new("same".into()).digest();
        assert_ne!(code.as_bytes(), refresh.as_bytes());
        assert_ne!(code.as_bytes(), pre_authorized.as_bytes());
    }

    #[test]
    fn the_names_of_kinds_are_unique_and_hold_no_separator() {
        for (at, name) in NAMES.iter().enumerate() {
            assert!(!NAMES[at + 1..].contains(name), "{name} is used twice");
            assert!(!name.contains('\0'), "a zero byte in {name} would let two kinds meet");
        }
    }

    #[test]
    fn a_fingerprint_shows_four_bytes_and_no_more() {
        let mut bytes = [0xee; 32];
        bytes[..4].copy_from_slice(&[0x1a, 0x2b, 0x3c, 0x4d]);
        let digest = Digest::<Cookie>::from_bytes(bytes);
        assert_eq!(digest.fingerprint(), "sha256:1a2b3c4d…");
        assert_eq!(format!("{digest:?}"), "sha256:1a2b3c4d…");
    }

    #[test]
    fn digests_that_differ_in_one_bit_are_unequal() {
        let digest = Secret::<ClientSecret>::new("s".into()).digest();
        for at in 0..32 {
            let mut bytes = *digest.as_bytes();
            bytes[at] ^= 1;
            assert_ne!(digest, Digest::from_bytes(bytes), "bit in byte {at}");
        }
    }
}
