//! What each route does, wants and answers.

use serde_json::{Value, json};

use super::schemas::reference;

const CLIENT: &str = "c0ffee00-6f1b-4f7e-9c55-000000000001";
const SERVICE: &str = "c0ffee00-6f1b-4f7e-9c55-000000000002";
const SERVICE_SECRET: &str = "example-only-reminder-service-secret";

/// What the operation of a path answers. `None` when nobody described it.
pub(super) fn describe(path: &str, method: &str) -> Option<Value> {
    Some(match path {
        "/oauth2/authorize" => authorize(method),
        "/oauth2/interaction/{id}" => {
            page("A page of the sign-in: only for the browser that began it.", method, &[])
        }
        "/oauth2/token" => with_client(operation(
            "Tokens for a grant.",
            Some(form(&token_properties(), &token_examples())),
            &json!({ "200": ok("Tokens.", "TokenResponse") }),
            &oauth_errors(),
        )),
        "/oauth2/userinfo" | "/userinfo" => userinfo(method),
        "/oauth2/introspect" => with_client(operation(
            "What a token is worth at this moment: RFC 7662.",
            Some(form(&token_fields(), &json!({ "unknown": example(&json!({ "token": "never-issued" })) }))),
            &json!({ "200": ok("`active`, and what may be known.", "Introspection") }),
            &oauth_errors(),
        )),
        "/oauth2/revoke" | "/oauth/revoke" => with_client(operation(
            "Ends a token and its sign-in: RFC 7009.",
            Some(form(&token_fields(), &json!({ "unknown": example(&json!({ "token": "never-issued" })) }))),
            &json!({ "200": { "description": "It is over, whether it was there or not." } }),
            &oauth_errors(),
        )),
        "/oauth2/logout" => logout(method),
        "/auth/preauthorize" => preauthorize(),
        "/.well-known/openid-configuration"
        | "/.well-known/oauth-authorization-server"
        | "/.well-known/oauth-authorization-server/{*base}" => {
            discovery("ServerMetadata", "Authorization server metadata: RFC 8414.")
        }
        "/.well-known/oauth-protected-resource" => {
            let mut operation = discovery("ProtectedResource", "Protected resource metadata: RFC 9728.");
            operation["parameters"] = json!([query("resource", &json!({ "type": "string" }))]);
            operation
        }
        "/.well-known/jwks.json" => discovery("JwkSet", "The keys that sign: RFC 7517."),
        "/healthcheck" => operation(
            "Whether the store answers.",
            None,
            &json!({ "200": ok("It does.", "Health"), "503": ok("It does not.", "Health") }),
            &edge_errors(),
        ),
        "/in" | "/IN" => page("The page for typed codes.", method, &["code", "tx_code", "press"]),
        "/in/{code}" | "/IN/{code}" => {
            page("The landing page of a magic link. Only a press redeems.", method, &["tx_code"])
        }
        "/setpassword/{id}/{secret}" => page(
            "The page on which a person chooses a password with a link. Only a press uses the link up.",
            method,
            &["password", "again"],
        ),
        "/in/trust" => {
            page("How a phone comes to trust the local CA. On the local network only.", method, &[])
        }
        "/in/trust/anteroom-ca.crt" => {
            page("The local CA's certificate. On the local network only.", method, &[])
        }
        "/in/trust/anteroom-ca.mobileconfig" => {
            page("The same as a profile for iPhones. On the local network only.", method, &[])
        }
        "/in/offers/{id}" => operation(
            "A credential offer by reference: OID4VCI 1.0 §4.1.3.",
            None,
            &json!({ "200": ok("The offer, for five minutes.", "CredentialOffer") }),
            &edge_errors(),
        ),
        "/.well-known/smart-configuration" | "/fhir/R4/.well-known/smart-configuration" => {
            discovery("SmartConfiguration", "SMART App Launch: what this server can do.")
        }
        _ => {
            return super::auth0::describe(path, method)
                .or_else(|| super::my_account::describe(path, method))
                .or_else(|| super::medplum::describe(path, method));
        }
    })
}

pub(super) fn operation(summary: &str, request: Option<Value>, answers: &Value, errors: &Value) -> Value {
    let mut operation = json!({ "summary": summary });
    if let Some(request) = request {
        operation["requestBody"] = request;
    }
    let mut responses = answers.clone();
    for (status, answer) in errors.as_object().into_iter().flatten() {
        responses[status] = answer.clone();
    }
    operation["responses"] = responses;
    operation
}

