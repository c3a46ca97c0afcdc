//! Medplum's sign-in endpoints: `POST /auth/login`, `/auth/profile`, `/auth/scope` and `GET /auth/login/{id}`.
//!
//! A login is an [`Interaction`] that no browser began: a program was given the password, and whoever knows the login's id
//! goes on with it. Its id becomes the id of the login the tokens name, and the code that ends it is redeemed like one
//! from the hosted pages. A login of the hosted pages belongs to its browser and is not found here.
//!
//! # Differs from Medplum
//! No cookie is set: a browser session begins on the hosted pages only. A wrong password and an unknown account look alike.
//! `/auth/scope` narrows and never widens. A login waits for thirty minutes, a code for five. `projectId: "new"` is refused.

mod request;
mod scope;

use std::sync::Arc;

use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{AuthorizationCode, Secret};
use serde_json::Value;

pub use self::request::Request;
pub(crate) use self::request::challenge;
use crate::check;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::interaction::{INTERACTION_LIFETIME, Who};
use crate::model::login::AuthMethod;
use crate::model::membership::ProfileRef;
use crate::model::{Client, Interaction, Membership, Project};
use crate::refusal::Refusal;
use crate::service::interactions::{self, Step};
use crate::service::second_factor::{self, EnrollUri};
use crate::service::sign_in::{self, Credentials};
use crate::service::{default_client, tokens};
use crate::stop::{Fault, Outcome, Stop, refuse};

/// What a login needs next, or what it ends with.
#[derive(Debug)]
pub struct Answer {
    /// `login`: its id.
    pub login: Id<Interaction>,
    /// The rest of the answer.
    pub next: Next,
}

/// The rest of the answer.
#[derive(Debug)]
pub enum Next {
    /// `code`.
    Code(Secret<AuthorizationCode>),
    /// `mfaRequired`.
    SecondFactor,
    /// `mfaEnrollRequired`, with the address an authenticator app takes the secret from.
    Enroll(Secret<EnrollUri>),
    /// `memberships`.
    Memberships(Vec<Choice>),
}

/// A membership to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Id.
    pub id: Id<Membership>,
    /// Project.
    pub project: Id<Project>,
    /// Name of the project.
    pub project_name: String,
    /// Profile.
    pub profile: ProfileRef,
    /// Name of the person.
    pub display: String,
    /// `identifier` of the profile: tells two profiles of one name apart.
    pub identifier: Option<Value>,
}

/// `POST /auth/login`.
///
/// # Refusals
/// One per field; unknown or switched-off client; another client's project; an origin the client does not list; a PKCE
/// challenge that is half there; a `launch` that is not there; what [`sign_in::prove_in`] refuses; no active membership; a
/// blocked address.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, request: Request) -> Outcome<Answer> {
    let Request { email, password, .. } = &request;
    let credentials = Credentials { email: email.clone(), password: password.clone() };
    let asked = engine.transact(origin.clone(), move |cx| request.check(cx)).await?;
    let asks = (asked.project, asked.client);
    let proven = sign_in::prove_in(engine, &origin, asks, credentials).await?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            cx.about.project = Some(asked.project);
            sign_in::confirm(cx, &proven)?;
            let client = match asked.client {
                Some(id) => cx.tx.client(id)?,
                None => Some(default_client::take(cx, &inner, asked.project)?),
            };
            let Some(client) = client else { return refuse(Refusal::ClientNotFound, "deleted meanwhile") };
            cx.about.client = Some(client.id);
            check::client_active(&mut cx.trace, &client)?;
            let mut interaction = Interaction {
                id: cx.time_ordered_id()?,
                project: asked.project,
                client: client.id,
                browser: None,
                request: asked.request,
                who: Some(Who {
                    user: proven.user.id,
                    session: None,
                    auth_method: AuthMethod::Password,
                    auth_time: cx.now,
                    second_factor: false,
                }),
                membership: None,
                seen: true,
                created_at: cx.now,
                expires_at: cx.now + INTERACTION_LIFETIME,
                finished_at: None,
            };
            cx.tx.insert_interaction(&interaction)?;
            answer(cx, &inner, &client, &mut interaction)
        })
        .await
}

