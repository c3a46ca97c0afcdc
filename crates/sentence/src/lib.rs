//! A sentence for people.
//!
//! Programs, the log and the command line get the English text, [`Display`](fmt::Display). The screens get the template and
//! the values of its slots, and look the template up in the catalogue of their language (`ui/src/i18n/sentences.*.json`).
//! Templates are written with [`sentence!`] and nowhere else, so that the test of the catalogues finds every one of them.

use std::borrow::Cow;
use std::fmt;

/// A sentence, or a part of one, with the values of its slots.
#[derive(Clone, PartialEq, Eq)]
pub struct Sentence {
    template: Cow<'static, str>,
    values: Values,
    translates: bool,
}

/// What stands in a slot.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// The same in every language: a name, an id, a number, a member, what a system said.
    Text(String),
    /// A reason that is a sentence itself, and is translated like one.
    Sentence(Sentence),
}

/// The values of the slots, by their names.
pub type Values = Vec<(&'static str, Value)>;

impl Sentence {
    /// A sentence of these parts. Write [`sentence!`], which checks that the slots have values.
    pub const fn new(template: &'static str, values: Values) -> Self {
        Self { template: Cow::Borrowed(template), values, translates: true }
    }

    /// A text that stays English because no screen shows it (answers over FHIR, `/admin`, the Management API), or because it
    /// is not ours: what a system or a library says.
    pub fn english(text: impl Into<Cow<'static, str>>) -> Self {
        Self { template: text.into(), values: Vec::new(), translates: false }
    }

    /// The key in the catalogues, and the values of the slots by their names; a text that stays English, and no values.
    pub fn into_parts(self) -> (Cow<'static, str>, Option<Values>) {
        (self.template, self.translates.then_some(self.values))
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.translates {
            return f.write_str(&self.template);
        }
        let mut rest = self.template.as_ref();
        while let Some((before, after)) = rest.split_once('{') {
            f.write_str(before)?;
            let Some((slot, after)) = after.split_once('}') else { return f.write_str(rest) };
            let (name, quoted) = slot.strip_suffix(":?").map_or((slot, false), |name| (name, true));
            let value = self.values.iter().find(|(known, _)| *known == name);
            match value.map(|(_, value)| value) {
                Some(Value::Text(text)) if quoted => write!(f, "{text:?}")?,
                Some(value) => value.fmt(f)?,
                None => write!(f, "{{{slot}}}")?,
            }
            rest = after;
        }
        f.write_str(rest)
    }
}

impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Sentence(sentence) => sentence.fmt(f),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl From<Sentence> for Value {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(sentence)
    }
}

impl From<&Sentence> for Value {
    fn from(sentence: &Sentence) -> Self {
        Self::Sentence(sentence.clone())
    }
}

macro_rules! texts {
    ($($kind:ty),+) => {
        $(impl From<$kind> for Value {
            fn from(value: $kind) -> Self {
                Self::Text(value.to_string())
            }
        })+
    };
}

texts!(String, &String, &&String, &str, &&str, Cow<'_, str>, char, u8, u16, u32, u64, usize, i32, i64, f64);

/// A [`Sentence`]: `sentence!("A list gives 1 to {most} rows at once; {limit} were asked for.", most = MOST_ROWS, limit)`.
///
/// A slot is `{name}`, or `{name:?}` to quote the value and escape what is invisible in it, and each has its value behind
/// the text: what is called like the slot, or `name = value`. A slot without a value, or a value without a slot, does not
/// compile:
///
/// ```compile_fail
/// let limit = 7_u32;
/// anteroom_sentence::sentence!("At most {most} rows.", limit);
/// ```
///
/// A text that is not written on the spot does not become a sentence:
///
/// ```compile_fail
/// let _: anteroom_sentence::Sentence = String::from("At most 7 rows.").into();
/// ```
#[macro_export]
macro_rules! sentence {
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const { assert!($crate::fits($template, &[$(stringify!($name)),*]), "the slots and the values differ") };
        $crate::Sentence::new(
            $template,
            ::std::vec![$((stringify!($name), $crate::Value::from($crate::sentence!(@value $name $($value)?)))),*],
        )
    }};
    (@value $name:ident) => { $name };
    (@value $name:ident $value:expr) => { $value };
}

/// Makes the English text of an error its [`Display`](fmt::Display), where `From<&Error> for Sentence` says it.
#[macro_export]
macro_rules! displayed {
    ($error:ty) => {
        impl ::std::fmt::Display for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&$crate::Sentence::from(self), f)
            }
        }
    };
}

/// Whether the slots of `template` are exactly `names`.
#[doc(hidden)]
pub const fn fits(template: &str, names: &[&str]) -> bool {
    let text = template.as_bytes();
    let mut used = 0_u64;
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'}' {
            return false;
        }
        if text[at] == b'{' {
            let begin = at + 1;
            let mut end = begin;
            while end < text.len() && text[end] != b'}' {
                end += 1;
            }
            if end == text.len() {
                return false;
            }
            let quoted = end >= begin + 2 && text[end - 2] == b':' && text[end - 1] == b'?';
            let name_end = if quoted { end - 2 } else { end };
            let mut which = 0;
            while which < names.len() && !is(text, begin, name_end, names[which].as_bytes()) {
                which += 1;
            }
            if which == names.len() {
                return false;
            }
            used |= 1 << which;
            at = end;
        }
        at += 1;
    }
    used.count_ones() as usize == names.len()
}

/// Whether `text[begin..end]` is `name`.
const fn is(text: &[u8], begin: usize, end: usize, name: &[u8]) -> bool {
    if end - begin != name.len() {
        return false;
    }
    let mut at = 0;
    while at < name.len() {
        if text[begin + at] != name[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests;
