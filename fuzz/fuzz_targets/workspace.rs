//! The workspace file, which holds FHIR resources: any bytes are read or refused with a place, never with a panic.
#![no_main]

use anteroom_engine::workspace::Workspace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(misfit) = Workspace::read(bytes) {
        assert!(!misfit.to_string().is_empty());
    }
});
