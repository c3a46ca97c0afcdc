//! A server with a person and nothing else, a browser, and the requests of an admin and of apps.

use std::collections::BTreeMap;

use anteroom_server::host::{Host, HostOptions};
use anteroom_server::local_ca::LocalCa;
use anteroom_server::master_key::Source;
use anteroom_server::place::{KeyOptions, Place};
use anteroom_server::workspace_file::WorkspaceFile;
use anteroom_testkit::provider::Provider;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::steps::{CHALLENGE, VERIFIER};
use crate::vault::world::{CALLBACK, query};

/// Who may use the Management API with every scope: id and secret.
pub(super) const ADMIN: [&str; 2] = ["c0ffee00-0000-4000-8000-000000000b01", "admin-secret-admin-secret"];
/// With one scope only.
pub(super) const SMALL: [&str; 2] = ["c0ffee00-0000-4000-8000-000000000b02", "small-secret-small-secret"];
/// Of another project.
pub(super) const FOREIGN: [&str; 2] = ["c0ffee00-0000-4000-8000-000000000b03", "foreign-secret-foreign"];
/// The person.
pub(super) const U1: &str = "05e00000-0000-4000-8000-0000000000b1";
const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";

/// The server at one of its bases, and the provider.
pub(super) struct Tenant {
    /// With its slash.
    pub(super) base: String,
    pub(super) http: reqwest::Client,
    pub(super) provider: Provider,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: String,
}

impl Page {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(super) fn text(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    pub(super) fn location(&self) -> String {
        let location = self.headers.get("location").unwrap_or_else(|| panic!("no location: {self:?}"));
        location.to_str().unwrap().to_owned()
    }

    /// A hidden field of a form.
    fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&mark).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        rest.split('"').next().unwrap().to_owned()
    }
}

pub(super) async fn send(request: reqwest::RequestBuilder) -> Page {
    let reply = request.send().await.unwrap();
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    Page { status, headers, body: reply.text().await.unwrap() }
}

impl Tenant {
    pub(super) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().unwrap(), format!("{}{path}", self.base))
    }

    pub(super) async fn token(&self, body: &Value) -> Page {
        send(self.request("POST", "oauth/token").json(body)).await
    }

    /// A token for the Management API, got as the curl line in the README gets it.
    pub(super) async fn management(&self, [id, secret]: [&str; 2]) -> String {
        let audience = format!("{}api/v2/", self.base);
        let body = json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret,
                           "audience": audience });
        self.token(&body).await.text("access_token")
    }

    pub(super) async fn call(&self, token: &str, method: &str, path: &str, body: Value) -> Page {
        let request = self.request(method, path).bearer_auth(token);
        send(if body.is_null() { request } else { request.json(&body) }).await
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Page {
        self.call(token, "GET", path, Value::Null).await
    }

    /// Creates something with the Management API.
    pub(super) async fn made(&self, token: &str, collection: &str, body: Value) -> Value {
        let reply = self.call(token, "POST", &format!("api/v2/{collection}"), body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }

    /// The entries of the log of one kind.
    pub(super) async fn log(&self, token: &str, kind: &str) -> Vec<Value> {
        let reply = self.get(token, &format!("api/v2/logs?q=type:{kind}&per_page=100")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json().as_array().unwrap().clone()
    }
}

/// A browser: it keeps cookies of the server and follows nothing by itself.
#[derive(Default)]
pub(super) struct Browser(BTreeMap<String, String>);

impl Browser {
    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        let page = send(request).await;
        for line in page.headers.get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.0.insert(name.to_owned(), value.to_owned());
        }
        page
    }

    /// What the app gets for `audience` at the token endpoint, after the person went through the pages there are.
    pub(super) async fn sign_in(
        &mut self,
        tenant: &Tenant,
        client_id: &str,
        audience: &str,
        scope: &str,
    ) -> Page {
        let parameters = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("audience", audience),
            ("scope", scope),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("state", "s1"),
        ];
        let mut page = self.send(tenant.request("GET", "authorize").query(&parameters)).await;
        for _ in 0..4 {
            let target = page.location();
            let Some(path) = target.strip_prefix(&tenant.base) else { break };
            let shown = self.send(tenant.request("GET", path)).await;
            let form_token = shown.field("form_token");
            let mut fields = vec![("form_token", form_token.as_str())];
            if shown.body.contains("name=\"password\"") {
                fields.extend([("press", "sign_in"), ("email", EMAIL), ("password", PASSWORD)]);
            } else {
                fields.extend([("press", "allow"), ("remember", "1")]);
            }
            page = self.send(tenant.request("POST", path).form(&fields)).await;
        }
        let back = page.location();
        assert!(back.starts_with(CALLBACK), "{back}");
        let code = query(&back, "code").unwrap_or_else(|| panic!("no code: {back}"));
        let body = json!({ "grant_type": "authorization_code", "client_id": client_id, "code": code,
                           "redirect_uri": CALLBACK, "code_verifier": VERIFIER });
        let tokens = tenant.token(&body).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens
    }

    /// Opens the ticket, says what the provider's knobs say, and comes back to the app: where to.
    pub(super) async fn connect(&mut self, tenant: &Tenant, begun: &Page) -> String {
        let ticket = begun.json()["connect_params"]["ticket"].as_str().unwrap().to_owned();
        let opened = tenant.http.get(begun.text("connect_uri")).query(&[("ticket", ticket)]);
        let at_provider = self.send(opened).await.location();
        assert!(at_provider.starts_with(&tenant.provider.issuer()), "{at_provider}");
        let back = send(tenant.http.get(at_provider)).await.location();
        assert!(back.starts_with(&tenant.base), "{back}");
        self.send(tenant.http.get(back)).await.location()
    }
}