/// `GET /auth/login/{id}`: where a login stands. A code it gives takes the place of the one before.
///
/// # Refusals
/// [`Refusal::LoginIdRequired`] for what is no id; unknown; granted or revoked.
pub async fn status(engine: &Arc<Engine>, origin: Origin, login: &str) -> Outcome<Answer> {
    let Some(id) = Id::parse(login) else {
        return engine.refuse_unread(&origin, Stop::refused(Refusal::LoginIdRequired));
    };
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (mut interaction, client) = find(cx, Some(id))?;
            waits(cx, &interaction, Refusal::LoginAlreadyGranted)?;
            answer(cx, &inner, &client, &mut interaction)
        })
        .await
}

/// `POST /auth/profile`: goes on as a membership.
///
/// # Refusals
/// Unknown login or membership; granted or revoked; chosen before; another person's; inactive; a blocked address.
pub async fn choose_profile(
    engine: &Arc<Engine>,
    origin: Origin,
    login: String,
    profile: String,
) -> Outcome<Answer> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (mut interaction, client) = find(cx, Id::parse(&login))?;
            let membership = match Id::parse(&profile) {
                Some(id) => cx.tx.membership(id)?,
                None => None,
            };
            let Some(membership) = membership else { return refuse(Refusal::ProfileNotFound, "") };
            waits(cx, &interaction, Refusal::LoginGranted)?;
            let unset = interaction.membership.is_none();
            if !cx.trace.check("login.membership", unset, "none yet", || "one".into()) {
                return refuse(Refusal::ProfileAlreadySet, "");
            }
            let own = interaction.who.is_some_and(|who| membership.subject() == who.user.to_string());
            let own = own && membership.project == interaction.project;
            if !cx.trace.check("membership", own, "one of the person's own", || "another".into()) {
                return refuse(Refusal::InvalidProfile, "");
            }
            check::member_active(&mut cx.trace, &membership, Refusal::ProfileNotActive)?;
            check::address_allowed(cx, &membership, Refusal::SignInAddressBlocked)?;
            interaction.membership = Some(membership.id);
            answer(cx, &inner, &client, &mut interaction)
        })
        .await
}

/// `POST /auth/scope`: narrows the scope.
///
/// # Refusals
/// Unknown login; granted or revoked; no membership yet; a word that nothing in the requested scope covers.
pub async fn narrow_scope(
    engine: &Arc<Engine>,
    origin: Origin,
    login: String,
    wanted: String,
) -> Outcome<Answer> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let (mut interaction, client) = find(cx, Id::parse(&login))?;
            waits(cx, &interaction, Refusal::LoginGranted)?;
            let chosen = interaction.membership.is_some();
            if !cx.trace.check("login.membership", chosen, "one", || "none yet".into()) {
                return refuse(Refusal::ProfileNotSet, "");
            }
            let requested = Scope::parse(&interaction.request.scope)
                .map_err(|_| Fault::Inconsistent("scope of a login"))?;
            let covered = Scope::parse(&wanted).is_ok_and(|wanted| {
                !wanted.is_empty() && wanted.iter().all(|word| scope::covers(&requested, word))
            });
            let expected = interaction.request.scope.clone();
            if !cx
                .trace
                .check("scope", covered, expected, || wanted.chars().take(200).collect::<String>().into())
            {
                return refuse(Refusal::ScopeNotRequested, "");
            }
            let granted = tokens::granted_scope(cx, &client, Some(&wanted))?;
            granted.as_str().clone_into(&mut interaction.request.scope);
            answer(cx, &inner, &client, &mut interaction)
        })
        .await
}

