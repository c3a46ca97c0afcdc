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

/// Clients whose provider answers nothing. Many, because what fails is counted for each.
pub(crate) const HANGING: [&str; 20] = [
    "b0000000-0000-4000-8000-000000000100",
    "b0000000-0000-4000-8000-000000000101",
    "b0000000-0000-4000-8000-000000000102",
    "b0000000-0000-4000-8000-000000000103",
    "b0000000-0000-4000-8000-000000000104",
    "b0000000-0000-4000-8000-000000000105",
    "b0000000-0000-4000-8000-000000000106",
    "b0000000-0000-4000-8000-000000000107",
    "b0000000-0000-4000-8000-000000000108",
    "b0000000-0000-4000-8000-000000000109",
    "b0000000-0000-4000-8000-00000000010a",
    "b0000000-0000-4000-8000-00000000010b",
    "b0000000-0000-4000-8000-00000000010c",
    "b0000000-0000-4000-8000-00000000010d",
    "b0000000-0000-4000-8000-00000000010e",
    "b0000000-0000-4000-8000-00000000010f",
    "b0000000-0000-4000-8000-000000000110",
    "b0000000-0000-4000-8000-000000000111",
    "b0000000-0000-4000-8000-000000000112",
    "b0000000-0000-4000-8000-000000000113",
];

/// Writes the workspace file. The limits of codes and requests a minute are off: the load would be over them at once.
pub(crate) fn write(folder: &Path, providers: &[String]) -> Result<PathBuf, String> {
    let mut clients = vec![
        json!({ "id": CLIENT, "name": "Issuer", "clientType": "confidential", "secret": SECRET, "admin": true }),
        json!({ "id": PORTAL, "name": "Portal", "clientType": "public", "redirectUris": ["https://portal.example.org/cb"] }),
    ];
    clients.extend(HANGING.iter().zip(providers.iter().cycle()).map(|(id, host)| {
        json!({ "id": id, "name": format!("Waits for {host} as {id}"), "clientType": "public",
                "identityProvider": { "userInfoUrl": format!("http://{host}/userinfo") } })
    }));
    let workspace = json!({ "rateLimits": { "login": 0, "auth": 0, "other": 0 }, "projects": [{
        "id": PROJECT, "name": "Bench", "preauthorizePerMinute": 0,
        "allowedOutboundHosts": providers,
        "clients": clients,
        "members": [{
            "email": "pat@example.org", "membershipId": MEMBERSHIP,
            "profile": { "resourceType": "Patient", "id": PATIENT, "name": [{ "given": ["Pat"], "family": "Doe" }] },
        }],
    }]});
    let file = folder.join("bench.workspace.json");
    std::fs::write(&file, workspace.to_string()).map_err(|error| error.to_string())?;
    Ok(file)
}
