//! What an identity provider's userinfo endpoint says about a person, and which member that is.
//!
//! One reading for the exchange of tokens, for sign-in through a provider and for the dry run on the screen: every step
//! states itself in the trace.
//!
//! An answer is a JSON object, or a JWT whose signature is right under the provider's `jwksUrl` [OIDC-CORE §5.3.2].
//! A person is found by `email`, or by `sub` where the client says `useSubject`. Users found by subject are keyed by provider
//! and subject: an external id is written `<userInfoUrl>|<sub>`, or as the bare `sub` while only one provider of the project
//! finds people by subject.

use anteroom_oauth::jose;
use serde_json::{Map, Value};
use std::sync::Arc;
use zeroize::Zeroizing;

use crate::engine::Engine;
use crate::fetch::{Answer, Call, FetchError};
use crate::id::Id;
use crate::model::client::IdentityProvider;
use crate::model::{Membership, Project};
use crate::refusal::Refusal;
use crate::service::jwks::{self, NoKey, Source};
use crate::stop::{Outcome, refuse};
use crate::store::Tx;
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// Longest value of a claim that finds somebody.
const LONGEST: usize = 255;
/// Deepest nesting of an answer.
const DEPTH: usize = 32;
/// Longest token that is passed on.
pub const LONGEST_TOKEN: usize = 16 * 1024;
/// Seconds a signed answer's times may be off.
const LEEWAY: u32 = 60;

/// What the outside call came to: an answer, and for a signed one its key.
pub struct Fetched {
    /// The answer, or why there is none.
    pub answer: Result<Answer, FetchError>,
    key: Option<Result<Arc<jose::VerifyingKey>, NoKey>>,
}

/// Asks the provider about the bearer of a token. Never inside a transaction.
pub async fn fetch(
    engine: &Engine,
    provider: &IdentityProvider,
    allowed_hosts: &[String],
    token: &str,
) -> Fetched {
    let call = Call::get(&provider.user_info_url, allowed_hosts).bearer(token);
    complete(engine, provider, allowed_hosts, engine.fetch().fetch(call).await).await
}

/// Fetches what else it takes to read an answer: the key of a signed one.
pub async fn complete(
    engine: &Engine,
    provider: &IdentityProvider,
    allowed_hosts: &[String],
    answer: Result<Answer, FetchError>,
) -> Fetched {
    let key = match (&answer, &provider.jwks_url) {
        (Ok(answer), Some(url)) if answer.status == 200 && is_jwt(answer) => {
            let token = String::from_utf8_lossy(&answer.body);
            match jose::peek_jws(token.trim()) {
                Ok(unverified) => {
                    let source = Source { url: url.clone(), allowed_hosts: allowed_hosts.to_vec() };
                    Some(jwks::find(engine, &source, unverified.kid.as_deref(), &unverified.alg).await)
                }
                Err(_) => None,
            }
        }
        _ => None,
    };
    Fetched { answer, key }
}

fn is_jwt(answer: &Answer) -> bool {
    answer.media_type().as_deref() == Some("application/jwt")
}

/// Claims of a person, read and not yet used.
#[derive(Clone)]
pub struct Claims(Map<String, Value>);

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Claims {
    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The names of the claims, and nothing of what they say.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// The userinfo URL can be called at all.
pub fn check_url(trace: &mut Trace, provider: &IdentityProvider) -> Outcome<()> {
    let url = url::Url::parse(&provider.user_info_url);
    let fits = url.is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if trace.check("identity_provider.user_info_url", fits, "http or https", || "something else".into()) {
        Ok(())
    } else {
        refuse(Refusal::InvalidUserInfoUrl, "")
    }
}

/// The token can be passed on in a header: visible ASCII, of reasonable length, and not one of our own.
pub fn check_token(engine: &Engine, trace: &mut Trace, token: &str) -> Outcome<()> {
    let fits = token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !trace.check("subject_token.characters", fits, "visible ASCII, at most 16 KiB", || {
        format!("{} bytes, or other characters", token.len()).into()
    }) {
        return refuse(Refusal::MalformedSubjectToken, "");
    }
    let issuer = unverified_claims(token).and_then(|claims| Some(claims.get("iss")?.as_str()?.to_owned()));
    let ours = issuer.is_some_and(|issuer| engine.issuers().iter().any(|own| own.as_str() == issuer));
    // A token that this server issued says nothing about a person elsewhere.
    if trace.check("subject_token.iss", !ours, "another issuer", || "this server".into()) {
        Ok(())
    } else {
        refuse(Refusal::OwnSubjectToken, "")
    }
}

/// The claims of a JWT that nobody verified here.
pub(crate) fn unverified_claims(token: &str) -> Option<Value> {
    use base64::Engine as _;
    let payload = token.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The token was made for our client at the provider, where the provider's settings name an audience. The provider has
/// just accepted the token, so that what it says is what the provider wrote.
pub fn check_audience(trace: &mut Trace, provider: &IdentityProvider, token: &str) -> Outcome<()> {
    let Some(expected) = provider.audience.as_deref() else { return Ok(()) };
    let claims = unverified_claims(token).unwrap_or_default();
    let azp =
        ["azp", "client_id"].iter().any(|name| claims.get(name).and_then(Value::as_str) == Some(expected));
    let fits = azp || in_audience(claims.get("aud"), expected);
    let found = || match claims.get("aud") {
        Some(Value::String(text)) => text.clone().into(),
        Some(_) => "several, or another type".into(),
        None => "none: the token is opaque".into(),
    };
    if trace.check("subject_token.aud", fits, expected.to_owned(), found) {
        Ok(())
    } else {
        refuse(Refusal::SubjectTokenOfOtherClient, "")
    }
}

/// Whether `aud` is, or holds, `expected`.
pub(crate) fn in_audience(aud: Option<&Value>, expected: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == expected,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(expected)),
        _ => false,
    }
}

