//! Base-32 of [RFC 4648 §6]: capital letters and the digits 2–7, without padding.
//!
//! A code of 32 bytes becomes 52 characters. All of them are in the alphanumeric set of QR codes, which packs a
//! character into 5.5 bits, so that the picture stays small; base64url would need 8 bits for each of its 43.
//!
//! # Not supported
//! Other lengths, and padding.
//!
//! [RFC 4648 §6]: https://www.rfc-editor.org/rfc/rfc4648#section-6

use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::redacted::Redacted;

/// Bytes of a code.
pub const CODE_BYTES: usize = 32;
/// Characters of a code in base-32.
pub const CODE_CHARACTERS: usize = 52;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

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
    let mut text = String::with_capacity(CODE_CHARACTERS);
    push(&mut text, code);
    Redacted::new(text)
}

/// Appends `code` in capital base-32 to `text`.
pub(crate) fn push(text: &mut String, code: &[u8; CODE_BYTES]) {
    let (mut buffer, mut bits) = (0_u16, 0_u8);
    for byte in code {
        buffer = (buffer << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(character(buffer >> bits));
        }
    }
    // 256 = 51 × 5 + 1: one bit is left, followed by four zeros
    text.push(character(buffer << (5 - bits)));
    buffer.zeroize();
}

fn character(bits: u16) -> char {
    char::from(ALPHABET[usize::from(bits & 31)])
}

/// Reads a code, written in capitals or in small letters (people retype).
///
/// # Errors
/// Everything that [`encode`] would not have written, letter case aside: one code has one spelling.
pub fn decode(text: &str) -> Result<Redacted<[u8; CODE_BYTES]>, DecodeError> {
    let found = text.chars().count();
    if found != CODE_CHARACTERS {
        return Err(DecodeError::Length { found });
    }
    let mut code = Zeroizing::new([0_u8; CODE_BYTES]);
    let (mut buffer, mut bits, mut filled) = (0_u16, 0_u8, 0_usize);
    for (index, found) in text.chars().enumerate() {
        let value = value(found).ok_or(DecodeError::Character { position: index + 1 })?;
        buffer = (buffer << 5) | value;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            code[filled] = (buffer >> bits).to_be_bytes()[1];
            filled += 1;
        }
    }
    if buffer & ((1 << bits) - 1) != 0 {
        return Err(DecodeError::TrailingBits);
    }
    Ok(code.into())
}

fn value(character: char) -> Option<u16> {
    let upper = character.to_ascii_uppercase();
    match upper {
        'A'..='Z' => Some(upper as u16 - 'A' as u16),
        '2'..='7' => Some(upper as u16 - '2' as u16 + 26),
        _ => None,
    }
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
