//! A desk for tests: the commands over an engine with a store in memory and a clock that moves when told.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anteroom_admin::commands::home::EngineState;
use anteroom_admin::error::Code;
use anteroom_admin::{Admin, CommandError, Host, LocalCa, dispatch};
use anteroom_engine::clock::ManualClock;
use anteroom_engine::cx::Origin;
use anteroom_engine::endpoint::token;
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::model::AccessPolicy;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::service::access_policies;
use anteroom_engine::stop::Stop;
use anteroom_engine::timestamp::Timestamp;
use anteroom_engine::{Engine, id::Id};
use anteroom_fetch::Fetcher;
use anteroom_sentence::Sentence;
use anteroom_store_sqlite::SqliteStore;
use serde_json::{Value, json};

pub(crate) const BASE: &str = "http://127.0.0.1:8103/";
/// 2026-05-16T20:15:00Z.
pub(crate) const NOW: i64 = 1_778_962_500;
pub(crate) const MINUTE: i64 = 60;
pub(crate) const DAY: i64 = 86_400;
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Where files are saved, and whether the local network is said to be served.
struct Bench(tempfile::TempDir, AtomicBool);

impl Bench {
    fn new() -> Arc<Self> {
        Arc::new(Self(tempfile::tempdir().expect("a folder for temporary files"), AtomicBool::new(false)))
    }
}

impl Host for Bench {
    fn engine_state(&self) -> EngineState {
        EngineState {
            running: true,
            base_url: BASE.into(),
            tls_base_url: None,
            problem: None,
            version: "1.2.3".into(),
        }
    }

    fn data_dir(&self) -> String {
        "/var/lib/anteroom".into()
    }

    fn master_key(&self) -> &'static str {
        "file"
    }

    fn lan(&self) -> Option<(String, i64)> {
        self.1.load(Ordering::Relaxed).then(|| ("https://192.168.1.7:8443/".into(), NOW + 3_600))
    }

    fn start_lan(&self, _: u32) -> Pin<Box<dyn Future<Output = Result<(), Sentence>> + Send + '_>> {
        self.1.store(true, Ordering::Relaxed);
        Box::pin(async { Ok(()) })
    }

    fn local_ca(&self) -> Pin<Box<dyn Future<Output = Result<LocalCa, Sentence>> + Send + '_>> {
        let ca = LocalCa { pem: "-----BEGIN CERTIFICATE-----".into(), fingerprint: "AB:CD".into() };
        Box::pin(async { Ok(ca) })
    }

    fn stop_lan(&self) {
        self.1.store(false, Ordering::Relaxed);
    }

    fn backups(&self) -> PathBuf {
        self.0.path().join("backups")
    }

    fn new_backup(&self, stem: &str) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(self.backups())?;
        Ok(self.backups().join(format!("{stem}.db")))
    }

    fn save_file(&self, stem: &str, extension: &str, contents: &[u8]) -> std::io::Result<PathBuf> {
        let path = self.0.path().join(format!("{stem}.{extension}"));
        std::fs::write(&path, contents)?;
        Ok(path)
    }
}

pub(crate) struct Desk {
    pub(crate) admin: Admin,
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<ManualClock>,
}

