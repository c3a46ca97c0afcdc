//! Authorization codes.

use anteroom_engine::id::Id;
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::{Client, IssuedCode, Login, Membership, Session};
use anteroom_engine::store::{AuthorizationCodes, StoreError, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::pkce::CodeChallenge;
use anteroom_oauth::secret::{AuthorizationCode, Digest};
use rusqlite::{Row, params};

use crate::column::{self, prefix};
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, digest, project, client, membership, session, login, redirect_uri, scope, nonce, challenge_method, \
         challenge, auth_method, auth_time, issued_at, expires_at, redeemed_at, wrong_verifiers, \
         remember, audience, launch"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<IssuedCode> {
    Ok(IssuedCode {
        id: column::id(row, 0)?,
        digest: column::digest(row, 1)?,
        project: column::id(row, 2)?,
        client: column::id(row, 3)?,
        membership: column::id(row, 4)?,
        session: column::optional_id(row, 5)?,
        login: column::id(row, 6)?,
        redirect_uri: column::get(row, 7)?,
        scope: column::get(row, 8)?,
        nonce: column::get(row, 9)?,
        challenge: challenge(row)?,
        auth_method: column::word(row, 12, AuthMethod::parse)?,
        auth_time: column::time(row, 13)?,
        issued_at: column::time(row, 14)?,
        expires_at: column::time(row, 15)?,
        redeemed_at: column::optional_time(row, 16)?,
        wrong_verifiers: column::get(row, 17)?,
        remember: column::get(row, 18)?,
        audience: column::get(row, 19)?,
        launch: column::optional_id(row, 20)?,
    })
}

fn challenge(row: &Row<'_>) -> StoreResult<Option<CodeChallenge>> {
    match (column::get::<Option<String>>(row, 10)?, column::get::<Option<String>>(row, 11)?) {
        (None, None) => Ok(None),
        (Some(method), Some(value)) => CodeChallenge::parse(&value, Some(&method))
            .map(Some)
            .map_err(|error| StoreError::Damaged(format!("the challenge of a code: {error}"))),
        // Never a code without its challenge.
        _ => Err(StoreError::Damaged("a challenge is stored by half".to_owned())),
    }
}

impl AuthorizationCodes for SqliteTx<'_> {
    fn issued_code(&self, digest: &Digest<AuthorizationCode>) -> StoreResult<Option<IssuedCode>> {
        let codes = self.many(
            concat!("SELECT ", columns!(), " FROM authorization_code WHERE digest_prefix = ?1"),
            params![prefix(digest.as_bytes())],
            from_row,
        )?;
        Ok(codes.into_iter().find(|code| code.digest == *digest))
    }

    fn insert_issued_code(&mut self, row: &IssuedCode) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO authorization_code (",
                columns!(),
                ", digest_prefix) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
                 ?18, ?19, ?20, ?21, ?22)"
            ),
            params![
                row.id.as_bytes(),
                row.digest.as_bytes(),
                row.project.as_bytes(),
                row.client.as_bytes(),
                row.membership.as_bytes(),
                row.session.as_ref().map(Id::as_bytes),
                row.login.as_bytes(),
                row.redirect_uri,
                row.scope,
                row.nonce,
                row.challenge.as_ref().map(|challenge| challenge.method().as_str()),
                row.challenge.as_ref().map(CodeChallenge::as_str),
                row.auth_method.as_str(),
                row.auth_time.seconds(),
                row.issued_at.seconds(),
                row.expires_at.seconds(),
                row.redeemed_at.map(Timestamp::seconds),
                row.wrong_verifiers,
                row.remember,
                row.audience,
                row.launch.as_ref().map(Id::as_bytes),
                prefix(row.digest.as_bytes()),
            ],
        )
        .map(drop)
    }

    fn redeem_issued_code(
        &mut self,
        id: Id<IssuedCode>,
        client: Id<Client>,
        wrong_verifiers: u32,
        now: Timestamp,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE authorization_code SET redeemed_at = ?4 WHERE id = ?1 AND client = ?2 AND redeemed_at IS NULL \
             AND wrong_verifiers < ?3 AND expires_at > ?4",
            params![id.as_bytes(), client.as_bytes(), wrong_verifiers, now.seconds()],
        )
    }

    fn count_wrong_verifier(&mut self, id: Id<IssuedCode>) -> StoreResult<u32> {
        let wrong = self.one(
            "UPDATE authorization_code SET wrong_verifiers = wrong_verifiers + 1 WHERE id = ?1 \
             RETURNING wrong_verifiers",
            params![id.as_bytes()],
            |row| column::get(row, 0),
        )?;
        // A code that is not there has no tries left.
        Ok(wrong.unwrap_or(u32::MAX))
    }

    fn end_codes_of_session(&mut self, session: Id<Session>, at: Timestamp) -> StoreResult<u32> {
        self.run_counted(
            "UPDATE authorization_code SET expires_at = ?2 WHERE session = ?1 AND redeemed_at IS NULL AND expires_at > ?2",
            params![session.as_bytes(), at.seconds()],
        )
    }

    fn end_codes_of_login(&mut self, login: Id<Login>, at: Timestamp) -> StoreResult<u32> {
        self.run_counted(
            "UPDATE authorization_code SET expires_at = ?2 WHERE login = ?1 AND redeemed_at IS NULL AND expires_at > ?2",
            params![login.as_bytes(), at.seconds()],
        )
    }

    fn end_codes_of_member(&mut self, membership: Id<Membership>, at: Timestamp) -> StoreResult<u32> {
        self.run_counted(
            "UPDATE authorization_code SET expires_at = ?2 \
             WHERE membership = ?1 AND redeemed_at IS NULL AND expires_at > ?2",
            params![membership.as_bytes(), at.seconds()],
        )
    }

    fn purge_issued_codes(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.purge("authorization_code", "expires_at", before, limit)
    }
}
