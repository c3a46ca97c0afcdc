//! `POST /auth/preauthorize`: a project admin, person or client, or a member with the desk right, has a one-time code made
//! for a member of the project.

use std::sync::Arc;

use anteroom_oauth::secret::{Digest, Secret, TxCode, TypedCode};
use serde_json::Value;

use crate::caller::{self, Caller, Credentials};
use crate::check;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::pre_authorized_code::{HandOver, Phone};
use crate::model::project::Dialect;
use crate::model::{Client, Membership};
use crate::refusal::Refusal;
use crate::service::magic_links::{self, DEFAULT_LIFE, LONGEST_LIFE, NewCode, Plain};
use crate::service::tokens;
use crate::stop::{Fault, Outcome, Refused, refuse};
use crate::timestamp::Timestamp;

/// Seconds calls are counted for.
const CALLS_WINDOW: u32 = 60;

/// The body, with its own additions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    client_id: Option<Id<Client>>,
    scope: Option<String>,
    nonce: Option<String>,
    expires_in: u32,
    /// Whether the answer should hold a magic link, a typed code and an offer.
    pub magic_link: bool,
    /// Digits of the PIN asked for.
    pub tx_code_length: Option<u8>,
}

impl Body {
    /// Reads the JSON body.
    ///
    /// # Refusals
    /// One per field, with Medplum's texts.
    pub fn read(body: &Value) -> Outcome<Self> {
        let client_id = match body.get("clientId") {
            Some(Value::String(id)) => Id::parse(id),
            _ => None,
        };
        if client_id.is_none() {
            return refuse(Refusal::ClientIdRequired, "");
        }
        Ok(Self {
            client_id,
            scope: text(body, "scope", Refusal::ScopeNotString)?,
            nonce: text(body, "nonce", Refusal::NonceNotString)?,
            expires_in: expires_in(body.get("expiresIn"))?,
            magic_link: match body.get("magicLink") {
                None => false,
                Some(Value::Bool(wanted)) => *wanted,
                Some(_) => return refuse(Refusal::LinkOptionInvalid, "magicLink"),
            },
            tx_code_length: tx_code_length(body.get("txCode"))?,
        })
    }
}

fn text(body: &Value, member: &str, refusal: Refusal) -> Outcome<Option<String>> {
    match body.get(member) {
        None => Ok(None),
        // An empty value counts as absent.
        Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
        Some(_) => refuse(refusal, ""),
    }
}

/// A whole number from 1 to 86400, as a number or as digits.
fn expires_in(value: Option<&Value>) -> Outcome<u32> {
    let seconds = match value {
        None => return Ok(DEFAULT_LIFE),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        Some(_) => None,
    };
    match seconds.and_then(|seconds| u32::try_from(seconds).ok()) {
        Some(seconds) if (1..=LONGEST_LIFE).contains(&seconds) => Ok(seconds),
        _ => refuse(Refusal::ExpiresInInvalid, ""),
    }
}

/// `true` is six digits; `{"length": 4…8}` chooses.
fn tx_code_length(value: Option<&Value>) -> Outcome<Option<u8>> {
    const DIGITS: u8 = 6;
    match value {
        None | Some(Value::Bool(false)) => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(DIGITS)),
        Some(Value::Object(options)) if options.len() == 1 => {
            match options.get("length").and_then(Value::as_u64).and_then(|length| u8::try_from(length).ok()) {
                Some(length) if (4..=8).contains(&length) => Ok(Some(length)),
                _ => refuse(Refusal::LinkOptionInvalid, "txCode"),
            }
        }
        Some(_) => refuse(Refusal::LinkOptionInvalid, "txCode"),
    }
}

/// A request, as the edge read it.
pub struct Request {
    /// Who calls; `None` when nobody said.
    pub credentials: Option<Credentials>,
    /// The values of `X-Medplum-On-Behalf-Of`, each as text; empty when it was not sent.
    pub on_behalf_of: Vec<String>,
    /// The body, or why it cannot be read.
    pub body: Outcome<Body>,
    /// Digest of a short code for typing, when a magic link is asked for.
    pub typed: Option<Digest<TypedCode>>,
}

/// What came out.
pub struct Issued {
    /// The 256 bits of the code.
    pub plain: Plain,
    /// Until when it can be redeemed.
    pub expires_at: Timestamp,
    /// The client that may redeem it.
    pub client: Arc<Client>,
    /// The dialect of its project: it says how long the code is written.
    pub dialect: Dialect,
}

impl Issued {
    /// The PIN, once.
    pub fn tx_code(&self) -> Option<&Secret<TxCode>> {
        self.plain.tx_code.as_ref()
    }
}

