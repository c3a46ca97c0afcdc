//! Settings, signing keys, access policies.

use anteroom_admin::error::Code;
use anteroom_engine::stop::Refused;
use anteroom_oauth::Secret;
use serde_json::{Value, json};

use crate::harness::{DAY, Desk, NOW, each, person, text, with};

#[tokio::test]
async fn settings_say_where_everything_is() {
    let desk = Desk::new().await;
    let settings = desk.call("settings_get", json!({})).await;
    assert_eq!(settings["project"]["name"], "Riverside Clinic");
    assert_eq!(settings["engine"]["baseUrl"], "http://127.0.0.1:8103/");
    assert_eq!((&settings["dataDir"], &settings["masterKey"]), (&json!("/var/lib/anteroom"), &json!("file")));
    assert_eq!(settings["revokeOnReplay"], false);
    assert_eq!(settings["rateLimits"], json!({ "login": 5, "auth": 160, "other": 60_000 }), "Medplum's");
    let limits = json!({ "login": 20, "auth": 0, "other": 100 });
    let limited = desk.call("settings_update", json!({ "rateLimits": limits })).await;
    assert_eq!(limited["rateLimits"], limits);
    let mut algs: Vec<String> =
        each(&settings["signingKeys"], "/alg").iter().map(ToString::to_string).collect();
    algs.sort();
    assert_eq!(algs, ["\"ES256\"", "\"RS256\""]);
    assert_eq!(each(&settings["signingKeys"], "/state"), ["current", "current"]);
}

#[tokio::test]
async fn settings_are_changed_and_what_is_absent_stays() {
    let desk = Desk::new().await;
    let changed =
        desk.call("settings_update", json!({ "projectName": "Lakeside", "dialect": "medplum" })).await;
    assert_eq!(
        (text(&changed, "/project/name"), text(&changed, "/project/dialect")),
        ("Lakeside", "medplum")
    );
    assert_eq!(changed["revokeOnReplay"], true, "follows the dialect until somebody chooses");
    let chosen = desk.call("settings_update", json!({ "revokeOnReplay": false })).await;
    assert_eq!((text(&chosen, "/project/dialect"), &chosen["revokeOnReplay"]), ("medplum", &json!(false)));
    assert_eq!(desk.call("settings_get", json!({})).await, chosen);
    for (request, field, words) in [
        (json!({ "projectName": "" }), "projectName", "empty"),
        (json!({ "dialect": "auth0" }), "dialect", "rfc or medplum"),
    ] {
        desk.fails("settings_update", request, Code::Invalid, Some(field), words).await;
    }
}

#[tokio::test]
async fn a_domain_of_e_mail_addresses_has_a_client_of_the_project() {
    let desk = Desk::new().await;
    let create =
        json!({ "name": "Staff portal", "clientType": "public", "redirectUris": [], "admin": false });
    let client = desk.call("clients_create", create).await["client"]["id"].clone();
    let clinic = json!({
        "domain": " Clinic.Example.org ", "client": client,
        "allowedPostLoginRedirectUrls": ["https://app.example.org/signed-in", " "],
    });
    let kept = json!([{
        "domain": "clinic.example.org", "client": client,
        "allowedPostLoginRedirectUrls": ["https://app.example.org/signed-in"],
    }]);
    let settings = desk.call("settings_update", json!({ "domainConfigurations": [clinic] })).await;
    assert_eq!(settings["domainConfigurations"], kept);
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (wrong, words) in [
        (json!([{ "domain": "example", "client": client }]), "no domain"),
        (json!([{ "domain": "example.org", "client": nobody }]), nobody),
        (json!([{ "domain": "example.org", "client": "x" }]), "no client application"),
        (
            json!([{ "domain": "a.example", "client": client }, { "domain": "A.example", "client": client }]),
            "twice",
        ),
        (
            json!([{ "domain": "a.example", "client": client, "allowedPostLoginRedirectUrls": ["/here"] }]),
            "/here",
        ),
    ] {
        let request = json!({ "domainConfigurations": wrong });
        desk.fails("settings_update", request, Code::Invalid, Some("domainConfigurations"), words).await;
    }
    let changed = desk.call("settings_update", json!({ "projectName": "Lakeside" })).await;
    assert_eq!(changed["domainConfigurations"], kept, "what is absent stays");
    let none = desk.call("settings_update", json!({ "domainConfigurations": [] })).await;
    assert_eq!(none["domainConfigurations"], json!([]));
}

