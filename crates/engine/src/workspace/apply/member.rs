//! A person of the file.

use std::sync::Arc;

use anteroom_sentence::sentence;
use serde_json::{Map, Value};

use super::client::{Rights, access};
use super::{ApplyError, Effect, Item, Run, at};
use crate::cx::{About, Cx, Topic};
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::membership::{Principal, ProfileRef, ProfileType};
use crate::model::{Membership, Profile, Project, User};
use crate::service::people::{self, NewPerson};
use crate::service::{access_policies, logout, second_factor};
use crate::stop::{Fault, Outcome, Stop, Unfit, UnfitKind, conflict, invalid};
use crate::store::{PeopleFilter, StoreResult, Tx, Window};
use crate::workspace::Misfit;
use crate::workspace::file::WorkspaceMember;
use crate::workspace::given::Given;

impl Run<'_> {
    pub(super) fn member(
        &mut self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceMember,
        path: &str,
    ) -> Result<(), ApplyError> {
        cx.about = About::default();
        if file.email.value().is_some_and(|text| people::email(text).is_err()) {
            let rule = sentence!("is no e-mail address; it needs a name, an @ and a domain");
            return Err(Misfit::new(format!("{path}.email"), rule).into());
        }
        let wanted = profile_of(file, path)?;
        let named = file.membership_id.is_some()
            || file.email.value().is_some()
            || file.external_id.value().is_some()
            || wanted.is_some_and(|(_, id)| id.is_some());
        if !named {
            let rule = sentence!(
                "a member needs membershipId, email, externalId or the profile's id, so that applying the file \
                        again finds the same person"
            );
            return Err(Misfit::new(path, rule).into());
        }
        let access_policy = match &file.access_policy {
            Given::Absent | Given::Null => None,
            Given::Value(name) => at(path, access_policies::by_name(cx, project, name))?,
        };
        let rights = Rights { access_policy, access: at(path, access(cx, project, &file.access))? };
        let stored = at(path, find(cx.tx, project, file).map_err(Into::into))?;
        let (id, effect) = match stored {
            None => (self.create_member(cx, project, file, rights, path)?, Effect::Added),
            Some(before) if before.project != project => {
                let rule = sentence!("belongs to a member of another project");
                return Err(Misfit::new(format!("{path}.membershipId"), rule).into());
            }
            Some(before) => (before.id, self.change_member(cx, &before, file, rights, path)?),
        };
        self.names(id.uuid(), path)?;
        self.note(effect, Item { kind: "member", path: path.to_owned(), id: id.uuid(), name: None });
        Ok(())
    }

    fn create_member(
        &self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceMember,
        rights: Rights,
        path: &str,
    ) -> Result<Id<Membership>, ApplyError> {
        let Some((resource_type, profile_id)) = profile_of(file, path)? else {
            return Err(
                Misfit::new(format!("{path}.profile"), sentence!("a new member needs a profile")).into()
            );
        };
        let new = NewPerson {
            membership_id: file.membership_id,
            project,
            resource_type,
            profile_id,
            resource: without_nulls(file.profile.clone().unwrap_or_default()),
            email: file.email.value().cloned(),
            password: self.passwords.get(path).cloned(),
            external_id: file.external_id.value().cloned(),
            admin: file.admin.or_default(false, false),
            desk: file.desk.or_default(false, false),
            active: file.active.or_default(true, true),
            access_policy: rights.access_policy,
            access: rights.access.unwrap_or_default(),
        };
        let user = match file.user_id {
            Some(id) => id,
            None => at(path, cx.random_id().map_err(Into::into))?,
        };
        let membership = person(path, people::create_with_user(cx, new, user))?;
        if file.email_verified.value() == Some(&true) {
            let user = cx.tx.user(user)?.ok_or(Fault::Inconsistent("user that was just written"))?;
            cx.tx.update_user(&User { email_verified: true, ..user })?;
        }
        if file.mfa_required.value() == Some(&true) {
            at(path, second_factor::require(cx, &membership, user, true))?;
        }
        Ok(membership.id)
    }

    fn change_member(
        &self,
        cx: &mut Cx<'_>,
        before: &Membership,
        file: &WorkspaceMember,
        rights: Rights,
        path: &str,
    ) -> Result<Effect, ApplyError> {
        let Principal::User(user) = before.principal else {
            return Err(Misfit::new(path, sentence!("is the membership of a client, not of a person")).into());
        };
        let user = cx.tx.user(user)?.ok_or(Fault::Inconsistent("membership without user"))?;
        if file.user_id.is_some_and(|id| id != user.id) {
            return Err(
                Misfit::new(format!("{path}.userId"), sentence!("this member has another user id")).into()
            );
        }
        let effect = Effect::changed(person(path, self.change_user(cx, before, &user, file, path))?);
        let required = cx.tx.second_factor(user.id)?.is_some_and(|factor| factor.required);
        let required = file.mfa_required.or_default(required, false);
        let effect = effect.or_changed(at(path, second_factor::require(cx, before, user.id, required))?);
        let profile_changed = change_profile(cx, before, file, path)?;
        // The profile's display name stands in the membership.
        let before = cx.tx.membership(before.id)?.ok_or(Fault::Inconsistent("member that was just read"))?;
        let after = Membership {
            admin: file.admin.or_default(before.admin, false),
            desk: file.desk.or_default(before.desk, false),
            active: file.active.or_default(before.active, true),
            external_id: file.external_id.or_stored(before.external_id.clone()),
            access_policy: if file.access_policy.is_absent() {
                before.access_policy
            } else {
                rights.access_policy
            },
            access: rights.access.unwrap_or_else(|| before.access.clone()),
            ..(*before).clone()
        };
        let changed = person(path, people::update(cx, &before, &after))?;
        Ok(effect.or_changed(profile_changed).or_changed(changed))
    }

    fn change_user(
        &self,
        cx: &mut Cx<'_>,
        member: &Membership,
        before: &User,
        file: &WorkspaceMember,
        path: &str,
    ) -> Outcome<bool> {
        let email = match &file.email {
            Given::Absent => before.email.clone(),
            Given::Null => None,
            Given::Value(text) => Some(people::email(text)?),
        };
        let password = match &file.password {
            Given::Absent => before.password.clone(),
            Given::Null => None,
            Given::Value(_) => self.passwords.get(path).cloned(),
        };
        // A new address is verified only if the file says so.
        let verified = before.email_verified && email == before.email;
        let after = User {
            email_verified: file.email_verified.or_default(verified, false),
            email,
            password,
            ..before.clone()
        };
        if after == *before {
            return Ok(false);
        }
        if after.password.is_some() && after.email.is_none() {
            return invalid("email", sentence!("A password needs an e-mail address to sign in with."));
        }
        if let Some(address) = &after.email
            && cx.tx.user_by_email(member.project, address)?.is_some_and(|other| other.id != after.id)
        {
            return conflict(
                Some("email"),
                sentence!("Somebody else in this project has this e-mail address."),
            );
        }
        cx.tx.update_user(&after)?;
        if after.password != before.password {
            logout::end_everything(cx, member)?;
        }
        cx.about = About { project: Some(member.project), subject: Some(member.id), ..About::default() };
        cx.event(
            EventKind::MemberUpdated,
            EventBody { detail: Some("account".into()), ..EventBody::default() },
        )?;
        cx.changed(Topic::People);
        Ok(true)
    }
}

