//! People: members of the project with their profile.

mod read;
mod write;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use self::read::{get, list, session};
pub(crate) use self::write::{
    Checked, create, issue_password_link, new_person, reset_second_factor, revoke_session, set_password,
    update,
};
use super::magic_links::MagicLink;
use crate::page::Page;

/// Kind of profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum ResourceType {
    /// A patient.
    Patient,
    /// Staff.
    Practitioner,
    /// Somebody who acts for a patient.
    RelatedPerson,
}

/// Lists people.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Beginnings of names, an e-mail address, an identifier, or a reference such as `Patient/…`; empty matches all.
    pub search: String,
    /// Only this kind.
    pub resource_type: Option<ResourceType>,
    /// First row, from 0.
    pub offset: u32,
    /// Rows at most, 1 to 500.
    pub limit: u32,
}

/// A row of the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonSummary {
    /// Membership id: who a magic link is for.
    pub membership_id: String,
    /// Profile reference, `Patient/<id>`.
    pub profile: String,
    /// Kind of profile.
    pub resource_type: ResourceType,
    /// Display name.
    pub name: String,
    /// ISO date, to tell two people of one name apart.
    pub birth_date: Option<String>,
    /// First identifier (record number), if any.
    pub identifier: Option<String>,
    /// E-mail address, if the person has a user account with one.
    pub email: Option<String>,
    /// Whether the membership is active.
    pub active: bool,
    /// Project admin.
    pub admin: bool,
    /// May issue magic links, and nothing else.
    pub desk: bool,
}

/// List response.
pub type Listed = Page<PersonSummary>;

/// Names one person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// Membership id.
    pub membership_id: String,
}

/// Creates a person: profile, user and membership.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// Kind of profile.
    pub resource_type: ResourceType,
    /// Given names, separated by spaces.
    pub given: String,
    /// Family name.
    pub family: String,
    /// ISO date; empty for none.
    pub birth_date: String,
    /// Record number; empty for none.
    pub identifier: String,
    /// E-mail address; empty for none.
    pub email: String,
    /// Password, at least 8 characters; empty for none (then only a magic link or a provider signs the person in).
    pub password: String,
    /// External id at an identity provider; empty for none.
    pub external_id: String,
    /// Project admin.
    pub admin: bool,
    /// May issue magic links, and nothing else.
    pub desk: bool,
    /// Name of an access policy; empty for none.
    pub access_policy: String,
}

/// A person, whole.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The row.
    pub summary: PersonSummary,
    /// External id at an identity provider.
    pub external_id: Option<String>,
    /// Name of the access policy.
    pub access_policy: Option<String>,
    /// Names of the further ones, given over FHIR or in a workspace file.
    pub further_access_policies: Vec<String>,
    /// Whether the account has a password.
    pub has_password: bool,
    /// The link to choose a password that was made last, while it says something.
    pub password_link: Option<PasswordLink>,
    /// The second factor of the account.
    pub second_factor: SecondFactor,
    /// Live sign-ins, newest first, at most 50.
    pub sessions: Vec<Session>,
    /// Magic links, newest first, at most 20.
    pub magic_links: Vec<MagicLink>,
    /// Unix seconds.
    #[ts(type = "number")]
    pub created_at: i64,
}

/// The second factor of an account: a time-based one-time password.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactor {
    /// Whether the person has one.
    pub enrolled: bool,
    /// Whether the person must have one: signing in without it begins with enrolling.
    pub required: bool,
}

/// A link to choose a password. Its secret is not kept.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PasswordLink {
    /// Unix seconds.
    #[ts(type = "number")]
    pub issued_at: i64,
    /// Unix seconds until when it works.
    #[ts(type = "number")]
    pub expires_at: i64,
    /// Unix seconds when a password was chosen with it.
    #[ts(type = "number | null")]
    pub used_at: Option<i64>,
}

/// A live sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// `login_id`.
    pub login_id: String,
    /// Name of the client application.
    pub client_name: String,
    /// `client`, `pre-authorized`, `password` …
    pub auth_method: String,
    /// Granted scope.
    pub scope: String,
    /// Address it came from.
    pub remote_address: Option<String>,
    /// Unix seconds.
    #[ts(type = "number")]
    pub signed_in_at: i64,
    /// Unix seconds when its newest access token ends.
    #[ts(type = "number")]
    pub expires_at: i64,
}

/// Changes a person's rights.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Update {
    /// Membership id.
    pub membership_id: String,
    /// Membership active.
    #[serde(default)]
    pub active: Option<bool>,
    /// Project admin.
    #[serde(default)]
    pub admin: Option<bool>,
    /// Desk right.
    #[serde(default)]
    pub desk: Option<bool>,
    /// External id; empty clears.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Name of an access policy; empty clears.
    #[serde(default)]
    pub access_policy: Option<String>,
    /// Whether the person must have a second factor.
    #[serde(default)]
    pub second_factor_required: Option<bool>,
}

/// Ends one sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeSession {
    /// Membership id.
    pub membership_id: String,
    /// `login_id`.
    pub login_id: String,
}

/// Gives a person another password.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetPassword {
    /// Membership id.
    pub membership_id: String,
    /// Password, at least 8 characters.
    pub password: String,
}

/// Makes a link with which a person chooses a password.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssuePasswordLink {
    /// Membership id.
    pub membership_id: String,
    /// Seconds it works, 600 to 604800.
    pub expires_in: u32,
}

/// The link, this one time.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IssuedPasswordLink {
    /// The address to hand to the person, and to nobody else.
    pub url: String,
    /// Unix seconds until when it works.
    #[ts(type = "number")]
    pub expires_at: i64,
}
