use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::id::Id;
use crate::model::membership::{Principal, ProfileRef};
use crate::timestamp::Timestamp;

const OWN: &str = "0a000000-0000-4000-8000-000000000001";
const OTHER: &str = "0a000000-0000-4000-8000-000000000002";

fn member(profile: ProfileType, admin: bool) -> Membership {
    Membership {
        id: Id::from_uuid(uuid::Uuid::from_u128(1)),
        project: Id::from_uuid(uuid::Uuid::from_u128(2)),
        principal: Principal::User(Id::from_uuid(uuid::Uuid::from_u128(3))),
        profile: ProfileRef { resource_type: profile, id: Id::parse(OWN).unwrap() },
        display: "Pat Doe".into(),
        admin,
        desk: false,
        active: true,
        external_id: None,
        access_policy: None,
        access: Vec::new(),
        created_at: Timestamp::from_seconds(0),
    }
}

fn policy(resource: Value) -> AccessPolicy {
    let rest = [("resource".to_owned(), resource)].into_iter().collect();
    AccessPolicy {
        id: Id::from_uuid(uuid::Uuid::from_u128(4)),
        project: Id::from_uuid(uuid::Uuid::from_u128(2)),
        name: "Staff".into(),
        ip_access_rule: Vec::new(),
        rest,
        created_at: Timestamp::from_seconds(0),
    }
}

fn resource(value: Value) -> Resource {
    let Value::Object(resource) = value else { panic!("an object") };
    resource
}

fn patient(id: &str) -> Resource {
    resource(json!({ "resourceType": "Patient", "id": id, "gender": "other" }))
}

/// What a patient (not an admin) with this policy may do with a patient's resource.
fn decide(entries: Value, interaction: Interaction, id: &str) -> Decision {
    let policy = policy(entries);
    let access = Access::new(&member(ProfileType::Patient, false), Some(&policy), None, Dialect::Rfc);
    access.with(interaction, ResourceType::Patient, &patient(id))
}

#[test]
fn the_first_entry_that_fits_decides() {
    use Interaction::{Create, Delete, Read, Search, Update};
    let all = json!([{ "resourceType": "Patient" }]);
    let star = json!([{ "resourceType": "*" }]);
    let readonly = json!([{ "resourceType": "Patient", "readonly": true }]);
    let words = json!([{ "resourceType": "Patient", "interaction": ["read", "create"] }]);
    let own = json!([{ "resourceType": "Patient", "criteria": "Patient?_id=%patient.id" }]);
    let compartment = json!([{ "resourceType": "Patient", "criteria": "Patient?_compartment=%patient" }]);
    let older = json!([{ "resourceType": "Patient", "compartment": { "reference": "%patient" } }]);
    let starred = json!([{ "resourceType": "*", "criteria": "*?_compartment=%profile" }]);
    let second = json!([{ "resourceType": "Practitioner" }, { "resourceType": "Patient", "readonly": true },
                        { "resourceType": "Patient", "criteria": "Patient?_id=%profile.id" }]);
    let constraint = json!([{ "resourceType": "Patient", "writeConstraint": [{ "expression": "true" }] }]);
    for (entries, interaction, id, allowed, rule) in [
        (&all, Read, OTHER, true, Rule::Entry(0)),
        (&all, Delete, OTHER, true, Rule::Entry(0)),
        (&star, Update, OTHER, true, Rule::Entry(0)),
        (&readonly, Search, OTHER, true, Rule::Entry(0)),
        (&readonly, Create, OTHER, false, Rule::NoInteraction),
        (&readonly, Update, OTHER, false, Rule::NoInteraction),
        (&readonly, Delete, OTHER, false, Rule::NoInteraction),
        (&words, Read, OTHER, true, Rule::Entry(0)),
        (&words, Create, OTHER, true, Rule::Entry(0)),
        (&words, Search, OTHER, false, Rule::NoInteraction),
        (&own, Read, OWN, true, Rule::Entry(0)),
        (&own, Read, OTHER, false, Rule::NoMatch),
        (&compartment, Update, OWN, true, Rule::Entry(0)),
        (&compartment, Update, OTHER, false, Rule::NoMatch),
        (&older, Read, OWN, true, Rule::Entry(0)),
        (&older, Read, OTHER, false, Rule::NoMatch),
        (&starred, Read, OWN, true, Rule::Entry(0)),
        (&starred, Read, OTHER, false, Rule::NoMatch),
        (&second, Read, OTHER, true, Rule::Entry(1)),
        (&second, Update, OWN, true, Rule::Entry(2)),
        (&second, Update, OTHER, false, Rule::NoMatch),
        (&constraint, Read, OTHER, true, Rule::Entry(0)),
        (&constraint, Update, OTHER, false, Rule::NoInteraction),
        (&json!([]), Read, OWN, false, Rule::NoEntry),
        (&json!([{ "resourceType": "Observation" }]), Read, OWN, false, Rule::NoEntry),
    ] {
        let found = decide(entries.clone(), interaction, id);
        assert_eq!((found.allowed, found.rule), (allowed, rule), "{entries} {interaction:?} {id}");
    }
}

