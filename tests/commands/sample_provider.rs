//! The sample provider: started on request, reached because a list names it, gone when it is stopped.

use std::net::SocketAddr;

use anteroom_admin::error::Code;
use anteroom_testkit::Request;
use anteroom_testkit::client::Reply;
use serde_json::{Value, json};

use crate::harness::{Desk, text};

async fn settings(desk: &Desk) -> Vec<String> {
    let settings = desk.call("settings_get", json!({})).await;
    serde_json::from_value(settings["allowedOutboundHosts"].clone()).expect("a list")
}

async fn started(desk: &Desk) -> Value {
    desk.call("sample_provider_start", json!({ "allowHost": true })).await
}

/// A GET request of a browser with the cookie it has so far.
async fn open(address: &str, cookie: &mut Option<String>) -> Reply {
    let (host, target) = address.trim_start_matches("http://").split_once('/').expect("a path");
    let host: SocketAddr = host.parse().expect("an address of this machine");
    let mut request = Request::new(host, "GET", &format!("/{target}"));
    if let Some(cookie) = cookie {
        request = request.header("Cookie", cookie);
    }
    let reply = request.send().await;
    if let Some(line) = reply.header("set-cookie") {
        *cookie = line.split(';').next().map(str::to_owned);
    }
    reply
}

