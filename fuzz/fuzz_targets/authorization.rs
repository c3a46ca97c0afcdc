//! The `Authorization` header: never panics; what is Basic came in under that scheme and has its colon.
#![no_main]

use anteroom_oauth::authorization::{self, Authorization};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &[u8]| {
    // as the field value came: white space around it is not part of it [RFC9110 §5.5]
    let header = header.trim_ascii();
    match authorization::parse(header) {
        Ok(Authorization::Basic { user, .. }) => {
            assert!(header.len() > 6 && header[..6].eq_ignore_ascii_case(b"basic "));
            assert!(!user.contains('\0'));
        }
        Ok(Authorization::Bearer(token)) => {
            assert!(header.len() > 7 && header[..7].eq_ignore_ascii_case(b"bearer "));
            assert!(token.expose().bytes().all(|byte| (b'!'..=b'~').contains(&byte)));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
