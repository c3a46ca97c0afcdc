//! The Token Vault: what people connected, and the ladder.

use std::sync::Arc;

use anteroom_admin::error::Code;
use anteroom_engine::cx::{Cx, Origin};
use anteroom_engine::id::Id;
use anteroom_engine::model::connected_account::VaultTokens;
use anteroom_engine::model::{ConnectedAccount, Connection};
use anteroom_engine::seal::Sealed;
use anteroom_engine::service::connections;
use anteroom_engine::stop::{Outcome, Stop};
use anteroom_oauth::GrantType;
use serde_json::{Map, Value, json};

use crate::harness::{Desk, NOBODY, NOW, each, text, with};

async fn change<T: Send + 'static>(
    desk: &Desk,
    change: impl FnOnce(&mut Cx<'_>) -> Outcome<T> + Send + 'static,
) -> T {
    let origin = Origin::inside(desk.engine.issuer().clone());
    desk.engine.transact(origin, change).await.expect("the change is made")
}

/// A connection, and an account of a person on it; the id of the account.
async fn connect(desk: &Desk, membership: &str, active: bool) -> String {
    let membership = Id::parse(membership).expect("an id");
    change(desk, move |cx| {
        let member = cx.tx.membership(membership)?.expect("the person");
        let user = anteroom_engine::service::vault::user_of(&member).expect("a person");
        let connection = Connection {
            id: cx.random_id()?,
            project: member.project,
            name: "acme-idp".to_owned(),
            strategy: "oidc".to_owned(),
            display_name: None,
            options: Map::from_iter([("token_endpoint".to_owned(), "https://idp.example.org/token".into())]),
            client_secret: None,
            authentication: true,
            connected_accounts: active,
            rest: Map::new(),
            created_at: cx.now,
            updated_at: cx.now,
        };
        cx.tx.insert_connection(&connection)?;
        let account = ConnectedAccount {
            id: cx.random_id()?,
            project: member.project,
            user,
            connection: connection.id,
            subject: "ext-1".to_owned(),
            client: None,
            tokens: VaultTokens {
                access_token: Sealed(vec![1; 60]),
                refresh_token: Some(Sealed(vec![2; 60])),
                scopes: vec!["openid".to_owned()],
                obtained_at: cx.now,
                expires_at: Some(cx.now + 3_600),
            },
            created_at: cx.now,
            used_at: None,
            refused: None,
            version: 1,
        };
        cx.tx.insert_connected_account(&account)?;
        Ok(account.wire_id())
    })
    .await
}

#[tokio::test]
async fn a_token_endpoint_on_another_server_gets_neither_secret_nor_tokens_of_the_one_before() {
    let desk = Desk::new().await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let pat = text(&pat, "/summary/membershipId").to_owned();
    connect(&desk, &pat, true).await;
    let write = async |endpoint: &'static str, secret: Option<&'static str>| {
        let (engine, origin) = (Arc::clone(&desk.engine), Origin::inside(desk.engine.issuer().clone()));
        let change = move |cx: &mut Cx<'_>| {
            let project = cx.tx.list_projects()?.remove(0).id;
            let before = cx.tx.connection_by_name(project, "acme-idp")?.expect("the connection");
            let mut after = before.clone();
            after.options.insert("token_endpoint".to_owned(), endpoint.into());
            after.options.extend(secret.map(|secret| ("client_secret".to_owned(), secret.into())));
            connections::update(cx, &engine, &before, after)
        };
        desk.engine.transact(origin, change).await
    };
    let account = async || {
        let accounts = desk.call("vault_accounts", json!({ "membershipId": pat })).await;
        (text(&accounts, "/items/0/state").to_owned(), accounts["items"][0]["refusal"].clone())
    };
    assert!(write("https://idp.example.org/v2/token", Some("ours")).await.unwrap());
    assert_eq!(account().await, ("active".to_owned(), Value::Null), "the same server");
    let refused = write("https://idp.example.net/token", None).await;
    assert!(
        matches!(&refused, Err(Stop::Unfit(unfit)) if unfit.message.to_string().contains("Give the secret")),
        "{refused:?}"
    );
    assert_eq!(account().await, ("active".to_owned(), Value::Null), "nothing changed");
    assert!(write("https://idp.example.net/token", Some("ours")).await.unwrap());
    assert_eq!(account().await, ("refused".to_owned(), json!("provider_moved")));
}

