//! Issuing, showing again, taking back and replacing magic links.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::cx::Cx;
use anteroom_engine::entropy;
use anteroom_engine::id::Id;
use anteroom_engine::model::client::ClientStatus;
use anteroom_engine::model::pre_authorized_code::{CodeState, Ending, Language};
use anteroom_engine::model::{Client, Membership, PreAuthorizedCode, Project};
use anteroom_engine::service::{magic_links as service, tokens};
use anteroom_engine::stop::{Outcome, conflict, invalid};
use anteroom_engine::store::Tx;
use anteroom_magic_link::{Link, QrPicture, Redacted, TypedCode, curl, magic_link};
use anteroom_oauth::secret::Secret;
use anteroom_oauth::{GrantType, Scope};
use anteroom_sentence::{Sentence, sentence};

use super::read::{find, view};
use super::{Card, HandOver, Issue, MagicLink, Phone, Ref};
use crate::acting::Acting;
use crate::admin::Admin;
use crate::error::{Code, CommandError};
use crate::member;
use crate::shelf::{Held, can_be_redeemed};

/// Digits of a PIN.
const PIN_DIGITS: u8 = 6;

pub(crate) async fn issue(admin: &Admin, request: Issue) -> Result<Card, CommandError> {
    not_over_http(request.hand_over)?;
    let language = language(request.language.as_deref())?;
    let (held, drawn) = make(admin, request.pin.then_some(PIN_DIGITS), request.client_id.clone()).await?;
    let plain = Arc::clone(&held);
    let issued = admin.change(move |cx, engine, acting| {
        let client = able_client(cx.tx, acting.project, &request.client_id)?;
        let member = able_member(cx.tx, acting, &request.membership_id)?;
        let scope = tokens::granted_scope(cx, &client, None)?;
        let chosen = Chosen { hand_over: request.hand_over, language, phone: request.phone };
        let wanted = Wanted { client: &client, member: &member, chosen, scope };
        store(cx, engine, acting, &plain, wanted)
    });
    Ok(hand_out(admin, held, &drawn, issued.await?))
}

/// The state of a link, as part of a sentence.
fn worded(state: CodeState) -> Sentence {
    match state {
        CodeState::Waiting => sentence!("waiting"),
        CodeState::Opened => sentence!("opened"),
        CodeState::Redeemed => sentence!("redeemed"),
        CodeState::Expired => sentence!("expired"),
        CodeState::Revoked => sentence!("revoked"),
        CodeState::Locked => sentence!("locked"),
        CodeState::Replaced => sentence!("replaced"),
    }
}

/// A person hands over; only a client application issues over HTTP.
pub(super) fn not_over_http(hand_over: HandOver) -> Result<(), CommandError> {
    if hand_over == HandOver::Api {
        let message = sentence!(
            "Only a client application issues links over HTTP; choose how the person gets this one."
        );
        return Err(CommandError::new(Code::Invalid, Some("handOver"), message));
    }
    Ok(())
}

/// The language that was chosen for the person, if one was.
pub(super) fn language(tag: Option<&str>) -> Result<Option<Language>, CommandError> {
    let Some(tag) = tag else { return Ok(None) };
    let Some(language) = Language::from_tag(tag) else {
        let message = sentence!("The pages speak en, de and es, not {tag:?}.", tag);
        return Err(CommandError::new(Code::Invalid, Some("language"), message));
    };
    Ok(Some(language))
}

