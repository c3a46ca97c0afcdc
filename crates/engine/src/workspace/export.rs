//! Writing what is stored as a workspace file. Applied to an empty store, the file makes the same rows again, except for
//! what is kept as digests only: [`Export::left_out`] says what that is.

mod apis;

use serde_json::{Map, Value};

use super::file::{
    Workspace, WorkspaceAccess, WorkspaceClient, WorkspaceIpRule, WorkspaceMember, WorkspacePolicy,
    WorkspaceProject, WorkspaceProvider,
};
use super::given::{ClearText, Given};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client::{ClientStatus, IdentityProvider};
use crate::model::membership::Principal;
use crate::model::{AccessPolicy, Client, Membership, Project};
use crate::service::clients;
use crate::service::rates::{self, RateLimits};
use crate::stop::{Fault, Outcome};
use crate::store::{ClientFilter, PeopleFilter, StoreResult, Tx, Window};
use apis::Apis;

/// What an export gives.
#[derive(Debug, Clone)]
pub struct Export {
    /// The file.
    pub workspace: Workspace,
    /// What is stored and not in the file, in words.
    pub left_out: Vec<String>,
}

/// How much of each kind is not in the file.
#[derive(Default)]
struct Missing {
    client_secrets: usize,
    provider_secrets: usize,
    passwords: usize,
    members_of_policies: usize,
    connection_secrets: usize,
    applications: usize,
    api_settings: usize,
}

const ALL: Window = Window { offset: 0, limit: u32::MAX };

/// Exports all projects. With `with_secrets` the secrets of identity providers are in the file in clear.
pub fn export(engine: &Engine, with_secrets: bool) -> Outcome<Export> {
    engine.read(|tx, _| {
        let mut missing = Missing::default();
        let mut projects = Vec::new();
        for row in tx.list_projects()? {
            let mut clients = Vec::new();
            for client in tx.list_clients(row.id, &ClientFilter::default(), ALL)?.rows {
                clients.push(client_of(engine, tx, &client.client, with_secrets, &mut missing)?);
            }
            let mut members = Vec::new();
            for person in tx.list_people(row.id, &PeopleFilter::default(), ALL)?.rows {
                members.push(member_of(tx, &person.membership, &mut missing)?);
            }
            let policies = tx.list_access_policies(row.id)?;
            let access_policies = policies.iter().map(|policy| policy_of(policy, &mut missing)).collect();
            let Apis { own: apis, connections, client_grants } =
                apis::of_project(engine, tx, row.id, with_secrets, &mut missing)?;
            projects.push(WorkspaceProject {
                access_policies,
                clients,
                members,
                apis,
                connections,
                client_grants,
                ..project_of(&row)
            });
        }
        let rate_limits = Some(rates::stored(tx)?).filter(|limits| *limits != RateLimits::default());
        Ok(Export {
            workspace: Workspace { schema: None, rate_limits, projects },
            left_out: missing.sentences(with_secrets),
        })
    })
}

impl Missing {
    fn sentences(&self, with_secrets: bool) -> Vec<String> {
        let mut sentences =
            vec!["tokens, magic links, the event log and signing keys are never exported".to_owned()];
        let mut add = |count: usize, what: &str, why: &str| {
            if count > 0 {
                sentences.push(format!("{count} {what}: {why}"));
            }
        };
        add(self.client_secrets, "client secrets", "kept as digests, which cannot be read");
        add(self.passwords, "passwords", "kept as hashes, which cannot be read");
        if !with_secrets {
            add(self.provider_secrets, "secrets of identity providers", "only exported when asked for");
            add(self.connection_secrets, "secrets of connections", "only exported when asked for");
        }
        add(self.members_of_policies, "members of access policies", "unknown to the workspace file");
        add(
            self.applications,
            "clients made through the Management API",
            "some of their settings are unknown to it",
        );
        add(self.api_settings, "APIs", "some of their settings are unknown to the workspace file");
        sentences
    }
}

