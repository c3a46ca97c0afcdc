//! Many links at once: a pasted list is checked line by line, then issued in one transaction.
//!
//! Who has a link to the client application that still works, or signed in with one within a day, gets no second one: the
//! same list issued twice issues nothing twice.
//!
//! # Not supported
//! Creating people: a line names somebody who is there.

use std::collections::HashSet;
use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::Principal;
use anteroom_engine::model::pre_authorized_code::CodeState;
use anteroom_engine::model::{Client, Membership, PreAuthorizedCode, Project};
use anteroom_engine::service::tokens;
use anteroom_engine::stop::{Outcome, invalid};
use anteroom_engine::store::{CodeFilter, PeopleFilter, PersonRow, Tx, Window};
use anteroom_engine::timestamp::Timestamp;
use anteroom_magic_link::sheet::MOST_SHEETS;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::issue::{
    Chosen, Wanted, able_client, issuer, language, make_many, not_over_http, reaches, store, within_reach,
};
use super::{HandOver, Phone};
use crate::admin::Admin;
use crate::error::{Code, CommandError};
use crate::member;
use crate::shelf::{Held, can_be_redeemed};

/// Longest list, in bytes.
const LONGEST: usize = 256 * 1024;
/// Seconds for which a sign-in counts as the one that this batch was for.
const A_DAY: u32 = 86_400;
/// Matches looked at to find the one that is meant.
const MATCHES: u32 = 20;
/// Links of one person looked at.
const LINKS: u32 = 50;

/// Checks a pasted list or the text of a CSV file; issues nothing.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckBatch {
    /// One person a line: a name, an e-mail address, an identifier, or the id of a profile or membership; or fields
    /// with one of them, divided by comma, semicolon or tab.
    pub text: String,
    /// To which client application.
    pub client_id: String,
}

/// What would happen, line by line.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckedBatch {
    /// The lines, without empty ones and without a heading.
    pub lines: Vec<BatchLine>,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BatchLine {
    /// Its number, from 1.
    pub number: u32,
    /// What stands there.
    pub text: String,
    /// What would happen.
    pub outcome: BatchOutcome,
    /// Who is meant.
    pub membership_id: Option<String>,
    /// Display name.
    pub person: Option<String>,
}

/// What comes, or came, of one person in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BatchOutcome {
    /// Gets a link.
    Ready,
    /// Got a link.
    Issued,
    /// Has one that still works.
    Live,
    /// Signed in with one within a day.
    SignedIn,
    /// Nobody is called that.
    Unknown,
    /// Several people are called that.
    Ambiguous,
    /// The membership is switched off.
    Inactive,
    /// No patient, or has rights here: the desk does not sign in as them.
    BeyondDesk,
    /// Stands in the list before.
    Repeated,
}

/// Issues links to many people, in one transaction.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssueBatch {
    /// For whom, each once.
    pub membership_ids: Vec<String>,
    /// To which client application.
    pub client_id: String,
    /// How they are handed over.
    pub hand_over: HandOver,
    /// Ask for a PIN (`tx_code`) as well.
    pub pin: bool,
    /// `en`, `de` or `es`: what their pages speak. Absent: whatever each phone asks for.
    #[serde(default)]
    #[ts(optional)]
    pub language: Option<String>,
}

/// What came of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IssuedBatch {
    /// One row a person, in the order asked for.
    pub rows: Vec<BatchRow>,
}

/// What came of one person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BatchRow {
    /// Who.
    pub membership_id: String,
    /// Display name.
    pub person: String,
    /// `issued`, `live`, `signed_in` or `inactive`.
    pub outcome: BatchOutcome,
    /// The link that can be printed: the new one, or the one that still works.
    pub link_id: Option<String>,
}

