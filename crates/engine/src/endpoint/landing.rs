//! The landing page of a magic link, `/in/{code}`. Looking spends nothing; a press redeems.

use std::sync::Arc;

use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{Digest, PreAuthorizedCode as CodeKind, Secret, TxCode, TypedCode};
use zeroize::Zeroizing;

use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::grant::pre_authorized_code;
use crate::id::Id;
use crate::model::pre_authorized_code::{CodeState, Ending, Language, Phone, WRONG_TX_CODES};
use crate::model::profile::short_name;
use crate::model::project::Dialect;
use crate::model::{Client, PreAuthorizedCode};
use crate::refusal::Refusal;
use crate::service::magic_links::{self, NewCode, Plain};
use crate::stop::{Fault, Outcome, Refused, Stop, refuse};
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
    /// Whose phone the code is for.
    pub phone: Phone,
    /// The language chosen for the person at the desk.
    pub language: Option<Language>,
    /// Name of the client application.
    pub client: String,
    /// Where the client wants to be handed the code, instead of redemption on this page.
    pub template: Option<String>,
    /// Digits of the PIN, if one is needed.
    pub tx_code_length: Option<u8>,
    /// Wrong PINs that are left before the code locks.
    pub tries_left: u32,
    /// When it was redeemed or ended.
    pub at: Option<Timestamp>,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// Seconds the sign-in will last.
    pub session_seconds: u32,
    /// Whom to call when it does not work.
    pub desk_phone: Option<String>,
}

/// What a press came to. Not printed: it may hold a code.
pub enum Pressed {
    /// Signed in.
    SignedIn(SignedIn),
    /// The client redeems the code itself: send the browser there.
    HandOver(HandOver),
}

/// Who was signed in where.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// First name and initial.
    pub person: String,
    /// Whose phone the code was for.
    pub phone: Phone,
    /// The language chosen for the person at the desk.
    pub language: Option<Language>,
    /// Name of the client application.
    pub client: String,
    /// When the sign-in ends.
    pub until: Timestamp,
    /// Where the client begins, if it says so.
    pub launch_uri: Option<String>,
}

/// What the client is handed. Not printed: it may hold a code.
pub struct HandOver {
    /// `magicLinkTemplate` of the client.
    pub template: String,
    /// The code to fill in, when another than the pressed one: after a typed code.
    pub code: Option<Zeroizing<[u8; 32]>>,
    /// Whether the client expects Medplum's length: a project in Medplum's dialect.
    pub long: bool,
    /// What a wallet is told besides the code.
    pub wallet: ForWallet,
}

/// What a credential offer says besides the code.
#[derive(Debug, Clone, Copy)]
pub struct ForWallet {
    /// The client that may redeem the code.
    pub client: Id<Client>,
    /// Digits of the PIN that the wallet has to ask for.
    pub tx_code_length: Option<u8>,
    /// Until when the code works.
    pub expires_at: Timestamp,
}

fn find(tx: &dyn Tx, key: &Key) -> Outcome<Option<PreAuthorizedCode>> {
    Ok(match key {
        Key::Link(digest) => tx.pre_authorized_code_by_digest(digest)?,
        Key::Typed(digest) => tx.pre_authorized_code_by_typed(digest)?,
    })
}

