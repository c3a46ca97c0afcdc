//! The redirect matcher: what may be registered matches itself; what matches it is itself, or differs in a loopback port.
#![no_main]

use anteroom_oauth::redirect_uri;
use libfuzzer_sys::fuzz_target;

/// The text without `:port` after the host.
fn without_port(uri: &str) -> String {
    for origin in ["http://127.0.0.1", "http://[::1]"] {
        if let Some(rest) = uri.strip_prefix(origin) {
            let path = rest.find('/').map_or("", |at| &rest[at..]);
            return format!("{origin}{path}");
        }
    }
    uri.to_owned()
}

fuzz_target!(|pair: (&str, &str)| {
    let (registered, requested) = pair;
    match redirect_uri::check(registered) {
        Ok(()) => {
            assert!(redirect_uri::matches(registered, registered));
            assert!(registered.bytes().all(|byte| (b'!'..=b'~').contains(&byte)), "printable ASCII only");
            assert!(!registered.contains(['#', '\\']));
        }
        Err(problem) => {
            if let Some(suggestion) = problem.suggestion() {
                assert!(redirect_uri::check(&suggestion).is_ok(), "{suggestion:?} is no help");
            }
        }
    }
    if redirect_uri::matches(registered, requested) && registered != requested {
        assert_eq!(without_port(registered), without_port(requested));
    }
});