/// Reads what the provider said.
///
/// # Refusals
/// No answer; a status other than 200 (429 stays 429); a content type that is neither JSON nor a JWT; a body that does not
/// have its form; a JWT whose signature cannot be checked, is wrong, or that is not for us.
pub fn read(
    trace: &mut Trace,
    provider: &IdentityProvider,
    fetched: &Fetched,
    now: Timestamp,
) -> Outcome<Claims> {
    let answer = match &fetched.answer {
        Ok(answer) => answer,
        Err(error) => {
            trace.check("user_info.reached", false, "an answer", || error.to_string().into());
            return refuse(Refusal::ProviderUnreachable, error.to_string());
        }
    };
    if answer.status == 429 {
        trace.check("user_info.status", false, "200", || "429".into());
        return refuse(Refusal::ProviderThrottles, "");
    }
    if !trace.check("user_info.status", answer.status == 200, "200", || answer.status.to_string().into()) {
        return refuse(Refusal::ProviderRefuses, format!("status {}", answer.status));
    }
    let media_type = answer.media_type();
    let json = media_type.as_deref().is_some_and(|own| {
        own == "application/json" || (own.starts_with("application/") && own.ends_with("+json"))
    });
    let jwt = is_jwt(answer);
    if !trace.check("user_info.content_type", json || jwt, "application/json or application/jwt", || {
        media_type.clone().unwrap_or_else(|| "none".to_owned()).into()
    }) {
        let plain = media_type.as_deref() == Some("text/plain");
        return refuse(if plain { Refusal::UserInfoPlainText } else { Refusal::UserInfoContentType }, "");
    }
    let payload =
        if jwt { verified(trace, provider, fetched, answer)? } else { Zeroizing::new(answer.body.to_vec()) };
    let claims = match serde_json::from_slice::<Value>(&payload) {
        Ok(Value::Object(members)) if members.values().all(|value| depth(value) < DEPTH) => members,
        _ => {
            trace.check("user_info.body", false, "a JSON object", || "something else".into());
            return refuse(Refusal::UserInfoMalformed, "");
        }
    };
    trace.check("user_info.body", true, "a JSON object", || "".into());
    if jwt {
        check_signed(trace, provider, &claims, now)?;
    }
    Ok(Claims(claims))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The payload of a signed answer.
fn verified(
    trace: &mut Trace,
    provider: &IdentityProvider,
    fetched: &Fetched,
    answer: &Answer,
) -> Outcome<Zeroizing<Vec<u8>>> {
    if !trace.check("identity_provider.jwks_url", provider.jwks_url.is_some(), "a key set", || "none".into())
    {
        return refuse(Refusal::UserInfoNotVerifiable, "the provider's settings name no jwksUrl");
    }
    let key = match &fetched.key {
        Some(Ok(key)) => key,
        Some(Err(error)) => {
            trace.check("user_info.key", false, "a key of the set", || error.to_string().into());
            return refuse(Refusal::UserInfoNotVerifiable, error.to_string());
        }
        None => {
            trace.check("user_info.signature", false, "a signed JWT", || "something else".into());
            return refuse(Refusal::UserInfoNotVerifiable, "no compact JWS");
        }
    };
    let token = String::from_utf8_lossy(&answer.body);
    match jose::verify_jws_with_key(token.trim(), key) {
        Ok(verified) => {
            trace.check("user_info.signature", true, "right", || "".into());
            Ok(Zeroizing::new(verified.payload))
        }
        Err(error) => {
            trace.check("user_info.signature", false, "right", || error.to_string().into());
            refuse(Refusal::UserInfoNotVerifiable, error.to_string())
        }
    }
}

/// [OIDC-CORE §5.3.2] a signed answer names its issuer and us; times are checked where it has them.
fn check_signed(
    trace: &mut Trace,
    provider: &IdentityProvider,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Outcome<()> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(issuer) = provider.issuer.as_deref()
        && !trace.check("user_info.iss", text("iss").as_deref() == Some(issuer), issuer.to_owned(), || {
            text("iss").unwrap_or_else(|| "none".to_owned()).into()
        })
    {
        return refuse(Refusal::UserInfoNotVerifiable, "iss differs");
    }
    if let Some(us) = provider.client_id.as_deref()
        && !trace.check("user_info.aud", in_audience(claims.get("aud"), us), us.to_owned(), || {
            text("aud").unwrap_or_else(|| "none, or several".to_owned()).into()
        })
    {
        return refuse(Refusal::UserInfoNotVerifiable, "aud is not our client id at the provider");
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_seconds);
    let fresh = seconds("exp").is_none_or(|exp| now < exp + LEEWAY)
        && seconds("nbf").is_none_or(|nbf| now + LEEWAY >= nbf);
    if trace.check("user_info.exp", fresh, "now between nbf and exp", || "outside".into()) {
        Ok(())
    } else {
        refuse(Refusal::UserInfoNotVerifiable, "exp has passed or nbf is ahead")
    }
}

/// The claim that finds somebody, and its value.
#[derive(Clone, PartialEq, Eq)]
pub enum Subject {
    /// `email`, in ASCII lower case.
    Email(String),
    /// `sub`, as it was sent.
    Sub(String),
}

impl Subject {
    /// The name of the claim.
    pub const fn claim(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Sub(_) => "sub",
        }
    }

    /// What it says. For the person who pasted it, never for a log.
    pub fn value(&self) -> &str {
        match self {
            Self::Email(value) | Self::Sub(value) => value,
        }
    }
}

