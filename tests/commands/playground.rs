//! The playground: both sides of a run, its answer, its tokens, what is taken along.

use std::time::Duration;

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, text, with};

pub(crate) const LOOPBACK: &str = "http://127.0.0.1/callback";
pub(crate) const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// A public client that comes back to this machine.
pub(crate) async fn client(desk: &Desk) -> String {
    let created = desk.client("Portal", "public").await;
    let id = text(&created, "/client/id").to_owned();
    desk.call("clients_add_redirect_uri", json!({ "id": id, "uri": LOOPBACK })).await;
    id
}

/// Ada signs in on the pages, which are filled in.
pub(crate) fn request(client: &str) -> Value {
    json!({
        "issuer": "", "clientId": client, "clientSecret": "", "grant": "authorization_code", "scope": ["openid", "profile"],
        "returnBy": "pages", "redirectUri": "", "email": "ada@example.org", "password": "correct horse",
        "membershipId": "", "token": "", "afterwards": ["userinfo"], "failures": [],
    })
}

/// Runs to the end.
pub(crate) async fn finished(desk: &Desk, request: Value) -> Value {
    let begun = desk.call("playground_run", request).await;
    until(desk, text(&begun, "/id"), |state| !matches!(state, "running" | "waiting")).await
}

pub(crate) async fn until(desk: &Desk, id: &str, there: impl Fn(&str) -> bool) -> Value {
    for _ in 0..1_200 {
        let run = desk.call("playground_get", json!({ "id": id })).await;
        if there(text(&run, "/client/state")) {
            return run;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the run does not get there")
}

pub(crate) fn step<'a>(run: &'a Value, name: &str) -> &'a Value {
    let steps = run["client"]["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no {name}: {run:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_shows_what_was_sent_and_what_was_checked() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    let run = finished(&desk, request(&client)).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    assert_eq!(run["client"]["tokens"], json!(["access_token", "id_token"]));
    let token = step(&run, "token");
    let seen = run["engine"].as_array().unwrap();
    let checked =
        seen.iter().find(|saw| saw["step"] == token["number"]).expect("the engine saw the token request");
    let names: Vec<&str> =
        checked["checks"].as_array().unwrap().iter().filter_map(|check| check["check"].as_str()).collect();
    assert!(names.contains(&"redirect_uri") && names.contains(&"code_verifier"), "{names:?}");
    assert!(seen.iter().any(|saw| saw["step"].is_null()), "the browser's requests are joined by their state");
    assert!(!run.to_string().contains("correct horse"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_run_names_the_check_and_both_values() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    let run = finished(&desk, with(request(&client), json!({ "failures": ["redirect_uri_mismatch"] }))).await;
    assert_eq!(run["client"]["state"], "refused");
    let saw =
        run["engine"].as_array().unwrap().iter().find(|saw| !saw["refusal"].is_null()).expect("a refusal");
    assert_eq!(saw["refusal"]["name"], "redirect_uri_differs");
    let failed = saw["checks"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (failed["expected"].as_str(), failed["found"].as_str()),
        (Some(LOOPBACK), Some("http://127.0.0.1/callback/"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patients_code_is_issued_and_redeemed() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let wanted = json!({ "grant": PRE_AUTHORIZED, "membershipId": pat["summary"]["membershipId"] });
    let run = finished(&desk, with(request(&client), wanted)).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    assert_eq!(step(&run, "userinfo")["status"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_the_tokens_say_but_for_times_and_ids() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    let people = desk
        .call("people_list", json!({ "search": "Ada", "resourceType": null, "offset": 0, "limit": 5 }))
        .await;
    let ada = text(&people, "/items/0/membershipId").to_owned();
    for scope in [vec!["openid"], vec!["openid", "profile", "email"], vec!["openid", "offline_access"]] {
        let run = finished(&desk, with(request(&client), json!({ "scope": scope, "afterwards": [] }))).await;
        let ask = json!({ "clientId": client, "membershipId": ada, "scope": scope });
        let preview = desk.call("playground_preview", ask).await;
        for (index, name) in ["access_token", "id_token"].into_iter().enumerate() {
            let ask = json!({ "run": run["id"], "token": name, "other": "" });
            let minted = desk.call("playground_inspect", ask).await;
            assert_eq!(minted["token"]["signature"], "verified");
            let claims = |token: &Value| -> Vec<(String, String)> {
                let own = ["iat", "nbf", "exp", "auth_time", "jti", "login_id", "nonce"];
                let all = token["claims"].as_array().unwrap().iter();
                let pairs =
                    all.map(|claim| (text(claim, "/name").to_owned(), text(claim, "/value").to_owned()));
                pairs.filter(|(name, _)| !own.contains(&name.as_str())).collect()
            };
            assert_eq!(claims(&preview["tokens"][index]), claims(&minted["token"]), "{name} for {scope:?}");
        }
        assert!(!preview.to_string().contains("eyJ"), "the token itself is not given");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_takes_only_its_own_answer_and_can_be_ended() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    desk.call("clients_add_redirect_uri", json!({ "id": client, "uri": "anteroom://oauth/callback" })).await;
    let wanted = with(request(&client), json!({ "returnBy": "deep_link" }));
    let begun = desk.call("playground_run", wanted.clone()).await;
    let waiting = until(&desk, text(&begun, "/id"), |state| state == "waiting").await;
    let open = text(&waiting, "/client/open");
    let state = open.split('&').find_map(|pair| pair.strip_prefix("state=")).expect("a state").to_owned();
    let answer = |state: &str| json!({ "state": state, "code": null, "iss": null, "error": "access_denied", "errorDescription": null });
    let stranger = desk.call("playground_return", answer("another")).await;
    assert_eq!(stranger["run"], Value::Null);
    let taken = desk.call("playground_return", answer(&state)).await;
    assert_eq!(taken["run"], begun["id"]);
    let run = until(&desk, text(&begun, "/id"), |state| state == "refused").await;
    // the engine names itself in every answer, and this one was not the engine's
    assert_eq!(step(&run, "return")["checks"][1]["check"], "iss");

    let begun = desk.call("playground_run", wanted).await;
    until(&desk, text(&begun, "/id"), |state| state == "waiting").await;
    desk.call("playground_cancel", json!({ "id": begun["id"] })).await;
    until(&desk, text(&begun, "/id"), |state| state == "cancelled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_could_not_come_back_is_refused_before_the_run() {
    let desk = Desk::served().await;
    let created = desk.client("Elsewhere", "public").await;
    let request = request(text(&created, "/client/id"));
    desk.fails("playground_run", request, Code::Conflict, Some("redirectUri"), LOOPBACK).await;
    desk.fails("playground_get", json!({ "id": "x" }), Code::NotFound, Some("id"), "no longer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_taken_along_without_its_secrets() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    let options = desk.call("playground_options", json!({})).await;
    assert_eq!(options["clients"][0]["redirectUris"], json!([LOOPBACK]));
    assert!(options["switches"].as_array().unwrap().len() > 20);
    let run = finished(&desk, request(&client)).await;
    for format in ["curl", "http", "markdown", "har", "javascript", "python", "rust"] {
        let taken =
            desk.call("playground_export", json!({ "id": run["id"], "format": format, "step": null })).await;
        let words = text(&taken, "/text");
        assert!(words.len() > 100 && !words.contains("eyJ") && !words.contains("correct horse"), "{words}");
    }
}
