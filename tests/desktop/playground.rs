//! The playground in the real window: the sign-in in a real browser, the answer by deep link, by loopback and cold.

use std::{fs, net::TcpListener, path::Path, process::Command};

use serde_json::{Value, json};

use crate::harness::{Desktop, Home, until};
use crate::journey::{add_patient, set_up};

const DEEP_LINK: &str = "anteroom://oauth/callback";
const LOOPBACK: &str = "http://127.0.0.1/callback";

/// A public client that comes back this way; its id.
async fn client(desktop: &Desktop, redirect_uri: &str) -> String {
    let wanted =
        json!({ "name": "Portal", "clientType": "public", "redirectUris": [redirect_uri], "admin": false });
    let made = desktop.call("clients_create", wanted).await;
    made["client"]["id"].as_str().expect("a client id").to_owned()
}

/// The run that the window shows.
async fn run(desktop: &Desktop) -> Value {
    let id = until("the window shows a run", async || {
        let address = desktop.script("return location.href").await;
        let address = address.as_str().unwrap_or_default().to_owned();
        address.split(['?', '&']).find_map(|pair| pair.strip_prefix("run=")).map(str::to_owned)
    })
    .await;
    desktop.call("playground_get", json!({ "id": id })).await
}

async fn finished(desktop: &Desktop) -> Value {
    until("the run ends", async || {
        let run = run(desktop).await;
        let over = !matches!(run["client"]["state"].as_str(), Some("running" | "waiting"));
        over.then_some(run)
    })
    .await
}

/// The sign-in, in a browser of its own: where it was sent, and how often a password was given.
async fn sign_in(desktop: &Desktop) -> (String, u32) {
    desktop.text("Waiting for the browser.").await;
    let address = run(desktop).await["client"]["open"].as_str().expect("an address to open").to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desktop/sign-in.mjs");
    let asked = tokio::task::spawn_blocking(move || {
        let mut browser = Command::new("node");
        browser.arg(script).arg(address).args(["ada@example.org", "correct horse battery"]).output()
    });
    let output = asked.await.expect("the browser's task ends").expect("node starts");
    let said = String::from_utf8(output.stdout).expect("text");
    let mut lines = said.lines();
    let to = lines.next().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (to.to_owned(), lines.next().and_then(|count| count.parse().ok()).expect("a count"))
}

#[tokio::test]
async fn from_the_clients_to_a_finished_run_it_is_four_clicks_and_one_sign_in() {
    let desktop = Desktop::open().await;
    set_up(&desktop).await;
    client(&desktop, DEEP_LINK).await;
    let entry = desktop.home().path().join(".local/share/applications/anteroom-handler.desktop");
    until("the scheme is registered", async || entry.exists().then_some(())).await;
    desktop.follow("Client applications").await;
    desktop.role("heading", "Client applications").await;

    let mut clicks = 0;
    for name in ["Portal", "Try it"] {
        desktop.follow(name).await;
        clicks += 1;
    }
    desktop.press("Run").await;
    clicks += 1;
    let (link, sign_ins) = sign_in(&desktop).await;
    assert!(link.starts_with(DEEP_LINK), "the browser is sent to the deep link");
    let home = desktop.home();
    home.open_link(&mut home.command("xdg-open"), &link);
    let run = finished(&desktop).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    println!("{clicks} clicks and {sign_ins} sign-in");
    assert!(clicks <= 4 && sign_ins == 1, "{clicks} clicks, {sign_ins} sign-ins");
    desktop.text("Tokens of this run").await;
    desktop.picture("playground-done").await;
}

#[tokio::test]
async fn by_loopback_the_answer_comes_back_to_a_free_port() {
    let desktop = Desktop::open().await;
    set_up(&desktop).await;
    client(&desktop, LOOPBACK).await;
    desktop.follow("Playground").await;
    desktop.press("Run").await;
    assert_eq!(sign_in(&desktop).await, ("loopback".to_owned(), 1));
    let run = finished(&desktop).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
}

