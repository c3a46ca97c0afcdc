//! The shapes of bodies.

use serde_json::{Value, json};

/// `{"$ref": …}`.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object(required: &[&str], properties: &Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

pub(super) fn schemas() -> Value {
    let mut all = answers();
    for (name, schema) in documents().as_object().into_iter().flatten() {
        all[name] = schema.clone();
    }
    all["MyAccountError"] = super::my_account::error_schema();
    all["ManagementError"] = super::auth0::error_schema();
    all
}

/// Answers of endpoints.
fn answers() -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    let seconds = json!({ "type": "integer", "minimum": 1 });
    json!({
        "Error": {
            "type": "object",
            "description": "RFC 6749 section 5.2.",
            "required": ["error"],
            "properties": {
                "error": { "type": "string", "pattern": "^[a-z_]+$" },
                "error_description": { "type": "string", "pattern": "^[ !#-\\[\\]-~]*$" },
            },
        },
        "OperationOutcome": object(&["resourceType", "issue"], &json!({
            "resourceType": { "type": "string", "enum": ["OperationOutcome"] },
            "id": text,
            "issue": {
                "type": "array",
                "minItems": 1,
                "items": object(&["severity", "code", "details"], &json!({
                    "severity": { "type": "string", "enum": ["error", "information"] },
                    "code": text,
                    "details": object(&["text"], &json!({ "text": text })),
                    "expression": texts,
                    "diagnostics": text,
                })),
            },
        })),
        "Reference": object(&["reference"], &json!({
            "reference": { "type": "string", "pattern": "^[A-Z][A-Za-z]+/[0-9a-f-]{36}$" },
            "display": text,
        })),
        "TokenResponse": object(&["token_type", "expires_in", "scope", "access_token"], &json!({
            "token_type": { "type": "string", "enum": ["Bearer"] },
            "expires_in": seconds,
            "scope": text,
            "access_token": text,
            "id_token": text,
            "refresh_token": text,
            "issued_token_type": text,
            "project": reference("Reference"),
            "profile": reference("Reference"),
            "patient": text,
            "encounter": text,
            "fhirContext": { "type": "array", "items": { "type": "object" } },
            "need_patient_banner": { "type": "boolean" },
        })),
        "Claims": object(&["sub"], &json!({
            "sub": text,
            "name": text,
            "profile": text,
            "email": text,
            "email_verified": { "type": "boolean" },
        })),
        "CredentialOffer": object(&["credential_issuer", "credential_configuration_ids", "grants"], &json!({
            "credential_issuer": text,
            "credential_configuration_ids": texts,
            "grants": { "type": "object" },
        })),
        "Introspection": object(&["active"], &json!({
            "active": { "type": "boolean" },
            "scope": text,
            "client_id": text,
            "sub": text,
            "aud": text,
            "iss": text,
            "exp": seconds,
            "iat": seconds,
            "token_type": text,
            "patient": text,
            "encounter": text,
            "fhirContext": { "type": "array", "items": { "type": "object" } },
        })),
        "PreAuthorization": object(&["preAuthorizedCode", "expiresAt"], &json!({
            "preAuthorizedCode": { "type": "string", "minLength": 43 },
            "expiresAt": { "type": "string", "format": "date-time" },
            "magicLink": text,
            "typedCode": text,
            "offerUri": text,
            "txCode": { "type": "string", "pattern": "^[0-9]{4,8}$" },
        })),
    })
}

/// Documents that say what is there.
fn documents() -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    json!({
        "ServerMetadata": object(
            &["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
              "subject_types_supported", "id_token_signing_alg_values_supported"],
            &json!({
                "issuer": { "type": "string", "format": "uri" },
                "authorization_endpoint": { "type": "string", "format": "uri" },
                "token_endpoint": { "type": "string", "format": "uri" },
                "jwks_uri": { "type": "string", "format": "uri" },
                "response_types_supported": texts,
                "subject_types_supported": texts,
                "id_token_signing_alg_values_supported": texts,
            }),
        ),
        "SmartConfiguration": object(
            &["token_endpoint", "grant_types_supported", "capabilities", "code_challenge_methods_supported"],
            &json!({
                "token_endpoint": { "type": "string", "format": "uri" },
                "grant_types_supported": texts,
                "capabilities": texts,
                "code_challenge_methods_supported": texts,
            }),
        ),
        "ProtectedResource": object(&["resource", "authorization_servers"], &json!({
            "resource": { "type": "string", "format": "uri" },
            "authorization_servers": texts,
            "jwks_uri": text,
            "scopes_supported": texts,
            "bearer_methods_supported": texts,
        })),
        "JwkSet": object(&["keys"], &json!({
            "keys": {
                "type": "array",
                "minItems": 1,
                "items": object(&["kty", "kid", "alg", "use"], &json!({
                    "kty": { "type": "string", "enum": ["EC", "RSA"] },
                    "kid": text,
                    "alg": { "type": "string", "enum": ["ES256", "RS256"] },
                    "use": { "type": "string", "enum": ["sig"] },
                })),
            },
        })),
        "Health": object(&["ok", "version", "store"], &json!({
            "ok": { "type": "boolean" },
            "version": text,
            "store": { "type": "boolean" },
        })),
    })
}
