//! Magic links: the desk and its board.

mod batch;
mod issue;
mod print;
mod read;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use self::batch::{BatchLine, BatchOutcome, BatchRow, CheckBatch, CheckedBatch, IssueBatch, IssuedBatch};
pub(crate) use self::batch::{check_batch, issue_batch};
pub(crate) use self::issue::{issue, reissue, revoke, show};
pub use self::print::{Paper, Print, SavedSheets, SheetPreview};
pub(crate) use self::print::{print, save_sheets};
pub(crate) use self::read::{get, list, of_membership, options};

/// How the link reaches the person; decides how long it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HandOver {
    /// Scanned at the desk: 15 minutes.
    Waiting,
    /// Taken home on paper: 24 hours, with a PIN suggested.
    TakeHome,
    /// Issued over HTTP by a client application.
    Api,
}

/// Whose phone the link is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phone {
    /// The person's own.
    #[default]
    Own,
    /// That of somebody who cares for the person: a parent, a child, a nurse.
    Carer,
}

/// Where a link is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Issued, not yet opened.
    Waiting,
    /// The page was opened; the button was not pressed.
    Opened,
    /// Redeemed.
    Redeemed,
    /// Too old.
    Expired,
    /// Taken back at the desk.
    Revoked,
    /// Five wrong PINs.
    Locked,
    /// A newer link was issued in its place.
    Replaced,
}

/// What the desk may choose from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Options {}

/// The choices.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Choices {
    /// Client applications a link can sign in to.
    pub clients: Vec<ClientChoice>,
    /// Hand-overs with their lives.
    pub hand_overs: Vec<HandOverChoice>,
}

/// A client application a link can sign in to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClientChoice {
    /// `client_id`.
    pub id: String,
    /// Name.
    pub name: String,
    /// How long the sign-in lasts, seconds.
    pub session_seconds: u32,
}

/// A hand-over with the life of its links.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverChoice {
    /// Which.
    pub hand_over: HandOver,
    /// Life of the link, seconds.
    pub expires_in: u32,
    /// Whether a PIN is suggested.
    pub pin_suggested: bool,
}

/// Issues a magic link.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Issue {
    /// For whom.
    pub membership_id: String,
    /// To which client application.
    pub client_id: String,
    /// How it is handed over.
    pub hand_over: HandOver,
    /// Ask for a PIN (`tx_code`) as well.
    pub pin: bool,
    /// `en`, `de` or `es`: what its page speaks. Absent: whatever the phone asks for.
    #[serde(default)]
    #[ts(optional)]
    pub language: Option<String>,
    /// Whose phone it is for. Absent: the person's own.
    #[serde(default)]
    #[ts(as = "Option<Phone>", optional)]
    pub phone: Phone,
}

/// Names one link.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// Id of the link.
    pub id: String,
}

/// A magic link, without its code.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MagicLink {
    /// Id of the link.
    pub id: String,
    /// State now.
    pub state: LinkState,
    /// For whom: membership id.
    pub membership_id: String,
    /// Display name.
    pub person: String,
    /// First name and initial, for screens that others can see.
    pub person_short: String,
    /// `client_id`.
    pub client_id: String,
    /// Name of the client application.
    pub client_name: String,
    /// How it is handed over.
    pub hand_over: HandOver,
    /// `en`, `de` or `es`, if the language of its page was chosen.
    pub language: Option<String>,
    /// Whose phone it is for.
    pub phone: Phone,
    /// Display name of who issued it.
    pub issued_by: String,
    /// Unix seconds.
    #[ts(type = "number")]
    pub issued_at: i64,
    /// Unix seconds.
    #[ts(type = "number")]
    pub expires_at: i64,
    /// Unix seconds when the page was first opened.
    #[ts(type = "number | null")]
    pub opened_at: Option<i64>,
    /// Unix seconds.
    #[ts(type = "number | null")]
    pub redeemed_at: Option<i64>,
    /// Address it was redeemed from.
    pub redeemed_from: Option<String>,
    /// Unix seconds of revocation or replacement.
    #[ts(type = "number | null")]
    pub ended_at: Option<i64>,
    /// Whether a PIN is needed.
    pub pin: bool,
    /// Wrong PINs so far; five lock the link.
    pub wrong_pins: u32,
    /// Refused presentations (wrong client, second scan …).
    pub refused: u32,
    /// How long the sign-in lasts, seconds.
    pub session_seconds: u32,
    /// The sign-in that came out, while it exists.
    pub session: Option<super::people::Session>,
}

/// A link with everything needed to hand it over. Only while this app still holds the code in memory.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The link.
    pub link: MagicLink,
    /// The URL.
    pub url: String,
    /// Where the typed code is entered, without scheme: `127.0.0.1:8103/in`.
    pub typed_at: String,
    /// `K7MX-4QRT-9W2D`.
    pub typed_code: String,
    /// The PIN, if one is needed.
    pub pin: Option<String>,
    /// The QR code as SVG, dark on light with its margin, checked by decoding it.
    pub qr_svg: String,
    /// Modules a side, without margin.
    pub qr_modules: u32,
    /// The `curl` line that redeems it.
    pub command: String,
}

/// Lists links, newest first, the outstanding ones on top.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Beginnings of names; empty matches all.
    pub search: String,
    /// Only this state.
    pub state: Option<LinkState>,
    /// First row, from 0.
    pub offset: u32,
    /// Rows at most, 1 to 500.
    pub limit: u32,
}

/// The board.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Board {
    /// The rows.
    pub items: Vec<MagicLink>,
    /// How many match in all.
    pub total: u32,
    /// How many can still be redeemed.
    pub waiting: u32,
    /// How many were issued in the last 24 hours.
    pub today: u32,
}
