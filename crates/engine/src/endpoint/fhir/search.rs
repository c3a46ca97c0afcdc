//! Searches: a `Bundle` of what matches and what the caller may see.
//!
//! Terms are held against what is shown, so that nobody finds a person by what is hidden from them. The store narrows the
//! walk where it can; who matches is decided here.

use anteroom_sentence::Sentence;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::row::Row;
use super::{Room, known_type, permitted};
use crate::fhir::access::{Decision, Interaction};
use crate::fhir::search::{Term, names};
use crate::fhir::{Resource, ResourceType, fields};
use crate::fold::words;
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::Project;
use crate::model::membership::ProfileRef;
use crate::stop::{Outcome, Stop, Unfit, UnfitKind, invalid};
use crate::store::{ClientFilter, ProfileSearch, Tx, Window};
use crate::trace::Trace;

/// Entries of a page when nobody says.
const USUAL_COUNT: usize = 20;
/// Entries of a page at most.
const MOST_COUNT: usize = 1_000;
/// Entries that may be skipped at most.
const MOST_OFFSET: usize = 10_000;

/// The parameters of a search, decoded, in order.
#[derive(Debug, Clone, Default)]
pub struct Parameters(pub Vec<(String, String)>);

/// A search, read.
struct Query {
    terms: Vec<Term>,
    count: usize,
    offset: usize,
    total: bool,
}

impl Query {
    fn read(resource_type: ResourceType, parameters: &Parameters) -> Outcome<Self> {
        let mut query = Self { terms: Vec::new(), count: USUAL_COUNT, offset: 0, total: false };
        for (name, value) in &parameters.0 {
            match name.as_str() {
                "_count" => query.count = number("_count", value, MOST_COUNT)?,
                "_offset" => query.offset = number("_offset", value, MOST_OFFSET)?,
                "_total" => {
                    query.total = match value.as_str() {
                        "none" => false,
                        "accurate" | "estimate" => true,
                        _ => {
                            return invalid(
                                "_total",
                                Sentence::english("_total must be none, estimate or accurate."),
                            );
                        }
                    }
                }
                // How the answer is written: there is one way.
                "_format" | "_pretty" => {}
                _ => match Term::parse(resource_type, name, value) {
                    Ok(term) => query.terms.push(term),
                    Err(_) => return Err(unknown(resource_type, name)),
                },
            }
        }
        Ok(query)
    }

    fn values(&self, name: &str) -> Option<&[String]> {
        self.terms.iter().find(|term| term.name() == name)?.positive_values()
    }
}

fn number(field: &'static str, text: &str, most: usize) -> Outcome<usize> {
    match text.parse::<usize>() {
        Ok(number) if number <= most && text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => invalid(field, Sentence::english(format!("{field} must be a whole number from 0 to {most}."))),
    }
}

fn unknown(resource_type: ResourceType, name: &str) -> Stop {
    let known = names(resource_type).join(", ");
    let message = Sentence::english(format!(
        "Unknown search parameter: {name}. There are {known}, _count, _offset and _total."
    ));
    Stop::Unfit(Unfit { kind: UnfitKind::Invalid, field: None, message })
}

/// The page that a search asks for.
struct Page<'a> {
    room: &'a Room,
    query: &'a Query,
    resource_type: ResourceType,
    matches: usize,
    entries: Vec<Value>,
    base: String,
}

impl Page<'_> {
    /// Looks at one row; whether more are wanted.
    fn look(&mut self, tx: &dyn Tx, row: &Row) -> Outcome<bool> {
        let resource = row.resource(tx)?;
        let Some(decision) = self.seen(&resource) else { return Ok(true) };
        let mut shown = resource.clone();
        fields::hide(&mut shown, &decision.hidden_fields);
        if !self.query.terms.iter().all(|term| term.matches(&shown)) {
            return Ok(true);
        }
        self.matches += 1;
        let in_page = self.matches > self.query.offset && self.entries.len() < self.query.count;
        if in_page {
            let shown = self.room.show(row, resource, &decision);
            let id = shown.resource.get("id").and_then(Value::as_str).unwrap_or_default();
            let full_url = format!("{}/{id}", self.base);
            self.entries.push(
                json!({ "fullUrl": full_url, "search": { "mode": "match" }, "resource": shown.resource }),
            );
        }
        // One match more tells whether there is a next page.
        Ok(self.query.total || self.matches <= self.query.offset + self.query.count)
    }

    /// What both rights hide; `None` when the caller may not find the resource, or not read it.
    fn seen(&self, resource: &Resource) -> Option<Decision> {
        let found = self.room.access.with(Interaction::Search, self.resource_type, resource);
        let mut read = self.room.access.with(Interaction::Read, self.resource_type, resource);
        if !(found.allowed && read.allowed) {
            return None;
        }
        read.hidden_fields.extend(found.hidden_fields);
        Some(read)
    }
}

