//! Looking at a run, handing in its answer, taking tokens apart, taking it along.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::Login;
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::runs::Watched;
use anteroom_engine::service::tokens::{self, Extras};
use anteroom_engine::stop::{Outcome, invalid};
use anteroom_flows::export::Format;
use anteroom_flows::flow::{Flow, Grant};
use anteroom_flows::inspect::{self as flows, Inspected};
use anteroom_flows::returning::Returned;
use anteroom_flows::{export as take_along, view};
use anteroom_oauth::GrantType;
use anteroom_sentence::sentence;
use serde_json::{Value, json};

use super::{
    EngineSaw, Export, HandedIn, Inspect, Inspection, Preview, Previewed, Ref, RefusalRow, Return,
    RunExported, RunShown, cold, start, vault,
};
use crate::acting::Acting;
use crate::admin::Admin;
use crate::commands::activity::TraceCheck;
use crate::commands::clients;
use crate::error::{Code, CommandError};
use crate::playground::Run;

pub(super) fn find(admin: &Admin, id: &str) -> Result<Arc<Run>, CommandError> {
    admin.playground().get(id).ok_or_else(|| {
        CommandError::new(
            Code::NotFound,
            Some("id"),
            sentence!("This run is no longer in memory. Run it again."),
        )
    })
}

pub(super) async fn shown(admin: &Admin, run: &Run) -> Result<RunShown, CommandError> {
    let seen = admin.engine().runs().seen(&run.id);
    let grant = match &run.flow.grant {
        Grant::AuthorizationCode(_) => GrantType::AuthorizationCode.as_str(),
        Grant::ClientCredentials {} => GrantType::ClientCredentials.as_str(),
        Grant::RefreshToken { .. } => GrantType::RefreshToken.as_str(),
        Grant::PreAuthorizedCode(_) => GrantType::PreAuthorizedCode.as_str(),
        Grant::TokenExchange(_) => GrantType::TokenExchange.as_str(),
        Grant::FederatedConnectionAccessToken(_) => GrantType::FederatedConnectionAccessToken.as_str(),
        Grant::AuthExchange { .. } => "auth_exchange",
    };
    Ok(RunShown {
        id: run.id.as_str().to_owned(),
        grant: grant.to_owned(),
        client_id: run.flow.client.client_id.clone(),
        own: run.own,
        began: run.began,
        client: view::view(&run.recorder),
        engine: seen.into_iter().map(saw).collect(),
        failures: run.flow.failures.clone(),
        ladder: vault::ladder(admin, run).await?,
    })
}

/// Whether something secret has to be given to run this again.
pub(super) fn has_secrets(flow: &Flow) -> bool {
    let password = match &flow.grant {
        Grant::AuthorizationCode(grant) => grant.person.is_some(),
        Grant::FederatedConnectionAccessToken(grant) => {
            grant.person.is_some() || grant.exchange_client.client_secret.is_some()
        }
        Grant::ClientCredentials {} | Grant::PreAuthorizedCode(_) => false,
        Grant::RefreshToken { .. } | Grant::TokenExchange(_) | Grant::AuthExchange { .. } => true,
    };
    password || flow.client.client_secret.is_some()
}

fn saw(watched: Watched) -> EngineSaw {
    let row = watched.refusal.and_then(Refusal::parse).map(Refusal::row);
    EngineSaw {
        step: watched.step,
        checks: watched.checks.into_iter().map(TraceCheck::from).collect(),
        refusal: row.map(|row| RefusalRow {
            name: row.name.to_owned(),
            section: row.section.to_owned(),
            advice: row.advice.to_owned(),
        }),
    }
}

pub(crate) async fn get(admin: &Admin, request: Ref) -> Result<RunShown, CommandError> {
    shown(admin, &*find(admin, &request.id)?).await
}

/// A link is anybody's: it is handed to the run that waits for its `state`, which checks the rest.
pub(crate) async fn hand_in(admin: &Admin, request: Return) -> Result<HandedIn, CommandError> {
    let Return { state, code, iss, error, error_description } = request;
    let optional = [("code", code), ("iss", iss), ("error", error), ("error_description", error_description)];
    let parameters = optional
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .chain([("state".to_owned(), state.clone())]);
    let returned = Returned::from_parameters(parameters);
    let Some(run) = admin.playground().waiting(&state) else {
        // perhaps another start of the program waited for it
        let Some(prepared) = cold::take(admin, &state, &returned).await? else {
            return Ok(HandedIn { run: None });
        };
        let run = start::begin(admin, prepared)?;
        return Ok(HandedIn { run: Some(run.id.as_str().to_owned()) });
    };
    // the same answer twice, or one too late: the run has read the first and takes no other
    let taken = run.returns.as_ref().is_some_and(|returns| returns.try_send(returned).is_ok());
    Ok(HandedIn { run: taken.then(|| run.id.as_str().to_owned()) })
}

