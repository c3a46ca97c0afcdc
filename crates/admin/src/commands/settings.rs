//! Settings: project, signing keys.

mod domain_configurations;

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::model::StoredKey;
use anteroom_engine::model::project::Dialect;
use anteroom_engine::service::{keys, projects, rates};
use anteroom_engine::stop::{Fault, Outcome, invalid};
use anteroom_engine::store::Tx;
use anteroom_engine::timestamp::Timestamp;
use anteroom_magic_link::{QrPicture, Redacted};
use anteroom_oauth::jose::Alg;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use self::domain_configurations::DomainConfiguration;
use super::home::{EngineState, ProjectSummary};
use crate::admin::{Admin, LocalCa};
use crate::error::{Code, CommandError};
use crate::text;

/// Nothing to say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Get {}

/// What can be set.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The project.
    pub project: ProjectSummary,
    /// A second presentation of a spent code ends the session it made (Medplum's behaviour).
    pub revoke_on_replay: bool,
    /// Whom people call when a link does not work.
    pub desk_phone: Option<String>,
    /// Requests one address may send in a minute.
    pub rate_limits: RateLimits,
    /// `host:port` pairs that outside calls may reach though they are not public.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Identity providers of e-mail domains.
    #[serde(default)]
    #[ts(as = "Option<Vec<DomainConfiguration>>", optional)]
    pub domain_configurations: Vec<DomainConfiguration>,
    /// The listener.
    pub engine: EngineState,
    /// Folder of the database and the keys.
    pub data_dir: String,
    /// Where the master key is: `keychain`, `passphrase` or `file`.
    pub master_key: String,
    /// The local network, while it is served.
    pub lan: Option<LanState>,
    /// Signing keys, newest first.
    pub signing_keys: Vec<SigningKeySummary>,
}

/// Requests one address may send in a minute; 0 is no limit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimits {
    /// `/auth/login`.
    pub login: u32,
    /// `/oauth2/…`, and `/auth/…` except `/auth/login` and `/auth/me`.
    pub auth: u32,
    /// Everything else.
    pub other: u32,
}

/// The local network is served: magic-link pages and OAuth endpoints, over TLS, and nothing else.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LanState {
    /// Where.
    pub base_url: String,
    /// Until when, Unix seconds.
    #[ts(type = "number")]
    pub until: i64,
    /// The address for typing a code, as QR code (SVG).
    pub qr_svg: String,
    /// The page that tells a phone how to trust the local CA.
    pub trust_url: String,
    /// The same as QR code (SVG).
    pub trust_qr_svg: String,
    /// SHA-256 of the local CA's certificate, to compare on the phone.
    pub ca_fingerprint: String,
}

/// Saves the local CA's certificate, for the system to be told to trust it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveCa {}

/// The local CA's certificate as a file, and what makes a system trust it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedCa {
    /// The whole path of the file.
    pub path: String,
    /// SHA-256 of the certificate, as systems show it.
    pub fingerprint: String,
    /// For Windows, the person's own store.
    pub windows: String,
    /// For macOS, the person's own keychain.
    pub macos: String,
    /// For Debian and Ubuntu, the whole system.
    pub linux: String,
    /// For Chromium and Chrome on Linux, which have a store of their own.
    pub chromium: String,
}

/// Serves the local network.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartLan {
    /// For how long, 1 to 720.
    pub minutes: u32,
}

/// A signing key, public half.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SigningKeySummary {
    /// `kid`.
    pub kid: String,
    /// `ES256` or `RS256`.
    pub alg: String,
    /// `next` is published and does not sign yet; `current` signs; `previous` only verifies.
    pub state: String,
    /// Unix seconds.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Unix seconds after which it leaves the JWKS (previous keys only).
    #[ts(type = "number | null")]
    pub leaves_at: Option<i64>,
}

