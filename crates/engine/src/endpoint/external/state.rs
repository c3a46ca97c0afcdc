//! `state`: what comes back from a provider as it was sent.

use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::pkce::CodeChallengeMethod;
use anteroom_oauth::redirect_uri;
use serde_json::Value;

use super::To;
use crate::check;
use crate::cx::Cx;
use crate::endpoint::login::challenge;
use crate::id::Id;
use crate::model::interaction::AuthorizationRequest;
use crate::model::{Client, Interaction};
use crate::refusal::Refusal;
use crate::service::{smart_app_launches, tokens};
use crate::stop::{Outcome, refuse};

/// Most bytes of a state.
const LONGEST: usize = 8 * 1024;
/// Most bytes of `nonce`.
const LONGEST_NONCE: usize = 4_096;
/// The scope of a sign-in that names none, as Medplum's.
const DEFAULT_SCOPE: &str = "openid offline_access";

/// Who began.
pub(super) enum Came {
    /// The hosted page of this interaction. `proof` shows that the browser is its own.
    Page { interaction: Id<Interaction>, proof: String },
    /// An app.
    App(AppState),
}

/// The state of an app, a JSON object as Medplum's client writes it. Other members mean nothing.
pub(super) struct AppState {
    pub(super) domain: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) client_id: Option<String>,
    scope: Option<String>,
    nonce: Option<String>,
    launch: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    redirect_uri: Option<String>,
    return_to: Option<String>,
}

/// The state of a page: `<interaction>.<proof>`.
pub(super) fn of_page(interaction: Id<Interaction>, proof: &str) -> String {
    format!("{interaction}.{proof}")
}

/// Reads a state; `None` for what is neither.
pub(super) fn read(state: &str) -> Option<Came> {
    if state.len() > LONGEST {
        return None;
    }
    if !state.starts_with('{') {
        let (interaction, proof) = state.split_once('.')?;
        return Some(Came::Page { interaction: Id::parse(interaction)?, proof: proof.to_owned() });
    }
    let value: Value = serde_json::from_str(state).ok()?;
    let text = |member: &str| {
        value.get(member).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    Some(Came::App(AppState {
        domain: text("domain").map(|domain| domain.to_ascii_lowercase()),
        project_id: text("projectId"),
        client_id: text("clientId"),
        scope: text("scope"),
        nonce: text("nonce"),
        launch: text("launch"),
        code_challenge: text("codeChallenge"),
        code_challenge_method: text("codeChallengeMethod"),
        redirect_uri: text("redirectUri"),
        return_to: text("returnTo"),
    }))
}

impl AppState {
    /// Where the browser goes afterwards: an address that is registered, character for character, or that the e-mail
    /// domain names.
    pub(super) fn destination(&self, cx: &mut Cx<'_>, client: &Client, allowed: &[String]) -> Outcome<To> {
        if let Some(uri) = &self.redirect_uri {
            let registered = client.settings.redirect_uris.iter().any(|own| redirect_uri::matches(own, uri));
            return if cx.trace.check("redirectUri", registered, "a registered one", || uri.clone().into()) {
                Ok(To::RedirectUri(uri.clone()))
            } else {
                refuse(Refusal::ExternalRedirectUriInvalid, "")
            };
        }
        let uri = self.return_to.as_ref().filter(|uri| allowed.contains(uri));
        let found = self.return_to.clone().unwrap_or_else(|| "neither redirectUri nor returnTo".to_owned());
        cx.trace.check("returnTo", uri.is_some(), "an address that the domain allows", || found.into());
        match uri {
            Some(uri) => Ok(To::ReturnTo(uri.clone())),
            None => refuse(Refusal::ExternalRedirectUriInvalid, ""),
        }
    }

    /// What the app asked for.
    pub(super) fn request(&self, cx: &mut Cx<'_>, client: &Client) -> Outcome<AuthorizationRequest> {
        let (value, method) = (self.code_challenge.as_deref(), self.code_challenge_method.as_deref());
        let challenge = challenge(cx, client, value, method)?;
        let launch = self.launch.as_deref();
        let launch = smart_app_launches::named(cx, client.project, launch, Refusal::LoginLaunchUnknown)?;
        check::grant_allowed(&mut cx.trace, client, GrantType::AuthorizationCode)?;
        let default = client.settings.default_scope.is_empty().then_some(DEFAULT_SCOPE);
        let scope = tokens::granted_scope(cx, client, self.scope.as_deref().or(default))?;
        let nonce = match &self.nonce {
            Some(nonce) if nonce.len() > LONGEST_NONCE => return refuse(Refusal::ParameterTooLong, "nonce"),
            Some(nonce) => nonce.clone(),
            None => cx.random_id::<()>()?.to_string(),
        };
        Ok(AuthorizationRequest {
            scope: scope.as_str().to_owned(),
            nonce: Some(nonce),
            plain_challenge: challenge.as_ref().is_some_and(|own| own.method() == CodeChallengeMethod::Plain),
            code_challenge: challenge.map(|challenge| challenge.as_str().to_owned()),
            launch,
            ..AuthorizationRequest::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_of_a_page_or_a_json_object_or_nothing() {
        let id = "0a000000-0000-4000-8000-000000000001";
        let kind = |state: &str| match read(state) {
            Some(Came::Page { proof, .. }) => format!("page {proof}"),
            Some(Came::App(state)) => format!("app {}", state.client_id.unwrap_or_default()),
            None => "nothing".to_owned(),
        };
        assert_eq!(kind(&format!("{id}.abc")), "page abc");
        assert_eq!(kind(&of_page(Id::parse(id).unwrap(), "x.y")), "page x.y");
        assert_eq!(kind(r#"{"clientId":"a","other":[1]}"#), "app a");
        assert_eq!(kind("{}"), "app ");
        let long = format!(r#"{{"clientId":"{}"}}"#, "a".repeat(LONGEST));
        let deep = format!(r#"{{"a":{}"#, "[".repeat(7_000));
        for state in ["", ".", "abc", "abc.def", id, "{", "[]", "\"x\"", "{\"a\":", &long, &deep] {
            assert_eq!(kind(state), "nothing");
        }
    }
}