/// The old link dies and the new one is there, or neither: one transaction.
pub(crate) async fn reissue(admin: &Admin, request: Ref) -> Result<Card, CommandError> {
    let id = request.id.clone();
    let old = admin.read_project(move |tx, project, _| Ok(find(tx, project, &id)?.code)).await?;
    let hand_over = HandOver::from(old.hand_over);
    if hand_over == HandOver::Api {
        let message = sentence!(
            "This link was issued over HTTP by a client application. Issue a new one for the person instead."
        );
        return Err(CommandError::new(Code::Invalid, Some("id"), message));
    }
    let pin = old.tx_code.map(|tx_code| tx_code.length);
    let (held, drawn) = make(admin, pin, old.client.to_string()).await?;
    let plain = Arc::clone(&held);
    let issued = admin.change(move |cx, engine, acting| {
        let old = find(cx.tx, acting.project, &request.id)?.code;
        if old.state(cx.now) == CodeState::Replaced {
            return conflict(
                Some("id"),
                sentence!("This link was replaced already: a newer one was issued in its place."),
            );
        }
        let client = able_client(cx.tx, acting.project, &old.client.to_string())?;
        let member = able_member(cx.tx, acting, &old.membership.to_string())?;
        // The last check: from here on a refusal would leave the old link dead and no new one.
        let scope = tokens::granted_scope(cx, &client, None)?;
        let issuer = issuer(cx.tx, acting)?;
        service::end(cx, &old, Ending::Replaced, issuer)?;
        let chosen = Chosen { hand_over, language: old.language, phone: old.phone.into() };
        store(cx, engine, acting, &plain, Wanted { client: &client, member: &member, chosen, scope })
    });
    let card = hand_out(admin, held, &drawn, issued.await?);
    admin.shelf().drop_code(old.id);
    Ok(card)
}

/// Makes the plain values and draws them, off the writer and before anything is stored: what cannot be drawn is not
/// issued.
async fn make(
    admin: &Admin,
    pin_digits: Option<u8>,
    client_id: String,
) -> Result<(Arc<Held>, Drawn), CommandError> {
    let base = admin.link_base();
    admin
        .aside(move |engine| {
            let held = plain_values(engine, pin_digits)?;
            let drawn = draw(&base, &held, &client_id)?;
            Ok((Arc::new(held), drawn))
        })
        .await
}

/// The plain values of `count` links. All their links are equally long, so the first one that can be drawn speaks for all.
pub(super) async fn make_many(
    admin: &Admin,
    pin: bool,
    client_id: &str,
    count: usize,
) -> Result<Vec<Arc<Held>>, CommandError> {
    let (base, client_id) = (admin.link_base(), client_id.to_owned());
    admin
        .aside(move |engine| {
            let made = (0..count).map(|_| plain_values(engine, pin.then_some(PIN_DIGITS)).map(Arc::new));
            let held = made.collect::<Outcome<Vec<_>>>()?;
            if let Some(first) = held.first() {
                draw(&base, first, &client_id)?;
            }
            Ok(held)
        })
        .await
}

fn plain_values(engine: &Engine, pin_digits: Option<u8>) -> Outcome<Held> {
    let plain = service::make(engine.entropy(), pin_digits)?;
    let typed = TypedCode::from_random(&entropy::bytes(engine.entropy())?);
    Ok(Held { plain, typed })
}

/// Everything about a link that holds its code.
struct Drawn {
    url: Redacted<String>,
    command: Redacted<String>,
    qr_svg: Redacted<String>,
    qr_modules: u32,
}

/// Draws the QR code (which is read back before it is handed out) and writes the link and the command.
fn draw(base: &str, held: &Held, client_id: &str) -> Outcome<Drawn> {
    let (link, picture) = picture(base, held)?;
    let pin = held.plain.tx_code.as_ref().map(Secret::expose);
    let Ok(command) = curl::redeem(base, client_id, &held.plain.code, pin) else {
        return invalid("clientId", sentence!("A client id is a UUID."));
    };
    Ok(Drawn {
        url: Redacted::new(link.expose().to_owned()),
        command,
        qr_svg: Redacted::new(picture.svg()),
        qr_modules: picture.modules().into(),
    })
}

/// The link and its QR code, which was read back.
pub(super) fn picture(base: &str, held: &Held) -> Outcome<(Link, QrPicture)> {
    let unusable = |error: Sentence| sentence!("{base} cannot carry a magic link: {error}.", base, error);
    let link = match magic_link(base, &held.plain.code) {
        Ok(link) => link,
        Err(error) => return conflict(None, unusable((&error).into())),
    };
    match QrPicture::of(&link) {
        Ok(picture) => Ok((link, picture)),
        Err(error) => conflict(None, unusable((&error).into())),
    }
}