pub(crate) async fn check_batch(admin: &Admin, request: CheckBatch) -> Result<CheckedBatch, CommandError> {
    if request.text.len() > LONGEST {
        let message = sentence!("The list is longer than 256 KiB; check it in parts.");
        return Err(CommandError::new(Code::Invalid, Some("text"), message));
    }
    let acting = admin.acting().await?;
    let project = acting.project;
    admin
        .read(move |tx, now| {
            let client = able_client(tx, project, &request.client_id)?;
            let lines = lines(&request.text);
            if lines.len() > MOST_SHEETS {
                let found = lines.len();
                return invalid(
                    "text",
                    sentence!(
                        "The list has {found} lines; at most {most} are checked at once.",
                        found,
                        most = MOST_SHEETS
                    ),
                );
            }
            let mut seen = HashSet::new();
            let check = |(number, text): (u32, &str)| {
                let (person, outcome) = match search(tx, project, text)? {
                    Found::Nobody => (None, BatchOutcome::Unknown),
                    Found::Several => (None, BatchOutcome::Ambiguous),
                    Found::One(member) if !seen.insert(member.id) => (Some(member), BatchOutcome::Repeated),
                    Found::One(member) if !reaches(tx, acting, &member)? => {
                        (Some(member), BatchOutcome::BeyondDesk)
                    }
                    Found::One(member) => {
                        let (outcome, _) = standing(tx, &client, &member, now)?;
                        (Some(member), outcome)
                    }
                };
                Ok(BatchLine {
                    number,
                    text: text.to_owned(),
                    outcome,
                    membership_id: person.as_ref().map(|member| member.id.to_string()),
                    person: person.map(|member| member.display.clone()),
                })
            };
            Ok(CheckedBatch { lines: lines.into_iter().map(check).collect::<Outcome<_>>()? })
        })
        .await
}

/// The lines that name somebody, with their numbers. A heading, as spreadsheets write it, is none.
fn lines(text: &str) -> Vec<(u32, &str)> {
    let numbered = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let mut lines: Vec<(u32, &str)> =
        numbered.map(|(number, line)| (number, line.trim())).filter(|(_, line)| !line.is_empty()).collect();
    if lines.first().is_some_and(|(_, line)| is_heading(line)) {
        lines.remove(0);
    }
    lines
}

fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([',', ';', '\t'])
        .map(|field| field.trim().trim_matches('"').trim())
        .filter(|field| !field.is_empty())
}

fn is_heading(line: &str) -> bool {
    const HEADINGS: [&str; 14] = [
        "name",
        "given",
        "family",
        "first name",
        "last name",
        "patient",
        "email",
        "e-mail",
        "id",
        "identifier",
        "mrn",
        "birthdate",
        "membership",
        "profile",
    ];
    fields(line).all(|field| HEADINGS.contains(&field.to_lowercase().as_str()))
}

/// Whom a line names.
enum Found {
    Nobody,
    Several,
    One(Box<Membership>),
}

/// The whole line first; then its fields, what is surest first: an address, an id, a number, a name.
fn search(tx: &dyn Tx, project: Id<Project>, line: &str) -> Outcome<Found> {
    let mut candidates: Vec<&str> = fields(line).collect();
    let sureness = |field: &&str| match () {
        () if field.contains('@') => 0,
        () if field.contains('/') || Id::<Membership>::parse(field).is_some() => 1,
        () if field.chars().any(char::is_numeric) => 2,
        () => 3,
    };
    candidates.sort_by_key(sureness);
    let mut found = search_one(tx, project, line)?;
    for candidate in candidates {
        if let Found::One(_) = found {
            break;
        }
        let next = search_one(tx, project, candidate)?;
        if !matches!(next, Found::Nobody) {
            found = next;
        }
    }
    Ok(found)
}

fn search_one(tx: &dyn Tx, project: Id<Project>, text: &str) -> Outcome<Found> {
    let filter = PeopleFilter { search: text.to_owned(), profile_type: None };
    let mut slice = tx.list_people(project, &filter, Window { offset: 0, limit: MATCHES })?;
    if slice.total > 1 {
        slice.rows.retain(|row| is_exactly(row, text));
    }
    Ok(match (slice.rows.len(), slice.rows.pop()) {
        (1, Some(row)) if matches!(row.membership.principal, Principal::User(_)) => {
            Found::One(Box::new(row.membership))
        }
        (0, None) if slice.total == 0 => Found::Nobody,
        (_, _) => Found::Several,
    })
}

/// Whether `text` is all of a name, an address or an identifier, not only its beginning.
fn is_exactly(row: &PersonRow, text: &str) -> bool {
    let text = text.to_lowercase();
    [Some(&row.membership.display), row.email.as_ref(), row.identifier.as_ref()]
        .into_iter()
        .flatten()
        .any(|known| known.to_lowercase() == text)
}