#[tokio::test]
async fn a_cold_start_finishes_what_the_start_before_began() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let desktop = Desktop::open_in(Home::listening_on(&free.expect("a free port").to_string()), &[]).await;
    set_up(&desktop).await;
    client(&desktop, DEEP_LINK).await;
    desktop.follow("Playground").await;
    desktop.press("Run").await;
    let (link, _) = sign_in(&desktop).await;
    let home = desktop.close().await;
    let desktop = Desktop::open_in(home, &[&link]).await;
    let run = finished(&desktop).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    let steps = run["client"]["steps"].as_array().expect("steps");
    assert!(steps.iter().any(|step| step["name"] == "id_token"), "the nonce of the start before was checked");
    desktop.picture("playground-cold").await;
}

#[tokio::test]
async fn the_other_grants_and_a_persona_run_in_the_window() {
    let desktop = Desktop::open().await;
    set_up(&desktop).await;
    add_patient(&desktop).await;
    client(&desktop, LOOPBACK).await;
    desktop.follow("Playground").await;
    // a persona: one press, no page, no password
    desktop.part_of("button", "Pat Doe").await.click().await.expect("the person can be chosen");
    let run = finished(&desktop).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    desktop.press("Save").await;
    desktop.role("textbox", "Save the run as").await;
    // the button in the form is the newest one
    desktop.script("document.querySelector('form button[type=submit]').click()").await;
    desktop.text("Saved as Portal").await;
    desktop.picture("playground-persona").await;

    let people = json!({ "search": "Pat", "resourceType": null, "offset": 0, "limit": 1 });
    let pat = desktop.call("people_list", people).await["items"][0]["membershipId"].clone();
    let wanted =
        json!({ "name": "Machine", "clientType": "confidential", "redirectUris": [], "admin": false });
    let made = desktop.call("clients_create", wanted).await;
    let portal = run["clientId"].clone();
    let base = json!({
        "issuer": "", "clientSecret": "", "scope": [], "returnBy": "auto", "redirectUri": "", "email": "", "password": "",
        "membershipId": "", "token": "", "afterwards": [], "failures": [],
    });
    let machine = json!({
        "grant": "client_credentials", "clientId": made["client"]["id"], "clientSecret": made["secret"],
    });
    let link = json!({
        "grant": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "clientId": portal, "membershipId": pat,
        "afterwards": ["userinfo"],
    });
    for more in [machine, link] {
        let mut wanted = base.clone();
        wanted.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let begun = desktop.call("playground_run", wanted).await;
        let ended = until("the run ends", async || {
            let run = desktop.call("playground_get", json!({ "id": begun["id"] })).await;
            (run["client"]["state"] != "running").then_some(run)
        });
        let ended = ended.await;
        assert_eq!(ended["client"]["state"], "done", "{ended:#}");
    }
}

#[tokio::test]
async fn the_doctor_finds_a_broken_registration_and_mends_it() {
    let desktop = Desktop::open().await;
    set_up(&desktop).await;
    let applications = desktop.home().path().join(".local/share/applications");
    let entry = applications.join("anteroom-handler.desktop");
    until("the scheme is registered", async || entry.exists().then_some(())).await;
    let examine =
        async |check: &str| desktop.call("playground_examine_links", json!({ "check": check })).await;
    for check in ["registered", "cold_start", "second_instance"] {
        let finding = examine(check).await;
        assert_eq!(finding["ok"], true, "{check}: {finding}");
    }
    let other = "[Desktop Entry]\nType=Application\nName=Other\nExec=/bin/false %u\nMimeType=x-scheme-handler/anteroom;\n";
    fs::write(applications.join("other.desktop"), other).expect("another program's entry");
    let mut broken = desktop.home().command("xdg-mime");
    let broken = broken.args(["default", "other.desktop", "x-scheme-handler/anteroom"]).status();
    assert!(broken.expect("xdg-mime starts").success());
    desktop.follow("Playground").await;
    desktop.press("Check: Which program opens them?").await;
    desktop.text("/bin/false").await;
    desktop.picture("link-doctor").await;
    assert_eq!(examine("second_instance").await["found"], "/bin/false", "it is not even tried");
    desktop.press("Open them with this program").await;
    desktop.text("fine").await;
    assert_eq!(examine("second_instance").await["ok"], true);
}