/// Where a code is typed, without scheme.
pub(super) fn typed_at(base: &str) -> String {
    let without_scheme = base.split_once("://").map_or(base, |(_, rest)| rest);
    format!("{without_scheme}in")
}

/// What was chosen at the desk.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) hand_over: HandOver,
    pub(super) language: Option<Language>,
    pub(super) phone: Phone,
}

/// What a new link is for.
pub(super) struct Wanted<'a> {
    pub(super) client: &'a Client,
    pub(super) member: &'a Membership,
    pub(super) chosen: Chosen,
    pub(super) scope: Scope,
}

pub(super) fn store(
    cx: &mut Cx<'_>,
    engine: &Engine,
    acting: Acting,
    held: &Held,
    wanted: Wanted<'_>,
) -> Outcome<(Id<PreAuthorizedCode>, MagicLink)> {
    let Wanted { client, member, chosen: Chosen { hand_over, language, phone }, scope } = wanted;
    let new = service::NewCode {
        client,
        membership: member,
        issued_by: issuer(cx.tx, acting)?,
        scope,
        nonce: cx.random_id::<()>()?.to_string(),
        expires_in: hand_over.expires_in(),
        hand_over: hand_over.into(),
        language,
        phone: phone.into(),
        typed: Some(held.typed.digest()),
    };
    let code = service::issue(cx, engine, &held.plain, new)?;
    let row = find(cx.tx, acting.project, &code.id.to_string())?;
    Ok((code.id, view(cx.tx, row, cx.now)?))
}

/// In whose name links are issued and taken back, if that member may.
pub(super) fn issuer(tx: &dyn Tx, acting: Acting) -> Outcome<Id<Membership>> {
    let Some(id) = acting.member else {
        return conflict(
            None,
            sentence!(
                "This project has no active admin in whose name a link could be issued. Give a practitioner the admin right under People."
            ),
        );
    };
    match tx.membership(id)? {
        Some(member) if member.may_issue_links() => Ok(id),
        _ => conflict(None, sentence!("Whoever works at this desk no longer has the desk right.")),
    }
}

