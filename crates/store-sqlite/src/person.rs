//! People as lists and searches see them: memberships of users, with what their profile and account add.
//!
//! A search of names asks the full-text index how many match. A few are fetched and sorted by name; many are found
//! by walking the names in order, because then the first page is never far. Either way the count is exact.

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::{Principal, ProfileRef, ProfileType};
use anteroom_engine::model::{Membership, Profile, Project, User};
use anteroom_engine::store::{PeopleFilter, PersonRow, Profiles, Slice, StoreResult, Users, Window};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Row, ToSql, params, params_from_iter};
use serde_json::Value;
use uuid::Uuid;

use crate::column;
use crate::membership::{self, WIDTH, columns};
use crate::tx::SqliteTx;
use anteroom_engine::fold::{end_of_range, fold, words};

/// So many matches are sorted; more are found by walking the names in order.
const SORTED_MATCHES: u32 = 2_000;
/// Words of a search that count.
const MOST_WORDS: usize = 8;
/// Begins the words for project and profile type. No letter or digit, so no name has it.
const SCOPE: char = '\u{e000}';

/// Only people have a name to sort by; the index on it has them all.
const PEOPLE: &str = " AND sort_name IS NOT NULL";

macro_rules! select {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", profile.birth_date, profile.identifier, user.email FROM membership \
             LEFT JOIN profile ON profile.id = membership.profile AND profile.resource_type = membership.profile_type \
             LEFT JOIN user ON user.id = membership.user"
        )
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<PersonRow> {
    Ok(PersonRow {
        membership: membership::from_row(row)?,
        birth_date: column::get(row, WIDTH)?,
        identifier: column::get(row, WIDTH + 1)?,
        email: column::get(row, WIDTH + 2)?,
    })
}

/// What a search text asks for.
enum Search {
    /// Everybody.
    All,
    /// Nobody: there is no word in it.
    Nothing,
    /// A profile reference.
    Reference(ProfileRef),
    /// Anything with this id: the membership, its profile or its user.
    Uuid(Uuid),
    /// The beginning of an e-mail address.
    Email(String),
    /// Words, and the same as the beginning of an identifier if there is a digit in it.
    Words(Vec<String>, Option<String>),
}

impl Search {
    fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::All;
        }
        if let Some(reference) = ProfileRef::parse(text) {
            return Self::Reference(reference);
        }
        if let Some(id) = Id::<Membership>::parse(text) {
            return Self::Uuid(id.uuid());
        }
        if text.contains('@') {
            return Self::Email(text.to_lowercase());
        }
        let words: Vec<String> =
            words(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let identifier = text.chars().any(char::is_numeric).then(|| fold(text));
        if words.is_empty() && identifier.is_none() {
            return Self::Nothing;
        }
        Self::Words(words.into_iter().take(MOST_WORDS).collect(), identifier)
    }
}

/// A condition on `membership`, with its parameters from `?5` on, and the way to it: without one, SQLite would take the
/// project's index and walk everybody. `NOT INDEXED` goes by `row`.
struct Condition {
    index: &'static str,
    sql: String,
    params: Vec<SqlValue>,
}

impl Condition {
    fn new(index: &'static str, sql: &str, params: Vec<SqlValue>) -> Self {
        Self { index, sql: sql.to_owned(), params }
    }
}

fn scope_of_project(project: Id<Project>) -> String {
    format!("{SCOPE}{}", project.uuid().simple())
}

fn scope_of_type(project: Id<Project>, profile_type: ProfileType) -> String {
    format!("{SCOPE}{}{}", profile_type.as_str().to_ascii_lowercase(), project.uuid().simple())
}

/// Reads people in one window, by name.
struct People<'a> {
    tx: &'a SqliteTx<'a>,
    project: Id<Project>,
    profile_type: Option<ProfileType>,
    window: Window,
}

