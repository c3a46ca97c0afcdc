//! FHIR JSON: whatever a body, a search, a policy and a patch say, they are read or refused, and what is refused for a type
//! is refused for each of its resources.
#![no_main]

use std::sync::LazyLock;

use anteroom_engine::endpoint::fhir::Patch;
use anteroom_engine::fhir::access::{Access, Criteria, Interaction, Variables};
use anteroom_engine::fhir::search::{Term, is_in_compartment};
use anteroom_engine::fhir::{Resource, ResourceType, fields, form};
use anteroom_engine::id::Id;
use anteroom_engine::model::membership::{Principal, ProfileRef, ProfileType};
use anteroom_engine::model::project::Dialect;
use anteroom_engine::model::{AccessPolicy, Membership};
use anteroom_engine::timestamp::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use uuid::Uuid;

static MEMBER: LazyLock<Membership> = LazyLock::new(|| Membership {
    id: Id::from_uuid(Uuid::from_u128(1)),
    project: Id::from_uuid(Uuid::from_u128(2)),
    principal: Principal::User(Id::from_uuid(Uuid::from_u128(3))),
    profile: ProfileRef { resource_type: ProfileType::Patient, id: Id::from_uuid(Uuid::from_u128(4)) },
    display: "Pat Doe".into(),
    admin: false,
    desk: false,
    active: true,
    external_id: None,
    access_policy: None,
    access: Vec::new(),
    created_at: Timestamp::from_seconds(0),
});

// A JSON value, a search, and a scope, one a line; the rest is more JSON: entries of a policy, or a patch.
fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (body, search, scope, more) = (line(), line(), line(), line());
    let Ok(Value::Object(resource)) = serde_json::from_str::<Value>(body) else { return };
    let more: Value = serde_json::from_str(more).unwrap_or_default();
    if form::check_depth(&resource).is_err() {
        return;
    }
    for resource_type in ResourceType::ALL {
        look(resource_type, &resource, search);
        decide(resource_type, &resource, scope, &more);
    }
    if let Ok(patch) = Patch::read(&more) {
        let _ = patch.apply(resource.clone());
    }
    hide(&resource, search);
});

fn look(resource_type: ResourceType, resource: &Resource, search: &str) {
    let _ = form::check_person(resource_type, resource);
    if let Some((name, value)) = search.split_once('=')
        && let Ok(term) = Term::parse(resource_type, name, value)
    {
        let _ = term.matches(resource);
    }
    if let Ok(criteria) = Criteria::parse(resource_type, search, &Variables::of(&MEMBER)) {
        let _ = criteria.matches(resource);
    }
    let _ = is_in_compartment(resource, search);
}

fn decide(resource_type: ResourceType, resource: &Resource, scope: &str, entries: &Value) {
    let rest = [("resource".to_owned(), entries.clone())].into_iter().collect();
    let policy = AccessPolicy {
        id: Id::from_uuid(Uuid::from_u128(5)),
        project: MEMBER.project,
        name: "Fuzzed".into(),
        ip_access_rule: Vec::new(),
        rest,
        created_at: Timestamp::from_seconds(0),
    };
    for policy in [None, Some(&policy)] {
        let access = Access::new(&MEMBER, policy, Some(scope), Dialect::Rfc);
        let wide = Access::new(&MEMBER, policy, None, Dialect::Rfc);
        for interaction in Interaction::ALL {
            let decision = access.with(interaction, resource_type, resource);
            if decision.allowed {
                assert!(access.with_type(interaction, resource_type).allowed, "allowed, but not its type");
                assert!(wide.with(interaction, resource_type, resource).allowed, "a scope widened");
                assert!(!resource_type.is_admin_only(), "no admin");
            }
        }
    }
}

fn hide(resource: &Resource, names: &str) {
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    let mut hidden = resource.clone();
    fields::hide(&mut hidden, &names);
    let always = ["resourceType", "id", "meta"];
    for name in names.iter().filter(|name| !name.contains('.') && !always.contains(&name.as_str())) {
        assert!(!hidden.contains_key(name), "{name} is still there");
    }
    let mut kept = hidden.clone();
    fields::keep(&mut kept, Some(resource), &names);
}
