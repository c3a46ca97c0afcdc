//! A client that breaks each rule, and one that does not.

use serde_json::{Value, json};

use crate::harness::{DAY, Desk, with};

/// A client as somebody may set it up.
pub(super) struct Fixture {
    client_type: &'static str,
    uris: Vec<&'static str>,
    admin: bool,
    changes: Value,
    /// Days that pass.
    days: i64,
}

impl Fixture {
    pub(super) fn of(client_type: &'static str, uris: &[&'static str], changes: Value) -> Self {
        Self { client_type, uris: uris.to_vec(), admin: false, changes, days: 0 }
    }

    fn admin(self) -> Self {
        Self { admin: true, ..self }
    }

    fn after_days(self, days: i64) -> Self {
        Self { days, ..self }
    }

    /// Its remarks, by rule, and the client's id.
    pub(super) async fn remarks(&self, desk: &Desk) -> (Value, Value) {
        let request = json!({
            "name": "Client under test", "clientType": self.client_type, "redirectUris": self.uris,
            "admin": self.admin,
        });
        let made = desk.call("clients_create", request).await;
        let id = made["client"]["id"].clone();
        if self.changes != json!({}) {
            let update = json!({ "id": id, "version": 1, "changes": self.changes });
            desk.call("clients_update", update).await;
        }
        desk.pass(self.days * DAY);
        let got = desk.call("clients_get", json!({ "id": id })).await;
        (got["advice"].clone(), made)
    }
}

pub(super) const HOME: &str = "https://portal.example.org/callback";

pub(super) fn provider(changes: Value) -> Value {
    let provider = json!({
        "userInfoUrl": "https://idp.example.org/userinfo", "authorizeUrl": null, "tokenUrl": null, "clientId": null,
        "clientSecret": null, "useSubject": false, "requireVerifiedEmail": true,
    });
    json!({ "identityProvider": with(provider, changes) })
}

fn medplum(changes: Value) -> Fixture {
    Fixture::of("medplum", &[HOME], changes)
}

/// Rule, a client that breaks it, one that does not.
pub(super) type Case = (&'static str, Fixture, Fixture);

fn uris(client_type: &'static str, uris: &[&'static str]) -> Fixture {
    Fixture::of(client_type, uris, json!({}))
}

fn fine() -> Fixture {
    medplum(json!({}))
}

fn machine() -> Value {
    json!({ "grantTypes": ["client_credentials"] })
}

/// About what a client may do.
fn of_rights() -> Vec<Case> {
    vec![
        (
            "origin_missing",
            uris("public", &[HOME]),
            Fixture::of("public", &[HOME], json!({ "allowedOrigins": ["https://portal.example.org"] })),
        ),
        (
            "origin_http",
            medplum(json!({ "allowedOrigins": ["http://portal.example.org"] })),
            medplum(json!({ "allowedOrigins": ["http://localhost:3000"] })),
        ),
        (
            "launch_http",
            medplum(json!({ "launchUri": "http://portal.example.org/launch" })),
            medplum(json!({ "launchUri": "https://portal.example.org/launch" })),
        ),
        (
            "template_foreign_host",
            medplum(json!({ "magicLinkTemplate": "https://elsewhere.example.org/in/{code}" })),
            medplum(json!({ "magicLinkTemplate": "https://portal.example.org/in/{code}" })),
        ),
        ("public_admin", uris("public", &["http://127.0.0.1/cb"]).admin(), fine().admin()),
        ("admin_with_browser", fine().admin(), Fixture::of("confidential", &[HOME], machine()).admin()),
        (
            "no_access_policy",
            Fixture::of("confidential", &[], machine()),
            Fixture::of("confidential", &[], with(machine(), json!({ "accessPolicy": "Staff" }))),
        ),
    ]
}

