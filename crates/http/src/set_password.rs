//! `GET` and `POST /setpassword/{id}/{secret}`: the page on which a person chooses a password, as Medplum's links lead to
//! it. A plain form, no script. Looking spends nothing, so that a scanner of messages cannot use a link up.

mod words;

use anteroom_engine::endpoint::set_password::{self, Request, View};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::{Refused, Stop};
use anteroom_oauth::form::Form;
use askama::Template;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use zeroize::Zeroizing;

use self::words::Say;
use crate::call::Call;
use crate::extract::{self, FORM_LIMIT};
use crate::headers::{FormAction, HTML};
use crate::page::words::Words;
use crate::page::{self, fill, words_for};
use crate::{landing, respond};

#[derive(Template)]
#[template(path = "set_password.html")]
struct SetPasswordPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    account: String,
    email: &'a str,
    error: Option<&'a str>,
}

/// Shows the form, or takes the password.
pub(crate) async fn page(call: Call, body: Body) -> Response {
    if call.method() == Method::HEAD {
        return respond::response(StatusCode::OK, HTML, Body::empty());
    }
    let words = words_for(call.headers());
    let request = match request(&call) {
        Ok(request) => request,
        Err(stop) => return stopped(&call, words, stop),
    };
    if call.method() == Method::GET {
        return match set_password::look(&call.shared.engine, &call.origin(), &request) {
            Ok(view) => show(StatusCode::OK, words, &view, None),
            Err(stop) => stopped(&call, words, stop),
        };
    }
    let passwords = match read_form(&call, words, body).await {
        Ok(passwords) => passwords,
        Err(response) => return response,
    };
    take(&call, words, request, passwords).await
}

/// What the address says.
fn request(call: &Call) -> Result<Request, Stop> {
    let mut parts = call.parts.uri.path().rsplit('/');
    let (secret, id) = (parts.next(), parts.next());
    Request::read(id, secret.map(str::to_owned))
}

/// The password, twice.
struct Passwords {
    password: Zeroizing<String>,
    again: Zeroizing<String>,
}

async fn read_form(call: &Call, words: &Words, body: Body) -> Result<Passwords, Response> {
    if !landing::is_own_page(call) {
        return Err(message(StatusCode::FORBIDDEN, words, words.cross_site));
    }
    let unreadable = |status| message(status, words, words.unreadable);
    if !extract::is_form(call.headers()) {
        return Err(unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let bytes = extract::body(call.headers(), body, FORM_LIMIT).await;
    let bytes = bytes.map_err(|_| unreadable(StatusCode::BAD_REQUEST))?;
    let form = Form::decode(&bytes).map_err(|_| unreadable(StatusCode::BAD_REQUEST))?;
    let field = |name: &str| Zeroizing::new(form.get(name).unwrap_or_default().to_owned());
    Ok(Passwords { password: field("password"), again: field("again") })
}

async fn take(call: &Call, words: &Words, request: Request, passwords: Passwords) -> Response {
    let (engine, say) = (&call.shared.engine, Say::of(words));
    let Passwords { password, again } = passwords;
    // Asked once more for what the form says: a refused password leaves the form open.
    let view = match set_password::look(engine, &call.origin(), &request) {
        Ok(view) => view,
        Err(stop) => return stopped(call, words, stop),
    };
    if password != again {
        return show(StatusCode::BAD_REQUEST, words, &view, Some(say.differ));
    }
    match set_password::respond(engine, call.origin(), request, password).await {
        Ok(view) => {
            let (title, text) = say.done;
            page::message(StatusCode::OK, words, title, &fill(text, &[("email", &view.email)]))
        }
        Err(stop) => {
            let error = match &stop {
                Stop::Refused(Refused { refusal: Refusal::PasswordTooShort, .. }) => Some(say.too_short),
                Stop::Refused(Refused { refusal: Refusal::PasswordTooLong, .. }) => Some(say.too_long),
                _ => None,
            };
            match error {
                Some(error) => show(StatusCode::BAD_REQUEST, words, &view, Some(error)),
                None => stopped(call, words, stop),
            }
        }
    }
}

fn show(status: StatusCode, words: &Words, view: &View, error: Option<&str>) -> Response {
    let say = Say::of(words);
    let account = fill(say.account, &[("email", &view.email)]);
    let template = SetPasswordPage { words, say, title: say.title, account, email: &view.email, error };
    page::answer(status, words, &FormAction::Own, &template)
}

fn message(status: StatusCode, words: &Words, (title, text): (&str, &str)) -> Response {
    page::message(status, words, title, text)
}

/// Why a link no longer works, and what to do.
fn stopped(call: &Call, words: &Words, stop: Stop) -> Response {
    let say = Say::of(words);
    let Stop::Refused(Refused { refusal, .. }) = &stop else {
        return landing::failed(call, words, stop);
    };
    match refusal {
        Refusal::SecurityRequestUsed => message(StatusCode::GONE, words, say.used),
        Refusal::SecurityRequestExpired => message(StatusCode::GONE, words, say.expired),
        Refusal::InvalidRequestId
        | Refusal::MissingSecret
        | Refusal::SecurityRequestNotFound
        | Refusal::IncorrectSecret => message(StatusCode::NOT_FOUND, words, say.unknown),
        _ => landing::failed(call, words, stop),
    }
}