impl Desk {
    /// A project whose engine answers over HTTP, too.
    pub(crate) async fn served() -> Self {
        let listener = anteroom_http::Listener::bind(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let desk = Self::over(&format!("http://{}/", listener.local_addr()));
        desk.call("setup_complete", setup()).await;
        tokio::spawn(listener.serve(Arc::clone(&desk.engine), std::future::pending::<()>()));
        desk
    }

    /// Before the first start is done.
    pub(crate) fn unset() -> Self {
        Self::over(BASE)
    }

    fn over(base: &str) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(NOW)));
        let engine = Engine::open(Parts {
            store: Arc::new(SqliteStore::in_memory().expect("a store in memory")),
            master_key: MasterKey::from_bytes([7; 32]),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse(base).expect("a base URL")],
        });
        let engine = engine.expect("a new engine opens");
        let engine =
            Arc::new(engine.with_fetch(Arc::new(Fetcher::new().expect("the machine's certificates"))));
        Self { admin: Admin::new(Arc::clone(&engine), Bench::new()), engine, clock }
    }

    /// A project with its first admin, Ada Byron.
    pub(crate) async fn new() -> Self {
        let desk = Self::unset();
        desk.call("setup_complete", setup()).await;
        desk
    }

    /// A second program over the same store: it holds no codes of the first.
    pub(crate) fn another_program(&self) -> Self {
        let admin = Admin::new(Arc::clone(&self.engine), Bench::new());
        Self { admin, engine: Arc::clone(&self.engine), clock: Arc::clone(&self.clock) }
    }

    /// What the command answers.
    pub(crate) async fn call(&self, name: &str, request: Value) -> Value {
        match dispatch(&self.admin, name, request).await {
            Ok(answer) => answer,
            Err(error) => panic!("{name}: {error} (field {:?})", error.field),
        }
    }

    /// How the command fails.
    pub(crate) async fn fail(&self, name: &str, request: Value) -> CommandError {
        match dispatch(&self.admin, name, request).await {
            Ok(answer) => panic!("{name} answered {answer}"),
            Err(error) => error,
        }
    }

    /// Fails with this code and field, and with these words in the message.
    pub(crate) async fn fails(
        &self,
        name: &str,
        request: Value,
        code: Code,
        field: Option<&str>,
        words: &str,
    ) {
        let error = self.fail(name, request).await;
        assert_eq!((error.code, error.field.as_deref()), (code, field), "{name}: {}", error.message);
        assert!(error.message.contains(words), "{name}: {:?} does not say {words:?}", error.message);
    }

    pub(crate) async fn client(&self, name: &str, client_type: &str) -> Value {
        let request = json!({ "name": name, "clientType": client_type, "redirectUris": [], "admin": false });
        self.call("clients_create", request).await
    }

    pub(crate) async fn person(&self, resource_type: &str, given: &str, family: &str) -> Value {
        self.call("people_create", person(resource_type, given, family)).await
    }

    /// Writes an access policy, as the workspace file does.
    pub(crate) async fn policy(&self, name: &str) {
        let home = self.call("home_get", json!({})).await;
        let policy = AccessPolicy {
            id: Id::parse(NOBODY).expect("a UUID"),
            project: Id::parse(text(&home, "/project/id")).expect("a UUID"),
            name: name.into(),
            ip_access_rule: vec![],
            rest: serde_json::Map::new(),
            created_at: self.engine.now(),
        };
        let written = self.engine.transact(self.origin("10.0.0.1"), move |cx| {
            let id = cx.random_id()?;
            access_policies::put(cx, &AccessPolicy { id, ..policy })
        });
        assert!(written.await.expect("the policy is in order"), "a new policy is a change");
    }

    pub(crate) fn origin(&self, address: &str) -> Origin {
        Origin { remote_address: Some(address.into()), ..Origin::inside(self.engine.issuer().clone()) }
    }

    /// A request at the token endpoint from `10.0.0.9`; the name of the refusal if it is refused.
    pub(crate) async fn token(&self, parameters: &[(&str, &str)]) -> Result<Value, &'static str> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let request = token::Request::read(None, form.as_bytes());
        match token::respond(&self.engine, self.origin("10.0.0.9"), request).await {
            Ok(response) => Ok(serde_json::to_value(response).expect("tokens serialize")),
            Err(Stop::Refused(refused)) => Err(refused.refusal.name()),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// Redeems the link of a card, as the command on it would.
    pub(crate) async fn redeem(&self, card: &Value, pin: Option<&str>) -> Result<Value, &'static str> {
        let code = text(card, "/url").rsplit('/').next().expect("a link has parts");
        let mut parameters = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:pre-authorized_code"),
            ("client_id", text(card, "/link/clientId")),
            ("pre-authorized_code", code),
        ];
        parameters.extend(pin.map(|pin| ("tx_code", pin)));
        self.token(&parameters).await
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(seconds);
    }
}

/// First start of the test clinic.
pub(crate) fn setup() -> Value {
    json!({
        "projectName": "Riverside Clinic", "given": "Ada", "family": "Byron",
        "email": "Ada@Example.org", "password": "correct horse",
    })
}

/// A person without anything optional.
pub(crate) fn person(resource_type: &str, given: &str, family: &str) -> Value {
    json!({
        "resourceType": resource_type, "given": given, "family": family, "birthDate": "", "identifier": "",
        "email": "", "password": "", "externalId": "", "admin": false, "desk": false, "accessPolicy": "",
    })
}

/// `base` with the members of `changes`.
pub(crate) fn with(mut base: Value, changes: Value) -> Value {
    let (Some(members), Value::Object(changes)) = (base.as_object_mut(), changes) else {
        panic!("two objects are needed")
    };
    members.extend(changes);
    base
}

/// The text at a JSON pointer.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} in {value}"))
}

/// The member `pointer` of each item of a list.
pub(crate) fn each<'a>(list: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().map(|item| item.pointer(pointer).unwrap_or(&Value::Null)).collect()
}
