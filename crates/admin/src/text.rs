//! Text a person typed.

use anteroom_engine::stop::{Outcome, invalid};
use anteroom_sentence::sentence;

/// Without white space around it; empty is absent.
pub(crate) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// One line: at most `longest` characters, none of them invisible.
pub(crate) fn check_line(field: &'static str, text: &str, longest: usize) -> Outcome<()> {
    check(field, text, longest, char::is_control)
}

/// Lines: at most `longest` characters, none of them invisible but line breaks and tabs.
pub(crate) fn check_lines(field: &'static str, text: &str, longest: usize) -> Outcome<()> {
    check(field, text, longest, |character| character.is_control() && !matches!(character, '\n' | '\t'))
}

fn check(field: &'static str, text: &str, longest: usize, bad: impl Fn(char) -> bool) -> Outcome<()> {
    let length = text.chars().count();
    if length > longest {
        return invalid(
            field,
            sentence!("The text has {length} characters; at most {longest} are allowed.", length, longest),
        );
    }
    match text.chars().find(|character| bad(*character)) {
        None => Ok(()),
        Some(bad) => {
            let code = format!("{:04X}", u32::from(bad));
            invalid(field, sentence!("The text holds the invisible character U+{code}; remove it.", code))
        }
    }
}
