//! The linter over what is being typed, and over the whole project.

use std::sync::Arc;

use anteroom_engine::entropy;
use anteroom_engine::model;
use anteroom_engine::model::client::{self as stored, ClientSettings};
use anteroom_engine::service::clients as service;
use anteroom_engine::stop::{Outcome, Stop};
use anteroom_engine::store::{ClientFilter, Tx, Window};
use anteroom_engine::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::advice::{self, Facts, Severity};
use super::read::{find, unadvised};
use super::write::apply;
use super::{Advice, Client, ClientChanges, ClientStatus, Create};
use crate::admin::Admin;
use crate::error::CommandError;

/// What the engine would remark about a client if these changes were saved. Nothing is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lint {
    /// `client_id`.
    pub id: String,
    /// What is being typed.
    pub changes: ClientChanges,
}

/// Remarks about a client that is not saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Linted {
    /// Remarks, what keeps the client from working first.
    pub advice: Vec<Advice>,
    /// Why it could not be saved as it stands, if so.
    pub problem: Option<FieldProblem>,
}

/// A value that could not be saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldProblem {
    /// The field it is about.
    pub field: Option<String>,
    /// In words.
    pub message: String,
}

/// Looks at every client of the project.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LintAll {}

/// What was found in the project.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LintedAll {
    /// Clients looked at.
    pub checked: u32,
    /// Rules there are.
    pub rules: u32,
    /// Clients with something to mend, the worst first.
    pub clients: Vec<LintedClient>,
}

/// A client with something to mend.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LintedClient {
    /// `client_id`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Remarks, what keeps the client from working first.
    pub advice: Vec<Advice>,
}

/// `Ok(Some)`: the value does not fit; a fault stays one.
fn problem(outcome: Outcome<()>) -> Outcome<Option<FieldProblem>> {
    match outcome {
        Ok(()) => Ok(None),
        Err(Stop::Unfit(unfit)) => Ok(Some(FieldProblem {
            field: unfit.field.map(str::to_owned),
            message: unfit.message.to_string(),
        })),
        Err(stop) => Err(stop),
    }
}

fn remarks(tx: &dyn Tx, view: &Client, client: &model::Client, now: Timestamp) -> Outcome<Vec<Advice>> {
    let others = advice::others(tx, client)?;
    Ok(advice::about(&Facts { view, client, others: &others, now: now.seconds() }))
}

pub(crate) async fn lint(admin: &Admin, request: Lint) -> Result<Linted, CommandError> {
    let engine = Arc::clone(admin.engine());
    admin
        .read_project(move |tx, project, now| {
            let before = find(tx, project, &request.id)?;
            let mut after = (*before).clone();
            let applied = apply(&engine, &mut after, &request.changes)
                .and_then(|()| service::check(&after.name, after.client_type, &after.settings));
            let problem = problem(applied)?;
            let mut view = unadvised(tx, &after)?;
            view.admin = request.changes.admin.unwrap_or(view.admin);
            if let Some(policy) = &request.changes.access_policy {
                view.access_policy = crate::text::filled(policy);
            }
            // Saved, an empty userinfo URL removes the provider; while it is typed, it is the one thing missing.
            if let Some(provider) = &request.changes.identity_provider
                && provider.user_info_url.trim().is_empty()
                && [&provider.authorize_url, &provider.token_url, &provider.client_id]
                    .iter()
                    .any(|one| one.is_some())
            {
                view.identity_provider = Some(provider.clone());
            }
            Ok(Linted { advice: remarks(tx, &view, &after, now)?, problem })
        })
        .await
}

/// A client that is being made has no id and no credentials yet: what is said about those would be about nothing.
pub(crate) async fn lint_new(admin: &Admin, request: Create) -> Result<Linted, CommandError> {
    let engine = Arc::clone(admin.engine());
    admin
        .read_project(move |tx, project, now| {
            let client = model::Client {
                id: entropy::random_id(engine.entropy())?,
                project,
                name: request.name.trim().to_owned(),
                client_type: request.client_type.into(),
                status: stored::ClientStatus::Active,
                secret: None,
                retiring_secret: None,
                settings: ClientSettings {
                    redirect_uris: request.redirect_uris,
                    ..ClientSettings::default()
                },
                provider_secret: None,
                created_at: now,
                updated_at: now,
                version: 1,
            };
            let problem = problem(service::check(&client.name, client.client_type, &client.settings))?;
            let mut view = unadvised(tx, &client)?;
            view.admin = request.admin;
            let mut advice = remarks(tx, &view, &client, now)?;
            advice.retain(|remark| {
                remark.severity != Severity::Ok.as_str()
                    && !matches!(remark.tab.as_str(), "credentials" | "tokens" | "grant-types")
            });
            Ok(Linted { advice, problem })
        })
        .await
}

pub(crate) async fn lint_all(admin: &Admin, _: LintAll) -> Result<LintedAll, CommandError> {
    admin
        .read_project(|tx, project, now| {
            let all = Window { offset: 0, limit: u32::MAX };
            let rows = tx.list_clients(project, &ClientFilter::default(), all)?.rows;
            let everyone: Vec<_> = rows.into_iter().map(|row| row.client).collect();
            let mut clients = Vec::new();
            for client in &everyone {
                let view = unadvised(tx, client)?;
                // Whoever was switched off is meant to rest.
                if view.status == ClientStatus::Off {
                    continue;
                }
                let others: Vec<_> = everyone.iter().filter(|other| other.id != client.id).cloned().collect();
                let mut advice =
                    advice::about(&Facts { view: &view, client, others: &others, now: now.seconds() });
                advice.retain(|remark| remark.severity != Severity::Ok.as_str());
                if !advice.is_empty() {
                    clients.push(LintedClient { id: view.id, name: view.name, advice });
                }
            }
            let weight = |client: &LintedClient| {
                let errors =
                    client.advice.iter().filter(|one| one.severity == Severity::Error.as_str()).count();
                std::cmp::Reverse((errors, client.advice.len()))
            };
            clients.sort_by_key(weight);
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let rules = advice::RULES.iter().map(|table| table.len()).sum();
            Ok(LintedAll { checked: count(everyone.len()), rules: count(rules), clients })
        })
        .await
}