/// The member that the file means: by the first of the values that name one.
pub(super) fn find(
    tx: &dyn Tx,
    project: Id<Project>,
    file: &WorkspaceMember,
) -> StoreResult<Option<Arc<Membership>>> {
    if let Some(id) = file.membership_id {
        return tx.membership(id);
    }
    if let Some(address) = file.email.value() {
        // What is no address is refused where it is written.
        let Ok(address) = people::email(address) else { return Ok(None) };
        let filter = PeopleFilter { search: address.clone(), profile_type: None };
        let rows = tx.list_people(project, &filter, Window { offset: 0, limit: u32::MAX })?.rows;
        if let Some(row) = rows.into_iter().find(|row| row.email.as_ref() == Some(&address)) {
            return Ok(Some(Arc::new(row.membership)));
        }
    }
    if let Some(external_id) = file.external_id.value()
        && let Some(found) = tx.membership_by_external_id(project, external_id)?
    {
        return Ok(Some(found));
    }
    match profile_of(file, "") {
        Ok(Some((resource_type, Some(id)))) => {
            tx.membership_by_profile(project, ProfileRef { resource_type, id })
        }
        _ => Ok(None),
    }
}

/// Kind of a profile, and its id where the file gives one.
type NamedProfile = (ProfileType, Option<Id<Profile>>);

