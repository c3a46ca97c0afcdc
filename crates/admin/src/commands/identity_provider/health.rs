//! How a client's identity provider did, as the log tells it. Nobody is called.

use anteroom_engine::id::Id;
use anteroom_engine::model::event::{EventKind, NewEvent};
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::stop::Outcome;
use anteroom_engine::store::{EventFilter, Tx};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::admin::Admin;
use crate::commands::clients;
use crate::error::CommandError;

/// Events of the client that are looked through, newest first.
const LOOKED_THROUGH: u32 = 1_000;

/// Asks how a client's identity provider did.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Health {
    /// `client_id`.
    pub client_id: String,
}

/// What the newest events of the client say about its provider.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProviderHealth {
    /// When an answer of the provider last signed somebody in. Unix seconds.
    #[ts(type = "number | null")]
    pub last_success_at: Option<i64>,
    /// Requests refused over the provider or its answer since then.
    pub refused_since: u32,
    /// The newest of these.
    pub last_refusal: Option<ProviderRefusal>,
    /// How many events were looked through; what is older is not in here.
    pub looked_through: u32,
}

/// A request that was refused over the provider or its answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProviderRefusal {
    /// Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Name of the refusal.
    pub refusal: String,
}

pub(crate) async fn health(admin: &Admin, request: Health) -> Result<ProviderHealth, CommandError> {
    admin
        .read_project(move |tx, project, _| {
            let client = clients::find(tx, project, &request.client_id)?.id;
            let filter = EventFilter { client: Some(client), ..EventFilter::default() };
            let mut found = ProviderHealth::default();
            for row in tx.list_events(project, &filter, LOOKED_THROUGH)? {
                found.looked_through += 1;
                let event = row.event.event;
                if signed_in(tx, &event)? {
                    found.last_success_at = Some(event.at.seconds());
                    break;
                }
                let Some(refusal) = event.refusal.filter(|_| is_over_provider(&event)) else { continue };
                found.refused_since += 1;
                found.last_refusal.get_or_insert_with(|| ProviderRefusal {
                    at: event.at.seconds(),
                    refusal: refusal.to_owned(),
                });
            }
            Ok(found)
        })
        .await
}

/// Tokens for somebody whom the provider named.
fn signed_in(tx: &dyn Tx, event: &NewEvent) -> Outcome<bool> {
    let login = match event.about {
        Some(row) if event.kind == EventKind::TokenIssued => tx.live_login(Id::from_uuid(row))?,
        _ => None,
    };
    Ok(login.is_some_and(|live| live.login.auth_method == AuthMethod::Exchange))
}

/// The refusal came after the provider was asked, or because it could not be.
fn is_over_provider(event: &NewEvent) -> bool {
    event
        .body
        .trace
        .iter()
        .any(|check| check.check.starts_with("user_info.") || check.check.starts_with("identity_provider."))
}
