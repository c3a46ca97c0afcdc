//! What FHIR asks of a store: walking through rows, members nobody knows, and what was deleted.

use serde_json::json;

use crate::model::event::{EventBody, EventKind, NewEvent};
use crate::model::membership::{AccessParameter, MembershipAccess, ProfileRef, ProfileType};
use crate::model::{Membership, Profile, SmartAppLaunch};
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, access_policy, id, object, person, write_project};
use crate::store::{ProfileSearch, Store, StoreResult, write};

fn family(row: &Profile) -> String {
    row.resource["name"][0]["family"].as_str().unwrap_or_default().to_owned()
}

/// The family names of the patients that a search shows, the walk ended after `most`.
fn walked(store: &dyn Store, words: &[&str], most: usize) -> StoreResult<Vec<String>> {
    let search = ProfileSearch { words: words.iter().map(|word| (*word).to_owned()).collect() };
    read(store, |tx| {
        let mut seen = Vec::new();
        tx.visit_profiles(id(1), ProfileType::Patient, &search, &mut |row| {
            seen.push(family(&row));
            seen.len() < most
        })?;
        Ok(seen)
    })
}

/// Oldest first; a search may show more than it needs to, never less; the walk ends when told.
pub fn profiles_are_walked_through(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        for (number, family) in [(21, "Cruz"), (22, "Ångström"), (23, "Dorn")] {
            let mut person = person(number, "Ana", family);
            person.profile.created_at = NOW + u32::try_from(number).unwrap_or(0);
            tx.insert_user(&person.user)?;
            tx.insert_profile(&person.profile)?;
            tx.insert_membership(&person.membership)?;
        }
        let mut nobodys = person(24, "Ben", "Eve").profile;
        nobodys.created_at = NOW + 24;
        tx.insert_profile(&nobodys)
    })?;
    assert_eq!(walked(store, &[], 9)?, ["Doe", "Cruz", "Ångström", "Dorn", "Eve"]);
    assert_eq!(walked(store, &[], 2)?, ["Doe", "Cruz"]);
    for (words, wanted) in [(&["angst"][..], "Ångström"), (&["ana", "dorn"], "Dorn"), (&["eve"], "Eve")] {
        assert!(walked(store, words, 9)?.contains(&wanted.to_owned()), "{words:?}");
    }
    assert!(!walked(store, &["dorn"], 9)?.contains(&"Cruz".to_owned()), "a member's name is looked at");
    let reference =
        ProfileRef { resource_type: ProfileType::Patient, id: person(24, "", "").profile.reference.id };
    write(store, move |tx| tx.delete_profile(reference))?;
    assert_eq!(walked(store, &[], 9)?.len(), 4);
    Ok(())
}

/// Of people and clients, in the order they were written; with a profile only those.
pub fn memberships_are_walked_through(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let (one, other) = (person(21, "Ana", "Cruz"), person(22, "Ben", "Dorn"));
    let profile = other.membership.profile.id;
    write(store, move |tx| {
        for person in [&one, &other] {
            tx.insert_user(&person.user)?;
            tx.insert_profile(&person.profile)?;
            tx.insert_membership(&person.membership)?;
        }
        Ok(())
    })?;
    let seen = |wanted, most: usize| {
        read(store, move |tx| {
            let mut seen = Vec::new();
            tx.visit_memberships(id(1), wanted, &mut |row| {
                seen.push(row.display);
                seen.len() < most
            })?;
            Ok(seen)
        })
    };
    let all = seen(None, 99)?;
    assert_eq!(all[all.len() - 2..], ["Ana Cruz", "Ben Dorn"]);
    assert_eq!(seen(None, 1)?.len(), 1);
    assert_eq!(seen(Some(profile), 99)?, ["Ben Dorn"]);
    Ok(())
}

/// Replaced, emptied, and gone with the membership.
pub fn rests_of_memberships_are_replaced(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let one = person(21, "Ana", "Cruz");
    let membership = one.membership.id;
    write(store, move |tx| {
        tx.insert_user(&one.user)?;
        tx.insert_profile(&one.profile)?;
        tx.insert_membership(&one.membership)?;
        tx.put_membership_rest(membership, &object(json!({ "z": 1, "a": [null] })))
    })?;
    let rest = || read(store, move |tx| tx.membership_rest(membership));
    assert!(rest()?.keys().eq(["z", "a"]), "in their order");
    write(store, move |tx| tx.put_membership_rest(membership, &object(json!({ "b": true }))))?;
    assert_eq!(rest()?, object(json!({ "b": true })));
    write(store, move |tx| tx.put_membership_rest(membership, &object(json!({}))))?;
    assert!(rest()?.is_empty());
    write(store, move |tx| {
        tx.put_membership_rest(membership, &object(json!({ "b": true })))?;
        tx.delete_membership(membership)
    })?;
    assert!(rest()?.is_empty());
    Ok(())
}

/// Who has a policy; without anybody it can be deleted.
pub fn policies_know_their_members(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let policy = access_policy(30, "Own");
    let policy_id = policy.id;
    let mut one = person(21, "Ana", "Cruz");
    one.membership.access_policy = Some(policy_id);
    let membership = one.membership.id;
    write(store, move |tx| {
        tx.insert_access_policy(&policy)?;
        tx.insert_user(&one.user)?;
        tx.insert_profile(&one.profile)?;
        tx.insert_membership(&one.membership)
    })?;
    let having = read(store, |tx| tx.memberships_with_policy(policy_id, 5))?;
    assert_eq!((having.total as usize, having.rows.len()), (having.rows.len(), having.rows.len()));
    assert!(having.rows.iter().any(|row| row.id == membership));
    let counted = read(store, |tx| tx.memberships_with_policy(policy_id, 0))?;
    assert_eq!((counted.total, counted.rows.len()), (having.total, 0));
    assert!(write(store, move |tx| tx.delete_access_policy(policy_id)).is_err(), "somebody has it");
    for row in having.rows {
        write(store, move |tx| tx.delete_membership(row.id))?;
    }
    write(store, move |tx| tx.delete_access_policy(policy_id))?;
    assert!(read(store, |tx| tx.access_policy(policy_id))?.is_none());
    Ok(())
}

