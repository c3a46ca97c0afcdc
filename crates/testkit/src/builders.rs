//! A small clinic: one client and one person for each case worth having, with ids that tests can rely on.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::workspace::{Workspace, apply};
use serde_json::{Value, json};

/// The project.
pub const PROJECT: &str = "8a5c1f8e-0000-4000-8000-000000000001";
/// Another project, whose rows must never show in the first.
pub const OTHER_PROJECT: &str = "8a5c1f8e-0000-4000-8000-000000000002";

/// A confidential client, project admin: issues codes.
pub const DESK: &str = "c0ffee00-0000-4000-8000-000000000001";
/// Its secret, with everything that encoding can get wrong.
pub const DESK_SECRET: &str = "s:c%r e+t/ü=&";
/// A confidential client without the admin right, with two live secrets.
pub const PORTAL: &str = "c0ffee00-0000-4000-8000-000000000002";
/// Its newest secret.
pub const PORTAL_SECRET: &str = "portal-secret-new";
/// Its retiring secret.
pub const PORTAL_RETIRING: &str = "portal-secret-old";
/// The origin that PORTAL registered.
pub const PORTAL_ORIGIN: &str = "https://portal.example.org";
/// A public client.
pub const SPA: &str = "c0ffee00-0000-4000-8000-000000000003";
/// A client of type `medplum`.
pub const LEGACY: &str = "c0ffee00-0000-4000-8000-000000000004";
/// Its secret.
pub const LEGACY_SECRET: &str = "legacy-secret";
/// Switched off.
pub const OFF: &str = "c0ffee00-0000-4000-8000-000000000005";
/// Its secret.
pub const OFF_SECRET: &str = "off-secret";
/// Confidential, without any secret.
pub const KEYLESS: &str = "c0ffee00-0000-4000-8000-000000000006";
/// May use client credentials and nothing else.
pub const ROBOT: &str = "c0ffee00-0000-4000-8000-000000000007";
/// Its secret.
pub const ROBOT_SECRET: &str = "robot-secret";
/// May use pre-authorized codes and nothing else.
pub const KIOSK: &str = "c0ffee00-0000-4000-8000-000000000008";
/// Its secret.
pub const KIOSK_SECRET: &str = "kiosk-secret";
/// Has its own landing page, and RS256 tokens.
pub const ELSEWHERE: &str = "c0ffee00-0000-4000-8000-000000000009";
/// Where it wants codes.
pub const ELSEWHERE_TEMPLATE: &str = "https://elsewhere.example.org/in/{code}";
/// Has a default scope, and tokens of ten minutes.
pub const SCOPED: &str = "c0ffee00-0000-4000-8000-00000000000a";
/// Its secret.
pub const SCOPED_SECRET: &str = "scoped-secret";
/// Kept out by an IP rule of its access policy.
pub const BLOCKED: &str = "c0ffee00-0000-4000-8000-00000000000b";
/// Its secret.
pub const BLOCKED_SECRET: &str = "blocked-secret";
/// A client of the other project.
pub const FOREIGN: &str = "c0ffee00-0000-4000-8000-0000000000ff";
/// Its secret.
pub const FOREIGN_SECRET: &str = "foreign-secret";

/// Pat Doe, a patient.
pub const PAT: &str = "0a000000-0000-4000-8000-000000000001";
/// Pat's membership.
pub const PAT_MEMBERSHIP: &str = "3e300000-0000-4000-8000-000000000001";
/// Pat's user account.
pub const PAT_USER: &str = "05e00000-0000-4000-8000-000000000001";
/// Ada Byron, a practitioner and project admin.
pub const ADA: &str = "0a000000-0000-4000-8000-000000000002";
/// An inactive patient.
pub const GONE: &str = "0a000000-0000-4000-8000-000000000003";
/// A patient whose access policy blocks addresses that begin with 127.
pub const FAR: &str = "0a000000-0000-4000-8000-000000000004";
/// A patient of the other project.
pub const STRANGER: &str = "0a000000-0000-4000-8000-0000000000ff";
/// The stranger's membership.
pub const STRANGER_MEMBERSHIP: &str = "3e300000-0000-4000-8000-0000000000ff";

/// What a test server begins with: a workspace file that a test may change before it is applied.
#[derive(Debug, Clone)]
pub struct Clinic(Value);

