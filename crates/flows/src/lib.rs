//! The OAuth client of the playground: runs a flow against an issuer and records every step of it.
//!
//! A [`Flow`](flow::Flow) says what is to be done, in the words of a `*.flow.json` file. [`run`](run::run) does it as
//! named steps; each keeps the exact request and answer, what the client checked, and how long it took. It speaks only
//! HTTP and knows no engine: the same flow runs against Anteroom and against any other issuer with a base URL.
//!
//! What was recorded holds secrets. [`view`] is the only way out of it: every value of a name that is secret is replaced,
//! and every text is searched once more for each secret of the run.
//!
//! | Module | What |
//! |---|---|
//! | [`flow`] | the file, and its schema |
//! | [`switch`] | what can be made to fail, and what has to come of it |
//! | [`run`] | running it |
//! | [`view`] | what may be shown |
//! | [`inspect`] | what a token says, in words |
//! | [`export`] | curl, HTTP file, Markdown, HAR, code |
//! | [`report`] | expectations, and JUnit |

mod authorization;
mod browser;
mod checks;
mod client;
mod discovery;
pub mod exchange;
pub mod export;
pub mod flow;
mod grants;
pub mod inspect;
mod protected;
pub mod report;
pub mod returning;
pub mod run;
pub mod secrets;
pub mod switch;
pub mod trouble;
mod vault;
pub mod view;
mod wire;