#[test]
fn what_cannot_be_read_allows_nothing() {
    for entries in [
        json!({ "resourceType": "Patient" }),
        json!(["Patient"]),
        json!([{ "resourceType": ["Patient"] }]),
        json!([{ "resourceType": "Patient", "readonly": "no" }]),
        json!([{ "resourceType": "Patient", "criteria": "Practitioner?_id=1" }]),
        json!([{ "resourceType": "Patient", "criteria": "Patient" }]),
        json!([{ "resourceType": "Patient", "criteria": "Patient?" }]),
        json!([{ "resourceType": "Patient", "criteria": "Patient?organization.name=x" }]),
        json!([{ "resourceType": "Patient", "criteria": "Patient?_id=%team" }]),
        json!([{ "resourceType": "Patient", "criteria": "Patient?_id=" }]),
        json!([{ "resourceType": "Patient", "compartment": { "reference": "%team" } }]),
    ] {
        assert!(!decide(entries.clone(), Interaction::Read, OWN).allowed, "{entries}");
    }
    let policy = policy(json!([{ "resourceType": "Patient", "criteria": "Patient?_compartment=%patient" }]));
    let staff = Access::new(&member(ProfileType::Practitioner, false), Some(&policy), None, Dialect::Rfc);
    assert!(!staff.with(Interaction::Read, ResourceType::Patient, &patient(OWN)).allowed, "no %patient");
}

#[test]
fn types_of_project_admins_are_theirs_alone() {
    let wide = policy(
        json!([{ "resourceType": "*" }, { "resourceType": "Project" }, { "resourceType": "ProjectMembership" },
                             { "resourceType": "ClientApplication" }, { "resourceType": "AccessPolicy" }]),
    );
    let nothing = resource(json!({}));
    for policy in [None, Some(&wide)] {
        for admin in [false, true] {
            let access = Access::new(&member(ProfileType::Practitioner, admin), policy, None, Dialect::Rfc);
            for resource_type in ResourceType::ALL {
                for interaction in Interaction::ALL {
                    let writes = interaction.writes() && resource_type.is_written_by_admins_only();
                    let expected = admin || !(resource_type.is_admin_only() || writes);
                    let found = access.with(interaction, resource_type, &nothing);
                    assert_eq!(found.allowed, expected, "{interaction:?} {resource_type} {admin} {found:?}");
                    assert_eq!(found.rule == Rule::AdminOnly, !expected, "{interaction:?} {resource_type}");
                }
            }
        }
    }
}

