//! `/client-grants`: what clients may ask of APIs.

use serde_json::{Map, Value, json};

use super::payload::{Field, Form, field, flag, list as texts, nullable, text};
use super::trouble::{Halt, Said, not_supported, of_service, trouble};
use super::{Answer, Call, clients, page, payload};
use crate::cx::Cx;
use crate::id::Id;
use crate::model::client_grant::SubjectType;
use crate::model::resource_server::SystemApi;
use crate::model::{Client, ClientGrant};
use crate::service::client_grants::{self, NewClientGrant};
use crate::service::resource_servers::{self, Api, LONGEST_IDENTIFIER, LONGEST_SCOPE, MOST_SCOPES};
use crate::stop::Stop;
use crate::store::{ClientGrantFilter, Tx};

const CONFLICT: &str = "client_grant_conflict";

/// Only when a grant is made.
const FOR: &[Field] = &[
    field("client_id", Form::Text(1, 64), "ID of the client"),
    field(
        "audience",
        Form::Text(1, LONGEST_IDENTIFIER),
        "The audience (API identifier) of this client grant",
    ),
    field("subject_type", Form::Word(&["client", "user"]), "The type of application access"),
    field("default_for", Form::Text(1, 100), "Applies to all clients of a kind"),
];

const FIELDS: &[Field] = &[
    nullable("scope", Form::Texts(MOST_SCOPES, LONGEST_SCOPE), "Scopes allowed for this client grant"),
    nullable("allow_all_scopes", Form::Bool, "Allows every scope of the API"),
    nullable("organization_usage", Form::Word(&["deny", "allow", "require"]), "Organizations"),
    nullable("allow_any_organization", Form::Bool, "Any organization"),
    nullable("authorization_details_types", Form::Texts(100, 255), "Rich authorization requests"),
];

fn said(stop: Stop) -> Halt {
    of_service(stop, CONFLICT)
}

fn find(call: &Call<'_>, tx: &dyn Tx) -> Said<ClientGrant> {
    let found = match Id::parse_prefixed(ClientGrant::PREFIX, &call.request.id) {
        Some(id) => tx.client_grant(id)?.filter(|grant| grant.project == call.caller.project),
        None => None,
    };
    found.ok_or_else(|| trouble(404, "inexistent_client_grant", "The client grant does not exist"))
}

/// The API with this identifier, of the caller's project.
fn api(call: &Call<'_>, tx: &dyn Tx, audience: &str) -> Said<Api> {
    let found = resource_servers::find(tx, call.engine, call.caller.project, audience)?;
    found.ok_or_else(|| trouble(404, "inexistent_resource_server", "The resource server does not exist"))
}

fn show(call: &Call<'_>, tx: &dyn Tx, grant: &ClientGrant) -> Said<Value> {
    let api = resource_servers::of_reference(tx, grant.api)?;
    let client = tx.client(grant.client)?;
    let client_id = client.map_or_else(|| grant.client.to_string(), |client| client.client_id());
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", grant.id.prefixed(ClientGrant::PREFIX).into());
    put("client_id", client_id.into());
    put("audience", api.identifier(call.issuer).into());
    put("scope", json!(grant.scope));
    put("subject_type", grant.subject_type.as_str().into());
    if grant.allow_all_scopes {
        put("allow_all_scopes", true.into());
    }
    for (name, value) in &grant.rest {
        put(name, value.clone());
    }
    Ok(shown.into())
}

/// `GET /client-grants`
pub(super) fn list(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:client_grants"])?;
    let query = &call.request.query;
    let mut filter = ClientGrantFilter::default();
    // A filter that names nothing finds nothing.
    let mut nothing = false;
    if let Some(client_id) = query.get("client_id") {
        filter.client = Client::parse_client_id(client_id);
        nothing |= filter.client.is_none();
    }
    if let Some(audience) = query.get("audience") {
        let found = resource_servers::find(tx, call.engine, call.caller.project, audience)?;
        nothing |= found.is_none();
        filter.api = found.map(|api| api.reference());
    }
    if let Some(word) = query.get("subject_type") {
        filter.subject_type = SubjectType::parse(word);
        if filter.subject_type.is_none() {
            return Err(page::wrong("subject_type", "No enum match, expected client or user"));
        }
    }
    let rows = if nothing { Vec::new() } else { tx.list_client_grants(call.caller.project, &filter)? };
    page::answer(query, "client_grants", &rows, page::USUAL, |grant| show(call, tx, grant)).map(Answer::ok)
}

