//! People: profile, user account and membership.

use anteroom_sentence::sentence;
use serde_json::{Map, Value, json};

use crate::cx::{Cx, Topic};
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::membership::{MembershipAccess, Principal, ProfileRef, ProfileType};
use crate::model::pre_authorized_code::Ending;
use crate::model::user::PasswordHash;
use crate::model::{AccessPolicy, Login, Membership, Profile, Project, User};
use crate::service::logout;
use crate::stop::{Outcome, conflict, invalid};
use crate::store::{CodeFilter, Tx, Window};

/// Everything a new person is made of. The password has been hashed already: hashing is too slow for the writer.
pub struct NewPerson {
    /// Membership id; made when absent.
    pub membership_id: Option<Id<Membership>>,
    /// Project.
    pub project: Id<Project>,
    /// Kind of profile; a person is no `ClientApplication`.
    pub resource_type: ProfileType,
    /// Profile id; made when absent.
    pub profile_id: Option<Id<Profile>>,
    /// The profile resource; `resourceType` and `id` are filled in.
    pub resource: Map<String, Value>,
    /// E-mail address.
    pub email: Option<String>,
    /// Password hash.
    pub password: Option<PasswordHash>,
    /// Subject at an identity provider.
    pub external_id: Option<String>,
    /// Project admin.
    pub admin: bool,
    /// Desk right.
    pub desk: bool,
    /// Active.
    pub active: bool,
    /// Access policy.
    pub access_policy: Option<Id<AccessPolicy>>,
    /// Further access policies.
    pub access: Vec<MembershipAccess>,
}

impl NewPerson {
    /// An active member with a profile of this type, and nothing else.
    pub fn new(project: Id<Project>, resource_type: ProfileType) -> Self {
        Self {
            membership_id: None,
            project,
            resource_type,
            profile_id: None,
            resource: Map::new(),
            email: None,
            password: None,
            external_id: None,
            admin: false,
            desk: false,
            active: true,
            access_policy: None,
            access: Vec::new(),
        }
    }
}

/// An e-mail address as it is compared: ASCII lower case, without ASCII white space around it; nothing else is folded.
pub fn compared_email(text: &str) -> String {
    text.trim_matches(|character: char| character.is_ascii_whitespace()).to_ascii_lowercase()
}

/// An e-mail address in the one form it is compared in.
pub fn email(text: &str) -> Outcome<String> {
    let email = compared_email(text);
    let well_formed = email.len() <= 254
        && !email.chars().any(|character| character.is_whitespace() || character.is_control())
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.ends_with('.')
        });
    if well_formed {
        Ok(email)
    } else {
        invalid(
            "email",
            sentence!("{text:?} is no e-mail address; it needs a name, an @ and a domain.", text),
        )
    }
}

/// A day of birth: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as FHIR writes dates.
pub fn birth_date(text: &str) -> Outcome<()> {
    let digits =
        |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| part.parse::<u8>().unwrap_or(0);
    let parts: Vec<&str> = text.split('-').collect();
    let fits = match parts.as_slice() {
        [year] => digits(year, 4),
        [year, month] => digits(year, 4) && digits(month, 2) && (1..=12).contains(&number(month)),
        [year, month, day] => {
            digits(year, 4)
                && digits(month, 2)
                && digits(day, 2)
                && time::Month::try_from(number(month)).is_ok_and(|month| {
                    time::Date::from_calendar_date(year.parse().unwrap_or(0), month, number(day)).is_ok()
                })
        }
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        invalid("birthDate", sentence!("{text:?} is no date; write it as 1980-12-31.", text))
    }
}

/// What the log keeps of a membership: no name, no e-mail address, no clinical reference.
fn describe(membership: &Membership) -> Value {
    let mut described = json!({
        "admin": membership.admin,
        "desk": membership.desk,
        "active": membership.active,
        "externalId": membership.external_id.is_some(),
        "accessPolicy": membership.access_policy.map(|id| id.to_string()),
    });
    if !membership.access.is_empty() {
        described["access"] = describe_access(membership);
    }
    described
}

/// The ids of the further access policies: what their variables stand for may be a patient.
pub(crate) fn describe_access(membership: &Membership) -> Value {
    membership.access.iter().map(|own| Value::from(own.policy.to_string())).collect()
}

/// Creates a person: profile, user account, membership.
pub fn create(cx: &mut Cx<'_>, new: NewPerson) -> Outcome<Membership> {
    let user = cx.random_id()?;
    create_with_user(cx, new, user)
}