/// Changes settings; an absent member stays.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Update {
    /// Project name.
    #[serde(default)]
    pub project_name: Option<String>,
    /// `rfc` or `medplum`.
    #[serde(default)]
    pub dialect: Option<String>,
    /// See [`Settings::revoke_on_replay`].
    #[serde(default)]
    pub revoke_on_replay: Option<bool>,
    /// See [`Settings::desk_phone`]; empty takes it away.
    #[serde(default)]
    pub desk_phone: Option<String>,
    /// See [`Settings::rate_limits`].
    #[serde(default)]
    pub rate_limits: Option<RateLimits>,
    /// See [`Settings::allowed_outbound_hosts`].
    #[serde(default)]
    pub allowed_outbound_hosts: Option<Vec<String>>,
    /// See [`Settings::domain_configurations`]; replaces all of them.
    #[serde(default)]
    pub domain_configurations: Option<Vec<DomainConfiguration>>,
}

/// Makes a new signing key; the old one stays in the JWKS until every token it signed has ended.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateKey {
    /// `ES256` or `RS256`.
    pub alg: String,
}

pub(crate) async fn get(admin: &Admin, _: Get) -> Result<Settings, CommandError> {
    let engine = admin.host().engine_state();
    let lan = match admin.host().lan() {
        Some((base, until)) => Some(lan_state(base, until, local_ca(admin).await?)?),
        None => None,
    };
    let (data_dir, master_key) = (admin.host().data_dir(), admin.host().master_key().to_owned());
    admin
        .read_project(move |tx, project, now| {
            let project = find(tx, project)?;
            let keys = tx.list_signing_keys()?;
            let published = keys.iter().filter(|key| key.leaves_at.is_none_or(|leaves| now < leaves));
            Ok(Settings {
                project: (&*project).into(),
                revoke_on_replay: project.revoke_on_replay(),
                desk_phone: project.settings.desk_phone.clone(),
                rate_limits: shown(rates::stored(tx)?),
                allowed_outbound_hosts: project.settings.allowed_outbound_hosts.clone(),
                domain_configurations: domain_configurations::shown(&project.settings.domain_configurations),
                engine,
                data_dir,
                master_key,
                lan,
                signing_keys: published.map(key).collect(),
            })
        })
        .await
}

fn lan_state(base_url: String, until: i64, ca: LocalCa) -> Result<LanState, CommandError> {
    let drawn = |address: &str| match QrPicture::of_text(address) {
        Ok(picture) => Ok(picture.svg()),
        Err(_) => Err(Fault::Inconsistent("the address of the local network")),
    };
    let trust_url = format!("{base_url}in/trust");
    Ok(LanState {
        qr_svg: drawn(&format!("{base_url}in"))?,
        trust_qr_svg: drawn(&trust_url)?,
        trust_url,
        ca_fingerprint: ca.fingerprint,
        base_url,
        until,
    })
}

async fn local_ca(admin: &Admin) -> Result<LocalCa, CommandError> {
    admin.host().local_ca().await.map_err(|reason| {
        CommandError::new(Code::Unavailable, None, sentence!("The local CA cannot be had: {reason}.", reason))
    })
}

/// Trusting is left to the system, which asks the person: this saves the file and says how.
pub(crate) async fn save_ca(admin: &Admin, _: SaveCa) -> Result<SavedCa, CommandError> {
    let LocalCa { pem, fingerprint } = local_ca(admin).await?;
    let path = admin.save_file("anteroom-ca", "crt", Redacted::new(pem.into_bytes())).await?;
    Ok(SavedCa {
        windows: format!("certutil -user -addstore Root \"{path}\""),
        macos: format!(
            "security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db \"{path}\""
        ),
        linux: format!(
            "sudo cp \"{path}\" /usr/local/share/ca-certificates/anteroom-ca.crt && sudo update-ca-certificates"
        ),
        chromium: format!(
            "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n \"Anteroom local CA\" -i \"{path}\""
        ),
        path,
        fingerprint,
    })
}

/// Longest time the local network is served, minutes: a long shift.
const LONGEST_LAN: u32 = 720;

pub(crate) async fn start_lan(admin: &Admin, request: StartLan) -> Result<Settings, CommandError> {
    if !(1..=LONGEST_LAN).contains(&request.minutes) {
        let message =
            sentence!("The local network is served for 1 to {longest} minutes.", longest = LONGEST_LAN);
        return Err(CommandError::new(Code::Invalid, Some("minutes"), message));
    }
    admin.acting().await?;
    let started = admin.host().start_lan(request.minutes * 60).await;
    started.map_err(|reason| {
        CommandError::new(
            Code::Conflict,
            None,
            sentence!("The local network cannot be served: {reason}.", reason),
        )
    })?;
    get(admin, Get {}).await
}