impl Default for Clinic {
    fn default() -> Self {
        let patient = |id: &str, given: &str, family: &str| json!({ "resourceType": "Patient", "id": id, "name": [{ "given": [given], "family": family }] });
        Self(json!({ "rateLimits": { "login": 0, "auth": 0, "other": 0 }, "projects": [
            {
                "id": PROJECT,
                "name": "Riverside Clinic",
                "clients": clients(),
                "accessPolicies": [{
                    "name": "From outside",
                    "ipAccessRule": [{ "value": "127.", "action": "block" }],
                }],
                "members": [
                    { "membershipId": PAT_MEMBERSHIP, "userId": PAT_USER, "email": "pat@example.org", "emailVerified": true,
                      "profile": {
                          "resourceType": "Patient", "id": PAT, "birthDate": "1980-12-31", "gender": "other",
                          "name": [{ "given": ["Pat", "Maria"], "family": "Doe" }],
                          "telecom": [{ "system": "phone", "value": "+49 30 1234" }],
                          "address": [{ "line": ["River Street 1"], "city": "Riverside", "postalCode": "12345" }],
                      } },
                    { "email": "ada@example.org", "admin": true,
                      "profile": { "resourceType": "Practitioner", "id": ADA,
                                   "name": [{ "given": ["Ada"], "family": "Byron" }] } },
                    { "active": false, "profile": patient(GONE, "Gil", "Gone") },
                    { "accessPolicy": "From outside", "profile": patient(FAR, "Fay", "Far") },
                ],
            },
            {
                "id": OTHER_PROJECT,
                "name": "Hillside Clinic",
                "clients": [{ "id": FOREIGN, "name": "Foreign", "clientType": "confidential",
                              "secret": FOREIGN_SECRET, "admin": true }],
                "members": [{ "membershipId": STRANGER_MEMBERSHIP, "profile": patient(STRANGER, "Sam", "Stranger") }],
            },
        ] }))
    }
}

fn clients() -> Value {
    const CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
    json!([
        { "id": DESK, "name": "Front desk", "clientType": "confidential", "secret": DESK_SECRET, "admin": true },
        { "id": PORTAL, "name": "Patient portal", "clientType": "confidential", "secret": PORTAL_SECRET,
          "retiringSecret": PORTAL_RETIRING, "allowedOrigins": [PORTAL_ORIGIN],
          "launchUri": "https://portal.example.org/start" },
        { "id": SPA, "name": "Browser app", "clientType": "public" },
        { "id": LEGACY, "name": "Legacy app", "clientType": "medplum", "secret": LEGACY_SECRET },
        { "id": OFF, "name": "Switched off", "clientType": "confidential", "secret": OFF_SECRET, "status": "off",
          "allowedOrigins": ["https://off.example.org"] },
        { "id": KEYLESS, "name": "Without secret", "clientType": "confidential" },
        { "id": ROBOT, "name": "Robot", "clientType": "confidential", "secret": ROBOT_SECRET,
          "grantTypes": ["client_credentials"] },
        { "id": KIOSK, "name": "Kiosk", "clientType": "confidential", "secret": KIOSK_SECRET, "grantTypes": [CODE] },
        { "id": ELSEWHERE, "name": "Elsewhere", "clientType": "public", "magicLinkTemplate": ELSEWHERE_TEMPLATE,
          "idTokenSignedResponseAlg": "RS256" },
        { "id": SCOPED, "name": "Scoped", "clientType": "confidential", "secret": SCOPED_SECRET,
          "defaultScope": ["openid", "profile"], "accessTokenLifetime": "10m" },
        { "id": BLOCKED, "name": "Blocked", "clientType": "confidential", "secret": BLOCKED_SECRET,
          "accessPolicy": "From outside" },
    ])
}

impl Clinic {
    /// The clinic in Medplum's dialect.
    #[must_use]
    pub fn medplum() -> Self {
        Self::default().with("/projects/0/dialect", json!("medplum"))
    }

    /// With another value at a place of the workspace file, or with a new member of an object.
    ///
    /// # Panics
    /// When neither the place nor an object around it is there.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: Value) -> Self {
        if let Some(place) = self.0.pointer_mut(pointer) {
            *place = value;
            return self;
        }
        let (parent, member) = pointer.rsplit_once('/').expect("a JSON pointer");
        self.0.pointer_mut(parent).expect("the parent is there")[member] = value;
        self
    }

    /// Writes the clinic into an engine's store. Blocks.
    ///
    /// # Panics
    /// When the file does not fit, with the reason.
    pub fn apply(&self, engine: &Arc<Engine>) {
        let file = Workspace::read(self.0.to_string().as_bytes()).unwrap_or_else(|misfit| panic!("{misfit}"));
        apply(engine, file, false).unwrap_or_else(|error| panic!("{error}"));
    }
}
