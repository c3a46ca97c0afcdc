//! Percent-encoding of [RFC 3986 §2.1].
//!
//! [RFC 3986 §2.1]: https://www.rfc-editor.org/rfc/rfc3986#section-2.1

/// Appends `value` to `text`; all but the unreserved characters of RFC 3986 §2.3 are encoded.
pub(crate) fn push_encoded(text: &mut String, value: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3986_2_3_only_unreserved_characters_stay() {
        let mut text = String::from("x=");
        push_encoded(&mut text, "aZ09-._~ +&=#%/:\"{}ü\n");
        assert_eq!(text, "x=aZ09-._~%20%2B%26%3D%23%25%2F%3A%22%7B%7D%C3%BC%0A");
    }
}
