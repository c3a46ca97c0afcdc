//! Requests that are refused at the token endpoint, the authorization endpoint and its pages, `/auth/preauthorize` and
//! userinfo, one after the other against one engine.

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
use anteroom_testkit::watch;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::steps::{CHALLENGE, VERIFIER};

const WEB: &str = "c0ffee00-0000-4000-8000-000000000001";
const SPA: &str = "c0ffee00-0000-4000-8000-000000000002";
const SEED: &str = "c0ffee00-0000-4000-8000-000000000003";
const OFF: &str = "c0ffee00-0000-4000-8000-000000000004";
const BLOCKED: &str = "c0ffee00-0000-4000-8000-000000000005";
const PLAIN: &str = "c0ffee00-0000-4000-8000-000000000006";
const NOBODY: &str = "c0ffee00-0000-4000-8000-0000000000ff";
const SECRET: &str = "a-secret-for-tests";
const CB: &str = "https://c.test/cb";
const PAT: &str = "5f0c2a10-0000-4000-8000-000000000001";
const GONE: &str = "5f0c2a10-0000-4000-8000-000000000002";
const FAR: &str = "5f0c2a10-0000-4000-8000-000000000003";
const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";
const PRE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

fn workspace() -> Value {
    let profile = |kind: &str, id: &str| json!({ "resourceType": kind, "id": id, "name": [{ "given": ["A"], "family": "B" }] });
    json!({ "projects": [{
        "name": "Clinic",
        "accessPolicies": [{ "name": "Nowhere", "resource": [], "ipAccessRule": [{ "value": "*", "action": "block" }] }],
        "clients": [
            { "id": WEB, "name": "Web", "clientType": "confidential", "secret": SECRET, "admin": true, "redirectUris": [CB, "com.example.app:/cb"],
              "postLogoutRedirectUris": [CB] },
            { "id": SPA, "name": "Spa", "clientType": "public", "redirectUris": [CB], "grantTypes": ["authorization_code", PRE] },
            { "id": SEED, "name": "Seed", "clientType": "medplum", "pkceOptional": true, "redirectUris": [CB] },
            { "id": OFF, "name": "Off", "clientType": "confidential", "secret": SECRET, "status": "off" },
            { "id": BLOCKED, "name": "Blocked", "clientType": "confidential", "secret": SECRET, "accessPolicy": "Nowhere" },
            { "id": PLAIN, "name": "Plain", "clientType": "confidential", "secret": SECRET },
        ],
        "members": [
            { "email": EMAIL, "password": PASSWORD, "admin": true, "profile": profile("Practitioner", "5f0c2a10-0000-4000-8000-000000000101") },
            { "profile": profile("Patient", PAT) },
            { "active": false, "profile": profile("Patient", GONE) },
            { "accessPolicy": "Nowhere", "profile": profile("Patient", FAR) },
        ],
    }] })
}

