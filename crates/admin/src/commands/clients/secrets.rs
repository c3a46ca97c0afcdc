//! Secrets of clients: two may be live, so that a client can move from one to the other without an outage.

use anteroom_engine::model::client::StoredSecret;
use anteroom_engine::service::clients as service;
use anteroom_engine::stop::conflict;

use super::read::{find, view};
use super::{Client, IssuedSecret, Ref, RotateSecret};
use crate::admin::Admin;
use crate::error::CommandError;

/// With overlap the newest secret becomes the retiring one and an older one ends; without, every old secret ends.
pub(crate) async fn rotate_secret(
    admin: &Admin,
    request: RotateSecret,
) -> Result<IssuedSecret, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project, &request.id)?;
            let secret = service::make_secret(cx)?;
            let stored = StoredSecret { digest: secret.digest(), created_at: cx.now };
            let retiring = if request.overlap { before.secret } else { None };
            let after = service::set_secrets(cx, &before, Some(stored), retiring)?;
            Ok(IssuedSecret {
                client: view(cx.tx, &after, cx.now)?,
                secret: Some(secret.expose().to_owned()),
            })
        })
        .await
}

pub(crate) async fn retire_secret(admin: &Admin, request: Ref) -> Result<Client, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project, &request.id)?;
            if before.retiring_secret.is_none() {
                return conflict(None, "This client has no retiring secret: it ended already.");
            }
            let after = service::set_secrets(cx, &before, before.secret, None)?;
            view(cx.tx, &after, cx.now)
        })
        .await
}
