//! People: accounts, profiles, memberships.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Slice, StoreResult, Window};
use crate::id::Id;
use crate::model::membership::{ProfileRef, ProfileType};
use crate::model::{AccessPolicy, Client, Membership, Profile, Project, User, UserSecurityRequest};
use crate::timestamp::Timestamp;

/// User accounts.
pub trait Users {
    /// By id.
    fn user(&self, id: Id<User>) -> StoreResult<Option<User>>;
    /// By e-mail address, already in lower case.
    fn user_by_email(&self, project: Id<Project>, email: &str) -> StoreResult<Option<User>>;
    /// Writes a new row. `Exists("e-mail address")` when it is taken in the project.
    fn insert_user(&mut self, row: &User) -> StoreResult<()>;
    /// Replaces a row.
    fn update_user(&mut self, row: &User) -> StoreResult<()>;
    /// Deletes a row that no membership names.
    fn delete_user(&mut self, id: Id<User>) -> StoreResult<()>;
}

/// Links with which people choose a password. They go with the account and with the membership.
pub trait UserSecurityRequests {
    /// By id.
    fn user_security_request(&self, id: Id<UserSecurityRequest>) -> StoreResult<Option<UserSecurityRequest>>;
    /// The one that was made last for a membership.
    fn newest_security_request(&self, membership: Id<Membership>)
    -> StoreResult<Option<UserSecurityRequest>>;
    /// Writes a new row.
    fn insert_user_security_request(&mut self, row: &UserSecurityRequest) -> StoreResult<()>;
    /// Marks a row as used, if nobody used it and it is not too old; whether it was.
    fn use_security_request(&mut self, id: Id<UserSecurityRequest>, now: Timestamp) -> StoreResult<bool>;
    /// Deletes those of an account that nobody used; how many.
    fn delete_waiting_security_requests(&mut self, user: Id<User>) -> StoreResult<u32>;
    /// Deletes at most `limit` rows that ended before an instant.
    fn purge_security_requests(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Which profiles a walk needs to see. A store may show more, never less: whoever walks looks at each.
#[derive(Debug, Clone, Default)]
pub struct ProfileSearch {
    /// Only those with a name in which every one of these words begins one, in any case and without diacritics.
    pub words: Vec<String>,
}

/// Profiles.
pub trait Profiles {
    /// By reference.
    fn profile(&self, reference: ProfileRef) -> StoreResult<Option<Profile>>;
    /// Writes a new row and its search entry.
    fn insert_profile(&mut self, row: &Profile) -> StoreResult<()>;
    /// Replaces a row and its search entry.
    fn update_profile(&mut self, row: &Profile) -> StoreResult<()>;
    /// Deletes a row that no membership names.
    fn delete_profile(&mut self, reference: ProfileRef) -> StoreResult<()>;
    /// Walks through the profiles of one kind, oldest first, until `visit` answers `false`.
    fn visit_profiles(
        &self,
        project: Id<Project>,
        profile_type: ProfileType,
        search: &ProfileSearch,
        visit: &mut dyn FnMut(Profile) -> bool,
    ) -> StoreResult<()>;
}

/// Which people a list shows.
#[derive(Debug, Clone, Default)]
pub struct PeopleFilter {
    /// Beginnings of names in any order, an e-mail address, an identifier, or a profile reference; diacritics and case
    /// do not matter.
    pub search: String,
    /// Only this kind.
    pub profile_type: Option<ProfileType>,
}

/// A row of a people list.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Membership.
    pub membership: Membership,
    /// `birthDate`.
    pub birth_date: Option<String>,
    /// First identifier.
    pub identifier: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// Memberships.
pub trait Memberships {
    /// By id.
    fn membership(&self, id: Id<Membership>) -> StoreResult<Option<Arc<Membership>>>;
    /// The membership with this profile, in this project.
    fn membership_by_profile(
        &self,
        project: Id<Project>,
        profile: ProfileRef,
    ) -> StoreResult<Option<Arc<Membership>>>;
    /// The membership with this external id, in this project.
    fn membership_by_external_id(
        &self,
        project: Id<Project>,
        external_id: &str,
    ) -> StoreResult<Option<Arc<Membership>>>;
    /// All memberships of an account, in this project, oldest first.
    fn memberships_of_user(&self, project: Id<Project>, user: Id<User>) -> StoreResult<Vec<Arc<Membership>>>;
    /// A client's own membership.
    fn membership_of_client(&self, client: Id<Client>) -> StoreResult<Option<Arc<Membership>>>;
    /// People (not clients) by name, ascending.
    fn list_people(
        &self,
        project: Id<Project>,
        filter: &PeopleFilter,
        window: Window,
    ) -> StoreResult<Slice<PersonRow>>;
    /// One person's row.
    fn person(&self, id: Id<Membership>) -> StoreResult<Option<PersonRow>>;
    /// The active practitioner who has administered this project for longest, `except` aside.
    fn oldest_admin(
        &self,
        project: Id<Project>,
        except: Option<Id<Membership>>,
    ) -> StoreResult<Option<Membership>>;
    /// Writes a new row. `Exists("external id")` when it is taken in the project.
    fn insert_membership(&mut self, row: &Membership) -> StoreResult<()>;
    /// Replaces a row.
    fn update_membership(&mut self, row: &Membership) -> StoreResult<()>;
    /// Deletes a row, with its [`Memberships::membership_rest`].
    fn delete_membership(&mut self, id: Id<Membership>) -> StoreResult<()>;
    /// Members of the resource `ProjectMembership` that this version does not know.
    fn membership_rest(&self, id: Id<Membership>) -> StoreResult<Map<String, Value>>;
    /// Replaces them.
    fn put_membership_rest(&mut self, id: Id<Membership>, rest: &Map<String, Value>) -> StoreResult<()>;
    /// Walks through the memberships of a project, people's and clients', oldest first, until `visit` answers `false`;
    /// only those with this profile, if one is named.
    fn visit_memberships(
        &self,
        project: Id<Project>,
        profile: Option<Id<Profile>>,
        visit: &mut dyn FnMut(Membership) -> bool,
    ) -> StoreResult<()>;
    /// The memberships with this access policy, oldest first.
    fn memberships_with_policy(&self, policy: Id<AccessPolicy>, limit: u32)
    -> StoreResult<Slice<Membership>>;
}
