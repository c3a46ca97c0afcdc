//! Connected Accounts: the My Account API, and the browser's part.

use serde_json::{Value, json};

use super::operations::operation;
use super::schemas::reference;

pub(super) fn describe(path: &str, method: &str) -> Option<Value> {
    Some(match path {
        "/me/v1/connected-accounts/connect" => described(
            "Begins to connect an account of the person at a provider.",
            Some(&json!({ "connection": "acme-idp", "redirect_uri": "http://127.0.0.1:8999/callback" })),
        ),
        "/me/v1/connected-accounts/complete" => described(
            "Completes it with the code the browser brought back.",
            Some(&json!({ "auth_session": "never-issued", "connect_code": "never-issued",
                          "redirect_uri": "http://127.0.0.1:8999/callback" })),
        ),
        "/me/v1/connected-accounts/accounts" => described("What the person connected.", None),
        "/me/v1/connected-accounts/accounts/{id}" => {
            described("Takes an account away. The provider is not told.", None)
        }
        "/me/v1/connected-accounts/connections" => {
            described("What the client may connect the person to.", None)
        }
        "/connected-accounts/connect" => browser("Opens a ticket: on to the provider.", "ticket"),
        "/login/callback" => browser("The provider sends the browser back here.", "state"),
        _ => return None,
    })
    .filter(|_| !method.is_empty())
}

fn described(summary: &str, example: Option<&Value>) -> Value {
    let request = example.map(|example| {
        json!({ "required": true,
                "content": { "application/json": { "schema": { "type": "object" }, "example": example } } })
    });
    let answers = json!({
        "204": { "description": "Done." },
        "2XX": { "description": "Done.", "content": { "application/json": {} } },
    });
    let trouble = |description: &str| {
        json!({ "description": description,
                "content": { "application/json": { "schema": reference("MyAccountError") } } })
    };
    let errors =
        json!({ "4XX": trouble("What is wrong, in Auth0's words."), "503": trouble("Too busy now.") });
    let mut operation = operation(summary, request, &answers, &errors);
    operation["security"] = json!([{}, { "token": [] }]);
    operation
}

fn browser(summary: &str, parameter: &str) -> Value {
    let page = |description: &str| json!({ "description": description, "content": { "text/html": { "schema": { "type": "string" } } } });
    let answers = json!({
        "200": page("An admin began it in the window, and it is done."),
        "303": { "description": "On to the provider, or back to the client." },
    });
    let mut operation = operation(
        summary,
        None,
        &answers,
        &json!({ "400": page("What is wrong."), "4XX": page("What is wrong.") }),
    );
    operation["parameters"] = json!([{ "name": parameter, "in": "query", "schema": { "type": "string" } }]);
    operation
}

/// The shape of a problem.
pub(super) fn error_schema() -> Value {
    json!({
        "type": "object",
        "description": "Problem details, in the form of Auth0's My Account API.",
        "required": ["type", "status", "title", "detail"],
        "properties": {
            "type": { "type": "string" },
            "status": { "type": "integer" },
            "title": { "type": "string" },
            "detail": { "type": "string" },
            "validation_errors": { "type": "array", "items": { "type": "object", "required": ["detail"] } },
        },
    })
}
