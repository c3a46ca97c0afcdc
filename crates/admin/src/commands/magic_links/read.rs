//! Listing and showing magic links, without their codes.

use anteroom_engine::id::Id;
use anteroom_engine::model;
use anteroom_engine::model::client::{ACCESS_TOKEN_LIFETIME, ClientStatus};
use anteroom_engine::model::pre_authorized_code::{self as stored, CodeState};
use anteroom_engine::model::profile::short_name;
use anteroom_engine::model::{Membership, Project};
use anteroom_engine::service::magic_links as service;
use anteroom_engine::stop::{Outcome, not_found};
use anteroom_engine::store::{ClientFilter, CodeFilter, CodeRow, Tx, Window};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::GrantType;
use anteroom_sentence::sentence;

use super::super::people;
use super::{
    Board, Choices, ClientChoice, HandOver, HandOverChoice, LinkState, List, MagicLink, Options, Phone, Ref,
};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::request;

/// Seconds in which a link counts as issued today.
const A_DAY: u32 = 86_400;
/// Life of a link that is scanned at the desk, seconds.
const WAITING_LIFE: u32 = 900;

impl HandOver {
    /// Life of a link handed over this way, seconds.
    pub(super) const fn expires_in(self) -> u32 {
        match self {
            Self::Waiting => WAITING_LIFE,
            Self::TakeHome => service::LONGEST_LIFE,
            Self::Api => service::DEFAULT_LIFE,
        }
    }
}

impl From<stored::HandOver> for HandOver {
    fn from(stored: stored::HandOver) -> Self {
        match stored {
            stored::HandOver::Waiting => Self::Waiting,
            stored::HandOver::TakeHome => Self::TakeHome,
            stored::HandOver::Api => Self::Api,
        }
    }
}

impl From<HandOver> for stored::HandOver {
    fn from(wanted: HandOver) -> Self {
        match wanted {
            HandOver::Waiting => Self::Waiting,
            HandOver::TakeHome => Self::TakeHome,
            HandOver::Api => Self::Api,
        }
    }
}

impl From<stored::Phone> for Phone {
    fn from(stored: stored::Phone) -> Self {
        match stored {
            stored::Phone::Own => Self::Own,
            stored::Phone::Carer => Self::Carer,
        }
    }
}

impl From<Phone> for stored::Phone {
    fn from(wanted: Phone) -> Self {
        match wanted {
            Phone::Own => Self::Own,
            Phone::Carer => Self::Carer,
        }
    }
}

impl From<CodeState> for LinkState {
    fn from(state: CodeState) -> Self {
        match state {
            CodeState::Waiting => Self::Waiting,
            CodeState::Opened => Self::Opened,
            CodeState::Redeemed => Self::Redeemed,
            CodeState::Expired => Self::Expired,
            CodeState::Revoked => Self::Revoked,
            CodeState::Locked => Self::Locked,
            CodeState::Replaced => Self::Replaced,
        }
    }
}

impl From<LinkState> for CodeState {
    fn from(wanted: LinkState) -> Self {
        match wanted {
            LinkState::Waiting => Self::Waiting,
            LinkState::Opened => Self::Opened,
            LinkState::Redeemed => Self::Redeemed,
            LinkState::Expired => Self::Expired,
            LinkState::Revoked => Self::Revoked,
            LinkState::Locked => Self::Locked,
            LinkState::Replaced => Self::Replaced,
        }
    }
}

pub(crate) async fn options(admin: &Admin, _: Options) -> Result<Choices, CommandError> {
    let clients = admin
        .read_project(|tx, project, _| {
            let active =
                ClientFilter { status: Some(ClientStatus::Active.as_str()), ..ClientFilter::default() };
            let all = Window { offset: 0, limit: u32::MAX };
            let slice = tx.list_clients(project, &active, all)?;
            let able = slice.rows.iter().filter(|row| row.client.allows(GrantType::PreAuthorizedCode));
            Ok(able.map(|row| choice(&row.client)).collect())
        })
        .await?;
    let hand_overs = [HandOver::Waiting, HandOver::TakeHome].map(|hand_over| HandOverChoice {
        hand_over,
        expires_in: hand_over.expires_in(),
        pin_suggested: hand_over == HandOver::TakeHome,
    });
    Ok(Choices { clients, hand_overs: hand_overs.to_vec() })
}

