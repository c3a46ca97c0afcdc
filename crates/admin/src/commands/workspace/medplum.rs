//! Medplum's `ClientApplication` resource, from and to the members of the workspace file, which mostly have its names.

use std::collections::HashSet;

use anteroom_engine::model::Client;
use anteroom_engine::workspace::Misfit;
use anteroom_engine::workspace::read::{MAX_BYTES, MAX_DEPTH, depth};
use anteroom_sentence::{Sentence, sentence};
use serde_json::{Map, Value, json};

const TYPE: &str = "ClientApplication";

/// Members of the resource that the workspace file has under the same name.
const SAME: [&str; 13] = [
    "id",
    "name",
    "description",
    "secret",
    "retiringSecret",
    "status",
    "redirectUris",
    "launchUri",
    "pkceOptional",
    "jwksUri",
    "accessTokenLifetime",
    "refreshTokenLifetime",
    "defaultScope",
];

/// Members of its `identityProvider` that the workspace file has.
const PROVIDER: [&str; 6] =
    ["authorizeUrl", "tokenUrl", "userInfoUrl", "clientId", "clientSecret", "useSubject"];

/// Members that say nothing about the client's behaviour.
const IGNORED: [&str; 4] = ["resourceType", "meta", "text", "identifier"];

/// Whether a JSON object is a FHIR resource.
pub(super) fn is_resource(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(rename = "resourceType")]
        _resource_type: serde::de::IgnoredAny,
    }
    serde_json::from_str::<Head>(text).is_ok()
}

/// The clients of one resource, an array of them, or a Bundle, as the workspace file writes them; and the members that are
/// not taken over, by their path. `known` are ids and names of the clients there are.
pub(super) fn clients(text: &str, known: &HashSet<String>) -> Result<(Vec<Value>, Vec<String>), Misfit> {
    if text.len() > MAX_BYTES {
        let rule = sentence!(
            "the file has {found} bytes; at most {max} are read",
            found = text.len(),
            max = MAX_BYTES
        );
        return Err(Misfit::new("", rule));
    }
    if depth(text.as_bytes()) > MAX_DEPTH {
        let rule = sentence!("arrays and objects stand more than {max} deep in each other", max = MAX_DEPTH);
        return Err(Misfit::new("", rule));
    }
    let file: Value =
        serde_json::from_str(text).map_err(|error| Misfit::new("", Sentence::english(error.to_string())))?;
    let mut not_taken = Vec::new();
    let mut clients = Vec::new();
    for (path, resource) in resources(file)? {
        clients.push(client(resource, &path, known, &mut not_taken)?);
    }
    if clients.is_empty() {
        return Err(Misfit::new("", sentence!("there is no {resource} in this file", resource = TYPE)));
    }
    Ok((clients, not_taken))
}

/// A resource and its path in the file.
type Resource = (String, Map<String, Value>);

/// The resources of a file, with their paths.
fn resources(file: Value) -> Result<Vec<Resource>, Misfit> {
    let listed = match file {
        Value::Array(items) => {
            items.into_iter().enumerate().map(|(at, one)| (format!("[{at}]"), one)).collect()
        }
        Value::Object(mut bundle) if bundle.get("resourceType") == Some(&json!("Bundle")) => {
            let entries = bundle.remove("entry").unwrap_or_default();
            let Value::Array(entries) = entries else {
                return Err(Misfit::new("entry", sentence!("must be a list")));
            };
            let resource = |(at, mut entry): (usize, Value)| {
                let resource = entry.get_mut("resource").map(Value::take).unwrap_or_default();
                (format!("entry[{at}].resource"), resource)
            };
            entries.into_iter().enumerate().map(resource).collect()
        }
        one => vec![(String::new(), one)],
    };
    listed.into_iter().map(|(path, value)| checked(path, value)).collect()
}

fn checked(path: String, value: Value) -> Result<Resource, Misfit> {
    match value {
        Value::Object(resource) if resource.get("resourceType") == Some(&json!(TYPE)) => Ok((path, resource)),
        Value::Object(resource) => {
            let found = resource.get("resourceType").map_or_else(|| "none".to_owned(), Value::to_string);
            Err(Misfit::new(
                path,
                sentence!("must be a {resource}; its resourceType is {found}", resource = TYPE, found),
            ))
        }
        _ => Err(Misfit::new(path, sentence!("must be a {resource}", resource = TYPE))),
    }
}

/// A client of the workspace file. New ones behave as Medplum's; those there are keep their type, which the resource
/// cannot say.
fn client(
    mut resource: Map<String, Value>,
    path: &str,
    known: &HashSet<String>,
    not_taken: &mut Vec<String>,
) -> Result<Value, Misfit> {
    let mut file = Map::new();
    let named = |member: &str| resource.get(member).and_then(Value::as_str).map(str::trim);
    if !["id", "name"].into_iter().filter_map(named).any(|name| known.contains(name)) {
        file.insert("clientType".into(), json!("medplum"));
    }
    for member in SAME {
        if let Some(value) = resource.remove(member) {
            file.insert(member.into(), value);
        }
    }
    // Medplum's older member for a single one.
    if let Some(one) = resource.remove("redirectUri") {
        let uris = file.entry("redirectUris").or_insert_with(|| json!([]));
        if let Some(uris) = uris.as_array_mut()
            && !uris.contains(&one)
        {
            uris.insert(0, one);
        }
    }
    if let Some(origins) = resource.remove("allowedOrigin") {
        file.insert("allowedOrigins".into(), origins);
    }
    let inside = |member: &str| if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") };
    match resource.remove("identityProvider") {
        None => {}
        Some(Value::Object(mut given)) => {
            let mut provider = Map::new();
            for member in PROVIDER {
                if let Some(value) = given.remove(member) {
                    provider.insert(member.into(), value);
                }
            }
            not_taken.extend(given.keys().map(|member| inside(&format!("identityProvider.{member}"))));
            file.insert("identityProvider".into(), Value::Object(provider));
        }
        Some(_) => return Err(Misfit::new(inside("identityProvider"), sentence!("must be an object"))),
    }
    not_taken.extend(
        resource.keys().filter(|member| !IGNORED.contains(&member.as_str())).map(|member| inside(member)),
    );
    Ok(Value::Object(file))
}

/// A client as Medplum writes it, from what the log keeps of one: no secret is in it.
pub(super) fn resource(client: &Client, described: &Value) -> Value {
    let mut members = described.as_object().cloned().unwrap_or_default();
    // Ours alone: Medplum has no such members.
    for ours in [
        "clientType",
        "grantTypes",
        "postLogoutRedirectUris",
        "idTokenSignedResponseAlg",
        "magicLinkTemplate",
    ] {
        members.remove(ours);
    }
    if let Some(origins) = members.remove("allowedOrigins") {
        members.insert("allowedOrigin".into(), origins);
    }
    if let Some(provider) = members.get_mut("identityProvider").and_then(Value::as_object_mut) {
        provider.remove("requireVerifiedEmail");
    }
    let mut resource = Map::new();
    resource.insert("resourceType".into(), json!(TYPE));
    resource.insert("id".into(), json!(client.id.to_string()));
    resource.extend(members);
    Value::Object(resource)
}

/// A Bundle of resources.
pub(super) fn bundle(resources: Vec<Value>) -> Value {
    let entries: Vec<Value> = resources.into_iter().map(|resource| json!({ "resource": resource })).collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}
