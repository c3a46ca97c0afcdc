//! `GET /auth/clientinfo/{id}`: what a sign-in form shows of a client.

use serde_json::{Map, Value};

use crate::check;
use crate::engine::Engine;
use crate::id::Id;
use crate::refusal::Refusal;
use crate::stop::{Outcome, refuse};

/// `welcomeString` and `logo` of the client's `signInForm`, as far as they are there.
///
/// # Refusals
/// [`Refusal::ClientNotFound`], also for a client that is switched off.
pub fn respond(engine: &Engine, client_id: &str) -> Outcome<Map<String, Value>> {
    engine.read(|tx, _| {
        let client = match Id::parse(client_id) {
            Some(id) => tx.client(id)?.filter(|client| check::is_active(client)),
            None => None,
        };
        let Some(client) = client else { return refuse(Refusal::ClientNotFound, "") };
        let form = client.settings.extra.get("signInForm");
        let shown = ["welcomeString", "logo"].into_iter().filter_map(|member| {
            let value = form?.get(member)?;
            (value.is_string() || value.is_object()).then(|| (member.to_owned(), value.clone()))
        });
        Ok(shown.collect())
    })
}
