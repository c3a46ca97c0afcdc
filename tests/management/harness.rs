//! A server with one client of the Management API, and the steps that many tests take.

use std::collections::BTreeMap;
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::clock::ManualClock;
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::timestamp::Timestamp;
use anteroom_engine::workspace::{Workspace, apply};
use anteroom_http::Listener;
use anteroom_store_sqlite::SqliteStore;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client of the Management API with every scope.
pub(crate) const ADMIN: &str = "c0ffee00-0000-4000-8000-0000000000a0";
pub(crate) const ADMIN_SECRET: &str = "admin-secret-admin-secret";
/// One that may only read clients and change client grants.
pub(crate) const SMALL: &str = "c0ffee00-0000-4000-8000-0000000000a1";
pub(crate) const SMALL_SECRET: &str = "small-secret-small-secret";
/// A project admin of Medplum's kind.
pub(crate) const DESK: &str = "c0ffee00-0000-4000-8000-0000000000a2";
pub(crate) const DESK_SECRET: &str = "desk-secret-desk-secret";
/// A client of another project, and its machine.
pub(crate) const FOREIGN: &str = "c0ffee00-0000-4000-8000-0000000000b0";
pub(crate) const FOREIGN_SECRET: &str = "foreign-secret-foreign";

pub(crate) const ADA: &str = "ada@example.org";
pub(crate) const ADA_USER: &str = "05e00000-0000-4000-8000-000000000001";
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) const API: &str = "https://my-api.example.com";
pub(crate) const VAULT: &str =
    "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";
pub(crate) const CALLBACK: &str = "http://127.0.0.1:5173/callback";
pub(crate) const ORIGIN: &str = "http://127.0.0.1:5173";

pub(crate) fn workspace() -> Value {
    json!({ "rateLimits": { "login": 0, "auth": 0, "other": 0 }, "projects": [
        {
            "id": "8a5c1f8e-0000-4000-8000-000000000001", "name": "Riverside Clinic",
            "clients": [
                { "id": DESK, "name": "Desk", "clientType": "confidential", "secret": DESK_SECRET, "admin": true },
            ],
            "members": [
                { "email": ADA, "emailVerified": true, "password": PASSWORD, "userId": ADA_USER,
                  "profile": { "resourceType": "Practitioner", "name": [{ "given": ["Ada"], "family": "Byron" }] } },
            ],
            "managementClients": [
                { "id": ADMIN, "name": "Admin", "secret": ADMIN_SECRET },
                { "id": SMALL, "name": "Small", "secret": SMALL_SECRET,
                  "scope": ["read:client_summary", "read:client_grants", "create:client_grants",
                            "update:client_grants", "update:client_keys"] },
            ],
        },
        {
            "id": "8a5c1f8e-0000-4000-8000-000000000002", "name": "Hillside Clinic",
            "managementClients": [{ "id": FOREIGN, "name": "Foreign", "secret": FOREIGN_SECRET }],
        },
    ] })
}

/// The real listener over an engine whose clock moves when told.
pub(crate) struct Server {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<ManualClock>,
    /// With its slash.
    pub(crate) base: String,
    http: reqwest::Client,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::over(workspace()).await
    }

    pub(crate) async fn over(file: Value) -> Self {
        let listener = Listener::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let base = format!("http://{}/", listener.local_addr());
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let parts = Parts {
            store: Arc::new(SqliteStore::in_memory().unwrap()),
            master_key: MasterKey::from_bytes([7; 32]),
            clock: Arc::clone(&clock) as Arc<_>,
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse(&base).unwrap(), Issuer::parse("https://localhost:8443/").unwrap()],
        };
        let engine = tokio::task::spawn_blocking(move || {
            let engine = Arc::new(Engine::open(parts).unwrap());
            let file =
                Workspace::read(file.to_string().as_bytes()).unwrap_or_else(|misfit| panic!("{misfit}"));
            apply(&engine, file, false).unwrap_or_else(|error| panic!("{error}"));
            engine
        });
        let engine = engine.await.unwrap();
        tokio::spawn(listener.serve(Arc::clone(&engine), std::future::pending::<()>()));
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self { engine, clock, base, http: http.unwrap() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        Page { status, headers, body: reply.text().await.unwrap() }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().unwrap(), self.url(path))
    }

    /// `POST /oauth/token` with a JSON body, as Auth0's pages write it.
    pub(crate) async fn token(&self, body: &Value) -> Page {
        self.send(self.request("POST", "oauth/token").json(body)).await
    }

    /// A token for the Management API.
    pub(crate) async fn management(&self, client_id: &str, secret: &str) -> Api<'_> {
        let audience = self.url("api/v2/");
        let reply = self
            .token(
                &json!({ "grant_type": "client_credentials", "client_id": client_id, "client_secret": secret,
                            "audience": audience }),
            )
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        Api { server: self, token: reply.str("access_token") }
    }

    /// The one with every scope.
    pub(crate) async fn admin(&self) -> Api<'_> {
        self.management(ADMIN, ADMIN_SECRET).await
    }
}

/// The Management API with a token.
pub(crate) struct Api<'a> {
    pub(crate) server: &'a Server,
    pub(crate) token: String,
}

