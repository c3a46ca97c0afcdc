//! The pages of the landing page.

use anteroom_engine::endpoint::landing::{SignedIn, View};
use anteroom_engine::model::pre_authorized_code::Phone;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Stop;
use anteroom_engine::timestamp::Timestamp;
use anteroom_magic_link::TypedCode;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::Code;
use crate::call::Call;
use crate::headers::{FormAction, source_of};
use crate::outcome::random_id;
use crate::page::words::Words;
use crate::page::{self, fill};
use crate::respond::{self, Family};

/// How a code came to the page.
pub(super) enum Presented {
    /// In the address.
    Link(Code),
    /// Typed.
    Typed(TypedCode),
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    words: &'a Words,
    title: &'a str,
    hello: String,
    once: String,
    sign_in_to: String,
    not_you: String,
    typed: Option<&'a str>,
    digits: Option<u8>,
    pin_hint: String,
    error: Option<String>,
}

/// Who will be signed in where, with the one button.
pub(super) fn confirm(words: &Words, presented: &Presented, view: &View, error: Option<Refusal>) -> Response {
    let values = [("person", view.person.as_str()), ("client", view.client.as_str())];
    let typed = match presented {
        Presented::Link(_) => None,
        Presented::Typed(code) => Some(code.expose()),
    };
    // The client asks for the PIN itself when the code of the link is handed over to it.
    let asks_here = view.template.is_none() || typed.is_some();
    let digits = view.tx_code_length.filter(|_| asks_here);
    let once = if view.template.is_some() {
        fill(words.once_elsewhere, &values)
    } else {
        let duration = words.duration(view.session_seconds);
        fill(words.once, &[("client", view.client.as_str()), ("duration", &duration)])
    };
    let error = error.and_then(|refusal| wrong_pin(words, refusal, view.tries_left));
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let form_action = match view.template.as_deref().and_then(source_of) {
        Some(target) => FormAction::OnTo(target),
        None => FormAction::Own,
    };
    let (hello, not_you) = match view.phone {
        Phone::Own => (words.hello, words.not_you),
        Phone::Carer => (words.hello_carer, words.not_carer),
    };
    let template = ConfirmPage {
        words,
        title: words.sign_in,
        hello: fill(hello, &values),
        once,
        sign_in_to: fill(words.sign_in_to, &values),
        not_you: fill(not_you, &values),
        typed,
        digits,
        pin_hint: digits
            .map_or_else(String::new, |digits| fill(words.pin_hint, &[("digits", &digits.to_string())])),
        error,
    };
    page::answer(status, words, &form_action, &template)
}

fn wrong_pin(words: &Words, refusal: Refusal, left: u32) -> Option<String> {
    match refusal {
        Refusal::MissingTxCode => Some(words.pin_missing.to_owned()),
        Refusal::WrongTxCode if left == 1 => Some(words.pin_wrong_last.to_owned()),
        Refusal::WrongTxCode => Some(fill(words.pin_wrong, &[("left", &left.to_string())])),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "typed.html")]
struct TypedPage<'a> {
    words: &'a Words,
    title: &'a str,
    typed: &'a str,
    error: Option<&'a str>,
}

/// The field for a typed code.
pub(super) fn typed(status: StatusCode, words: &Words, typed: &str, error: Option<&str>) -> Response {
    let template = TypedPage { words, title: words.typed_title, typed, error };
    page::answer(status, words, &FormAction::Own, &template)
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInPage<'a> {
    words: &'a Words,
    title: &'a str,
    text: String,
    open: String,
    launch_uri: Option<&'a str>,
}

/// It worked. The client is one press away, if it says where it begins.
pub(super) fn signed_in(words: &Words, done: &SignedIn, now: Timestamp) -> Response {
    let duration = words.duration(now.until(done.until));
    let sentence = match done.phone {
        Phone::Own => words.signed_in,
        Phone::Carer => words.signed_in_carer,
    };
    let values = [("person", done.person.as_str()), ("client", &done.client), ("duration", &duration)];
    let launch_uri = done.launch_uri.as_deref();
    let template = SignedInPage {
        words,
        title: words.signed_in_title,
        text: fill(sentence, &values),
        open: fill(words.open, &values),
        launch_uri: launch_uri.filter(|uri| uri.starts_with("https://") || uri.starts_with("http://")),
    };
    page::answer(StatusCode::OK, words, &FormAction::None, &template)
}

/// A page that says one thing.
pub(super) fn message(status: StatusCode, words: &Words, (title, text): (&str, &str)) -> Response {
    page::message(status, words, title, text)
}

#[derive(Template)]
#[template(path = "dead_end.html")]
struct DeadEndPage<'a> {
    words: &'a Words,
    title: &'a str,
    text: &'a str,
    /// The number as it is dialled, and the words around it.
    phone: Option<(String, String)>,
}

/// It goes no further here: why, and whom to call.
pub(super) fn dead_end(
    status: StatusCode,
    words: &Words,
    (title, text): (&str, &str),
    desk_phone: Option<&str>,
) -> Response {
    let phone = desk_phone.map(|phone| {
        let dialled =
            phone.chars().filter(|character| character.is_ascii_digit() || *character == '+').collect();
        (dialled, fill(words.call_desk, &[("phone", phone)]))
    });
    page::answer(status, words, &FormAction::None, &DeadEndPage { words, title, text, phone })
}

/// Our own failure: logged like every fault, shown as a page with an id to quote.
pub(crate) fn failed(call: &Call, words: &Words, stop: Stop) -> Response {
    let answered = respond::stop(call, Family::OAuth, stop);
    let (title, text) = words.failed;
    let id = answered
        .extensions()
        .get::<respond::FaultId>()
        .map_or_else(|| random_id(&call.shared.engine), |id| id.0.clone());
    let mut response = page::message(answered.status(), words, title, &fill(text, &[("id", &id)]));
    if let Some(seconds) = answered.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::clone(seconds));
    }
    response
}
