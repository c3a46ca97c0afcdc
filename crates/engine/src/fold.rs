//! Names as lists sort them and as searches compare them: lower case, without diacritics.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `Ångström` → `angstrom`, `Strauß` → `strauss`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            // A capital dotted I gives a combining dot when it becomes small.
            mark if is_combining_mark(mark) => {}
            other => folded.push(other),
        }
    }
    folded
}

/// The folded words of a text, each once, separated by single spaces.
pub fn words(text: &str) -> String {
    let folded = fold(text);
    let mut words: Vec<&str> =
        folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// The first text after all texts that begin with `beginning`, for a range over an index.
pub fn end_of_range(beginning: &str) -> String {
    format!("{beginning}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_case_and_diacritics() {
        for (text, folded) in [
            ("Pat Doe", "pat doe"),
            ("Ångström", "angstrom"),
            ("Strauß", "strauss"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("SØRENSEN", "sorensen"),
            ("İpek", "ipek"),
            ("Nguyễn", "nguyen"),
            ("Ærø", "aero"),
            ("山田", "山田"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn words_are_sorted_and_single() {
        assert_eq!(words("O'Neil-Smith, Ana ana  (Äna)"), "ana neil o smith");
        assert_eq!(words(" '- "), "");
    }

    #[test]
    fn a_range_holds_every_text_that_begins_so() {
        let end = end_of_range("mrn1");
        assert!("mrn1" < end.as_str() && "mrn199" < end.as_str() && "mrn1😀" < end.as_str());
        assert!("mrn2" > end.as_str());
    }
}