pub(crate) async fn stop_lan(admin: &Admin, _: Get) -> Result<Settings, CommandError> {
    admin.host().stop_lan();
    get(admin, Get {}).await
}

fn find(tx: &dyn Tx, project: Id<Project>) -> Outcome<Arc<Project>> {
    Ok(tx.project(project)?.ok_or(Fault::Inconsistent("the project is gone"))?)
}

fn shown(limits: rates::RateLimits) -> RateLimits {
    let rates::RateLimits { login, auth, other } = limits;
    RateLimits { login, auth, other }
}

fn key(stored: &StoredKey) -> SigningKeySummary {
    SigningKeySummary {
        kid: stored.kid.clone(),
        alg: stored.alg.as_str().to_owned(),
        state: match (stored.activated_at, stored.retired_at) {
            (None, None) => "next",
            (Some(_), None) => "current",
            (_, Some(_)) => "previous",
        }
        .to_owned(),
        created_at: stored.created_at.seconds(),
        leaves_at: stored.leaves_at.map(Timestamp::seconds),
    }
}

pub(crate) async fn update(admin: &Admin, request: Update) -> Result<Settings, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project)?;
            let mut after = (*before).clone();
            if let Some(name) = &request.project_name {
                name.trim().clone_into(&mut after.name);
            }
            if let Some(word) = &request.dialect {
                let Some(dialect) = Dialect::parse(word) else {
                    return invalid(
                        "dialect",
                        sentence!("{word:?} is no dialect; use rfc or medplum.", word),
                    );
                };
                after.dialect = dialect;
            }
            if let Some(revoke) = request.revoke_on_replay {
                after.settings.revoke_on_replay = Some(revoke);
            }
            if let Some(phone) = &request.desk_phone {
                after.settings.desk_phone = text::filled(phone);
            }
            if let Some(RateLimits { login, auth, other }) = request.rate_limits {
                rates::set(cx, rates::RateLimits { login, auth, other })?;
            }
            if let Some(hosts) = &request.allowed_outbound_hosts {
                after.settings.allowed_outbound_hosts =
                    hosts.iter().map(|host| host.trim().to_owned()).filter(|host| !host.is_empty()).collect();
            }
            if let Some(asked) = &request.domain_configurations {
                after.settings.domain_configurations =
                    domain_configurations::wanted(cx.tx, acting.project, asked)?;
            }
            projects::update(cx, &before, &after)
        })
        .await?;
    admin.aside(|engine| rates::adopt(engine)).await?;
    get(admin, Get {}).await
}

fn alg_of(request: &RotateKey) -> Result<Alg, CommandError> {
    request.alg.parse().map_err(|_| {
        let message = sentence!(
            "{alg:?} is no algorithm this engine signs with; use ES256 or RS256.",
            alg = &request.alg
        );
        CommandError::new(Code::Invalid, Some("alg"), message)
    })
}

/// Publishes a key that will sign after the next rotation, so that clients know it by then.
pub(crate) async fn publish_key(admin: &Admin, request: RotateKey) -> Result<Settings, CommandError> {
    let alg = alg_of(&request)?;
    admin.acting().await?;
    let prepared = admin.aside(move |engine| keys::prepare(engine, alg)).await?;
    admin.change(move |cx, _, _| keys::publish(cx, &prepared)).await?;
    admin.aside(|engine| keys::adopt(engine)).await?;
    get(admin, Get {}).await
}

/// The next key signs from now on; without one, a new key does.
pub(crate) async fn rotate_key(admin: &Admin, request: RotateKey) -> Result<Settings, CommandError> {
    let alg = alg_of(&request)?;
    // Nobody waits for an RSA key on the writer, and no key is made for a project that is not there.
    admin.acting().await?;
    if !admin.change(move |cx, _, _| keys::promote(cx, alg)).await? {
        let prepared = admin.aside(move |engine| keys::prepare(engine, alg)).await?;
        admin.change(move |cx, _, _| keys::rotate(cx, &prepared)).await?;
    }
    admin.aside(|engine| keys::adopt(engine)).await?;
    get(admin, Get {}).await
}
