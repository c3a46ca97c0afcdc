//! A pre-authorized code as long as Medplum writes one: 256 hexadecimal characters, for programs that were written for
//! Medplum's and check the shape.
//!
//! The first 64 characters are the 256 bits of a code, the others are made of them. So a link can carry the same code in
//! the 52 characters of [`crate::base32`] – the short handle, a QR code of version 4 – and neither has to be stored to find
//! the other: one code, two spellings, one digest.
//!
//! # Not supported
//! Codes that Medplum itself issued: they are made of other bits, and only Medplum knows them.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::base32::CODE_BYTES;

/// Characters of a code.
pub const MEDPLUM_CODE_CHARACTERS: usize = 256;

/// Bytes a code is written with.
const BYTES: usize = MEDPLUM_CODE_CHARACTERS / 2;
const LABEL: &[u8] = b"anteroom: the rest of a long pre-authorized code";
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Writes a code in 256 hexadecimal characters.
pub fn encode(code: &[u8; CODE_BYTES]) -> Zeroizing<String> {
    let bytes = lengthened(code);
    let mut text = Zeroizing::new(String::with_capacity(MEDPLUM_CODE_CHARACTERS));
    for byte in bytes.iter() {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Reads what [`encode`] writes, and nothing else: small letters, and the rest fits the beginning.
pub fn decode(text: &str) -> Option<Zeroizing<[u8; CODE_BYTES]>> {
    if text.len() != MEDPLUM_CODE_CHARACTERS {
        return None;
    }
    let mut bytes = Zeroizing::new([0_u8; BYTES]);
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    let code = Zeroizing::new(*bytes.first_chunk::<CODE_BYTES>()?);
    (*lengthened(&code) == *bytes).then_some(code)
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

/// The code, followed by three hashes of it.
fn lengthened(code: &[u8; CODE_BYTES]) -> Zeroizing<[u8; BYTES]> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    for (part, chunk) in (0_u8..).zip(bytes.chunks_exact_mut(CODE_BYTES)) {
        if part == 0 {
            chunk.copy_from_slice(code);
        } else {
            let hash = Sha256::new().chain_update(LABEL).chain_update([part]).chain_update(code);
            chunk.copy_from_slice(&hash.finalize());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_long_code_is_256_hexadecimal_characters_and_comes_back(code: [u8; 32]) {
            let text = encode(&code);
            prop_assert_eq!(text.len(), 256);
            prop_assert!(text.bytes().all(|byte| DIGITS.contains(&byte)));
            prop_assert_eq!(decode(&text).map(|code| *code), Some(code));
        }

        /// One long code for each short one: whatever is changed, it is no code any more.
        #[test]
        fn a_long_code_has_one_spelling(code: [u8; 32], at in 0_usize..256, other in 1_u8..16) {
            let text = encode(&code);
            let mut changed = text.as_bytes().to_vec();
            changed[at] = DIGITS[usize::from(digit(changed[at]).unwrap() ^ other)];
            prop_assert!(decode(std::str::from_utf8(&changed).unwrap()).is_none());
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        let text = encode(&[7; 32]);
        assert!(decode(&text.to_uppercase()).is_none());
        assert!(decode(&text[..255]).is_none());
        assert!(decode(&format!("{}0", *text)).is_none());
        assert!(decode(&"0".repeat(256)).is_none());
        assert!(decode(&"é".repeat(128)).is_none());
        assert!(decode("").is_none());
    }
}
