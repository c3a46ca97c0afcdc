//! An engine with its listener, over a clinic that flows can use.

use std::path::Path;
use std::sync::Arc;

use anteroom_engine::clock::{Clock as _, SystemClock};
use anteroom_engine::runs::{RunId, Watched};
use anteroom_flows::exchange::Recorder;
use anteroom_flows::flow::Flow;
use anteroom_flows::run::{self, Options};
use anteroom_flows::switch::Switch;
use anteroom_flows::view::{RunView, StepView, view};
use anteroom_oauth::GrantType;
use anteroom_sample_provider::{Clients, Knobs, Provider};
use anteroom_server::host::{Host, HostOptions};
use anteroom_server::master_key::Source;
use anteroom_server::place::{KeyOptions, Place};
use anteroom_server::workspace_file::WorkspaceFile;
use serde_json::{Value, json};

pub(crate) const WEB: &str = "c0ffee00-0000-4000-8000-000000000001";
pub(crate) const WEB_SECRET: &str = "web-secret-web-secret";
pub(crate) const SPA: &str = "c0ffee00-0000-4000-8000-000000000002";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1/callback";
pub(crate) const EMAIL: &str = "ada@example.org";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const PAT: &str = "5f0c2a10-0000-4000-8000-000000000001";
/// Where the examples say that the sample provider is.
const USUAL: &str = "127.0.0.1:8104";

fn clinic() -> Value {
    json!({ "projects": [{
        "name": "Riverside Clinic",
        "clients": [
            { "id": WEB, "name": "Web", "clientType": "confidential", "secret": WEB_SECRET, "admin": true,
              "redirectUris": [REDIRECT_URI] },
            { "id": SPA, "name": "Spa", "clientType": "public", "redirectUris": [REDIRECT_URI, "anteroom://oauth/callback"] },
        ],
        "members": [
            { "email": EMAIL, "password": PASSWORD, "admin": true,
              "profile": { "resourceType": "Practitioner", "name": [{ "given": ["Ada"], "family": "Byron" }] } },
            { "profile": { "resourceType": "Patient", "id": PAT, "name": [{ "given": ["Pat"], "family": "Doe" }] } },
        ],
    }] })
}

pub(crate) struct Server {
    pub(crate) host: Arc<Host>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clinic.json");
        std::fs::write(&file, clinic().to_string()).unwrap();
        Self::over(&file).await
    }

    /// A server over a workspace file.
    pub(crate) async fn over(file: &Path) -> Self {
        let options = HostOptions {
            place: Place::Ephemeral,
            keys: KeyOptions { source: None, default: Source::File, passphrase: None },
            listen: ([127, 0, 0, 1], 0).into(),
            tls_listen: None,
            base_urls: Vec::new(),
            workspaces: vec![WorkspaceFile::read(file).unwrap()],
            needs_listener: true,
        };
        let runtime = tokio::runtime::Handle::current();
        let host = tokio::task::spawn_blocking(move || Host::open(options, runtime).unwrap());
        Self { host: Arc::new(host.await.unwrap()) }
    }

    pub(crate) fn base(&self) -> String {
        self.host.engine().issuer().as_str().to_owned()
    }

    /// Options for a run that the engine watches.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::headless(&self.base(), Arc::new(|| SystemClock.now().seconds())).unwrap();
        let run = RunId::parse(&options.run_id).unwrap();
        self.host.engine().runs().open(&run);
        let engine = Arc::clone(self.host.engine());
        options.joined = Arc::new(move |state| engine.runs().join(&run, state));
        options
    }

    /// Runs a flow to its end, and gives what both sides saw of it.
    pub(crate) async fn run(&self, flow: Value) -> Ran {
        let flow: Flow = serde_json::from_value(flow).unwrap();
        self.run_with(flow, self.options()).await
    }

    pub(crate) async fn run_with(&self, flow: Flow, options: Options) -> Ran {
        let run = RunId::parse(&options.run_id).unwrap();
        let recorder = Recorder::default();
        run::run(flow, options, recorder.clone()).await;
        let seen = self.host.engine().runs().seen(&run);
        Ran { view: view(&recorder), recorder, seen }
    }
}