/// The client may show HTTP Basic.
pub(super) fn with_client(mut operation: Value) -> Value {
    operation["security"] = json!([{}, { "client": [] }]);
    operation
}

fn ok(description: &str, schema: &str) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": reference(schema) } } })
}

fn html(description: &str) -> Value {
    json!({ "description": description, "content": { "text/html": { "schema": { "type": "string" } } } })
}

pub(super) fn leads(description: &str) -> Value {
    json!({
        "description": description,
        "headers": { "Location": { "required": true, "schema": { "type": "string" } } },
    })
}

pub(super) fn plain() -> Value {
    json!({ "schema": { "type": "string" } })
}

/// What is answered before any route: too long, another host. Plain text.
fn edge_errors() -> Value {
    json!({
        "4XX": {
            "description": "Refused before any endpoint, or the method is not allowed.",
            "content": {
                "application/json": { "schema": reference("Error") },
                "text/plain": plain(),
            },
        },
    })
}

/// OAuth's errors; in the `medplum` dialect, and without any token, some are an `OperationOutcome` or plain text.
pub(super) fn oauth_errors() -> Value {
    json!({
        "4XX": {
            "description": "Refused.",
            "content": {
                "application/json": { "schema": reference("Error") },
                "application/fhir+json": { "schema": reference("OperationOutcome") },
                "text/plain": plain(),
            },
        },
        "503": { "description": "Busy; come again.", "content": { "application/json": { "schema": reference("Error") } } },
    })
}

/// Medplum's errors.
pub(super) fn outcome_errors() -> Value {
    json!({
        "4XX": {
            "description": "Refused.",
            "content": {
                "application/fhir+json": { "schema": reference("OperationOutcome") },
                "text/plain": plain(),
            },
        },
        "503": {
            "description": "Busy; come again.",
            "content": { "application/fhir+json": { "schema": reference("OperationOutcome") } },
        },
    })
}

pub(super) fn page_errors() -> Value {
    json!({
        "4XX": {
            "description": "A page that says what is wrong.",
            "content": {
                "text/html": plain(),
                "application/json": { "schema": reference("Error") },
                "text/plain": plain(),
            },
        },
    })
}

pub(super) fn form(properties: &Value, examples: &Value) -> Value {
    json!({
        "required": true,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": { "type": "object", "properties": properties },
                "examples": examples,
            },
        },
    })
}

fn example(value: &Value) -> Value {
    json!({ "value": value })
}

fn query(name: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "schema": schema })
}

fn token_fields() -> Value {
    json!({
        "token": { "type": "string" },
        "token_type_hint": { "type": "string" },
        "client_id": { "type": "string", "enum": [SERVICE] },
        "client_secret": { "type": "string", "enum": [SERVICE_SECRET] },
    })
}

fn token_properties() -> Value {
    json!({
        "grant_type": {
            "type": "string",
            "enum": ["authorization_code", "refresh_token", "client_credentials",
                     "urn:ietf:params:oauth:grant-type:pre-authorized_code",
                     "urn:ietf:params:oauth:grant-type:token-exchange"],
        },
        "client_id": { "type": "string" },
        "client_secret": { "type": "string" },
        "code": { "type": "string" },
        "redirect_uri": { "type": "string" },
        "code_verifier": { "type": "string" },
        "refresh_token": { "type": "string" },
        "pre-authorized_code": { "type": "string" },
        "tx_code": { "type": "string" },
        "scope": { "type": "string" },
    })
}

