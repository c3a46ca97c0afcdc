//! The playground in this engine's own hand: personas, what ends early, and runs that are kept and compared.

use anteroom_admin::error::Code;
use anteroom_engine::id::Id;
use anteroom_engine::runs::{Persona, RunId};
use anteroom_testkit::Request;
use anteroom_testkit::provider::{Person, Provider};
use serde_json::{Value, json};

use crate::harness::{Desk, each, person, text, with};
use crate::playground::{LOOPBACK, PRE_AUTHORIZED, client, finished, request, step, until};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// A person with an account but without a password, by membership.
async fn account(desk: &Desk, resource_type: &str, given: &str) -> String {
    let email = format!("{}@example.org", given.to_lowercase());
    let made = desk
        .call("people_create", with(person(resource_type, given, "Doe"), json!({ "email": email })))
        .await;
    text(&made, "/summary/membershipId").to_owned()
}

/// The newest events of a kind.
async fn events(desk: &Desk, kind: &str) -> Vec<Value> {
    let asked = json!({ "kind": kind, "refusedOnly": false, "about": "", "before": null, "limit": 50 });
    let log = desk.call("activity_list", asked).await;
    log["events"].as_array().or_else(|| log["items"].as_array()).cloned().unwrap_or_else(|| panic!("{log}"))
}

