//! The Token Vault in the playground: the whole way with one press, its switches, and the ladder behind a refusal.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, each, text, with};
use crate::playground::{client, finished, request, step};

const VAULT: &str = "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";
const API: &str = "https://my-api.example.com";

/// Everything set up as on the screens, and the request of a run as Ada.
async fn configured(desk: &Desk) -> Value {
    let app = client(desk).await;
    let api = json!({
        "id": null, "version": null, "name": "Calendar", "identifier": API, "tokenLifetime": 600,
        "allowOfflineAccess": false, "userAccess": "allow_all", "clientAccess": "require_client_grant",
        "scopes": [{ "value": "read:calendar", "description": "" }],
    });
    let api = desk.call("apis_save", api).await;
    let issued = desk.call("apis_link_client", json!({ "id": api["id"], "name": "Calendar backend" })).await;
    let grant =
        json!({ "id": "my_account", "clientId": app, "subject": "user", "scopes": [], "allScopes": true });
    desk.call("apis_save_grant", grant).await;
    let sample = desk.call("sample_provider_start", json!({ "allowHost": true })).await;
    let enabled = json!({ "id": sample["connectionId"], "clientId": app, "enabled": true });
    desk.call("connections_set_client", enabled).await;
    let people = json!({ "search": "Ada", "resourceType": null, "offset": 0, "limit": 5 });
    let ada = desk.call("people_list", people).await;
    let vault = json!({
        "audience": API, "connection": "sample-provider", "exchangeClientId": issued["client"]["id"],
        "exchangeClientSecret": issued["secret"], "connect": true,
    });
    let persona = json!({
        "grant": VAULT, "returnBy": "persona", "membershipId": ada["items"][0]["membershipId"], "email": "",
        "password": "", "scope": ["openid", "read:calendar"], "afterwards": [], "vault": vault,
    });
    with(request(&app), persona)
}

fn failing(request: &Value, switch: &str) -> Value {
    with(request.clone(), json!({ "failures": [switch] }))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_press_goes_from_sign_in_to_the_providers_answer() {
    let desk = Desk::served().await;
    let request = configured(&desk).await;
    let options = desk.call("playground_options", json!({})).await;
    assert_eq!(text(&options, "/apis/0/clients/0/name"), "Calendar backend");
    assert_eq!(options["connections"], json!([{ "name": "sample-provider", "sample": true }]));
    let client = options["clients"].as_array().unwrap().iter().find(|own| own["id"] == request["clientId"]);
    assert!(each(&client.unwrap()["grants"], "").contains(&&json!(VAULT)), "{client:?}");
    let run = finished(&desk, request.clone()).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    assert_eq!(text(&run, "/grant"), VAULT);
    assert_eq!(step(&run, "provider")["status"], 200);
    let exchange = step(&run, "exchange");
    let saw = run["engine"].as_array().unwrap().iter().find(|saw| saw["step"] == exchange["number"]).unwrap();
    assert!(each(&saw["checks"], "/check").contains(&&json!("connected_account.exists")), "{saw:#}");
    let secret = text(&request, "/vault/exchangeClientSecret");
    assert!(!run.to_string().contains(secret));
    for format in ["curl", "har", "markdown"] {
        let taken = json!({ "id": run["id"], "format": format, "step": null });
        let taken = desk.call("playground_export", taken).await;
        assert!(!text(&taken, "/text").contains(secret), "{format}");
        assert!(text(&taken, "/text").contains("connected-accounts/connect"), "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_exchange_leads_to_the_ladder_that_names_the_same_condition() {
    let desk = Desk::served().await;
    let request = configured(&desk).await;
    for (switch, condition) in [
        ("provider_refuses_refresh", "connected_account.refused"),
        ("provider_gives_no_refresh_token", "connected_account.refresh_token"),
        ("account_deleted", "connected_account.exists"),
    ] {
        let run = finished(&desk, failing(&request, switch)).await;
        assert_eq!(run["client"]["state"], "refused", "{switch}: {run:#}");
        let ladder = &run["ladder"];
        let asked = json!({ "membershipId": ladder["membershipId"], "api": ladder["api"],
                            "clientId": ladder["clientId"], "connection": ladder["connection"] });
        let ladder = desk.call("vault_ladder", asked).await;
        let unmet = ladder["rungs"].as_array().unwrap().iter().find(|rung| rung["ok"] == false);
        assert_eq!(unmet.map(|rung| text(rung, "/id")), Some(condition), "{switch}: {ladder:#}");
    }
    // and every run that is not made to fail connects anew
    let run = finished(&desk, request.clone()).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_kept_without_its_secrets_and_asks_for_them_again() {
    let desk = Desk::served().await;
    let request = configured(&desk).await;
    let run = finished(&desk, request.clone()).await;
    let saved = desk.call("playground_save", json!({ "id": run["id"], "name": "Vault" })).await;
    assert_eq!(text(&saved, "/grant"), VAULT);
    let kept = desk.call("playground_open_saved", json!({ "id": saved["id"] })).await;
    assert_eq!(kept["needsSecret"], true);
    let wanted = with(request["vault"].clone(), json!({ "exchangeClientSecret": "" }));
    assert_eq!(kept["request"]["vault"], wanted);
    assert_eq!(kept["run"]["ladder"], run["ladder"]);
    assert!(!kept.to_string().contains(text(&request, "/vault/exchangeClientSecret")));
    let compared = desk.call("playground_compare", json!({ "one": run["id"], "other": saved["id"] })).await;
    assert_eq!(compared["steps"], json!([]), "a run differs in nothing from itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_run_says_why_before_anything_is_sent() {
    let desk = Desk::served().await;
    let request = configured(&desk).await;
    let vault = |change: Value| json!({ "vault": with(request["vault"].clone(), change) });
    for (change, code, field, words) in [
        (json!({ "vault": null }), Code::Invalid, "vault", "which API"),
        (vault(json!({ "audience": "" })), Code::Invalid, "audience", "Choose the API"),
        (vault(json!({ "connection": " " })), Code::Invalid, "connection", "Choose the connection"),
        (vault(json!({ "exchangeClientId": "" })), Code::Invalid, "exchangeClientId", "own client"),
        (json!({ "returnBy": "deep_link" }), Code::Invalid, "returnBy", "three times"),
    ] {
        desk.fails("playground_run", with(request.clone(), change), code, Some(field), words).await;
    }
    desk.call("sample_provider_stop", json!({})).await;
    let only = failing(&request, "provider_refuses_refresh");
    desk.fails("playground_run", only, Code::Conflict, Some("failures"), "Only the sample provider").await;
}
