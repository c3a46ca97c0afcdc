//! JSON Patch [RFC6902]: read, change, and write only if nobody else did meanwhile.
//!
//! The patch is applied to what the caller may see, so that its tests cannot ask about what is hidden; and outside the
//! transaction, because a patch can be slow. The write then happens only to the resource that was read.

use std::sync::Arc;

use json_patch::PatchOperation;
use serde::Deserialize as _;
use serde_json::Value;

use super::{Answer, Ask, Target, Way};
use crate::cx::Origin;
use crate::engine::Engine;
use crate::fhir::{Resource, form};
use crate::refusal::Refusal;
use crate::stop::{Outcome, Refused, Stop, refuse};

/// Operations of a patch at most.
const MOST_OPERATIONS: usize = 100;
/// Bytes a resource may grow to: `copy` can double it with each operation.
const LARGEST: usize = 1024 * 1024;
/// How often a write is tried that others came before.
const TRIES: usize = 3;

/// A patch: its operations, in order.
#[derive(Debug, Clone)]
pub struct Patch(Vec<PatchOperation>);

impl Patch {
    /// Reads a patch.
    ///
    /// # Refusals
    /// [`Refusal::PatchNotApplied`]: it is no list of operations, or has more than a hundred.
    pub fn read(body: &Value) -> Outcome<Self> {
        let operations = Vec::<PatchOperation>::deserialize(body);
        match operations {
            Ok(operations) if operations.len() <= MOST_OPERATIONS => Ok(Self(operations)),
            _ => refuse(Refusal::PatchNotApplied, "no list of at most 100 operations"),
        }
    }

    /// The resource with the patch applied.
    ///
    /// # Refusals
    /// [`Refusal::PatchNotApplied`]: an operation fails; the resource becomes too deep, too large, or no object.
    pub fn apply(&self, resource: Resource) -> Outcome<Resource> {
        let mut value = Value::Object(resource);
        // [RFC6902 §5] what is changed here is a copy; it is thrown away when an operation fails
        for operation in &self.0 {
            let applied = json_patch::patch(&mut value, std::slice::from_ref(operation));
            if let Err(error) = applied {
                // The text names paths and no values.
                return refuse(Refusal::PatchNotApplied, format!("{:?}", error.kind));
            }
            // Each operation may put what is there into itself: what is too deep is not walked through again, because that
            // takes stack.
            if !form::is_flat(&value, form::DEEPEST + 1) {
                return refuse(Refusal::PatchNotApplied, "the resource became too deep");
            }
            let grows = matches!(operation, PatchOperation::Copy(_));
            if grows && serde_json::to_vec(&value).map_or(0, |text| text.len()) > LARGEST {
                return refuse(Refusal::PatchNotApplied, "the resource became too large");
            }
        }
        match value {
            Value::Object(resource) => Ok(resource),
            _ => refuse(Refusal::PatchNotApplied, "the resource became another value"),
        }
    }
}

pub(super) async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    way: Way,
    target: Target,
    patch: Patch,
    if_match: Option<String>,
) -> Outcome<Answer> {
    for _ in 1..TRIES {
        match once(engine, &origin, &way, &target, &patch, if_match.clone()).await {
            Err(Stop::Refused(Refused { refusal: Refusal::VersionsDiffer, .. })) if if_match.is_none() => {}
            other => return other,
        }
    }
    once(engine, &origin, &way, &target, &patch, if_match).await
}

async fn once(
    engine: &Arc<Engine>,
    origin: &Origin,
    way: &Way,
    target: &Target,
    patch: &Patch,
    if_match: Option<String>,
) -> Outcome<Answer> {
    let found = way.clone().read(engine, origin.clone(), Ask::Read(target.clone())).await?;
    let Answer::Found(shown) = found else {
        return engine.refuse_unread(origin, Stop::refused(Refusal::ResourceNotFound));
    };
    let seen = shown.version.clone();
    if if_match.as_ref().is_some_and(|wanted| *wanted != seen) {
        return engine.refuse_unread(origin, Stop::refused(Refusal::VersionsDiffer));
    }
    let changed = patch.apply(shown.resource).or_else(|stop| engine.refuse_unread(origin, stop))?;
    let update = Ask::Update(target.clone(), changed);
    way.clone().write(engine, origin.clone(), update, Some(seen)).await
}