#[tokio::test]
async fn accounts_are_shown_without_tokens_and_deleted_with_what_stops() {
    let desk = Desk::new().await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let pat = text(&pat, "/summary/membershipId").to_owned();
    let of = json!({ "membershipId": pat });
    assert_eq!(desk.call("vault_accounts", of.clone()).await, json!({ "items": [] }));
    let id = connect(&desk, &pat, true).await;
    let list = desk.call("vault_accounts", of.clone()).await;
    assert_eq!(
        list["items"],
        json!([{ "id": id, "connection": "acme-idp", "strategy": "oidc", "subject": "ext-1", "state": "active",
                 "scopes": ["openid"], "hasRefreshToken": true, "refusal": null, "clientName": null,
                 "connectedAt": NOW, "expiresAt": NOW + 3_600, "usedAt": null }])
    );
    desk.pass(3_400);
    assert_eq!(desk.call("vault_accounts", of.clone()).await["items"][0]["state"], "expiring");
    desk.pass(200);
    assert_eq!(desk.call("vault_accounts", of.clone()).await["items"][0]["state"], "refreshable");
    let stops = json!({ "person": "Pat Doe", "connection": "acme-idp", "clients": [], "clientCount": 0,
                        "otherAccounts": 0 });
    assert_eq!(desk.call("vault_delete_preview", json!({ "id": id })).await, stops);
    assert_eq!(desk.call("vault_delete", json!({ "id": id })).await, stops);
    assert_eq!(desk.call("vault_accounts", of).await, json!({ "items": [] }));
    assert_eq!(desk.fail("vault_delete", json!({ "id": id })).await.code, Code::NotFound);
    assert_eq!(desk.fail("vault_accounts", json!({ "membershipId": NOBODY })).await.code, Code::NotFound);
}

#[tokio::test]
async fn a_deletion_names_ten_clients_and_counts_the_others() {
    let desk = Desk::new().await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let id = connect(&desk, text(&pat, "/summary/membershipId"), true).await;
    for number in 0..12 {
        let request = json!({ "name": format!("API {number:02}"), "clientType": "confidential", "redirectUris": [],
                              "admin": false });
        let made = desk.call("clients_create", request).await;
        if number > 0 {
            let grants = json!({ "grantTypes": [GrantType::FederatedConnectionAccessToken.as_str()] });
            let client = &made["client"];
            let request = json!({ "id": client["id"], "version": client["version"], "changes": grants });
            desk.call("clients_update", request).await;
        }
    }
    let preview = desk.call("vault_delete_preview", json!({ "id": id })).await;
    let names: Vec<String> = (1..11).map(|number| format!("API {number:02}")).collect();
    assert_eq!((&preview["clients"], &preview["clientCount"]), (&json!(names), &json!(11)));
}

#[tokio::test]
async fn connecting_as_a_person_gives_an_address_that_works_once() {
    let desk = Desk::new().await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let pat = text(&pat, "/summary/membershipId").to_owned();
    let request = json!({ "membershipId": pat, "connection": "acme-idp", "scopes": [] });
    assert_eq!(desk.fail("vault_connect", request.clone()).await.code, Code::Invalid, "no such connection");
    connect(&desk, &pat, true).await;
    let begun = desk.call("vault_connect", request.clone()).await;
    let address = text(&begun, "/address");
    assert!(address.contains("/connected-accounts/connect?ticket="), "{address}");
    assert_eq!((&begun["expiresIn"], &begun["opened"]), (&json!(300), &json!(false)));
    change(&desk, |cx| {
        let project = cx.tx.list_projects()?.remove(0).id;
        let mut connection = cx.tx.connection_by_name(project, "acme-idp")?.expect("the connection");
        connection.connected_accounts = false;
        Ok(cx.tx.update_connection(&connection)?)
    })
    .await;
    assert_eq!(desk.fail("vault_connect", request).await.code, Code::Conflict, "switched off");
}

#[tokio::test]
async fn the_ladder_names_each_condition_with_both_values_and_what_mends_it() {
    let desk = Desk::new().await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let pat = text(&pat, "/summary/membershipId").to_owned();
    connect(&desk, &pat, true).await;
    let client = desk.client("Backend", "confidential").await;
    let client = text(&client, "/client/id").to_owned();
    let request = json!({ "membershipId": pat, "api": "https://my-api.example.com", "clientId": client,
                          "connection": "acme-idp" });
    let ladder = desk.call("vault_ladder", request.clone()).await;
    assert_eq!(ladder["holds"], false);
    let rungs: Vec<(&str, &Value, &str)> = each(&ladder["rungs"], "")
        .into_iter()
        .map(|rung| (text(rung, "/id"), &rung["ok"], text(rung, "/mend")))
        .collect();
    assert_eq!(rungs[0], ("client.grant_types", &json!(false), "allow_grant"));
    let of = |id: &str| rungs.iter().find(|(own, ..)| *own == id).expect("a rung").1.clone();
    assert_eq!(of("subject_token.aud"), Value::Null, "the client acts for no API: nothing to compare");
    assert_eq!(of("connected_account.exists"), true);
    assert_eq!(of("connection.enabled_clients"), false);
    let refresh = desk.call("vault_ladder", with(request.clone(), json!({ "refreshToken": true }))).await;
    let ids: Vec<&str> = each(&refresh["rungs"], "").into_iter().map(|rung| text(rung, "/id")).collect();
    assert!(ids.contains(&"client.refresh_token.rotation_type") && !ids.contains(&"subject_token.aud"));
    let nobody = with(request, json!({ "clientId": NOBODY }));
    assert_eq!(desk.fail("vault_ladder", nobody).await.field.as_deref(), Some("clientId"));
}