#[test]
fn without_a_policy_a_patient_and_who_acts_for_one_read_their_own_record_and_nothing_else() {
    use Interaction::{Read, Search};
    for profile in [ProfileType::Patient, ProfileType::RelatedPerson] {
        let access = Access::new(&member(profile, false), None, None, Dialect::Rfc);
        for resource_type in ResourceType::ALL {
            for interaction in Interaction::ALL {
                for id in [OWN, OTHER] {
                    let found = access.with(interaction, resource_type, &resource(json!({ "id": id })));
                    let own = id == OWN
                        && resource_type.as_str() == profile.as_str()
                        && matches!(interaction, Read | Search);
                    assert_eq!(
                        found.allowed, own,
                        "{profile:?} {interaction:?} {resource_type} {id} {found:?}"
                    );
                }
            }
        }
        let nameless = access.with(Read, ResourceType::Patient, &resource(json!({})));
        assert!(!nameless.allowed, "a record without an id is nobody's");
    }
    for (profile, admin, dialect) in [
        (ProfileType::Practitioner, false, Dialect::Rfc),
        (ProfileType::ClientApplication, false, Dialect::Rfc),
        (ProfileType::Patient, true, Dialect::Rfc),
        (ProfileType::Patient, false, Dialect::Medplum),
        (ProfileType::RelatedPerson, false, Dialect::Medplum),
    ] {
        let access = Access::new(&member(profile, admin), None, None, dialect);
        let found = access.with(Interaction::Update, ResourceType::Patient, &patient(OTHER));
        assert_eq!(found.rule, Rule::NoPolicy, "{profile:?} {admin} {dialect:?}");
    }
}

#[test]
fn fields_are_those_of_the_entry_that_decided() {
    let entries = json!([
        { "resourceType": "Patient", "criteria": "Patient?_id=%patient.id", "readonlyFields": ["birthDate"] },
        { "resourceType": "Patient", "hiddenFields": ["gender"] },
    ]);
    let own = decide(entries.clone(), Interaction::Read, OWN);
    assert_eq!(
        (own.hidden_fields.len(), own.readonly_fields.as_slice()),
        (0, ["birthDate".to_owned()].as_slice())
    );
    let other = decide(entries, Interaction::Read, OTHER);
    assert_eq!(
        (other.hidden_fields.as_slice(), other.readonly_fields.len()),
        (["gender".to_owned()].as_slice(), 0)
    );
}

#[test]
fn sm_07_scopes_narrow() {
    use Interaction::{Create, Read, Search, Update};
    for (scope, interaction, id, allowed) in [
        ("openid", Update, OTHER, true),
        ("user/*.*", Update, OTHER, true),
        ("user/Patient.rs", Read, OTHER, true),
        ("user/Patient.rs", Update, OTHER, false),
        ("user/Patient.r", Search, OTHER, false),
        ("user/Practitioner.cruds", Read, OTHER, false),
        ("system/Patient.c", Create, OTHER, true),
        ("patient/Patient.rs", Read, OWN, true),
        ("patient/Patient.rs", Read, OTHER, false),
        ("patient/*.rs user/Patient.r", Read, OTHER, true),
        ("user/Patient.rs?gender=other", Read, OTHER, true),
        ("user/Patient.rs?gender=male", Read, OTHER, false),
        ("user/Patient.rs?nothing=known", Read, OTHER, false),
        ("user/Patient.sr", Read, OTHER, false),
        ("user/patient.rs", Read, OTHER, false),
    ] {
        let access = Access::new(&member(ProfileType::Patient, false), None, Some(scope), Dialect::Medplum);
        let found = access.with(interaction, ResourceType::Patient, &patient(id));
        assert_eq!(found.allowed, allowed, "{scope} {interaction:?} {id}");
        assert_eq!(found.rule == Rule::Scope, !allowed, "{scope}");
    }
    let staff =
        Access::new(&member(ProfileType::Practitioner, false), None, Some("patient/*.rs"), Dialect::Rfc);
    assert!(!staff.with_type(Read, ResourceType::Patient).allowed, "a practitioner is no patient");
}

fn entry() -> impl Strategy<Value = Value> {
    let types =
        prop::sample::select(vec!["Patient", "Practitioner", "*", "ClientApplication", "Observation"]);
    let criteria = prop::sample::select(vec![
        Value::Null,
        json!("Patient?_id=%patient.id"),
        json!("Patient?gender=male"),
        json!("*?_compartment=%patient"),
        json!("Patient?broken=x"),
    ]);
    let words = prop::collection::vec(
        prop::sample::select(vec!["read", "search", "create", "update", "delete"]),
        0..4,
    );
    (types, criteria, prop::option::of(words), any::<bool>()).prop_map(|(name, criteria, words, readonly)| {
        let mut entry = json!({ "resourceType": name, "readonly": readonly });
        if !criteria.is_null() {
            entry["criteria"] = criteria;
        }
        if let Some(words) = words {
            entry["interaction"] = json!(words);
        }
        entry
    })
}

