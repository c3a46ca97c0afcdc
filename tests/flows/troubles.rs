//! What lies between two machines is explained.

use std::sync::Arc;

use anteroom_flows::exchange::{Recorder, RunState};
use anteroom_flows::run::{self, Options};
use anteroom_flows::view::{RunView, view};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::harness::machine_flow;

async fn run_at(base: &str) -> RunView {
    let flow = serde_json::from_value(machine_flow(serde_json::json!({}))).unwrap();
    let recorder = Recorder::default();
    run::run(flow, Options::headless(base, Arc::new(|| 0)).unwrap(), recorder.clone()).await;
    view(&recorder)
}

/// An issuer that gives one answer to everything.
async fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    base
}

fn trouble(run: &RunView) -> (&str, &str) {
    let trouble = run.steps.last().unwrap().trouble.as_ref().unwrap_or_else(|| panic!("{run:#?}"));
    assert!(trouble.advice.ends_with('.'), "{trouble:?}");
    (&trouble.name, &trouble.happened)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_has_its_name() {
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let page = answering(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<p>x",
    )
    .await;
    let moved = answering("HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/x?code=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    for (base, name) in [
        (format!("http://{unused}/"), "connection_refused"),
        ("http://no-such-host.invalid/".to_owned(), "dns"),
        (page.clone(), "not_json"),
        (moved, "redirected"),
        (page.replace("http:", "https:"), "tls"),
    ] {
        let run = run_at(&base).await;
        assert_eq!(run.state, RunState::Failed, "{run:#?}");
        let (found, happened) = trouble(&run);
        assert_eq!(found, name, "{happened}");
        assert!(!happened.contains("code=1"), "{happened}");
    }
}
