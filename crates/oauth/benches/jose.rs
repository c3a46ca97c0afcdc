//! The functions that every request runs.

fn main() {}
