//! An engine with an API, the API's own client, a browser app, a connection and a provider.

use std::fmt::Write as _;
use std::sync::Arc;

use anteroom_engine::clock::ManualClock;
use anteroom_engine::id::Id;
use anteroom_engine::model::client::auth0::{AppType, Auth0Application};
use anteroom_engine::model::client::{ClientSettings, ClientStatus, ClientType, StoredSecret};
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::resource_server::{ApiScope, ResourceServerSettings};
use anteroom_engine::model::{
    Client, ConnectedAccount, Connection, Login, Membership, RefreshFamily, ResourceServer, User,
};
use anteroom_engine::service::connections::{self, NewConnection};
use anteroom_engine::store::EventFilter;
use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::jose::{Alg, Typ};
use anteroom_oauth::secret::{ClientSecret, Secret};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{PAT_MEMBERSHIP, PAT_USER, PROJECT};
use anteroom_testkit::client::{Reply, Request, encode};
use anteroom_testkit::provider::Provider;
use anteroom_testkit::server::{START, TestServer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::steps::{CHALLENGE, VERIFIER};

/// The identifier of the API.
pub(crate) const API: &str = "https://my-api.example.com";
/// The browser app.
pub(crate) const SPA: &str = "c0ffee00-0000-4000-8000-000000000a01";
/// The API's own client.
pub(crate) const CAPI: &str = "c0ffee00-0000-4000-8000-000000000a02";
/// Its secret.
pub(crate) const CAPI_SECRET: &str = "capi-secret-marker";
/// Where the browser app is.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:8999/callback";
/// The connection.
pub(crate) const CONNECTION: &str = "acme-idp";
/// Our secret at the provider.
pub(crate) const PROVIDER_SECRET: &str = "provider-secret-marker";
/// The grant.
pub(crate) const VAULT: &str =
    "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";
/// The type that is asked for.
pub(crate) const REQUESTED: &str = "http://auth0.com/oauth/token-type/federated-connection-access-token";
/// What an access token is.
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// What a refresh token is.
pub(crate) const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
/// All scopes of connected accounts.
pub(crate) const ME: &str =
    "create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts";

/// The server and the provider, in one time.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) provider: Provider,
    pub(crate) provider_clock: Arc<ManualClock>,
}

/// The id with this text.
pub(crate) fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).expect("an id")
}

fn client(id_text: &str, name: &str, client_type: ClientType, auth0: Auth0Application) -> Client {
    Client {
        id: id(id_text),
        project: id(PROJECT),
        name: name.to_owned(),
        client_type,
        status: ClientStatus::Active,
        secret: None,
        retiring_secret: None,
        settings: ClientSettings { auth0: Some(Box::new(auth0)), ..ClientSettings::default() },
        provider_secret: None,
        created_at: START,
        updated_at: START,
        version: 1,
    }
}

fn clients() -> [Client; 2] {
    let conformant = |app_type| Auth0Application {
        app_type: Some(app_type),
        oidc_conformant: true,
        ..Auth0Application::default()
    };
    let mut spa = client(SPA, "Browser app", ClientType::Public, conformant(AppType::Spa));
    spa.settings.redirect_uris = vec![CALLBACK.to_owned()];
    spa.settings.grant_types = Some(vec![GrantType::AuthorizationCode]);
    let own = Auth0Application {
        resource_server_identifier: Some(API.to_owned()),
        ..conformant(AppType::ResourceServer)
    };
    let mut capi = client(CAPI, "Custom API Client", ClientType::Confidential, own);
    capi.settings.grant_types = Some(vec![GrantType::FederatedConnectionAccessToken]);
    let secret = Secret::<ClientSecret>::new(CAPI_SECRET.to_owned());
    capi.secret = Some(StoredSecret { digest: secret.digest(), created_at: START, expires_at: None });
    [spa, capi]
}

