//! Client applications: listing, creating, secrets, redirect URIs, deleting.

use anteroom_admin::error::Code;
use anteroom_engine::id::Id;
use anteroom_engine::model::client::auth0::Auth0Application;
use serde_json::{Value, json};

use crate::harness::{DAY, Desk, NOBODY, NOW, each, text};

fn list(search: &str) -> Value {
    json!({ "search": search, "offset": 0, "limit": 50 })
}

async fn token(desk: &Desk, id: &str, secret: &str) -> Result<Value, &'static str> {
    desk.token(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]).await
}

#[tokio::test]
async fn a_confidential_client_works_at_the_token_endpoint_with_the_secret_shown_once() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let (id, secret) = (text(&made, "/client/id"), text(&made, "/secret"));
    assert!(secret.starts_with("ant_cs_") && secret.len() == 50, "{secret}");
    token(&desk, id, secret).await.unwrap();
    assert_eq!(token(&desk, id, "ant_cs_wrong").await.unwrap_err(), "wrong_secret");

    let got = desk.call("clients_get", json!({ "id": id })).await;
    assert!(!got.to_string().contains(secret), "a secret cannot be read again");
    assert_eq!(got["lastUsedAt"], NOW);
    assert_eq!(
        got["secrets"],
        json!([{ "retiring": false, "createdAt": NOW, "lastUsedAt": NOW, "expiresAt": null }])
    );
    let log = desk
        .call("activity_list", json!({ "kind": "", "refusedOnly": false, "about": "", "limit": 100 }))
        .await;
    assert!(!log.to_string().contains(secret), "no secret in the log");
}

/// Auth0's ids have no hyphens; the screens show what its API shows, and find the client by either form.
#[tokio::test]
async fn a_client_of_the_management_api_has_the_id_that_api_writes() {
    let desk = Desk::new().await;
    let made = desk.client("Browser app", "public").await;
    let id = text(&made, "/client/id");
    assert_eq!(text(&made, "/client/clientId"), id);
    let row = Id::parse(id).unwrap();
    let changed = desk.engine.transact(desk.origin("10.0.0.1"), move |cx| {
        let mut client = (*cx.tx.client(row)?.unwrap()).clone();
        client.settings.auth0 =
            Some(Box::new(Auth0Application { compact_id: true, ..Auth0Application::default() }));
        Ok(cx.tx.update_client(&client)?)
    });
    changed.await.unwrap();
    let digits = id.replace('-', "");
    for named in [id, &digits] {
        let got = desk.call("clients_get", json!({ "id": named })).await;
        assert_eq!((text(&got, "/id"), text(&got, "/clientId")), (id, digits.as_str()));
    }
    assert_eq!(text(&desk.call("clients_list", list("")).await, "/items/0/clientId"), digits);
}