impl People<'_> {
    fn scope(&self) -> String {
        self.profile_type.map_or_else(
            || scope_of_project(self.project),
            |profile_type| scope_of_type(self.project, profile_type),
        )
    }

    fn params(&self, condition: &Condition) -> Vec<SqlValue> {
        let mut params: Vec<SqlValue> = vec![
            self.project.as_bytes().to_vec().into(),
            self.profile_type.map(|kind| kind.as_str().to_owned()).into(),
            i64::from(self.window.limit).into(),
            i64::from(self.window.offset).into(),
        ];
        params.extend(condition.params.iter().cloned());
        params
    }

    /// Where people of this list are: every condition finds people only. Every statement names `?3` and `?4`, so that all
    /// take the same parameters.
    fn matching(condition: &Condition) -> String {
        format!(
            "FROM membership {} WHERE project = ?1 AND (?2 IS NULL OR profile_type = ?2) {}",
            condition.index, condition.sql
        )
    }

    fn count(&self, condition: &Condition) -> StoreResult<u32> {
        let sql = format!("SELECT count(*) {} AND ?3 >= 0 AND ?4 >= 0", Self::matching(condition));
        self.tx.count(&sql, params_from_iter(self.params(condition)))
    }

    fn rows(&self, condition: &Condition) -> StoreResult<Vec<PersonRow>> {
        let sql = format!(
            "{} WHERE membership.row IN (SELECT row {} ORDER BY sort_name, row LIMIT ?3 OFFSET ?4) \
             ORDER BY membership.sort_name, membership.row",
            select!(),
            Self::matching(condition)
        );
        self.tx.many(&sql, params_from_iter(self.params(condition)), from_row)
    }

    fn slice(&self, condition: &Condition) -> StoreResult<Slice<PersonRow>> {
        Ok(Slice { rows: self.rows(condition)?, total: self.count(condition)? })
    }

    fn all(&self) -> StoreResult<Slice<PersonRow>> {
        self.slice(&Condition::new("INDEXED BY person_by_name", PEOPLE, vec![]))
    }

    fn by_reference(&self, reference: ProfileRef) -> StoreResult<Slice<PersonRow>> {
        self.slice(&Condition::new(
            "INDEXED BY membership_by_profile",
            "AND profile = ?5 AND profile_type = ?6 AND sort_name IS NOT NULL",
            vec![reference.id.as_bytes().to_vec().into(), reference.resource_type.as_str().to_owned().into()],
        ))
    }

    fn by_uuid(&self, uuid: Uuid) -> StoreResult<Slice<PersonRow>> {
        self.slice(&Condition::new(
            "NOT INDEXED",
            "AND row IN (SELECT row FROM membership WHERE id = ?5 UNION SELECT row FROM membership WHERE profile = ?5 \
             UNION SELECT row FROM membership WHERE user = ?5 AND user IS NOT NULL) AND sort_name IS NOT NULL",
            vec![uuid.as_bytes().to_vec().into()],
        ))
    }

    fn by_email(&self, beginning: String) -> StoreResult<Slice<PersonRow>> {
        let end = end_of_range(&beginning);
        self.slice(&Condition::new(
            "INDEXED BY membership_by_user",
            "AND user IN (SELECT id FROM user WHERE project = ?1 AND email >= ?5 AND email < ?6)",
            vec![beginning.into(), end.into()],
        ))
    }

    fn by_identifier(&self, beginning: &str) -> StoreResult<Slice<PersonRow>> {
        const RANGE: &str = "AND identifier >= ?5 AND identifier < ?6";
        let params: Vec<SqlValue> = vec![beginning.to_owned().into(), end_of_range(beginning).into()];
        let mut condition = Condition::new("INDEXED BY person_by_identifier", RANGE, params);
        let total = self.count(&condition)?;
        if total > SORTED_MATCHES {
            condition.index = "INDEXED BY person_by_name";
            condition.sql.push_str(PEOPLE);
        }
        Ok(Slice { rows: self.rows(&condition)?, total })
    }

    fn by_words(&self, words: &[String]) -> StoreResult<Slice<PersonRow>> {
        let mut question = format!("\"{}\"", self.scope());
        for word in words {
            question.push_str(" AND \"");
            question.push_str(word);
            question.push_str("\"*");
        }
        let total = self
            .tx
            .count("SELECT count(*) FROM person_search WHERE person_search MATCH ?1", params![question])?;
        let condition = if total <= SORTED_MATCHES {
            Condition::new(
                "NOT INDEXED",
                "AND row IN (SELECT rowid FROM person_search WHERE person_search MATCH ?5)",
                vec![question.into()],
            )
        } else {
            let begins = |at: usize| format!("AND instr(' ' || words, ?{at}) > 0");
            let sql =
                (5..5 + words.len()).map(begins).chain([PEOPLE.to_owned()]).collect::<Vec<_>>().join(" ");
            let params = words.iter().map(|word| format!(" {word}").into()).collect();
            Condition { index: "INDEXED BY person_by_name", sql, params }
        };
        Ok(Slice { rows: self.rows(&condition)?, total })
    }
}

