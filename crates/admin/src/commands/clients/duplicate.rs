//! A copy of a client under another name, with credentials of its own.

use anteroom_engine::Engine;
use anteroom_engine::model::Client as Stored;
use anteroom_engine::model::client as stored;
use anteroom_engine::service::clients as service;
use anteroom_engine::stop::{Fault, Outcome};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::IssuedSecret;
use super::read::{find, view};
use crate::admin::Admin;
use crate::error::CommandError;

/// Copies a client: its settings, its provider with our secret there, its rights. Its own secrets are new.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Duplicate {
    /// `client_id` of the original.
    pub id: String,
    /// Name of the copy.
    pub name: String,
}

pub(crate) async fn duplicate(admin: &Admin, request: Duplicate) -> Result<IssuedSecret, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let original = find(cx.tx, acting.project, &request.id)?;
            let membership = cx.tx.membership_of_client(original.id)?;
            let secret = match original.client_type {
                stored::ClientType::Public => None,
                stored::ClientType::Confidential | stored::ClientType::Medplum => {
                    Some(service::make_secret(cx)?)
                }
            };
            let plain = secret.as_ref().map(|secret| secret.expose().to_owned());
            let new = service::NewClient {
                id: None,
                project: acting.project,
                name: request.name,
                client_type: original.client_type,
                status: stored::ClientStatus::Active,
                secret,
                retiring_secret: None,
                settings: original.settings.clone(),
                provider_secret: provider_secret(engine, &original)?,
                admin: membership.as_ref().is_some_and(|membership| membership.admin),
                access_policy: membership.as_ref().and_then(|membership| membership.access_policy),
                access: membership.map(|membership| membership.access.clone()).unwrap_or_default(),
            };
            let client = service::create(cx, engine, new)?;
            Ok(IssuedSecret { client: view(cx.tx, &client, cx.now)?, secret: plain })
        })
        .await
}

/// Our secret at the provider is bound to its row, so the copy seals it anew.
fn provider_secret(engine: &Engine, original: &Stored) -> Outcome<Option<String>> {
    let Some(opened) = service::open_provider_secret(engine, original)? else { return Ok(None) };
    let text =
        std::str::from_utf8(&opened).map_err(|_| Fault::Inconsistent("a provider secret that is no text"))?;
    Ok(Some(text.to_owned()))
}