/// Takes the claim out that finds somebody.
///
/// # Refusals
/// The claim is missing, no text, empty or too long; an e-mail address that is not verified, or that nobody says is where
/// the provider's settings ask for it.
pub fn subject(trace: &mut Trace, provider: &IdentityProvider, claims: &Claims) -> Outcome<Subject> {
    let text = |name: &'static str| match claims.0.get(name) {
        Some(Value::String(text)) if !text.is_empty() && text.len() <= LONGEST => Ok(Some(text.as_str())),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(()),
    };
    // [OIDC-CORE §5.3.2] a sub that is there has its form, whatever finds the person
    let sub = text("sub");
    if !trace.check("user_info.sub", sub.is_ok(), "a text of 1 to 255 characters", || "something else".into())
    {
        return refuse(Refusal::MissingSubjectClaim, "");
    }
    if provider.use_subject {
        let Some(sub) = sub.ok().flatten() else {
            trace.check("user_info.sub", false, "the subject", || "none".into());
            return refuse(Refusal::MissingSubjectClaim, "");
        };
        return Ok(Subject::Sub(sub.to_owned()));
    }
    let email = text("email").ok().flatten().filter(|email| email.contains('@'));
    let Some(email) = email else {
        trace.check("user_info.email", false, "an e-mail address", || "none".into());
        return refuse(Refusal::MissingSubjectClaim, "");
    };
    check_verified(trace, provider, claims)?;
    // ASCII lower case and nothing else: two addresses that differ otherwise are two addresses.
    Ok(Subject::Email(email.to_ascii_lowercase()))
}

/// `email_verified` [OIDC-CORE §5.1]. `false` is refused always; absent is refused where the provider's settings
/// ask for it. Some providers write it as a text.
fn check_verified(trace: &mut Trace, provider: &IdentityProvider, claims: &Claims) -> Outcome<()> {
    let (verified, found) = match claims.0.get("email_verified") {
        Some(Value::Bool(true)) => (Some(true), "true"),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => (Some(true), "true"),
        None | Some(Value::Null) => (None, "absent"),
        Some(_) => (Some(false), "false"),
    };
    let enough = verified.unwrap_or(!provider.require_verified_email);
    if trace.check("user_info.email_verified", enough, "true", || found.into()) {
        Ok(())
    } else {
        refuse(Refusal::ProviderEmailNotVerified, found)
    }
}