fn choice(client: &model::Client) -> ClientChoice {
    ClientChoice {
        id: client.id.to_string(),
        name: client.name.clone(),
        session_seconds: client.access_token_lifetime(),
    }
}

/// The link of this project with this id.
pub(super) fn find(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<CodeRow> {
    let found = match Id::parse(id) {
        Some(id) => tx.code_row(id)?,
        None => None,
    };
    match found.filter(|row| row.code.project == project) {
        Some(row) => Ok(row),
        None => not_found(sentence!(
            "There is no magic link with the id {id:?}; spent ones are kept for 30 days.",
            id
        )),
    }
}

pub(crate) async fn get(admin: &Admin, request: Ref) -> Result<MagicLink, CommandError> {
    admin
        .read_project(move |tx, project, now| {
            let row = find(tx, project, &request.id)?;
            view(tx, row, now)
        })
        .await
}

pub(crate) async fn list(admin: &Admin, request: List) -> Result<Board, CommandError> {
    let window = request::window(request.offset, request.limit)?;
    let filter = CodeFilter {
        search: request.search.trim().to_owned(),
        state: request.state.map(CodeState::from),
        membership: None,
    };
    admin
        .read_project(move |tx, project, now| {
            let slice = tx.list_pre_authorized_codes(project, &filter, now, window)?;
            let (waiting, today) = tx.count_pre_authorized_codes(project, now, now - A_DAY)?;
            let items = slice.rows.into_iter().map(|row| view(tx, row, now)).collect::<Outcome<_>>()?;
            Ok(Board { items, total: slice.total, waiting, today })
        })
        .await
}

/// The newest links of one person.
pub(crate) fn of_membership(
    tx: &dyn Tx,
    project: Id<Project>,
    membership: Id<Membership>,
    now: Timestamp,
    limit: u32,
) -> Outcome<Vec<MagicLink>> {
    let filter = CodeFilter { membership: Some(membership), ..CodeFilter::default() };
    let slice = tx.list_pre_authorized_codes(project, &filter, now, Window { offset: 0, limit })?;
    let links: Outcome<Vec<_>> = slice.rows.into_iter().map(|row| view(tx, row, now)).collect();
    let mut links = links?;
    links.sort_by_key(|link| std::cmp::Reverse(link.issued_at));
    Ok(links)
}

/// A link as the screens show it.
pub(super) fn view(tx: &dyn Tx, row: CodeRow, now: Timestamp) -> Outcome<MagicLink> {
    let CodeRow { code, person, client_name, issued_by } = row;
    let client = tx.client(code.client)?;
    let login = match code.login {
        Some(id) => tx.live_login(id)?,
        None => None,
    };
    let redeemed_from = login.as_ref().and_then(|live| live.login.remote_address.clone());
    let session = login.filter(|live| live.login.is_live(now)).map(|live| people::session(&live));
    Ok(MagicLink {
        id: code.id.to_string(),
        state: code.state(now).into(),
        membership_id: code.membership.to_string(),
        person_short: short_name(&person),
        person,
        client_id: code.client.to_string(),
        client_name,
        hand_over: code.hand_over.into(),
        language: code.language.map(|language| language.tag().to_owned()),
        phone: code.phone.into(),
        issued_by,
        issued_at: code.issued_at.seconds(),
        expires_at: code.expires_at.seconds(),
        opened_at: code.opened_at.map(Timestamp::seconds),
        redeemed_at: code.redeemed_at.map(Timestamp::seconds),
        redeemed_from,
        ended_at: code.ended.map(|(_, at)| at.seconds()),
        pin: code.tx_code.is_some(),
        wrong_pins: code.wrong_tx_codes,
        refused: code.refused,
        session_seconds: client.map_or(ACCESS_TOKEN_LIFETIME, |client| client.access_token_lifetime()),
        session,
    })
}