fn given<T>(value: Option<T>) -> Given<T> {
    value.map_or(Given::Absent, Given::Value)
}

fn list<T: Clone>(values: &[T]) -> Given<Vec<T>> {
    given((!values.is_empty()).then(|| values.to_vec()))
}

/// `true` is written, `false` is what it is unless told.
fn flag(value: bool) -> Given<bool> {
    given(value.then_some(true))
}

fn project_of(row: &Project) -> WorkspaceProject {
    WorkspaceProject {
        id: Some(row.id),
        name: row.name.clone(),
        dialect: row.dialect.into(),
        revoke_on_replay: given(row.settings.revoke_on_replay),
        preauthorize_per_minute: given(row.settings.preauthorize_per_minute),
        allowed_outbound_hosts: list(&row.settings.allowed_outbound_hosts),
        domain_configurations: list(&row.settings.domain_configurations),
        access_policies: Vec::new(),
        clients: Vec::new(),
        members: Vec::new(),
        apis: Vec::new(),
        connections: Vec::new(),
        client_grants: Vec::new(),
        management_clients: Vec::new(),
    }
}

fn policy_of(row: &AccessPolicy, missing: &mut Missing) -> WorkspacePolicy {
    let objects = |value: &Value| -> Vec<Map<String, Value>> {
        value.as_array().into_iter().flatten().filter_map(Value::as_object).cloned().collect()
    };
    let known = ["resource", "compartment", "basedOn"];
    missing.members_of_policies += row.rest.keys().filter(|name| !known.contains(&name.as_str())).count();
    let rules = row.ip_access_rule.iter().map(|rule| WorkspaceIpRule {
        name: rule.name.clone(),
        value: rule.value.clone(),
        action: rule.action,
    });
    WorkspacePolicy {
        id: Some(row.id),
        name: row.name.clone(),
        resource: given(row.rest.get("resource").map(objects)),
        compartment: given(row.rest.get("compartment").and_then(Value::as_object).cloned()),
        based_on: given(row.rest.get("basedOn").map(objects)),
        ip_access_rule: list(&rules.collect::<Vec<_>>()),
    }
}

fn client_of(
    engine: &Engine,
    tx: &dyn Tx,
    row: &Client,
    with_secrets: bool,
    missing: &mut Missing,
) -> Outcome<WorkspaceClient> {
    missing.client_secrets += usize::from(row.secret.is_some()) + usize::from(row.retiring_secret.is_some());
    missing.provider_secrets += usize::from(row.provider_secret.is_some());
    missing.applications += usize::from(row.is_auth0s());
    let own = tx.membership_of_client(row.id)?;
    let settings = &row.settings;
    let identity_provider = match &settings.identity_provider {
        None => Given::Absent,
        Some(provider) => {
            let secret = if with_secrets { provider_secret(engine, row)? } else { Given::Absent };
            Given::Value(provider_of(provider, secret))
        }
    };
    let alg = settings.id_token_signed_response_alg.as_deref().map(str::parse).transpose();
    Ok(WorkspaceClient {
        id: Some(row.id),
        name: row.name.clone(),
        client_type: row.client_type.into(),
        secret: Given::Absent,
        retiring_secret: Given::Absent,
        status: given((row.status != ClientStatus::Active).then_some(row.status)),
        description: given(settings.description.clone()),
        redirect_uris: list(&settings.redirect_uris),
        post_logout_redirect_uris: list(&settings.post_logout_redirect_uris),
        allowed_origins: list(&settings.allowed_origins),
        launch_uri: given(settings.launch_uri.clone()),
        grant_types: given(settings.grant_types.clone()),
        pkce_optional: flag(settings.pkce_optional),
        default_scope: list(&settings.default_scope),
        jwks_uri: given(settings.jwks_uri.clone()),
        access_token_lifetime: given(settings.access_token_lifetime.clone()),
        refresh_token_lifetime: given(settings.refresh_token_lifetime.clone()),
        id_token_signed_response_alg: given(alg.map_err(|_| Fault::Inconsistent("algorithm of a client"))?),
        magic_link_template: given(settings.magic_link_template.clone()),
        identity_provider,
        admin: flag(own.as_ref().is_some_and(|own| own.admin)),
        access_policy: given(policy_name(tx, own.as_ref().and_then(|own| own.access_policy))?),
        access: match own {
            Some(own) => access(tx, &own)?,
            None => Given::Absent,
        },
        app_type: given(settings.auth0.as_ref().and_then(|auth0| auth0.app_type)),
        resource_server_identifier: given(
            settings.auth0.as_ref().and_then(|auth0| auth0.resource_server_identifier.clone()),
        ),
    })
}

