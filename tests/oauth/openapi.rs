//! `docs/openapi.json`: every route of the router, described. `make gen` writes it, `tests/openapi/` asks a real server
//! whether it is true.

use std::collections::BTreeSet;
use std::fs;

use anteroom_http::ROUTES;
use serde_json::{Map, Value, json};

use crate::sources::root;

mod auth0;
mod medplum;
mod operations;
mod schemas;

/// `/oauth2/userinfo` and GET → `getOauth2Userinfo`.
fn operation_id(method: &str, path: &str) -> String {
    let mut id = method.to_owned();
    for word in path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(1);
        id.push_str(&first.to_uppercase());
        id.push_str(rest);
    }
    id
}

/// The router's path, in the notation of `OpenAPI`: `{*base}` is one parameter too.
fn template(path: &str) -> String {
    path.replace("{*", "{")
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }))
        .collect()
}

/// The document, and the routes nobody described.
fn document() -> (Value, BTreeSet<&'static str>) {
    let mut paths = Map::new();
    let mut undescribed = BTreeSet::new();
    for route in ROUTES {
        let mut item = Map::new();
        let parameters = path_parameters(&template(route.path));
        if !parameters.is_empty() {
            item.insert("parameters".into(), parameters.into());
        }
        for method in route.methods.split(", ").filter(|method| !["HEAD", "OPTIONS"].contains(method)) {
            // Medplum's routes are there a second time, below /api.
            let again = route.path.strip_prefix("/api").filter(|path| !path.starts_with("/v2/"));
            let path = again.unwrap_or(route.path);
            let mut operation = operations::describe(path, method).unwrap_or_else(|| {
                undescribed.insert(route.path);
                json!({ "summary": "Not described yet.", "responses": { "default": { "description": "Any answer." } } })
            });
            let method = method.to_ascii_lowercase();
            operation["operationId"] = operation_id(&method, route.path).into();
            item.insert(method, operation);
        }
        paths.insert(template(route.path), item.into());
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Anteroom",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "An authorization server in Medplum's form. Errors are those of docs/errors.md. \
                            HEAD answers like GET without a body; OPTIONS answers preflights of the origins that may read.",
        },
        "servers": [{ "url": "http://127.0.0.1:8103" }],
        "paths": paths,
        "components": {
            "schemas": schemas::schemas(),
            "securitySchemes": {
                "client": { "type": "http", "scheme": "basic", "description": "The id and the secret of a client." },
                "token": { "type": "http", "scheme": "bearer", "description": "An access token." },
            },
        },
    });
    (document, undescribed)
}

fn is_committed(document: &Value) -> bool {
    let path = root().join("docs/openapi.json");
    let text = format!("{}\n", serde_json::to_string_pretty(document).unwrap());
    if std::env::var_os("ANTEROOM_UPDATE_BINDINGS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    fs::read_to_string(&path).unwrap_or_default() == text
}

#[test]
fn the_published_openapi_document_has_every_route() {
    let (document, undescribed) = document();
    assert!(undescribed.is_empty(), "describe these in tests/oauth/openapi/operations.rs: {undescribed:?}");
    assert!(is_committed(&document), "docs/openapi.json is out of date: run `make gen`");
}

/// What a judge reads must be readable: every reference leads somewhere, every operation has its answers and its own id.
#[test]
fn the_openapi_document_is_whole() {
    let (document, _) = document();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters")
        {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(
                operation["summary"].as_str().is_some_and(|summary| summary.ends_with('.')),
                "{method} {path}"
            );
            assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
}
