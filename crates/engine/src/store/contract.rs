//! The tests every store must pass. A store crate runs all of them with one line: `contract_tests!(open_fresh_store())`.
