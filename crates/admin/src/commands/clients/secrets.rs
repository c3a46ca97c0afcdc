//! Secrets of clients: two may be live, so that a client can move from one to the other without an outage.

use anteroom_engine::model::client::StoredSecret;
use anteroom_engine::service::clients as service;
use anteroom_engine::stop::{Outcome, conflict, invalid};
use anteroom_sentence::sentence;

use super::read::{find, view};
use super::{Client, IssuedSecret, Ref, RotateSecret};
use crate::admin::Admin;
use crate::error::CommandError;

/// Hours an overlap may last: a month.
const LONGEST_OVERLAP: u32 = 744;
/// Days a secret may live: two years.
const LONGEST_LIFE: u32 = 731;

/// A number of hours or days, in seconds.
fn span(field: &'static str, given: Option<u32>, longest: u32, seconds: u32) -> Outcome<Option<u32>> {
    match given {
        Some(number) if !(1..=longest).contains(&number) => {
            invalid(field, sentence!("1 to {longest} can be chosen here; {number} was.", longest, number))
        }
        given => Ok(given.map(|number| number * seconds)),
    }
}

/// With overlap the newest secret becomes the retiring one and an older one ends; without, every old secret ends.
pub(crate) async fn rotate_secret(
    admin: &Admin,
    request: RotateSecret,
) -> Result<IssuedSecret, CommandError> {
    let overlap = span("overlapHours", request.overlap_hours, LONGEST_OVERLAP, 3_600)?;
    let life = span("expiresInDays", request.expires_in_days, LONGEST_LIFE, 86_400)?;
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project, &request.id)?;
            let secret = service::make_secret(cx)?;
            let expires_at = life.map(|seconds| cx.now + seconds);
            let stored = StoredSecret { digest: secret.digest(), created_at: cx.now, expires_at };
            let retires = |old: StoredSecret| {
                let ends = overlap.map(|seconds| cx.now + seconds);
                // An overlap never lets a secret live longer than it would have.
                let expires_at = match (old.expires_at, ends) {
                    (Some(own), Some(ends)) => Some(own.min(ends)),
                    (own, ends) => own.or(ends),
                };
                StoredSecret { expires_at, ..old }
            };
            let retiring = before.secret.filter(|_| request.overlap).map(retires);
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
                return conflict(None, sentence!("This client has no retiring secret: it ended already."));
            }
            let after = service::set_secrets(cx, &before, before.secret, None)?;
            view(cx.tx, &after, cx.now)
        })
        .await
}