#[tokio::test]
async fn the_dialect_changes_the_words_of_a_refusal() {
    let desk = Desk::new().await;
    let status = || {
        let refused = desk
            .engine
            .read::<()>(|_, _| Err(Refused::new(anteroom_engine::refusal::Refusal::UnknownClient).into()));
        match refused {
            Err(anteroom_engine::stop::Stop::Refused(refused)) => refused.answer().status(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(status(), 401);
    desk.call("settings_update", json!({ "dialect": "medplum" })).await;
    assert_eq!(status(), 400);
}

#[tokio::test]
async fn a_rotated_key_signs_and_the_old_one_still_verifies() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let credentials = [
        ("grant_type", "client_credentials"),
        ("client_id", text(&made, "/client/id")),
        ("client_secret", text(&made, "/secret")),
    ];
    let before = desk.token(&credentials).await.unwrap();
    desk.pass(60);
    let rotated = desk.call("settings_rotate_key", json!({ "alg": "ES256" })).await;
    let es256: Vec<&Value> =
        rotated["signingKeys"].as_array().unwrap().iter().filter(|key| key["alg"] == "ES256").collect();
    assert_eq!(es256.len(), 2);
    assert_eq!((&es256[0]["state"], &es256[0]["createdAt"]), (&json!("current"), &json!(NOW + 60)));
    assert_eq!((&es256[1]["state"], &es256[1]["leavesAt"]), (&json!("previous"), &json!(NOW + 60 + DAY)));

    let old = Secret::new(text(&before, "/access_token").to_owned());
    assert!(desk.engine.verify_access_token(&old).is_ok(), "old tokens still hold");
    let after = desk.token(&credentials).await.unwrap();
    let header = text(&after, "/access_token").split('.').next().unwrap();
    assert_ne!(header, text(&before, "/access_token").split('.').next().unwrap(), "another kid");
    let log = json!({ "kind": "signing_key_rotated", "refusedOnly": false, "about": "", "limit": 5 });
    assert_eq!(desk.call("activity_list", log).await["items"][0]["actor"], "Ada Byron");
    let wrong = json!({ "alg": "HS256" });
    desk.fails("settings_rotate_key", wrong, Code::Invalid, Some("alg"), "HS256").await;
}

#[tokio::test]
async fn policies_are_listed_by_name() {
    let desk = Desk::new().await;
    assert_eq!(desk.call("policies_list", json!({})).await, json!({ "names": [] }));
    for name in ["Staff", "Portal"] {
        desk.policy(name).await;
    }
    assert_eq!(desk.call("policies_list", json!({})).await, json!({ "names": ["Portal", "Staff"] }));
}

/// While the local network is served, links lead there: a phone cannot open the address of this machine alone.
#[tokio::test]
async fn links_lead_to_the_local_network_while_it_is_served() {
    let ready = crate::magic_links::Ready::new().await;
    let desk = &ready.desk;
    assert_eq!(desk.call("settings_get", json!({})).await["lan"], Value::Null);
    for minutes in [0, 721] {
        let request = json!({ "minutes": minutes });
        desk.fails("settings_start_lan", request, Code::Invalid, Some("minutes"), "1 to 720").await;
    }
    let lan = desk.call("settings_start_lan", json!({ "minutes": 60 })).await["lan"].take();
    assert_eq!((&lan["baseUrl"], &lan["until"]), (&json!("https://192.168.1.7:8443/"), &json!(NOW + 3_600)));
    assert!(lan["qrSvg"].as_str().unwrap().starts_with("<svg "));
    assert!(lan["trustQrSvg"].as_str().unwrap().starts_with("<svg "));
    assert_eq!(
        (&lan["trustUrl"], &lan["caFingerprint"]),
        (&json!("https://192.168.1.7:8443/in/trust"), &json!("AB:CD"))
    );
    let card = ready.issue("waiting", false).await;
    assert!(card["url"].as_str().unwrap().starts_with("https://192.168.1.7:8443/in/"));
    assert_eq!(card["typedAt"], "192.168.1.7:8443/in");
    let mail = with(person("Patient", "Ida", "Mail"), json!({ "email": "ida@example.org" }));
    let ida = desk.call("people_create", mail).await;
    let ask = json!({ "membershipId": ida["summary"]["membershipId"], "expiresIn": 3_600 });
    let link = desk.call("people_issue_password_link", ask).await;
    assert!(link["url"].as_str().unwrap().starts_with("https://192.168.1.7:8443/setpassword/"));
    assert_eq!(desk.call("settings_stop_lan", json!({})).await["lan"], Value::Null);
    let again = desk.call("magic_links_show", crate::magic_links::id(&card)).await;
    assert!(again["url"].as_str().unwrap().starts_with("http://127.0.0.1:8103/in/"));
}

/// The file is saved, and each system's command names it: the system asks the person, not we.
#[tokio::test]
async fn the_local_ca_is_saved_for_the_system_to_trust() {
    let desk = Desk::new().await;
    let saved = desk.call("settings_save_ca", json!({})).await;
    let path = text(&saved, "/path");
    assert!(path.ends_with("anteroom-ca.crt"), "{path}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "-----BEGIN CERTIFICATE-----");
    assert_eq!(saved["fingerprint"], "AB:CD");
    for system in ["/windows", "/macos", "/linux", "/chromium"] {
        assert!(text(&saved, system).contains(&format!("\"{path}\"")), "{system}");
    }
}