#[tokio::test]
async fn a_new_client_looks_like_this() {
    let desk = Desk::new().await;
    let request = json!({
        "name": " Patient portal ", "clientType": "medplum", "admin": true,
        "redirectUris": ["https://portal.example.org/callback", "anteroom://oauth/callback"],
    });
    let made = desk.call("clients_create", request).await;
    let mut client = made["client"].clone();
    assert!(client["id"].as_str().is_some_and(|id| id.len() == 36));
    assert_eq!(client["clientId"], client["id"]);
    for member in ["id", "clientId"] {
        client[member] = json!("…");
    }
    assert_eq!(
        client,
        json!({
            "id": "…", "clientId": "…", "name": "Patient portal", "description": null, "clientType": "medplum", "status": "active",
            "redirectUris": ["https://portal.example.org/callback", "anteroom://oauth/callback"],
            "postLogoutRedirectUris": [], "allowedOrigins": [], "launchUri": null, "grantTypes": [],
            "pkceOptional": false, "defaultScope": [], "jwksUri": null, "accessTokenLifetime": null,
            "refreshTokenLifetime": null, "idTokenSignedResponseAlg": "ES256", "magicLinkTemplate": null,
            "identityProvider": null, "accessPolicy": null, "furtherAccessPolicies": [], "admin": true,
            "secrets": [{ "retiring": false, "createdAt": NOW, "lastUsedAt": null, "expiresAt": null }],
            "advice": [{
                "severity": "warning", "rule": "admin_with_browser", "values": [], "tab": "settings", "fix": null,
            }],
            "lastUsedAt": null, "createdAt": NOW, "updatedAt": NOW, "version": 1,
        })
    );
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let desk = Desk::new().await;
    let made = desk.client("App", "public").await;
    assert!(made["secret"].is_null());
    assert_eq!(made["client"]["secrets"], json!([]));
    let rotate = json!({ "id": text(&made, "/client/id"), "overlap": true });
    desk.fails("clients_rotate_secret", rotate, Code::Invalid, Some("clientType"), "no secret").await;
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_is_made() {
    let desk = Desk::new().await;
    for (request, code, field, words) in [
        (
            json!({ "name": "", "clientType": "public", "redirectUris": [], "admin": false }),
            Code::Invalid,
            "name",
            "empty",
        ),
        (
            json!({ "name": "A", "clientType": "public", "redirectUris": ["http://a.example.org/"], "admin": false }),
            Code::Invalid,
            "redirectUris",
            "a.example.org",
        ),
        (
            json!({ "name": "A", "clientType": "public", "redirectUris": ["https://a.example.org/", "https://a.example.org/"], "admin": false }),
            Code::Conflict,
            "redirectUris",
            "https://a.example.org/",
        ),
    ] {
        desk.fails("clients_create", request, code, Some(field), words).await;
    }
    assert_eq!(desk.call("clients_list", list("")).await["total"], 0);
}

#[tokio::test]
async fn lists_are_searched_by_name_id_and_redirect_uri_and_filtered() {
    let desk = Desk::new().await;
    for (name, client_type, uri) in [
        ("Zebra", "public", "https://zebra.example.org/cb"),
        ("apple", "confidential", "https://fruit.example.org/cb"),
        ("Mango", "medplum", "https://fruit.example.org/other"),
    ] {
        let request =
            json!({ "name": name, "clientType": client_type, "redirectUris": [uri], "admin": false });
        desk.call("clients_create", request).await;
    }
    let all = desk.call("clients_list", list("")).await;
    assert_eq!(each(&all["items"], "/name"), ["apple", "Mango", "Zebra"]);
    let id = text(&all, "/items/2/id");
    for (search, names) in [
        ("MAN", vec!["Mango"]),
        ("fruit.example", vec!["apple", "Mango"]),
        (id, vec!["Zebra"]),
        ("nothing", vec![]),
    ] {
        let found = desk.call("clients_list", list(search)).await;
        assert_eq!(each(&found["items"], "/name"), names, "{search}");
        assert_eq!(found["total"], names.len());
    }
    desk.call("clients_set_status", json!({ "id": id, "status": "off" })).await;
    let off = json!({ "search": "", "status": "off", "offset": 0, "limit": 50 });
    assert_eq!(each(&desk.call("clients_list", off).await["items"], "/name"), ["Zebra"]);
    let medplum = json!({ "search": "", "clientType": "medplum", "offset": 0, "limit": 50 });
    assert_eq!(each(&desk.call("clients_list", medplum).await["items"], "/name"), ["Mango"]);
    let second = json!({ "search": "", "offset": 1, "limit": 1 });
    let second = desk.call("clients_list", second).await;
    assert_eq!((each(&second["items"], "/name"), &second["total"]), (vec![&json!("Mango")], &json!(3)));
}

#[tokio::test]
async fn an_unknown_client_is_not_found() {
    let desk = Desk::new().await;
    for id in [NOBODY, "", "not an id", "../../etc"] {
        for (name, request) in [
            ("clients_get", json!({ "id": id })),
            ("clients_update", json!({ "id": id, "version": 1, "changes": {} })),
            ("clients_add_redirect_uri", json!({ "id": id, "uri": "https://a.example.org/" })),
            ("clients_remove_redirect_uri", json!({ "id": id, "uri": "https://a.example.org/" })),
            ("clients_rotate_secret", json!({ "id": id, "overlap": true })),
            ("clients_retire_secret", json!({ "id": id })),
            ("clients_set_status", json!({ "id": id, "status": "off" })),
            ("clients_delete", json!({ "id": id, "name": "" })),
        ] {
            desk.fails(name, request, Code::NotFound, None, id).await;
        }
    }
}

#[tokio::test]
async fn a_rotation_with_overlap_keeps_the_old_secret_until_it_is_retired() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let (id, first) = (text(&made, "/client/id"), text(&made, "/secret"));
    token(&desk, id, first).await.unwrap();
    desk.pass(DAY);

    let rotated = desk.call("clients_rotate_secret", json!({ "id": id, "overlap": true })).await;
    let second = text(&rotated, "/secret");
    assert_eq!(
        rotated["client"]["secrets"],
        json!([
            { "retiring": false, "createdAt": NOW + DAY, "lastUsedAt": null, "expiresAt": null },
            { "retiring": true, "createdAt": NOW, "lastUsedAt": NOW, "expiresAt": null },
        ])
    );
    assert!(each(&rotated["client"]["advice"], "/rule").contains(&&json!("retiring_secret_used")));
    token(&desk, id, first).await.unwrap();
    token(&desk, id, second).await.unwrap();

    let retired = desk.call("clients_retire_secret", json!({ "id": id })).await;
    assert_eq!(each(&retired["secrets"], "/retiring"), [false]);
    assert_eq!(token(&desk, id, first).await.unwrap_err(), "wrong_secret");
    token(&desk, id, second).await.unwrap();
    desk.fails("clients_retire_secret", json!({ "id": id }), Code::Conflict, None, "no retiring secret")
        .await;
}

