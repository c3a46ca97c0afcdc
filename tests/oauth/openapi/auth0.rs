//! Auth0's Management API: JSON in, JSON out.

use serde_json::{Value, json};

use super::operations::operation;
use super::schemas::reference;

/// Collection, what one of it is called, and a body that makes one.
const COLLECTIONS: [(&str, &str, &str); 4] = [
    ("clients", "a client", r#"{"name":"SPA","app_type":"spa","token_endpoint_auth_method":"none"}"#),
    (
        "resource-servers",
        "an API",
        r#"{"name":"My API","identifier":"https://my-api.example.com","scopes":[{"value":"read:calendar"}]}"#,
    ),
    (
        "client-grants",
        "a client grant",
        r#"{"client_id":"c0ffee00-6f1b-4f7e-9c55-000000000001","audience":"https://my-api.example.com","scope":[]}"#,
    ),
    ("connections", "a connection", r#"{"name":"acme-idp","strategy":"oidc"}"#),
];

pub(super) fn describe(path: &str, method: &str) -> Option<Value> {
    let rest = path.strip_prefix("/api/v2/")?;
    let special = match (method, rest) {
        ("POST", "clients/{id}/rotate-secret") => Some(("Gives a client a new secret.", Some(json!({})))),
        ("GET", "connections/{id}/clients") => Some(("The clients that may use a connection.", None)),
        ("PATCH", "connections/{id}/clients") => Some((
            "Lets clients use a connection, or no longer.",
            Some(json!([{ "client_id": "c0ffee00-6f1b-4f7e-9c55-000000000001", "status": true }])),
        )),
        ("GET", "users/{id}/connected-accounts") => {
            Some(("What a person keeps in the Token Vault, without the tokens.", None))
        }
        ("GET", "logs") => Some(("The log of the project.", None)),
        ("GET", "logs/{id}") => Some(("One event of the log.", None)),
        _ => None,
    };
    if let Some((summary, example)) = special {
        return Some(described(summary, example));
    }
    let (name, one, example) = COLLECTIONS
        .into_iter()
        .find(|(name, ..)| rest == *name || rest.strip_prefix(name) == Some("/{id}"))?;
    let example: Value = serde_json::from_str(example).expect("an example is JSON");
    let (summary, example) = match (method, rest == name) {
        ("GET", true) => (format!("All {name} of the project."), None),
        ("POST", true) => (format!("Creates {one}."), Some(example)),
        ("GET", false) => (format!("Shows {one}."), None),
        ("PATCH", false) => {
            (format!("Changes {one}; a list that is named is replaced."), Some(json!({ "name": "Other" })))
        }
        ("DELETE", false) => (format!("Deletes {one}."), None),
        _ => return None,
    };
    Some(described(&summary, example))
}

fn described(summary: &str, example: Option<Value>) -> Value {
    let request = example.map(|example| {
        let kind = if example.is_array() { "array" } else { "object" };
        let mut schema = json!({ "type": kind });
        if kind == "array" {
            schema["items"] = json!({ "type": "object" });
        }
        json!({ "required": true, "content": { "application/json": { "schema": schema, "example": example } } })
    });
    let answers = json!({
        "204": { "description": "Done." },
        "2XX": { "description": "Done.", "content": { "application/json": {} } },
    });
    let trouble = |description: &str| {
        json!({ "description": description,
                "content": { "application/json": { "schema": reference("ManagementError") } } })
    };
    let errors =
        json!({ "4XX": trouble("What is wrong, in Auth0's words."), "503": trouble("Too busy now.") });
    let mut operation = operation(summary, request, &answers, &errors);
    operation["security"] = json!([{}, { "token": [] }]);
    operation
}

/// `{statusCode, error, message, errorCode?}`
pub(super) fn error_schema() -> Value {
    json!({
        "type": "object",
        "required": ["statusCode", "error", "message"],
        "properties": {
            "statusCode": { "type": "integer" },
            "error": { "type": "string" },
            "message": { "type": "string" },
            "errorCode": { "type": "string" },
        },
    })
}