fn as_persona(client: &str, membership: &str) -> Value {
    let nobody = json!({ "returnBy": "persona", "membershipId": membership, "email": "", "password": "" });
    with(request(client), nobody)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persona_signs_in_without_a_page_and_the_log_says_so() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    let pat = account(&desk, "Patient", "Pat").await;
    let run = finished(&desk, as_persona(&client, &pat)).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    let pages = each(&step(&run, "sign_in")["notes"], "");
    assert!(pages.iter().all(|note| !note.as_str().unwrap().contains("interaction")), "{pages:?}");
    let token = desk
        .call("playground_inspect", json!({ "run": run["id"], "token": "access_token", "other": "" }))
        .await;
    let claims = token["token"]["claims"].as_array().unwrap();
    let profile = claims.iter().find(|claim| claim["name"] == "profile").expect("a profile");
    assert!(text(profile, "/value").starts_with("Patient/"), "{profile}");
    assert_eq!(events(&desk, "persona_used").await.len(), 1);
    let shown = desk.call("people_get", json!({ "membershipId": pat })).await;
    assert!(shown.to_string().contains("\"persona\""), "the sign-in says how it came about: {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_and_no_other_issuer_is_a_persona() {
    let desk = Desk::served().await;
    let client = client(&desk).await;
    let pat = account(&desk, "Patient", "Pat").await;
    let nobody = as_persona(&client, crate::harness::NOBODY);
    desk.fails("playground_run", nobody, Code::Invalid, Some("membershipId"), "active person").await;
    let away = with(as_persona(&client, &pat), json!({ "issuer": "http://127.0.0.1:9/" }));
    desk.fails("playground_run", away, Code::Invalid, Some("returnBy"), "Only this engine").await;
    // a client is a member, too, and no person
    let own = desk.engine.read(|tx, _| {
        let id = Id::parse(&client).unwrap();
        Ok(tx.membership_of_client(id)?.expect("every client has one").id.to_string())
    });
    let run = finished(&desk, as_persona(&client, &own.unwrap())).await;
    assert_eq!(run["client"]["state"], "refused", "{run:#}");
    let saw = run["engine"].as_array().unwrap().iter().find(|saw| !saw["refusal"].is_null()).unwrap();
    let failed = saw["checks"].as_array().unwrap().last().unwrap();
    assert_eq!((text(failed, "/check"), text(failed, "/found")), ("persona", "nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_previewed_token_is_the_minted_one_for_whoever_and_whatever() {
    const OWN: [&str; 7] = ["iat", "nbf", "exp", "auth_time", "jti", "login_id", "nonce"];
    let desk = Desk::served().await;
    let portal = client(&desk).await;
    let mut people = Vec::new();
    for (kind, given) in [("Patient", "Pat"), ("Practitioner", "Ida"), ("RelatedPerson", "Rex")] {
        people.push(account(&desk, kind, given).await);
    }
    let claims = |token: &Value| -> Vec<(String, String)> {
        let all = token["claims"].as_array().unwrap().iter();
        let pairs = all.map(|claim| (text(claim, "/name").to_owned(), text(claim, "/value").to_owned()));
        pairs.filter(|(name, _)| !OWN.contains(&name.as_str())).collect()
    };
    // every set of these words, for everybody
    let words = ["openid", "profile", "email", "offline_access"];
    for (number, set) in (1_usize..1 << words.len()).enumerate() {
        let scope: Vec<&str> =
            words.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1).map(|(_, word)| *word).collect();
        let member = &people[number % people.len()];
        let wanted = json!({ "scope": scope, "afterwards": [] });
        let run = finished(&desk, with(as_persona(&portal, member), wanted)).await;
        assert_eq!(run["client"]["state"], "done", "{scope:?}: {run:#}");
        let asked = json!({ "clientId": portal, "membershipId": member, "scope": scope });
        let preview = desk.call("playground_preview", asked).await;
        let names = each(&preview["tokens"], "/name");
        let minted: Vec<&Value> = each(&run["client"]["tokens"], "");
        for (index, name) in names.iter().enumerate() {
            assert!(minted.contains(name), "{scope:?}: {name} is previewed and not minted");
            let asked = json!({ "run": run["id"], "token": name, "other": "" });
            let token = desk.call("playground_inspect", asked).await;
            assert_eq!(claims(&preview["tokens"][index]), claims(&token["token"]), "{name} of {scope:?}");
        }
        assert_eq!(names.len(), if scope.contains(&"openid") { 2 } else { 1 }, "{scope:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_switch_in_the_engines_hand_yields_the_documented_answer() {
    let desk = Desk::served().await;
    let portal = client(&desk).await;
    let pat = account(&desk, "Patient", "Pat").await;
    let created = desk.client("Exchanger", "medplum").await;
    let exchanger = text(&created, "/client/id").to_owned();
    // nobody is ever asked there
    let provider = json!({ "userInfoUrl": "https://idp.example.org/userinfo", "useSubject": false,
        "requireVerifiedEmail": false, "authorizeUrl": null, "tokenUrl": null, "clientId": null, "clientSecret": null });
    let update = json!({ "id": exchanger, "version": created["client"]["version"], "changes": { "identityProvider": provider } });
    desk.call("clients_update", update).await;
    let options = desk.call("playground_options", json!({})).await;
    let rows: Vec<&Value> =
        options["switches"].as_array().unwrap().iter().filter(|row| row["needsIssuer"] == true).collect();
    assert_eq!(rows.len(), 10, "{rows:#?}");
    for row in rows {
        let (name, grant) = (text(row, "/name"), text(row, "/grants/0"));
        let failing = json!({ "failures": [name], "grant": grant, "scope": ["openid", "offline_access"] });
        let wanted = match grant {
            EXCHANGE => with(
                request(&exchanger),
                json!({ "token": "of-the-provider", "returnBy": "auto", "redirectUri": "" }),
            ),
            PRE_AUTHORIZED => with(request(&portal), json!({ "membershipId": pat })),
            _ => as_persona(&portal, &pat),
        };
        let failing =
            if grant == PRE_AUTHORIZED { json!({ "failures": [name], "grant": grant }) } else { failing };
        let run = finished(&desk, with(wanted, failing)).await;
        assert_eq!(run["client"]["state"], "refused", "{name}: {run:#}");
        let last = run["client"]["steps"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["name"], &last["error"]), (&row["step"], &row["answer"]), "{name}: {last:#}");
        let saw = run["engine"].as_array().unwrap().iter().find(|saw| !saw["refusal"].is_null());
        let saw = saw.unwrap_or_else(|| panic!("{name}: the engine refused nothing: {run:#}"));
        let failed = saw["checks"].as_array().unwrap().last().unwrap();
        assert_eq!(failed["passed"], false, "{name}");
        assert!(failed["expected"].is_string() && failed["found"].is_string(), "{name}: {failed}");
        // and the next run knows nothing of it
        if grant == "authorization_code" {
            let wanted =
                json!({ "scope": ["openid", "offline_access"], "afterwards": ["userinfo", "refresh"] });
            let next = finished(&desk, with(as_persona(&portal, &pat), wanted)).await;
            assert_eq!(next["client"]["state"], "done", "after {name}: {next:#}");
        }
    }
    assert_eq!(events(&desk, "ended_early").await.len(), 3, "two codes and a refresh token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_kept_run_again_and_compared() {
    let desk = Desk::served().await;
    let portal = client(&desk).await;
    let pat = account(&desk, "Patient", "Pat").await;
    let good = finished(&desk, as_persona(&portal, &pat)).await;
    let again = finished(&desk, as_persona(&portal, &pat)).await;
    let compare = |one: &Value, other: &Value| json!({ "one": one, "other": other });
    let same = desk.call("playground_compare", compare(&good["id"], &again["id"])).await;
    assert_eq!(same["steps"], json!([]), "two runs of the same kind do not differ: {same:#}");
    assert_eq!(same["same"], good["client"]["steps"].as_array().unwrap().len());

    let kept = desk.call("playground_save", json!({ "id": good["id"], "name": " Portal as Pat " })).await;
    assert_eq!(
        (text(&kept, "/name"), text(&kept, "/clientName"), text(&kept, "/state")),
        ("Portal as Pat", "Portal", "done")
    );
    let desk = desk.another_program();
    let gone = desk.fail("playground_get", json!({ "id": good["id"] })).await;
    assert_eq!(gone.code, Code::NotFound, "another program remembers no run");
    let open = desk.call("playground_open_saved", json!({ "id": kept["id"] })).await;
    assert_eq!((&open["needsSecret"], &open["request"]), (&json!(false), &as_persona(&portal, &pat)));
    let changed = with(open["request"].clone(), json!({ "failures": ["redirect_uri_mismatch"] }));
    let run = finished(&desk, changed).await;
    let compared = desk.call("playground_compare", compare(&kept["id"], &run["id"])).await;
    assert_eq!(compared["states"], json!(["done", "refused"]));
    let token = compared["steps"].as_array().unwrap().iter().find(|step| step["name"] == "token").unwrap();
    let value = |what: &str| {
        let all = token["differences"].as_array().unwrap();
        all.iter().find(|own| own["what"] == what).cloned().unwrap_or_else(|| panic!("no {what}: {token:#}"))
    };
    assert_eq!(value("sent redirect_uri")["one"], LOOPBACK);
    assert_eq!(value("sent redirect_uri")["other"], format!("{LOOPBACK}/"));
    assert_eq!(value("engine refusal")["other"], "redirect_uri_differs");
    let userinfo = compared["steps"].as_array().unwrap().iter().find(|step| step["name"] == "userinfo");
    assert_eq!(userinfo.expect("it was not reached")["other"], Value::Null);

    let long = json!({ "id": kept["id"], "name": "x".repeat(81) });
    desk.fails("playground_rename_saved", long, Code::Invalid, Some("name"), "80").await;
    let renamed = json!({ "id": kept["id"], "name": "Before the change" });
    desk.call("playground_rename_saved", renamed).await;
    let all = desk.call("playground_saved", json!({})).await;
    assert_eq!(each(&all["items"], "/name"), [&json!("Before the change")]);
    let rest = desk.call("playground_delete_saved", json!({ "id": kept["id"] })).await;
    assert_eq!(rest["items"], json!([]));
    let compare = compare(&kept["id"], &run["id"]);
    desk.fails("playground_compare", compare, Code::NotFound, Some("id"), "no longer kept").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_in_what_is_kept() {
    let desk = Desk::served().await;
    let created = desk.client("Machine", "confidential").await;
    let (id, secret) = (text(&created, "/client/id").to_owned(), text(&created, "/secret").to_owned());
    desk.call("clients_add_redirect_uri", json!({ "id": id, "uri": LOOPBACK })).await;
    let wanted = with(
        request(&id),
        json!({
            "clientSecret": secret, "scope": ["openid", "offline_access"], "afterwards": ["userinfo", "refresh"],
        }),
    );
    let run = finished(&desk, wanted).await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    let kept = desk.call("playground_save", json!({ "id": run["id"], "name": "Machine" })).await;
    let open = desk.call("playground_open_saved", json!({ "id": kept["id"] })).await;
    assert_eq!(open["needsSecret"], true);
    let rows = desk.engine.read(|tx, _| Ok(tx.list_saved_runs(tx.list_projects()?[0].id)?)).unwrap();
    let text = format!("{} {}", rows[0].request, rows[0].outcome);
    assert!(text.len() > 2_000, "{text}");
    for hidden in [secret.as_str(), "correct horse", "eyJ"] {
        assert!(!text.contains(hidden), "{hidden} is kept: {text}");
    }
}

/// What the browser is sent back with, after somebody signed in.
async fn answer(desk: &Desk, run: &Value, client: &str, membership: &str) -> Value {
    let id = RunId::parse(text(run, "/id")).unwrap();
    let (client, membership) = (Id::parse(client).unwrap(), Id::parse(membership).unwrap());
    desk.engine.runs().lend(&id, Persona { client, membership, actor: None });
    let open = text(run, "/client/open").to_owned();
    let (host, target) = open.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let reply = Request::new(host.parse().unwrap(), "GET", &format!("/{target}")).send().await;
    let back = reply.header("location").unwrap_or_else(|| panic!("{reply:?}")).to_owned();
    let query = back.strip_prefix("anteroom://oauth/callback?").unwrap_or_else(|| panic!("{back}"));
    let decode = |text: &str| text.replace("%3A", ":").replace("%2F", "/");
    let get = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
            .map(decode)
            .unwrap_or_default()
    };
    json!({ "state": get("state"), "code": get("code"), "iss": get("iss"), "error": null, "errorDescription": null })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cold_start_finishes_what_the_start_before_began_once() {
    let desk = Desk::served().await;
    let portal = client(&desk).await;
    let pat = account(&desk, "Patient", "Pat").await;
    desk.call("clients_add_redirect_uri", json!({ "id": portal, "uri": "anteroom://oauth/callback" })).await;
    let wanted = with(request(&portal), json!({ "returnBy": "deep_link", "email": "", "password": "" }));
    let begun = desk.call("playground_run", wanted).await;
    let waiting = until(&desk, text(&begun, "/id"), |state| state == "waiting").await;
    let answer = answer(&desk, &waiting, &portal, &pat).await;
    // the program that began it has ended; the link starts another
    let second = desk.another_program();
    let stranger = with(answer.clone(), json!({ "state": "of-nobody" }));
    assert_eq!(second.call("playground_return", stranger).await["run"], Value::Null);
    let taken = second.call("playground_return", answer.clone()).await;
    let run = until(&second, text(&taken, "/run"), |state| state != "running").await;
    assert_eq!(run["client"]["state"], "done", "{run:#}");
    let names = each(&run["client"]["steps"], "/name");
    assert_eq!(
        names,
        ["discovery", "return", "token", "jwks", "id_token", "userinfo"]
            .map(Value::from)
            .iter()
            .collect::<Vec<_>>()
    );
    assert!(step(&run, "return")["checks"].as_array().unwrap().iter().all(|check| check["passed"] == true));
    assert!(
        step(&run, "id_token")["checks"].as_array().unwrap().iter().any(|check| check["check"] == "nonce")
    );
    assert!(
        run["engine"].as_array().unwrap().iter().any(|saw| !saw["step"].is_null()),
        "both sides are seen"
    );
    let again = desk.another_program().call("playground_return", answer).await;
    assert_eq!(again["run"], Value::Null, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_too_long_or_was_ended_is_not_finished() {
    let desk = Desk::served().await;
    let portal = client(&desk).await;
    let pat = account(&desk, "Patient", "Pat").await;
    desk.call("clients_add_redirect_uri", json!({ "id": portal, "uri": "anteroom://oauth/callback" })).await;
    let wanted = with(request(&portal), json!({ "returnBy": "deep_link", "email": "", "password": "" }));
    let begun = desk.call("playground_run", wanted.clone()).await;
    let waiting = until(&desk, text(&begun, "/id"), |state| state == "waiting").await;
    let late = answer(&desk, &waiting, &portal, &pat).await;
    desk.pass(601);
    assert_eq!(desk.another_program().call("playground_return", late).await["run"], Value::Null, "too late");
    let begun = desk.call("playground_run", wanted).await;
    let waiting = until(&desk, text(&begun, "/id"), |state| state == "waiting").await;
    let ended = answer(&desk, &waiting, &portal, &pat).await;
    desk.call("playground_cancel", json!({ "id": begun["id"] })).await;
    until(&desk, text(&begun, "/id"), |state| state == "cancelled").await;
    for _ in 0..200 {
        // it is forgotten a moment after it ended
        let sealed = desk.engine.read(|tx, _| Ok(tx.sealed_value("playground_waiting")?)).unwrap();
        if sealed.is_some_and(|sealed| sealed.0.len() < 100) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(desk.another_program().call("playground_return", ended).await["run"], Value::Null, "ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_without_a_window_says_so_to_the_doctor() {
    let desk = Desk::new().await;
    let finding = desk.call("playground_examine_links", json!({ "check": "cold_start" })).await;
    assert_eq!((&finding["ok"], &finding["found"]), (&json!(false), &json!("a program without one")));
    desk.fails("playground_mend_links", json!({}), Code::Unavailable, None, "no window").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_token_is_exchanged_at_both_endpoints() {
    let provider = Provider::start().await;
    let desk = Desk::served().await;
    desk.call("settings_update", json!({ "allowedOutboundHosts": [provider.host()] })).await;
    let created = desk.client("Exchanger", "medplum").await;
    let client = text(&created, "/client/id").to_owned();
    let own = json!({ "userInfoUrl": provider.url("userinfo"), "useSubject": false, "requireVerifiedEmail": false,
        "authorizeUrl": null, "tokenUrl": null, "clientId": null, "clientSecret": null });
    let changes = json!({ "identityProvider": own });
    let update = json!({ "id": client, "version": created["client"]["version"], "changes": changes });
    desk.call("clients_update", update).await;
    account(&desk, "Patient", "Pat").await;
    for grant in [EXCHANGE, "auth_exchange"] {
        let token = provider.access_token(&Person::new("x", "pat@example.org"));
        let wanted = json!({ "grant": grant, "token": token, "scope": ["openid"], "returnBy": "auto" });
        let run = finished(&desk, with(request(&client), wanted)).await;
        assert_eq!(run["client"]["state"], "done", "{grant}: {run:#}");
        assert_eq!(step(&run, "userinfo")["status"], 200, "{grant}");
        assert!(!run.to_string().contains(&token), "{grant}: the provider's token is shown nowhere");
    }
}