#[tokio::test]
async fn a_leaked_secret_is_cut_off_with_every_older_one() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let (id, first) = (text(&made, "/client/id"), text(&made, "/secret"));
    let second = desk.call("clients_rotate_secret", json!({ "id": id, "overlap": true })).await;
    let third = desk.call("clients_rotate_secret", json!({ "id": id, "overlap": false })).await;
    for old in [first, text(&second, "/secret")] {
        assert_eq!(token(&desk, id, old).await.unwrap_err(), "wrong_secret");
    }
    token(&desk, id, text(&third, "/secret")).await.unwrap();
}

#[tokio::test]
async fn redirect_uris_are_saved_when_added_and_gone_when_removed() {
    let desk = Desk::new().await;
    let made = desk.client("App", "public").await;
    let id = text(&made, "/client/id");
    let uri = |uri: &str| json!({ "id": id, "uri": uri });
    let added = desk.call("clients_add_redirect_uri", uri("https://a.example.org/cb")).await;
    assert_eq!(added["redirectUris"], json!(["https://a.example.org/cb"]));
    assert_eq!(added["version"], 2);
    for (bad, code, words) in [
        ("https://a.example.org/cb", Code::Conflict, "already"),
        ("http://a.example.org/cb", Code::Invalid, "You may have meant https://a.example.org/cb"),
        ("https://a.example.org/*", Code::Invalid, "wildcard"),
        ("javascript:alert(1)", Code::Invalid, "javascript"),
        ("https://a.example.org/#x", Code::Invalid, "fragment"),
        ("", Code::Invalid, "empty"),
    ] {
        desk.fails("clients_add_redirect_uri", uri(bad), code, Some("uri"), words).await;
    }
    let gone = "https://b.example.org/cb";
    desk.fails("clients_remove_redirect_uri", uri(gone), Code::Invalid, Some("uri"), gone).await;
    let removed = desk.call("clients_remove_redirect_uri", uri("https://a.example.org/cb")).await;
    assert_eq!(removed["redirectUris"], json!([]));
}

#[tokio::test]
async fn a_client_that_is_off_is_refused_at_once() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let (id, secret) = (text(&made, "/client/id"), text(&made, "/secret"));
    let off = desk.call("clients_set_status", json!({ "id": id, "status": "off" })).await;
    assert_eq!(off["status"], "off");
    let remark = json!({ "severity": "error", "rule": "switched_off", "values": [], "tab": "", "fix": null });
    assert_eq!(off["advice"][0], remark);
    assert_eq!(token(&desk, id, secret).await.unwrap_err(), "client_off");
    desk.call("clients_set_status", json!({ "id": id, "status": "active" })).await;
    token(&desk, id, secret).await.unwrap();
}

#[tokio::test]
async fn a_client_is_deleted_by_its_name_with_what_hangs_on_it() {
    let desk = Desk::new().await;
    let made = desk.client("Portal", "public").await;
    let id = text(&made, "/client/id");
    let person = desk.person("Patient", "Pat", "Doe").await;
    let issue = json!({
        "membershipId": text(&person, "/summary/membershipId"), "clientId": id, "handOver": "waiting",
        "pin": false,
    });
    let used = desk.call("magic_links_issue", issue.clone()).await;
    desk.redeem(&used, None).await.unwrap();
    let waiting = desk.call("magic_links_issue", issue).await;

    let wrong = json!({ "id": id, "name": "portal" });
    desk.fails("clients_delete", wrong, Code::Invalid, Some("name"), "\"Portal\"").await;
    let deleted = desk.call("clients_delete", json!({ "id": id, "name": "Portal" })).await;
    assert_eq!(deleted, json!({ "sessions": 1, "magicLinks": 1 }));
    desk.fails("clients_get", json!({ "id": id }), Code::NotFound, None, id).await;
    assert!(desk.redeem(&waiting, None).await.is_err());
    let person = json!({ "membershipId": text(&person, "/summary/membershipId") });
    assert_eq!(desk.call("people_get", person).await["sessions"], json!([]));
}
