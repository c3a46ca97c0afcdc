//! Base-32 of [RFC 4648 §6]: capital letters and the digits 2–7, without padding. `anteroom_oauth::base32` does the
//! work, because the engine needs it too; here it gets a type that does not print and refusals that say why.
//!
//! A code of 32 bytes becomes 52 characters. All of them are in the alphanumeric set of QR codes, which packs a
//! character into 5.5 bits, so that the picture stays small; base64url would need 8 bits for each of its 43.
//!
//! # Not supported
//! Other lengths, and padding.
//!
//! [RFC 4648 §6]: https://www.rfc-editor.org/rfc/rfc4648#section-6

pub use anteroom_oauth::base32::{CODE_BYTES, CODE_CHARACTERS};
use anteroom_oauth::base32::{decode_code, encode_code};
use thiserror::Error;

use crate::redacted::Redacted;

/// Why a text is not a code in base-32. It never contains the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Not 52 characters.
    #[error("a code has {CODE_CHARACTERS} characters, this text has {found}")]
    Length {
        /// Characters in the text.
        found: usize,
    },
    /// A character that is no letter and no digit from 2 to 7.
    #[error("character {position} is not a letter A–Z or a digit 2–7")]
    Character {
        /// Where it stands, counted from 1.
        position: usize,
    },
    /// [RFC4648 §3.5] The last character holds bits beyond the 256 of a code, and they are not zero.
    #[error("the last character does not end a code")]
    TrailingBits,
}

/// Writes `code` in capital base-32.
pub fn encode(code: &[u8; CODE_BYTES]) -> Redacted<String> {
    encode_code(code).into()
}

/// Reads a code, written in capitals or in small letters (people retype).
///
/// # Errors
/// Everything that [`encode`] would not have written, letter case aside: one code has one spelling.
pub fn decode(text: &str) -> Result<Redacted<[u8; CODE_BYTES]>, DecodeError> {
    decode_code(text).map(Redacted::from).ok_or_else(|| reason(text))
}

/// Why `text` was not read.
fn reason(text: &str) -> DecodeError {
    let found = text.chars().count();
    if found != CODE_CHARACTERS {
        return DecodeError::Length { found };
    }
    let strange = text.chars().position(|c| !c.is_ascii_alphabetic() && !('2'..='7').contains(&c));
    strange.map_or(DecodeError::TrailingBits, |index| DecodeError::Character { position: index + 1 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> [u8; 32] {
        *decode(text).expect("this text is a code").expose()
    }

    fn written(code: &[u8; 32]) -> String {
        encode(code).expose().clone()
    }

    fn refusal(text: &str) -> DecodeError {
        decode(text).expect_err("this text must be refused")
    }

    #[test]
    fn rfc4648_6_known_values() {
        // made with Python's base64.b32encode(...).rstrip(b"=")
        let counting: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        assert_eq!(written(&counting), "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPQ");
        assert_eq!(written(&[0; 32]), "A".repeat(52));
        assert_eq!(written(&[255; 32]), format!("{}Q", "7".repeat(51)));
    }

    #[test]
    fn rfc4648_3_5_unused_bits_are_zero() {
        let stem = "A".repeat(51);
        for last in 'A'..='Z' {
            let text = format!("{stem}{last}");
            if matches!(last, 'A' | 'Q') {
                assert_eq!(written(&read(&text)), text);
            } else {
                assert_eq!(refusal(&text), DecodeError::TrailingBits, "{last}");
            }
        }
    }

    #[test]
    fn the_refusal_says_what_is_wrong() {
        assert_eq!(refusal(""), DecodeError::Length { found: 0 });
        assert_eq!(refusal(&"A".repeat(51)), DecodeError::Length { found: 51 });
        assert_eq!(refusal(&"A".repeat(53)), DecodeError::Length { found: 53 });
        // padding makes it 56
        assert_eq!(refusal(&format!("{}====", "A".repeat(52))), DecodeError::Length { found: 56 });
        for bad in ['0', '1', '8', '9', '=', ' ', '-', 'ä', 'Ａ', '\0', 'ſ', '\u{212A}'] {
            let text = format!("AAA{bad}{}", "A".repeat(48));
            assert_eq!(refusal(&text), DecodeError::Character { position: 4 }, "{bad:?}");
        }
    }

    #[test]
    fn neither_the_code_nor_the_refusal_prints_the_text() {
        let code = encode(&[7; 32]);
        assert!(!format!("{code:?} {:?}", decode(code.expose())).contains(&code.expose()[..4]));
        let broken = code.expose().replacen('A', "1", 1);
        let error = refusal(&broken);
        assert!(!format!("{error:?} {error}").contains(&broken[..4]));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back_in_either_case(bytes: [u8; 32]) {
            let text = written(&bytes);
            prop_assert_eq!(text.len(), CODE_CHARACTERS);
            prop_assert_eq!(read(&text), bytes);
            prop_assert_eq!(read(&text.to_lowercase()), bytes);
        }

        /// One code has one spelling: whatever is accepted is what `encode` writes.
        #[test]
        fn whatever_is_accepted_is_canonical(text in "[A-Za-z2-7]{51}[AQaq]") {
            prop_assert_eq!(written(&read(&text)), text.to_ascii_uppercase());
        }

        #[test]
        fn nothing_else_is_accepted(text in "\\PC{0,60}") {
            let canonical = text.len() == 52
                && text.chars().all(|c| c.is_ascii_alphabetic() || ('2'..='7').contains(&c))
                && text.ends_with(['A', 'Q', 'a', 'q']);
            prop_assert_eq!(decode(&text).is_ok(), canonical);
        }
    }
}
