//! The board: pre-authorized codes with the names of people and clients, outstanding ones first, then newest first.

use anteroom_engine::id::Id;
use anteroom_engine::model::pre_authorized_code::CodeState;
use anteroom_engine::model::{PreAuthorizedCode, Project};
use anteroom_engine::store::{CodeFilter, CodeRow, Slice, StoreResult, Window};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Row, params, params_from_iter};

use crate::column;
use crate::pre_authorized_code::{self, WIDTH, columns};
use crate::tx::SqliteTx;

/// People whose codes a search by name shows at most.
const MOST_PEOPLE: u32 = 1_000;

macro_rules! select {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", person.display, client.name, issuer.display FROM pre_authorized_code code \
             LEFT JOIN membership person ON person.id = code.membership \
             LEFT JOIN client ON client.id = code.client \
             LEFT JOIN membership issuer ON issuer.id = code.issued_by"
        )
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<CodeRow> {
    let name = |at| column::get::<Option<String>>(row, at).map(Option::unwrap_or_default);
    Ok(CodeRow {
        code: pre_authorized_code::from_row(row)?,
        person: name(WIDTH)?,
        client_name: name(WIDTH + 1)?,
        issued_by: name(WIDTH + 2)?,
    })
}

/// The two parts of the board.
#[derive(Clone, Copy)]
enum Part {
    Outstanding,
    Over,
}

impl Part {
    /// `?2` is now.
    const fn condition(self) -> &'static str {
        match self {
            Self::Outstanding => "redeemed_at IS NULL AND ended_at IS NULL AND expires_at > ?2",
            Self::Over => "(redeemed_at IS NOT NULL OR ended_at IS NOT NULL OR expires_at <= ?2)",
        }
    }

    const fn index(self, of_people: bool) -> &'static str {
        match self {
            _ if of_people => "code_by_membership",
            Self::Outstanding => "code_outstanding",
            Self::Over => "code_by_issue",
        }
    }

    const fn holds(self, state: CodeState) -> bool {
        matches!(
            (self, state),
            (Self::Outstanding, CodeState::Waiting | CodeState::Opened)
                | (
                    Self::Over,
                    CodeState::Redeemed
                        | CodeState::Expired
                        | CodeState::Revoked
                        | CodeState::Locked
                        | CodeState::Replaced
                )
        )
    }
}

/// What tells this state from the others of its part of the board.
const fn state_condition(state: CodeState) -> &'static str {
    match state {
        CodeState::Waiting => " AND opened_at IS NULL",
        CodeState::Opened => " AND opened_at IS NOT NULL",
        CodeState::Redeemed => " AND redeemed_at IS NOT NULL",
        CodeState::Expired => " AND redeemed_at IS NULL AND ended_at IS NULL",
        CodeState::Revoked => " AND redeemed_at IS NULL AND ending = 'revoked'",
        CodeState::Locked => " AND redeemed_at IS NULL AND ending = 'locked'",
        CodeState::Replaced => " AND redeemed_at IS NULL AND ending = 'replaced'",
    }
}

/// One question to the board.
struct Board<'a> {
    tx: &'a SqliteTx<'a>,
    project: Id<Project>,
    now: Timestamp,
    state: Option<CodeState>,
    /// Only of these members, as JSON of their ids in hexadecimal.
    people: Option<String>,
}

impl Board<'_> {
    fn matching(&self, part: Part) -> String {
        format!(
            "FROM pre_authorized_code INDEXED BY {} WHERE project = ?1 AND {}{}{}",
            part.index(self.people.is_some()),
            part.condition(),
            self.state.map_or("", state_condition),
            if self.people.is_some() {
                " AND membership IN (SELECT unhex(value) FROM json_each(?3))"
            } else {
                ""
            },
        )
    }

    fn params(&self) -> Vec<SqlValue> {
        let mut params: Vec<SqlValue> =
            vec![self.project.as_bytes().to_vec().into(), self.now.seconds().into()];
        params.extend(self.people.clone().map(SqlValue::from));
        params
    }

    fn count(&self, part: Part) -> StoreResult<u32> {
        if self.state.is_some_and(|state| !part.holds(state)) {
            return Ok(0);
        }
        if self.state.is_none() && self.people.is_none() && matches!(part, Part::Over) {
            // Both counts come from an index alone.
            let all = self.tx.count(
                "SELECT count(*) FROM pre_authorized_code INDEXED BY code_by_issue WHERE project = ?1",
                params![self.project.as_bytes()],
            )?;
            return Ok(all.saturating_sub(self.count(Part::Outstanding)?));
        }
        self.tx.count(&format!("SELECT count(*) {}", self.matching(part)), params_from_iter(self.params()))
    }

    fn rows(&self, part: Part, window: Window) -> StoreResult<Vec<CodeRow>> {
        if window.limit == 0 || self.state.is_some_and(|state| !part.holds(state)) {
            return Ok(Vec::new());
        }
        let mut params = self.params();
        params.extend([i64::from(window.limit).into(), i64::from(window.offset).into()]);
        let (limit, offset) = (params.len() - 1, params.len());
        let sql = format!(
            "{} WHERE code.rowid IN (SELECT rowid {} ORDER BY issued_at DESC, rowid DESC LIMIT ?{limit} OFFSET ?{offset}) \
             ORDER BY code.issued_at DESC, code.rowid DESC",
            select!(),
            self.matching(part),
        );
        self.tx.many(&sql, params_from_iter(params), from_row)
    }
}

impl SqliteTx<'_> {
    /// One code with its names.
    pub(crate) fn named_code(&self, id: Id<PreAuthorizedCode>) -> StoreResult<Option<CodeRow>> {
        self.one(concat!(select!(), " WHERE code.id = ?1"), params![id.as_bytes()], from_row)
    }

    /// A window of the board.
    pub(crate) fn board(
        &self,
        project: Id<Project>,
        filter: &CodeFilter,
        now: Timestamp,
        window: Window,
    ) -> StoreResult<Slice<CodeRow>> {
        let mut people = filter.membership.map(|id| vec![id.uuid()]);
        if !filter.search.trim().is_empty() {
            let mut named = self.people_named(project, &filter.search, MOST_PEOPLE)?;
            named.retain(|id| people.as_ref().is_none_or(|only| only.contains(id)));
            people = Some(named);
        }
        let people = people.map(|ids| {
            let ids: Vec<String> = ids.iter().map(|id| format!("\"{}\"", id.simple())).collect();
            format!("[{}]", ids.join(","))
        });
        let board = Board { tx: self, project, now, state: filter.state, people };
        let outstanding = board.count(Part::Outstanding)?;
        let over = board.count(Part::Over)?;
        let mut rows = board.rows(Part::Outstanding, window)?;
        let left = window.limit - u32::try_from(rows.len()).unwrap_or(window.limit).min(window.limit);
        let offset = window.offset.saturating_sub(outstanding);
        rows.extend(board.rows(Part::Over, Window { offset, limit: left })?);
        Ok(Slice { rows, total: outstanding.saturating_add(over) })
    }
}