/// What a person has to be, and what nobody else in the project may have; the e-mail address as it is stored.
fn check_new(cx: &mut Cx<'_>, new: &NewPerson, user: Id<User>) -> Outcome<Option<String>> {
    if new.resource_type == ProfileType::ClientApplication {
        return invalid(
            "resourceType",
            sentence!("A person is a Patient, a Practitioner or a RelatedPerson."),
        );
    }
    if new.password.is_some() && new.email.is_none() {
        return invalid("email", sentence!("A password needs an e-mail address to sign in with."));
    }
    if let Some(date) = new.resource.get("birthDate") {
        birth_date(date.as_str().unwrap_or_default())?;
    }
    let email = new.email.as_deref().map(email).transpose()?;
    if let Some(address) = &email
        && cx.tx.user_by_email(new.project, address)?.is_some()
    {
        return conflict(
            Some("email"),
            sentence!("Somebody in this project has the e-mail address {address} already.", address),
        );
    }
    if let Some(external_id) = &new.external_id {
        check_external_id(cx, new.project, external_id, None)?;
    }
    if cx.tx.user(user)?.is_some() {
        return conflict(
            Some("userId"),
            sentence!("A user with the id {user} exists already.", user = user.to_string()),
        );
    }
    Ok(email)
}

/// Creates a person whose account has the id `user`.
///
/// # Refusals
/// Unfit, naming the field: a client's profile type; a password without an e-mail address; a birth date, an address or an
/// external id that is none; an id, an address or an external id that somebody has already.
pub fn create_with_user(cx: &mut Cx<'_>, new: NewPerson, user: Id<User>) -> Outcome<Membership> {
    let email = check_new(cx, &new, user)?;
    let user = User {
        id: user,
        project: new.project,
        email,
        email_verified: false,
        password: new.password,
        created_at: cx.now,
    };
    let profile_id = match new.profile_id {
        Some(id) => id,
        None => cx.random_id()?,
    };
    let reference = ProfileRef { resource_type: new.resource_type, id: profile_id };
    if cx.tx.profile(reference)?.is_some() {
        return conflict(
            Some("profile.id"),
            sentence!("{reference} exists already.", reference = reference.to_string()),
        );
    }
    let profile = Profile {
        reference,
        project: new.project,
        resource: stamped(new.resource, reference),
        created_at: cx.now,
    };
    let membership = Membership {
        id: match new.membership_id {
            Some(id) => id,
            None => cx.random_id()?,
        },
        project: new.project,
        principal: Principal::User(user.id),
        profile: reference,
        display: profile.display(),
        admin: new.admin,
        desk: new.desk,
        active: new.active,
        external_id: new.external_id,
        access_policy: new.access_policy,
        access: new.access,
        created_at: cx.now,
    };
    cx.tx.insert_user(&user)?;
    cx.tx.insert_profile(&profile)?;
    cx.tx.insert_membership(&membership)?;
    cx.about.project = Some(new.project);
    cx.about.subject = Some(membership.id);
    let after = Some(describe(&membership));
    cx.event(EventKind::MemberCreated, EventBody { after, ..EventBody::default() })?;
    cx.changed(Topic::People);
    Ok(membership)
}

/// A resource with its `resourceType` and `id` in front.
pub fn stamped(resource: Map<String, Value>, reference: ProfileRef) -> Map<String, Value> {
    let mut stamped = Map::new();
    stamped.insert("resourceType".into(), reference.resource_type.as_str().into());
    stamped.insert("id".into(), reference.id.to_string().into());
    stamped.extend(resource.into_iter().filter(|(member, _)| member != "resourceType" && member != "id"));
    stamped
}

/// Nobody else in the project has this external id.
fn check_external_id(
    cx: &Cx<'_>,
    project: Id<Project>,
    external_id: &str,
    except: Option<Id<Membership>>,
) -> Outcome<()> {
    if external_id.is_empty() || external_id.len() > 255 {
        return invalid("externalId", sentence!("An external id has 1 to 255 characters."));
    }
    match cx.tx.membership_by_external_id(project, external_id)? {
        Some(other) if Some(other.id) != except => conflict(
            Some("externalId"),
            sentence!("Somebody in this project has the external id {external_id:?} already.", external_id),
        ),
        _ => Ok(()),
    }
}

