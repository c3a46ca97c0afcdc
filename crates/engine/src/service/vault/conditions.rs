//! The conditions of an exchange, in the order in which they are checked.

use std::borrow::Cow;

use anteroom_oauth::grant_type::GrantType;

use super::{Facts, SubjectKind, Through};
use crate::model::Client;
use crate::model::client::ClientType;
use crate::refusal::Refusal;
use crate::stop::{Fault, Outcome, refuse};
use crate::trace::Trace;

/// What a condition found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Met,
    /// It does not hold.
    Unmet,
    /// It cannot be said: what it is about is not there.
    Unknown,
}

/// A verdict, and the two values it compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it holds.
    pub verdict: Verdict,
    /// What has to be.
    pub wanted: Cow<'static, str>,
    /// What is.
    pub found: Cow<'static, str>,
}

#[expect(clippy::unnecessary_wraps, reason = "what a judge gives: a finding, or nothing")]
fn finding(
    met: bool,
    wanted: impl Into<Cow<'static, str>>,
    found: impl Into<Cow<'static, str>>,
) -> Option<Finding> {
    let verdict = if met { Verdict::Met } else { Verdict::Unmet };
    Some(Finding { verdict, wanted: wanted.into(), found: found.into() })
}

#[expect(clippy::unnecessary_wraps, reason = "what a judge gives: a finding, or nothing")]
fn unknown(wanted: &'static str, found: &'static str) -> Option<Finding> {
    Some(Finding { verdict: Verdict::Unknown, wanted: wanted.into(), found: found.into() })
}

macro_rules! mends {
    ($($(#[doc = $doc:literal])+ $mend:ident = $word:literal,)+) => {
        /// What makes a condition hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Mend { $($(#[doc = $doc])+ $mend,)+ }

        impl Mend {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$mend),+];

            /// The word by which screens know it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$mend => $word,)+ }
            }
        }
    };
}

mends! {
    /// Add the grant to the client's list.
    AllowGrant = "allow_grant",
    /// Make the client one of the project's own.
    MakeFirstParty = "make_first_party",
    /// Make the client confidential.
    MakeConfidential = "make_confidential",
    /// Switch OIDC conformance on.
    MakeConformant = "make_conformant",
    /// Make a secret for the client.
    MakeSecret = "make_secret",
    /// Add the grants `authorization_code` and `refresh_token`.
    AllowRefresh = "allow_refresh",
    /// Switch the rotation of refresh tokens off.
    StopRotation = "stop_rotation",
    /// Use the client that is linked to the API, or make one.
    LinkClient = "link_client",
    /// Activate the person, or choose another.
    ActivatePerson = "activate_person",
    /// Create the connection.
    CreateConnection = "create_connection",
    /// Have the person connect an account.
    ConnectAccount = "connect_account",
    /// Ask the provider for a refresh token, and connect again.
    AskForRefreshToken = "ask_for_refresh_token",
    /// Name an account that is connected.
    ChooseAccount = "choose_account",
    /// Activate connected accounts on the connection.
    ActivateConnectedAccounts = "activate_connected_accounts",
    /// Enable the connection for the client.
    EnableConnection = "enable_connection",
}

/// One thing that has to hold.
pub struct Condition<F: 'static> {
    /// Name, as in the trace.
    pub id: &'static str,
    /// How the exchange refuses when it does not hold.
    pub refusal: Refusal,
    /// What makes it hold.
    pub mend: Mend,
    /// Finds out. `None` when the condition is not about this kind of exchange.
    pub judge: fn(&F) -> Option<Finding>,
}

/// What the client itself has to be.
pub const OF_CLIENT: &[Condition<Client>] = &[
    Condition {
        id: "client.grant_types",
        refusal: Refusal::VaultGrantNotAllowed,
        mend: Mend::AllowGrant,
        judge: grant_listed,
    },
    Condition {
        id: "client.is_first_party",
        refusal: Refusal::VaultClientThirdParty,
        mend: Mend::MakeFirstParty,
        judge: first_party,
    },
    Condition {
        id: "client.token_endpoint_auth_method",
        refusal: Refusal::VaultClientPublic,
        mend: Mend::MakeConfidential,
        judge: confidential,
    },
    Condition {
        id: "client.oidc_conformant",
        refusal: Refusal::VaultClientNotConformant,
        mend: Mend::MakeConformant,
        judge: conformant,
    },
    Condition {
        id: "client.credentials",
        refusal: Refusal::MissingClientSecret,
        mend: Mend::MakeSecret,
        judge: credentials,
    },
];

