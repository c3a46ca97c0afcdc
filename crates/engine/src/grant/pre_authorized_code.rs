//! Pre-authorized code grant: [OpenID4VCI 1.0 §6.1], [OpenID4VCI 1.0 §6.3], as Medplum offers it.
//!
//! Redeems a one-time code for tokens of the person it was issued for. One conditional UPDATE decides who wins; everything
//! before it only finds the right words for a refusal.
//!
//! A second presentation is refused and leaves the first session alone, unless another client presents it or the project
//! says `revokeOnReplay`. A wrong PIN never spends the code; the fifth locks it. Client authentication is optional, but a
//! secret that is sent is checked.
//!
//! # Not supported
//! Redemption without `client_id` (anonymous access), polling (`interval`), refresh tokens.

use anteroom_oauth::base32;
use anteroom_oauth::form::Form;
use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::medplum_code;
use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{Digest, PreAuthorizedCode as CodeKind, Secret, TxCode};

use crate::check;
use crate::client_auth::{self, Presented};
use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::model::event::{EventBody, EventKind};
use crate::model::login::AuthMethod;
use crate::model::pre_authorized_code::{CodeState, Ending, WRONG_TX_CODES};
use crate::model::project::Dialect;
use crate::model::{Client, PreAuthorizedCode};
use crate::refusal::Refusal;
use crate::service::tokens::{self, NewLogin, PreparedTokens};
use crate::stop::{Fault, Outcome, refuse};

/// What the form says.
pub struct Request {
    pub(crate) presented: Presented,
    code: Option<Digest<CodeKind>>,
    tx_code: Option<Secret<TxCode>>,
}

impl Request {
    /// Takes the parameters out of the form.
    pub fn read(presented: Presented, form: &mut Form) -> Self {
        Self {
            presented,
            code: form.take_secret::<CodeKind>("pre-authorized_code").map(|code| digest(&code)),
            tx_code: form.take_secret("tx_code"),
        }
    }

    /// A redemption on the landing page: the page acts for the client the code was issued for.
    pub fn by_landing_page(client: &Client, code: Digest<CodeKind>, tx_code: Option<Secret<TxCode>>) -> Self {
        let presented = Presented { client_id: Some(client.id.to_string()), ..Presented::default() };
        Self { presented, code: Some(code), tx_code }
    }
}

/// Digest of a presented code: 43 base64url characters, or the same 256 bits in the capital base-32 of magic links or in
/// Medplum's length. All spellings of a code have one digest, so one row and one winner.
pub fn digest(code: &Secret<CodeKind>) -> Digest<CodeKind> {
    let text = code.expose();
    match base32::decode_code(text).or_else(|| medplum_code::decode(text)) {
        Some(bytes) => encode(&bytes).digest(),
        None => code.digest(),
    }
}

/// The code as `preAuthorizedCode` writes it: base64url; or in Medplum's length, where the project speaks its dialect.
pub fn encode_for(dialect: Dialect, bytes: &[u8; 32]) -> Secret<CodeKind> {
    match dialect {
        Dialect::Rfc => encode(bytes),
        Dialect::Medplum => Secret::new(medplum_code::encode(bytes).to_string()),
    }
}

