//! The landing page of a magic link, `/in/{code}`, and the form for typed codes, `/in`.
//!
//! Looking spends nothing, so that a link scanner or a preview cannot use a link up: only the press of the button (POST)
//! redeems. `HEAD` does not even look. A typed code travels in the form, never in the address.

use anteroom_engine::endpoint::landing::{self, HandOver, Key, Pressed, View};
use anteroom_engine::grant::pre_authorized_code;
use anteroom_engine::model::pre_authorized_code::CodeState;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::{Fault, Refused, Stop};
use anteroom_magic_link::template::Destination;
use anteroom_magic_link::typed_code::TypedCodeError;
use anteroom_magic_link::{Link, TypedCode};
use anteroom_oauth::form::Form;
use anteroom_oauth::secret::{PreAuthorizedCode, Secret, TxCode};
use anteroom_oauth::{base32, medplum_code};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::extract::{self, FORM_LIMIT};
use crate::headers::HTML;
use crate::leave;
use crate::page::words::Words;
use crate::page::{self, words_for, words_in};
use crate::respond;

pub(crate) mod offers;
mod pages;
pub(crate) mod trust;

use pages::Presented;
pub(crate) use pages::failed;

/// `/in/{code}`
pub(crate) async fn link(call: Call, body: Body) -> Response {
    let words = words_for(call.headers());
    if call.method() == Method::HEAD {
        return head();
    }
    let Some(code) = call.parts.uri.path().rsplit('/').next().and_then(Code::parse) else {
        return unknown(&call, words);
    };
    let presented = Presented::Link(code);
    if call.method() == Method::GET {
        return look(&call, words, &presented).await;
    }
    match read_form(&call, words, body).await {
        Ok(mut form) => press(&call, words, presented, form.take_secret("tx_code")).await,
        Err(response) => response,
    }
}

/// `/in`: first the code is typed, then looked at, then pressed; all three are this address.
pub(crate) async fn typed(call: Call, body: Body) -> Response {
    let words = words_for(call.headers());
    if call.method() == Method::HEAD {
        return head();
    }
    if call.method() == Method::GET {
        return pages::typed(StatusCode::OK, words, "", None);
    }
    let mut form = match read_form(&call, words, body).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let typed = Zeroizing::new(form.get("code").unwrap_or_default().to_owned());
    let code = match TypedCode::parse(&typed) {
        Ok(code) => code,
        Err(error) => {
            return pages::typed(StatusCode::BAD_REQUEST, words, &typed, Some(&mistyped(words, error)));
        }
    };
    let presented = Presented::Typed(code);
    if form.get("press").is_some() {
        press(&call, words, presented, form.take_secret("tx_code")).await
    } else {
        look(&call, words, &presented).await
    }
}

/// What a scanner gets: that this is a page, and nothing about any code.
fn head() -> Response {
    respond::response(StatusCode::OK, HTML, Body::empty())
}

/// A code from the address: 256 bits in base-32, in base64url as `preAuthorizedCode` writes them, or in Medplum's length.
struct Code(Zeroizing<[u8; 32]>);