/// The further ones of a membership, in their order, with their parameters; none of them can be deleted.
pub fn further_policies_are_kept(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let own = |policy: u128, name: &str| MembershipAccess {
        policy: id(policy),
        parameter: vec![AccessParameter {
            name: name.to_owned(),
            value_string: Some("x".to_owned()),
            value_reference: None,
        }],
    };
    let mut one = person(21, "Ana", "Cruz");
    one.membership.access = vec![own(32, "b"), own(31, "a"), own(32, "c")];
    let membership = one.membership.clone();
    write(store, move |tx| {
        tx.insert_access_policy(&access_policy(31, "A"))?;
        tx.insert_access_policy(&access_policy(32, "B"))?;
        tx.insert_user(&one.user)?;
        tx.insert_profile(&one.profile)?;
        tx.insert_membership(&one.membership)
    })?;
    assert_eq!(read(store, |tx| tx.membership(id(21)))?.as_deref(), Some(&membership));
    let having = read(store, |tx| tx.memberships_with_policy(id(32), 5))?;
    assert_eq!((having.total, having.rows), (1, vec![membership.clone()]), "once, though it is there twice");
    assert!(write(store, |tx| tx.delete_access_policy(id(31))).is_err(), "somebody has it");
    let changed = Membership { access: vec![own(32, "d")], ..membership };
    let stored = changed.clone();
    write(store, move |tx| tx.update_membership(&stored))?;
    assert_eq!(read(store, |tx| tx.membership(id(21)))?.as_deref(), Some(&changed));
    write(store, |tx| tx.delete_access_policy(id(31)))?;
    assert!(write(store, |tx| tx.delete_access_policy(id(32))).is_err(), "somebody has it still");
    write(store, |tx| {
        tx.delete_membership(id(21))?;
        tx.delete_access_policy(id(32))
    })?;
    let unknown = Membership { id: id(22), access: vec![own(39, "a")], ..changed };
    assert!(write(store, move |tx| tx.insert_membership(&unknown)).is_err(), "there is no such policy");
    Ok(())
}

/// In their order, replaced, walked through by age, and gone.
pub fn launches_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let launch = |number: u128| SmartAppLaunch {
        id: id(number),
        project: id(1),
        resource: object(json!({ "z": 1, "patient": { "reference": format!("Patient/{number}") } })),
        created_at: NOW + u32::try_from(100 - number).unwrap_or(0),
    };
    write(store, move |tx| {
        [61, 62].iter().try_for_each(|number| tx.insert_smart_app_launch(&launch(*number)))
    })?;
    let found = read(store, |tx| tx.smart_app_launch(id(61)))?.expect("it was just inserted");
    assert_eq!(found, launch(61));
    assert!(found.resource.keys().eq(["z", "patient"]), "in their order");
    let changed = SmartAppLaunch { resource: object(json!({ "a": [null] })), ..launch(61) };
    let stored = changed.clone();
    write(store, move |tx| tx.update_smart_app_launch(&stored))?;
    assert_eq!(read(store, |tx| tx.smart_app_launch(id(61)))?, Some(changed));
    assert!(write(store, move |tx| tx.update_smart_app_launch(&launch(63))).is_err(), "it is not there");
    let walked = |project: u128, most: usize| {
        read(store, move |tx| {
            let mut seen = Vec::new();
            tx.visit_smart_app_launches(id(project), &mut |row| {
                seen.push(row.id);
                seen.len() < most
            })?;
            Ok(seen)
        })
    };
    assert_eq!(walked(1, 9)?, [id(62), id(61)], "oldest first");
    assert_eq!(walked(1, 1)?, [id(62)]);
    assert_eq!(walked(2, 9)?, []);
    write(store, |tx| tx.delete_smart_app_launch(id(61)))?;
    assert!(read(store, |tx| tx.smart_app_launch(id(61)))?.is_none());
    Ok(())
}

/// By the log of the project, for the kinds that delete something.
pub fn deleted_rows_are_remembered(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let event = |kind, row: u128| NewEvent {
        at: NOW,
        project: Some(id(1)),
        kind,
        actor: None,
        subject: None,
        client: None,
        about: Some(uuid::Uuid::from_u128(row)),
        refusal: None,
        body: EventBody::default(),
    };
    let events = [
        event(EventKind::ClientDeleted, 51),
        event(EventKind::MemberDeleted, 52),
        event(EventKind::ProfileDeleted, 53),
        event(EventKind::AccessPolicyDeleted, 54),
        event(EventKind::SessionRevoked, 55),
        event(EventKind::SmartAppLaunchDeleted, 57),
    ];
    write(store, move |tx| events.iter().try_for_each(|event| tx.append_event(event).map(drop)))?;
    for (row, expected) in
        [(51, true), (52, true), (53, true), (54, true), (55, false), (56, false), (57, true)]
    {
        let found = read(store, |tx| tx.was_deleted(id(1), uuid::Uuid::from_u128(row)))?;
        assert_eq!(found, expected, "{row}");
    }
    assert!(!read(store, |tx| tx.was_deleted(id(2), uuid::Uuid::from_u128(51)))?, "another project's");
    Ok(())
}
