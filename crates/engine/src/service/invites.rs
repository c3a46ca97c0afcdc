//! Inviting somebody into the project: Medplum's invite, without mail. The account is found by its e-mail address or its
//! external id, or made; a membership that is there already is a conflict unless the caller asks to change it.

use std::sync::Arc;

use anteroom_sentence::Sentence;
use serde_json::{Map, Value, json};

use crate::cx::Cx;
use crate::id::Id;
use crate::model::membership::{MembershipAccess, Principal, ProfileRef, ProfileType};
use crate::model::user::PasswordHash;
use crate::model::{AccessPolicy, Membership, Profile, Project, User};
use crate::service::people::{self, NewPerson};
use crate::stop::{Outcome, conflict, invalid};

/// Whom to invite, and with which rights. The password has been hashed already.
pub struct Invite {
    /// Project.
    pub project: Id<Project>,
    /// Kind of profile.
    pub resource_type: ProfileType,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address, as [`people::email`] writes it.
    pub email: Option<String>,
    /// Subject at an identity provider.
    pub external_id: Option<String>,
    /// Password hash.
    pub password: Option<PasswordHash>,
    /// A profile that is there already.
    pub profile: Option<ProfileRef>,
    /// Project admin; absent keeps what an existing membership has.
    pub admin: Option<bool>,
    /// Access policy; absent keeps what an existing membership has.
    pub access_policy: Option<Id<AccessPolicy>>,
    /// Further access policies; absent keeps what an existing membership has.
    pub access: Option<Vec<MembershipAccess>>,
    /// Change the membership that is there instead of refusing.
    pub upsert: bool,
    /// Make a further membership for an account that has one.
    pub force_new_membership: bool,
}

/// Invites somebody; the membership.
///
/// # Refusals
/// `conflict` for somebody who is a member already, in Medplum's words; a profile that is not in the project or belongs to
/// somebody else.
pub fn invite(cx: &mut Cx<'_>, invite: Invite) -> Outcome<Membership> {
    let account = account(cx, &invite)?;
    let existing = match &account {
        Some(account) => cx.tx.memberships_of_user(invite.project, account.id)?.into_iter().next(),
        None => by_external_id(cx, &invite)?,
    };
    match (existing, account) {
        (Some(member), _) if invite.upsert => upsert(cx, &invite, &member),
        (Some(_), Some(account)) if invite.force_new_membership => further(cx, &invite, &account),
        (Some(_), _) => conflict(None, Sentence::english("User is already a member of this project")),
        (None, Some(account)) => further(cx, &invite, &account),
        (None, None) => new_person(cx, invite),
    }
}

fn account(cx: &Cx<'_>, invite: &Invite) -> Outcome<Option<User>> {
    Ok(match &invite.email {
        Some(email) => cx.tx.user_by_email(invite.project, email)?,
        None => None,
    })
}

/// Somebody with the same external id: the same person if the caller changes memberships, a conflict otherwise.
fn by_external_id(cx: &Cx<'_>, invite: &Invite) -> Outcome<Option<Arc<Membership>>> {
    let Some(external_id) = &invite.external_id else { return Ok(None) };
    match cx.tx.membership_by_external_id(invite.project, external_id)? {
        Some(_) if !invite.upsert => conflict(
            Some("externalId"),
            Sentence::english("A membership with this externalId already exists"),
        ),
        found => Ok(found),
    }
}

fn upsert(cx: &mut Cx<'_>, invite: &Invite, before: &Membership) -> Outcome<Membership> {
    if invite.profile.is_some_and(|profile| profile != before.profile) {
        return conflict(
            None,
            Sentence::english("User is already a member of this project with a different profile"),
        );
    }
    let after = Membership {
        admin: invite.admin.unwrap_or(before.admin),
        access_policy: invite.access_policy.or(before.access_policy),
        access: invite.access.clone().unwrap_or_else(|| before.access.clone()),
        external_id: invite.external_id.clone().or_else(|| before.external_id.clone()),
        ..before.clone()
    };
    let steps_down = before.admin && before.active && !after.admin;
    if steps_down && people::is_last_admin(cx.tx, before)? {
        return invalid("admin", Sentence::english("This is the last active admin of the project."));
    }
    people::update(cx, before, &after)?;
    Ok(after)
}

/// A membership more for an account that is there.
fn further(cx: &mut Cx<'_>, invite: &Invite, account: &User) -> Outcome<Membership> {
    let profile = if let Some(profile) = given_profile(cx, invite)? {
        profile
    } else {
        let reference = ProfileRef { resource_type: invite.resource_type, id: cx.random_id()? };
        people::create_profile(cx, invite.project, reference, resource(invite))?
    };
    let membership = membership(cx, invite, Principal::User(account.id), &profile)?;
    people::create_membership(cx, &membership)?;
    Ok(membership)
}

fn new_person(cx: &mut Cx<'_>, invite: Invite) -> Outcome<Membership> {
    let Some(profile) = given_profile(cx, &invite)? else {
        return people::create(
            cx,
            NewPerson {
                resource: resource(&invite),
                email: invite.email,
                password: invite.password,
                external_id: invite.external_id,
                admin: invite.admin.unwrap_or(false),
                access_policy: invite.access_policy,
                access: invite.access.unwrap_or_default(),
                ..NewPerson::new(invite.project, invite.resource_type)
            },
        );
    };
    if invite.password.is_some() && invite.email.is_none() {
        return invalid("email", Sentence::english("A password needs an e-mail address to sign in with."));
    }
    let user = User {
        id: cx.random_id()?,
        project: invite.project,
        email: invite.email.clone(),
        email_verified: false,
        password: invite.password.clone(),
        created_at: cx.now,
    };
    let membership = membership(cx, &invite, Principal::User(user.id), &profile)?;
    cx.tx.insert_user(&user)?;
    people::create_membership(cx, &membership)?;
    Ok(membership)
}

/// The profile the caller named, in this project and nobody's yet.
fn given_profile(cx: &Cx<'_>, invite: &Invite) -> Outcome<Option<Profile>> {
    let Some(reference) = invite.profile else { return Ok(None) };
    let Some(profile) = cx.tx.profile(reference)?.filter(|profile| profile.project == invite.project) else {
        return invalid("membership.profile", Sentence::english("There is no such profile in this project."));
    };
    if cx.tx.membership_by_profile(invite.project, reference)?.is_some() {
        return conflict(
            Some("membership.profile"),
            Sentence::english("Somebody signs in with this profile already."),
        );
    }
    Ok(Some(profile))
}

fn membership(
    cx: &mut Cx<'_>,
    invite: &Invite,
    principal: Principal,
    profile: &Profile,
) -> Outcome<Membership> {
    Ok(Membership {
        id: cx.random_id()?,
        project: invite.project,
        principal,
        profile: profile.reference,
        display: profile.display(),
        admin: invite.admin.unwrap_or(false),
        desk: false,
        active: true,
        external_id: invite.external_id.clone(),
        access_policy: invite.access_policy,
        access: invite.access.clone().unwrap_or_default(),
        created_at: cx.now,
    })
}

/// The profile as Medplum's invite makes it.
fn resource(invite: &Invite) -> Map<String, Value> {
    let mut resource = Map::new();
    let name = json!([{ "given": [invite.first_name], "family": invite.last_name }]);
    resource.insert("name".into(), name);
    if let Some(email) = &invite.email {
        resource.insert("telecom".into(), json!([{ "system": "email", "use": "work", "value": email }]));
    }
    resource
}
