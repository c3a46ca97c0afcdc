//! Medplum's other endpoints: JSON in, JSON or an `OperationOutcome` out.

use serde_json::{Map, Value, json};

use super::operations::{form, leads, operation, outcome_errors, page_errors, plain, with_client};
use super::schemas::reference;

const ADA: &str = "ada.byron@riverside.example";
const SERVICE: &str = "c0ffee00-6f1b-4f7e-9c55-000000000002";
const PROJECT: &str = "8a5c1f8e-6f1b-4f7e-9c55-0a6f5d9b2c11";

/// Path, summary, and the members of the body with an example each.
type Sent = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// What is sent.
const BODIES: &[Sent] = &[
    (
        "/auth/login",
        "Begins a sign-in with an e-mail address and a password.",
        &[
            ("email", ADA),
            ("password", "ada-example-password"),
            ("clientId", "c0ffee00-6f1b-4f7e-9c55-000000000001"),
            ("scope", "openid"),
            ("codeChallenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("codeChallengeMethod", "S256"),
        ],
    ),
    ("/auth/profile", "Chooses a profile for a sign-in.", &[("login", PROJECT), ("profile", PROJECT)]),
    ("/auth/scope", "Narrows the scope of a sign-in.", &[("login", PROJECT), ("scope", "openid")]),
    ("/auth/method", "How an e-mail address signs in.", &[("email", ADA)]),
    ("/auth/revoke", "Ends one of the caller's sign-ins.", &[("loginId", PROJECT)]),
    (
        "/auth/changepassword",
        "Changes the caller's password.",
        &[("oldPassword", "ada-example-password"), ("newPassword", "another-example-password")],
    ),
    (
        "/auth/setpassword",
        "Chooses a password with a link that an admin made.",
        &[("id", PROJECT), ("secret", "from-the-link"), ("password", "another-example-password")],
    ),
    ("/auth/mfa/enroll", "Takes the second factor into use.", &[("token", "000000")]),
    ("/auth/mfa/disable", "Gives the second factor up.", &[("token", "000000")]),
    ("/auth/mfa/verify", "Shows the second factor.", &[("login", PROJECT), ("token", "000000")]),
    (
        "/auth/mfa/login-enroll",
        "Takes the second factor into use while signing in.",
        &[("login", PROJECT), ("token", "000000")],
    ),
    (
        "/auth/exchange",
        "Tokens for an access token of the client's identity provider.",
        &[("projectId", PROJECT), ("clientId", SERVICE), ("externalAccessToken", "foreign")],
    ),
    (
        "/admin/projects/setpassword",
        "Sets a member's password.",
        &[("email", ADA), ("password", "another-example-password")],
    ),
    (
        "/admin/projects/{id}/client",
        "Creates a client.",
        &[("name", "Example"), ("description", "Made by an example")],
    ),
    (
        "/admin/projects/{id}/invite",
        "Invites a person.",
        &[("resourceType", "Practitioner"), ("firstName", "Ada"), ("lastName", "Byron"), ("email", ADA)],
    ),
];

/// What is read from a path.
const READS: &[(&str, &str)] = &[
    ("/auth/login/{id}", "How far a sign-in has come."),
    ("/auth/clientinfo/{id}", "What a sign-in page may show about a client."),
    ("/auth/me", "Who the caller is: user, profile, membership, sessions."),
    ("/auth/mfa/status", "Whether the caller has a second factor, or how to take one."),
    ("/admin/projects/{id}", "The project and its members."),
];

/// Bodies whose form is FHIR's, or of several kinds.
const RESOURCES: &[(&str, &str)] = &[
    ("/admin/projects/{id}/members/", "A membership of the project."),
    ("/fhir/R4/", "FHIR, the auth slice."),
    ("/me/v1/connected-accounts", "The caller's connected accounts."),
];

/// Pages and redirects of a browser.
const BROWSER: &[(&str, &str)] = &[
    ("/auth/external", "Comes back from a client's identity provider."),
    ("/authorize", "Begins a sign-in, with Auth0's parameters."),
    ("/v2/logout", "Ends a sign-in, with Auth0's parameters."),
    ("/connected-accounts/connect", "Begins to connect an account."),
    ("/login/callback", "Comes back from a connected provider."),
];

pub(super) fn describe(path: &str, method: &str) -> Option<Value> {
    let named = |list: &'static [(&str, &str)]| {
        list.iter().find(|(own, _)| *own == path).map(|(_, summary)| *summary)
    };
    let below = |list: &'static [(&str, &str)]| {
        list.iter().find(|(own, _)| path.starts_with(own)).map(|(_, summary)| *summary)
    };
    if let Some((_, summary, members)) = BODIES.iter().find(|(own, ..)| *own == path) {
        let mut errors = outcome_errors();
        if path == "/auth/exchange" {
            // Some of its errors have the form of the token endpoint.
            errors["4XX"]["content"]["application/json"] = json!({ "schema": reference("Error") });
        }
        return Some(for_callers(operation(summary, Some(body(members)), &answers(), &errors)));
    }
    if let Some(summary) = named(READS).or_else(|| below(RESOURCES)) {
        let request = ["POST", "PUT", "PATCH"].contains(&method).then(any_body);
        return Some(for_callers(operation(summary, request, &answers(), &outcome_errors())));
    }
    if let Some(summary) = below(BROWSER) {
        let pages = json!({
            "200": { "description": "A page.", "content": { "text/html": plain() } },
            "302": leads("On."),
            "303": leads("On."),
        });
        let mut errors = page_errors();
        errors["4XX"]["content"]["application/fhir+json"] =
            json!({ "schema": reference("OperationOutcome") });
        return Some(operation(summary, None, &pages, &errors));
    }
    if path == "/oauth/token" {
        let examples =
            json!({ "unknown": { "value": { "grant_type": "client_credentials", "client_id": SERVICE } } });
        let properties = json!({ "grant_type": { "type": "string" }, "client_id": { "type": "string" } });
        let answers = json!({ "200": { "description": "Tokens.", "content": { "application/json": {} } } });
        return Some(with_client(operation(
            "Tokens for a grant, with Auth0's parameters.",
            Some(form(&properties, &examples)),
            &answers,
            &super::operations::oauth_errors(),
        )));
    }
    None
}

fn for_callers(mut operation: Value) -> Value {
    operation["security"] = json!([{}, { "token": [] }, { "client": [] }]);
    operation
}

/// Anything that is JSON, or nothing.
fn answers() -> Value {
    json!({
        "204": { "description": "Done." },
        "304": { "description": "What the caller has is the newest." },
        "2XX": {
            "description": "Done.",
            "content": { "application/json": {}, "application/fhir+json": {} },
        },
    })
}

fn body(members: &[(&str, &str)]) -> Value {
    let properties: Map<String, Value> =
        members.iter().map(|(name, _)| ((*name).to_owned(), json!({ "type": "string" }))).collect();
    let example: Map<String, Value> =
        members.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "required": true,
        "content": { "application/json": { "schema": { "type": "object", "properties": properties }, "example": example } },
    })
}

fn any_body() -> Value {
    json!({
        "required": true,
        "content": {
            "application/json": { "schema": { "type": "object" } },
            "application/fhir+json": { "schema": { "type": "object" } },
            "application/json-patch+json": { "schema": { "type": "array", "items": { "type": "object" } } },
        },
    })
}
