//! `GET` and `POST /oauth2/interaction/{id}`: the hosted pages – sign in, choose a profile, agree. One address for all of
//! them; the engine says which form it shows. Plain forms, no script.

use std::sync::Arc;

use anteroom_engine::endpoint::interaction::{self, Form as Posted, Press};
use anteroom_engine::id::Id;
use anteroom_engine::model::Interaction;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::service::interactions::Browser;
use anteroom_engine::service::sign_in::Credentials;
use anteroom_engine::stop::{Refused, Stop};
use anteroom_oauth::form::Form;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::extract::{self, FORM_LIMIT};
use crate::headers::HTML;
use crate::page::words::Words;
use crate::page::words_for;
use crate::{cookies, landing, leave, respond};

pub(crate) mod pages;
mod words;

/// Shows the page, or answers its form.
pub(crate) async fn interaction(call: Call, body: Body) -> Response {
    if call.method() == Method::HEAD {
        return respond::response(StatusCode::OK, HTML, Body::empty());
    }
    let words = words_for(call.headers());
    let Some(id) = call.parts.uri.path().rsplit('/').next().and_then(Id::parse) else {
        return pages::ended(words);
    };
    let browser = Arc::new(cookies::read(&call));
    if call.method() == Method::GET {
        return show(&call, words, id, &browser, "", None);
    }
    if !landing::is_own_page(&call) {
        return pages::message(StatusCode::FORBIDDEN, words, words.cross_site);
    }
    if !extract::is_form(call.headers()) {
        return pages::message(StatusCode::UNSUPPORTED_MEDIA_TYPE, words, words.unreadable);
    }
    let form = match extract::body(call.headers(), body, FORM_LIMIT).await {
        Ok(bytes) => Form::decode(&bytes),
        Err(_) => return pages::message(StatusCode::BAD_REQUEST, words, words.unreadable),
    };
    let Ok(form) = form else {
        return pages::message(StatusCode::BAD_REQUEST, words, words.unreadable);
    };
    let email = form.get("email").unwrap_or_default().to_owned();
    let Some(press) = press(&form) else {
        return pages::message(StatusCode::BAD_REQUEST, words, words.unreadable);
    };
    let form_token = form.get("form_token").unwrap_or_default().to_owned();
    let posted = Posted { id, browser: Arc::clone(&browser), form_token, press };
    match interaction::respond(&call.shared.engine, call.origin(), posted).await {
        Ok(answer) => leave::after_form(&call, words, &answer),
        Err(Stop::Refused(refused)) if refused.refusal == Refusal::InteractionNotYours => pages::ended(words),
        Err(Stop::Refused(refused)) => show(&call, words, id, &browser, &email, Some(&refused)),
        Err(stop) => pages::failed(&call, words, stop),
    }
}

fn press(form: &Form) -> Option<Press> {
    Some(match form.get("press")? {
        "sign_in" => Press::SignIn(Credentials {
            email: form.get("email").unwrap_or_default().to_owned(),
            password: Zeroizing::new(form.get("password").unwrap_or_default().to_owned()),
        }),
        "second_factor" => {
            let code = form.get("token").unwrap_or_default();
            Press::SecondFactor(code.chars().filter(|character| !character.is_whitespace()).collect())
        }
        "choose" => Press::Choose(form.get("membership").and_then(Id::parse)),
        "allow" => Press::Allow(form.get("remember").is_some()),
        "other_person" => Press::OtherPerson,
        "cancel" => Press::Cancel,
        _ => return None,
    })
}

/// The page as it stands now, with what was wrong before.
pub(crate) fn show(
    call: &Call,
    words: &'static Words,
    id: Id<Interaction>,
    browser: &Browser,
    email: &str,
    wrong: Option<&Refused>,
) -> Response {
    let view = match interaction::view(&call.shared.engine, call.issuer(), id, browser) {
        Ok(view) => view,
        Err(Stop::Refused(_)) => return pages::ended(words),
        Err(stop) => return pages::failed(call, words, stop),
    };
    let mut response = pages::view(words, &view, email, wrong.map(|refused| refused.refusal));
    if let Some(seconds) = wrong.and_then(|refused| refused.retry_after) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
