//! Scopes: RFC 6749 §3.3.
//!
//! ```text
//! scope       = scope-token *( SP scope-token )
//! scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// More scope-tokens than this are refused: no request needs them, and sets are compared pairwise.
pub const MAX_TOKENS: usize = 100;

/// A set of scope-tokens that remembers the order in which they were first named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(String);

/// The text is no scope: `invalid_scope` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A character outside the grammar; the position counts bytes from 0.
    #[error("the scope holds a character that is not allowed, at byte {at}")]
    Character {
        /// Where it stands.
        at: usize,
    },
    /// More than [`MAX_TOKENS`].
    #[error("the scope names more than {MAX_TOKENS} values")]
    TooMany,
}

impl Scope {
    /// Reads a scope. Repeated values count once; empty text is the empty set.
    ///
    /// Several spaces in a row are taken as one. The grammar has single spaces, but nothing can be meant by more.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        // [RFC6749 §3.3] printable ASCII without space, quote and backslash
        let legal = |byte: u8| matches!(byte, b' ' | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if let Some(at) = text.bytes().position(|byte| !legal(byte)) {
            return Err(ScopeError::Character { at });
        }
        let mut tokens = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if tokens.contains(&token) {
                continue;
            }
            if tokens.len() == MAX_TOKENS {
                return Err(ScopeError::TooMany);
            }
            tokens.push(token);
        }
        Ok(Self(tokens.join(" ")))
    }

    /// The values joined by single spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `token` is one of the values. Case-sensitive.
    pub fn contains(&self, token: &str) -> bool {
        self.iter().any(|own| own == token)
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|token| !token.is_empty())
    }

    /// The values that stand in both, in the order of `self`.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.iter().filter(|token| other.contains(token)).collect::<Vec<_>>().join(" "))
    }

    /// [RFC6749 §6] Whether `other` has every value of `self`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn rfc6749_3_3_illegal_characters_are_refused() {
        for (text, at) in [
            ("open\"id", 4),
            ("open\\id", 4),
            ("openid\tprofile", 6),
            ("a\nb", 1),
            ("a\u{7f}", 1),
            ("é", 0),
            ("a\0", 1),
        ] {
            assert_eq!(Scope::parse(text), Err(ScopeError::Character { at }), "{text:?}");
        }
    }

    #[test]
    fn rfc6749_3_3_order_is_kept_and_repeats_count_once() {
        assert_eq!(scope("openid profile openid").to_string(), "openid profile");
        assert_eq!(scope("  profile   openid ").to_string(), "profile openid");
        assert_eq!(scope(" ").to_string(), "");
        assert!(scope("").is_empty());
        assert_eq!(scope("a b").iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn rfc6749_3_3_values_are_case_sensitive() {
        assert!(scope("openid").contains("openid"));
        assert!(!scope("openid").contains("OpenID"));
        assert!(!scope("openid").contains("open"));
        assert!(!scope("a b").contains("a b"));
        assert!(!scope("").contains(""));
    }

    #[test]
    fn rfc6749_6_narrower_scope_is_a_subset() {
        assert!(scope("b").is_subset_of(&scope("a b")));
        assert!(scope("").is_subset_of(&scope("")));
        assert!(!scope("a c").is_subset_of(&scope("a b")));
        assert_eq!(scope("c b a").intersect(&scope("a b")).to_string(), "b a");
    }

    #[test]
    fn more_values_than_the_limit_are_refused() {
        let text: Vec<String> = (0..=MAX_TOKENS).map(|n| format!("s{n}")).collect();
        assert_eq!(Scope::parse(&text.join(" ")), Err(ScopeError::TooMany));
        assert!(Scope::parse(&text[..MAX_TOKENS].join(" ")).is_ok());
    }

    proptest! {
        #[test]
        fn scopes_behave_like_sets(a in "[a-e ]{0,12}", b in "[a-e ]{0,12}") {
            let (a, b) = (scope(&a), scope(&b));
            let both = a.intersect(&b);
            prop_assert!(both.is_subset_of(&a) && both.is_subset_of(&b));
            prop_assert_eq!(a.is_subset_of(&b), both == a);
            prop_assert_eq!(scope(a.as_str()), a);
        }
    }
}