/// What was found out on the way to a member.
#[derive(Default)]
pub struct Seen {
    /// The names of the claims in the answer.
    pub claims: Vec<String>,
    /// The claim that finds somebody.
    pub subject: Option<Subject>,
}

/// Where to look for whom: the project, its provider, and the membership that is asked for, if one is.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// Project.
    pub project: Id<Project>,
    /// Provider.
    pub provider: &'a IdentityProvider,
    /// `membership_id`.
    pub membership_id: Option<&'a str>,
    /// The token whose bearer it is, if there is one.
    pub token: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

/// From a provider's answer to a member: everything that decides it, in order. The dry run asks the same question.
///
/// # Refusals
/// As [`read`], [`check_audience`], [`subject`] and [`member`].
pub fn find(
    tx: &dyn Tx,
    trace: &mut Trace,
    search: Search<'_>,
    fetched: &Fetched,
    seen: &mut Seen,
) -> Outcome<Arc<Membership>> {
    let claims = read(trace, search.provider, fetched, search.now)?;
    seen.claims = claims.names().map(str::to_owned).collect();
    if let Some(token) = search.token {
        check_audience(trace, search.provider, token)?;
    }
    let subject = seen.subject.insert(subject(trace, search.provider, &claims)?);
    member(tx, trace, search.project, search.provider, subject, search.membership_id)
}

/// The member that a claim means, in this project.
///
/// # Refusals
/// Nobody; somebody whose external id may be another provider's; a `membership_id` that is not theirs; an inactive member.
pub fn member(
    tx: &dyn Tx,
    trace: &mut Trace,
    project: Id<Project>,
    provider: &IdentityProvider,
    subject: &Subject,
    wanted: Option<&str>,
) -> Outcome<Arc<Membership>> {
    let candidates = match subject {
        Subject::Email(email) => match tx.user_by_email(project, email)? {
            Some(user) => tx.memberships_of_user(project, user.id)?,
            None => Vec::new(),
        },
        Subject::Sub(sub) => by_subject(tx, trace, project, provider, sub)?,
    };
    let found = candidates.first();
    if !trace.check("membership.exists", found.is_some(), "a member of the project", || {
        format!("nobody has this {}", subject.claim()).into()
    }) {
        return refuse(Refusal::NoMemberFound, subject.claim());
    }
    let candidates = match wanted {
        None => candidates,
        Some(wanted) => {
            let theirs: Vec<_> =
                candidates.into_iter().filter(|member| member.id.to_string() == wanted).collect();
            if !trace.check("membership_id", !theirs.is_empty(), "a membership of this person", || {
                "another one".into()
            }) {
                return refuse(Refusal::MembershipOfOtherPerson, "");
            }
            theirs
        }
    };
    let active = candidates.iter().find(|member| member.active);
    if trace.check("membership.active", active.is_some(), "true", || "false".into())
        && let Some(member) = active
    {
        return Ok(Arc::clone(member));
    }
    refuse(Refusal::MemberFoundInactive, "")
}

/// The external id that belongs to a subject of a provider.
pub fn external_id(provider: &IdentityProvider, sub: &str) -> String {
    format!("{}|{sub}", provider.user_info_url)
}

fn by_subject(
    tx: &dyn Tx,
    trace: &mut Trace,
    project: Id<Project>,
    provider: &IdentityProvider,
    sub: &str,
) -> Outcome<Vec<Arc<Membership>>> {
    // [OIDC-CORE §5.7] a subject is unique within its issuer only
    if let Some(member) = tx.membership_by_external_id(project, &external_id(provider, sub))? {
        return Ok(vec![member]);
    }
    // A bare subject that looks like the external id of a subject elsewhere is nobody's.
    let bare = if sub.contains("://") { None } else { tx.membership_by_external_id(project, sub)? };
    let Some(member) = bare else { return Ok(Vec::new()) };
    let others = tx.other_subject_providers(project, &provider.user_info_url)?;
    if trace.check("membership.external_id", !others, "<userInfoUrl>|<sub>", || {
        "the sub alone, while several providers of the project find people by subject".into()
    }) {
        Ok(vec![member])
    } else {
        refuse(Refusal::ExternalIdOfNoProvider, "")
    }
}