/// `GET /client-grants/{id}`
pub(super) fn get(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:client_grants"])?;
    let grant = find(call, tx)?;
    Ok(Answer::ok(show(call, tx, &grant)?))
}

/// Members that are kept and do nothing here.
fn rest(members: &Map<String, Value>, rest: &mut Map<String, Value>) {
    for name in ["organization_usage", "allow_any_organization", "authorization_details_types"] {
        match members.get(name) {
            None => {}
            Some(Value::Null) => drop(rest.shift_remove(name)),
            Some(value) => drop(rest.insert(name.to_owned(), value.clone())),
        }
    }
}

/// `POST /client-grants`
pub(super) fn create(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["create:client_grants"])?;
    let body = call.body()?;
    if body.get("default_for").is_some_and(|value| !value.is_null()) {
        return Err(not_supported("default_for"));
    }
    let members = payload::object(body, &[FOR, FIELDS], &["client_id", "audience"])?;
    let client = clients::find_named(call, cx.tx, &text(members, "client_id").unwrap_or_default())?;
    let api = api(call, cx.tx, &text(members, "audience").unwrap_or_default())?;
    let scope = members.get("scope").map(texts).unwrap_or_default();
    let allow_all_scopes = flag(members, "allow_all_scopes").unwrap_or(false);
    if api == Api::System(SystemApi::Management) {
        call.caller.may_give(&scope, allow_all_scopes)?;
    }
    let mut kept = Map::new();
    rest(members, &mut kept);
    let new = NewClientGrant {
        id: None,
        client: &client,
        api: &api,
        subject_type: text(members, "subject_type")
            .as_deref()
            .and_then(SubjectType::parse)
            .unwrap_or_default(),
        scope,
        allow_all_scopes,
        rest: kept,
    };
    let grant = client_grants::create(cx, new).map_err(said)?;
    Ok(Answer::created(show(call, cx.tx, &grant)?))
}

/// `PATCH /client-grants/{id}`: `scope` replaces the list.
pub(super) fn update(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["update:client_grants"])?;
    let before = find(call, cx.tx)?;
    let members = payload::object(call.body()?, &[FIELDS], &[])?;
    if members.is_empty() {
        return Err(payload::wrong("Too few properties defined (0), minimum 1"));
    }
    let mut after = before.clone();
    if let Some(scope) = members.get("scope") {
        after.scope = texts(scope);
    }
    if members.contains_key("allow_all_scopes") {
        after.allow_all_scopes = flag(members, "allow_all_scopes").unwrap_or(false);
    }
    rest(members, &mut after.rest);
    if resource_servers::of_reference(cx.tx, before.api)? == Api::System(SystemApi::Management) {
        // What the grant has already is not given away anew.
        let added: Vec<String> = after.scope.iter().filter(|word| !before.covers(word)).cloned().collect();
        call.caller.may_give(&added, after.allow_all_scopes && !before.allow_all_scopes)?;
    }
    client_grants::update(cx, &before, &after).map_err(said)?;
    let after = find(call, cx.tx)?;
    Ok(Answer::ok(show(call, cx.tx, &after)?))
}

/// `DELETE /client-grants/{id}`
pub(super) fn delete(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["delete:client_grants"])?;
    match find(call, cx.tx) {
        Ok(grant) => client_grants::delete(cx, &grant).map_err(said).map(|()| Answer::nothing()),
        // Nothing to delete is deleted.
        Err(Halt::Trouble(trouble)) if trouble.status == 404 => Ok(Answer::nothing()),
        Err(halt) => Err(halt),
    }
}