/// What a person has already of this client: a link that works, or a sign-in within a day.
fn standing(
    tx: &dyn Tx,
    client: &Client,
    member: &Membership,
    now: Timestamp,
) -> Outcome<(BatchOutcome, Option<Id<PreAuthorizedCode>>)> {
    if !member.active {
        return Ok((BatchOutcome::Inactive, None));
    }
    let filter = CodeFilter { membership: Some(member.id), ..CodeFilter::default() };
    let slice =
        tx.list_pre_authorized_codes(client.project, &filter, now, Window { offset: 0, limit: LINKS })?;
    let mut signed_in = false;
    for code in slice.rows.into_iter().map(|row| row.code).filter(|code| code.client == client.id) {
        let state = code.state(now);
        if can_be_redeemed(state) {
            return Ok((BatchOutcome::Live, Some(code.id)));
        }
        signed_in |= state == CodeState::Redeemed && now < code.issued_at + A_DAY;
    }
    Ok((if signed_in { BatchOutcome::SignedIn } else { BatchOutcome::Ready }, None))
}

pub(crate) async fn issue_batch(admin: &Admin, request: IssueBatch) -> Result<IssuedBatch, CommandError> {
    not_over_http(request.hand_over)?;
    let language = language(request.language.as_deref())?;
    let members = members(&request.membership_ids)?;
    let held = make_many(admin, request.pin, &request.client_id, members.len()).await?;
    let plain = held.clone();
    let issued = admin.change(move |cx, engine, acting| {
        let client = able_client(cx.tx, acting.project, &request.client_id)?;
        issuer(cx.tx, acting)?;
        let person = |id: &Id<Membership>| {
            let field = "membershipIds";
            let member = member::person(cx.tx, acting.project, &id.to_string(), field)?;
            within_reach(cx.tx, acting, &member, field)?;
            Ok(member)
        };
        let found: Vec<_> = members.iter().map(person).collect::<Outcome<_>>()?;
        let chosen = Chosen { hand_over: request.hand_over, language, phone: Phone::Own };
        let mut rows = Vec::with_capacity(found.len());
        for (member, held) in found.iter().zip(&plain) {
            let scope = tokens::granted_scope(cx, &client, None)?;
            let (mut outcome, mut link) = standing(cx.tx, &client, member, cx.now)?;
            if outcome == BatchOutcome::Ready {
                let wanted = Wanted { client: &client, member, chosen, scope };
                link = Some(store(cx, engine, acting, held, wanted)?.0);
                outcome = BatchOutcome::Issued;
            }
            rows.push((member.id.to_string(), member.display.clone(), outcome, link));
        }
        Ok(rows)
    });
    Ok(put_on_shelf(admin, issued.await?, held))
}

/// The ids, each once.
fn members(ids: &[String]) -> Result<Vec<Id<Membership>>, CommandError> {
    let field = Some("membershipIds");
    if ids.is_empty() || ids.len() > MOST_SHEETS {
        let message = sentence!(
            "A batch has 1 to {most} people; {found} were asked for.",
            most = MOST_SHEETS,
            found = ids.len()
        );
        return Err(CommandError::new(Code::Invalid, field, message));
    }
    let mut seen = HashSet::new();
    ids.iter()
        .map(|id| {
            Id::parse(id).filter(|id| seen.insert(*id)).ok_or_else(|| {
                let message = sentence!("{id:?} is no membership, or stands there twice.", id);
                CommandError::new(Code::Invalid, field, message)
            })
        })
        .collect()
}

type Row = (String, String, BatchOutcome, Option<Id<PreAuthorizedCode>>);

/// After the commit: the shelf keeps the codes that were issued; those that were not needed are wiped.
fn put_on_shelf(admin: &Admin, rows: Vec<Row>, held: Vec<Arc<Held>>) -> IssuedBatch {
    let rows = rows.into_iter().zip(held).map(|((membership_id, person, outcome, link), held)| {
        if let (BatchOutcome::Issued, Some(id)) = (outcome, link) {
            admin.shelf().put(id, held);
        }
        BatchRow { membership_id, person, outcome, link_id: link.map(|id| id.to_string()) }
    });
    IssuedBatch { rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_empty_lines_name_nobody() {
        let text = "\u{feff}Name;E-Mail\r\n\r\nPat Doe;pat@example.org\n  \nDoe, Pat\n";
        assert_eq!(lines(text), [(3, "Pat Doe;pat@example.org"), (5, "Doe, Pat")]);
        assert_eq!(lines("name\nid"), [(2, "id")]);
        assert_eq!(lines("Name Taro\n"), [(1, "Name Taro")]);
    }

    #[test]
    fn fields_are_trimmed_and_unquoted() {
        let found: Vec<_> = fields(" \"Doe\" ,, Pat;\t pat@example.org ").collect();
        assert_eq!(found, ["Doe", "Pat", "pat@example.org"]);
    }
}
