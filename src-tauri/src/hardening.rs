//! The configuration keeps the page inside its walls; a change that opens one fails here.

use serde_json::{Value, json};

fn config() -> Value {
    serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap()
}

#[test]
fn scripts_come_from_the_app_alone() {
    let security = &config()["app"]["security"];
    let csp = security["csp"].as_object().unwrap();
    for (directive, sources) in
        [("default-src", "'self'"), ("script-src", "'self'"), ("object-src", "'none'")]
    {
        assert_eq!(csp[directive], sources, "{directive}");
    }
    for (directive, sources) in csp {
        let sources = sources.as_str().unwrap();
        assert!(!sources.contains("unsafe-eval") && !sources.contains('*'), "{directive}: {sources}");
        assert!(directive == "style-src" || !sources.contains("unsafe-inline"), "{directive}: {sources}");
        let network = sources.replace("http://ipc.localhost", "");
        assert!(
            !network.contains("http") && !network.contains("ws"),
            "{directive} reaches the network: {sources}"
        );
    }
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["dangerousDisableAssetCspModification"], json!(["style-src"]));
    assert!(security.get("assetProtocol").is_none(), "the page must not read files");
    assert_eq!(config()["app"]["withGlobalTauri"], false);
}

#[test]
fn one_local_window_has_one_short_list_of_permissions() {
    assert_eq!(config()["app"]["security"]["capabilities"], json!(["main"]));
    let capability: Value = serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
    assert_eq!(capability["windows"], json!(["main"]));
    assert!(capability.get("remote").is_none(), "no page of the network may call the engine");
    assert_eq!(
        capability["permissions"],
        json!([
            "allow-call",
            "core:event:allow-listen",
            "core:event:allow-unlisten",
            "core:event:allow-emit"
        ])
    );
    assert_eq!(std::fs::read_dir("src-tauri/capabilities").unwrap().count(), 1, "one capability file");
}

#[test]
fn the_window_loads_the_embedded_pages() {
    let config = config();
    assert_eq!(config["build"]["frontendDist"], "ui/dist", "a URL here would count as our own page");
    let windows = config["app"]["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 1);
    assert!(windows[0].get("url").is_none());
    assert_eq!(windows[0]["create"], false, "the window is opened where its navigation is guarded");
}

#[test]
fn the_packaged_entry_passes_links_on() {
    let entry = include_str!("../anteroom.desktop");
    assert!(entry.contains("\nExec={{exec}} %u\n"), "without %u an opened link is lost");
    assert!(entry.contains("MimeType={{mime_type}}"));
}
