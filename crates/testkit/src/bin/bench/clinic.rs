//! The workspace the load runs on.

use std::path::{Path, PathBuf};

use serde_json::json;

/// The admin client that issues codes and gets tokens for itself.
pub(crate) const CLIENT: &str = "b0000000-0000-4000-8000-000000000001";
/// Its secret.
pub(crate) const SECRET: &str = "bench-secret-bench-secret-bench-secret-1234";
/// The client that redeems codes.
pub(crate) const PORTAL: &str = "b0000000-0000-4000-8000-000000000002";
/// The project.
pub(crate) const PROJECT: &str = "b0000000-0000-4000-8000-000000000000";
/// The patient codes are for.
pub(crate) const PATIENT: &str = "b0000000-0000-4000-8000-000000000003";
/// Her membership.
pub(crate) const MEMBERSHIP: &str = "b0000000-0000-4000-8000-000000000004";

/// Writes the workspace file. The limits of codes and requests a minute are off: the load would be over them at once.
pub(crate) fn write(folder: &Path) -> Result<PathBuf, String> {
    let workspace = json!({ "rateLimits": { "login": 0, "auth": 0, "other": 0 }, "projects": [{
        "id": PROJECT, "name": "Bench", "preauthorizePerMinute": 0,
        "clients": [
            { "id": CLIENT, "name": "Issuer", "clientType": "confidential", "secret": SECRET, "admin": true },
            { "id": PORTAL, "name": "Portal", "clientType": "public", "redirectUris": ["https://portal.example.org/cb"] },
        ],
        "members": [{
            "email": "pat@example.org", "membershipId": MEMBERSHIP,
            "profile": { "resourceType": "Patient", "id": PATIENT, "name": [{ "given": ["Pat"], "family": "Doe" }] },
        }],
    }]});
    let file = folder.join("bench.workspace.json");
    std::fs::write(&file, workspace.to_string()).map_err(|error| error.to_string())?;
    Ok(file)
}
