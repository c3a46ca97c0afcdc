//! The typed code: 12 characters for the person whose camera does not work, `K7MX-4QRT-9W2D`.
//!
//! Eleven random characters (55 bits) and a check character. The alphabet has 32 characters and none of `I`, `L`, `O`
//! and `U`, so nothing looks like anything else. The check is a weighted sum over the field with 32 elements, where each
//! position has its own weight. It catches every single wrong character and every swap of two characters, neighbours
//! or not.
//!
//! 55 bits stand against guessing only while tries are limited: that is the engine's part.

use anteroom_oauth::secret::{self, Digest, Secret};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::redacted::Redacted;

/// Characters of a typed code, the check character included.
pub const TYPED_CHARACTERS: usize = 12;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a text is not a typed code. The text of the error is written for the person who types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TypedCodeError {
    /// Too few or too many characters, not counting spaces and dashes.
    #[error("the code has {TYPED_CHARACTERS} characters, you typed {found}")]
    Length {
        /// Characters typed, not counting spaces and dashes.
        found: usize,
    },
    /// A character that no code contains.
    #[error("“{found}” (character {position}) is not used in these codes")]
    Character {
        /// Where it stands, counted from 1, not counting spaces and dashes.
        position: usize,
        /// The character.
        found: char,
    },
    /// The check character does not fit the others.
    #[error("one of the characters is mistyped, or two are swapped")]
    Check,
}

/// A typed code whose check character is right. It cannot be printed by accident.
#[derive(Debug)]
pub struct TypedCode(Secret<secret::TypedCode>);

impl TypedCode {
    /// Makes a code of 7 random bytes. The last 55 of their 56 bits are used.
    pub fn from_random(random: &[u8; 7]) -> Self {
        let mut bits = random.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let mut values = Zeroizing::new([0_u8; TYPED_CHARACTERS]);
        for value in values[..TYPED_CHARACTERS - 1].iter_mut().rev() {
            *value = (bits & 31).to_be_bytes()[7];
            bits >>= 5;
        }
        bits.zeroize();
        values[TYPED_CHARACTERS - 1] = checksum(&values[..TYPED_CHARACTERS - 1]);
        Self::from_values(&values)
    }

    /// Reads what a person typed: small or capital letters, spaces and dashes anywhere, and `O` for `0`, `I` or `L`
    /// for `1`.
    ///
    /// # Errors
    /// A character that no code has comes first, then the wrong number of characters, then the wrong check character.
    pub fn parse(typed: &str) -> Result<Self, TypedCodeError> {
        let mut values = Zeroizing::new([0_u8; TYPED_CHARACTERS]);
        let mut count = 0;
        for found in typed.chars().filter(|c| !is_separator(*c)) {
            let value = value(found).ok_or(TypedCodeError::Character { position: count + 1, found })?;
            if let Some(place) = values.get_mut(count) {
                *place = value;
            }
            count += 1;
        }
        if count != TYPED_CHARACTERS {
            return Err(TypedCodeError::Length { found: count });
        }
        if checksum(&values[..TYPED_CHARACTERS - 1]) != values[TYPED_CHARACTERS - 1] {
            return Err(TypedCodeError::Check);
        }
        Ok(Self::from_values(&values))
    }

    /// What is stored, and looked up when somebody types the code.
    pub fn digest(&self) -> Digest<secret::TypedCode> {
        self.0.digest()
    }

    /// The 12 characters without separators: the one spelling of this code.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// As it is shown and printed, in three groups: `K7MX-4QRT-9W2D`.
    pub fn grouped(&self) -> Redacted<String> {
        let mut text = String::with_capacity(TYPED_CHARACTERS + 2);
        for (index, character) in self.expose().chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push('-');
            }
            text.push(character);
        }
        Redacted::new(text)
    }

    fn from_values(values: &[u8; TYPED_CHARACTERS]) -> Self {
        let mut text = String::with_capacity(TYPED_CHARACTERS);
        text.extend(values.iter().map(|value| char::from(ALPHABET[usize::from(*value)])));
        Self(Secret::new(text))
    }
}

