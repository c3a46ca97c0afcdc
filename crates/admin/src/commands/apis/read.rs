//! Listing and showing APIs.

use anteroom_engine::id::Id;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::model;
use anteroom_engine::model::client_grant::{ApiRef, SubjectType};
use anteroom_engine::model::resource_server::{AccessPolicyType, SystemApi, TOKEN_LIFETIME};
use anteroom_engine::model::{ClientGrant, Project, ResourceServer};
use anteroom_engine::service::resource_servers::{self as service, Api as AnyApi};
use anteroom_engine::stop::{Outcome, not_found};
use anteroom_engine::store::{ClientGrantFilter, Tx};
use anteroom_oauth::GrantType;
use anteroom_sentence::sentence;

use super::{Api, ApiAccess, ApiClient, ApiGrant, ApiList, ApiSummary, GrantSubject, List, Ref, ScopeOfApi};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::version;

impl From<AccessPolicyType> for ApiAccess {
    fn from(stored: AccessPolicyType) -> Self {
        match stored {
            AccessPolicyType::AllowAll => Self::AllowAll,
            AccessPolicyType::RequireClientGrant => Self::RequireClientGrant,
            AccessPolicyType::DenyAll => Self::DenyAll,
        }
    }
}

impl From<ApiAccess> for AccessPolicyType {
    fn from(wanted: ApiAccess) -> Self {
        match wanted {
            ApiAccess::AllowAll => Self::AllowAll,
            ApiAccess::RequireClientGrant => Self::RequireClientGrant,
            ApiAccess::DenyAll => Self::DenyAll,
        }
    }
}

impl From<SubjectType> for GrantSubject {
    fn from(stored: SubjectType) -> Self {
        match stored {
            SubjectType::User => Self::User,
            SubjectType::Client => Self::Client,
        }
    }
}

impl From<GrantSubject> for SubjectType {
    fn from(wanted: GrantSubject) -> Self {
        match wanted {
            GrantSubject::User => Self::User,
            GrantSubject::Client => Self::Client,
        }
    }
}