/// The client, if a link may sign in to it.
pub(super) fn able_client(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<Arc<Client>> {
    let field = "clientId";
    let found = match Id::parse(id) {
        Some(id) => tx.client(id)?,
        None => None,
    };
    let Some(client) = found.filter(|client| client.project == project) else {
        return invalid(field, sentence!("There is no client application with the id {id:?}.", id));
    };
    if client.status != ClientStatus::Active {
        return invalid(
            field,
            sentence!("{client} is switched off. Switch it on, or choose another.", client = &client.name),
        );
    }
    if !client.allows(GrantType::PreAuthorizedCode) {
        let grant = GrantType::PreAuthorizedCode;
        return invalid(
            field,
            sentence!(
                "{client} does not allow {grant}. Allow it on its Grant types tab, or choose another.",
                client = &client.name,
                grant = grant.to_string()
            ),
        );
    }
    Ok(client)
}

/// The person, if somebody may sign in as them.
fn able_member(tx: &dyn Tx, acting: Acting, id: &str) -> Outcome<Arc<Membership>> {
    let field = "membershipId";
    let member = member::person(tx, acting.project, id, field)?;
    within_reach(tx, acting, &member, field)?;
    if !member.active {
        return invalid(
            field,
            sentence!(
                "{member} is not active. Activate the membership under People first.",
                member = &member.display
            ),
        );
    }
    Ok(member)
}

/// The desk does not sign in as somebody with more rights than it has: [`Membership::may_issue_link_for`].
pub(super) fn within_reach(
    tx: &dyn Tx,
    acting: Acting,
    member: &Membership,
    field: &'static str,
) -> Outcome<()> {
    if reaches(tx, acting, member)? {
        return Ok(());
    }
    let message = sentence!(
        "{member} is no patient, or has rights here. The desk hands links to patients and those who care for them; ask an admin.",
        member = &member.display
    );
    invalid(field, message)
}

/// Whether whoever acts may issue links for `member`. Where nobody can act, [`issuer`] says so.
pub(super) fn reaches(tx: &dyn Tx, acting: Acting, member: &Membership) -> Outcome<bool> {
    let own = match acting.member {
        Some(id) => tx.membership(id)?,
        None => None,
    };
    Ok(own.is_none_or(|own| !own.may_issue_links() || own.may_issue_link_for(member)))
}

/// The desk holds no link in its hands that an admin issued for somebody beyond its reach.
pub(super) fn in_reach(tx: &dyn Tx, acting: Acting, code: &PreAuthorizedCode) -> Outcome<()> {
    match tx.membership(code.membership)? {
        Some(member) => within_reach(tx, acting, &member, "id"),
        None => Ok(()),
    }
}

/// After the commit: the shelf keeps the code, the card shows it.
fn hand_out(
    admin: &Admin,
    held: Arc<Held>,
    drawn: &Drawn,
    (id, link): (Id<PreAuthorizedCode>, MagicLink),
) -> Card {
    let card = card(admin, &held, drawn, link);
    admin.shelf().put(id, held);
    card
}

fn card(admin: &Admin, held: &Held, drawn: &Drawn, link: MagicLink) -> Card {
    Card {
        link,
        url: drawn.url.expose().clone(),
        typed_at: typed_at(&admin.link_base()),
        typed_code: held.typed.grouped().expose().clone(),
        pin: held.plain.tx_code.as_ref().map(|pin| pin.expose().to_owned()),
        qr_svg: drawn.qr_svg.expose().clone(),
        qr_modules: drawn.qr_modules,
        command: drawn.command.expose().clone(),
    }
}

pub(crate) async fn show(admin: &Admin, request: Ref) -> Result<Card, CommandError> {
    let acting = admin.acting().await?;
    let (code, link) = admin
        .read(move |tx, now| {
            let row = find(tx, acting.project, &request.id)?;
            in_reach(tx, acting, &row.code)?;
            Ok(((row.code.id, row.code.state(now)), view(tx, row, now)?))
        })
        .await?;
    let (id, state) = code;
    if !can_be_redeemed(state) {
        admin.shelf().drop_code(id);
        let message =
            sentence!("This link can no longer be used ({state}). Issue it again.", state = worded(state));
        return Err(CommandError::new(Code::NotHeld, None, message));
    }
    let Some(held) = admin.shelf().get(id) else {
        let message = sentence!(
            "The code of this link is stored nowhere and no longer in memory. Issue the link again."
        );
        return Err(CommandError::new(Code::NotHeld, None, message));
    };
    let (base, again, client_id) = (admin.link_base(), Arc::clone(&held), link.client_id.clone());
    let drawn = admin.aside(move |_| draw(&base, &again, &client_id)).await?;
    Ok(card(admin, &held, &drawn, link))
}

pub(crate) async fn revoke(admin: &Admin, request: Ref) -> Result<MagicLink, CommandError> {
    let (id, link) = admin
        .change(move |cx, _, acting| {
            let row = find(cx.tx, acting.project, &request.id)?;
            let (id, state) = (row.code.id, row.code.state(cx.now));
            let issuer = issuer(cx.tx, acting)?;
            let ended = can_be_redeemed(state) && service::end(cx, &row.code, Ending::Revoked, issuer)?;
            if !ended && state != CodeState::Revoked {
                let message = sentence!(
                    "This link cannot be taken back any more: it is {state}.",
                    state = worded(state)
                );
                return conflict(Some("id"), message);
            }
            let row = find(cx.tx, acting.project, &request.id)?;
            Ok((id, view(cx.tx, row, cx.now)?))
        })
        .await?;
    admin.shelf().drop_code(id);
    Ok(link)
}