pub(crate) async fn inspect(admin: &Admin, request: Inspect) -> Result<Inspection, CommandError> {
    let run = if request.run.is_empty() { None } else { Some(find(admin, &request.run)?) };
    let own_keys = own_keys(admin);
    let take = |token: &str| -> Result<Inspected, CommandError> {
        let Some(run) = &run else { return Ok(flows::inspect("pasted", token.trim(), Some(&own_keys))) };
        let record = run.recorder.record();
        let tokens = &record.tokens;
        let found = match token {
            "access_token" => &tokens.access_token,
            "refresh_token" => &tokens.refresh_token,
            "id_token" => &tokens.id_token,
            _ => &None,
        };
        let found = found.as_ref().ok_or_else(|| {
            CommandError::new(Code::NotFound, Some("token"), sentence!("The run has no {token}.", token))
        })?;
        let keys = record.keys.as_ref().or(run.own.then_some(&own_keys));
        Ok(flows::inspect(token, found, keys))
    };
    let token = take(&request.token)?;
    let other = if request.other.is_empty() { None } else { Some(take(&request.other)?) };
    let differences = other.as_ref().map(|other| flows::differences(&token, other)).unwrap_or_default();
    Ok(Inspection { token, other, differences })
}

/// This engine's own keys, as `jwks_uri` gives them.
fn own_keys(admin: &Admin) -> Value {
    json!({ "keys": admin.engine().key_ring().jwks() })
}

pub(crate) async fn preview(admin: &Admin, request: Preview) -> Result<Previewed, CommandError> {
    let prepared = admin.change(move |cx, _, acting: Acting| {
        let client = clients::find(cx.tx, acting.project, &request.client_id)?;
        let membership = match Id::parse(&request.membership_id) {
            Some(id) => cx.tx.membership(id)?.filter(|member| member.project == acting.project),
            None => None,
        };
        let Some(membership) = membership else {
            return invalid("membershipId", sentence!("There is no such person."));
        };
        let Some(project) = cx.tx.project(acting.project)? else {
            return invalid("clientId", sentence!("The project is gone."));
        };
        let scope = (!request.scope.is_empty()).then(|| request.scope.join(" "));
        let scope = tokens::granted_scope(cx, &client, scope.as_deref())?;
        // A login that is not stored: the tokens of it are refused everywhere they are looked up.
        let login = Login {
            id: cx.time_ordered_id()?,
            project: project.id,
            client: client.id,
            membership: membership.id,
            auth_method: AuthMethod::Password,
            auth_time: cx.now,
            scope: scope.as_str().to_owned(),
            remote_address: None,
            expires_at: cx.now,
            revoked_at: None,
            pre_authorized_code: None,
            audience: None,
            launch: None,
        };
        let extras = Extras { scope, nonce: None, refresh_token: None, api: None };
        tokens::of_login(cx, &login, &project, &client, &membership, extras)
    });
    let prepared = prepared.await?;
    let keys = own_keys(admin);
    admin
        .aside(move |engine| -> Outcome<Previewed> {
            let signed = prepared.sign(engine)?;
            let mut all = vec![flows::inspect("access_token", signed.access_token.expose(), Some(&keys))];
            let id_token = signed.id_token.as_ref();
            all.extend(id_token.map(|token| flows::inspect("id_token", token.expose(), Some(&keys))));
            Ok(Previewed { tokens: all })
        })
        .await
}

pub(crate) async fn export(admin: &Admin, request: Export) -> Result<RunExported, CommandError> {
    let run = find(admin, &request.id)?;
    let text = take_along::export(&run.recorder, request.format, request.step);
    let extension = match request.format {
        Format::Curl => "sh",
        Format::Http => "http",
        Format::Markdown => "md",
        Format::Har => "har",
        Format::Javascript => "mjs",
        Format::Python => "py",
        Format::Rust => "rs",
    };
    let word = json!(request.format);
    let word = word.as_str().unwrap_or_default();
    Ok(RunExported { text, file_name: format!("anteroom-run-{word}.{extension}") })
}