/// A person, an address the server may ask, and who may call the Management API.
fn workspace(provider: &Provider) -> Value {
    let [admin, small, foreign] =
        [ADMIN, SMALL, FOREIGN].map(|[id, secret]| json!({ "id": id, "name": "Admin", "secret": secret }));
    let mut small = small;
    small["scope"] = json!(["read:clients"]);
    let profile =
        json!({ "resourceType": "Practitioner", "name": [{ "given": ["Ada"], "family": "Byron" }] });
    json!({ "rateLimits": { "login": 0, "auth": 0, "other": 0 }, "projects": [
        { "id": "8a5c1f8e-0000-4000-8000-000000000001", "name": "Riverside Clinic",
          "allowedOutboundHosts": [provider.host()], "managementClients": [admin, small],
          "members": [{ "email": EMAIL, "emailVerified": true, "password": PASSWORD, "userId": U1,
                        "profile": profile }] },
        { "id": "8a5c1f8e-0000-4000-8000-000000000002", "name": "Hillside Clinic",
          "managementClients": [foreign] },
    ] })
}

/// Runs a test on a server that has a person, an address it may ask, and nothing else.
pub(super) fn on_a_server(tls: bool, test: impl AsyncFnOnce(&Tenant)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let provider = runtime.block_on(Provider::start());
    let workspace = workspace(&provider);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.json");
    std::fs::write(&file, workspace.to_string()).unwrap();
    let loopback = "127.0.0.1:0".parse().unwrap();
    let options = HostOptions {
        place: Place::Ephemeral,
        keys: KeyOptions { source: None, default: Source::File, passphrase: None },
        listen: loopback,
        tls_listen: tls.then_some(loopback),
        base_urls: Vec::new(),
        workspaces: vec![WorkspaceFile::read(&file).unwrap()],
        needs_listener: true,
    };
    let host = Host::open(options, runtime.handle().clone()).unwrap();
    let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy();
    let (base, http) = match host.tls_base() {
        None => (host.engine().issuer(), http),
        Some(base) => {
            let ca = LocalCa::open(host.engine()).unwrap().unwrap();
            let ca = reqwest::Certificate::from_pem(ca.pem().as_bytes()).unwrap();
            (base, http.tls_certs_only([ca]))
        }
    };
    let tenant = Tenant { base: base.as_str().to_owned(), http: http.build().unwrap(), provider };
    assert_eq!(tenant.base.starts_with("https://localhost:"), tls, "{}", tenant.base);
    runtime.block_on(test(&tenant));
    runtime.block_on(host.stop_listener());
}
