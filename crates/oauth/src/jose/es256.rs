//! The two faces of an ES256 signature: RFC 7518 §3.4.
//!
//! When `(R, S)` is valid, `(R, n − S)` is valid too, so a stranger can rewrite a token without breaking it. We write
//! the smaller S and, for our own tokens, accept nothing else: one token, one text.

/// Half of the order of P-256, rounded down.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde,
    0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Whether S is the smaller of the two.
pub(super) fn is_canonical(signature: &[u8]) -> bool {
    signature.len() == 64 && signature[32..] <= HALF_ORDER[..]
}

/// Replaces S by `n − S` when that is smaller. A signature is public, so this need not take constant time.
pub(super) fn make_canonical(signature: &mut [u8; 64]) {
    if !is_canonical(signature) {
        negate(signature);
    }
}

fn negate(signature: &mut [u8; 64]) {
    let mut borrow = false;
    for (digit, order) in signature[32..].iter_mut().zip(ORDER).rev() {
        let (difference, first) = order.overflowing_sub(*digit);
        let (difference, second) = difference.overflowing_sub(u8::from(borrow));
        *digit = difference;
        borrow = first || second;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The other signature of the pair.
    pub(in crate::jose) fn other_face(signature: &[u8; 64]) -> [u8; 64] {
        let mut other = *signature;
        negate(&mut other);
        other
    }

    #[test]
    fn the_two_halves_of_the_order_meet_in_the_middle() {
        let mut signature = [0; 64];
        signature[32..].copy_from_slice(&HALF_ORDER);
        assert!(is_canonical(&signature));
        let other = other_face(&signature);
        assert!(!is_canonical(&other), "n is odd: n − ⌊n/2⌋ is one more than ⌊n/2⌋");
        assert_eq!(u16::from(other[63]), u16::from(HALF_ORDER[31]) + 1);
        assert_eq!(other[32..63], HALF_ORDER[..31]);
        assert_eq!(other_face(&other), signature);
        let mut made = other;
        make_canonical(&mut made);
        assert_eq!(made, signature);
    }
}
