//! Creating people and changing their rights.

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::Principal;
use anteroom_engine::model::user::PasswordHash;
use anteroom_engine::model::{AccessPolicy, Project};
use anteroom_engine::service::projects::check_name;
use anteroom_engine::service::{
    access_policies, passwords, people as service, second_factor, user_security_requests,
};
use anteroom_engine::stop::{Outcome, invalid, not_found};
use anteroom_sentence::sentence;
use serde_json::{Map, Value, json};

use super::read::{find, view};
use super::{
    Create, IssuePasswordLink, IssuedPasswordLink, Person, Ref, ResourceType, RevokeSession, SetPassword,
    Update,
};
use crate::admin::Admin;
use crate::error::{Code, CommandError};
use crate::text::{check_line, filled};

const LONGEST_IDENTIFIER: usize = 255;

/// The values of a new person, checked as far as that goes without the store, and the password hashed.
pub(crate) struct Checked {
    resource_type: ResourceType,
    resource: Map<String, Value>,
    email: Option<String>,
    password: Option<PasswordHash>,
    external_id: Option<String>,
    admin: bool,
    desk: bool,
}

impl Checked {
    /// Checks everything first and hashes last: hashing is slow on purpose, and must not happen on the writer.
    pub(crate) async fn check(admin: &Admin, request: &Create) -> Result<Self, CommandError> {
        let resource = resource(request)?;
        let email = filled(&request.email).as_deref().map(service::email).transpose()?;
        let password = request.password.clone();
        if !password.is_empty() && email.is_none() {
            let message = sentence!("A password needs an e-mail address to sign in with.");
            return Err(CommandError::new(Code::Invalid, Some("email"), message));
        }
        let password = if password.is_empty() {
            None
        } else {
            Some(admin.aside(move |engine| passwords::hash(engine.entropy(), &password)).await?)
        };
        Ok(Self {
            resource_type: request.resource_type,
            resource,
            email,
            password,
            external_id: filled(&request.external_id),
            admin: request.admin,
            desk: request.desk,
        })
    }
}

/// The profile as FHIR writes it.
fn resource(request: &Create) -> Outcome<Map<String, Value>> {
    let (given, family) = (request.given.trim(), request.family.trim());
    if given.is_empty() && family.is_empty() {
        return invalid("family", sentence!("A person needs a given name or a family name."));
    }
    for (field, name) in [("given", given), ("family", family)] {
        if !name.is_empty() {
            check_name(field, name)?;
        }
    }
    let mut name = Map::new();
    if !given.is_empty() {
        name.insert("given".into(), given.split_whitespace().collect());
    }
    if !family.is_empty() {
        name.insert("family".into(), family.into());
    }
    let mut resource = Map::new();
    resource.insert("name".into(), json!([name]));
    if let Some(date) = filled(&request.birth_date) {
        service::birth_date(&date)?;
        resource.insert("birthDate".into(), date.into());
    }
    if let Some(identifier) = filled(&request.identifier) {
        check_line("identifier", &identifier, LONGEST_IDENTIFIER)?;
        resource.insert("identifier".into(), json!([{ "value": identifier }]));
    }
    Ok(resource)
}

/// The new person for the engine.
pub(crate) fn new_person(
    checked: Checked,
    project: Id<Project>,
    access_policy: Option<Id<AccessPolicy>>,
) -> service::NewPerson {
    service::NewPerson {
        resource: checked.resource,
        email: checked.email,
        password: checked.password,
        external_id: checked.external_id,
        admin: checked.admin,
        desk: checked.desk,
        access_policy,
        ..service::NewPerson::new(project, checked.resource_type.into())
    }
}

pub(crate) async fn create(admin: &Admin, request: Create) -> Result<Person, CommandError> {
    let checked = Checked::check(admin, &request).await?;
    let policy = request.access_policy;
    admin
        .change(move |cx, _, acting| {
            let policy = access_policies::by_name(cx, acting.project, policy.trim())?;
            let membership = service::create(cx, new_person(checked, acting.project, policy))?;
            let row = find(cx.tx, acting.project, &membership.id.to_string())?;
            view(cx.tx, row, cx.now)
        })
        .await
}

pub(crate) async fn update(admin: &Admin, request: Update) -> Result<Person, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project, &request.membership_id)?.membership;
            let mut after = before.clone();
            after.active = request.active.unwrap_or(before.active);
            after.admin = request.admin.unwrap_or(before.admin);
            after.desk = request.desk.unwrap_or(before.desk);
            if let Some(external_id) = &request.external_id {
                after.external_id = filled(external_id);
            }
            if let Some(policy) = &request.access_policy {
                after.access_policy = access_policies::by_name(cx, acting.project, policy.trim())?;
            }
            let steps_down = before.admin && before.active && !(after.admin && after.active);
            if steps_down && cx.tx.oldest_admin(acting.project, Some(before.id))?.is_none() {
                let field = if after.active { "admin" } else { "active" };
                return invalid(
                    field,
                    sentence!("This is the last active admin of the project. Give another practitioner the admin right first."),
                );
            }
            service::update(cx, &before, &after)?;
            if let (Some(required), Principal::User(user)) =
                (request.second_factor_required, before.principal)
            {
                second_factor::require(cx, &before, user, required)?;
            }
            let row = find(cx.tx, acting.project, &request.membership_id)?;
            view(cx.tx, row, cx.now)
        })
        .await
}

/// Hashes first: that is slow on purpose, and must not happen on the writer.
pub(crate) async fn set_password(admin: &Admin, request: SetPassword) -> Result<Person, CommandError> {
    let SetPassword { membership_id, password } = request;
    let hash = admin.aside(move |engine| passwords::hash(engine.entropy(), &password)).await?;
    admin
        .change(move |cx, _, acting| {
            let person = find(cx.tx, acting.project, &membership_id)?;
            service::set_password(cx, &person.membership, hash)?;
            view(cx.tx, person, cx.now)
        })
        .await
}

/// The link leads to the local network's address while that is served, as magic links do.
pub(crate) async fn issue_password_link(
    admin: &Admin,
    request: IssuePasswordLink,
) -> Result<IssuedPasswordLink, CommandError> {
    let base = admin.link_base();
    admin
        .change(move |cx, _, acting| {
            let person = find(cx.tx, acting.project, &request.membership_id)?;
            let (row, secret) = user_security_requests::issue(cx, &person.membership, request.expires_in)?;
            // Medplum's form of it
            let url = format!("{base}setpassword/{}/{}", row.id, secret.expose());
            Ok(IssuedPasswordLink { url, expires_at: row.expires_at.seconds() })
        })
        .await
}

pub(crate) async fn reset_second_factor(admin: &Admin, request: Ref) -> Result<Person, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let person = find(cx.tx, acting.project, &request.membership_id)?;
            second_factor::reset(cx, &person.membership)?;
            view(cx.tx, person, cx.now)
        })
        .await
}

pub(crate) async fn revoke_session(admin: &Admin, request: RevokeSession) -> Result<Person, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let person = find(cx.tx, acting.project, &request.membership_id)?;
            let live = match Id::parse(&request.login_id) {
                Some(id) => cx.tx.live_login(id)?,
                None => None,
            };
            let Some(live) = live.filter(|live| live.login.membership == person.membership.id) else {
                return not_found(sentence!(
                    "This person has no sign-in with the id {login_id:?}.",
                    login_id = &request.login_id
                ));
            };
            service::revoke_session(cx, &live.login)?;
            view(cx.tx, person, cx.now)
        })
        .await
}
