//! Base-32 [RFC4648 §6] in capitals and without padding: how a magic link writes 256 bits, so that its QR code can use
//! the denser alphanumeric mode.

use zeroize::Zeroizing;

/// Bytes of a code.
pub const CODE_BYTES: usize = 32;
/// Characters of a code in base-32.
pub const CODE_CHARACTERS: usize = 52;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Reads 52 characters in either case; `None` for another length, another character, or trailing bits that are not zero,
/// so that one code has one spelling.
pub fn decode_code(text: &str) -> Option<Zeroizing<[u8; CODE_BYTES]>> {
    if text.len() != CODE_CHARACTERS {
        return None;
    }
    let mut code = Zeroizing::new([0; CODE_BYTES]);
    let (mut bits, mut pending, mut next) = (0_u32, 0_u32, 0);
    for character in text.bytes() {
        let value = match character.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u32::from(value);
        pending += 5;
        if pending >= 8 {
            pending -= 8;
            *code.get_mut(next)? = u8::try_from((bits >> pending) & 0xff).ok()?;
            next += 1;
            bits &= (1 << pending) - 1;
        }
    }
    (next == CODE_BYTES && bits == 0).then_some(code)
}

/// Writes a code in 52 capital characters.
pub fn encode_code(code: &[u8; CODE_BYTES]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(CODE_CHARACTERS));
    let (mut bits, mut pending) = (0_u32, 0_u32);
    for byte in code {
        bits = (bits << 8) | u32::from(*byte);
        pending += 8;
        while pending >= 5 {
            pending -= 5;
            text.push(char::from(ALPHABET[(bits >> pending) as usize & 31]));
            bits &= (1 << pending) - 1;
        }
    }
    text.push(char::from(ALPHABET[(bits << (5 - pending)) as usize & 31]));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4648_6_a_code_reads_as_it_was_written_in_either_case() {
        let code: [u8; 32] = std::array::from_fn(|index| u8::try_from(index * 7 + 3).unwrap());
        let text = encode_code(&code);
        assert_eq!(text.len(), CODE_CHARACTERS);
        assert_eq!(*decode_code(&text).unwrap(), code);
        assert_eq!(*decode_code(&text.to_lowercase()).unwrap(), code);
        assert_eq!(*encode_code(&[0; 32]), "A".repeat(52));
    }

    #[test]
    fn a_code_has_one_spelling() {
        assert!(decode_code(&"A".repeat(51)).is_none(), "too short");
        assert!(decode_code(&"A".repeat(53)).is_none(), "too long");
        assert!(decode_code(&format!("{}B", "A".repeat(51))).is_none(), "trailing bits");
        for other in ["0", "1", "8", "9", "=", "-", "É"] {
            assert!(decode_code(&format!("{}{other}", "A".repeat(52 - other.len()))).is_none(), "{other}");
        }
    }
}