/// Answers a search.
pub(super) fn bundle(
    tx: &dyn Tx,
    trace: &mut Trace,
    room: &Room,
    issuer: &Issuer,
    resource_type: &str,
    parameters: &Parameters,
) -> Outcome<Map<String, Value>> {
    let resource_type = known_type(resource_type)?;
    let asked = (Interaction::Search, resource_type);
    permitted(trace, asked, &room.access.with_type(Interaction::Search, resource_type))?;
    let query = Query::read(resource_type, parameters)?;
    let base = issuer.endpoint(&format!("fhir/R4/{resource_type}"));
    let mut page = Page { room, query: &query, resource_type, matches: 0, entries: Vec::new(), base };
    walk(tx, room, resource_type, &query, &mut |row| page.look(tx, &row))?;
    let Page { matches, entries, base, .. } = page;
    let mut bundle = Map::new();
    bundle.insert("resourceType".into(), "Bundle".into());
    bundle.insert("type".into(), "searchset".into());
    if query.total {
        bundle.insert("total".into(), matches.into());
    }
    bundle.insert("link".into(), links(&base, parameters, &query, matches));
    if !entries.is_empty() {
        bundle.insert("entry".into(), Value::Array(entries));
    }
    Ok(bundle)
}

/// `self`, and the pages around it.
fn links(base: &str, parameters: &Parameters, query: &Query, matches: usize) -> Value {
    let at = |relation: &str, offset: Option<usize>| {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let kept = |name: &str| offset.is_none() || name != "_offset";
        for (name, value) in parameters.0.iter().filter(|(name, _)| kept(name)) {
            text.append_pair(name, value);
        }
        if let Some(offset) = offset.filter(|offset| *offset > 0) {
            text.append_pair("_offset", &offset.to_string());
        }
        let text = text.finish();
        let url = if text.is_empty() { base.to_owned() } else { format!("{base}?{text}") };
        json!({ "relation": relation, "url": url })
    };
    let mut links = vec![at("self", None), at("first", Some(0))];
    if query.count > 0 && matches > query.offset + query.count {
        links.push(at("next", Some(query.offset + query.count)));
    }
    if query.count > 0 && query.offset > 0 {
        links.push(at("previous", Some(query.offset.saturating_sub(query.count))));
    }
    Value::Array(links)
}

/// Walks through the rows with these ids, each once, until `look` has enough.
fn walk_ids(
    tx: &dyn Tx,
    project: Id<Project>,
    resource_type: ResourceType,
    ids: &[String],
    look: &mut dyn FnMut(Row) -> Outcome<bool>,
) -> Outcome<()> {
    let mut ids: Vec<Id<()>> = ids.iter().filter_map(|id| Id::parse(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        if let Some(row) = Row::find(tx, project, resource_type, id.uuid())?
            && !look(row)?
        {
            break;
        }
    }
    Ok(())
}

/// Walks through the rows that can match, oldest first (clients and policies by name), until `look` has enough.
fn walk(
    tx: &dyn Tx,
    room: &Room,
    resource_type: ResourceType,
    query: &Query,
    look: &mut dyn FnMut(Row) -> Outcome<bool>,
) -> Outcome<()> {
    let project = room.project;
    if let Some(ids) = query.values("_id") {
        return walk_ids(tx, project, resource_type, ids, look);
    }
    let mut stopped = Ok(());
    let mut visit = |row: Row| match look(row) {
        Ok(more) => more,
        Err(stop) => {
            stopped = Err(stop);
            false
        }
    };
    match resource_type {
        ResourceType::ClientApplication => {
            let all = Window { offset: 0, limit: u32::MAX };
            let rows = tx.list_clients(project, &ClientFilter::default(), all)?.rows;
            rows.into_iter().map(|row| Row::Client(row.client)).all(&mut visit);
        }
        ResourceType::AccessPolicy => {
            tx.list_access_policies(project)?.into_iter().map(Row::Policy).all(&mut visit);
        }
        ResourceType::ProjectMembership => {
            let profile = match query.values("profile") {
                Some([one]) => ProfileRef::parse(one).map(|profile| profile.id),
                _ => None,
            };
            tx.visit_memberships(project, profile, &mut |row| visit(Row::Membership(row.into())))?;
        }
        ResourceType::SmartAppLaunch => {
            tx.visit_smart_app_launches(project, &mut |row| visit(Row::Launch(Box::new(row))))?;
        }
        ResourceType::Project => {
            tx.project(project)?.into_iter().map(Row::Project).all(&mut visit);
        }
        ResourceType::Patient | ResourceType::Practitioner | ResourceType::RelatedPerson => {
            let Some(profile_type) = resource_type.profile_type() else { return Ok(()) };
            let words = match query.values("name") {
                Some([one]) => {
                    words(one).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
                }
                _ => Vec::new(),
            };
            let search = ProfileSearch { words };
            tx.visit_profiles(project, profile_type, &search, &mut |row| {
                visit(Row::Person(resource_type, Box::new(row)))
            })?;
        }
    }
    stopped
}
