//! FHIR `OperationOutcome`, as Medplum's endpoints answer.

use anteroom_engine::refusal::OutcomeAnswer;
use anteroom_engine::{Engine, entropy};
use axum::http::HeaderMap;
use serde::Serialize;

const TRACING: &str = "https://medplum.com/fhir/StructureDefinition/tracing";

/// What an outcome says.
pub(crate) struct Outcome<'a> {
    /// `id`
    pub(crate) id: Option<&'a str>,
    /// `issue[0].code`
    pub(crate) code: &'a str,
    /// `issue[0].details.text`
    pub(crate) text: &'a str,
    /// `issue[0].expression[0]`
    pub(crate) expression: Option<&'a str>,
    /// `issue[0].diagnostics`
    pub(crate) diagnostics: Option<&'a str>,
}

impl From<OutcomeAnswer> for Outcome<'static> {
    fn from(answer: OutcomeAnswer) -> Self {
        let OutcomeAnswer { status: _, id, code, text, expression, diagnostics } = answer;
        Self { id, code, text, expression, diagnostics }
    }
}

/// The ids under which a request can be found again.
pub(crate) struct RequestIds {
    /// Made here.
    pub(crate) request: String,
    /// The caller's, when it sent one.
    trace: String,
}

impl RequestIds {
    /// Makes the ids of a request. The trace id is taken over from `x-trace-id` (a UUID) or `traceparent`.
    pub(crate) fn new(engine: &Engine, headers: &HeaderMap) -> Self {
        let request = random_id(engine);
        let trace = trace_id(headers).unwrap_or_else(|| random_id(engine));
        Self { request, trace }
    }
}

/// A random UUID; all zeros when there is no chance left, because an answer must still be given.
pub(crate) fn random_id(engine: &Engine) -> String {
    entropy::random_id::<()>(engine.entropy())
        .map_or_else(|_| uuid::Uuid::nil().to_string(), |id| id.to_string())
}

fn trace_id(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(id) = text("x-trace-id").and_then(|id| uuid::Uuid::try_parse(id).ok()) {
        return Some(id.to_string());
    }
    // version "-" trace id "-" parent id "-" flags
    let id = text("traceparent")?.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| id.to_ascii_lowercase())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    issue: [Issue<'a>; 1],
    extension: [Extension<'a>; 1],
}

#[derive(Serialize)]
struct Issue<'a> {
    severity: &'static str,
    code: &'a str,
    details: Details<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<[&'a str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<&'a str>,
}

#[derive(Serialize)]
struct Details<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Extension<'a> {
    url: &'static str,
    extension: [Traced<'a>; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Traced<'a> {
    url: &'static str,
    value_id: &'a str,
}

/// The JSON of an outcome. One about a field has a random `id`, as Medplum's field validation gives it.
pub(crate) fn json(outcome: &Outcome<'_>, ids: &RequestIds, engine: &Engine) -> Vec<u8> {
    let made = (outcome.id.is_none() && outcome.expression.is_some()).then(|| random_id(engine));
    let body = Body {
        resource_type: "OperationOutcome",
        id: outcome.id.or(made.as_deref()),
        issue: [Issue {
            severity: "error",
            code: outcome.code,
            details: Details { text: outcome.text },
            expression: outcome.expression.map(|expression| [expression]),
            diagnostics: outcome.diagnostics,
        }],
        extension: [Extension {
            url: TRACING,
            extension: [
                Traced { url: "requestId", value_id: &ids.request },
                Traced { url: "traceId", value_id: &ids.trace },
            ],
        }],
    };
    serde_json::to_vec(&body).expect("strings under fixed names always serialize")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_callers_trace_id_is_taken_over_when_it_has_its_form() {
        let with = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            trace_id(&headers)
        };
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(with("x-trace-id", uuid).as_deref(), Some(uuid));
        assert_eq!(with("x-trace-id", "<script>"), None);
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(with("traceparent", parent).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert_eq!(with("traceparent", "00-xyz-1-01"), None);
    }
}
