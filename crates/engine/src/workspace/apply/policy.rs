//! An access policy of the file.

use anteroom_sentence::sentence;
use serde_json::{Map, Value};

use super::{ApplyError, Effect, Item, Run, at};
use crate::cx::{About, Cx};
use crate::id::Id;
use crate::model::access_policy::IpAccessRule;
use crate::model::{AccessPolicy, Project};
use crate::service::access_policies;
use crate::workspace::Misfit;
use crate::workspace::file::WorkspacePolicy;
use crate::workspace::given::Given;

impl Run<'_> {
    pub(super) fn policy(
        &mut self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspacePolicy,
        path: &str,
    ) -> Result<(), ApplyError> {
        cx.about = About::default();
        let by_name = cx.tx.access_policy_by_name(project, &file.name)?;
        let stored = match file.id {
            None => by_name,
            Some(id) => {
                if let Some(other) = by_name.filter(|other| other.id != id) {
                    let rule = sentence!(
                        "a policy with this name exists; its id is {id}",
                        id = other.id.to_string()
                    );
                    return Err(Misfit::new(format!("{path}.id"), rule).into());
                }
                cx.tx.access_policy(id)?
            }
        };
        if stored.as_ref().is_some_and(|stored| stored.project != project) {
            return Err(Misfit::new(format!("{path}.id"), sentence!("belongs to another project")).into());
        }
        if stored.as_ref().is_some_and(|stored| stored.name != file.name) {
            let rule =
                sentence!("a policy with this id exists under another name; policies cannot be renamed");
            return Err(Misfit::new(format!("{path}.name"), rule).into());
        }
        let row = if let Some(stored) = stored.as_deref() {
            filled(file, stored)
        } else {
            let id = match file.id {
                Some(id) => id,
                None => at(path, cx.random_id().map_err(Into::into))?,
            };
            let name = file.name.clone();
            let (ip_access_rule, rest) = (Vec::new(), Map::new());
            filled(file, &AccessPolicy { id, project, name, ip_access_rule, rest, created_at: cx.now })
        };
        let changed = at(path, access_policies::put(cx, &row))?;
        self.names(row.id.uuid(), path)?;
        let effect = if stored.is_none() { Effect::Added } else { Effect::changed(changed) };
        self.note(
            effect,
            Item { kind: "access policy", path: path.to_owned(), id: row.id.uuid(), name: Some(row.name) },
        );
        Ok(())
    }
}

/// `stored` with the values of the file.
fn filled(file: &WorkspacePolicy, stored: &AccessPolicy) -> AccessPolicy {
    let objects = |objects: &Vec<Map<String, Value>>| objects.iter().cloned().map(Value::Object).collect();
    let mut rest = stored.rest.clone();
    put(&mut rest, "resource", &file.resource, objects);
    put(&mut rest, "compartment", &file.compartment, |object| Value::Object(object.clone()));
    put(&mut rest, "basedOn", &file.based_on, objects);
    let rules = file.ip_access_rule.value().into_iter().flatten().map(|rule| IpAccessRule {
        name: rule.name.clone(),
        value: rule.value.clone(),
        action: rule.action,
    });
    let ip_access_rule =
        if file.ip_access_rule.is_absent() { stored.ip_access_rule.clone() } else { rules.collect() };
    AccessPolicy { ip_access_rule, rest, ..stored.clone() }
}

fn put<T>(members: &mut Map<String, Value>, name: &str, given: &Given<T>, value: impl Fn(&T) -> Value) {
    match given {
        Given::Absent => {}
        Given::Null => {
            members.remove(name);
        }
        Given::Value(given) => {
            members.insert(name.to_owned(), value(given));
        }
    }
}