/// What has to hold between client, token, person, connection and account.
pub const OF_EXCHANGE: &[Condition<Facts>] = &[
    Condition {
        id: "client.grant_types.refresh_token",
        refusal: Refusal::VaultRefreshGrantNotAllowed,
        mend: Mend::AllowRefresh,
        judge: refresh_listed,
    },
    Condition {
        id: "client.refresh_token.rotation_type",
        refusal: Refusal::VaultRefreshTokenRotates,
        mend: Mend::StopRotation,
        judge: rotation_off,
    },
    Condition {
        id: "client.resource_server_identifier",
        refusal: Refusal::VaultClientWithoutApi,
        mend: Mend::LinkClient,
        judge: linked,
    },
    Condition {
        id: "subject_token.aud",
        refusal: Refusal::VaultAudience,
        mend: Mend::LinkClient,
        judge: audience,
    },
    Condition {
        id: "subject_token.sub",
        refusal: Refusal::VaultUserNotFound,
        mend: Mend::ActivatePerson,
        judge: person,
    },
    Condition {
        id: "connection.exists",
        refusal: Refusal::VaultAccountNotFound,
        mend: Mend::CreateConnection,
        judge: connection,
    },
    Condition {
        id: "connected_account.exists",
        refusal: Refusal::VaultAccountNotFound,
        mend: Mend::ConnectAccount,
        judge: account,
    },
    Condition {
        id: "connected_account.login_hint",
        refusal: Refusal::VaultLoginHint,
        mend: Mend::ChooseAccount,
        judge: hint,
    },
    Condition {
        id: "connected_account.refresh_token",
        refusal: Refusal::VaultAccountNotFound,
        mend: Mend::AskForRefreshToken,
        judge: refresh_token,
    },
    Condition {
        id: "connection.connected_accounts.active",
        refusal: Refusal::VaultConnectionInactive,
        mend: Mend::ActivateConnectedAccounts,
        judge: active,
    },
    Condition {
        id: "connection.enabled_clients",
        refusal: Refusal::VaultConnectionNotEnabled,
        mend: Mend::EnableConnection,
        judge: enabled,
    },
    Condition {
        id: "connected_account.refused",
        refusal: Refusal::VaultRefreshRefused,
        mend: Mend::ConnectAccount,
        judge: not_refused,
    },
];

/// Walks conditions, notes each in the trace and stops at the first that does not hold.
///
/// # Refusals
/// That condition's.
pub fn walk<F>(trace: &mut Trace, conditions: &[Condition<F>], facts: &F) -> Outcome<()> {
    for condition in conditions {
        let Some(found) = (condition.judge)(facts) else { continue };
        if found.verdict == Verdict::Unknown {
            return Err(Fault::Inconsistent("a condition without what it is about").into());
        }
        if !trace.check(condition.id, found.verdict == Verdict::Met, found.wanted, || found.found) {
            return refuse(condition.refusal, "");
        }
    }
    Ok(())
}

fn grant_names(client: &Client) -> Cow<'static, str> {
    client.settings.grant_types.as_ref().map_or(Cow::Borrowed("no list"), |grants| {
        let names: Vec<&str> = grants.iter().map(|grant| grant.as_str()).collect();
        if names.is_empty() { Cow::Borrowed("an empty list") } else { names.join(" ").into() }
    })
}

