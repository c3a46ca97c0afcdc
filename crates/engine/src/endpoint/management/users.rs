//! `/users/{id}/connected-accounts`: what a person keeps in the Token Vault. Their tokens are shown to nobody.
//!
//! Auth0 lets a management token read the list and nothing else: the person deletes an account (`/me/v1`), or an admin on
//! the person's screen.

use serde_json::Value;

use super::trouble::{Said, trouble};
use super::{Answer, Call, page, payload};
use crate::endpoint::connected_accounts::accounts_of;
use crate::id::Id;
use crate::model::{ConnectedAccount, Connection, User};
use crate::service::connected_accounts::account_json;
use crate::store::Tx;

/// The person that the path names by `user_id`.
fn find(call: &Call<'_>, tx: &dyn Tx) -> Said<Id<User>> {
    let id = &call.request.id;
    if id.split_once('|').is_none_or(|(provider, id)| provider.is_empty() || id.is_empty()) {
        return Err(payload::wrong_id(
            "Object didn't pass validation for format user-id",
            "ID of the user to list connected accounts for",
        ));
    }
    let user = match User::parse_user_id(id) {
        Some(user) => tx.user(user)?.filter(|row| row.project == call.caller.project),
        None => None,
    };
    user.map(|user| user.id).ok_or_else(|| trouble(404, "inexistent_user", "The user does not exist."))
}

fn show(account: &ConnectedAccount, connection: &Connection) -> Value {
    let mut shown = account_json(account, &connection.name);
    shown["connection_id"] = connection.id.prefixed(Connection::PREFIX).into();
    shown["strategy"] = connection.strategy.clone().into();
    shown
}

/// `GET /users/{id}/connected-accounts`: most recently connected first, from a checkpoint.
pub(super) fn connected_accounts(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:users"])?;
    let rows = accounts_of(tx, find(call, tx)?)?;
    let shown =
        page::checkpointed(&call.request.query, "connected_accounts", &rows, |(account, connection)| {
            Ok(show(account, connection))
        });
    shown.map(Answer::ok)
}
