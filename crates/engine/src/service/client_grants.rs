//! Client grants: what a client may ask of an API. One validator for the Management API, commands and the workspace file.

use anteroom_sentence::sentence;
use serde_json::{Map, Value, json};

use crate::cx::{Cx, Topic};
use crate::id::Id;
use crate::model::client_grant::SubjectType;
use crate::model::event::{EventBody, EventKind};
use crate::model::resource_server::AccessPolicyType;
use crate::model::{Client, ClientGrant};
use crate::service::resource_servers::{self, Api, MOST_SCOPES};
use crate::stop::{Outcome, conflict, invalid};
use crate::store::Tx;

/// Everything a new client grant is made of.
pub struct NewClientGrant<'a> {
    /// Id; made when absent.
    pub id: Option<Id<ClientGrant>>,
    /// The client that may ask.
    pub client: &'a Client,
    /// The API.
    pub api: &'a Api,
    /// In whose name.
    pub subject_type: SubjectType,
    /// The words it may ask for.
    pub scope: Vec<String>,
    /// Every scope the API has, those it gets later too.
    pub allow_all_scopes: bool,
    /// Members that are kept and do nothing here.
    pub rest: Map<String, Value>,
}

fn check(api: &Api, scope: &[String]) -> Outcome<()> {
    if scope.len() > MOST_SCOPES {
        return invalid(
            "scope",
            sentence!("A client grant names at most {most} scopes.", most = MOST_SCOPES),
        );
    }
    for (at, word) in scope.iter().enumerate() {
        if scope[..at].contains(word) {
            return invalid("scope", sentence!("{word:?} is there twice.", word));
        }
    }
    if scope.iter().all(|word| api.has_scope(word)) {
        Ok(())
    } else {
        invalid("scope", sentence!("scope must be a subset of resource server scopes"))
    }
}

/// What the log keeps of a grant.
fn describe(grant: &ClientGrant) -> Value {
    json!({
        "scope": grant.scope,
        "subject_type": grant.subject_type,
        "allow_all_scopes": grant.allow_all_scopes,
    })
}

/// Creates a client grant.
///
/// # Refused
/// A second one for the same client, API and subject type; scopes the API does not have; tokens the API takes from nobody
/// of that type.
pub fn create(cx: &mut Cx<'_>, new: NewClientGrant<'_>) -> Outcome<ClientGrant> {
    check(new.api, &new.scope)?;
    if let Api::System(api) = new.api {
        let policy = api.subject_type_authorization();
        let taken = match new.subject_type {
            SubjectType::User => policy.user,
            SubjectType::Client => policy.client,
        };
        if taken == AccessPolicyType::DenyAll {
            return invalid(
                "subject_type",
                sentence!(
                    "The {api} takes no tokens of subject type {subject_type}.",
                    api = api.name(),
                    subject_type = new.subject_type.as_str()
                ),
            );
        }
    }
    let api = new.api.reference();
    if cx.tx.client_grant_for(new.client.id, api, new.subject_type)?.is_some() {
        return conflict(
            Some("audience"),
            sentence!("A client grant for the same client, API and subject type already exists."),
        );
    }
    let id = match new.id {
        Some(id) => id,
        None => cx.random_id()?,
    };
    let row = ClientGrant {
        id,
        project: new.client.project,
        client: new.client.id,
        api,
        subject_type: new.subject_type,
        scope: new.scope,
        allow_all_scopes: new.allow_all_scopes,
        rest: new.rest,
        created_at: cx.now,
    };
    cx.tx.insert_client_grant(&row)?;
    let after = Some(describe(&row));
    said(cx, &row, EventKind::ClientGrantCreated, EventBody { after, ..EventBody::default() })?;
    Ok(row)
}

/// Replaces what a client grant allows; client, API and subject type stay. Whether anything changed.
pub fn update(cx: &mut Cx<'_>, before: &ClientGrant, after: &ClientGrant) -> Outcome<bool> {
    let after = ClientGrant {
        client: before.client,
        api: before.api,
        subject_type: before.subject_type,
        ..after.clone()
    };
    check(&resource_servers::of_reference(cx.tx, before.api)?, &after.scope)?;
    if *before == after {
        return Ok(false);
    }
    cx.tx.update_client_grant(&after)?;
    let body =
        EventBody { before: Some(describe(before)), after: Some(describe(&after)), ..EventBody::default() };
    said(cx, &after, EventKind::ClientGrantUpdated, body)?;
    Ok(true)
}

/// Deletes a client grant. Tokens that were issued under it last until they end.
pub fn delete(cx: &mut Cx<'_>, grant: &ClientGrant) -> Outcome<()> {
    let before = Some(describe(grant));
    said(cx, grant, EventKind::ClientGrantDeleted, EventBody { before, ..EventBody::default() })?;
    Ok(cx.tx.delete_client_grant(grant.id)?)
}

fn said(cx: &mut Cx<'_>, grant: &ClientGrant, kind: EventKind, body: EventBody) -> Outcome<()> {
    cx.about.project = Some(grant.project);
    cx.about.client = Some(grant.client);
    cx.about.row = Some(grant.id.uuid());
    cx.event(kind, body)?;
    cx.changed(Topic::Apis);
    Ok(())
}

/// The scopes a client may have from an API in somebody's name right now; `None` when it may not ask at all.
///
/// `allow_all` gives every scope the API has; `require_client_grant` those of the grant; `deny_all` nothing. A third-party
/// client needs a grant in every case.
pub fn allowed(
    tx: &dyn Tx,
    client: &Client,
    api: &Api,
    subject_type: SubjectType,
) -> Outcome<Option<Vec<String>>> {
    let policy = api.subject_type_authorization();
    let policy = match subject_type {
        SubjectType::User => policy.user,
        SubjectType::Client => policy.client,
    };
    let first_party = client.settings.auth0.as_ref().is_none_or(|auth0| auth0.is_first_party);
    match policy {
        AccessPolicyType::DenyAll => Ok(None),
        AccessPolicyType::AllowAll if first_party => Ok(Some(api.scopes())),
        AccessPolicyType::AllowAll | AccessPolicyType::RequireClientGrant => {
            let Some(grant) = tx.client_grant_for(client.id, api.reference(), subject_type)? else {
                return Ok(None);
            };
            // What the API lost since is not given.
            let mut scopes = api.scopes();
            scopes.retain(|scope| grant.covers(scope));
            Ok(Some(scopes))
        }
    }
}
