//! The form decoder: never panics, names nothing twice, and what it accepts it accepts again when written out.
#![no_main]

use std::collections::HashSet;

use anteroom_oauth::form::Form;
use libfuzzer_sys::fuzz_target;

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fuzz_target!(|body: &[u8]| {
    let strict = Form::decode(body);
    if let Ok((form, repeated)) = Form::decode_with_repeated(body) {
        // The two readings differ in repeated names and in nothing else.
        assert_eq!(strict.is_ok(), repeated.is_empty());
        let names: Vec<&str> = form.names().collect();
        assert_eq!(names.len(), names.iter().collect::<HashSet<_>>().len());
        assert!(repeated.iter().all(|name| form.get(name).is_none()), "which of two is meant is not ours to say");
        let pairs: Vec<String> = names
            .iter()
            .filter_map(|name| Some(format!("{}={}", encode(name), encode(form.get(name)?))))
            .collect();
        let again = Form::decode(pairs.join("&").as_bytes()).expect("what was read can be written");
        for name in names {
            assert_eq!(again.get(name), form.get(name));
        }
    } else {
        assert!(strict.is_err());
    }
});
