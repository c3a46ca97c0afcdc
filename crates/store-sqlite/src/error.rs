//! From the database's errors to the contract's.

use anteroom_engine::store::StoreError;
use rusqlite::ErrorCode;

/// What the unique columns are called in [`StoreError::Exists`].
const UNIQUE: &[(&str, &str)] = &[
    ("client.id", "client id"),
    ("user.project, user.email", "e-mail address"),
    ("membership.project, membership.external_id", "external id"),
    ("membership.client", "membership of the client"),
    ("access_policy.project, access_policy.name", "name of an access policy"),
    ("signing_key.kid", "kid"),
    ("resource_server.project, resource_server.identifier", "identifier of an API"),
    ("client_grant.client, client_grant.resource_server, client_grant.subject_type", "client grant"),
    ("client_grant.client, client_grant.system_api, client_grant.subject_type", "client grant"),
    ("connection.project, connection.name", "name of a connection"),
];

/// Maps an error of the database.
pub(crate) fn fault(error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(failure, ref text) = error else {
        return match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => StoreError::Damaged(error.to_string()),
            other => StoreError::Database(Box::new(other)),
        };
    };
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
        ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => {
            StoreError::NotWritable(error.to_string())
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged(error.to_string()),
        ErrorCode::ConstraintViolation => match unique_value(text.as_deref().unwrap_or_default()) {
            Some(value) => StoreError::Exists(value),
            None => StoreError::Database(Box::new(error)),
        },
        _ => StoreError::Database(Box::new(error)),
    }
}

/// The value that a message of SQLite says exists already.
fn unique_value(message: &str) -> Option<&'static str> {
    let columns = message.strip_prefix("UNIQUE constraint failed: ")?;
    Some(UNIQUE.iter().find(|(known, _)| *known == columns).map_or("id", |(_, value)| value))
}

/// A row that an update names is not there.
#[derive(Debug, thiserror::Error)]
#[error("there is no such {0} to update")]
pub(crate) struct NoSuchRow(pub(crate) &'static str);

/// A closure of the writer panicked; its writes were rolled back.
#[derive(Debug, thiserror::Error)]
#[error("the job panicked; its writes were rolled back")]
pub(crate) struct JobPanicked;

/// Fails when an update met no row.
pub(crate) fn updated(rows: usize, kind: &'static str) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Database(Box::new(NoSuchRow(kind)))) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_value_is_named_in_plain_words() {
        assert_eq!(unique_value("UNIQUE constraint failed: client.id"), Some("client id"));
        assert_eq!(
            unique_value("UNIQUE constraint failed: user.project, user.email"),
            Some("e-mail address")
        );
        assert_eq!(unique_value("UNIQUE constraint failed: login.id"), Some("id"));
        assert_eq!(unique_value("NOT NULL constraint failed: client.name"), None);
    }
}