/// The login with this id, and its client.
pub(crate) fn find(cx: &mut Cx<'_>, id: Option<Id<Interaction>>) -> Outcome<(Interaction, Arc<Client>)> {
    let found = match id {
        Some(id) => cx.tx.interaction(id)?.filter(|found| found.browser.is_none()),
        None => None,
    };
    if !cx.trace.check("login.exists", found.is_some(), "a login", || "no such login".into()) {
        return refuse(Refusal::LoginNotFound, "");
    }
    let interaction = found.ok_or(Fault::Inconsistent("a login went away"))?;
    cx.about.project = Some(interaction.project);
    cx.about.client = Some(interaction.client);
    cx.about.row = Some(interaction.id.uuid());
    match cx.tx.client(interaction.client)? {
        Some(client) => {
            check::client_active(&mut cx.trace, &client)?;
            Ok((interaction, client))
        }
        None => refuse(Refusal::LoginNotFound, "its client was deleted"),
    }
}

/// The login still waits: no tokens were made from it, and nobody ended it.
pub(crate) fn waits(cx: &mut Cx<'_>, interaction: &Interaction, granted: Refusal) -> Outcome<()> {
    let found = match cx.tx.live_login(Id::from_uuid(interaction.id.uuid()))? {
        Some(live) if live.login.revoked_at.is_some() => Some((Refusal::LoginRevoked, "revoked")),
        Some(_) => Some((granted, "granted")),
        None if interaction.finished_at.is_some() => Some((Refusal::LoginRevoked, "revoked")),
        None if !interaction.is_waiting(cx.now) => Some((Refusal::LoginExpired, "expired")),
        None => None,
    };
    let Some((refusal, state)) = found else {
        cx.trace.check("login.state", true, "waiting", || "waiting".into());
        return Ok(());
    };
    cx.trace.check("login.state", false, "waiting", || state.into());
    refuse(refusal, "")
}

/// What the login needs next; with nothing left to need, a code. Notes the login as it is now.
pub(crate) fn answer(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    interaction: &mut Interaction,
) -> Outcome<Answer> {
    let step = interactions::step(cx.tx, client, interaction)?;
    cx.about.subject = interaction.membership;
    let next = match step {
        Step::SignIn => {
            cx.trace.check("membership.active", false, "an active membership", || "none".into());
            return refuse(Refusal::NoActiveMembership, "");
        }
        Step::SecondFactor { enrolled: true } => Next::SecondFactor,
        Step::SecondFactor { enrolled: false } => {
            let who = interaction.who.ok_or(Fault::Inconsistent("a second factor of nobody"))?;
            let factor = second_factor::begin(cx, engine, who.user)?;
            let uri = second_factor::enroll_uri(cx.tx, engine, &factor)?;
            Next::Enroll(uri.ok_or(Fault::Inconsistent("a second factor without secret"))?)
        }
        Step::ChooseProfile(memberships) => Next::Memberships(choices(cx, &memberships)?),
        Step::Ready(membership) => {
            cx.tx.end_codes_of_login(Id::from_uuid(interaction.id.uuid()), cx.now)?;
            Next::Code(interactions::issue_code(cx, client, interaction, &membership)?)
        }
        Step::Consent { .. } => return Err(Fault::Inconsistent("a page for a program").into()),
    };
    cx.tx.update_interaction(interaction, cx.now)?;
    Ok(Answer { login: interaction.id, next })
}

fn choices(cx: &Cx<'_>, memberships: &[Arc<Membership>]) -> Outcome<Vec<Choice>> {
    let mut choices = Vec::with_capacity(memberships.len());
    for own in memberships {
        let project = cx.tx.project(own.project)?.ok_or(Fault::Inconsistent("membership without project"))?;
        choices.push(Choice {
            id: own.id,
            project: own.project,
            project_name: project.name.clone(),
            profile: own.profile,
            display: own.display.clone(),
            identifier: cx
                .tx
                .profile(own.profile)?
                .and_then(|profile| profile.resource.get("identifier").cloned()),
        });
    }
    Ok(choices)
}
