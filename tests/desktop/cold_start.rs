//! A start over a store that is already there. `ANTEROOM_FULL_STORE` names the data folder of a large one, as
//! `anteroom-bridge --data-dir` fills it; the times that are printed are for `docs/performance.md`.

use std::{env, path::PathBuf};

use serde_json::json;

use crate::{
    harness::{Desktop, Home},
    journey::set_up,
};

/// Drawn when a list of rows is open.
const ROW: &str = "main [role=row] a";

/// The screens, and what is drawn when they are open.
const SCREENS: [(&str, &str); 6] = [
    ("Client applications", ROW),
    ("People", ROW),
    ("Activity", "main ol li"),
    ("Access policies", "main h1"),
    ("Settings", "main dl dd"),
    ("Home", "main ol li"),
];

#[tokio::test]
async fn a_start_over_a_store_opens_home_and_then_every_list() {
    let full = env::var_os("ANTEROOM_FULL_STORE");
    let large = full.is_some();
    let home = if let Some(folder) = full {
        Home::over(PathBuf::from(folder))
    } else {
        let desktop = Desktop::open().await;
        set_up(&desktop).await;
        desktop.close().await
    };
    for _ in 0..3 {
        let desktop = Desktop::open_in(home.clone(), &[]).await;
        desktop.role("heading", "Riverside Clinic").await;
        eprintln!("Home is there {} ms after the start of the app", desktop.age().as_millis());
        for (name, drawn) in SCREENS {
            // a new store has nothing in most lists
            let drawn = if large { drawn } else { "main h1" };
            let took = desktop.measure("opening", vec![json!(name), json!(drawn)]).await;
            assert!(took.is_number(), "{name} opens: {took}");
            eprintln!("{name} opens: {took} ms");
        }
        for name in ["Client applications", "People"].into_iter().filter(|_| large) {
            desktop.measure("opening", vec![json!(name), json!(ROW)]).await;
            eprintln!("{name} scrolls: {}", desktop.measure("scrolling", vec![json!(120)]).await);
        }
        desktop.close().await;
    }
}