/// Whether a switch is the Token Vault's own.
pub(crate) fn is_of_vault(switch: Switch) -> bool {
    let vault = switch.fits(GrantType::FederatedConnectionAccessToken, false);
    vault && !switch.fits(GrantType::AuthorizationCode, true)
}

/// A server over the example of the Token Vault, with the sample provider that it names.
pub(crate) struct Vault {
    pub(crate) server: Server,
    pub(crate) provider: Provider,
}

impl Vault {
    pub(crate) async fn start() -> Self {
        let options = anteroom_sample_provider::Options {
            address: ([127, 0, 0, 1], 0).into(),
            clock: Arc::new(SystemClock),
            knobs: Knobs { page: true, ..Knobs::default() },
            // any port of this machine [RFC8252 §7.3]
            clients: Clients::Registered {
                redirect_uris: vec!["http://127.0.0.1/login/callback".to_owned()],
            },
        };
        let provider = Provider::open(options).await.unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/token-vault.json");
        let text = std::fs::read_to_string(example).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.json");
        std::fs::write(&file, text.replace(USUAL, &provider.host())).unwrap();
        let server = Server::over(&file).await;
        Self { server, provider }
    }

    /// The text of an example, with the address of this provider in place of the usual one.
    pub(crate) fn at_this_provider(&self, text: &str) -> String {
        text.replace(USUAL, &self.provider.host())
    }

    /// The example flow; `more` goes over it, `grant` over its grant.
    pub(crate) fn flow(&self, more: Value, grant: Value) -> Value {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/token-vault.flow.json");
        let text = self.at_this_provider(&std::fs::read_to_string(example).unwrap());
        let mut flow: Value = serde_json::from_str(&text).unwrap();
        flow["expect"] = json!([]);
        for (changed, at) in [(grant, "/grant"), (more, "")] {
            let own = flow.pointer_mut(at).and_then(Value::as_object_mut);
            if let (Value::Object(members), Some(own)) = (changed, own) {
                own.extend(members);
            }
        }
        flow
    }
}

/// A run that has ended.
pub(crate) struct Ran {
    pub(crate) view: RunView,
    pub(crate) recorder: Recorder,
    pub(crate) seen: Vec<Watched>,
}

impl Ran {
    /// The last step of a name.
    pub(crate) fn step(&self, name: &str) -> &StepView {
        let found = self.view.steps.iter().rfind(|step| step.name == name);
        found.unwrap_or_else(|| panic!("no step {name}: {:#?}", self.view))
    }

    /// What the engine saw of the last step of a name; of the browser for a step without one.
    pub(crate) fn watched(&self, name: &str) -> &Watched {
        let number = self.step(name).request.is_some().then(|| self.step(name).number);
        let found = self.seen.iter().rfind(|seen| seen.step == number);
        found.unwrap_or_else(|| panic!("the engine saw nothing of {name}: {:#?}", self.seen))
    }
}

/// An authorization code flow of the confidential client; `more` goes over it.
pub(crate) fn code_flow(more: Value) -> Value {
    let mut flow = json!({
        "name": "code", "client": { "clientId": WEB, "clientSecret": WEB_SECRET },
        "grant": { "grantType": "authorization_code", "redirectUri": REDIRECT_URI,
                   "person": { "email": EMAIL, "password": PASSWORD } },
        "scope": ["openid", "profile", "offline_access"], "then": ["userinfo"],
    });
    if let (Value::Object(members), Some(own)) = (more, flow.as_object_mut()) {
        own.extend(members);
    }
    flow
}

/// A client credentials flow.
pub(crate) fn machine_flow(more: Value) -> Value {
    let mut flow = json!({
        "name": "machine", "client": { "clientId": WEB, "clientSecret": WEB_SECRET },
        "grant": { "grantType": "client_credentials" },
    });
    if let (Value::Object(members), Some(own)) = (more, flow.as_object_mut()) {
        own.extend(members);
    }
    flow
}