/// Whether nobody listens at the address of the provider that was just stopped. Another test may have been given the port
/// meanwhile, so it is tried again with other ports.
async fn stops_listening(desk: &Desk, mut host: String) -> bool {
    for _ in 0..5 {
        if tokio::net::TcpStream::connect(host.parse::<SocketAddr>().unwrap()).await.is_err() {
            return true;
        }
        host = text(&started(desk).await, "/host").to_owned();
        desk.call("sample_provider_stop", json!({})).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_when_somebody_agrees_to_what_it_changes_and_leaves_the_list_as_it_was() {
    let desk = Desk::new().await;
    let off =
        json!({ "issuer": null, "host": null, "allowed": false, "connectionId": null, "connection": null });
    assert_eq!(desk.call("sample_provider_get", json!({})).await, off);
    let silent = json!({ "allowHost": false });
    desk.fails("sample_provider_start", silent, Code::Invalid, Some("allowHost"), "list of allowed hosts")
        .await;
    assert_eq!(settings(&desk).await, [""; 0], "nothing is allowed by itself");
    let own = json!({ "allowedOutboundHosts": ["idp.example.org:443"] });
    desk.call("settings_update", own).await;
    let running = started(&desk).await;
    let host = text(&running, "/host").to_owned();
    assert!(host.starts_with("127.0.0.1:"), "{host}");
    assert_eq!(running["allowed"], true);
    assert_eq!(settings(&desk).await, ["idp.example.org:443", &host]);
    let id = text(&running, "/connectionId").to_owned();
    let connection = desk.call("connections_get", json!({ "id": id })).await;
    assert_eq!(connection["settings"]["issuer"], running["issuer"]);
    assert_eq!(
        (&connection["hasSecret"], &connection["settings"]["connectedAccounts"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(started(&desk).await, running, "once it runs, it goes on");
    assert_eq!(desk.call("connections_get", json!({ "id": id })).await["version"], connection["version"]);
    let stopped = desk.call("sample_provider_stop", json!({})).await;
    assert_eq!((&stopped["issuer"], text(&stopped, "/connectionId")), (&Value::Null, id.as_str()));
    assert_eq!(settings(&desk).await, ["idp.example.org:443"]);
    assert!(stops_listening(&desk, host).await, "nobody listens there any more");
    // the next start has other secrets, and the connection follows
    let again = started(&desk).await;
    assert_eq!(text(&again, "/connectionId"), id);
    let filled = desk.call("connections_get", json!({ "id": id })).await;
    assert_eq!(filled["settings"]["issuer"], again["issuer"]);
    assert_ne!(filled["settings"]["clientId"], connection["settings"]["clientId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_two_hosts_is_not_answered() {
    let desk = Desk::new().await;
    let host: SocketAddr = text(&started(&desk).await, "/host").parse().unwrap();
    let ask = || Request::new(host, "GET", "/.well-known/openid-configuration");
    assert_eq!(ask().send().await.status, 200);
    assert_eq!(ask().header("Host", "attacker.example").send().await.status, 421);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_start_that_nobody_stopped_leaves_the_list_at_the_next() {
    let desk = Desk::new().await;
    let running = started(&desk).await;
    let (issuer, host) = (text(&running, "/issuer"), text(&running, "/host"));
    desk.call("sample_provider_stop", json!({})).await;
    // as a program that ended without stopping it leaves things: another address in the connection and on the list
    let earlier = "127.0.0.1:9";
    let id = json!({ "id": running["connectionId"] });
    let mut connection = desk.call("connections_get", id).await;
    connection["settings"]["issuer"] = format!("http://{earlier}/").into();
    let save = json!({
        "id": connection["id"], "version": connection["version"], "name": connection["name"],
        "strategy": connection["strategy"], "settings": connection["settings"], "clientSecret": null,
    });
    desk.call("connections_save", save).await;
    desk.call("settings_update", json!({ "allowedOutboundHosts": [earlier, "idp.example.org:443"] })).await;
    let again = started(&desk).await;
    assert_ne!(text(&again, "/issuer"), format!("http://{earlier}/"), "{issuer} {host}");
    assert_eq!(settings(&desk).await, ["idp.example.org:443", text(&again, "/host")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_somebody_made_is_never_overwritten() {
    let desk = Desk::new().await;
    let settings_of = json!({
        "displayName": "", "connectedAccounts": true, "issuer": "https://idp.example.org/", "authorizationEndpoint": "",
        "tokenEndpoint": "", "userinfoEndpoint": "", "clientId": "ours", "scopes": ["openid"],
    });
    let own = json!({ "id": null, "version": null, "name": "sample-provider", "strategy": "oidc",
                      "settings": settings_of, "clientSecret": "ours" });
    let made = desk.call("connections_save", own).await;
    let start = json!({ "allowHost": true });
    desk.fails(
        "sample_provider_start",
        start,
        Code::Conflict,
        Some("connection"),
        "not the sample provider's",
    )
    .await;
    let id = json!({ "id": made["id"] });
    assert_eq!(desk.call("connections_get", id).await["version"], made["version"]);
    assert_eq!(settings(&desk).await, [""; 0]);
    assert_eq!(
        desk.call("sample_provider_get", json!({})).await["issuer"],
        Value::Null,
        "and it does not run"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_connects_an_account_there_and_a_host_off_the_list_is_not_asked() {
    let desk = Desk::served().await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let pat = text(&pat, "/summary/membershipId").to_owned();
    let running = started(&desk).await;
    let request = json!({ "membershipId": pat, "connection": "sample-provider", "scopes": [] });
    for (allowed, words) in [(true, "200"), (false, "could not be asked")] {
        if !allowed {
            desk.call("settings_update", json!({ "allowedOutboundHosts": [] })).await;
        }
        let begun = desk.call("vault_connect", request.clone()).await;
        let mut cookie = None;
        let opened = open(text(&begun, "/address"), &mut cookie).await;
        let page = opened.header("location").expect("the provider's page").to_owned();
        assert!(page.starts_with(text(&running, "/issuer")), "{page}");
        let (host, target) = page.trim_start_matches("http://").split_once('/').expect("a path");
        let form = [("press", "allow"), ("email", "sam@sample.example")];
        let pressed =
            Request::new(host.parse().unwrap(), "POST", &format!("/{target}")).form(&form).send().await;
        let back = pressed.header("location").unwrap_or_else(|| panic!("{pressed:?}")).to_owned();
        let done = open(&back, &mut cookie).await;
        assert!(allowed == (done.status == 200), "{words}: {done:?}");
        if !allowed {
            assert!(done.text().contains(words), "{}", done.text());
        }
        let accounts = desk.call("vault_accounts", json!({ "membershipId": pat })).await;
        let accounts = accounts["items"].as_array().unwrap();
        assert_eq!(accounts.len(), 1, "{accounts:?}");
        assert_eq!(accounts[0]["hasRefreshToken"], true);
    }
}