/// The API of this project with this id, or one that every project has.
pub(super) fn find(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<AnyApi> {
    match SystemApi::parse(id) {
        Some(api) => Ok(AnyApi::System(api)),
        None => find_own(tx, project, id).map(|api| AnyApi::Own(Box::new(api))),
    }
}

/// The API of this project with this id.
pub(super) fn find_own(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<ResourceServer> {
    let found = match Id::parse(id) {
        Some(id) => tx.resource_server(id)?,
        None => None,
    };
    match found.filter(|api| api.project == project) {
        Some(api) => Ok(api),
        None => not_found(sentence!("There is no API with the id {id:?}.", id)),
    }
}

pub(crate) async fn list(admin: &Admin, _: List) -> Result<ApiList, CommandError> {
    let issuer = admin.engine().issuer().clone();
    admin
        .read_project(move |tx, project, _| {
            let own = tx.list_resource_servers(project)?.into_iter().map(|api| AnyApi::Own(Box::new(api)));
            let all = own.chain(SystemApi::ALL.map(AnyApi::System));
            let items = all.map(|api| summary(tx, project, &issuer, &api)).collect::<Outcome<_>>()?;
            Ok(ApiList { items })
        })
        .await
}

fn summary(tx: &dyn Tx, project: Id<Project>, issuer: &Issuer, api: &AnyApi) -> Outcome<ApiSummary> {
    let clients = linked(tx, project, api)?;
    Ok(ApiSummary {
        id: id_of(api),
        name: name_of(api),
        identifier: api.identifier(issuer),
        system: matches!(api, AnyApi::System(_)),
        scope_count: u32::try_from(api.scopes().len()).unwrap_or(u32::MAX),
        clients: clients.into_iter().map(|client| client.name).collect(),
        grant_count: u32::try_from(grants(tx, project, api.reference())?.len()).unwrap_or(u32::MAX),
    })
}

fn id_of(api: &AnyApi) -> String {
    match api {
        AnyApi::Own(api) => api.id.to_string(),
        AnyApi::System(api) => api.as_str().to_owned(),
    }
}

fn name_of(api: &AnyApi) -> String {
    match api {
        AnyApi::Own(api) => api.name.clone().unwrap_or_else(|| api.identifier.clone()),
        AnyApi::System(api) => api.name().to_owned(),
    }
}

fn linked(tx: &dyn Tx, project: Id<Project>, api: &AnyApi) -> Outcome<Vec<ApiClient>> {
    let AnyApi::Own(api) = api else { return Ok(Vec::new()) };
    let clients = tx.clients_of_resource_server(project, &api.identifier)?;
    let shown = |client: &model::Client| ApiClient {
        id: client.id.to_string(),
        name: client.name.clone(),
        exchanges: client.allows(GrantType::FederatedConnectionAccessToken),
    };
    Ok(clients.iter().map(|client| shown(client)).collect())
}

fn grants(tx: &dyn Tx, project: Id<Project>, api: ApiRef) -> Outcome<Vec<ClientGrant>> {
    let filter = ClientGrantFilter { api: Some(api), ..ClientGrantFilter::default() };
    Ok(tx.list_client_grants(project, &filter)?)
}

/// The client grant of this project with this id.
pub(super) fn find_grant(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<ClientGrant> {
    let found = match Id::parse_prefixed(ClientGrant::PREFIX, id) {
        Some(id) => tx.client_grant(id)?,
        None => None,
    };
    match found.filter(|grant| grant.project == project) {
        Some(grant) => Ok(grant),
        None => not_found(sentence!("There is no client grant with the id {id:?}.", id)),
    }
}

pub(crate) async fn get(admin: &Admin, request: Ref) -> Result<Api, CommandError> {
    let issuer = admin.engine().issuer().clone();
    admin
        .read_project(move |tx, project, _| {
            let api = find(tx, project, &request.id)?;
            view(tx, project, &issuer, &api)
        })
        .await
}

/// An API, whole, as the screens show it.
pub(super) fn view(tx: &dyn Tx, project: Id<Project>, issuer: &Issuer, api: &AnyApi) -> Outcome<Api> {
    let access = api.subject_type_authorization();
    let mut shown = Vec::new();
    for grant in grants(tx, project, api.reference())? {
        let client = tx.client(grant.client)?;
        shown.push(ApiGrant {
            id: grant.id.prefixed(ClientGrant::PREFIX),
            client_id: grant.client.to_string(),
            client_name: client.map_or_else(String::new, |client| client.name.clone()),
            subject: grant.subject_type.into(),
            scopes: grant.scope,
            all_scopes: grant.allow_all_scopes,
        });
    }
    Ok(Api {
        id: id_of(api),
        name: name_of(api),
        identifier: api.identifier(issuer),
        system: matches!(api, AnyApi::System(_)),
        scopes: scopes(api),
        token_lifetime: match api {
            AnyApi::Own(api) => api.settings.token_lifetime,
            AnyApi::System(_) => TOKEN_LIFETIME,
        },
        allow_offline_access: match api {
            AnyApi::Own(api) => api.settings.allow_offline_access,
            AnyApi::System(_) => false,
        },
        user_access: access.user.into(),
        client_access: access.client.into(),
        clients: linked(tx, project, api)?,
        grants: shown,
        version: match api {
            AnyApi::Own(api) => version_of(api),
            AnyApi::System(_) => String::new(),
        },
    })
}

/// Which state of an API this is.
pub(super) fn version_of(api: &ResourceServer) -> String {
    version::of(service::describe(api).to_string())
}

fn scopes(api: &AnyApi) -> Vec<ScopeOfApi> {
    match api {
        AnyApi::Own(api) => api
            .scopes
            .iter()
            .map(|scope| ScopeOfApi {
                value: scope.value.clone(),
                description: scope.description.clone().unwrap_or_default(),
            })
            .collect(),
        AnyApi::System(api) => api
            .scopes()
            .iter()
            .map(|&value| ScopeOfApi { value: value.to_owned(), description: String::new() })
            .collect(),
    }
}
