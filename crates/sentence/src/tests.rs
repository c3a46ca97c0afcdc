use super::{Sentence, Value, fits};

#[test]
fn the_english_text_is_what_format_would_write() {
    const MOST: u32 = 500;
    let (id, limit) = ("a\"b\u{202e}", 0_u32);
    let cases = [
        (sentence!("Nothing has a slot here."), "Nothing has a slot here.".to_owned()),
        (sentence!("There is no {id:?}.", id), format!("There is no {id:?}.")),
        (
            sentence!("1 to {most}; not {limit}, {limit}.", most = MOST, limit),
            "1 to 500; not 0, 0.".to_owned(),
        ),
        (sentence!("{id}", id), id.to_owned()),
    ];
    for (sentence, english) in cases {
        assert_eq!(sentence.to_string(), english);
    }
}

#[test]
fn a_reason_is_a_sentence_inside_a_sentence() {
    let reason = sentence!("\"{host}\" is no host", host = "a b");
    let whole = sentence!("{uri}: {reason}.", uri = "https://a b/", reason = &reason);
    assert_eq!(whole.to_string(), "https://a b/: \"a b\" is no host.");
    let (template, values) = whole.into_parts();
    assert_eq!(template, "{uri}: {reason}.");
    let expected = vec![("uri", Value::Text("https://a b/".to_owned())), ("reason", Value::Sentence(reason))];
    assert_eq!(values, Some(expected));
}

#[test]
fn braces_of_a_value_are_no_slots() {
    let expected = "https://a.example/{code}";
    assert_eq!(sentence!("Write {expected}.", expected).to_string(), "Write https://a.example/{code}.");
    let english = Sentence::english("{expected} stays");
    assert_eq!(english.to_string(), "{expected} stays");
    assert_eq!(english.into_parts(), ("{expected} stays".into(), None));
}

#[test]
fn slots_and_values_are_counted() {
    for (template, names, fit) in [
        ("no slot", &[][..], true),
        ("{a} {b:?} {a}", &["a", "b"], true),
        ("{a}", &[], false),
        ("{a}", &["a", "b"], false),
        ("{ab}", &["a"], false),
        ("{a", &["a"], false),
        ("a}", &[], false),
        ("{}", &["a"], false),
    ] {
        assert_eq!(fits(template, names), fit, "{template}");
    }
}
