//! Runs one ignored test of this binary in a process of its own, which may be killed or limited. It reads what it needs from
//! its first line of input; without one it does nothing.

use std::io::{BufRead, Write as _};
use std::process::{Child, Command, Stdio};

/// Starts the test `name` with `input`. `prelude` is shell code that runs before it, in the same process.
pub(crate) fn start(name: &str, prelude: &str, input: &str) -> Child {
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("{prelude} exec \"$0\" --exact \"$1\" --ignored --nocapture --test-threads=1"))
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{input}").unwrap();
    child
}

/// The line the parent sent; `None` when somebody started the test by hand.
pub(crate) fn input() -> Option<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    let line = line.trim().to_owned();
    (!line.is_empty()).then_some(line)
}