proptest! {
    /// Whatever the policy and the scope: what a token with the scope may do, one without it may do too; and an entry
    /// more never takes anything away from a member who has none of the type.
    #[test]
    fn a_scope_never_widens(
        entries in prop::option::of(prop::collection::vec(entry(), 0..4)),
        words in prop::collection::vec("(patient|user|system)/(Patient|Practitioner|\\*|x)\\.(rs|cruds|read|write|\\*|sr)(\\?gender=(male|other))?", 1..4),
        admin in any::<bool>(),
        is_patient in any::<bool>(),
        own in any::<bool>(),
        dialect in prop::sample::select(vec![Dialect::Rfc, Dialect::Medplum]),
    ) {
        let kind = if is_patient { ProfileType::Patient } else { ProfileType::Practitioner };
        let member = member(kind, admin);
        let policy = entries.map(|entries| policy(Value::Array(entries)));
        let scope = words.join(" ");
        let without = Access::new(&member, policy.as_ref(), Some("openid profile"), dialect);
        let narrowed = Access::new(&member, policy.as_ref(), Some(&scope), dialect);
        let resource = patient(if own { OWN } else { OTHER });
        for resource_type in ResourceType::ALL {
            for interaction in Interaction::ALL {
                let wide = without.with(interaction, resource_type, &resource);
                let narrow = narrowed.with(interaction, resource_type, &resource);
                prop_assert!(!narrow.allowed || wide == narrow, "{scope} {interaction:?} {resource_type}");
                let by_type = without.with_type(interaction, resource_type);
                prop_assert!(!wide.allowed || by_type.allowed, "a resource is allowed whose type is not");
            }
        }
    }
}

fn parameter(name: &str, value: &str) -> AccessParameter {
    AccessParameter { name: name.into(), value_string: Some(value.into()), value_reference: None }
}

#[test]
fn variables_stand_for_what_a_membership_says() {
    let practitioner = Variables::of(&member(ProfileType::Practitioner, false));
    let own = format!("Practitioner/{OWN}");
    let said = practitioner.clone().with(&[
        parameter("patient", &format!("Patient/{OTHER}")),
        parameter("facility", "a&b=c"),
        parameter("team_1", "x"),
    ]);
    for (variables, text, expected) in [
        (&practitioner, "%profile", Ok(own.clone())),
        (&practitioner, "%profile.id", Ok(OWN.into())),
        (&practitioner, "%profile.ids", Ok(format!("{own}.ids"))),
        (&practitioner, "%patient", Err(CriteriaError::Unset)),
        (&practitioner, "%profiles", Err(CriteriaError::Unset)),
        (&practitioner, "%facility", Ok("%facility".into())),
        (&practitioner, "a%20b", Ok("a%20b".into())),
        (&practitioner, "%", Err(CriteriaError::Variable)),
        (&practitioner, "%-x", Err(CriteriaError::Variable)),
        (&said, "%patient.id,%profile.id", Ok(format!("{OTHER},{OWN}"))),
        (&said, "%facility!", Ok("a&b=c!".into())),
        (&said, "%team_1.id", Err(CriteriaError::Unset)),
        (&said, "%team_1%20", Ok("x%20".into())),
        (&said, "%team", Err(CriteriaError::Unset)),
    ] {
        assert_eq!(variables.fill(text), expected, "{text}");
    }
    for text in ["%anything", "%facility.id", "%patient", "%20"] {
        assert!(Variables::of_anybody().fill(text).is_ok(), "{text}");
    }
}

#[test]
fn a_parameter_is_one_value_of_a_term_and_no_more() {
    let criteria = |value: &str| {
        let variables = Variables::default().with(&[parameter("who", value)]);
        Criteria::parse(ResourceType::Patient, "Patient?gender=%who", &variables).unwrap()
    };
    assert!(criteria("other").matches(&patient(OWN)));
    for value in ["male", "male&_id=x", "other&active=true", "%6fther", "+other"] {
        assert!(!criteria(value).matches(&patient(OWN)), "{value}");
    }
}