struct Bench {
    engine: Arc<Engine>,
    clock: Arc<ManualClock>,
    base: String,
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl Bench {
    async fn start() -> Self {
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
        let engine = tokio::task::spawn_blocking(move || {
            let engine = Arc::new(Engine::open(parts).unwrap());
            let file = Workspace::read(workspace().to_string().as_bytes())
                .unwrap_or_else(|misfit| panic!("{misfit}"));
            apply(&engine, file, false).unwrap_or_else(|error| panic!("{error}"));
            engine
        });
        let engine = engine.await.unwrap();
        tokio::spawn(listener.serve(Arc::clone(&engine), std::future::pending::<()>()));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { engine, clock, base, http, cookies: BTreeMap::new() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.http.post(self.url(path)).form(fields)
    }

    /// Sends a request that is watched, and collects what it was refused with.
    async fn send(&mut self, request: RequestBuilder) -> (u16, String, String) {
        let watched = watch::server(&self.engine);
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header("traceparent", watch::TRACEPARENT);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let reply = request.send().await.unwrap();
        for line in reply.headers().get_all("set-cookie") {
            let first = line.to_str().unwrap().split(';').next().unwrap().to_owned();
            let (name, value) = first.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = reply.status().as_u16();
        let location =
            reply.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let body = reply.text().await.unwrap();
        drop(watched);
        (status, location, body)
    }

    async fn token(&mut self, fields: &[(&str, &str)]) -> Value {
        let request = self.post("oauth2/token", fields);
        let (_, _, body) = self.send(request).await;
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// A token request of the confidential client.
    async fn web(&mut self, fields: &[(&str, &str)]) -> Value {
        let mut all = vec![("client_id", WEB), ("client_secret", SECRET)];
        all.extend_from_slice(fields);
        self.token(&all).await
    }

    async fn authorize(&mut self, client: &str, change: &[(&str, Option<&str>)]) -> String {
        let mut all = vec![
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", CB),
            ("scope", "openid offline_access"),
            ("state", "st"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in change {
            all.retain(|(own, _)| own != name);
            all.extend(value.map(|value| (*name, value)));
        }
        let request = self.get("oauth2/authorize").query(&all);
        self.send(request).await.1
    }

    /// Presses a button of the page at `at`.
    async fn press(&mut self, at: &str, fields: &[(&str, &str)]) -> String {
        let request = self.http.get(at);
        let (_, _, body) = self.send(request).await;
        let mark = "name=\"form_token\" value=\"";
        let token = body.split_once(mark).map(|(_, rest)| rest.split('"').next().unwrap().to_owned());
        let token = token.unwrap_or_default();
        let mut all = vec![("form_token", token.as_str())];
        all.extend_from_slice(fields);
        let request = self.http.post(at).form(&all);
        self.send(request).await.1
    }

    /// Signs Ada in for a client and agrees, so that its next requests get a code at once.
    async fn sign_in(&mut self, client: &str) -> String {
        let page = self.authorize(client, &[]).await;
        let mut next = page.clone();
        if !self.cookies.keys().any(|name| name.contains("session")) {
            next = self.press(&page, &[("press", "sign_in"), ("email", EMAIL), ("password", PASSWORD)]).await;
        }
        if next.starts_with(&self.base) {
            next = self.press(&next, &[("press", "allow"), ("remember", "1")]).await;
        }
        code_of(&next)
    }

    async fn code(&mut self, client: &str, change: &[(&str, Option<&str>)]) -> String {
        code_of(&self.authorize(client, change).await)
    }

    async fn preauthorize(&mut self, on_behalf_of: Option<&str>, body: Value) -> Value {
        self.preauthorize_as((WEB, SECRET), on_behalf_of, &body).await
    }

    async fn preauthorize_as(
        &mut self,
        (client, secret): (&str, &str),
        on_behalf_of: Option<&str>,
        body: &Value,
    ) -> Value {
        let mut request =
            self.http.post(self.url("auth/preauthorize")).basic_auth(client, Some(secret)).json(&body);
        if let Some(member) = on_behalf_of {
            request = request.header("x-medplum-on-behalf-of", member);
        }
        let (_, _, body) = self.send(request).await;
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// A pre-authorized code for a patient to the public client.
    async fn link(&mut self, patient: &str, more: Value) -> (String, String) {
        let mut body = json!({ "clientId": SPA });
        if let (Value::Object(members), Some(own)) = (more, body.as_object_mut()) {
            own.extend(members);
        }
        let issued = self.preauthorize(Some(&format!("Patient/{patient}")), body).await;
        let text = |name: &str| issued[name].as_str().unwrap_or_default().to_owned();
        (text("preAuthorizedCode"), text("txCode"))
    }

    async fn redeem(&mut self, client: &str, code: &str, more: &[(&str, &str)]) -> Value {
        let mut all = vec![("grant_type", PRE), ("client_id", client), ("pre-authorized_code", code)];
        all.extend_from_slice(more);
        self.token(&all).await
    }

    async fn userinfo(&mut self, token: &str) {
        let request = self.get("oauth2/userinfo").bearer_auth(token);
        self.send(request).await;
    }

    fn wait(&self, seconds: u32) {
        self.clock.advance(seconds.into());
    }
}

fn code_of(location: &str) -> String {
    let url = reqwest::Url::parse(location).unwrap_or_else(|error| panic!("{error}: {location:?}"));
    let found = url.query_pairs().find(|(name, _)| name == "code").map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("no code: {location}"))
}

const CODE: (&str, &str) = ("grant_type", "authorization_code");
const MACHINE: (&str, &str) = ("grant_type", "client_credentials");
const REFRESH: (&str, &str) = ("grant_type", "refresh_token");

async fn forms(bench: &mut Bench) {
    let token = bench.url("oauth2/token");
    for request in [
        bench.http.post(&token).header("content-type", "text/plain").body("x"),
        bench.http.post(&token).header("content-type", "application/x-www-form-urlencoded").body("a=%zz"),
        bench.http.post(&token).header("content-type", "application/x-www-form-urlencoded").body("a=1&a=2"),
        bench.post("oauth2/token", &[MACHINE]).header("authorization", "Bearer x"),
        bench.post("oauth2/token", &[MACHINE, ("client_secret", "x")]).basic_auth(WEB, Some(SECRET)),
        bench.post("oauth2/token", &[MACHINE, ("client_id", SPA)]).basic_auth(WEB, Some(SECRET)),
        bench.post("oauth2/introspect", &[]).basic_auth(WEB, Some(SECRET)),
        bench.post("oauth2/revoke", &[]).basic_auth(WEB, Some(SECRET)),
    ] {
        bench.send(request).await;
    }
    bench.token(&[("client_id", WEB)]).await;
    bench.token(&[("grant_type", "password")]).await;
}

async fn clients(bench: &mut Bench) {
    bench.token(&[MACHINE]).await;
    bench.token(&[MACHINE, ("client_id", SPA)]).await;
    for (client, secret) in
        [(NOBODY, Some("x")), (OFF, Some(SECRET)), (SPA, Some("x")), (WEB, None), (BLOCKED, Some(SECRET))]
    {
        let mut fields = vec![MACHINE, ("client_id", client)];
        fields.extend(secret.map(|secret| ("client_secret", secret)));
        bench.token(&fields).await;
    }
    bench.web(&[MACHINE, ("scope", "\"")]).await;
    for _ in 0..32 {
        bench.token(&[MACHINE, ("client_id", PLAIN), ("client_secret", "wrong")]).await;
    }
}

async fn links(bench: &mut Bench) {
    bench.token(&[("grant_type", PRE), ("client_id", SPA)]).await;
    bench.redeem(NOBODY, "x", &[]).await;
    bench.redeem(SPA, "nobody-issued-this", &[]).await;
    let (code, _) = bench.link(PAT, json!({})).await;
    bench.token(&[("grant_type", PRE), ("client_id", SEED), ("pre-authorized_code", &code)]).await;
    bench.redeem(SPA, &code, &[("tx_code", "1234")]).await;
    bench.redeem(SPA, &code, &[]).await;
    bench.redeem(SPA, &code, &[]).await;
    let (code, _) = bench.link(PAT, json!({ "txCode": true })).await;
    bench.redeem(SPA, &code, &[]).await;
    for _ in 0..6 {
        bench.redeem(SPA, &code, &[("tx_code", "wrong")]).await;
    }
    let (code, _) = bench.link(FAR, json!({})).await;
    bench.redeem(SPA, &code, &[]).await;
    let (code, _) = bench.link(PAT, json!({ "expiresIn": 1 })).await;
    bench.wait(5);
    bench.redeem(SPA, &code, &[]).await;
}

async fn preauthorize(bench: &mut Bench) {
    let pat = format!("Patient/{PAT}");
    let anonymous = bench.http.post(bench.url("auth/preauthorize")).json(&json!({}));
    bench.send(anonymous).await;
    for (member, body) in [
        (Some(pat.as_str()), json!({})),
        (Some(&pat), json!({ "clientId": SPA, "scope": 1 })),
        (Some(&pat), json!({ "clientId": SPA, "nonce": 1 })),
        (Some(&pat), json!({ "clientId": SPA, "expiresIn": 0 })),
        (Some(&pat), json!({ "clientId": SPA, "txCode": 1 })),
        (Some(&pat), json!({ "clientId": NOBODY })),
        (None, json!({ "clientId": SPA })),
        (Some("ProjectMembership/5f0c2a10-0000-4000-8000-0000000000ff"), json!({ "clientId": SPA })),
        (Some(&format!("Patient/{GONE}")), json!({ "clientId": SPA })),
    ] {
        bench.preauthorize(member, body).await;
    }
    bench.wait(120);
    for member in [Some(pat.as_str()), None] {
        bench.preauthorize_as((PLAIN, SECRET), member, &json!({ "clientId": SPA })).await;
    }
}

async fn codes(bench: &mut Bench) {
    let verified = [("redirect_uri", CB), ("code_verifier", VERIFIER)];
    bench.web(&[CODE]).await;
    bench.web(&[CODE, ("code", "nobody-issued-this")]).await;
    let code = bench.sign_in(WEB).await;
    bench.web(&[CODE, ("code", &code), ("redirect_uri", CB)]).await;
    bench.web(&[CODE, ("code", &code), ("redirect_uri", "https://c.test/cb/"), verified[1]]).await;
    bench.token(&[CODE, ("code", &code), ("client_id", SEED), verified[0], verified[1]]).await;
    for _ in 0..4 {
        bench.web(&[CODE, ("code", &code), verified[0], ("code_verifier", &"A".repeat(43))]).await;
    }
    let code = bench.code(WEB, &[]).await;
    bench.web(&[CODE, ("code", &code), verified[0], verified[1]]).await;
    bench.web(&[CODE, ("code", &code), verified[0], verified[1]]).await;
    let code = bench.code(WEB, &[]).await;
    bench.wait(301);
    bench.web(&[CODE, ("code", &code), verified[0], verified[1]]).await;
    bench.sign_in(SEED).await;
    let bare = [("code_challenge", None), ("code_challenge_method", None)];
    let code = bench.code(SEED, &bare).await;
    bench.token(&[CODE, ("client_id", SEED), ("code", &code), verified[0], verified[1]]).await;
    bench.sign_in(SPA).await;
    let code = bench.code(SPA, &[]).await;
    bench.token(&[CODE, ("client_id", SPA), ("code", &code)]).await;
}

async fn refresh_tokens(bench: &mut Bench) {
    bench.web(&[REFRESH]).await;
    bench.web(&[REFRESH, ("refresh_token", "nobody-issued-this")]).await;
    let code = bench.code(WEB, &[]).await;
    let tokens = bench.web(&[CODE, ("code", &code), ("redirect_uri", CB), ("code_verifier", VERIFIER)]).await;
    let first = tokens["refresh_token"].as_str().expect("offline_access gives one").to_owned();
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    bench.token(&[REFRESH, ("client_id", SEED), ("refresh_token", &first)]).await;
    bench.web(&[REFRESH, ("refresh_token", &first), ("scope", "openid email")]).await;
    let second = bench.web(&[REFRESH, ("refresh_token", &first)]).await;
    bench.web(&[REFRESH, ("refresh_token", &first)]).await;
    bench.web(&[REFRESH, ("refresh_token", &first)]).await;
    let second = second["refresh_token"].as_str().unwrap().to_owned();
    bench.web(&[REFRESH, ("refresh_token", &second)]).await;
    bench.web(&[REFRESH, ("refresh_token", &first)]).await;
    bench.web(&[REFRESH, ("refresh_token", &second)]).await;
    bench.userinfo(&access).await;
    let code = bench.code(WEB, &[]).await;
    let tokens = bench.web(&[CODE, ("code", &code), ("redirect_uri", CB), ("code_verifier", VERIFIER)]).await;
    let old = tokens["refresh_token"].as_str().unwrap().to_owned();
    bench.wait(60 * 24 * 60 * 60);
    bench.web(&[REFRESH, ("refresh_token", &old)]).await;
}

async fn bearer(bench: &mut Bench) {
    bench.userinfo("nonsense").await;
    let machine = bench.web(&[MACHINE]).await;
    let token = machine["access_token"].as_str().unwrap().to_owned();
    bench.userinfo(&token).await;
    let in_query = bench.get(&format!("oauth2/userinfo?access_token={token}"));
    bench.send(in_query).await;
    let twice = bench.post("oauth2/userinfo", &[("access_token", &token)]).bearer_auth(&token);
    bench.send(twice).await;
    let nobody = bench.get("oauth2/userinfo");
    bench.send(nobody).await;
    let code = bench.code(WEB, &[]).await;
    let tokens = bench.web(&[CODE, ("code", &code), ("redirect_uri", CB), ("code_verifier", VERIFIER)]).await;
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    let differ = bench.get("oauth2/logout").query(&[("id_token_hint", hint.as_str()), ("client_id", SPA)]);
    bench.send(differ).await;
}

async fn authorization(bench: &mut Bench) {
    let long = "x".repeat(4_200);
    for (name, value) in [
        ("client_id", Some(NOBODY)),
        ("redirect_uri", None),
        ("redirect_uri", Some("https://c.test/other")),
        ("state", Some(long.as_str())),
        ("response_type", None),
        ("response_type", Some("token")),
        ("response_mode", Some("form_post")),
        ("request", Some("x")),
        ("request_uri", Some("https://c.test/r")),
        ("registration", Some("{}")),
        ("scope", None),
        ("aud", Some("https://elsewhere.test/")),
        ("resource", Some("https://elsewhere.test/")),
        ("launch", Some("x")),
        ("code_challenge", None),
        ("code_challenge_method", None),
        ("code_challenge_method", Some("plain")),
        ("code_challenge", Some("short")),
        ("prompt", Some("none login")),
        ("max_age", Some("x")),
        ("id_token_hint", Some("x")),
    ] {
        bench.authorize(WEB, &[(name, value)]).await;
    }
    bench.authorize(WEB, &[("code_challenge", None), ("code_challenge_method", None)]).await;
    let raw = format!("oauth2/authorize?client_id={WEB}&client_id={WEB}");
    let twice = bench.get(&raw);
    bench.send(twice).await;
    let raw =
        format!("oauth2/authorize?client_id={WEB}&redirect_uri=https%3A%2F%2Fc.test%2Fcb&state=a&state=b");
    let repeated = bench.get(&raw);
    bench.send(repeated).await;
    // somebody is signed in, and would have to agree, or to choose
    let none = ("prompt", Some("none"));
    bench.authorize(WEB, &[none, ("scope", Some("openid email"))]).await;
    // they agreed before, and a page is shown all the same before a code goes to an app
    bench.authorize(WEB, &[none, ("redirect_uri", Some("com.example.app:/cb"))]).await;
    bench.cookies.clear();
    bench.authorize(WEB, &[none]).await;
    let page = bench.authorize(WEB, &[]).await;
    bench.press(&page, &[("press", "sign_in"), ("email", EMAIL), ("password", "wrong")]).await;
    let kept = std::mem::take(&mut bench.cookies);
    let stranger = bench.http.post(&page).form(&[("press", "cancel"), ("form_token", "x")]);
    bench.send(stranger).await;
    bench.cookies = kept;
    bench.press(&page, &[("press", "cancel")]).await;
    let page = bench.authorize(WEB, &[]).await;
    for _ in 0..40 {
        bench.press(&page, &[("press", "sign_in"), ("email", "x@example.org"), ("password", "wrong")]).await;
        if watch::refusals().explained.contains_key("too_many_sign_ins") {
            break;
        }
    }
}

/// Every request.
pub(super) async fn all() {
    let mut bench = Bench::start().await;
    forms(&mut bench).await;
    clients(&mut bench).await;
    preauthorize(&mut bench).await;
    links(&mut bench).await;
    codes(&mut bench).await;
    refresh_tokens(&mut bench).await;
    bench.cookies.clear();
    bench.sign_in(WEB).await;
    bearer(&mut bench).await;
    authorization(&mut bench).await;
}