fn options(provider: &Provider) -> Map<String, Value> {
    let options = json!({
        "issuer": provider.issuer(),
        "authorization_endpoint": provider.url("authorize"),
        "token_endpoint": provider.url("token"),
        "userinfo_endpoint": provider.url("userinfo"),
        "client_id": "anteroom-at-acme",
        "client_secret": PROVIDER_SECRET,
        "scope": "openid profile offline_access",
    });
    options.as_object().expect("an object").clone()
}

impl World {
    /// Everything set up, nothing connected.
    pub(crate) async fn new() -> Self {
        let provider_clock = Arc::new(ManualClock::new(START));
        let provider = Provider::with_clock(Arc::clone(&provider_clock) as _).await;
        let clinic = Clinic::default().with("/projects/0/allowedOutboundHosts", json!([provider.host()]));
        let server = TestServer::over(clinic).await;
        let options = options(&provider);
        let engine = Arc::clone(&server.engine);
        server
            .change(move |cx| {
                for client in clients() {
                    cx.tx.insert_client(&client)?;
                }
                cx.tx.insert_resource_server(&ResourceServer {
                    id: id("a0000000-0000-4000-8000-000000000a03"),
                    project: id(PROJECT),
                    identifier: API.to_owned(),
                    name: Some("My API Resource Server".to_owned()),
                    scopes: vec![ApiScope { value: "read:calendar".to_owned(), description: None }],
                    settings: ResourceServerSettings::default(),
                    signing_secret: None,
                    created_at: START,
                    updated_at: START,
                })?;
                let connection = NewConnection {
                    id: None,
                    project: id(PROJECT),
                    name: CONNECTION.to_owned(),
                    strategy: "oidc".to_owned(),
                    display_name: None,
                    options,
                    authentication: true,
                    connected_accounts: true,
                    rest: Map::new(),
                };
                let connection = connections::create(cx, &engine, connection)?;
                cx.tx.set_connection_client(connection.id, id(SPA), true)?;
                Ok(())
            })
            .await;
        Self { server, provider, provider_clock }
    }

    /// Everything set up, and Pat's account connected.
    pub(crate) async fn connected() -> Self {
        let world = Self::new().await;
        let account = world.connect().await;
        assert_eq!(account.status, 201, "{account:?}");
        world
    }

    /// Moves the time of both.
    pub(crate) fn wait(&self, seconds: i64) {
        self.server.clock.advance(seconds);
        self.provider_clock.advance(seconds);
    }

    /// An access token for `audience` of Pat, through the browser app.
    pub(crate) async fn token(&self, audience: &str, scope: &str) -> String {
        self.token_saying(
            json!({ "aud": [audience, format!("{}userinfo", self.server.base())], "scope": scope }),
        )
        .await
    }

    /// An access token for the My Account API.
    pub(crate) async fn me_token(&self, scope: &str) -> String {
        let audience = format!("{}me/", self.server.base());
        self.token_saying(json!({ "aud": audience, "scope": scope })).await
    }

    /// An access token that says this; `null` takes a claim out.
    pub(crate) async fn token_saying(&self, more: Value) -> String {
        self.token_of(id(PAT_MEMBERSHIP), SPA, more).await
    }

