//! A server, a browser, and the steps that many tests take.

use std::collections::BTreeMap;
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::clock::ManualClock;
use anteroom_engine::cx::{Cx, Origin};
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::stop::Outcome;
use anteroom_engine::timestamp::Timestamp;
use anteroom_engine::workspace::{Workspace, apply};
use anteroom_http::Listener;
use anteroom_store_sqlite::SqliteStore;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its S256 challenge.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A confidential client.
pub(crate) const WEB: &str = "c0ffee00-0000-4000-8000-000000000001";
pub(crate) const WEB_SECRET: &str = "web-secret";
pub(crate) const CB: &str = "https://c.test/cb";
/// A public client on this computer.
pub(crate) const SPA: &str = "c0ffee00-0000-4000-8000-000000000002";
pub(crate) const LOOPBACK: &str = "http://127.0.0.1/cb";
/// A public client with a scheme of its own.
pub(crate) const APP: &str = "c0ffee00-0000-4000-8000-000000000003";
/// A client as Medplum's.
pub(crate) const LEGACY: &str = "c0ffee00-0000-4000-8000-000000000004";
pub(crate) const LEGACY_SECRET: &str = "legacy-secret";
/// The same, and PKCE is optional.
pub(crate) const SEED: &str = "c0ffee00-0000-4000-8000-000000000005";
/// Switched off.
pub(crate) const OFF: &str = "c0ffee00-0000-4000-8000-000000000006";
/// May not use the authorization code grant.
pub(crate) const ROBOT: &str = "c0ffee00-0000-4000-8000-000000000007";
/// Another public client.
pub(crate) const OTHER: &str = "c0ffee00-0000-4000-8000-000000000008";

pub(crate) const ADA: &str = "ada@example.org";
pub(crate) const ADA_MEMBERSHIP: &str = "3e300000-0000-4000-8000-000000000001";
pub(crate) const BOB: &str = "bob@example.org";
pub(crate) const PASSWORD: &str = "correct horse battery";

fn workspace() -> Value {
    json!({ "rateLimits": { "login": 0, "auth": 0, "other": 0 }, "projects": [{
        "id": "8a5c1f8e-0000-4000-8000-000000000001",
        "name": "Riverside Clinic",
        "clients": [
            { "id": WEB, "name": "Patient <portal>", "clientType": "confidential", "secret": WEB_SECRET, "admin": true,
              "redirectUris": [CB, "https://c.test/q?x=1"], "postLogoutRedirectUris": ["https://c.test/bye"] },
            { "id": SPA, "name": "Browser app", "clientType": "public",
              "redirectUris": [LOOPBACK, "http://[::1]/cb", "https://spa.test/cb"] },
            { "id": APP, "name": "Phone app", "clientType": "public",
              "redirectUris": ["com.example.app:/cb", "com.example.app://cb"] },
            { "id": LEGACY, "name": "Legacy", "clientType": "medplum", "secret": LEGACY_SECRET,
              "redirectUris": ["https://legacy.test/cb"] },
            { "id": SEED, "name": "Seed", "clientType": "medplum", "pkceOptional": true,
              "redirectUris": ["https://seed.test/cb"], "defaultScope": ["openid"] },
            { "id": OFF, "name": "Off", "clientType": "public", "status": "off", "redirectUris": [CB] },
            { "id": ROBOT, "name": "Robot", "clientType": "confidential", "secret": "robot-secret",
              "redirectUris": ["https://robot.test/cb"], "grantTypes": ["client_credentials"] },
            { "id": OTHER, "name": "Other", "clientType": "public", "redirectUris": ["https://other.test/cb"] },
        ],
        "members": [
            { "email": ADA, "password": PASSWORD, "membershipId": ADA_MEMBERSHIP,
              "profile": { "resourceType": "Practitioner", "name": [{ "given": ["Ada"], "family": "Byron" }] } },
            { "email": BOB, "password": PASSWORD,
              "profile": { "resourceType": "Patient", "name": [{ "given": ["Bob"], "family": "Doe" }] } },
            { "email": "gone@example.org", "password": PASSWORD, "active": false,
              "profile": { "resourceType": "Patient", "name": [{ "given": ["Gil"], "family": "Gone" }] } },
        ],
    }] })
}

