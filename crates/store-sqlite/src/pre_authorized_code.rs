//! Pre-authorized codes.

use anteroom_engine::id::Id;
use anteroom_engine::model::pre_authorized_code::{Ending, HandOver, Language, Phone, StoredTxCode};
use anteroom_engine::model::{Client, Login, PreAuthorizedCode, Project};
use anteroom_engine::store::{
    CodeFilter, CodeRow, PreAuthorizedCodes, Slice, StoreError, StoreResult, Window,
};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::secret::{Digest, PreAuthorizedCode as CodeKind, TypedCode};
use rusqlite::{Row, params};

use crate::column::{self, prefix};
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "code.id, code.project, code.client, code.membership, code.digest, code.typed_digest, code.tx_code_mac, \
         code.tx_code_length, code.scope, code.nonce, code.hand_over, code.issued_by, code.issued_at, code.expires_at, \
         code.opened_at, code.redeemed_at, code.login, code.ending, code.ended_at, code.wrong_tx_codes, code.refused, \
         code.language, code.phone"
    };
}
pub(crate) use columns;

/// How many columns that are.
pub(crate) const WIDTH: usize = 23;

pub(crate) fn from_row(row: &Row<'_>) -> StoreResult<PreAuthorizedCode> {
    Ok(PreAuthorizedCode {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        client: column::id(row, 2)?,
        membership: column::id(row, 3)?,
        digest: column::digest(row, 4)?,
        typed_digest: column::optional_digest(row, 5)?,
        tx_code: tx_code(row)?,
        scope: column::get(row, 8)?,
        nonce: column::get(row, 9)?,
        hand_over: column::word(row, 10, HandOver::parse)?,
        issued_by: column::id(row, 11)?,
        issued_at: column::time(row, 12)?,
        expires_at: column::time(row, 13)?,
        opened_at: column::optional_time(row, 14)?,
        redeemed_at: column::optional_time(row, 15)?,
        login: column::optional_id(row, 16)?,
        ended: ended(row)?,
        wrong_tx_codes: column::get(row, 19)?,
        refused: column::get(row, 20)?,
        language: column::optional_word(row, 21, Language::from_tag)?,
        phone: column::word(row, 22, Phone::parse)?,
    })
}

fn tx_code(row: &Row<'_>) -> StoreResult<Option<StoredTxCode>> {
    let mac: Option<[u8; 32]> = column::get(row, 6)?;
    let length: Option<u8> = column::get(row, 7)?;
    match (mac, length) {
        (Some(mac), Some(length)) => Ok(Some(StoredTxCode { mac, length })),
        (None, None) => Ok(None),
        // Never a code without its PIN.
        _ => Err(StoreError::Damaged("a PIN is stored by half".to_owned())),
    }
}

fn ended(row: &Row<'_>) -> StoreResult<Option<(Ending, Timestamp)>> {
    match (column::get::<Option<String>>(row, 17)?, column::optional_time(row, 18)?) {
        (Some(_), Some(at)) => Ok(Some((column::word(row, 17, Ending::parse)?, at))),
        (None, None) => Ok(None),
        _ => Err(StoreError::Damaged("the ending of a code is stored by half".to_owned())),
    }
}