fn view(tx: &dyn Tx, code: &PreAuthorizedCode, now: Timestamp) -> Outcome<View> {
    let membership = tx.membership(code.membership)?.ok_or(Fault::Inconsistent("code without membership"))?;
    let client = tx.client(code.client)?.ok_or(Fault::Inconsistent("code without client"))?;
    let project = tx.project(code.project)?.ok_or(Fault::Inconsistent("code without project"))?;
    Ok(View {
        state: code.state(now),
        person: short_name(&membership.display),
        phone: code.phone,
        language: code.language,
        client: client.name.clone(),
        template: client.settings.magic_link_template.clone(),
        tx_code_length: code.tx_code.map(|tx_code| tx_code.length),
        tries_left: WRONG_TX_CODES.saturating_sub(code.wrong_tx_codes),
        at: code.redeemed_at.or(code.ended.map(|(_, at)| at)),
        expires_at: code.expires_at,
        session_seconds: client.access_token_lifetime(),
        desk_phone: project.settings.desk_phone.clone(),
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
            return engine.refuse_unread(&origin, Stop::refused(Refusal::UnknownCode));
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

/// Looks again at a code that was just pressed: writes nothing, counts nothing.
///
/// # Refusals
/// [`Refusal::UnknownCode`].
pub fn look_again(engine: &Engine, key: &Key) -> Outcome<View> {
    engine.read(|tx, now| match find(tx, key)? {
        Some(code) => view(tx, &code, now),
        None => refuse(Refusal::UnknownCode, ""),
    })
}

/// Whom to call about a code that nobody has: the desk, where there is only one.
pub fn desk_phone(engine: &Engine) -> Option<String> {
    let phone = engine.read(|tx, _| {
        let projects = tx.list_projects()?;
        Ok(match projects.as_slice() {
            [project] => project.settings.desk_phone.clone(),
            _ => None,
        })
    });
    // A page without a number is better than none.
    phone.unwrap_or_default()
}

fn throttle(cx: &mut Cx<'_>, key: &Key) -> Outcome<()> {
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
/// A typed code cannot be filled into a client's template: only its digest is kept. When such a code is pressed, its PIN
/// is checked here, a new code takes its place, and the new one is handed over.
///
/// # Refusals
/// As [`pre_authorized_code::redeem`]; [`Refusal::TooManyTypedCodes`].
pub async fn press(
    engine: &Arc<Engine>,
    origin: Origin,
    key: Key,
    tx_code: Option<Secret<TxCode>>,
) -> Outcome<Pressed> {
    let successor = match key {
        Key::Link(_) => None,
        Key::Typed(_) => Some(magic_links::make(engine.entropy(), None)?),
    };
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            throttle(cx, &key)?;
            let Some(row) = find(cx.tx, &key)? else {
                return refuse(Refusal::UnknownCode, "");
            };
            let view = view(cx.tx, &row, cx.now)?;
            let client = cx.tx.client(row.client)?.ok_or(Fault::Inconsistent("code without client"))?;
            let live = matches!(view.state, CodeState::Waiting | CodeState::Opened);
            if let (Some(template), true) = (&view.template, live) {
                let code = match successor {
                    None => None,
                    Some(plain) => {
                        pre_authorized_code::check_tx_code(cx, &inner, &row, tx_code)?;
                        Some(replace(cx, &inner, &row, &client, plain)?)
                    }
                };
                let project = cx.tx.project(row.project)?;
                let long = project.is_some_and(|project| project.dialect == Dialect::Medplum);
                let wallet = ForWallet {
                    client: client.id,
                    // The PIN of a typed code was checked here, and the new code has none.
                    tx_code_length: view.tx_code_length.filter(|_| code.is_none()),
                    expires_at: view.expires_at,
                };
                let template = template.clone();
                return Ok(Pressed::HandOver(HandOver { template, code, long, wallet }));
            }
            let request = pre_authorized_code::Request::by_landing_page(&client, row.digest, tx_code);
            pre_authorized_code::redeem(cx, &inner, request)?;
            Ok(Pressed::SignedIn(SignedIn {
                person: view.person,
                phone: view.phone,
                language: view.language,
                client: view.client,
                until: cx.now + view.session_seconds,
                launch_uri: client.settings.launch_uri.clone(),
            }))
        })
        .await
}

/// Puts a new code, without PIN, in the place of `row`, for what is left of its life.
fn replace(
    cx: &mut Cx<'_>,
    engine: &Engine,
    row: &PreAuthorizedCode,
    client: &Client,
    plain: Plain,
) -> Outcome<Zeroizing<[u8; 32]>> {
    let membership =
        cx.tx.membership(row.membership)?.ok_or(Fault::Inconsistent("code without membership"))?;
    if !magic_links::end(cx, row, Ending::Replaced, row.issued_by)? {
        return refuse(Refusal::CodeSpent, "");
    }
    let new = NewCode {
        client,
        membership: &membership,
        issued_by: row.issued_by,
        scope: Scope::parse(&row.scope).map_err(|_| Fault::Inconsistent("scope of a code"))?,
        nonce: row.nonce.clone(),
        expires_in: cx.now.until(row.expires_at),
        hand_over: row.hand_over,
        language: row.language,
        phone: row.phone,
        typed: None,
    };
    magic_links::issue(cx, engine, &plain, new)?;
    Ok(plain.code)
}