/// The real listener over an engine whose clock moves when told.
pub(crate) struct Server {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) base: String,
    http: reqwest::Client,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::in_dialect("rfc").await
    }

    pub(crate) async fn in_dialect(dialect: &str) -> Self {
        let listener = Listener::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let base = format!("http://{}/", listener.local_addr());
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let parts = Parts {
            store: Arc::new(SqliteStore::in_memory().unwrap()),
            master_key: MasterKey::from_bytes([7; 32]),
            clock: Arc::clone(&clock) as Arc<_>,
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse(&base).unwrap()],
        };
        let mut file = workspace();
        file["projects"][0]["dialect"] = dialect.into();
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

    /// Changes the store, as a command from the window would.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Cx<'_>) -> Outcome<T> + Send + 'static,
    ) -> T {
        let origin = Origin::inside(self.engine.issuer().clone());
        match self.engine.transact(origin, change).await {
            Ok(value) => value,
            Err(stop) => panic!("{stop:?}"),
        }
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

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        self.http.post(self.url(path)).form(fields)
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(self.url(path))
    }

    /// A request to the token endpoint.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Page {
        self.send(self.post("oauth2/token", fields)).await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> u16 {
        self.send(self.get("oauth2/userinfo").bearer_auth(access_token)).await.status
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

    pub(crate) fn location(&self) -> Option<&str> {
        self.header("location")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn str(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    /// Status and `error` of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["error"].as_str().unwrap_or_default().to_owned())
    }

    /// The parameters of the address the browser is sent to.
    pub(crate) fn parameters(&self) -> BTreeMap<String, String> {
        let location = self.location().unwrap_or_else(|| panic!("no Location: {self:?}"));
        let (_, query) = location.split_once('?').unwrap_or((location, ""));
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decode(value)))
            .collect()
    }

    /// `error` in the address the browser is sent to.
    pub(crate) fn error(&self) -> String {
        self.parameters().get("error").unwrap_or_else(|| panic!("no error: {self:?}")).clone()
    }

    /// A value of a form field of the page.
    pub(crate) fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&mark).unwrap_or_else(|| panic!("no {name}: {}", self.body)) + mark.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }
}

/// `%XX` becomes a byte.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What a browser says of a request whose answer it shows as a page: Fetch Metadata.
pub(crate) const NAVIGATION: &[(&str, &str)] =
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "document")];

/// A browser: it keeps cookies and follows nothing by itself.
#[derive(Debug, Default, Clone)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
    /// Sent with each request; none, as a program sends them, unless said otherwise.
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

impl Browser {
    pub(crate) fn sending(headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..Self::default() }
    }

    async fn send(&mut self, server: &Server, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        let request =
            self.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let page = server.send(request).await;
        for line in page.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }

    pub(crate) async fn get(&mut self, server: &Server, target: &str) -> Page {
        let path = target.strip_prefix(&server.base).unwrap_or(target);
        self.send(server, server.get(path)).await
    }

    pub(crate) async fn post(&mut self, server: &Server, target: &str, fields: &[(&str, &str)]) -> Page {
        let path = target.strip_prefix(&server.base).unwrap_or(target);
        self.send(server, server.post(path, fields)).await
    }

    /// Sends an authorization request.
    pub(crate) async fn authorize(&mut self, server: &Server, parameters: &[(&str, &str)]) -> Page {
        self.get(server, &format!("oauth2/authorize?{}", query(parameters))).await
    }

    /// Presses a button of the page at `target`.
    pub(crate) async fn press(&mut self, server: &Server, target: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(server, target).await;
        assert_eq!(page.status, 200, "{page:?}");
        let token = page.field("form_token");
        let mut all = vec![("form_token", token.as_str())];
        all.extend_from_slice(fields);
        self.post(server, target, &all).await
    }

    /// Goes through all pages, as Ada, and gives the address of the client.
    pub(crate) async fn finish(&mut self, server: &Server, began: Page) -> Page {
        self.finish_as(server, began, ADA).await
    }

    /// Goes through all pages and gives the address of the client.
    pub(crate) async fn finish_as(&mut self, server: &Server, began: Page, email: &str) -> Page {
        let mut page = began;
        for _ in 0..4 {
            assert_eq!(page.status, 303, "{page:?}");
            let Some(target) = page.location().filter(|to| to.starts_with(&server.base)) else { return page };
            let target = target.to_owned();
            let shown = self.get(server, &target).await;
            page = if shown.body.contains("name=\"password\"") {
                let fields = [("press", "sign_in"), ("email", email), ("password", PASSWORD)];
                self.press(server, &target, &fields).await
            } else {
                self.press(server, &target, &[("press", "allow"), ("remember", "1")]).await
            };
        }
        panic!("the pages do not end: {page:?}")
    }

    /// A code for the client, from the first request to the last page.
    pub(crate) async fn code(&mut self, server: &Server, parameters: &[(&str, &str)]) -> String {
        let began = self.authorize(server, parameters).await;
        let left = self.finish(server, began).await;
        left.parameters().get("code").unwrap_or_else(|| panic!("no code: {left:?}")).clone()
    }
}

/// Percent-encodes everything but the unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// A request of a client with everything it needs.
pub(crate) fn request<'a>(client: &'a str, redirect_uri: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", redirect_uri),
        ("scope", "openid"),
        ("state", "st"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// The request with one parameter changed, added, or, without a value, taken away.
pub(crate) fn but<'a>(
    mut request: Vec<(&'a str, &'a str)>,
    name: &'a str,
    value: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    request.retain(|(own, _)| *own != name);
    request.extend(value.map(|value| (name, value)));
    request
}

/// Redeems a code of WEB.
pub(crate) async fn redeem(server: &Server, code: &str, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", WEB),
        ("client_secret", WEB_SECRET),
        ("code", code),
    ];
    for (name, value) in [("redirect_uri", CB), ("code_verifier", VERIFIER)] {
        // An empty value counts as absent.
        if !more.iter().any(|(own, _)| *own == name) {
            fields.push((name, value));
        }
    }
    fields.extend_from_slice(more);
    server.token(&fields).await
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("a JWS has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}
