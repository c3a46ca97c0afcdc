//! `/admin/projects/{id}`, `…/client`, `…/invite`, `…/members/{id}`, its `mfa/reset` and `/admin/projects/setpassword`: Medplum's endpoints
//! for project admins.

use anteroom_engine::endpoint::admin_projects::{self, Answer, Ask, Request};
use anteroom_engine::stop::Stop;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::caller;
use crate::extract;
use crate::headers::FHIR_JSON;
use crate::respond::{self, ALL_OK, Family};

/// Which route was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Project,
    Client,
    Invite,
    Member,
    ResetSecondFactor,
    SetPassword,
}

/// Answers a request to one of the routes.
pub(crate) async fn answer(part: Part, call: Call, body: Body) -> Response {
    let ask = match read(part, &call, body).await {
        Ok(ask) => ask,
        Err(response) => return response,
    };
    match ask_engine(&call, ask).await {
        Ok(answer) => respond_with(part, answer),
        Err(stop) => respond::stop(&call, Family::Medplum, stop),
    }
}

async fn ask_engine(call: &Call, ask: Ask) -> Result<Answer, Stop> {
    let request = Request {
        credentials: caller::credentials(call)?,
        on_behalf_of: caller::on_behalf_of(call.headers()),
        ask,
    };
    admin_projects::respond(&call.shared.engine, call.origin(), request).await
}

async fn read(part: Part, call: &Call, body: Body) -> Result<Ask, Response> {
    let member = || call.parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    Ok(match part {
        Part::Project => Ask::Project,
        Part::Client => Ask::CreateClient(object(call, body).await?),
        Part::Invite => Ask::Invite(object(call, body).await?),
        Part::SetPassword => Ask::SetPassword(object(call, body).await?),
        Part::ResetSecondFactor => {
            let mut parts = call.parts.uri.path().rsplit('/').skip(2);
            Ask::ResetSecondFactor(parts.next().unwrap_or_default().to_owned())
        }
        Part::Member if call.method() == Method::POST => {
            Ask::WriteMember(member(), object(call, body).await?)
        }
        Part::Member if call.method() == Method::DELETE => Ask::DeleteMember(member()),
        Part::Member => Ask::ReadMember(member()),
    })
}

async fn object(call: &Call, body: Body) -> Result<Map<String, Value>, Response> {
    match extract::json(call, body).await? {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

fn respond_with(part: Part, answer: Answer) -> Response {
    match answer {
        Answer::Json(members) if part == Part::Project => respond::json(&members),
        Answer::Json(members) => respond::fhir_json(StatusCode::OK, &members),
        Answer::Client(mut client, secret) => {
            if let Some(secret) = secret {
                client.insert("secret".into(), secret.expose().into());
            }
            respond::fhir_json(StatusCode::CREATED, &client)
        }
        Answer::Done => respond::response(StatusCode::OK, FHIR_JSON, ALL_OK),
    }
}