impl PreAuthorizedCodes for SqliteTx<'_> {
    fn pre_authorized_code(&self, id: Id<PreAuthorizedCode>) -> StoreResult<Option<PreAuthorizedCode>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM pre_authorized_code code WHERE code.id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn pre_authorized_code_by_digest(
        &self,
        digest: &Digest<CodeKind>,
    ) -> StoreResult<Option<PreAuthorizedCode>> {
        let codes = self.many(
            concat!("SELECT ", columns!(), " FROM pre_authorized_code code WHERE code.digest_prefix = ?1"),
            params![prefix(digest.as_bytes())],
            from_row,
        )?;
        Ok(codes.into_iter().find(|code| code.digest == *digest))
    }

    fn pre_authorized_code_by_typed(
        &self,
        digest: &Digest<TypedCode>,
    ) -> StoreResult<Option<PreAuthorizedCode>> {
        let codes = self.many(
            concat!("SELECT ", columns!(), " FROM pre_authorized_code code WHERE code.typed_prefix = ?1"),
            params![prefix(digest.as_bytes())],
            from_row,
        )?;
        Ok(codes.into_iter().find(|code| code.typed_digest == Some(*digest)))
    }

    fn code_row(&self, id: Id<PreAuthorizedCode>) -> StoreResult<Option<CodeRow>> {
        self.named_code(id)
    }

    fn list_pre_authorized_codes(
        &self,
        project: Id<Project>,
        filter: &CodeFilter,
        now: Timestamp,
        window: Window,
    ) -> StoreResult<Slice<CodeRow>> {
        self.board(project, filter, now, window)
    }

    fn count_pre_authorized_codes(
        &self,
        project: Id<Project>,
        now: Timestamp,
        since: Timestamp,
    ) -> StoreResult<(u32, u32)> {
        let outstanding = self.count(
            "SELECT count(*) FROM pre_authorized_code INDEXED BY code_outstanding \
             WHERE project = ?1 AND redeemed_at IS NULL AND ended_at IS NULL AND expires_at > ?2",
            params![project.as_bytes(), now.seconds()],
        )?;
        let issued = self.count(
            "SELECT count(*) FROM pre_authorized_code INDEXED BY code_by_issue WHERE project = ?1 AND issued_at >= ?2",
            params![project.as_bytes(), since.seconds()],
        )?;
        Ok((outstanding, issued))
    }

    fn insert_pre_authorized_code(&mut self, row: &PreAuthorizedCode) -> StoreResult<()> {
        self.run(
            "INSERT INTO pre_authorized_code (id, project, client, membership, digest_prefix, digest, typed_prefix, \
             typed_digest, tx_code_mac, tx_code_length, scope, nonce, hand_over, issued_by, issued_at, expires_at, \
             opened_at, redeemed_at, login, ending, ended_at, wrong_tx_codes, refused, language, phone) VALUES (?1, ?2, \
             ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.client.as_bytes(),
                row.membership.as_bytes(),
                prefix(row.digest.as_bytes()),
                row.digest.as_bytes(),
                row.typed_digest.as_ref().map(|digest| prefix(digest.as_bytes())),
                row.typed_digest.as_ref().map(Digest::as_bytes),
                row.tx_code.map(|tx_code| tx_code.mac),
                row.tx_code.map(|tx_code| tx_code.length),
                row.scope,
                row.nonce,
                row.hand_over.as_str(),
                row.issued_by.as_bytes(),
                row.issued_at.seconds(),
                row.expires_at.seconds(),
                row.opened_at.map(Timestamp::seconds),
                row.redeemed_at.map(Timestamp::seconds),
                row.login.as_ref().map(Id::as_bytes),
                row.ended.map(|(ending, _)| ending.as_str()),
                row.ended.map(|(_, at)| at.seconds()),
                row.wrong_tx_codes,
                row.refused,
                row.language.map(Language::tag),
                row.phone.as_str(),
            ],
        )
        .map(drop)
    }

    fn redeem_pre_authorized_code(
        &mut self,
        id: Id<PreAuthorizedCode>,
        client: Id<Client>,
        login: Id<Login>,
        now: Timestamp,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE pre_authorized_code SET redeemed_at = ?4, login = ?3 WHERE id = ?1 AND client = ?2 \
             AND redeemed_at IS NULL AND ended_at IS NULL AND expires_at > ?4",
            params![id.as_bytes(), client.as_bytes(), login.as_bytes(), now.seconds()],
        )
    }

    fn mark_opened(&mut self, id: Id<PreAuthorizedCode>, at: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE pre_authorized_code SET opened_at = ?2 WHERE id = ?1 AND opened_at IS NULL",
            params![id.as_bytes(), at.seconds()],
        )
    }

    fn end_pre_authorized_code(
        &mut self,
        id: Id<PreAuthorizedCode>,
        ending: Ending,
        at: Timestamp,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE pre_authorized_code SET ending = ?2, ended_at = ?3 \
             WHERE id = ?1 AND redeemed_at IS NULL AND ended_at IS NULL AND (expires_at > ?3 OR ?4)",
            params![id.as_bytes(), ending.as_str(), at.seconds(), ending == Ending::Replaced],
        )
    }

    fn end_codes_of_client(&mut self, client: Id<Client>, ending: Ending, at: Timestamp) -> StoreResult<u32> {
        // Rare, so it has no index of its own: it walks the codes that have not expired.
        self.run_counted(
            "UPDATE pre_authorized_code INDEXED BY code_by_expiry SET ending = ?2, ended_at = ?3 \
             WHERE expires_at > ?3 AND client = ?1 AND redeemed_at IS NULL AND ended_at IS NULL",
            params![client.as_bytes(), ending.as_str(), at.seconds()],
        )
    }

    fn count_codes_of_client(&self, client: Id<Client>, at: Timestamp) -> StoreResult<u32> {
        self.count(
            "SELECT count(*) FROM pre_authorized_code INDEXED BY code_by_expiry \
             WHERE expires_at > ?2 AND client = ?1 AND redeemed_at IS NULL AND ended_at IS NULL",
            params![client.as_bytes(), at.seconds()],
        )
    }

    fn count_tx_code_try(&mut self, id: Id<PreAuthorizedCode>) -> StoreResult<u32> {
        let tries = self.one(
            "UPDATE pre_authorized_code SET wrong_tx_codes = wrong_tx_codes + 1 WHERE id = ?1 RETURNING wrong_tx_codes",
            params![id.as_bytes()],
            |row| column::get(row, 0),
        )?;
        // A code that is not there has no tries left.
        Ok(tries.unwrap_or(u32::MAX))
    }

    fn forgive_tx_code_try(&mut self, id: Id<PreAuthorizedCode>) -> StoreResult<()> {
        self.run(
            "UPDATE pre_authorized_code SET wrong_tx_codes = max(wrong_tx_codes - 1, 0) WHERE id = ?1",
            params![id.as_bytes()],
        )
        .map(drop)
    }

    fn count_refused(&mut self, id: Id<PreAuthorizedCode>) -> StoreResult<()> {
        self.run("UPDATE pre_authorized_code SET refused = refused + 1 WHERE id = ?1", params![id.as_bytes()])
            .map(drop)
    }

    fn purge_pre_authorized_codes(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        let expired = self.purge("pre_authorized_code", "expires_at", before, limit)?;
        let ended = self.purge("pre_authorized_code", "ended_at", before, limit - expired.min(limit))?;
        Ok(expired + ended)
    }
}
