//! `GET` and `POST /oauth2/logout`: with a bearer token as Medplum has it, without one [OpenID Connect RP-Initiated
//! Logout 1.0 §2].

use anteroom_engine::endpoint::logout::{self, Answer, Request};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Stop;
use anteroom_oauth::authorization::{self, Authorization};
use anteroom_oauth::form::Form;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::call::Call;
use crate::extract::{self, FORM_LIMIT};
use crate::headers::{FHIR_JSON, FormAction, HTML, source_of};
use crate::interaction::pages;
use crate::page::words_for;
use crate::respond::{self, ALL_OK, Family};
use crate::{cookies, landing, leave};

/// Signs out.
pub(crate) async fn logout(call: Call, body: Body) -> Response {
    if call.headers().contains_key(header::AUTHORIZATION) {
        return with_token(&call).await;
    }
    if call.method() == Method::HEAD {
        return respond::response(StatusCode::OK, HTML, Body::empty());
    }
    in_browser(&call, body).await
}

async fn with_token(call: &Call) -> Response {
    let header = extract::single(call.headers(), &header::AUTHORIZATION);
    let refusal = match header.map(|header| header.map(authorization::parse)) {
        Ok(Some(Ok(Authorization::Bearer(token)))) => {
            return match logout::with_token(&call.shared.engine, call.origin(), token).await {
                Ok(()) => respond::response(StatusCode::OK, FHIR_JSON, ALL_OK),
                Err(stop) => respond::stop(call, Family::Medplum, stop),
            };
        }
        Ok(Some(Ok(Authorization::Basic { .. }))) => Refusal::Unauthenticated,
        _ => Refusal::InvalidToken,
    };
    respond::stop(call, Family::Medplum, call.refuse(refusal))
}

async fn in_browser(call: &Call, body: Body) -> Response {
    let words = words_for(call.headers());
    let unreadable = |status| pages::message(status, words, words.unreadable);
    let form = if call.method() == Method::POST {
        if !extract::is_form(call.headers()) {
            // A program without a token: Medplum's signOut after its token was forgotten.
            return respond::stop(call, Family::Medplum, call.refuse(Refusal::Unauthenticated));
        }
        match extract::body(call.headers(), body, FORM_LIMIT).await {
            Ok(bytes) => Form::decode(&bytes),
            Err(_) => return unreadable(StatusCode::BAD_REQUEST),
        }
    } else {
        Form::decode(call.parts.uri.query().unwrap_or_default().as_bytes())
    };
    let Ok(form) = form else { return unreadable(StatusCode::BAD_REQUEST) };
    let request = Request::read(&form);
    if request.form_token.is_some() && (call.method() != Method::POST || !landing::is_own_page(call)) {
        return pages::message(StatusCode::FORBIDDEN, words, words.cross_site);
    }
    let browser = cookies::read(call);
    match logout::respond(&call.shared.engine, call.origin(), request.clone(), browser).await {
        Ok(Answer::Ask { form_token, to }) => {
            let to = to.as_deref().and_then(source_of);
            pages::sign_out(words, &form_token, &request, &to.map_or(FormAction::Own, FormAction::OnTo))
        }
        Ok(Answer::SignedOut(to)) => signed_out(call, to, request.form_token.is_some()),
        Err(Stop::Refused(refused)) if refused.refusal == Refusal::InteractionNotYours => pages::ended(words),
        Err(Stop::Refused(refused)) => pages::authorize_error(words, refused.refusal, None),
        Err(stop) => pages::failed(call, words, stop),
    }
}

fn signed_out(call: &Call, to: Option<String>, after_form: bool) -> Response {
    let words = words_for(call.headers());
    let mut response = pages::signed_out(words);
    let between = to.as_deref().filter(|_| after_form).and_then(|to| leave::page(call.headers(), words, to));
    if let Some(page) = between {
        response = page;
    } else if let Some(to) = to.and_then(|to| HeaderValue::try_from(to).ok()) {
        response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        response.headers_mut().insert(header::LOCATION, to);
    }
    cookies::forget_session(call, response.headers_mut());
    response
}
