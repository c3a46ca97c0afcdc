//! `/fhir/R4/{resourceType}` and `/fhir/R4/{resourceType}/{id}`: FHIR R4 over HTTP, for the auth slice.

use anteroom_engine::endpoint::fhir::{self, Answer, Ask, Parameters, Patch, Request, Shown, Target};
use anteroom_engine::fhir::Resource;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Stop;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use crate::call::Call;
use crate::caller;
use crate::extract::{self, FORM_LIMIT};
use crate::headers::FHIR_JSON;
use crate::respond::{self, ALL_OK, Family};

const BASE: &str = "/fhir/R4/";
const IF_NONE_EXIST: HeaderName = HeaderName::from_static("if-none-exist");

/// Answers a request to a type or to one resource.
pub(crate) async fn fhir(call: Call, body: Body) -> Response {
    let ask = match read(&call, body).await {
        Ok(ask) => ask,
        Err(response) => return response,
    };
    match ask_engine(&call, ask).await {
        Ok(answer) => respond_with(&call, answer),
        Err(stop) => respond::stop(&call, Family::Medplum, stop),
    }
}

async fn ask_engine(call: &Call, ask: Ask) -> Result<Answer, Stop> {
    let extended = call.headers().get("x-medplum").is_some_and(|value| value == "extended");
    let request = Request {
        credentials: caller::credentials(call)?,
        on_behalf_of: caller::on_behalf_of(call.headers()),
        ask,
        if_match: if_match(call)?,
        extended,
    };
    fhir::respond(&call.shared.engine, call.origin(), request).await
}

/// What the method and the path ask for. The path is compared as it was sent; nothing in it is decoded.
async fn read(call: &Call, body: Body) -> Result<Ask, Response> {
    let path = call.parts.uri.path();
    let path = path.split_once(BASE).map_or("", |(_, path)| path);
    let mut parts = path.splitn(3, '/');
    let resource_type = parts.next().unwrap_or_default().to_owned();
    let (id, deeper) = (parts.next(), parts.next());
    let not_here = || respond::stop(call, Family::Medplum, call.refuse(Refusal::NotInAuthSlice));
    if deeper.is_some() {
        return Err(not_here());
    }
    let target = |id: &str| Target { resource_type: resource_type.clone(), id: id.to_owned() };
    let method = call.method();
    match id {
        None if method == Method::GET || method == Method::HEAD => {
            let query = call.parts.uri.query().unwrap_or_default();
            Ok(Ask::Search(resource_type.clone(), Parameters(pairs(query.as_bytes()))))
        }
        None if method == Method::POST => {
            if call.headers().contains_key(IF_NONE_EXIST) {
                return Err(not_supported(call, "Conditional creation is not supported"));
            }
            Ok(Ask::Create(resource_type.clone(), resource(call, body).await?))
        }
        Some("_search") if method == Method::POST => search_form(call, body, &resource_type).await,
        Some(id) if method == Method::GET || method == Method::HEAD => Ok(Ask::Read(target(id))),
        Some(id) if method == Method::PUT => Ok(Ask::Update(target(id), resource(call, body).await?)),
        Some(id) if method == Method::PATCH => {
            let operations = extract::json_list(call, body).await?;
            let changes = Patch::read(&operations)
                .or_else(|stop| call.shared.engine.refuse_unread(&call.origin(), stop))
                .map_err(|stop| respond::stop(call, Family::Medplum, stop))?;
            Ok(Ask::Patch(target(id), changes))
        }
        Some(id) if method == Method::DELETE => Ok(Ask::Delete(target(id))),
        _ => Err(not_here()),
    }
}

async fn resource(call: &Call, body: Body) -> Result<Resource, Response> {
    match extract::json(call, body).await? {
        Value::Object(resource) => Ok(resource),
        _ => Ok(Resource::new()),
    }
}

/// [FHIR-R4 §3.1.1.3] a search by POST: parameters in the query and in a form.
async fn search_form(call: &Call, body: Body, resource_type: &str) -> Result<Ask, Response> {
    if !extract::is_form(call.headers()) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let (id, code) = (Some("unsupported-media-type"), "not-supported");
        return Err(respond::problem(call, Family::Medplum, status, (id, code), "Unsupported media type"));
    }
    let bytes = extract::body(call.headers(), body, FORM_LIMIT)
        .await
        .map_err(|error| extract::refuse_body(call, Family::Medplum, &error))?;
    let mut parameters = pairs(call.parts.uri.query().unwrap_or_default().as_bytes());
    parameters.extend(pairs(&bytes));
    Ok(Ask::Search(resource_type.to_owned(), Parameters(parameters)))
}

/// `name=value` pairs, decoded. A parameter may come twice: then both must match.
fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

/// The version that `If-Match` names, weak or strong. One that cannot be read matches nothing.
fn if_match(call: &Call) -> Result<Option<String>, Stop> {
    let Ok(value) = extract::single(call.headers(), &header::IF_MATCH) else {
        return Err(call.refuse(Refusal::VersionsDiffer));
    };
    Ok(value.map(|value| tag(value).to_owned()).filter(|tag| tag != "*"))
}

fn tag(value: &[u8]) -> &str {
    let text = std::str::from_utf8(value).unwrap_or_default().trim();
    text.strip_prefix("W/").unwrap_or(text).trim_matches('"')
}

fn not_supported(call: &Call, text: &str) -> Response {
    respond::problem(call, Family::Medplum, StatusCode::BAD_REQUEST, (None, "not-supported"), text)
}

fn respond_with(call: &Call, answer: Answer) -> Response {
    match answer {
        Answer::Found(shown) => {
            let known = call.headers().get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes).map(tag);
            if matches!(*call.method(), Method::GET | Method::HEAD) && known == Some(shown.version.as_str()) {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                set_tag(&mut response, &shown);
                return response;
            }
            with_tag(StatusCode::OK, &shown)
        }
        Answer::Created(shown) => {
            let mut response = with_tag(StatusCode::CREATED, &shown);
            let text = |name: &str| shown.resource.get(name).and_then(Value::as_str).unwrap_or_default();
            let place = format!("fhir/R4/{}/{}", text("resourceType"), text("id"));
            if let Ok(location) = HeaderValue::try_from(call.issuer().endpoint(&place)) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Answer::Bundle(bundle) => respond::fhir_json(StatusCode::OK, &bundle),
        Answer::Deleted => respond::response(StatusCode::OK, FHIR_JSON, ALL_OK),
    }
}

fn with_tag(status: StatusCode, shown: &Shown) -> Response {
    let mut response = respond::fhir_json(status, &shown.resource);
    set_tag(&mut response, shown);
    response
}

/// [FHIR-R4 §3.1.0.5] the version, as a weak entity tag.
fn set_tag(response: &mut Response, shown: &Shown) {
    if let Ok(tag) = HeaderValue::try_from(format!("W/\"{}\"", shown.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_read_weak_and_strong() {
        for (value, version) in [("W/\"a\"", "a"), ("\"a\"", "a"), (" a ", "a"), ("*", "*"), ("", "")] {
            assert_eq!(tag(value.as_bytes()), version);
        }
        assert_eq!(tag(b"\xff"), "");
    }
}