/// The code in base64url.
pub fn encode(bytes: &[u8; 32]) -> Secret<CodeKind> {
    use base64::Engine as _;
    Secret::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// Redeems the code.
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; a code that is unknown, another client's, expired, spent, revoked,
/// replaced or locked; a PIN that is missing, unexpected or wrong; a member that is inactive or whose address is blocked.
pub fn redeem(cx: &mut Cx<'_>, engine: &Engine, request: Request) -> Outcome<PreparedTokens> {
    if request.presented.client_id.is_none() {
        return refuse(Refusal::MissingClientId, "");
    }
    let Some(digest) = request.code else {
        return refuse(Refusal::MissingPreAuthorizedCode, "");
    };
    let client = client_auth::authenticate(cx, &request.presented, Refusal::UnknownClientOfCode)?.client;
    check::grant_allowed(&mut cx.trace, &client, GrantType::PreAuthorizedCode)?;
    let Some(code) = cx.tx.pre_authorized_code_by_digest(&digest)? else {
        cx.trace.check("code.exists", false, "an issued code", || digest.fingerprint().into());
        return refuse(Refusal::UnknownCode, "");
    };
    cx.about.row = Some(code.id.uuid());
    cx.about.subject = Some(code.membership);
    check_owner(cx, &client, &code)?;
    check_state(cx, &client, &code)?;
    let membership =
        cx.tx.membership(code.membership)?.ok_or(Fault::Inconsistent("code without membership"))?;
    counted(cx, &code, |cx| {
        check::member_active(&mut cx.trace, &membership, Refusal::MemberInactive)?;
        check::address_allowed(cx, &membership, Refusal::MemberAddressBlocked)
    })?;
    // [OID4VCI §6.1] the PIN is required where one was set
    check_tx_code(cx, engine, &code, request.tx_code)?;
    let project = cx.tx.project(code.project)?.ok_or(Fault::Inconsistent("code without project"))?;
    let scope = Scope::parse(&code.scope).map_err(|_| Fault::Inconsistent("scope of a code"))?;
    let login = cx.time_ordered_id()?;
    // The one statement that decides; a code that was spent since it was read above loses here.
    // [OID4VCI §4.1.1] one use; the row that was issued says until when
    let won = cx.tx.redeem_pre_authorized_code(code.id, client.id, login, cx.now)?;
    if !cx.trace.check("code.redeemed_at", won, "unredeemed", || "redeemed meanwhile".into()) {
        return refuse(Refusal::CodeSpent, "");
    }
    cx.about.actor = Some(code.membership);
    cx.event(EventKind::LinkRedeemed, EventBody::default())?;
    cx.changed(Topic::MagicLinks(Some(code.id.uuid())));
    let now = cx.now;
    tokens::prepare(
        cx,
        NewLogin {
            id: login,
            project: &project,
            client: &client,
            membership: &membership,
            auth_method: AuthMethod::PreAuthorized,
            auth_time: now,
            scope,
            nonce: Some(code.nonce.clone()),
            pre_authorized_code: Some(code.id),
            refresh: None,
            api: None,
            launch: None,
        },
    )
}

/// Runs checks whose failure is a refused presentation of this code, and counts it.
fn counted<T>(
    cx: &mut Cx<'_>,
    code: &PreAuthorizedCode,
    checks: impl FnOnce(&mut Cx<'_>) -> Outcome<T>,
) -> Outcome<T> {
    let outcome = checks(cx);
    if outcome.is_err() {
        cx.tx.count_refused(code.id)?;
        cx.changed(Topic::MagicLinks(Some(code.id.uuid())));
    }
    outcome
}

/// The code was issued for this client. Another client's presentation spends nothing; if the code is spent already, it is
/// in wrong hands, and the session it made ends.
fn check_owner(cx: &mut Cx<'_>, client: &Client, code: &PreAuthorizedCode) -> Outcome<()> {
    if cx.trace.check("code.client", code.client == client.id, code.client.to_string(), || {
        client.id.to_string().into()
    }) {
        return Ok(());
    }
    counted(cx, code, |cx| {
        if let Some(login) = code.login {
            end_session(cx, login)?;
        }
        refuse(Refusal::CodeOfOtherClient, "")
    })
}

/// The code is still good.
fn check_state(cx: &mut Cx<'_>, client: &Client, code: &PreAuthorizedCode) -> Outcome<()> {
    let state = code.state(cx.now);
    let refusal = match state {
        CodeState::Waiting | CodeState::Opened => {
            cx.trace.check("code.state", true, "waiting", || "waiting".into());
            return Ok(());
        }
        CodeState::Redeemed => Refusal::CodeSpent,
        CodeState::Expired => Refusal::CodeExpired,
        CodeState::Revoked => Refusal::CodeRevoked,
        CodeState::Locked => Refusal::CodeLocked,
        CodeState::Replaced => Refusal::CodeReplaced,
    };
    let found = || match code.redeemed_at {
        Some(at) => format!("redeemed at {at}").into(),
        None if state == CodeState::Expired => format!("expired at {}", code.expires_at).into(),
        None => state.as_str().into(),
    };
    cx.trace.check("code.state", false, "waiting or opened", found);
    counted(cx, code, |cx| {
        let project = cx.tx.project(client.project)?;
        if let (Some(login), Some(true)) = (code.login, project.map(|project| project.revoke_on_replay())) {
            end_session(cx, login)?;
        }
        refuse(refusal, "")
    })
}

fn end_session(cx: &mut Cx<'_>, login: crate::id::Id<crate::model::Login>) -> Outcome<()> {
    if cx.tx.revoke_login(login, cx.now)? {
        let detail = Some("a spent code was presented again".to_owned());
        cx.event(EventKind::SessionRevoked, EventBody { detail, ..EventBody::default() })?;
        cx.changed(Topic::People);
    }
    Ok(())
}

/// The PIN, if the code has one. Counted before it is compared, so that a thousand tries at once compare five.
pub(crate) fn check_tx_code(
    cx: &mut Cx<'_>,
    engine: &Engine,
    code: &PreAuthorizedCode,
    presented: Option<Secret<TxCode>>,
) -> Outcome<()> {
    let (stored, presented) = match (code.tx_code, presented) {
        (None, None) => return Ok(()),
        (Some(stored), Some(presented)) => (stored, presented),
        (Some(_), None) => {
            cx.trace.check("tx_code", false, "a PIN", || "none sent".into());
            return refuse(Refusal::MissingTxCode, "");
        }
        (None, Some(_)) => {
            cx.trace.check("tx_code", false, "no PIN", || "a PIN".into());
            return refuse(Refusal::UnexpectedTxCode, "");
        }
    };
    let tries = cx.tx.count_tx_code_try(code.id)?;
    let matches = engine.tx_code_key().matches(code.id, presented.expose(), &stored.mac);
    if cx
        .trace
        .check("tx_code", matches, "the PIN of this code", || format!("another PIN, try {tries}").into())
    {
        cx.tx.forgive_tx_code_try(code.id)?;
        return Ok(());
    }
    counted(cx, code, |cx| {
        if tries >= WRONG_TX_CODES {
            cx.tx.end_pre_authorized_code(code.id, Ending::Locked, cx.now)?;
            cx.event(EventKind::LinkLocked, EventBody::default())?;
        }
        refuse(Refusal::WrongTxCode, "")
    })
}
