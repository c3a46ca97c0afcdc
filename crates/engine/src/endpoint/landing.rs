//! The landing page of a magic link, `/in/{code}`. Looking spends nothing; a press redeems.

use std::sync::Arc;

use anteroom_oauth::secret::{Digest, PreAuthorizedCode as CodeKind, Secret, TxCode, TypedCode};

use crate::cx::Origin;
use crate::engine::Engine;
use crate::grant::pre_authorized_code;
use crate::model::pre_authorized_code::CodeState;
use crate::model::profile::short_name;
use crate::refusal::Refusal;
use crate::service::magic_links;
use crate::stop::{Fault, Outcome, Refused, refuse};
use crate::store::Tx;
use crate::timestamp::Timestamp;

/// Typed codes one address may try in a minute.
pub const TYPED_CODES: u32 = 10;
/// Seconds they are counted for.
pub const TYPED_CODES_WINDOW: u32 = 60;

/// How the code came: in the link, or typed.
#[derive(Debug, Clone)]
pub enum Key {
    /// The code of the link.
    Link(Digest<CodeKind>),
    /// The short code for typing.
    Typed(Digest<TypedCode>),
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// State of the code.
    pub state: CodeState,
    /// First name and initial.
    pub person: String,
    /// Name of the client application.
    pub client: String,
    /// Where the client wants to be handed the code, instead of redemption on this page.
    pub template: Option<String>,
    /// Digits of the PIN, if one is needed.
    pub tx_code_length: Option<u8>,
    /// When it was redeemed or ended.
    pub at: Option<Timestamp>,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// Seconds the sign-in will last.
    pub session_seconds: u32,
}

/// What a press came to.
#[derive(Debug, Clone)]
pub enum Pressed {
    /// Signed in, until then.
    SignedIn {
        /// First name and initial.
        person: String,
        /// Name of the client application.
        client: String,
        /// When the sign-in ends.
        until: Timestamp,
        /// Where the client begins, if it says so.
        launch_uri: Option<String>,
    },
    /// The client redeems the code itself: send the browser there.
    HandOver {
        /// `magicLinkTemplate` of the client.
        template: String,
    },
}

fn find(tx: &dyn Tx, key: &Key) -> Outcome<Option<crate::model::PreAuthorizedCode>> {
    Ok(match key {
        Key::Link(digest) => tx.pre_authorized_code_by_digest(digest)?,
        Key::Typed(digest) => tx.pre_authorized_code_by_typed(digest)?,
    })
}

fn view(tx: &dyn Tx, code: &crate::model::PreAuthorizedCode, now: Timestamp) -> Outcome<View> {
    let membership = tx.membership(code.membership)?.ok_or(Fault::Inconsistent("code without membership"))?;
    let client = tx.client(code.client)?.ok_or(Fault::Inconsistent("code without client"))?;
    Ok(View {
        state: code.state(now),
        person: short_name(&membership.display),
        client: client.name.clone(),
        template: client.settings.magic_link_template.clone(),
        tx_code_length: code.tx_code.map(|tx_code| tx_code.length),
        at: code.redeemed_at.or(code.ended.map(|(_, at)| at)),
        expires_at: code.expires_at,
        session_seconds: client.access_token_lifetime(),
    })
}

/// Looks at a code: notes the first opening, counts typed tries, spends nothing.
///
/// # Refusals
/// [`Refusal::UnknownCode`]; [`Refusal::TooManyTypedCodes`].
pub async fn look(engine: &Arc<Engine>, origin: Origin, key: Key) -> Outcome<View> {
    // Scanners ask for pages nobody has: they write nothing.
    if let Key::Link(_) = key {
        let known = engine.read(|tx, _| find(tx, &key))?.is_some();
        if !known {
            return engine.read(|_, _| refuse(Refusal::UnknownCode, ""));
        }
    }
    engine
        .transact(origin, move |cx| {
            throttle(cx, &key)?;
            let Some(code) = find(cx.tx, &key)? else {
                return refuse(Refusal::UnknownCode, "");
            };
            magic_links::opened(cx, &code)?;
            view(cx.tx, &code, cx.now)
        })
        .await
}

fn throttle(cx: &mut crate::cx::Cx<'_>, key: &Key) -> Outcome<()> {
    if let Key::Typed(_) = key {
        let address = cx.origin.remote_address.as_deref().unwrap_or("local");
        let counter = format!("typed_code/{address}");
        let attempts = cx.tx.count_attempt(&counter, cx.now, cx.now - TYPED_CODES_WINDOW)?;
        if attempts.count > TYPED_CODES {
            let refusal = Refusal::TooManyTypedCodes;
            return Err(Refused::too_many(refusal, attempts, TYPED_CODES, cx.now, TYPED_CODES_WINDOW).into());
        }
    }
    Ok(())
}

/// The press: redeems the code for its client, or says where the client wants it handed over.
///
/// # Refusals
/// As [`pre_authorized_code::redeem`].
pub async fn press(
    engine: &Arc<Engine>,
    origin: Origin,
    code: Digest<CodeKind>,
    tx_code: Option<Secret<TxCode>>,
) -> Outcome<Pressed> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let Some(row) = cx.tx.pre_authorized_code_by_digest(&code)? else {
                return refuse(Refusal::UnknownCode, "");
            };
            let view = view(cx.tx, &row, cx.now)?;
            let live = matches!(view.state, CodeState::Waiting | CodeState::Opened);
            if let (Some(template), true) = (&view.template, live) {
                return Ok(Pressed::HandOver { template: template.clone() });
            }
            let client = cx.tx.client(row.client)?.ok_or(Fault::Inconsistent("code without client"))?;
            let request = pre_authorized_code::Request::by_landing_page(&client, code, tx_code);
            pre_authorized_code::redeem(cx, &inner, request)?;
            Ok(Pressed::SignedIn {
                person: view.person,
                client: view.client,
                until: cx.now + view.session_seconds,
                launch_uri: client.settings.launch_uri.clone(),
            })
        })
        .await
}