fn grant_listed(client: &Client) -> Option<Finding> {
    let grant = GrantType::FederatedConnectionAccessToken;
    finding(client.allows(grant), grant.as_str(), grant_names(client))
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn first_party(client: &Client) -> Option<Finding> {
    // A client that was never seen by the Management API is the project's own.
    let own = client.settings.auth0.as_ref().is_none_or(|auth0| auth0.is_first_party);
    finding(own, "true", flag(own))
}

fn confidential(client: &Client) -> Option<Finding> {
    let confidential = client.client_type != ClientType::Public;
    let found = if confidential { client.client_type.as_str() } else { "none" };
    finding(confidential, "another than none", found)
}

fn conformant(client: &Client) -> Option<Finding> {
    // This server speaks nothing but OpenID Connect; only Auth0's own switch can be off.
    let on = client.settings.auth0.as_ref().is_none_or(|auth0| auth0.oidc_conformant);
    finding(on, "true", flag(on))
}

fn credentials(client: &Client) -> Option<Finding> {
    let secret = client.secret.is_some() || client.retiring_secret.is_some();
    let has = secret || client.settings.jwks_uri.is_some();
    finding(has, "a secret or a key set", if has { "there" } else { "neither" })
}

fn refresh_listed(facts: &Facts) -> Option<Finding> {
    if facts.kind != SubjectKind::RefreshToken {
        return None;
    }
    let both = [GrantType::AuthorizationCode, GrantType::RefreshToken];
    let listed = both.into_iter().all(|grant| facts.client.allows(grant));
    finding(listed, "authorization_code refresh_token", grant_names(&facts.client))
}

fn rotation_off(facts: &Facts) -> Option<Finding> {
    if facts.kind != SubjectKind::RefreshToken {
        return None;
    }
    let rotates = facts.client.rotates_refresh_tokens();
    finding(!rotates, "non-rotating", if rotates { "rotating" } else { "non-rotating" })
}

fn identifier(client: &Client) -> Option<&str> {
    client.settings.auth0.as_ref()?.resource_server_identifier.as_deref()
}

fn linked(facts: &Facts) -> Option<Finding> {
    if facts.kind != SubjectKind::AccessToken {
        return None;
    }
    let identifier = identifier(&facts.client);
    let found = identifier.map_or(Cow::Borrowed("none"), |own| own.to_owned().into());
    finding(identifier.is_some(), "the identifier of an API", found)
}

fn audience(facts: &Facts) -> Option<Finding> {
    if facts.kind != SubjectKind::AccessToken {
        return None;
    }
    let Some(own) = identifier(&facts.client) else {
        return unknown("the API of the client", "the client acts for no API");
    };
    // [RFC8725 §3.9] byte by byte
    let named = facts.audience.iter().any(|aud| aud == own);
    finding(named, own.to_owned(), facts.audience.join(" "))
}

fn person(facts: &Facts) -> Option<Finding> {
    let (met, found) = match &facts.person {
        None => (false, "nobody of this project"),
        Some(person) if person.membership.is_none() => (false, "inactive"),
        Some(_) => (true, "active"),
    };
    finding(met, "an active person of the project", found)
}

fn connection(facts: &Facts) -> Option<Finding> {
    let found = match &facts.connection {
        Some(_) => facts.connection_name.clone().into(),
        None => Cow::Borrowed("no connection has this name"),
    };
    finding(facts.connection.is_some(), "a connection of the project", found)
}

fn account(facts: &Facts) -> Option<Finding> {
    if facts.person.is_none() || facts.connection.is_none() {
        return unknown("an account", "no person, or no connection");
    }
    let found = match facts.accounts.len() {
        0 => Cow::Borrowed("none: the person signed in, perhaps, and never connected"),
        1 => Cow::Borrowed("one account"),
        count => format!("{count} accounts").into(),
    };
    finding(!facts.accounts.is_empty(), "an account the person connected", found)
}

fn hint(facts: &Facts) -> Option<Finding> {
    facts.login_hint.as_ref()?;
    if facts.accounts.is_empty() {
        return unknown("an account with this id at the provider", "no account");
    }
    let known = facts.account().is_some();
    let found = if known { "one" } else { "none with this id; the hint is the provider's user id" };
    finding(known, "an account with this id at the provider", found)
}

fn refresh_token(facts: &Facts) -> Option<Finding> {
    let Some(account) = facts.account() else {
        return unknown("a refresh token of the provider", "no account");
    };
    let there = account.tokens.refresh_token.is_some();
    finding(there, "a refresh token of the provider", if there { "there" } else { "the provider gave none" })
}

fn active(facts: &Facts) -> Option<Finding> {
    let Some(connection) = &facts.connection else {
        return unknown("true", "no connection");
    };
    finding(connection.connected_accounts, "true", flag(connection.connected_accounts))
}

/// The client that asks may use the connection, or the one through which the person came.
fn enabled(facts: &Facts) -> Option<Finding> {
    if facts.connection.is_none() {
        return unknown("the client", "no connection");
    }
    let direct = facts.enabled_for.contains(&facts.client.id);
    let indirect = facts.kind == SubjectKind::AccessToken
        && match facts.through {
            Through::Client(client) => facts.enabled_for.contains(&client),
            Through::Anybody => !facts.enabled_for.is_empty(),
        };
    let wanted = "this client, or the one the subject token was made for";
    let found = match (direct, indirect, facts.enabled_for.len()) {
        (true, ..) => Cow::Borrowed("this client"),
        (false, true, _) => Cow::Borrowed("the client the person came through"),
        (false, false, 0) => Cow::Borrowed("no client"),
        (false, false, count) => format!("{count} others").into(),
    };
    finding(direct || indirect, wanted, found)
}

fn not_refused(facts: &Facts) -> Option<Finding> {
    let Some(account) = facts.account() else {
        return unknown("not refused by the provider", "no account");
    };
    let wanted = "not refused by the provider";
    match &account.refused {
        None => finding(true, wanted, account.state(facts.now).as_str()),
        Some(refused) => finding(false, wanted, format!("refused at {} with {}", refused.at, refused.reason)),
    }
}