impl Api<'_> {
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Page {
        let request = self.server.request(method, &format!("api/v2/{path}")).bearer_auth(&self.token);
        self.server
            .send(match body {
                Some(body) => request.json(&body),
                None => request,
            })
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Page {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Page {
        self.call("PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Page {
        self.call("DELETE", path, None).await
    }

    /// Creates something and gives it.
    pub(crate) async fn made(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }

    /// The SPA of the seed.
    pub(crate) async fn spa(&self) -> Value {
        self.made("clients", json!({
            "name": "SPA", "app_type": "spa", "token_endpoint_auth_method": "none", "callbacks": [CALLBACK],
            "allowed_origins": [ORIGIN], "web_origins": [ORIGIN], "oidc_conformant": true,
            "jwt_configuration": { "alg": "RS256" },
        }))
        .await
    }

    /// The API of the seed.
    pub(crate) async fn api(&self) -> Value {
        self.made(
            "resource-servers",
            json!({
                "name": "My API Resource Server", "identifier": API,
                "scopes": [
                    { "value": "read:calendar", "description": "Read calendar events" },
                    { "value": "write:calendar", "description": "Write calendar events" },
                ],
            }),
        )
        .await
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn str(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    /// Status, `errorCode` and `message` of an error of the Management API, whose shape is checked.
    pub(crate) fn trouble(&self) -> (u16, String, String) {
        let body = self.json();
        assert_eq!(body["statusCode"], self.status, "{self:?}");
        assert!(body["error"].is_string(), "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"), "{self:?}");
        let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
        (self.status, text("errorCode"), text("message"))
    }

    /// Status, `error` and `error_description` of a refusal of the token endpoint.
    pub(crate) fn refusal(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        (self.status, self.str("error"), self.str("error_description"))
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("no Location: {self:?}"))
    }

    /// The parameters of the address the browser is sent to.
    pub(crate) fn parameters(&self) -> BTreeMap<String, String> {
        let url = url::Url::parse(self.location()).unwrap();
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    /// A value of a form field of the page.
    fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&mark).unwrap_or_else(|| panic!("no {name}: {}", self.body)) + mark.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }
}

/// A browser: it keeps cookies and follows nothing by itself.
#[derive(Debug, Default, Clone)]
pub(crate) struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn send(&mut self, server: &Server, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        let page = server.send(request).await;
        for line in page.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        page
    }

    /// `GET /authorize` with PKCE.
    pub(crate) async fn authorize(&mut self, server: &Server, more: &[(&str, &str)]) -> Page {
        let mut parameters = vec![
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("state", "s1"),
        ];
        parameters.extend_from_slice(more);
        self.send(server, server.request("GET", "authorize").query(&parameters)).await
    }

    /// `GET /authorize` with these parameters and no others.
    pub(crate) async fn ask(&mut self, server: &Server, parameters: &[(&str, &str)]) -> Page {
        self.send(server, server.request("GET", "authorize").query(parameters)).await
    }

    /// `GET /v2/logout`.
    pub(crate) async fn logout(&mut self, server: &Server, parameters: &[(&str, &str)]) -> Page {
        self.send(server, server.request("GET", "v2/logout").query(parameters)).await
    }

    async fn press(&mut self, server: &Server, target: &str, page: &Page, fields: &[(&str, &str)]) -> Page {
        let token = page.field("form_token");
        let mut all = vec![("form_token", token.as_str())];
        all.extend_from_slice(fields);
        let path = target.strip_prefix(&server.base).unwrap();
        self.send(server, server.request("POST", path).form(&all)).await
    }

    /// Goes through all pages, as Ada; the address of the client, and how many pages there were.
    pub(crate) async fn through(&mut self, server: &Server, began: Page) -> (Page, usize) {
        let mut page = began;
        for pages in 0..4 {
            assert_eq!(page.status, 303, "{page:?}");
            let target = page.location().to_owned();
            let Some(path) = target.strip_prefix(&server.base) else { return (page, pages) };
            let shown = self.send(server, server.request("GET", path)).await;
            assert_eq!(shown.status, 200, "{shown:?}");
            page = if shown.body.contains("name=\"password\"") {
                let fields = [("press", "sign_in"), ("email", ADA), ("password", PASSWORD)];
                self.press(server, &target, &shown, &fields).await
            } else {
                self.press(server, &target, &shown, &[("press", "allow"), ("remember", "1")]).await
            };
        }
        panic!("no end of pages: {page:?}");
    }

    /// Signs Ada in for `audience`; the answer of the token endpoint.
    pub(crate) async fn sign_in(&mut self, server: &Server, client: &Value, more: &[(&str, &str)]) -> Page {
        let client_id = client["client_id"].as_str().unwrap();
        let mut parameters = vec![("client_id", client_id)];
        parameters.extend_from_slice(more);
        let began = self.authorize(server, &parameters).await;
        let (page, _) = self.through(server, began).await;
        let code = page.parameters().get("code").cloned().unwrap_or_else(|| panic!("no code: {page:?}"));
        let mut body = json!({ "grant_type": "authorization_code", "client_id": client_id, "code": code,
                               "redirect_uri": CALLBACK, "code_verifier": VERIFIER });
        if let Some(secret) = client.get("client_secret") {
            body["client_secret"] = secret.clone();
        }
        server.token(&body).await
    }
}

/// The header and the claims of a token, not verified.
pub(crate) fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

/// Its claims.
pub(crate) fn claims(token: &str) -> Value {
    parts(token).1
}

/// Percent-encodes a path segment.
pub(crate) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
