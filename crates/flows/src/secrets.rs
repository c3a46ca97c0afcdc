//! The secrets of a run, and how they are kept out of what is shown.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

/// Names of parameters, members and headers whose values are secret.
const SECRET_NAMES: &[&str] = &[
    "access_token",
    "actor_token",
    "accesstoken",
    "assertion",
    "auth_session",
    "authorization",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "connect_code",
    "cookie",
    "device_code",
    "externalaccesstoken",
    "form_token",
    "id_token",
    "id_token_hint",
    "magiclink",
    "offeruri",
    "password",
    "pre-authorized_code",
    "preauthorizedcode",
    "refresh_token",
    "refreshtoken",
    "set-cookie",
    "subject_token",
    "ticket",
    "token",
    "tx_code",
    "txcode",
    "typedcode",
];

/// Whether the values of this name are secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.contains(&name.as_str())
}

/// Shorter values are too common to be searched for in other texts.
const LEAST_SEARCHED: usize = 6;
/// Values shorter than this show none of their characters.
const LEAST_SHOWN: usize = 16;

/// What stands in the place of a secret: its last four characters when it is long, and its length.
pub fn hidden(value: &str) -> String {
    let length = value.chars().count();
    let end: String = value.chars().skip(length.saturating_sub(4)).collect();
    if length < LEAST_SHOWN {
        "••••".to_owned()
    } else {
        format!("•••• {end} ({length} characters)")
    }
}

/// Every secret a run met.
#[derive(Default)]
pub struct Secrets(Mutex<Vec<Zeroizing<String>>>);

impl Secrets {
    /// Remembers a value that must not be shown.
    pub fn add(&self, value: &str) {
        if value.len() < LEAST_SEARCHED {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|known| known.as_str() == value) {
            all.push(Zeroizing::new(value.to_owned()));
            // the longest first: one may hold another
            all.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// The text without any of them, however it is written: plain, or percent-encoded.
    pub fn scrub(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            for written in [secret.as_str(), encoded.as_str()] {
                if clean.contains(written) {
                    clean = clean.replace(written, &hidden(secret));
                }
            }
        }
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_any_text_and_shows_only_its_end() {
        let secrets = Secrets::default();
        secrets.add("correct horse battery");
        secrets.add("abc");
        let clean = secrets.scrub("a=correct+horse+battery&b=correct horse battery&c=abc");
        assert!(!clean.contains("horse"), "{clean}");
        assert!(clean.contains("tery (21 characters)") && clean.ends_with("c=abc"), "{clean}");
        assert_eq!(hidden("hunter2"), "••••");
        for name in ["Authorization", "client_secret", "Set-Cookie", "preAuthorizedCode", "code", "ticket"] {
            assert!(is_secret(name), "{name}");
        }
        assert!(!is_secret("client_id") && !is_secret("code_challenge"));
    }
}
