//! The body of `POST /auth/login`, and what is checked before anybody's password is looked at.

use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::pkce::CodeChallenge;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::check;
use crate::cx::Cx;
use crate::id::Id;
use crate::model::client::ClientType;
use crate::model::interaction::AuthorizationRequest;
use crate::model::membership::ProfileType;
use crate::model::{Client, Project};
use crate::refusal::Refusal;
use crate::service::{default_client, passwords, people, smart_app_launches, tokens};
use crate::stop::{Outcome, refuse};

/// Most bytes of `nonce`.
const LONGEST: usize = 4_096;

/// The body.
pub struct Request {
    pub(super) email: String,
    pub(super) password: Zeroizing<String>,
    client_id: Option<String>,
    project_id: Option<String>,
    resource_type: Option<String>,
    scope: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    launch: Option<String>,
    remember: bool,
    origin: Option<String>,
}

/// A text member; an empty one counts as absent.
pub(crate) fn text(body: &Value, member: &str) -> Option<String> {
    body.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

impl Request {
    /// Reads the JSON body. `origin` is the `Origin` header, when a page sent one.
    ///
    /// # Refusals
    /// [`Refusal::InvalidEmail`], [`Refusal::PasswordTooShort`].
    pub fn read(body: &Value, origin: Option<String>) -> Outcome<Self> {
        let email = text(body, "email").and_then(|email| people::email(&email).ok());
        let Some(email) = email else { return refuse(Refusal::InvalidEmail, "") };
        let password = Zeroizing::new(text(body, "password").unwrap_or_default());
        if password.chars().count() < passwords::SHORTEST {
            return refuse(Refusal::PasswordTooShort, "");
        }
        Ok(Self {
            email,
            password,
            client_id: text(body, "clientId"),
            project_id: text(body, "projectId"),
            resource_type: text(body, "resourceType"),
            scope: text(body, "scope"),
            nonce: text(body, "nonce"),
            code_challenge: text(body, "codeChallenge"),
            code_challenge_method: text(body, "codeChallengeMethod"),
            launch: text(body, "launch"),
            remember: body.get("remember") == Some(&Value::Bool(true)),
            origin,
        })
    }
}

/// A request that passed every check but the password's.
pub(super) struct Asked {
    pub(super) project: Id<Project>,
    /// None: the project's default client.
    pub(super) client: Option<Id<Client>>,
    pub(super) request: AuthorizationRequest,
}

impl Request {
    /// Checks everything but the password, in Medplum's order.
    pub(super) fn check(&self, cx: &mut Cx<'_>) -> Outcome<Asked> {
        let named = self.client(cx)?;
        let project = self.project(cx, named.as_deref())?;
        cx.about.project = Some(project);
        let client = match &named {
            Some(client) => std::sync::Arc::clone(client),
            None => default_client::look(cx.tx, project, cx.now)?,
        };
        cx.about.client = named.as_ref().map(|client| client.id);
        check::client_active(&mut cx.trace, &client)?;
        self.check_origin(cx, &client)?;
        let (value, method) = (self.code_challenge.as_deref(), self.code_challenge_method.as_deref());
        let challenge = challenge(cx, &client, value, method)?;
        let launch =
            smart_app_launches::named(cx, project, self.launch.as_deref(), Refusal::LoginLaunchUnknown)?;
        check::grant_allowed(&mut cx.trace, &client, GrantType::AuthorizationCode)?;
        let scope = tokens::granted_scope(cx, &client, self.scope.as_deref())?;
        let nonce = match &self.nonce {
            Some(nonce) if nonce.len() > LONGEST => return refuse(Refusal::ParameterTooLong, "nonce"),
            Some(nonce) => nonce.clone(),
            None => cx.random_id::<()>()?.to_string(),
        };
        let profile_type = match self.resource_type.as_deref() {
            // A type nobody can have fits nobody: as with a project the person is not in.
            Some(name) if ProfileType::parse(name).is_none() => Some("none".to_owned()),
            other => other.map(str::to_owned),
        };
        let request = AuthorizationRequest {
            scope: scope.as_str().to_owned(),
            nonce: Some(nonce),
            plain_challenge: challenge
                .as_ref()
                .is_some_and(|own| own.method() == anteroom_oauth::pkce::CodeChallengeMethod::Plain),
            code_challenge: challenge.map(|challenge| challenge.as_str().to_owned()),
            profile_type,
            remember: self.remember,
            launch,
            ..AuthorizationRequest::default()
        };
        Ok(Asked { project, client: named.map(|client| client.id), request })
    }

    fn client(&self, cx: &mut Cx<'_>) -> Outcome<Option<std::sync::Arc<Client>>> {
        let Some(client_id) = &self.client_id else { return Ok(None) };
        let client = match Id::parse(client_id) {
            Some(id) => cx.tx.client(id)?,
            None => None,
        };
        if cx
            .trace
            .check("client.exists", client.is_some(), "a registered client", || "no such client".into())
        {
            Ok(client)
        } else {
            refuse(Refusal::ClientNotFound, "")
        }
    }

    /// The client's project, or the one that is named; without either, the oldest in which somebody has this address.
    fn project(&self, cx: &mut Cx<'_>, client: Option<&Client>) -> Outcome<Id<Project>> {
        let named = match &self.project_id {
            Some(id) => match Id::parse(id) {
                Some(id) => cx.tx.project(id)?.map(|project| project.id),
                None => None,
            },
            None => None,
        };
        let fits = match (&self.project_id, client) {
            (None, _) => true,
            (Some(_), None) => named.is_some(),
            (Some(_), Some(client)) => named == Some(client.project),
        };
        if !cx.trace.check("projectId", fits, "the client's project", || "another".into()) {
            return refuse(Refusal::InvalidProjectId, "");
        }
        if let Some(project) = client.map(|client| client.project).or(named) {
            return Ok(project);
        }
        let projects = cx.tx.list_projects()?;
        for project in &projects {
            if cx.tx.user_by_email(project.id, &self.email)?.is_some() {
                return Ok(project.id);
            }
        }
        match projects.first() {
            Some(project) => Ok(project.id),
            None => refuse(Refusal::WrongPassword, "there is no project yet"),
        }
    }

    /// A page may sign in only when the client lists its origin, if it lists any.
    fn check_origin(&self, cx: &mut Cx<'_>, client: &Client) -> Outcome<()> {
        let Some(origin) = &self.origin else { return Ok(()) };
        let allowed = &client.settings.allowed_origins;
        let listed = allowed.is_empty() || allowed.contains(origin);
        if cx.trace.check("client.allowed_origins", listed, allowed.join(" "), || {
            origin.chars().take(200).collect::<String>().into()
        }) {
            Ok(())
        } else {
            refuse(Refusal::LoginOriginNotAllowed, "")
        }
    }
}

/// [RFC7636 §4.3] both or neither. Without one, the code can be redeemed only by a client that may do without.
pub(crate) fn challenge(
    cx: &mut Cx<'_>,
    client: &Client,
    value: Option<&str>,
    method: Option<&str>,
) -> Outcome<Option<CodeChallenge>> {
    let Some(value) = value else {
        return if cx.trace.check("codeChallengeMethod", method.is_none(), "none without a challenge", || {
            "a method alone".into()
        }) {
            Ok(None)
        } else {
            refuse(Refusal::LoginChallengeMissing, "")
        };
    };
    let plain_allowed = client.client_type == ClientType::Medplum;
    let known = method == Some("S256") || (method == Some("plain") && plain_allowed);
    if !cx.trace.check("codeChallengeMethod", known, "S256", || {
        method.unwrap_or("absent").chars().take(32).collect::<String>().into()
    }) {
        return refuse(Refusal::LoginChallengeMethodInvalid, "");
    }
    let challenge = CodeChallenge::parse(value, method).ok();
    if !cx.trace.check("codeChallenge", challenge.is_some(), "43 characters or more", || {
        format!("{} characters", value.chars().count()).into()
    }) {
        return refuse(Refusal::LoginChallengeMissing, "another length or other characters");
    }
    Ok(challenge)
}