impl Code {
    fn parse(text: &str) -> Option<Self> {
        if let Some(bytes) = base32::decode_code(text).or_else(|| medplum_code::decode(text)) {
            return Some(Self(bytes));
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    fn secret(&self) -> Secret<PreAuthorizedCode> {
        pre_authorized_code::encode(&self.0)
    }
}

fn mistyped(words: &Words, error: TypedCodeError) -> String {
    match error {
        TypedCodeError::Length { found } => page::fill(words.typed_length, &[("found", &found.to_string())]),
        TypedCodeError::Character { position, found } => {
            let (found, position) = (found.to_string(), position.to_string());
            page::fill(words.typed_character, &[("found", &found), ("position", &position)])
        }
        TypedCodeError::Check => words.typed_check.to_owned(),
    }
}

/// The form of a press, if it comes from our own page.
async fn read_form(call: &Call, words: &Words, body: Body) -> Result<Form, Response> {
    if !is_own_page(call) {
        return Err(pages::message(StatusCode::FORBIDDEN, words, words.cross_site));
    }
    let unreadable = || pages::message(StatusCode::BAD_REQUEST, words, words.unreadable);
    // A press without fields may come without a type.
    if call.headers().contains_key(header::CONTENT_TYPE) && !extract::is_form(call.headers()) {
        return Err(pages::message(StatusCode::UNSUPPORTED_MEDIA_TYPE, words, words.unreadable));
    }
    let bytes = extract::body(call.headers(), body, FORM_LIMIT).await.map_err(|_| unreadable())?;
    Form::decode(&bytes).map_err(|_| unreadable())
}

/// Whether a form was sent by a page of this server, as far as the browser says. Our pages forbid referrers, so browsers
/// give their origin as `null`; where they also say the site, that decides.
pub(crate) fn is_own_page(call: &Call) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let headers: &HeaderMap = call.headers();
    if let Some(site) = headers.get(SITE) {
        return site == "same-origin" || site == "none";
    }
    match headers.get(header::ORIGIN).map(HeaderValue::as_bytes) {
        None | Some(b"null") => true,
        Some(origin) => {
            let base = call.issuer().as_str();
            let end = base.match_indices('/').nth(2).map_or(base.len(), |(at, _)| at);
            origin.eq_ignore_ascii_case(&base.as_bytes()[..end])
        }
    }
}

fn key(presented: &Presented) -> Key {
    match presented {
        Presented::Link(code) => Key::Link(code.secret().digest()),
        Presented::Typed(code) => Key::Typed(code.digest()),
    }
}

/// Shows what a code is for, with the button; or why it no longer works.
async fn look(call: &Call, words: &Words, presented: &Presented) -> Response {
    match landing::look(&call.shared.engine, call.origin(), key(presented)).await {
        Ok(view) => show(call, words, presented, &view, None),
        Err(stop) => stopped(call, words, Some(presented), stop),
    }
}

fn show(call: &Call, words: &Words, presented: &Presented, view: &View, error: Option<Refusal>) -> Response {
    let words = words_in(view.language).unwrap_or(words);
    let (title, text) = match view.state {
        CodeState::Waiting | CodeState::Opened => return pages::confirm(words, presented, view, error),
        CodeState::Redeemed => words.used,
        CodeState::Expired => words.expired,
        CodeState::Revoked => words.revoked,
        CodeState::Replaced => words.replaced,
        CodeState::Locked => words.locked,
    };
    let at = view.at.unwrap_or(view.expires_at);
    let ago = words.ago(at.until(call.shared.engine.now()));
    let text = page::fill(text, &[("ago", &ago), ("time", &page::clock_time(at))]);
    pages::dead_end(StatusCode::GONE, words, (title, &text), view.desk_phone.as_deref())
}

/// Redeems a code, or hands it over.
async fn press(
    call: &Call,
    words: &Words,
    presented: Presented,
    tx_code: Option<Secret<TxCode>>,
) -> Response {
    match landing::press(&call.shared.engine, call.origin(), key(&presented), tx_code).await {
        Ok(Pressed::SignedIn(done)) => {
            let words = words_in(done.language).unwrap_or(words);
            pages::signed_in(words, &done, call.shared.engine.now())
        }
        Ok(Pressed::HandOver(to)) => hand_over(call, words, presented, to),
        Err(stop) => match refusal(&stop) {
            // The page again, with what is wrong; or with what became of the code meanwhile.
            Some(
                refusal @ (Refusal::MissingTxCode
                | Refusal::WrongTxCode
                | Refusal::CodeSpent
                | Refusal::CodeExpired
                | Refusal::CodeRevoked
                | Refusal::CodeReplaced
                | Refusal::CodeLocked),
            ) => match landing::look_again(&call.shared.engine, &key(&presented)) {
                Ok(view) => show(call, words, &presented, &view, Some(refusal)),
                Err(stop) => stopped(call, words, Some(&presented), stop),
            },
            _ => stopped(call, words, Some(&presented), stop),
        },
    }
}

fn refusal(stop: &Stop) -> Option<Refusal> {
    match stop {
        Stop::Refused(Refused { refusal, .. }) => Some(*refusal),
        Stop::Fault(_) | Stop::Unfit(_) => None,
    }
}

/// Sends the browser on to the client, which redeems the code: its own page, the desktop window, or a wallet.
fn hand_over(call: &Call, words: &Words, presented: Presented, to: HandOver) -> Response {
    let code = match (to.code, presented) {
        (Some(code), _) | (None, Presented::Link(Code(code))) => code,
        (None, Presented::Typed(_)) => return pages::message(StatusCode::NOT_FOUND, words, words.unknown),
    };
    let fault = || Stop::Fault(Fault::Inconsistent("magicLinkTemplate of a client"));
    let link: Result<Link, Stop> = match Destination::parse(&to.template) {
        Ok(Destination::Link(template)) if to.long => Ok(template.fill_long(&code)),
        Ok(Destination::Link(template)) => Ok(template.fill(&code)),
        Ok(Destination::Wallet) => offers::offer(call, &code, &to.wallet),
        Err(_) => Err(fault()),
    };
    let link = match link {
        Ok(link) => link,
        Err(stop) => return pages::failed(call, words, stop),
    };
    if let Some(page) = leave::page(call.headers(), words, link.expose()) {
        return page;
    }
    let Ok(mut location) = HeaderValue::try_from(link.expose()) else {
        return pages::failed(call, words, fault());
    };
    location.set_sensitive(true);
    // [RFC9700 §4.12] 303: the browser forgets the form, PIN included
    let mut response = respond::response(StatusCode::SEE_OTHER, HTML, Body::empty());
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// A page for what the engine refused.
fn stopped(call: &Call, words: &Words, presented: Option<&Presented>, stop: Stop) -> Response {
    let Stop::Refused(refused) = &stop else {
        return pages::failed(call, words, stop);
    };
    match refused.refusal {
        Refusal::UnknownCode => match presented {
            Some(Presented::Typed(code)) => {
                let typed = code.grouped();
                pages::typed(StatusCode::NOT_FOUND, words, typed.expose(), Some(words.unknown_typed))
            }
            _ => unknown(call, words),
        },
        Refusal::TooManyTypedCodes => {
            let seconds = refused.retry_after.unwrap_or(landing::TYPED_CODES_WINDOW);
            let (title, text) = words.throttled;
            let text = page::fill(text, &[("seconds", &seconds.to_string())]);
            let mut response = page::message(StatusCode::TOO_MANY_REQUESTS, words, title, &text);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        Refusal::UnexpectedTxCode => pages::message(StatusCode::BAD_REQUEST, words, words.unreadable),
        _ => {
            let phone = landing::desk_phone(&call.shared.engine);
            pages::dead_end(StatusCode::FORBIDDEN, words, words.inactive, phone.as_deref())
        }
    }
}

/// Nobody has such a code.
fn unknown(call: &Call, words: &Words) -> Response {
    let phone = landing::desk_phone(&call.shared.engine);
    pages::dead_end(StatusCode::NOT_FOUND, words, words.unknown, phone.as_deref())
}
