//! The authorization endpoint: asks the person on a page that says what this is, or agrees at once.

use std::sync::Arc;

use anteroom_oauth::form::Form;
use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::clients::PUBLIC_CLIENT;
use crate::endpoints::refuse;
use crate::knobs::{Person, Wrongs};
use crate::page::{self, Asking};
use crate::state::{CODE_LIFETIME, Code, Grant, State};

/// Who signs in when nothing else is typed.
const SOMEBODY: &str = "sam@sample.example";
/// Longest e-mail address [RFC5321 §4.5.3.1.3].
const LONGEST_EMAIL: usize = 254;

/// An authorization request that may be answered by redirect.
struct Asked {
    form: Form,
    redirect_uri: Url,
    /// None where everybody is believed.
    client: Option<String>,
    client_name: String,
}

impl Asked {
    /// Reads a request: client and redirect URI are certain afterwards [RFC6749 §3.1.2.4].
    fn read(state: &State, query: Option<String>) -> Option<Self> {
        let form = Form::decode(query.unwrap_or_default().as_bytes()).ok()?;
        let sent = form.get("redirect_uri")?.to_owned();
        let redirect_uri = Url::parse(&sent).ok()?;
        if state.believes_everybody() {
            let client_name = form.get("client_id").unwrap_or("anonymous").to_owned();
            return Some(Self { form, redirect_uri, client: None, client_name });
        }
        let id = form.get("client_id")?.to_owned();
        let client = state.registered(&id).filter(|client| client.returns_to(&sent))?;
        Some(Self { form, redirect_uri, client: Some(id), client_name: client.name })
    }

    /// Sends the browser back, with `state` as it came.
    fn back(&self, members: &[(&str, &str)]) -> Response {
        let mut target = self.redirect_uri.clone();
        target.query_pairs_mut().extend_pairs(members);
        target.query_pairs_mut().append_pair("state", self.form.get("state").unwrap_or_default());
        let headers =
            [(header::LOCATION, target.to_string()), (header::CACHE_CONTROL, "no-store".to_owned())];
        (StatusCode::FOUND, headers).into_response()
    }

    /// What is wrong with a request of a client that is known, in the words of [RFC6749 §4.1.2.1].
    fn problem(&self) -> Option<&'static str> {
        let client = self.client.as_deref()?;
        if self.form.get("response_type") != Some("code") {
            return Some("unsupported_response_type");
        }
        let challenge = self.form.get("code_challenge");
        let method = self.form.get("code_challenge_method");
        // [RFC9700 §2.1.1] public clients use PKCE, and nobody uses `plain`
        let bad = challenge.is_some() && method != Some("S256");
        (bad || (challenge.is_none() && client == PUBLIC_CLIENT)).then_some("invalid_request")
    }

    /// Sends the browser back with a code, or with `temporarily_unavailable` when there is no room for one.
    fn agree(&self, state: &State, person: Person, wrongs: Wrongs) -> Response {
        let text = |name: &str| self.form.get(name).map(str::to_owned);
        let scope = text("scope").unwrap_or_else(|| "openid".to_owned());
        let kept = state.keep_code(Code {
            grant: Grant { person, scope, wrongs },
            client: self.client.clone(),
            redirect_uri: text("redirect_uri").unwrap_or_default(),
            challenge: text("code_challenge"),
            nonce: text("nonce"),
            expires_at: state.now() + CODE_LIFETIME,
        });
        match kept {
            Ok(code) => self.back(&[("code", &code)]),
            Err(full) => {
                let description = full.to_string();
                self.back(&[("error", "temporarily_unavailable"), ("error_description", &description)])
            }
        }
    }
}

/// `GET /authorize`.
pub(crate) async fn ask(
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    state.count("authorize");
    let Some(asked) = Asked::read(&state, query) else { return refuse("invalid_request") };
    if let Some(error) = asked.problem() {
        return asked.back(&[("error", error)]);
    }
    let (page, deny, person) = {
        let knobs = state.knobs();
        (knobs.page, knobs.deny, knobs.person.clone())
    };
    let wrongs = Wrongs::read(&asked.form);
    if page {
        return page::ask(
            &headers,
            &Asking {
                issuer: &state.base,
                client: &asked.client_name,
                goes_to: &asked.redirect_uri.origin().ascii_serialization(),
                scope: asked.form.get("scope").unwrap_or("openid"),
                email: asked.form.get("login_hint").filter(|hint| is_email(hint)).unwrap_or(SOMEBODY),
                expires_in: state.lifetime(wrongs).map_or_else(String::new, |seconds| seconds.to_string()),
                wrongs,
            },
        );
    }
    if deny {
        return asked.back(&[("error", "access_denied")]);
    }
    asked.agree(&state, person, wrongs)
}

/// `POST /authorize`: what the person answered on the page.
pub(crate) async fn answer(
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // [Fetch §3.2] a page of elsewhere says so
    let origin = headers.get(header::ORIGIN).map(|value| value.as_bytes().to_vec());
    if origin.is_some_and(|origin| origin != state.base.trim_end_matches('/').as_bytes()) {
        return refuse("invalid_request");
    }
    if !state.knobs().page {
        // nobody is asked, so that there is nothing to answer
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some(asked) = Asked::read(&state, query) else { return refuse("invalid_request") };
    if let Some(error) = asked.problem() {
        return asked.back(&[("error", error)]);
    }
    let Ok(form) = Form::decode(&body) else { return refuse("invalid_request") };
    if form.get("press") != Some("allow") {
        return asked.back(&[("error", "access_denied")]);
    }
    let Some(email) = form.get("email").map(str::trim).filter(|email| is_email(email)) else {
        return refuse("invalid_request");
    };
    let person = Person { sub: subject(email), email: email.to_owned() };
    asked.agree(&state, person, Wrongs::read(&form))
}

fn is_email(text: &str) -> bool {
    let shape = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    shape && text.len() <= LONGEST_EMAIL && !text.chars().any(|letter| letter.is_control() || letter == ' ')
}

/// The same for the same address, in every start: who connects again is who they were.
fn subject(email: &str) -> String {
    let digest = Sha256::digest(email.to_lowercase().as_bytes());
    format!("sample-{}", HEXLOWER.encode(&digest[..8]))
}
