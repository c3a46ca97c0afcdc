//! Entry point of the desktop program.
fn main() {}