/// Replaces a membership's rights; whether anything changed.
pub fn update(cx: &mut Cx<'_>, before: &Membership, after: &Membership) -> Outcome<bool> {
    if before == after {
        return Ok(false);
    }
    if let Some(external_id) = &after.external_id {
        check_external_id(cx, after.project, external_id, Some(after.id))?;
    }
    cx.tx.update_membership(after)?;
    cx.about.project = Some(after.project);
    cx.about.subject = Some(after.id);
    let body =
        EventBody { before: Some(describe(before)), after: Some(describe(after)), ..EventBody::default() };
    cx.event(EventKind::MemberUpdated, body)?;
    cx.changed(Topic::People);
    Ok(true)
}

/// Replaces a profile; whether anything changed. The display name of the membership follows.
pub fn update_profile(cx: &mut Cx<'_>, before: &Profile, resource: Map<String, Value>) -> Outcome<bool> {
    if let Some(date) = resource.get("birthDate") {
        birth_date(date.as_str().unwrap_or_default())?;
    }
    let after = Profile { resource: stamped(resource, before.reference), ..before.clone() };
    if *before == after {
        return Ok(false);
    }
    cx.tx.update_profile(&after)?;
    if let Some(membership) = cx.tx.membership_by_profile(after.project, after.reference)? {
        let renamed = Membership { display: after.display(), ..(*membership).clone() };
        cx.tx.update_membership(&renamed)?;
        cx.about.subject = Some(membership.id);
    }
    cx.about.project = Some(after.project);
    cx.event(EventKind::MemberUpdated, EventBody { detail: Some("profile".into()), ..EventBody::default() })?;
    cx.changed(Topic::People);
    Ok(true)
}

/// Writes a profile that belongs to nobody yet.
pub fn create_profile(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    reference: ProfileRef,
    resource: Map<String, Value>,
) -> Outcome<Profile> {
    if let Some(date) = resource.get("birthDate") {
        birth_date(date.as_str().unwrap_or_default())?;
    }
    let resource = stamped(resource, reference);
    let profile = Profile { reference, project, resource, created_at: cx.now };
    cx.tx.insert_profile(&profile)?;
    cx.about.project = Some(project);
    cx.about.row = Some(reference.id.uuid());
    cx.event(EventKind::ProfileCreated, EventBody::default())?;
    cx.changed(Topic::People);
    Ok(profile)
}

/// Deletes a profile that no membership names.
///
/// # Refusals
/// `conflict` when somebody signs in with it.
pub fn delete_profile(cx: &mut Cx<'_>, profile: &Profile) -> Outcome<()> {
    if cx.tx.membership_by_profile(profile.project, profile.reference)?.is_some() {
        return conflict(
            None,
            sentence!("A member signs in with this profile; delete the membership first."),
        );
    }
    cx.tx.delete_profile(profile.reference)?;
    cx.about.project = Some(profile.project);
    cx.about.row = Some(profile.reference.id.uuid());
    cx.event(EventKind::ProfileDeleted, EventBody::default())?;
    cx.changed(Topic::People);
    Ok(())
}

/// Writes a further membership: of an account that is there, or of a client that has none.
pub fn create_membership(cx: &mut Cx<'_>, membership: &Membership) -> Outcome<()> {
    if let Some(external_id) = &membership.external_id {
        check_external_id(cx, membership.project, external_id, None)?;
    }
    cx.tx.insert_membership(membership)?;
    cx.about.project = Some(membership.project);
    cx.about.subject = Some(membership.id);
    let after = Some(describe(membership));
    cx.event(EventKind::MemberCreated, EventBody { after, ..EventBody::default() })?;
    cx.changed(Topic::People);
    Ok(())
}

/// Takes somebody out of the project: ends every sign-in and every waiting code, deletes the membership, and the account
/// when it was the last membership of it. The profile stays.
///
/// # Refusals
/// `invalid` for the last active admin who is a person: nobody could administer the project afterwards.
pub fn delete(cx: &mut Cx<'_>, membership: &Membership) -> Outcome<()> {
    if membership.admin && membership.active && is_last_admin(cx.tx, membership)? {
        return invalid("membership", sentence!("Cannot delete the owner of the project"));
    }
    cx.tx.revoke_logins_of_member(membership.id, cx.now)?;
    let filter = CodeFilter { membership: Some(membership.id), ..CodeFilter::default() };
    let all = Window { offset: 0, limit: u32::MAX };
    for row in cx.tx.list_pre_authorized_codes(membership.project, &filter, cx.now, all)?.rows {
        cx.tx.end_pre_authorized_code(row.code.id, Ending::Revoked, cx.now)?;
    }
    cx.about.project = Some(membership.project);
    cx.about.subject = Some(membership.id);
    cx.about.row = Some(membership.id.uuid());
    let before = Some(describe(membership));
    cx.event(EventKind::MemberDeleted, EventBody { before, ..EventBody::default() })?;
    cx.tx.delete_membership(membership.id)?;
    if let Principal::User(user) = membership.principal
        && cx.tx.memberships_of_user(membership.project, user)?.is_empty()
    {
        cx.tx.end_sessions_of_user(user, cx.now)?;
        cx.tx.delete_user(user)?;
    }
    cx.changed(Topic::People);
    cx.changed(Topic::MagicLinks(None));
    Ok(())
}

