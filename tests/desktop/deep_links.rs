//! `anteroom://` links reach the page of the one running window, whichever way they come.

use serde_json::{Value, json};

use crate::harness::{Desktop, Home, until};

const LINK: &str = "anteroom://oauth/callback?code=c-1&state=s-1&iss=http%3A%2F%2F127.0.0.1%3A8103%2F";

fn response() -> Value {
    json!({
        "kind": "oauth_callback", "code": "c-1", "state": "s-1", "iss": "http://127.0.0.1:8103/",
        "error": null, "error_description": null, "error_uri": null,
    })
}

/// Listens in the page as the screens do, and says that it listens.
async fn listen(desktop: &Desktop) {
    desktop
        .script(
            "const tauri = window.__TAURI_INTERNALS__;
             window.seenLinks = [];
             await tauri.invoke('plugin:event|listen', {
               event: 'deep-link',
               target: { kind: 'Any' },
               handler: tauri.transformCallback((event) => window.seenLinks.push(event.payload)),
             });
             await tauri.invoke('plugin:event|emit', { event: 'ready' });",
        )
        .await;
}

async fn seen(desktop: &Desktop, count: usize) -> Vec<Value> {
    until(&format!("{count} links reached the page"), async || {
        let seen = desktop.script("return window.seenLinks").await;
        seen.as_array().filter(|links| links.len() >= count).cloned()
    })
    .await
}

#[tokio::test]
async fn a_second_start_with_a_link_ends_well_and_the_running_window_gets_it() {
    let desktop = Desktop::open().await;
    listen(&desktop).await;
    assert!(desktop.home().start_again(&[LINK]).success());
    assert_eq!(seen(&desktop, 1).await, [response()]);
}

#[tokio::test]
async fn a_cold_start_with_a_link_shows_what_came_of_it() {
    let desktop = Desktop::open_in(Home::new(), &[LINK]).await;
    // The screens took the link as soon as they listened; no sign-in waits for its state, so they only say so.
    desktop.text("A sign-in came back from the browser, but nothing here is waiting for it.").await;
    let words = desktop.words().await;
    assert!(
        !words.contains("c-1") && !words.contains("s-1"),
        "the code and the state are not shown: {words}"
    );
}

#[tokio::test]
async fn a_refused_sign_in_is_shown_with_its_error_alone() {
    let link = "anteroom://oauth/callback?error=access_denied&error_description=%3Cb%3Ehello&state=s-1";
    let desktop = Desktop::open_in(Home::new(), &[link]).await;
    desktop.text("A sign-in came back from the browser, refused: access_denied.").await;
}

#[tokio::test]
async fn a_link_that_another_program_opens_reaches_the_window() {
    let desktop = Desktop::open().await;
    listen(&desktop).await;
    let home = desktop.home();
    let entry = home.path().join(".local/share/applications/anteroom-handler.desktop");
    until("the scheme is registered", async || entry.exists().then_some(())).await;
    home.open_link(&mut home.command("xdg-open"), LINK);
    seen(&desktop, 1).await;
    home.open_link(home.command("gio").arg("open"), "anteroom://open");
    assert_eq!(seen(&desktop, 2).await, [response(), json!({ "kind": "open" })]);
}

#[tokio::test]
async fn hostile_starts_end_well_and_the_page_hears_nothing_of_them() {
    let desktop = Desktop::open().await;
    listen(&desktop).await;
    let long = format!("anteroom://oauth/callback?state=s&code={}", "c".repeat(3000));
    for hostile in [
        &["--listen=0.0.0.0:80"][..],
        &["--flag", "anteroom://open"],
        &["anteroom://open", "anteroom://open"],
        &["anteroom://oauth/callback?state=s&code=c#access_token=t"],
        &["anteroom://elsewhere?state=s&code=c"],
        &["https://example.org/"],
        &["file:///etc/passwd"],
        &[long.as_str()],
    ] {
        assert!(desktop.home().start_again(hostile).success(), "{hostile:?}");
    }
    // links arrive in order, so what came before this one has been dropped
    assert!(desktop.home().start_again(&["anteroom://open"]).success());
    assert_eq!(seen(&desktop, 1).await, [json!({ "kind": "open" })]);
}
