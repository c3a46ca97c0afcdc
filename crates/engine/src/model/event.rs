//! Events: every change and every token event, append-only, chained by hash.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::id::Id;
use crate::model::{Client, Membership, Project};
use crate::timestamp::Timestamp;
use crate::trace::Check;

/// What happened.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $word:literal,)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind { $($(#[doc = $doc])+ $kind,)+ }

        impl EventKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word,)+ }
            }

            /// From the stored word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

kinds! {
    /// The project was set up.
    ProjectCreated = "project_created",
    /// A setting of the project changed.
    ProjectUpdated = "project_updated",
    /// A client application was created.
    ClientCreated = "client_created",
    /// A client application changed.
    ClientUpdated = "client_updated",
    /// A client got a new secret.
    ClientSecretRotated = "client_secret_rotated",
    /// A client's retiring secret ended.
    ClientSecretRetired = "client_secret_retired",
    /// A client application was deleted.
    ClientDeleted = "client_deleted",
    /// A deleted client application was restored.
    ClientRestored = "client_restored",
    /// A person was added.
    MemberCreated = "member_created",
    /// A person's rights changed.
    MemberUpdated = "member_updated",
    /// A person was taken out of the project.
    MemberDeleted = "member_deleted",
    /// A link to choose a password was made for a person.
    PasswordLinkIssued = "password_link_issued",
    /// A person chose a password with a link.
    PasswordChosen = "password_chosen",
    /// A person was given a password.
    PasswordSet = "password_set",
    /// A profile without a member was added.
    ProfileCreated = "profile_created",
    /// A profile was deleted.
    ProfileDeleted = "profile_deleted",
    /// An access policy was written.
    AccessPolicyWritten = "access_policy_written",
    /// An access policy was deleted.
    AccessPolicyDeleted = "access_policy_deleted",
    /// A launch of an EHR was made or changed.
    SmartAppLaunchWritten = "smart_app_launch_written",
    /// A launch of an EHR was deleted.
    SmartAppLaunchDeleted = "smart_app_launch_deleted",
    /// The next signing key was published; it does not sign yet.
    SigningKeyPublished = "signing_key_published",
    /// A new signing key signs.
    SigningKeyRotated = "signing_key_rotated",
    /// A workspace file was applied.
    WorkspaceApplied = "workspace_applied",
    /// A backup of the whole store was made.
    BackupMade = "backup_made",
    /// A backup was deleted.
    BackupDeleted = "backup_deleted",
    /// A backup took the place of the store.
    BackupRestored = "backup_restored",
    /// A magic link was issued.
    LinkIssued = "link_issued",
    /// The page of a magic link was opened.
    LinkOpened = "link_opened",
    /// A magic link was redeemed.
    LinkRedeemed = "link_redeemed",
    /// A magic link was taken back.
    LinkRevoked = "link_revoked",
    /// A magic link was replaced by a newer one.
    LinkReplaced = "link_replaced",
    /// A magic link was locked by wrong PINs.
    LinkLocked = "link_locked",
    /// Tokens were issued.
    TokenIssued = "token_issued",
    /// A request was refused.
    Refused = "refused",
    /// An API was created.
    ResourceServerCreated = "resource_server_created",
    /// An API changed.
    ResourceServerUpdated = "resource_server_updated",
    /// An API was deleted.
    ResourceServerDeleted = "resource_server_deleted",
    /// A client grant was created.
    ClientGrantCreated = "client_grant_created",
    /// A client grant changed.
    ClientGrantUpdated = "client_grant_updated",
    /// A client grant was deleted.
    ClientGrantDeleted = "client_grant_deleted",
    /// A connection was created.
    ConnectionCreated = "connection_created",
    /// A connection, or the list of clients that may use it, changed.
    ConnectionUpdated = "connection_updated",
    /// A connection was deleted.
    ConnectionDeleted = "connection_deleted",
    /// A run of the playground signed in as a person, without their password.
    PersonaUsed = "persona_used",
    /// A run of the playground let a code or a token end before its time.
    EndedEarly = "ended_early",
    /// A person connected an account at a provider.
    AccountConnected = "account_connected",
    /// Connecting an account did not come to its end.
    AccountConnectFailed = "account_connect_failed",
    /// A connected account was deleted.
    AccountDisconnected = "account_disconnected",
    /// A token of a provider was given out of the Token Vault.
    VaultExchanged = "vault_exchanged",
    /// A sign-in was ended.
    SessionRevoked = "session_revoked",
}

/// An event to write. The store gives it its sequence number and its hash.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// Project, if known.
    pub project: Option<Id<Project>>,
    /// What.
    pub kind: EventKind,
    /// Who did it: a member, person or client.
    pub actor: Option<Id<Membership>>,
    /// Whom it concerns.
    pub subject: Option<Id<Membership>>,
    /// Which client application.
    pub client: Option<Id<Client>>,
    /// Which other row (a link, a login).
    pub about: Option<uuid::Uuid>,
    /// Name of the refusal.
    pub refusal: Option<&'static str>,
    /// The rest as JSON: checks, before, after. No secret, code, token, e-mail address or clinical reference.
    pub body: EventBody,
}

/// The JSON part of an event.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventBody {
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_address: Option<String>,
    /// What the engine checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Check>,
    /// For the log: why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// For whom the actor acted: a membership.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Id<Membership>>,
    /// What the entry of a standard log says of it besides, in that log's names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// State before a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// State after a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// An event as stored.
#[derive(Debug, Clone)]
pub struct Event {
    /// Sequence number, without gaps.
    pub seq: i64,
    /// What was written.
    pub event: NewEvent,
    /// SHA-256 over the hash before and this event.
    pub hash: [u8; 32],
}

/// The hash of an event: SHA-256 over the hash before it and its fields, each with its length, so that no two events
/// have the same input.
pub fn chain_hash(before: &[u8; 32], seq: i64, event: &NewEvent, body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(seq.to_be_bytes());
    hash.update(event.at.seconds().to_be_bytes());
    let mut field = |bytes: &[u8]| {
        hash.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(bytes);
    };
    field(event.kind.as_str().as_bytes());
    field(event.project.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
    field(event.actor.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
    field(event.subject.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
    field(event.client.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
    field(event.about.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
    field(event.refusal.unwrap_or("").as_bytes());
    field(body.as_bytes());
    hash.finalize().into()
}
