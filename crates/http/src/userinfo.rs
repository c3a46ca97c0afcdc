//! `GET` and `POST /oauth2/userinfo`: [OpenID Connect Core §5.3]. The token comes in the header, or in the form of a POST
//! [RFC6750 §2.2]; never in both [RFC6750 §2], never in the query [RFC9700 §4.3.2].

use anteroom_engine::endpoint::userinfo;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Stop;
use anteroom_oauth::authorization::{self, Authorization, AuthorizationError};
use anteroom_oauth::form::{Form, FormError};
use anteroom_oauth::secret::{AccessToken, Secret};
use axum::body::Body;
use axum::http::{Method, header};
use axum::response::Response;

use crate::call::Call;
use crate::extract::{self, FORM_LIMIT};
use crate::respond::{self, Family};

/// Answers with the claims.
pub(crate) async fn userinfo(call: Call, body: Body) -> Response {
    let token = match access_token(&call, body).await {
        Ok(token) => token,
        Err(response) => return response,
    };
    // [OIDC-CORE §5.3.1] [OIDC-CORE §5.3.2] JSON in UTF-8; [OIDC-CORE §5.3.3] refusals as RFC 6750 has them
    match userinfo::respond(&call.shared.engine, &call.origin(), &token) {
        Ok(claims) => respond::json(&claims),
        Err(stop) => respond::stop(&call, Family::OAuth, stop),
    }
}

async fn access_token(call: &Call, body: Body) -> Result<Secret<AccessToken>, Response> {
    let refuse = |refusal| respond::stop(call, Family::OAuth, call.refuse(refusal));
    if has_token_in_query(call) {
        return Err(refuse(Refusal::TokenInQuery));
    }
    let in_header = match from_header(call) {
        Ok(token) => token,
        Err(refusal) => return Err(refuse(refusal)),
    };
    let in_body = if call.method() == Method::POST { from_body(call, body).await? } else { None };
    match (in_header, in_body) {
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (Some(_), Some(_)) => Err(refuse(Refusal::TwoTokens)),
        (None, None) => Err(refuse(Refusal::Unauthenticated)),
    }
}

fn has_token_in_query(call: &Call) -> bool {
    let query = call.parts.uri.query().unwrap_or_default();
    // A query that cannot be read names nothing; parameters besides are ignored, like everywhere.
    Form::decode_with_repeated(query.as_bytes()).is_ok_and(|(form, repeated)| {
        form.get("access_token").is_some() || repeated.iter().any(|name| name == "access_token")
    })
}

fn from_header(call: &Call) -> Result<Option<Secret<AccessToken>>, Refusal> {
    let Ok(header) = extract::single(call.headers(), &header::AUTHORIZATION) else {
        return Err(Refusal::TwoTokens);
    };
    match header.map(authorization::parse) {
        None => Ok(None),
        Some(Ok(Authorization::Bearer(token))) => Ok(Some(token)),
        // A client's own credentials name no person.
        Some(Ok(Authorization::Basic { .. }) | Err(AuthorizationError::UnknownScheme)) => {
            Err(Refusal::Unauthenticated)
        }
        Some(Err(_)) => Err(Refusal::InvalidToken),
    }
}

/// [RFC6750 §2.2] the token in the form. A body of another kind holds none.
async fn from_body(call: &Call, body: Body) -> Result<Option<Secret<AccessToken>>, Response> {
    if !extract::is_form(call.headers()) {
        return Ok(None);
    }
    let bytes = extract::body(call.headers(), body, FORM_LIMIT)
        .await
        .map_err(|error| extract::refuse_body(call, Family::OAuth, &error))?;
    match Form::decode(&bytes) {
        Ok(mut form) => Ok(form.take_secret("access_token")),
        Err(error) => {
            let refusal = match error {
                FormError::Duplicate(_) => Refusal::DuplicateParameter,
                _ => Refusal::MalformedForm,
            };
            let stop: Stop = call.refuse(refusal);
            Err(respond::stop(call, Family::OAuth, stop))
        }
    }
}
