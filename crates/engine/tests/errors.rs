//! `docs/errors.md` is the table of refusals, printed.

use std::fmt::Write as _;
use std::{fs, path::Path};

use anteroom_engine::refusal::{Answer, Refusal};

const HEAD: &str = "# Every refusal\n\n\
    Generated from `crates/engine/src/refusal.rs` by `make gen`: do not edit.\n\n\
    A refusal is the caller's mistake. The checks are the same in both dialects; a project's `dialect` chooses the words. The \
    name stands in the log, in the trace and on the Activity screen.\n\n\
    | Name | `rfc` answers | `medplum` answers | Rule | What to do |\n| --- | --- | --- | --- | --- |\n";

/// One cell: a bar would end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn answer(answer: &Answer) -> String {
    match answer {
        Answer::OAuth(answer) => {
            format!("{} `{}` {}", answer.status, answer.code.as_str(), cell(answer.description))
        }
        Answer::Outcome(answer) => {
            let mut text =
                format!("{} OperationOutcome `{}` {}", answer.status, answer.code, cell(answer.text));
            if let Some(expression) = answer.expression {
                let _ = write!(text, " (at `{expression}`)");
            }
            if let Some(diagnostics) = answer.diagnostics {
                let _ = write!(text, " ({})", cell(diagnostics));
            }
            text
        }
        Answer::Problem(answer) => {
            format!("{} problem `{}` {}", answer.status, answer.kind, cell(answer.detail))
        }
        Answer::Text(status, text) => format!("{status} text {}", cell(text)),
    }
}

fn document() -> String {
    let mut text = String::from(HEAD);
    for refusal in Refusal::ALL {
        let row = refusal.row();
        let (rfc, medplum) = (answer(&row.rfc), answer(&row.medplum));
        let medplum = if rfc == medplum { "the same".to_owned() } else { medplum };
        let _ = writeln!(
            text,
            "| `{}` | {rfc} | {medplum} | {} | {} |",
            row.name,
            cell(row.section),
            cell(row.advice)
        );
    }
    text
}

/// `ANTEROOM_UPDATE_BINDINGS=1` writes the file anew.
#[test]
fn the_published_table_of_refusals_is_the_one_in_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let generated = document();
    if std::env::var_os("ANTEROOM_UPDATE_BINDINGS").is_some() {
        fs::write(&path, &generated).expect("write the table");
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(published == generated, "docs/errors.md is out of date: run `make gen`");
}