/// Spaces of every width and all that phones and word processors make of a dash.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{AD}')
}

fn value(character: char) -> Option<u8> {
    let meant = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|known| char::from(*known) == meant).and_then(|at| u8::try_from(at).ok())
}

/// The character that makes the weighted sum of all 12 zero. The weights are αⁿ for the nth character from the end, the
/// last having 1; the first 31 powers of α differ, so no two positions weigh the same.
fn checksum(values: &[u8]) -> u8 {
    values.iter().fold(0, |sum, value| times_alpha(sum ^ value))
}

/// Multiplies by α in GF(32), made with x⁵ + x² + 1.
fn times_alpha(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn made(random: [u8; 7]) -> String {
        TypedCode::from_random(&random).expose().to_owned()
    }

    fn read(typed: &str) -> String {
        TypedCode::parse(typed).expect("this text is a typed code").expose().to_owned()
    }

    fn refusal(typed: &str) -> TypedCodeError {
        TypedCode::parse(typed).expect_err("this text must be refused")
    }

    /// Codes of all kinds: all zero, all one, every bit alone, and 100 spread by a multiplicative generator.
    fn codes() -> Vec<[u8; 12]> {
        let spread = (1..=100_u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8);
        let bits = (0..56).map(|i| 1_u64 << i);
        [0, u64::MAX >> 8]
            .into_iter()
            .chain(bits)
            .chain(spread)
            .map(|n| made(n.to_be_bytes()[1..].try_into().unwrap()))
            .map(|code| code.into_bytes().try_into().unwrap())
            .collect()
    }

    fn check_fails(typed: &[u8; 12]) -> bool {
        TypedCode::parse(std::str::from_utf8(typed).unwrap()).err() == Some(TypedCodeError::Check)
    }

    #[test]
    fn alpha_has_31_different_powers() {
        let mut powers = std::collections::BTreeSet::new();
        let mut power = 1;
        while powers.insert(power) {
            power = times_alpha(power);
        }
        assert_eq!(powers.len(), 31);
        assert_eq!(power, 1);
    }

    #[test]
    fn every_single_wrong_character_is_caught() {
        let mut slips = 0;
        for code in codes() {
            for position in 0..12 {
                for other in ALPHABET.iter().filter(|other| **other != code[position]) {
                    let mut typed = code;
                    typed[position] = *other;
                    assert!(
                        check_fails(&typed),
                        "{} passed for {}",
                        typed.escape_ascii(),
                        code.escape_ascii()
                    );
                    slips += 1;
                }
            }
        }
        assert_eq!(slips, 158 * 12 * 31);
    }

    #[test]
    fn every_swap_is_caught() {
        let mut swaps = 0;
        for code in codes() {
            for (left, right) in (0..12).flat_map(|left| (left + 1..12).map(move |right| (left, right))) {
                let mut typed = code;
                typed.swap(left, right);
                if typed != code {
                    assert!(
                        check_fails(&typed),
                        "{} passed for {}",
                        typed.escape_ascii(),
                        code.escape_ascii()
                    );
                    swaps += 1;
                }
            }
        }
        assert!(swaps > 100 * 50, "too few swaps that change anything: {swaps}");
    }

    /// The check is linear: whether a slip is seen depends on what changed, not on the code. A wrong character is one
    /// change, a swap is the same change in two places. So this proves the two tests above for all 2⁵⁵ codes.
    #[test]
    fn the_check_is_linear_and_no_change_of_one_or_of_two_alike_sums_to_zero() {
        let weigh = |values: &[u8; 12]| checksum(&values[..11]) ^ values[11];
        for (a, b) in (0..32).flat_map(|a| (0..32).map(move |b| (a, b))) {
            assert_eq!(times_alpha(a ^ b), times_alpha(a) ^ times_alpha(b));
        }
        for change in 1..32 {
            for left in 0..12 {
                let mut one = [0; 12];
                one[left] = change;
                assert_ne!(weigh(&one), 0);
                for right in left + 1..12 {
                    let mut two = one;
                    two[right] = change;
                    assert_ne!(weigh(&two), 0);
                }
            }
        }
    }

    #[test]
    fn the_alphabet_has_no_look_alikes() {
        let mut sorted = ALPHABET.to_vec();
        sorted.dedup();
        assert_eq!(sorted.len(), 32);
        assert!(ALPHABET.iter().all(|c| !b"ILOU".contains(c)));
    }

    #[test]
    fn known_values() {
        // weighed by hand: the last random character is 1, so the check is α¹ = 2
        assert_eq!(TypedCode::from_random(&[0, 0, 0, 0, 0, 0, 1]).grouped().expose(), "0000-0000-0012");
        // α² ⋅ 1 + α¹ ⋅ 0 = 4
        assert_eq!(TypedCode::from_random(&[0, 0, 0, 0, 0, 0, 32]).grouped().expose(), "0000-0000-0104");
        // α⁵ = α² + 1 = 5
        assert_eq!(TypedCode::from_random(&[0, 0, 0, 0, 0x10, 0, 0]).grouped().expose(), "0000-0010-0005");
        // the first of the 56 bits is not used
        assert_eq!(TypedCode::from_random(&[0x80, 0, 0, 0, 0, 0, 0]).expose(), "000000000000");
    }

    #[test]
    fn people_may_type_it_as_they_like() {
        for typed in [
            "0000-0000-0012",
            "000000000012",
            " 0000 0000 0012 ",
            "oOoO-0000-00i2",
            "0000–0000—00L2",
            "0000\u{a0}0000\t00l2\n",
            "0-0-0-0-0-0-0-0-0-0-I-2",
        ] {
            assert_eq!(read(typed), "000000000012", "{typed:?}");
        }
    }

    #[test]
    fn the_refusal_says_what_is_wrong() {
        assert_eq!(refusal(""), TypedCodeError::Length { found: 0 });
        assert_eq!(refusal("0000-0000-001"), TypedCodeError::Length { found: 11 });
        assert_eq!(refusal("0000-0000-00120"), TypedCodeError::Length { found: 13 });
        assert_eq!(refusal("00U0-0000-0012"), TypedCodeError::Character { position: 3, found: 'U' });
        assert_eq!(refusal("0000-000u"), TypedCodeError::Character { position: 8, found: 'u' });
        assert_eq!(refusal("0000/0000/0012"), TypedCodeError::Character { position: 5, found: '/' });
        assert_eq!(refusal("٠000-0000-0012"), TypedCodeError::Character { position: 1, found: '٠' });
        assert_eq!(refusal("0000-0000-0021"), TypedCodeError::Check);
        assert_eq!(
            refusal("0000-0000-0013").to_string(),
            "one of the characters is mistyped, or two are swapped"
        );
    }

    #[test]
    fn debug_does_not_show_the_code() {
        let code = TypedCode::from_random(&[1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(format!("{code:?}"), "TypedCode(Secret(redacted))");
    }

    proptest! {
        #[test]
        fn what_was_printed_can_be_typed(random: [u8; 7]) {
            let printed = TypedCode::from_random(&random).grouped().expose().clone();
            prop_assert_eq!(read(&printed), made(random));
            let careless = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            prop_assert_eq!(read(&careless), made(random));
            let digest = TypedCode::parse(&careless).unwrap().digest();
            prop_assert_eq!(digest, TypedCode::from_random(&random).digest());
        }

        /// No random bit is lost: different bytes, different codes (the first bit aside).
        #[test]
        fn every_bit_counts(random: [u8; 7], bit in 1_usize..56) {
            let mut other = random;
            other[bit / 8] ^= 0x80 >> (bit % 8);
            prop_assert_ne!(made(random), made(other));
        }
    }
}
