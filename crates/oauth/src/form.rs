//! Form bodies and queries: `application/x-www-form-urlencoded` as RFC 6749 appendix B uses it.
//!
//! Stricter than a browser's parser, because a repaired request is one that two programs may read differently:
//! broken percent-encoding, text that is not UTF-8, NUL, a name that comes twice and more than [`MAX_PARAMETERS`]
//! parameters are refused.

use std::fmt;

use zeroize::Zeroizing;

use crate::secret::Secret;

/// More parameters than this are refused.
pub const MAX_PARAMETERS: usize = 100;

/// How much of a repeated name an error repeats.
const NAME_SHOWN: usize = 64;

/// The parameters of one request, each name at most once. Values are wiped when dropped.
#[derive(Default)]
pub struct Form {
    parameters: Vec<(String, Zeroizing<String>)>,
}

/// Why a form was refused: `invalid_request` on the wire. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A `%` that two hexadecimal digits do not follow; the position counts bytes from 0.
    #[error("broken percent-encoding at byte {at}")]
    Encoding {
        /// Where the `%` stands.
        at: usize,
    },
    /// A name or value is not UTF-8.
    #[error("a parameter is not UTF-8")]
    Utf8,
    /// A name or value holds a zero byte.
    #[error("a parameter holds a zero byte")]
    Nul,
    /// A parameter came more than once. The name is cut after 64 characters.
    #[error("the parameter {0:?} was sent more than once")]
    Duplicate(String),
    /// More than [`MAX_PARAMETERS`].
    #[error("more than {MAX_PARAMETERS} parameters were sent")]
    TooMany,
}

impl Form {
    /// Reads a body or a query (without its `?`).
    pub fn decode(body: &[u8]) -> Result<Self, FormError> {
        let (form, repeated) = Self::decode_with_repeated(body)?;
        // [RFC6749 §3.1] [RFC6749 §3.2] parameters must not be included more than once
        match repeated.into_iter().next() {
            Some(name) => Err(FormError::Duplicate(name.chars().take(NAME_SHOWN).collect())),
            None => Ok(form),
        }
    }

    /// As [`Form::decode`], but a parameter that came more than once is taken out of the form and named beside it,
    /// each name once, in the order of their second coming.
    ///
    /// For the authorization endpoint, which may have to answer by redirect: with the parameters that are certain.
    pub fn decode_with_repeated(body: &[u8]) -> Result<(Self, Vec<String>), FormError> {
        let mut parameters: Vec<(String, Zeroizing<String>)> = Vec::new();
        let mut repeated: Vec<String> = Vec::new();
        let mut end = 0;
        for pair in body.split(|&byte| byte == b'&') {
            let start = end;
            end += pair.len() + 1;
            if pair.is_empty() {
                continue;
            }
            let cut = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
            let value = pair.get(cut + 1..).unwrap_or_default();
            let mut name = decode_component(&pair[..cut]).map_err(|error| error.moved_by(start))?;
            let value = decode_component(value).map_err(|error| error.moved_by(start + cut + 1))?;
            if !parameters.iter().any(|(own, _)| *own == *name) {
                if parameters.len() == MAX_PARAMETERS {
                    return Err(FormError::TooMany);
                }
                parameters.push((std::mem::take(&mut *name), value));
            } else if !repeated.contains(&*name) {
                repeated.push(std::mem::take(&mut *name));
            }
        }
        // [RFC6749 §3.1] a parameter without a value counts as omitted
        parameters.retain(|(name, value)| !value.is_empty() && !repeated.contains(name));
        Ok((Self { parameters }, repeated))
    }

    /// The value of a parameter; `None` when it was not sent or sent empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Takes a secret out of the form, so that it is in one place only.
    pub fn take_secret<K>(&mut self, name: &str) -> Option<Secret<K>> {
        let at = self.parameters.iter().position(|(own, _)| own == name)?;
        let (_, mut value) = self.parameters.swap_remove(at);
        Some(Secret::new(std::mem::take(&mut *value)))
    }

    /// The names of the parameters that have a value. No particular order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|(name, _)| name.as_str())
    }
}

impl fmt::Debug for Form {
    /// Names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl FormError {
    /// A position inside a component, as a position inside the whole.
    fn moved_by(self, start: usize) -> Self {
        match self {
            Self::Encoding { at } => Self::Encoding { at: at + start },
            other => other,
        }
    }
}

/// [RFC6749 §B] One name, value or Basic credential: `+` is a space, `%XX` is a byte, the whole is UTF-8.
pub(crate) fn decode_component(text: &[u8]) -> Result<Zeroizing<String>, FormError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair = text.get(at + 1).zip(text.get(at + 2));
                let digits = pair.and_then(|(&high, &low)| Some((hex(high)?, hex(low)?)));
                let (high, low) = digits.ok_or(FormError::Encoding { at })?;
                bytes.push(high << 4 | low);
                at += 2;
            }
            _ => bytes.push(byte),
        }
        at += 1;
    }
    if bytes.contains(&0) {
        return Err(FormError::Nul);
    }
    // The bytes move into the string; on failure they come back in the error and are wiped here.
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(FormError::Utf8)
        }
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests;
