//! Reading columns: ids, times, words and JSON.

use anteroom_engine::id::Id;
use anteroom_engine::seal::Sealed;
use anteroom_engine::store::{StoreError, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::secret::{Digest, Kind};
use rusqlite::Row;
use rusqlite::types::FromSql;
use uuid::Uuid;

use crate::error::fault;

/// Any value SQLite can convert.
pub(crate) fn get<T: FromSql>(row: &Row<'_>, at: usize) -> StoreResult<T> {
    row.get(at).map_err(fault)
}

/// An id.
pub(crate) fn id<K>(row: &Row<'_>, at: usize) -> StoreResult<Id<K>> {
    Ok(Id::from_uuid(Uuid::from_bytes(get::<[u8; 16]>(row, at)?)))
}

/// An id that may be absent.
pub(crate) fn optional_id<K>(row: &Row<'_>, at: usize) -> StoreResult<Option<Id<K>>> {
    Ok(get::<Option<[u8; 16]>>(row, at)?.map(|bytes| Id::from_uuid(Uuid::from_bytes(bytes))))
}

/// A time.
pub(crate) fn time(row: &Row<'_>, at: usize) -> StoreResult<Timestamp> {
    Ok(Timestamp::from_seconds(get(row, at)?))
}

/// A time that may be absent.
pub(crate) fn optional_time(row: &Row<'_>, at: usize) -> StoreResult<Option<Timestamp>> {
    Ok(get::<Option<i64>>(row, at)?.map(Timestamp::from_seconds))
}

/// A digest.
pub(crate) fn digest<K: Kind>(row: &Row<'_>, at: usize) -> StoreResult<Digest<K>> {
    Ok(Digest::from_bytes(get(row, at)?))
}

/// A digest that may be absent.
pub(crate) fn optional_digest<K: Kind>(row: &Row<'_>, at: usize) -> StoreResult<Option<Digest<K>>> {
    Ok(get::<Option<[u8; 32]>>(row, at)?.map(Digest::from_bytes))
}

/// A sealed value that may be absent.
pub(crate) fn optional_sealed(row: &Row<'_>, at: usize) -> StoreResult<Option<Sealed>> {
    Ok(get::<Option<Vec<u8>>>(row, at)?.map(Sealed))
}

/// A word of a closed list.
pub(crate) fn word<T>(row: &Row<'_>, at: usize, parse: impl FnOnce(&str) -> Option<T>) -> StoreResult<T> {
    let text = row.get_ref(at).map_err(fault)?;
    let text = text.as_str().map_err(|error| StoreError::Damaged(error.to_string()))?;
    parse(text)
        .ok_or_else(|| StoreError::Damaged(format!("{}: {text:?} is no word of its list", column(row, at))))
}

/// A word of a closed list that may be absent.
pub(crate) fn optional_word<T>(
    row: &Row<'_>,
    at: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> StoreResult<Option<T>> {
    match get::<Option<String>>(row, at)? {
        Some(_) => word(row, at, parse).map(Some),
        None => Ok(None),
    }
}

/// JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, at: usize) -> StoreResult<T> {
    let text = row.get_ref(at).map_err(fault)?;
    let text = text.as_str().map_err(|error| StoreError::Damaged(error.to_string()))?;
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("{}: {error}", column(row, at))))
}

/// A value as JSON text.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Database(Box::new(error)))
}

/// The first eight bytes of a digest as the short index keeps them.
pub(crate) fn prefix(digest: &[u8; 32]) -> i64 {
    digest.first_chunk().copied().map_or(0, i64::from_be_bytes)
}

fn column(row: &Row<'_>, at: usize) -> String {
    row.as_ref().column_name(at).map_or_else(|_| format!("column {at}"), str::to_owned)
}