impl SqliteTx<'_> {
    /// People by name.
    pub(crate) fn search_people(
        &self,
        project: Id<Project>,
        filter: &PeopleFilter,
        window: Window,
    ) -> StoreResult<Slice<PersonRow>> {
        let people = People { tx: self, project, profile_type: filter.profile_type, window };
        match Search::parse(&filter.search) {
            Search::All => people.all(),
            Search::Nothing => Ok(Slice { rows: Vec::new(), total: 0 }),
            Search::Reference(reference) => people.by_reference(reference),
            Search::Uuid(uuid) => people.by_uuid(uuid),
            Search::Email(beginning) => people.by_email(beginning),
            Search::Words(words, identifier) => {
                if let Some(identifier) = identifier {
                    let found = people.by_identifier(&identifier)?;
                    if found.total > 0 || words.is_empty() {
                        return Ok(found);
                    }
                }
                people.by_words(&words)
            }
        }
    }

    /// Memberships of people whose names have words that begin so, at most `limit`: for filters of other lists.
    pub(crate) fn people_named(
        &self,
        project: Id<Project>,
        text: &str,
        limit: u32,
    ) -> StoreResult<Vec<Uuid>> {
        let filter = PeopleFilter { search: text.to_owned(), profile_type: None };
        let found = self.search_people(project, &filter, Window { offset: 0, limit })?;
        Ok(found.rows.iter().map(|person| person.membership.id.uuid()).collect())
    }

    /// One person's row.
    pub(crate) fn person_row(&self, id: Id<Membership>) -> StoreResult<Option<PersonRow>> {
        self.one(
            concat!(select!(), " WHERE membership.id = ?1 AND membership.user IS NOT NULL"),
            params![id.as_bytes()],
            from_row,
        )
    }

    /// Writes the search entry of a membership that was just written.
    pub(crate) fn index_person(&self, membership: &Membership) -> StoreResult<()> {
        let Principal::User(user) = membership.principal else { return Ok(()) };
        let profile = self.profile(membership.profile)?;
        let email = self.user(user)?.and_then(|user| user.email);
        self.write_search_entry(membership, profile.as_ref(), email.as_deref())
    }

    /// A profile was written: its people take its name, and their search entries follow.
    pub(crate) fn index_people_of_profile(&mut self, profile: &Profile) -> StoreResult<()> {
        let people = self.people_where(
            " WHERE membership.profile = ?1 AND membership.profile_type = ?2 AND membership.user IS NOT NULL",
            params![profile.reference.id.as_bytes(), profile.reference.resource_type.as_str()],
        )?;
        if !people.is_empty() {
            self.config_changes();
        }
        let display = profile.display();
        for PersonRow { mut membership, email, .. } in people {
            membership.display.clone_from(&display);
            self.run(
                "UPDATE membership SET display = ?2 WHERE id = ?1",
                params![membership.id.as_bytes(), display],
            )?;
            self.write_search_entry(&membership, Some(profile), email.as_deref())?;
        }
        Ok(())
    }

    /// An account was written: the search entries of its people follow.
    pub(crate) fn index_people_of_user(&self, user: &User) -> StoreResult<()> {
        let people = self.people_where(" WHERE membership.user = ?1", params![user.id.as_bytes()])?;
        for person in people {
            let profile = self.profile(person.membership.profile)?;
            self.write_search_entry(&person.membership, profile.as_ref(), user.email.as_deref())?;
        }
        Ok(())
    }

    fn people_where(&self, condition: &str, params: &[&dyn ToSql]) -> StoreResult<Vec<PersonRow>> {
        self.many(&format!("{}{condition}", select!()), params, from_row)
    }

    fn write_search_entry(
        &self,
        membership: &Membership,
        profile: Option<&Profile>,
        email: Option<&str>,
    ) -> StoreResult<()> {
        let words = words(&searched_text(membership, profile, email));
        let row: i64 = self
            .one(
                "UPDATE membership SET sort_name = ?2, words = ?3, identifier = ?4 WHERE id = ?1 RETURNING row",
                params![
                    membership.id.as_bytes(),
                    fold(&membership.display),
                    words,
                    profile.and_then(Profile::identifier).map(fold),
                ],
                |row| column::get(row, 0),
            )?
            .unwrap_or_default();
        let (project, kind) = (membership.project, membership.profile.resource_type);
        let entry = format!("{words} {} {}", scope_of_project(project), scope_of_type(project, kind));
        self.run("DELETE FROM person_search WHERE rowid = ?1", params![row])?;
        self.run("INSERT INTO person_search (rowid, words) VALUES (?1, ?2)", params![row, entry]).map(drop)
    }
}

/// The display name, every name of the profile, and the part of the e-mail address before the `@`.
fn searched_text(membership: &Membership, profile: Option<&Profile>, email: Option<&str>) -> String {
    let mut text = membership.display.clone();
    let mut add = |word: &str| {
        text.push(' ');
        text.push_str(word);
    };
    let names = profile.and_then(|profile| profile.resource.get("name")).and_then(Value::as_array);
    for name in names.into_iter().flatten() {
        for member in ["text", "family"] {
            name.get(member).and_then(Value::as_str).into_iter().for_each(&mut add);
        }
        let given = name.get("given").and_then(Value::as_array).into_iter().flatten();
        given.filter_map(Value::as_str).for_each(&mut add);
    }
    email.and_then(|email| email.split('@').next()).into_iter().for_each(&mut add);
    text
}