fn provider_secret(engine: &Engine, row: &Client) -> Outcome<Given<ClearText>> {
    let Some(secret) = clients::open_provider_secret(engine, row)? else { return Ok(Given::Absent) };
    let text =
        std::str::from_utf8(&secret).map_err(|_| Fault::Inconsistent("secret of an identity provider"))?;
    Ok(Given::Value(ClearText::new(text.to_owned())))
}

fn provider_of(provider: &IdentityProvider, client_secret: Given<ClearText>) -> WorkspaceProvider {
    WorkspaceProvider {
        user_info_url: provider.user_info_url.clone(),
        authorize_url: given(provider.authorize_url.clone()),
        token_url: given(provider.token_url.clone()),
        client_id: given(provider.client_id.clone()),
        client_secret,
        use_subject: flag(provider.use_subject),
        require_verified_email: flag(provider.require_verified_email),
        issuer: given(provider.issuer.clone()),
        audience: given(provider.audience.clone()),
        jwks_url: given(provider.jwks_url.clone()),
        token_auth_method: given(
            provider.extra.get("tokenAuthMethod").and_then(Value::as_str).map(str::to_owned),
        ),
        use_pkce: flag(provider.use_pkce()),
    }
}

fn member_of(tx: &dyn Tx, row: &Membership, missing: &mut Missing) -> Outcome<WorkspaceMember> {
    let Principal::User(user) = row.principal else {
        return Err(Fault::Inconsistent("a client among the people").into());
    };
    let user = tx.user(user)?.ok_or(Fault::Inconsistent("membership without user"))?;
    let profile = tx.profile(row.profile)?.ok_or(Fault::Inconsistent("membership without profile"))?;
    missing.passwords += usize::from(user.password.is_some());
    Ok(WorkspaceMember {
        membership_id: Some(row.id),
        user_id: Some(user.id),
        email: given(user.email),
        email_verified: flag(user.email_verified),
        password: Given::Absent,
        mfa_required: flag(tx.second_factor(user.id)?.is_some_and(|factor| factor.required)),
        admin: flag(row.admin),
        desk: flag(row.desk),
        active: given((!row.active).then_some(false)),
        external_id: given(row.external_id.clone()),
        access_policy: given(policy_name(tx, row.access_policy)?),
        access: access(tx, row)?,
        profile: Some(profile.resource),
    })
}

fn policy_name(tx: &dyn Tx, policy: Option<Id<AccessPolicy>>) -> StoreResult<Option<String>> {
    let Some(policy) = policy else { return Ok(None) };
    Ok(tx.access_policy(policy)?.map(|policy| policy.name.clone()))
}

fn access(tx: &dyn Tx, row: &Membership) -> Outcome<Given<Vec<WorkspaceAccess>>> {
    let mut access = Vec::with_capacity(row.access.len());
    for own in &row.access {
        let policy =
            policy_name(tx, Some(own.policy))?.ok_or(Fault::Inconsistent("access without policy"))?;
        access.push(WorkspaceAccess { policy, parameter: own.parameter.clone() });
    }
    Ok(list(&access))
}