/// Kind and id of the profile in the file.
fn profile_of(file: &WorkspaceMember, path: &str) -> Result<Option<NamedProfile>, Misfit> {
    let Some(profile) = &file.profile else { return Ok(None) };
    let resource_type = profile.get("resourceType").and_then(Value::as_str).and_then(ProfileType::parse);
    let Some(resource_type) = resource_type.filter(|kind| *kind != ProfileType::ClientApplication) else {
        let rule = sentence!("must be Patient, Practitioner or RelatedPerson");
        return Err(Misfit::new(format!("{path}.profile.resourceType"), rule));
    };
    let id = match profile.get("id") {
        None => None,
        Some(id) => match id.as_str().and_then(Id::parse) {
            Some(id) => Some(id),
            None => return Err(Misfit::new(format!("{path}.profile.id"), sentence!("not a UUID"))),
        },
    };
    Ok(Some((resource_type, id)))
}

/// Writes the members of the profile that the file names.
fn change_profile(
    cx: &mut Cx<'_>,
    member: &Membership,
    file: &WorkspaceMember,
    path: &str,
) -> Result<bool, ApplyError> {
    let (Some(given), Some((resource_type, id))) = (&file.profile, profile_of(file, path)?) else {
        return Ok(false);
    };
    if resource_type != member.profile.resource_type || id.is_some_and(|id| id != member.profile.id) {
        return Err(
            Misfit::new(format!("{path}.profile"), sentence!("this member has another profile")).into()
        );
    }
    let before = cx.tx.profile(member.profile)?.ok_or(Fault::Inconsistent("membership without profile"))?;
    let mut resource = before.resource.clone();
    for (name, value) in given {
        if value.is_null() {
            resource.shift_remove(name);
        } else {
            resource.insert(name.clone(), value.clone());
        }
    }
    person(&format!("{path}.profile"), people::update_profile(cx, &before, resource))
}

/// As [`at`], without the person's own values in the complaint: complaints end up in logs.
fn person<T>(path: &str, outcome: Outcome<T>) -> Result<T, ApplyError> {
    at(
        path,
        outcome.map_err(|stop| match stop {
            Stop::Unfit(unfit) => {
                let rule = match (unfit.field, unfit.kind) {
                    (Some("email"), UnfitKind::Conflict) => {
                        sentence!("somebody else in this project has this e-mail address")
                    }
                    (Some("externalId"), UnfitKind::Conflict) => {
                        sentence!("somebody else in this project has this external id")
                    }
                    (Some("birthDate"), _) => sentence!("is no date; write it as 1980-12-31"),
                    _ => return Stop::Unfit(unfit),
                };
                Stop::Unfit(Unfit { message: rule, ..unfit })
            }
            other => other,
        }),
    )
}

fn without_nulls(resource: Map<String, Value>) -> Map<String, Value> {
    resource.into_iter().filter(|(_, value)| !value.is_null()).collect()
}