    /// As [`World::token_saying`], of somebody else or through another client.
    pub(crate) async fn token_of(
        &self,
        membership: Id<Membership>,
        client: &'static str,
        more: Value,
    ) -> String {
        let now = self.server.now();
        let login: Id<Login> = self
            .server
            .change(move |cx| {
                let login = Login {
                    id: cx.time_ordered_id()?,
                    project: id(PROJECT),
                    client: id(client),
                    membership,
                    auth_method: AuthMethod::Password,
                    auth_time: cx.now,
                    scope: String::new(),
                    remote_address: None,
                    expires_at: cx.now + 86_400,
                    revoked_at: None,
                    pre_authorized_code: None,
                    audience: None,
                    launch: None,
                };
                cx.tx.insert_login(&login)?;
                Ok(login.id)
            })
            .await;
        let mut claims = json!({
            "iss": self.server.base(),
            "sub": User::user_id(id(PAT_USER)),
            "iat": now.seconds(),
            "exp": now.seconds() + 86_400,
            "azp": client,
            "login_id": login,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            if value.is_null() {
                claims.as_object_mut().expect("an object").remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        let key = self.server.engine.key_ring().signing(Alg::RS256);
        key.sign_jws(Typ::Jwt, &claims).expect("claims are signed")
    }

    /// A refresh token of a client, for Pat.
    pub(crate) async fn refresh_token(&self, client: &'static str) -> String {
        let login = self.token_of(id(PAT_MEMBERSHIP), client, json!({ "aud": API, "scope": "" })).await;
        let payload = login.split('.').nth(1).expect("a JWS has three parts");
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON");
        let login = id(claims["login_id"].as_str().expect("a login"));
        let (locator, own) = ("L".repeat(24), "t".repeat(43));
        let token = format!("{locator}{own}");
        let family = RefreshFamily {
            login,
            client: id(client),
            session: None,
            locator: Secret::new(locator).digest(),
            current: Secret::new(token.clone()).digest(),
            previous: None,
            rotated_at: None,
            graced: false,
            offline: true,
            created_at: self.server.now(),
            expires_at: self.server.now() + 86_400,
        };
        self.server.change(move |cx| Ok(cx.tx.insert_refresh_family(&family)?)).await;
        token
    }

    /// `POST …/connect` for the browser app.
    pub(crate) async fn begin(&self, more: Value) -> Reply {
        let mut body = json!({
            "connection": CONNECTION,
            "redirect_uri": CALLBACK,
            "state": "s=t/a?t&e",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let token = self.me_token(ME).await;
        self.server.post("/me/v1/connected-accounts/connect").bearer(&token).json(&body).send().await
    }

    /// `POST …/complete`.
    pub(crate) async fn complete(&self, session: &str, code: &str, more: Value) -> Reply {
        let mut body = json!({
            "auth_session": session,
            "connect_code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let token = self.me_token(ME).await;
        self.server.post("/me/v1/connected-accounts/complete").bearer(&token).json(&body).send().await
    }

    /// Begins, walks the browser through the provider, and completes.
    pub(crate) async fn connect(&self) -> Reply {
        let begun = self.begin(json!({})).await;
        assert_eq!(begun.status, 201, "{begun:?}");
        let back = Browser::default().walk(self, &begun).await;
        let code = query(&back, "connect_code").unwrap_or_else(|| panic!("no code in {back}"));
        self.complete(&begun.str("auth_session"), &code, json!({})).await
    }

    /// The exchange as the API's client; `more` replaces or adds, and an empty value takes out.
    pub(crate) async fn exchange(&self, subject: &str, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![
            ("grant_type", VAULT),
            ("client_id", CAPI),
            ("client_secret", CAPI_SECRET),
            ("subject_token", subject),
            ("subject_token_type", ACCESS_TOKEN),
            ("requested_token_type", REQUESTED),
            ("connection", CONNECTION),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        self.server.post("/oauth2/token").form(&fields).send().await
    }

    /// Changes a client.
    pub(crate) async fn change_client(
        &self,
        client: &'static str,
        change: impl FnOnce(&mut Client) + Send + 'static,
    ) {
        self.server
            .change(move |cx| {
                let mut row = (*cx.tx.client(id(client))?.expect("the client")).clone();
                change(&mut row);
                Ok(cx.tx.update_client(&row)?)
            })
            .await;
    }

    /// Changes what Auth0 keeps of a client.
    pub(crate) async fn change_auth0(
        &self,
        client: &'static str,
        change: impl FnOnce(&mut Auth0Application) + Send + 'static,
    ) {
        self.change_client(client, |row| change(row.settings.auth0.as_mut().expect("it has them"))).await;
    }

    /// Changes the connection.
    pub(crate) async fn change_connection(&self, change: impl FnOnce(&mut Connection) + Send + 'static) {
        self.server
            .change(move |cx| {
                let mut row = cx.tx.connection_by_name(id(PROJECT), CONNECTION)?.expect("the connection");
                change(&mut row);
                Ok(cx.tx.update_connection(&row)?)
            })
            .await;
    }

    /// Pat's accounts.
    pub(crate) fn accounts(&self) -> Vec<ConnectedAccount> {
        let read = self.server.engine.read(|tx, _| Ok(tx.list_connected_accounts(id(PAT_USER), None)?));
        read.expect("the store reads")
    }

    /// Newest events first: kind, refusal, body.
    pub(crate) fn events(&self) -> Vec<(&'static str, Option<&'static str>, Value)> {
        let read = self.server.engine.read(|tx, _| {
            let rows = tx.list_events(id(PROJECT), &EventFilter::default(), 1_000)?;
            Ok(rows
                .into_iter()
                .map(|row| {
                    let event = row.event.event;
                    (event.kind.as_str(), event.refusal, json!(event.body))
                })
                .collect())
        });
        read.expect("the store reads")
    }

    /// The newest refusal: its name, the check that failed, and its two values.
    pub(crate) fn newest_refusal(&self) -> (&'static str, String, String, String) {
        let (_, refusal, body) =
            self.events().into_iter().find(|(_, refusal, _)| refusal.is_some()).expect("a refusal");
        let checks = body["trace"].as_array().cloned().unwrap_or_default();
        let failed = checks.iter().rfind(|check| check["passed"] == false).cloned().unwrap_or_default();
        let text = |name: &str| failed[name].as_str().unwrap_or_default().to_owned();
        (refusal.unwrap_or_default(), text("check"), text("expected"), text("found"))
    }
}

/// A browser without a screen: it keeps cookies of the engine and follows redirects.
#[derive(Default)]
pub(crate) struct Browser {
    cookie: Option<String>,
}

impl Browser {
    /// Opens a path of the engine.
    pub(crate) async fn open(&mut self, world: &World, target: &str) -> Reply {
        let mut request = world.server.get(target);
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        let reply = request.send().await;
        if let Some(line) = reply.header("set-cookie") {
            self.cookie = line.split(';').next().map(str::to_owned);
        }
        reply
    }

    /// Opens the ticket; where the provider's page is.
    pub(crate) async fn ticket(&mut self, world: &World, begun: &Reply) -> Reply {
        let ticket = begun.json()["connect_params"]["ticket"].as_str().expect("a ticket").to_owned();
        let path = begun.str("connect_uri");
        let path = path.strip_prefix(world.server.base().trim_end_matches('/')).expect("our own address");
        self.open(world, &format!("{path}?ticket={}", encode(&ticket))).await
    }

    /// Opens the ticket, agrees at the provider, and comes back; where the browser is sent in the end.
    pub(crate) async fn walk(&mut self, world: &World, begun: &Reply) -> String {
        let opened = self.ticket(world, begun).await;
        assert_eq!(opened.status, 303, "{opened:?}");
        let back = agree(world, &location(&opened)).await;
        let reply = self.open(world, &below(world, &back)).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        location(&reply)
    }
}

/// Where an answer sends the browser.
pub(crate) fn location(reply: &Reply) -> String {
    reply.header("location").unwrap_or_else(|| panic!("no location: {reply:?}")).to_owned()
}

/// The path and query of an address of the engine.
pub(crate) fn below(world: &World, address: &str) -> String {
    let base = world.server.base();
    let rest = address.strip_prefix(&base).unwrap_or_else(|| panic!("{address} is not below {base}"));
    format!("/{rest}")
}

/// The provider's page: the person agrees at once, or the knob says otherwise.
pub(crate) async fn agree(world: &World, address: &str) -> String {
    let issuer = world.provider.issuer();
    let rest = address.strip_prefix(&issuer).unwrap_or_else(|| panic!("{address} is not at {issuer}"));
    let provider = world.provider.host().parse().expect("an address");
    location(&Request::new(provider, "GET", &format!("/{rest}")).send().await)
}

/// A parameter of an address, decoded.
pub(crate) fn query(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let mut form = anteroom_oauth::form::Form::decode(query.as_bytes()).ok()?;
    let value: Option<Secret<ClientSecret>> = form.take_secret(name);
    value.map(|value| value.expose().to_owned())
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
