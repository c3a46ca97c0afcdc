//! Launches of an EHR: SMART App Launch 2.2, "EHR launch" and "Launch context arrives with your access token".
//!
//! An EHR, or a program that plays one, makes a `SmartAppLaunch` over FHIR and opens the app with its id as `launch`. The
//! app sends it along; the tokens that come of it say which patient and which encounter it was about. A launch gives nobody
//! a right: `patient/` words of the scope reach its patient only as far as the member's access policy does.

use anteroom_sentence::Sentence;
use serde_json::Value;

use crate::cx::Cx;
use crate::fhir::access::{Access, Interaction};
use crate::fhir::{Resource, ResourceType, fields, form};
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::membership::{ProfileRef, ProfileType};
use crate::model::{Client, Membership, Project, SmartAppLaunch};
use crate::refusal::Refusal;
use crate::stop::{Outcome, invalid, refuse};
use crate::store::Tx;

/// What may be referred to, and as what.
const REFERENCES: [(&str, &str); 2] = [("patient", "Patient"), ("encounter", "Encounter")];

/// Checks a launch.
///
/// # Refusals
/// `invalid`, naming the member: a reference of another type, or one that names nothing; a `fhirContext` that is no list of
/// objects.
pub fn check(resource: &Resource) -> Outcome<()> {
    form::check_depth(resource)?;
    for (member, resource_type) in REFERENCES {
        let Some(value) = resource.get(member) else { continue };
        let reference = value.get("reference");
        let id = reference
            .and_then(Value::as_str)
            .and_then(|text| text.strip_prefix(resource_type)?.strip_prefix('/').filter(|id| is_id(id)));
        let identifier = value.get("identifier").and_then(|identifier| identifier.get("value")?.as_str());
        let fits = id.is_some() || (reference.is_none() && identifier.is_some());
        if !fits {
            return invalid(
                member,
                Sentence::english(format!(
                    "{member} must be a reference such as {resource_type}/<id>, or have an identifier."
                )),
            );
        }
    }
    // A list of objects: SMART App Launch 2.2, "fhirContext".
    let context = resource.get("fhirContext");
    let fits = context
        .is_none_or(|context| context.as_array().is_some_and(|entries| entries.iter().all(Value::is_object)));
    if fits {
        Ok(())
    } else {
        invalid("fhirContext", Sentence::english("fhirContext must be a list of objects."))
    }
}

/// FHIR `id`.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

/// Writes a new launch.
pub fn create(cx: &mut Cx<'_>, launch: &SmartAppLaunch) -> Outcome<()> {
    check(&launch.resource)?;
    cx.tx.insert_smart_app_launch(launch)?;
    note(cx, launch, EventKind::SmartAppLaunchWritten)
}

/// Replaces a launch.
///
/// # Refusals
/// As [`check`]; another patient, because of the tokens that came of it.
pub fn update(cx: &mut Cx<'_>, before: &SmartAppLaunch, resource: Resource) -> Outcome<()> {
    check(&resource)?;
    if before.resource == resource {
        return Ok(());
    }
    // Tokens that came of it reach this patient, and their apps were told whom.
    if before.resource.get("patient") != resource.get("patient") {
        return invalid(
            "patient",
            Sentence::english(
                "The patient of a launch does not change: make a launch for the other patient.",
            ),
        );
    }
    let after = SmartAppLaunch { resource, ..before.clone() };
    cx.tx.update_smart_app_launch(&after)?;
    note(cx, &after, EventKind::SmartAppLaunchWritten)
}

/// Deletes a launch. Tokens that came of it stay, and say nothing about it from now on.
pub fn delete(cx: &mut Cx<'_>, launch: &SmartAppLaunch) -> Outcome<()> {
    cx.tx.delete_smart_app_launch(launch.id)?;
    note(cx, launch, EventKind::SmartAppLaunchDeleted)
}

/// The log says that it happened, and nothing about patients.
fn note(cx: &mut Cx<'_>, launch: &SmartAppLaunch, kind: EventKind) -> Outcome<()> {
    cx.about.project = Some(launch.project);
    cx.about.row = Some(launch.id.uuid());
    cx.event(kind, EventBody::default())?;
    Ok(())
}

/// Seconds in which a launch can be named by a sign-in. Tokens that came of it keep their context.
pub const LAUNCH_LIFETIME: u32 = 86_400;

/// The launch that a request names, if it names one.
///
/// # Refusals
/// `refusal`, for one that is not in this project, or older than [`LAUNCH_LIFETIME`].
pub fn named(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    launch: Option<&str>,
    refusal: Refusal,
) -> Outcome<Option<Id<SmartAppLaunch>>> {
    let Some(launch) = launch else { return Ok(None) };
    let found = match Id::parse(launch) {
        Some(id) => cx.tx.smart_app_launch(id)?.filter(|found| found.project == project),
        None => None,
    };
    cx.trace.check("launch", found.is_some(), "a launch of this project", || "an unknown one".into());
    let Some(found) = found else { return refuse(refusal, "") };
    let (now, ends) = (cx.now, found.created_at + LAUNCH_LIFETIME);
    if !cx.trace.check("launch.created_at", now < ends, format!("before {ends}"), || now.to_string().into()) {
        return refuse(refusal, "too old");
    }
    Ok(Some(found.id))
}

