//! The walls between the window's page and everything else.

use std::net::TcpListener;

use serde_json::json;

use crate::harness::Desktop;

#[tokio::test]
async fn the_window_opens_with_its_title_and_size() {
    let desktop = Desktop::open().await;
    assert_eq!(desktop.client.title().await.unwrap(), "Anteroom");
    assert_eq!(desktop.client.get_window_size().await.unwrap(), (1180, 760));
    desktop.text("Welcome to Anteroom").await;
}

#[tokio::test]
async fn a_script_cannot_take_the_window_anywhere_else() {
    let desktop = Desktop::open().await;
    let network = TcpListener::bind("127.0.0.1:0").unwrap();
    network.set_nonblocking(true).unwrap();
    let address = network.local_addr().unwrap();
    for hostile in [
        &format!("http://{address}/"),
        "https://example.invalid/",
        "data:text/html,<title>elsewhere</title>",
        "file:///etc/hostname",
        "about:blank",
    ] {
        desktop.script_with("location.href = arguments[0]", vec![json!(hostile)]).await;
        desktop.script_with("window.open(arguments[0])", vec![json!(hostile)]).await;
        // the reload happens after the refused navigation, so it would show the other page
        desktop.client.refresh().await.unwrap();
        assert_eq!(desktop.script("return location.origin").await, "tauri://localhost", "{hostile}");
        assert_eq!(desktop.client.windows().await.unwrap().len(), 1, "{hostile} opened a window");
    }
    assert!(network.accept().is_err(), "nothing connected to {address}");
}

#[tokio::test]
async fn the_page_runs_no_text_as_script_and_reaches_no_network() {
    let desktop = Desktop::open().await;
    let network = TcpListener::bind("127.0.0.1:0").unwrap();
    network.set_nonblocking(true).unwrap();
    let address = network.local_addr().unwrap();
    let answer = desktop
        .script_with(
            "const inline = document.createElement('script');
             inline.textContent = 'window.inlineRan = true';
             document.head.append(inline);
             let evaluated = true;
             try { (0, eval)('1') } catch { evaluated = false }
             const fetched = await fetch(arguments[0]).then(() => true, () => false);
             return {
               inline: window.inlineRan === true, evaluated, fetched,
               global: typeof window.__TAURI__, frozen: Object.isFrozen(Object.prototype),
             };",
            vec![json!(format!("http://{address}/"))],
        )
        .await;
    assert_eq!(
        answer,
        json!({ "inline": false, "evaluated": false, "fetched": false, "global": "undefined", "frozen": true })
    );
    assert!(network.accept().is_err(), "nothing connected to {address}");
}

#[tokio::test]
async fn the_page_may_call_the_engine_and_listen_and_nothing_else() {
    let desktop = Desktop::open().await;
    for forbidden in [
        "plugin:deep-link|register",
        "plugin:deep-link|unregister",
        "plugin:deep-link|get_current",
        "plugin:window|create",
        "plugin:window|set_title",
        "plugin:webview|create_webview_window",
        "plugin:path|resolve_directory",
        "plugin:resources|close",
        "plugin:menu|new",
        "plugin:tray|new",
        "plugin:image|from_path",
        "plugin:event|emit_to",
        "plugin:app|version",
    ] {
        let refused = desktop
            .script_with(
                "return window.__TAURI_INTERNALS__.invoke(arguments[0], {}).then(() => 'allowed', String)",
                vec![json!(forbidden)],
            )
            .await;
        let words = refused.as_str().unwrap();
        assert!(words.contains("not allowed"), "{forbidden} answered {words:?}");
    }
    let home = desktop.call("home_get", json!({})).await;
    assert_eq!(home["engine"]["running"], true, "{home}");
}