/// About identity providers.
fn of_providers() -> Vec<Case> {
    let signs_in = json!({
        "authorizeUrl": "https://idp.example.org/authorize", "tokenUrl": "https://idp.example.org/token",
        "clientId": "ours", "clientSecret": "secret",
    });
    let without = |member: &str, value: Value| provider(with(signs_in.clone(), json!({ member: value })));
    vec![
        (
            "exchange_without_provider",
            medplum(json!({ "grantTypes": ["urn:ietf:params:oauth:grant-type:token-exchange"] })),
            medplum(with(
                json!({ "grantTypes": ["urn:ietf:params:oauth:grant-type:token-exchange"] }),
                provider(json!({})),
            )),
        ),
        ("provider_half", medplum(without("tokenUrl", Value::Null)), medplum(provider(signs_in.clone()))),
        (
            "provider_without_client_id",
            medplum(without("clientId", Value::Null)),
            medplum(provider(signs_in.clone())),
        ),
        (
            "provider_without_secret",
            medplum(without("clientSecret", Value::Null)),
            medplum(provider(signs_in.clone())),
        ),
        (
            "provider_http",
            medplum(provider(json!({ "userInfoUrl": "http://idp.example.org/userinfo" }))),
            medplum(provider(json!({ "userInfoUrl": "http://127.0.0.1:9099/userinfo" }))),
        ),
        (
            "provider_email_unverified",
            medplum(provider(json!({ "requireVerifiedEmail": false }))),
            medplum(provider(json!({ "requireVerifiedEmail": false, "useSubject": true }))),
        ),
        (
            "provider_unused",
            medplum(with(provider(json!({})), json!({ "grantTypes": ["client_credentials"] }))),
            medplum(provider(json!({}))),
        ),
    ]
}

/// About grants, tokens, secrets and use.
fn of_tokens() -> Vec<Case> {
    vec![
        ("pkce_optional", medplum(json!({ "pkceOptional": true })), fine()),
        (
            "refresh_without_source",
            medplum(json!({ "grantTypes": ["refresh_token", "client_credentials"] })),
            medplum(json!({ "grantTypes": ["refresh_token", "authorization_code"] })),
        ),
        (
            "access_token_long",
            medplum(json!({ "accessTokenLifetime": "2d" })),
            medplum(json!({ "accessTokenLifetime": "24h" })),
        ),
        (
            "refresh_too_short",
            medplum(json!({ "refreshTokenLifetime": "30m" })),
            medplum(json!({ "refreshTokenLifetime": "2h" })),
        ),
        (
            "refresh_very_long",
            Fixture::of("public", &[], json!({ "refreshTokenLifetime": "1y" })),
            medplum(json!({ "refreshTokenLifetime": "1y" })),
        ),
        (
            "scope_without_openid",
            medplum(json!({ "defaultScope": ["profile"] })),
            medplum(json!({ "defaultScope": ["openid", "profile"] })),
        ),
        (
            "jwks_http",
            medplum(json!({ "jwksUri": "http://portal.example.org/jwks" })),
            medplum(json!({ "jwksUri": "https://portal.example.org/jwks" })),
        ),
        ("secret_beside_keys", medplum(json!({ "jwksUri": "https://portal.example.org/jwks" })), fine()),
        ("secret_old", fine().after_days(180), fine().after_days(179)),
        ("unused", fine().after_days(30), fine().after_days(29)),
        ("never_used", fine(), medplum(json!({ "pkceOptional": true }))),
    ]
}

/// About redirect URIs.
fn of_addresses() -> Vec<Case> {
    let codes = json!({ "grantTypes": ["authorization_code", "refresh_token"] });
    vec![
        ("no_redirect_uri", Fixture::of("medplum", &[], codes.clone()), medplum(codes)),
        ("no_redirect_uri_yet", uris("medplum", &[]), fine()),
        (
            "loopback_name",
            uris("public", &["http://localhost:3000/cb"]),
            uris("public", &["http://127.0.0.1/cb"]),
        ),
        (
            "loopback_port",
            uris("public", &["http://127.0.0.1:3000/cb"]),
            uris("public", &["http://127.0.0.1/cb"]),
        ),
        (
            "loopback_beside_production",
            uris("confidential", &[HOME, "http://127.0.0.1/cb"]),
            uris("confidential", &["http://127.0.0.1/cb"]),
        ),
        (
            "slash_twin",
            uris("medplum", &[HOME, "https://portal.example.org/callback/"]),
            uris("medplum", &[HOME, "https://portal.example.org/other/"]),
        ),
        (
            "many_redirect_hosts",
            uris("medplum", &["https://a.example.org/", "https://b.example.org/", "https://c.example.org/"]),
            uris(
                "medplum",
                &["https://a.example.org/1", "https://a.example.org/2", "https://b.example.org/"],
            ),
        ),
        (
            "app_with_secret",
            uris("confidential", &["org.example.app:/cb"]),
            uris("public", &["org.example.app:/cb"]),
        ),
    ]
}

pub(super) fn table() -> Vec<Case> {
    [of_addresses(), of_rights(), of_providers(), of_tokens()].into_iter().flatten().collect()
}
