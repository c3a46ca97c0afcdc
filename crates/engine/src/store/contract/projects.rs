//! Projects and access policies.

use serde_json::json;

use crate::model::access_policy::{IpAccessRule, IpAction};
use crate::model::project::Dialect;
use crate::store::contract::read;
use crate::store::contract::sample::{
    NOW, access_policy, client, id, object, person, project, write_project,
};
use crate::store::{Store, StoreError, StoreResult, write};

/// Every column, and settings of a newer version.
pub fn projects_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    let mut row = project();
    row.settings.preauthorize_per_minute = Some(7);
    row.settings.extra = object(json!({"fromTomorrow": {"a": [1, 2]}}));
    let mut older = project();
    older.id = id(2);
    older.created_at = NOW - 1;
    let rows = (row.clone(), older.clone());
    write(store, move |tx| {
        tx.insert_project(&rows.0)?;
        tx.insert_project(&rows.1)
    })?;
    assert_eq!(read(store, |tx| tx.project(id(1)))?.as_deref(), Some(&row));
    let listed = read(store, |tx| tx.list_projects())?;
    assert_eq!(listed.iter().map(|project| project.id).collect::<Vec<_>>(), [id(2), id(1)], "oldest first");
    assert!(read(store, |tx| tx.project(id(3)))?.is_none());

    row.name = "Hillside".to_owned();
    row.dialect = Dialect::Medplum;
    let changed = row.clone();
    write(store, move |tx| tx.update_project(&changed))?;
    assert_eq!(read(store, |tx| tx.project(id(1)))?.as_deref(), Some(&row));
    Ok(())
}

/// Rules in their order, and the rest of the resource.
pub fn access_policies_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let rule =
        |value: &str, action| IpAccessRule { name: Some("desk".to_owned()), value: value.to_owned(), action };
    let mut row = access_policy(30, "Patients");
    row.ip_access_rule = vec![rule("127.", IpAction::Allow), rule("*", IpAction::Block)];
    row.rest = object(json!({"resource": [{"resourceType": "Patient", "readonly": true}], "later": null}));
    let stored = row.clone();
    write(store, move |tx| {
        tx.insert_access_policy(&stored)?;
        tx.insert_access_policy(&access_policy(31, "all"))
    })?;
    assert_eq!(read(store, |tx| tx.access_policy(id(30)))?.as_deref(), Some(&row));
    assert_eq!(read(store, |tx| tx.access_policy_by_name(id(1), "Patients"))?.as_deref(), Some(&row));
    assert!(read(store, |tx| tx.access_policy_by_name(id(2), "Patients"))?.is_none(), "another project");
    let names: Vec<String> =
        read(store, |tx| tx.list_access_policies(id(1)))?.iter().map(|policy| policy.name.clone()).collect();
    assert_eq!(names, ["all", "Patients"], "by name, in any case");

    row.ip_access_rule.pop();
    let changed = row.clone();
    write(store, move |tx| tx.update_access_policy(&changed))?;
    assert_eq!(read(store, |tx| tx.access_policy(id(30)))?.as_deref(), Some(&row));
    Ok(())
}

/// One name, one policy.
pub fn access_policies_have_names_of_their_own(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| tx.insert_access_policy(&access_policy(30, "Patients")))?;
    let outcome = write(store, |tx| tx.insert_access_policy(&access_policy(31, "Patients")));
    assert!(matches!(outcome, Err(StoreError::Exists(_))), "{outcome:?}");
    Ok(())
}

/// An update never inserts, and never passes in silence.
pub fn updating_what_is_not_there_fails(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut other = project();
    other.id = id(9);
    assert!(write(store, move |tx| tx.update_project(&other)).is_err());
    assert!(write(store, |tx| tx.update_client(&client(99, "Nobody"))).is_err());
    assert!(write(store, |tx| tx.update_access_policy(&access_policy(99, "Nothing"))).is_err());
    let nobody = person(99, "No", "Body");
    let (user, profile, membership) = (nobody.user, nobody.profile, nobody.membership);
    assert!(write(store, move |tx| tx.update_user(&user)).is_err());
    assert!(write(store, move |tx| tx.update_profile(&profile)).is_err());
    assert!(write(store, move |tx| tx.update_membership(&membership)).is_err());
    assert!(read(store, |tx| tx.client(id(99)))?.is_none());
    Ok(())
}
