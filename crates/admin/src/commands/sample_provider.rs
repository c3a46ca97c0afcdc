//! The sample provider of this program: a small OpenID provider on a loopback address, for who has none to try with.
//!
//! It runs when somebody starts it, keeps everything in memory and ends with the program. The engine reaches it like every
//! other host that is not public: because the project's list of allowed hosts names it, which whoever starts it agrees to
//! and Settings shows.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::cx::Cx;
use anteroom_engine::id::Id;
use anteroom_engine::model::{self, Project};
use anteroom_engine::service::connections::{self, NewConnection};
use anteroom_engine::service::projects;
use anteroom_engine::stop::{Fault, Outcome, conflict};
use anteroom_engine::store::Tx;
use anteroom_sample_provider::{OpenError, Provider, callbacks};
use anteroom_sentence::{Sentence, sentence};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use ts_rs::TS;

use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// Name of the connection that is filled in.
const CONNECTION: &str = "sample-provider";
/// The option that marks a connection as the sample provider's. No other one is ever overwritten.
const MARK: &str = "sample_provider";
/// What is asked for.
const SCOPE: &str = "openid email offline_access";

/// Nothing to say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Get {}

/// Starts the sample provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Start {
    /// That its address may stand on the project's list of allowed hosts until it is stopped. Without this it is not started.
    pub allow_host: bool,
}

/// The sample provider, as it stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SampleProvider {
    /// Its issuer while it runs.
    pub issuer: Option<String>,
    /// `host:port` while it runs.
    pub host: Option<String>,
    /// Whether the project's list of allowed hosts names it.
    pub allowed: bool,
    /// Id of the connection that was filled in, `con_…`.
    pub connection_id: Option<String>,
    /// Its name.
    pub connection: Option<String>,
}

/// The connection of the sample provider, whichever start of the program filled it in.
pub(crate) fn connection(tx: &dyn Tx, project: Id<Project>) -> Outcome<Option<model::Connection>> {
    Ok(tx.connection_by_name(project, CONNECTION)?.filter(is_sample))
}

/// Whether a connection is the sample provider's.
fn is_sample(connection: &model::Connection) -> bool {
    connection.options.get(MARK) == Some(&Value::Bool(true))
}

/// Whether a connection is to the sample provider that runs at this issuer; never while none runs.
pub(crate) fn is_running(connection: &model::Connection, issuer: Option<&str>) -> bool {
    issuer.is_some() && connection.option("issuer") == issuer && is_sample(connection)
}

pub(crate) async fn get(admin: &Admin, _: Get) -> Result<SampleProvider, CommandError> {
    let running = admin.sample().await.clone();
    admin
        .read_project(move |tx, project, _| {
            let connection = connection(tx, project)?;
            let project = tx.project(project)?.ok_or(Fault::Inconsistent("the project is gone"))?;
            let host = running.as_ref().map(|provider| provider.host());
            let hosts = &project.settings.allowed_outbound_hosts;
            Ok(SampleProvider {
                issuer: running.as_ref().map(|provider| provider.issuer()),
                allowed: host.as_ref().is_some_and(|host| hosts.contains(host)),
                host,
                connection_id: connection.as_ref().map(|own| own.id.prefixed(model::Connection::PREFIX)),
                connection: connection.map(|own| own.name),
            })
        })
        .await
}

pub(crate) async fn start(admin: &Admin, request: Start) -> Result<SampleProvider, CommandError> {
    admin.acting().await?;
    if !request.allow_host {
        let message = sentence!(
            "The engine reaches nothing on this machine that the project's list of allowed hosts does not \
                       name: agree that the sample provider's address is put on it."
        );
        return Err(CommandError::new(Code::Invalid, Some("allowHost"), message));
    }
    {
        let mut running = admin.sample().await;
        let provider = if let Some(provider) = &*running {
            Arc::clone(provider)
        } else {
            let opened = Provider::open_usual(admin.engine()).await.map_err(|error| {
                let error = match &error {
                    OpenError::Bind(error) => Sentence::from(error),
                    error => Sentence::english(error.to_string()),
                };
                let message = sentence!("The sample provider cannot be started: {error}.", error);
                CommandError::new(Code::Unavailable, None, message)
            });
            Arc::new(opened?)
        };
        let used = Arc::clone(&provider);
        admin
            .change(move |cx, engine, acting| {
                forget_earlier(cx, acting.project, &used)?;
                allow(cx, acting.project, &used.host())?;
                fill_in(cx, engine, acting.project, &used)
            })
            .await?;
        // one that was just opened is dropped, and ends, when its connection cannot be made
        *running = Some(provider);
    }
    get(admin, Get {}).await
}