/// What a token response says about the launch: SMART App Launch 2.2, "Launch context".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LaunchContext {
    /// `patient`.
    pub patient: Option<String>,
    /// `encounter`.
    pub encounter: Option<String>,
    /// `fhirContext`.
    pub fhir_context: Option<Value>,
}

impl LaunchContext {
    /// Of tokens for this member and client. A patient's is the member itself, whatever the launch says, and of a launch
    /// for somebody else it hears nothing.
    pub fn of(
        tx: &dyn Tx,
        launch: Option<Id<SmartAppLaunch>>,
        client: &Client,
        member: &Membership,
    ) -> Outcome<Self> {
        let own = Some(member.profile).filter(|profile| profile.resource_type == ProfileType::Patient);
        let launch = launch.map(|id| tx.smart_app_launch(id)).transpose()?.flatten();
        let launch = launch.filter(|launch| {
            own.is_none_or(|own| launch.reference("patient") == Some(own.to_string().as_str()))
        });
        let mut context = match launch {
            Some(launch) => Self {
                patient: patient(tx, &launch, client, member)?,
                encounter: value(&launch, "encounter").map(str::to_owned),
                fhir_context: launch.resource.get("fhirContext").cloned(),
            },
            None => Self::default(),
        };
        if let Some(own) = own {
            context.patient = Some(own.id.to_string());
        }
        Ok(context)
    }
}

/// The identifier that stands in the reference, or else the id.
fn value<'a>(launch: &'a SmartAppLaunch, member: &str) -> Option<&'a str> {
    launch.identifier(member).or_else(|| launch.referenced_id(member))
}

/// The patient as the client knows it: by the identifier in the reference, else by the one of the system that the client's
/// `launchIdentifierSystems` names, where the patient is kept here, has one, and the member may read it, else by its id.
fn patient(
    tx: &dyn Tx,
    launch: &SmartAppLaunch,
    client: &Client,
    member: &Membership,
) -> Outcome<Option<String>> {
    if launch.identifier("patient").is_none()
        && let Some(system) = identifier_system(client, "Patient")
        && let Some(reference) = launch.reference("patient").and_then(ProfileRef::parse)
        && let Some(profile) = tx.profile(reference)?.filter(|profile| profile.project == launch.project)
    {
        let decision =
            Access::of(tx, member, None)?.with(Interaction::Read, ResourceType::Patient, &profile.resource);
        let mut seen = profile.resource.clone();
        fields::hide(&mut seen, &decision.hidden_fields);
        let identifiers = seen.get("identifier").and_then(Value::as_array).filter(|_| decision.allowed);
        let of_system = identifiers
            .into_iter()
            .flatten()
            .find(|identifier| identifier.get("system").and_then(Value::as_str) == Some(system));
        if let Some(found) = of_system.and_then(|identifier| identifier.get("value")?.as_str()) {
            return Ok(Some(found.to_owned()));
        }
    }
    Ok(value(launch, "patient").map(str::to_owned))
}

/// `launchIdentifierSystems` of a client: by which system it knows resources of a type.
fn identifier_system<'a>(client: &'a Client, resource_type: &str) -> Option<&'a str> {
    let systems = client.settings.extra.get("launchIdentifierSystems")?.as_array()?;
    let own =
        systems.iter().find(|one| one.get("resourceType").and_then(Value::as_str) == Some(resource_type))?;
    own.get("system")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stop::Stop;

    #[test]
    fn a_launch_refers_to_a_patient_and_an_encounter() {
        for (resource, field) in [
            (json!({}), None),
            (json!({ "patient": { "reference": "Patient/p-1.a" } }), None),
            (json!({ "patient": { "identifier": { "system": "urn:mrn", "value": "42" } } }), None),
            (
                json!({ "patient": { "reference": "Patient/p1", "identifier": { "value": "42" } },
                        "encounter": { "reference": "Encounter/e1" }, "fhirContext": [{ "role": "launch" }], "x": 1 }),
                None,
            ),
            (json!({ "patient": "Patient/p1" }), Some("patient")),
            (json!({ "patient": {} }), Some("patient")),
            (json!({ "patient": { "reference": "Practitioner/p1" } }), Some("patient")),
            (json!({ "patient": { "reference": "Patient/" } }), Some("patient")),
            (json!({ "patient": { "reference": "Patient/a/b" } }), Some("patient")),
            (json!({ "patient": { "reference": "Patient/a", "identifier": {} } }), None),
            (json!({ "patient": { "reference": 1, "identifier": { "value": "42" } } }), Some("patient")),
            (json!({ "patient": { "identifier": { "value": 42 } } }), Some("patient")),
            (json!({ "encounter": { "reference": "Patient/p1" } }), Some("encounter")),
            (json!({ "fhirContext": {} }), Some("fhirContext")),
            (json!({ "fhirContext": ["ImagingStudy/1"] }), Some("fhirContext")),
        ] {
            let Value::Object(members) = &resource else { panic!("an object") };
            let found = match check(members) {
                Ok(()) => None,
                Err(Stop::Unfit(unfit)) => unfit.field,
                Err(other) => panic!("{resource}: {other:?}"),
            };
            assert_eq!(found, field, "{resource}");
        }
    }
}
