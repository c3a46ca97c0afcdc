//! A client and a redirect URI that belong together.

use std::sync::Arc;

use anteroom_oauth::redirect_uri;

use super::Unverified;
use crate::check;
use crate::cx::Cx;
use crate::issuer::Issuer;
use crate::model::Client;
use crate::refusal::{Answer, Refusal};
use crate::service::interactions::address;
use crate::stop::{Outcome, Refused, refuse};

/// Most bytes of `state` and `nonce`.
pub(super) const LONGEST: usize = 4_096;

/// An authorization request whose answer may be sent to its redirect URI. Made by [`Verified::prove`] only.
pub struct Verified {
    pub(super) client: Arc<Client>,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    issuer: Issuer,
}

impl Verified {
    /// Proves that the client exists, is switched on, and registered the redirect URI.
    ///
    /// # Refusals
    /// Unknown client; `redirect_uri` missing, twice, or not registered.
    pub(super) fn prove(cx: &mut Cx<'_>, unverified: &Unverified) -> Outcome<Self> {
        if unverified.is_repeated("client_id") || unverified.is_repeated("redirect_uri") {
            cx.trace.check("parameters", false, "each once", || "client_id or redirect_uri twice".into());
            return refuse(Refusal::AuthorizeMalformed, "");
        }
        let client = match unverified.client_id().and_then(Client::parse_client_id) {
            Some(id) => cx.tx.client(id)?,
            None => None,
        };
        let found = client.is_some();
        let Some(client) = client.filter(|client| check::is_active(client)) else {
            cx.trace.check("client.exists", false, "a registered client_id that is switched on", || {
                if found { "switched off".into() } else { "no such client".into() }
            });
            return refuse(Refusal::AuthorizeUnknownClient, "");
        };
        cx.about.project = Some(client.project);
        cx.about.client = Some(client.id);
        // [RFC6749 §3.1.2.2] every client registers its redirect URIs; [RFC6749 §3.1.2.3] one is sent with every request
        let Some(sent) = unverified.redirect_uri() else {
            cx.trace
                .check("redirect_uri", false, client.settings.redirect_uris.join(" "), || "absent".into());
            return refuse(Refusal::MissingRedirectUri, "");
        };
        // [RFC9700 §2.1] exact matching; and what may not be registered now is not used either
        // [RFC8252 §8.4] the whole address is registered, but for the port of a loopback address
        let registered = client.settings.redirect_uris.iter().any(|own| redirect_uri::matches(own, sent))
            && redirect_uri::check(sent).is_ok();
        let expected = client.settings.redirect_uris.join(" ");
        if !cx
            .trace
            .check("redirect_uri", registered, expected, || sent.chars().take(200).collect::<String>().into())
        {
            // [RFC9700 §4.11] a page, never a redirect
            return refuse(Refusal::UnregisteredRedirectUri, "");
        }
        Ok(Self {
            redirect_uri: sent.to_owned(),
            // One that came twice, or is too long, is not sent back.
            state: unverified.get("state").filter(|state| state.len() <= LONGEST).map(str::to_owned),
            issuer: cx.origin.issuer.clone(),
            client,
        })
    }

    /// The address that tells the client about a refusal: [RFC6749 §4.1.2.1], with `iss` [RFC9207 §2].
    pub(super) fn error(&self, refused: &Refused) -> String {
        error(&self.redirect_uri, self.state.as_deref(), &self.issuer, refused)
    }
}

/// The address that tells a client about a refusal.
pub(crate) fn error(redirect_uri: &str, state: Option<&str>, issuer: &Issuer, refused: &Refused) -> String {
    let (error, description) = match refused.answer() {
        Answer::OAuth(answer) => (answer.code.as_str(), answer.description),
        Answer::Outcome(answer) => ("access_denied", answer.text),
        Answer::Problem(answer) => ("access_denied", answer.detail),
        Answer::Text(_, text) => ("invalid_request", text),
    };
    let description = refused.description(false).unwrap_or(description);
    let mut parameters = vec![("error", error), ("error_description", description)];
    parameters.extend(state.map(|state| ("state", state)));
    parameters.push(("iss", issuer.as_str()));
    address(redirect_uri, &parameters)
}