pub(crate) async fn stop(admin: &Admin, _: Get) -> Result<SampleProvider, CommandError> {
    admin.acting().await?;
    if let Some(provider) = admin.sample().await.take() {
        let host = provider.host();
        // whoever listens there next is not allowed by this
        admin
            .change(move |cx, _, acting| {
                change_hosts(cx, acting.project, |hosts| hosts.retain(|own| *own != host))
            })
            .await?;
    }
    get(admin, Get {}).await
}

/// Takes the address of an earlier start off the list, where the program ended without stopping it.
fn forget_earlier(cx: &mut Cx<'_>, project: Id<Project>, provider: &Provider) -> Outcome<()> {
    let Some(connection) = connection(cx.tx, project)? else { return Ok(()) };
    let earlier =
        connection.option("issuer").and_then(|issuer| issuer.strip_prefix("http://")?.strip_suffix('/'));
    let Some(earlier) = earlier.filter(|host| *host != provider.host()) else { return Ok(()) };
    change_hosts(cx, project, |hosts| hosts.retain(|own| own != earlier))
}

fn allow(cx: &mut Cx<'_>, project: Id<Project>, host: &str) -> Outcome<()> {
    change_hosts(cx, project, |hosts| {
        if !hosts.iter().any(|own| own == host) {
            hosts.push(host.to_owned());
        }
    })
}

/// Changes the list of allowed hosts, as Settings does: the log says who and what.
fn change_hosts(cx: &mut Cx<'_>, project: Id<Project>, change: impl FnOnce(&mut Vec<String>)) -> Outcome<()> {
    let before = cx.tx.project(project)?.ok_or(Fault::Inconsistent("the project is gone"))?;
    let mut after = (*before).clone();
    change(&mut after.settings.allowed_outbound_hosts);
    projects::update(cx, &before, &after)?;
    Ok(())
}

/// Makes the connection, or has the one there name this start's provider. One that names it already is left alone: who
/// connected through it goes on.
fn fill_in(cx: &mut Cx<'_>, engine: &Engine, project: Id<Project>, provider: &Provider) -> Outcome<()> {
    let before = cx.tx.connection_by_name(project, CONNECTION)?;
    if let Some(before) = &before {
        if !is_sample(before) {
            let message = sentence!(
                "A connection named {connection} exists already, and it is not the sample provider's. Delete it, or \
                 create a connection to the sample provider by hand.",
                connection = CONNECTION
            );
            return conflict(Some("connection"), message);
        }
        let known = before.option("client_id").is_some_and(|id| provider.knows(id));
        if known && before.option("issuer") == Some(provider.issuer().as_str()) {
            return Ok(());
        }
    }
    let Ok(client) = provider.register("Anteroom", callbacks(engine)) else {
        let message = sentence!(
            "No client can be registered: the sample provider holds as much as it can; what ends makes room, and so does a restart."
        );
        return conflict(None, message);
    };
    let new = json!({
        "issuer": provider.issuer(),
        "authorization_endpoint": provider.url("authorize"),
        "token_endpoint": provider.url("token"),
        "userinfo_endpoint": provider.url("userinfo"),
        "client_id": client.client_id,
        "client_secret": client.client_secret.as_str(),
        "scope": SCOPE,
        MARK: true,
    });
    let new = new.as_object().cloned().unwrap_or_default();
    if let Some(before) = before {
        let mut options = before.options.clone();
        options.extend(new);
        let after = model::Connection { options, ..before.clone() };
        connections::update(cx, engine, &before, after)?;
        return Ok(());
    }
    let new = NewConnection {
        id: None,
        project,
        name: CONNECTION.to_owned(),
        strategy: "oidc".to_owned(),
        display_name: Some("Sample provider".to_owned()),
        options: new,
        authentication: false,
        connected_accounts: true,
        rest: Map::new(),
    };
    connections::create(cx, engine, new)?;
    Ok(())
}