fn token_examples() -> Value {
    json!({
        "client_credentials": example(&json!({
            "grant_type": "client_credentials", "client_id": SERVICE, "client_secret": SERVICE_SECRET,
        })),
        "authorization_code": example(&json!({
            "grant_type": "authorization_code", "client_id": CLIENT, "code": "never-issued",
            "redirect_uri": "http://127.0.0.1/callback", "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        })),
        "refresh_token": example(&json!({
            "grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": "never-issued",
        })),
        "pre_authorized_code": example(&json!({
            "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "client_id": CLIENT,
            "pre-authorized_code": "never-issued",
        })),
    })
}

const AUTHORIZE: &[(&str, &str)] = &[
    ("response_type", "code"),
    ("client_id", CLIENT),
    ("redirect_uri", "http://127.0.0.1:8999/callback"),
    ("scope", "openid"),
    ("state", "st"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
    ("prompt", "login"),
];

fn authorize(method: &str) -> Value {
    let answers =
        json!({ "303": leads("To the sign-in page, or back to the client with a code or an error.") });
    let summary = "Begins a sign-in: RFC 6749 section 4.1, OpenID Connect Core section 3.1.2.";
    if method == "POST" {
        let properties: Value = AUTHORIZE
            .iter()
            .map(|(name, _)| ((*name).to_owned(), json!({ "type": "string" })))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let whole: Value = AUTHORIZE
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        return operation(
            summary,
            Some(form(&properties, &json!({ "whole": example(&whole) }))),
            &answers,
            &page_errors(),
        );
    }
    let mut operation = operation(summary, None, &answers, &page_errors());
    let parameters = AUTHORIZE.iter().map(|(name, value)| {
        json!({ "name": name, "in": "query", "schema": { "type": "string" }, "example": value })
    });
    operation["parameters"] = parameters.collect::<Vec<_>>().into();
    operation
}

fn userinfo(method: &str) -> Value {
    let request = (method == "POST").then(|| {
        let mut body = form(&json!({ "access_token": { "type": "string" } }), &json!({}));
        body["required"] = false.into();
        body
    });
    let answers = json!({ "200": ok("Claims, as the scope allows.", "Claims") });
    let mut operation = operation(
        "Claims about the person behind a token: OpenID Connect Core section 5.3.",
        request,
        &answers,
        &oauth_errors(),
    );
    operation["security"] = json!([{}, { "token": [] }]);
    operation
}

fn logout(method: &str) -> Value {
    let names = ["id_token_hint", "post_logout_redirect_uri", "client_id", "state"];
    let page = json!({
        "200": {
            "description": "Signed out, or a page that asks.",
            "content": {
                "text/html": plain(),
                "application/fhir+json": { "schema": reference("OperationOutcome") },
            },
        },
        "303": leads("Back to the client."),
    });
    let mut errors = page_errors();
    errors["4XX"]["content"]["application/fhir+json"] = json!({ "schema": reference("OperationOutcome") });
    let summary = "Ends a sign-in: OpenID Connect RP-Initiated Logout; with a token, Medplum's.";
    let properties: Value = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "string" })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let request = (method == "POST").then(|| {
        let mut body = form(&properties, &json!({}));
        body["required"] = false.into();
        body
    });
    let mut operation = operation(summary, request, &page, &errors);
    if method == "GET" {
        operation["parameters"] =
            names.iter().map(|name| query(name, &json!({ "type": "string" }))).collect::<Vec<_>>().into();
    }
    operation["security"] = json!([{}, { "token": [] }]);
    operation
}

fn preauthorize() -> Value {
    let body = json!({
        "required": true,
        "content": { "application/json": {
            "schema": {
                "type": "object",
                "required": ["clientId"],
                "properties": {
                    "clientId": { "type": "string", "format": "uuid" },
                    "scope": { "type": "string" },
                    "nonce": { "type": "string" },
                    "expiresIn": { "type": "integer", "minimum": 1, "maximum": 86400 },
                    "magicLink": { "type": "boolean" },
                    "txCode": { "type": "boolean" },
                },
            },
            "example": { "clientId": CLIENT, "magicLink": true, "txCode": true },
        } },
    });
    let answers = json!({ "200": ok("A code that works once.", "PreAuthorization") });
    let mut operation = operation(
        "Issues a pre-authorized code on behalf of a member.",
        Some(body),
        &answers,
        &outcome_errors(),
    );
    operation["security"] = json!([{}, { "client": [] }, { "token": [] }]);
    operation["parameters"] = json!([{
        "name": "X-Medplum-On-Behalf-Of", "in": "header", "schema": { "type": "string" },
        "example": "Patient/5f0c2a10-0000-4000-8000-000000000001",
    }]);
    operation
}

fn discovery(schema: &str, summary: &str) -> Value {
    operation(summary, None, &json!({ "200": ok("The document.", schema) }), &edge_errors())
}

/// A page for people: GET shows it, POST presses a button of it.
fn page(summary: &str, method: &str, fields: &[&str]) -> Value {
    let answers = json!({ "200": html("The page."), "303": leads("On to the next page or to the client.") });
    let properties: Value = fields
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "string" })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let request = (method == "POST").then(|| {
        let mut body = form(&properties, &json!({}));
        body["required"] = false.into();
        body
    });
    operation(summary, request, &answers, &page_errors())
}
