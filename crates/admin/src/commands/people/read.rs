//! Listing and showing people.

use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::model::membership::{self as stored, Principal, ProfileType};
use anteroom_engine::model::second_factor as stored_factor;
use anteroom_engine::stop::{Outcome, not_found};
use anteroom_engine::store::{LiveLogin, PeopleFilter, PersonRow, Tx};
use anteroom_engine::timestamp::Timestamp;
use anteroom_sentence::sentence;

use super::super::{access_policies, magic_links};
use super::{List, Listed, PasswordLink, Person, PersonSummary, Ref, ResourceType, SecondFactor, Session};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::request;

/// Sign-ins shown of one person.
const SESSIONS: u32 = 50;
/// Magic links shown of one person.
const LINKS: u32 = 20;

impl From<ResourceType> for ProfileType {
    fn from(wanted: ResourceType) -> Self {
        match wanted {
            ResourceType::Patient => Self::Patient,
            ResourceType::Practitioner => Self::Practitioner,
            ResourceType::RelatedPerson => Self::RelatedPerson,
        }
    }
}

impl ResourceType {
    /// A client's own membership is no person.
    const fn of(stored: ProfileType) -> Option<Self> {
        match stored {
            ProfileType::Patient => Some(Self::Patient),
            ProfileType::Practitioner => Some(Self::Practitioner),
            ProfileType::RelatedPerson => Some(Self::RelatedPerson),
            ProfileType::ClientApplication => None,
        }
    }
}

/// The person of this project with this membership.
pub(super) fn find(tx: &dyn Tx, project: Id<Project>, membership_id: &str) -> Outcome<PersonRow> {
    let found = match Id::parse(membership_id) {
        Some(id) => tx.person(id)?,
        None => None,
    };
    let is_person = |row: &PersonRow| ResourceType::of(row.membership.profile.resource_type).is_some();
    match found.filter(|row| row.membership.project == project && is_person(row)) {
        Some(row) => Ok(row),
        None => not_found(sentence!("There is no person with the membership {id:?}.", id = membership_id)),
    }
}

pub(crate) async fn list(admin: &Admin, request: List) -> Result<Listed, CommandError> {
    let window = request::window(request.offset, request.limit)?;
    let filter = PeopleFilter {
        search: request.search.trim().to_owned(),
        profile_type: request.resource_type.map(ProfileType::from),
    };
    admin
        .read_project(move |tx, project, _| {
            let slice = tx.list_people(project, &filter, window)?;
            Ok(Listed { items: slice.rows.into_iter().filter_map(summary).collect(), total: slice.total })
        })
        .await
}

fn summary(row: PersonRow) -> Option<PersonSummary> {
    let stored::Membership { id, profile, display, active, admin, desk, .. } = row.membership;
    Some(PersonSummary {
        membership_id: id.to_string(),
        profile: profile.to_string(),
        resource_type: ResourceType::of(profile.resource_type)?,
        name: display,
        birth_date: row.birth_date,
        identifier: row.identifier,
        email: row.email,
        active,
        admin,
        desk,
    })
}

pub(crate) async fn get(admin: &Admin, request: Ref) -> Result<Person, CommandError> {
    let desk = admin.acting().await?.desk;
    let person = admin.read_project(move |tx, project, now| {
        let row = find(tx, project, &request.membership_id)?;
        view(tx, row, now)
    });
    let person = person.await?;
    // The desk sees who it is, and no session, subject or policy.
    Ok(if desk {
        Person {
            external_id: None,
            access_policy: None,
            further_access_policies: Vec::new(),
            sessions: Vec::new(),
            password_link: None,
            ..person
        }
    } else {
        person
    })
}

/// A person, whole, as the screens show it.
pub(super) fn view(tx: &dyn Tx, row: PersonRow, now: Timestamp) -> Outcome<Person> {
    let membership = row.membership.clone();
    let policy = match membership.access_policy {
        Some(id) => tx.access_policy(id)?,
        None => None,
    };
    let further = access_policies::further(tx, &membership)?;
    let (user, factor) = match membership.principal {
        Principal::User(user) => (tx.user(user)?, tx.second_factor(user)?),
        Principal::Client(_) => (None, None),
    };
    let second_factor = SecondFactor {
        enrolled: factor.as_ref().is_some_and(stored_factor::SecondFactor::is_enrolled),
        required: factor.is_some_and(|factor| factor.required),
    };
    let sessions = tx.list_live_logins(membership.id, now, SESSIONS)?;
    let Some(summary) = summary(row) else {
        return not_found(sentence!(
            "There is no person with the membership {id:?}.",
            id = membership.id.to_string()
        ));
    };
    Ok(Person {
        summary,
        external_id: membership.external_id,
        access_policy: policy.map(|policy| policy.name.clone()),
        further_access_policies: further,
        has_password: user.is_some_and(|user| user.password.is_some()),
        password_link: password_link(tx, membership.id, now)?,
        second_factor,
        sessions: sessions.iter().map(session).collect(),
        magic_links: magic_links::of_membership(tx, membership.project, membership.id, now, LINKS)?,
        created_at: membership.created_at.seconds(),
    })
}

/// The newest link to choose a password: while it works, and for a week after it was used.
fn password_link(
    tx: &dyn Tx,
    membership: Id<stored::Membership>,
    now: Timestamp,
) -> Outcome<Option<PasswordLink>> {
    const SHOWN: u32 = 7 * 86_400;
    let Some(link) = tx.newest_security_request(membership)? else { return Ok(None) };
    let shown = match link.used_at {
        Some(used) => now < used + SHOWN,
        None => now < link.expires_at,
    };
    Ok(shown.then(|| PasswordLink {
        issued_at: link.issued_at.seconds(),
        expires_at: link.expires_at.seconds(),
        used_at: link.used_at.map(Timestamp::seconds),
    }))
}

/// A live sign-in as the screens show it.
pub(crate) fn session(live: &LiveLogin) -> Session {
    let LiveLogin { login, client, .. } = live;
    Session {
        login_id: login.id.to_string(),
        client_name: client.as_ref().map_or_else(String::new, |client| client.name.clone()),
        auth_method: login.auth_method.as_str().to_owned(),
        scope: login.scope.clone(),
        remote_address: login.remote_address.clone(),
        signed_in_at: login.auth_time.seconds(),
        expires_at: login.expires_at.seconds(),
    }
}