/// Gives the account of a member another password. What the person is signed in to ends.
///
/// # Refusals
/// `email` for somebody without an e-mail address: there is nothing to sign in with.
pub fn set_password(cx: &mut Cx<'_>, membership: &Membership, password: PasswordHash) -> Outcome<()> {
    replace_password(cx, membership, password, EventKind::PasswordSet)
}

/// The same, by the person, with a link.
///
/// # Refusals
/// As [`set_password`].
pub fn choose_password(cx: &mut Cx<'_>, membership: &Membership, password: PasswordHash) -> Outcome<()> {
    replace_password(cx, membership, password, EventKind::PasswordChosen)
}

fn replace_password(
    cx: &mut Cx<'_>,
    membership: &Membership,
    password: PasswordHash,
    kind: EventKind,
) -> Outcome<()> {
    let user = account(cx.tx, membership)?;
    cx.tx.update_user(&User { password: Some(password), ..user })?;
    logout::end_everything(cx, membership)?;
    cx.about.project = Some(membership.project);
    cx.about.subject = Some(membership.id);
    cx.event(kind, EventBody::default())?;
    cx.changed(Topic::People);
    Ok(())
}

/// The account of a member who can have a password.
///
/// # Refusals
/// `email` for somebody without an e-mail address.
pub(crate) fn account(tx: &dyn Tx, membership: &Membership) -> Outcome<User> {
    let user = match membership.principal {
        Principal::User(user) => tx.user(user)?,
        Principal::Client(_) => None,
    };
    match user.filter(|user| user.email.is_some()) {
        Some(user) => Ok(user),
        None => invalid("email", sentence!("A password needs an e-mail address to sign in with.")),
    }
}

/// Whether nobody else who is a person, active and an admin is left.
pub fn is_last_admin(tx: &dyn Tx, membership: &Membership) -> Outcome<bool> {
    let is_person = |member: &Membership| matches!(member.principal, Principal::User(_));
    if !is_person(membership) {
        return Ok(false);
    }
    let mut alone = true;
    tx.visit_memberships(membership.project, None, &mut |other| {
        alone = !(other.admin && other.active && is_person(&other) && other.id != membership.id);
        alone
    })?;
    Ok(alone)
}

/// Ends one sign-in; whether it was live.
pub fn revoke_session(cx: &mut Cx<'_>, login: &Login) -> Outcome<bool> {
    let revoked = cx.tx.revoke_login(login.id, cx.now)?;
    if revoked {
        cx.about.project = Some(login.project);
        cx.about.client = Some(login.client);
        cx.about.subject = Some(login.membership);
        cx.about.row = Some(login.id.uuid());
        cx.event(EventKind::SessionRevoked, EventBody::default())?;
        cx.changed(Topic::People);
        cx.changed(Topic::MagicLinks(login.pre_authorized_code.map(Id::uuid)));
    }
    Ok(revoked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_in_ascii_lower_case_and_nothing_else_is_folded() {
        for text in ["ada@example.org", "ADA@Example.ORG", " ada@example.org\t\n"] {
            assert_eq!(email(text).ok().as_deref(), Some("ada@example.org"), "{text:?}");
        }
        for text in [
            "ada@example.org\u{a0}",
            "\u{3000}ada@example.org",
            "ada@example.org\u{2028}",
            "ada@example.org\u{0}",
            "ada@example.org.",
            "a da@example.org",
            "ada@example.org@example.org",
        ] {
            assert!(email(text).is_err(), "{text:?}");
            assert_ne!(compared_email(text), "ada@example.org", "{text:?}");
        }
        // Not the Kelvin sign, and no letter of another script.
        assert_eq!(email("\u{212a}@example.org").ok().as_deref(), Some("\u{212a}@example.org"));
    }
}