/// Issues a code. Checks in Medplum's order: who calls, for whom, the fields, the caller's right, the client.
///
/// # Refusals
/// See [`Refusal`]: unauthenticated, on-behalf-of, one per field, not an admin, no such client, inactive member, too many.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, request: Request) -> Outcome<Issued> {
    let Request { credentials, on_behalf_of: header, body, typed } = request;
    let proof = caller::verify(engine, credentials).or_else(|stop| engine.refuse_unread(&origin, stop))?;
    let tx_code_length = body.as_ref().ok().and_then(|body| body.tx_code_length);
    let plain = magic_links::make(engine.entropy(), tx_code_length)?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let caller = caller::authenticate(cx, &proof)?;
            let target = on_behalf_of(cx, &caller, &header)?;
            let body = body?;
            issue(cx, &inner, &caller, target, body, typed, plain)
        })
        .await
}

/// Project admins may issue, and members with the desk right for those who have no right of their own.
/// A token that was narrowed to some FHIR resources is for these: a link would give more.
fn may_issue(cx: &mut Cx<'_>, caller: &Caller) -> bool {
    let allowed = caller.membership.may_issue_links();
    cx.trace.check("caller.admin", allowed, "an admin, or the desk right", || "neither".into())
        && caller.has_whole_scope(&mut cx.trace)
}

/// The member the header names. Every way to get it wrong answers 400 and creates nothing.
fn on_behalf_of(cx: &mut Cx<'_>, caller: &Caller, header: &[String]) -> Outcome<Option<Arc<Membership>>> {
    let Some(value) = caller::one_value(header)? else { return Ok(None) };
    if !may_issue(cx, caller) {
        return refuse(Refusal::OnBehalfOfForbidden, "no project admin, no desk right, or a narrowed token");
    }
    let member = caller::named_member(cx.tx, caller.membership.project, value)?;
    // A link is a sign-in: nobody gets more rights by one than they have.
    let reaches = caller.membership.may_issue_link_for(&member);
    if !cx.trace.check("caller.desk", reaches, "an admin, or a member without rights of its own", || {
        "the desk right, for somebody else".into()
    }) {
        return refuse(Refusal::OnBehalfOfForbidden, "the desk right reaches patients alone");
    }
    Ok(Some(member))
}

fn issue(
    cx: &mut Cx<'_>,
    engine: &Engine,
    caller: &Caller,
    target: Option<Arc<Membership>>,
    body: Body,
    typed: Option<Digest<TypedCode>>,
    plain: Plain,
) -> Outcome<Issued> {
    if !may_issue(cx, caller) {
        return refuse(Refusal::NotAdmin, "");
    }
    let caller = &caller.membership;
    let Some(target) = target else {
        return refuse(Refusal::OnBehalfOfMissing, "");
    };
    cx.about.subject = Some(target.id);
    let client = match body.client_id {
        Some(id) => cx.tx.client(id)?,
        None => None,
    };
    // A client of another project and one that does not exist look alike.
    let Some(client) = client.filter(|client| client.project == caller.project) else {
        return refuse(Refusal::ClientNotFound, "");
    };
    cx.about.client = Some(client.id);
    check::member_active(&mut cx.trace, &target, Refusal::MemberInactiveAtIssue)?;
    let project = cx.tx.project(caller.project)?.ok_or(Fault::Inconsistent("membership without project"))?;
    throttle(cx, caller, project.preauthorize_per_minute())?;
    let scope = tokens::granted_scope(cx, &client, body.scope.as_deref())?;
    let nonce = match body.nonce {
        Some(nonce) => nonce,
        None => cx.random_id::<()>()?.to_string(),
    };
    let new = NewCode {
        client: &client,
        membership: &target,
        issued_by: caller.id,
        scope,
        nonce,
        expires_in: body.expires_in,
        hand_over: HandOver::Api,
        language: None,
        phone: Phone::Own,
        typed: body.magic_link.then_some(typed).flatten(),
    };
    let row = magic_links::issue(cx, engine, &plain, new)?;
    Ok(Issued { plain, expires_at: row.expires_at, client, dialect: project.dialect })
}

fn throttle(cx: &mut Cx<'_>, caller: &Membership, limit: u32) -> Outcome<()> {
    if limit == u32::MAX {
        return Ok(());
    }
    let key = format!("preauthorize/{}", caller.id);
    let attempts = cx.tx.count_attempt(&key, cx.now, cx.now - CALLS_WINDOW)?;
    if attempts.count > limit {
        let refusal = Refusal::TooManyCodes;
        return Err(Refused::too_many(refusal, attempts, limit, cx.now, CALLS_WINDOW).into());
    }
    Ok(())
}
