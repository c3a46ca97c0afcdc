//! What a provider does, and what it does wrong: for everybody, or for one grant.

use std::sync::Arc;

use anteroom_oauth::form::Form;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What the provider does, and what it does wrong, for everybody.
#[expect(clippy::struct_excessive_bools, reason = "each is a knob of its own")]
#[derive(Debug, Clone)]
pub struct Knobs {
    /// Whether the person is asked on a page. Otherwise [`Knobs::person`] agrees at once.
    pub page: bool,
    /// `expires_in` of access tokens, and how long they are good; left out of answers when absent.
    pub access_token_lifetime: Option<u32>,
    /// Whether a refresh token goes along with `offline_access`.
    pub refresh_tokens: bool,
    /// Whether each use of a refresh token gives a new one and ends the old one.
    pub rotate: bool,
    /// Whether refresh tokens are refused with `invalid_grant`.
    pub refuse_refresh: bool,
    /// Whether the person says no at the authorization endpoint.
    pub deny: bool,
    /// What stands between scopes in answers.
    pub scope_separator: &'static str,
    /// What the userinfo endpoint answers.
    pub userinfo: UserInfo,
    /// Claims added to userinfo answers, in place of those of the same name; `null` takes one out.
    pub claims: Value,
    /// Claims added to ID tokens alone, in place of those of the same name; `null` takes one out.
    pub id_token_claims: Value,
    /// Who signs in at the authorization endpoint when nobody is asked.
    pub person: Person,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            page: false,
            access_token_lifetime: Some(3_600),
            refresh_tokens: true,
            rotate: false,
            refuse_refresh: false,
            deny: false,
            scope_separator: " ",
            userinfo: UserInfo::Json,
            claims: json!({}),
            id_token_claims: json!({}),
            person: Person::new("ext-1", "pat@example.org"),
        }
    }
}

/// What the userinfo endpoint answers to a good token.
#[derive(Debug, Clone)]
pub enum UserInfo {
    /// `application/json`.
    Json,
    /// `application/jwt`, signed with the provider's key.
    Jwt,
    /// `application/jwt`, signed with a key that the provider does not publish.
    JwtOfOtherKey,
    /// Something else: status, content type, body.
    Raw(u16, &'static str, String),
    /// A redirect.
    Redirect(String),
    /// As [`UserInfo::Json`], once somebody gives the word.
    Held(Arc<Notify>),
    /// Nothing, ever.
    Hang,
}

/// Somebody at the provider.
#[derive(Debug, Clone)]
pub struct Person {
    /// `sub`.
    pub sub: String,
    /// `email`.
    pub email: String,
}

impl Person {
    /// Somebody with a verified e-mail address.
    pub fn new(sub: &str, email: &str) -> Self {
        Self { sub: sub.to_owned(), email: email.to_owned() }
    }
}

/// What goes wrong with one grant, and no other: parameters of the authorization request, or ticked on the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wrongs {
    /// [`Wrongs::EXPIRES_IN`]: seconds the grant's access tokens live, in place of [`Knobs::access_token_lifetime`].
    pub expires_in: Option<u32>,
    /// [`Wrongs::NO_REFRESH_TOKEN`]: no refresh token, whatever the scope.
    pub no_refresh_token: bool,
    /// [`Wrongs::REFUSE_REFRESH`]: the grant's refresh token is refused with `invalid_grant`.
    pub refuse_refresh: bool,
    /// [`Wrongs::ENDED_TOKENS`]: the grant's access tokens are refused at userinfo, whatever `expires_in` said.
    pub ended_tokens: bool,
}

impl Wrongs {
    /// The parameter of [`Wrongs::expires_in`].
    pub const EXPIRES_IN: &str = "sample_expires_in";
    /// The parameter of [`Wrongs::no_refresh_token`].
    pub const NO_REFRESH_TOKEN: &str = "sample_no_refresh_token";
    /// The parameter of [`Wrongs::refuse_refresh`].
    pub const REFUSE_REFRESH: &str = "sample_refuse_refresh";
    /// The parameter of [`Wrongs::ended_tokens`].
    pub const ENDED_TOKENS: &str = "sample_ended_tokens";

    /// From the parameters of a request. What cannot be read is not wrong.
    pub(crate) fn read(form: &Form) -> Self {
        let on = |name: &str| form.get(name).is_some_and(|value| value == "true");
        Self {
            expires_in: form.get(Self::EXPIRES_IN).and_then(|text| text.parse().ok()),
            no_refresh_token: on(Self::NO_REFRESH_TOKEN),
            refuse_refresh: on(Self::REFUSE_REFRESH),
            ended_tokens: on(Self::ENDED_TOKENS),
        }
    }
}
