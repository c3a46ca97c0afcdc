//! A start over a store that is already there. `ANTEROOM_FULL_STORE` names the data folder of a large one, as
//! `anteroom-bridge --data-dir` fills it; the times that are printed are for `docs/performance.md`.

use std::{env, path::PathBuf, time::Instant};

use crate::{
    harness::{Desktop, Home, until},
    journey::set_up,
};

#[tokio::test]
async fn a_start_over_a_store_opens_home_and_then_the_people() {
    let home = if let Some(folder) = env::var_os("ANTEROOM_FULL_STORE") {
        Home::over(PathBuf::from(folder))
    } else {
        let desktop = Desktop::open().await;
        set_up(&desktop).await;
        desktop.close().await
    };
    for _ in 0..3 {
        let began = Instant::now();
        let desktop = Desktop::open_in(home.clone(), &[]).await;
        desktop.role("heading", "Riverside Clinic").await;
        let usable = began.elapsed();
        let pressed = Instant::now();
        desktop.follow("People").await;
        until("the first person is shown", async || {
            let rows = desktop.script("return document.querySelectorAll('main [role=row] a').length").await;
            rows.as_u64().filter(|rows| *rows > 0)
        })
        .await;
        eprintln!(
            "from the start of driver and app to Home: {} ms; from the press to the people: {} ms",
            usable.as_millis(),
            pressed.elapsed().as_millis()
        );
        desktop.close().await;
    }
}
