//! The parameters of a link: `application/x-www-form-urlencoded`, each name once.

use super::Refusal;

/// Decoded names and values, in the order they came.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes a query. Names are compared after decoding, so that `%63ode` cannot hide a second `code`.
    pub(super) fn parse(query: &str) -> Result<Self, Refusal> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if pairs.iter().any(|(seen, _)| *seen == name) {
                return Err(Refusal::Repeated);
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Whether the name came, even without a value.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(seen, _)| seen == name)
    }

    /// The value of a name. [RFC6749 §3.1] A parameter without a value counts as left out.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let position = self.0.iter().position(|(seen, _)| seen == name)?;
        Some(self.0.swap_remove(position).1).filter(|value| !value.is_empty())
    }
}

/// Undoes percent-encoding and `+` for a space. [RFC6749 appendix A] All values are printable ASCII.
fn decode(text: &str) -> Result<String, Refusal> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let byte = match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => {
                rest = after;
                hex(*high)? << 4 | hex(*low)?
            }
            (b'%', _) => return Err(Refusal::BadEncoding),
            (byte, _) => *byte,
        };
        if !(0x20..=0x7e).contains(&byte) {
            return Err(Refusal::BadEncoding);
        }
        decoded.push(char::from(byte));
    }
    Ok(decoded)
}

fn hex(digit: u8) -> Result<u8, Refusal> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(Refusal::BadEncoding),
    }
}
