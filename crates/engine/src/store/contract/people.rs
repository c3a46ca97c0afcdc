//! Accounts, profiles, memberships, and people as lists and searches see them.

use anteroom_oauth::secret::Secret;
use serde_json::json;

use crate::model::membership::{Principal, ProfileRef, ProfileType};
use crate::model::user::PasswordHash;
use crate::model::{Membership, UserSecurityRequest};
use crate::store::contract::read;
use crate::store::contract::sample::{
    NOW, access_policy, id, object, person, project, write_people, write_project,
};
use crate::store::{PeopleFilter, Store, StoreError, StoreResult, Window, write};

const ALL: Window = Window { offset: 0, limit: 100 };

fn found(store: &dyn Store, search: &str) -> StoreResult<Vec<String>> {
    let filter = PeopleFilter { search: search.to_owned(), profile_type: None };
    let people = read(store, |tx| tx.list_people(id(1), &filter, ALL))?;
    assert_eq!(people.total as usize, people.rows.len(), "the number of all that {search:?} finds");
    Ok(people.rows.into_iter().map(|person| person.membership.display).collect())
}

/// Every column.
pub fn users_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut row = person(21, "Ana", "Cruz").user;
    row.email = Some("ana@clinic.test".to_owned());
    row.password = Some(PasswordHash("$argon2id$…".to_owned()));
    let stored = row.clone();
    write(store, move |tx| tx.insert_user(&stored))?;
    assert_eq!(read(store, |tx| tx.user(id(21)))?.as_ref(), Some(&row));
    row.email_verified = true;
    row.password = None;
    let changed = row.clone();
    write(store, move |tx| tx.update_user(&changed))?;
    assert_eq!(read(store, |tx| tx.user_by_email(id(1), "ana@clinic.test"))?.as_ref(), Some(&row));
    assert!(read(store, |tx| tx.user_by_email(id(2), "ana@clinic.test"))?.is_none(), "another project");
    assert!(read(store, |tx| tx.user_by_email(id(1), "ana@clinic.tes"))?.is_none(), "compared whole");
    Ok(())
}

/// `Exists` says so; no address is no address, and other projects have their own.
pub fn email_addresses_are_taken_once_in_a_project(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let user = |number: u128, project: u128, email: Option<&str>| {
        let mut row = person(number, "A", "B").user;
        row.project = id(project);
        row.email = email.map(str::to_owned);
        row
    };
    let rows =
        [user(21, 1, Some("a@b.test")), user(22, 1, None), user(23, 1, None), user(24, 2, Some("a@b.test"))];
    write(store, move |tx| {
        let mut other = project();
        other.id = id(2);
        tx.insert_project(&other)?;
        rows.iter().try_for_each(|row| tx.insert_user(row))
    })?;
    let again = user(25, 1, Some("a@b.test"));
    let outcome = write(store, move |tx| tx.insert_user(&again));
    assert!(matches!(outcome, Err(StoreError::Exists("e-mail address"))), "{outcome:?}");
    let changed = user(22, 1, Some("a@b.test"));
    let outcome = write(store, move |tx| tx.update_user(&changed));
    assert!(matches!(outcome, Err(StoreError::Exists("e-mail address"))), "{outcome:?}");
    Ok(())
}

/// In their order.
pub fn profiles_keep_members_nobody_knows(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut row = person(21, "Ana", "Cruz").profile;
    row.resource = object(
        json!({"z": 1, "name": [{"text": "Ana"}], "a": {"deep": [null, 1.5]}, "birthDate": "1990-01-02"}),
    );
    let stored = row.clone();
    write(store, move |tx| tx.insert_profile(&stored))?;
    let found = read(store, |tx| tx.profile(row.reference))?.expect("it was just inserted");
    assert_eq!(found, row);
    assert!(found.resource.keys().eq(row.resource.keys()), "order of members");
    let other = ProfileRef { resource_type: ProfileType::Practitioner, id: row.reference.id };
    assert!(read(store, |tx| tx.profile(other))?.is_none(), "the type is part of the reference");
    Ok(())
}

/// Every column.
pub fn memberships_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut row = person(21, "Ana", "Cruz").membership;
    row.desk = true;
    row.external_id = Some("sub-1".to_owned());
    row.access_policy = Some(id(30));
    let stored = row.clone();
    write(store, move |tx| {
        tx.insert_access_policy(&access_policy(30, "Patients"))?;
        tx.insert_membership(&stored)
    })?;
    assert_eq!(read(store, |tx| tx.membership(id(21)))?.as_deref(), Some(&row));
    row.admin = true;
    row.active = false;
    row.external_id = None;
    let changed = row.clone();
    write(store, move |tx| tx.update_membership(&changed))?;
    assert_eq!(read(store, |tx| tx.membership(id(21)))?.as_deref(), Some(&row));
    let of_client = read(store, |tx| tx.membership_of_client(id(10)))?.expect("the sample has it");
    assert_eq!((of_client.id, of_client.display.as_str()), (id(11), "Portal"));
    write(store, |tx| tx.delete_membership(id(11)))?;
    assert!(read(store, |tx| tx.membership_of_client(id(10)))?.is_none());
    assert!(read(store, |tx| tx.membership(id(11)))?.is_none());
    Ok(())
}

/// `Exists` says so; other projects have their own.
pub fn external_ids_are_taken_once_in_a_project(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let member = |number: u128, project: u128| {
        let mut row: Membership = person(number, "A", "B").membership;
        row.project = id(project);
        row.external_id = Some("sub-1".to_owned());
        row
    };
    let rows = [member(21, 1), member(22, 2)];
    write(store, move |tx| {
        let mut other = project();
        other.id = id(2);
        tx.insert_project(&other)?;
        rows.iter().try_for_each(|row| tx.insert_membership(row))
    })?;
    let again = member(23, 1);
    let outcome = write(store, move |tx| tx.insert_membership(&again));
    assert!(matches!(outcome, Err(StoreError::Exists("external id"))), "{outcome:?}");
    Ok(())
}

/// Within their project.
pub fn memberships_are_found_by_profile_and_external_id(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut ana = person(21, "Ana", "Cruz");
    ana.membership.external_id = Some("sub-1".to_owned());
    let reference = ana.profile.reference;
    write_people(store, vec![ana])?;
    let by_profile =
        |project, reference| read(store, move |tx| tx.membership_by_profile(id(project), reference));
    assert_eq!(by_profile(1, reference)?.map(|found| found.id), Some(id(21)));
    assert!(by_profile(2, reference)?.is_none(), "another project");
    let other = ProfileRef { resource_type: ProfileType::RelatedPerson, ..reference };
    assert!(by_profile(1, other)?.is_none(), "another type with the same id");
    let by_external = |project, text| read(store, move |tx| tx.membership_by_external_id(id(project), text));
    assert_eq!(by_external(1, "sub-1")?.map(|found| found.id), Some(id(21)));
    assert!(by_external(2, "sub-1")?.is_none(), "another project");
    assert!(by_external(1, "SUB-1")?.is_none(), "compared byte by byte");
    Ok(())
}

/// In any case and without diacritics, in windows, with what lists show; clients are no people.
pub fn people_are_listed_by_name(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut zoe = person(21, "zoë", "Ak");
    zoe.profile.resource.insert("birthDate".to_owned(), json!("1990-01-02"));
    zoe.profile.resource.insert("identifier".to_owned(), json!([{"value": "MRN-7"}, {"value": "x"}]));
    zoe.user.email = Some("zoe@clinic.test".to_owned());
    let mut doctor = person(22, "Émile", "Roux");
    doctor.profile.reference.resource_type = ProfileType::Practitioner;
    doctor.membership.profile = doctor.profile.reference;
    write_people(store, vec![zoe, doctor, person(23, "Frank", "Ito")])?;
    assert_eq!(found(store, "")?, ["Émile Roux", "Frank Ito", "Pat Doe", "zoë Ak"]);
    assert_eq!(found(store, "  ")?.len(), 4);

    let window = Window { offset: 1, limit: 2 };
    let some = read(store, |tx| tx.list_people(id(1), &PeopleFilter::default(), window))?;
    let names: Vec<_> = some.rows.iter().map(|row| row.membership.display.as_str()).collect();
    assert_eq!((names, some.total), (vec!["Frank Ito", "Pat Doe"], 4));

    let practitioners =
        PeopleFilter { profile_type: Some(ProfileType::Practitioner), ..PeopleFilter::default() };
    let some = read(store, |tx| tx.list_people(id(1), &practitioners, ALL))?;
    assert_eq!((some.rows.len(), some.total), (1, 1));

    let zoe = read(store, |tx| tx.person(id(21)))?.expect("she was written");
    assert_eq!(zoe.birth_date.as_deref(), Some("1990-01-02"));
    assert_eq!(zoe.identifier.as_deref(), Some("MRN-7"), "the first one");
    assert_eq!(zoe.email.as_deref(), Some("zoe@clinic.test"));
    assert!(read(store, |tx| tx.person(id(11)))?.is_none(), "a client is no person");
    Ok(())
}

/// In any order; diacritics and case do not matter.
pub fn people_are_found_by_the_beginnings_of_their_names(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut maiden = person(24, "Maria", "Weiß");
    maiden.profile.resource = object(json!({"name": [
        {"given": ["Maria", "José"], "family": "Weiß"}, {"use": "maiden", "family": "Ångström"}]}));
    maiden.membership.display = maiden.profile.display();
    write_people(
        store,
        vec![
            person(21, "Ana Maria", "Cruz"),
            person(22, "Łukasz", "O'Neil-Cruz"),
            person(23, "Nguyễn", "An"),
            maiden,
        ],
    )?;
    for (search, names) in [
        ("ana", vec!["Ana Maria Cruz"]),
        ("CRU", vec!["Ana Maria Cruz", "Łukasz O'Neil-Cruz"]),
        ("cru ma", vec!["Ana Maria Cruz"]),
        ("lukasz", vec!["Łukasz O'Neil-Cruz"]),
        ("o'neil", vec!["Łukasz O'Neil-Cruz"]),
        ("ÓNEIL", vec![]),
        ("nguyen", vec!["Nguyễn An"]),
        ("weiss", vec!["Maria José Weiß"]),
        ("angstrom maria", vec!["Maria José Weiß"]),
        ("uz", vec![]),
        ("\"", vec![]),
        ("pat* OR ana", vec![]),
        ("NOT", vec![]),
        ("pat -doe", vec!["Pat Doe"]),
    ] {
        assert_eq!(found(store, search)?, names, "{search:?}");
    }
    Ok(())
}

/// E-mail address, identifier, profile reference, id.
pub fn people_are_found_by_what_identifies_them(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut ana = person(21, "Ana", "Cruz");
    ana.user.email = Some("kitty.77@clinic.test".to_owned());
    ana.profile.resource.insert("identifier".to_owned(), json!([{"value": "MRN-0042"}]));
    let reference = ana.profile.reference.to_string();
    let uuid = ana.profile.reference.id.to_string();
    write_people(store, vec![ana])?;
    for search in [
        "kitty.77@clinic.test",
        "KITTY.77@clinic",
        "kitty",
        "MRN-0042",
        "mrn-0042",
        " mrn-00 ",
        reference.as_str(),
        uuid.as_str(),
    ] {
        assert_eq!(found(store, search)?, ["Ana Cruz"], "{search:?}");
    }
    for search in
        ["itty@clinic.test", "@", "0042", "Practitioner/00000000-0000-0000-0000-000000000015", "Patient/"]
    {
        assert_eq!(found(store, search)?, Vec::<String>::new(), "{search:?}");
    }
    Ok(())
}

/// A membership shows its profile's name, and so does the search; a new e-mail address is found, too.
pub fn renamed_people_are_found_by_their_new_name_only(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut ana = person(21, "Ana", "Cruz");
    write_people(store, vec![ana.clone()])?;
    ana.profile.resource = object(json!({"name": [{"given": ["Eva"], "family": "Lang"}]}));
    ana.user.email = Some("eva.new@clinic.test".to_owned());
    let (profile, user) = (ana.profile, ana.user);
    write(store, move |tx| {
        tx.update_profile(&profile)?;
        tx.update_user(&user)
    })?;
    assert_eq!(read(store, |tx| tx.membership(id(21)))?.expect("it is there").display, "Eva Lang");
    assert_eq!(found(store, "ana")?, Vec::<String>::new());
    assert_eq!(found(store, "lang")?, ["Eva Lang"]);
    assert_eq!(found(store, "new")?, ["Eva Lang"]);
    write(store, |tx| tx.delete_membership(id(21)))?;
    assert_eq!(found(store, "lang")?, Vec::<String>::new());
    assert_eq!(found(store, "")?, ["Pat Doe"]);
    Ok(())
}

/// Whatever is searched for.
pub fn people_of_other_projects_stay_there(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut spy = person(21, "Pat", "Spy");
    (spy.user.project, spy.profile.project, spy.membership.project) = (id(2), id(2), id(2));
    spy.user.email = Some("pat@clinic.test".to_owned());
    spy.profile.resource.insert("identifier".to_owned(), json!([{"value": "MRN-1"}]));
    let (reference, uuid) = (spy.profile.reference.to_string(), spy.membership.id.to_string());
    write(store, |tx| {
        let mut other = project();
        other.id = id(2);
        other.created_at = NOW;
        tx.insert_project(&other)
    })?;
    write_people(store, vec![spy])?;
    assert_eq!(found(store, "pat")?, ["Pat Doe"]);
    assert_eq!(found(store, "")?, ["Pat Doe"]);
    for search in ["pat@clinic.test", "mrn-1", reference.as_str(), uuid.as_str(), "spy"] {
        assert_eq!(found(store, search)?, Vec::<String>::new(), "{search:?}");
    }
    Ok(())
}

/// Patients, clients and who was deactivated do not count, nor do the admins of other projects.
pub fn the_oldest_admin_is_an_active_practitioner(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        let mut other = project();
        other.id = id(2);
        tx.insert_project(&other)
    })?;
    let admin = |number: u128, since: u32| {
        let mut row = person(number, "Ada", "Byron");
        let reference = ProfileRef { resource_type: ProfileType::Practitioner, id: id(number) };
        (row.profile.reference, row.membership.profile) = (reference, reference);
        (row.membership.admin, row.membership.created_at) = (true, NOW + since);
        row
    };
    let mut patient = person(21, "Pat", "Admin");
    (patient.membership.admin, patient.membership.created_at) = (true, NOW + 10);
    let mut away = admin(22, 20);
    away.membership.active = false;
    let mut elsewhere = admin(23, 30);
    (elsewhere.user.project, elsewhere.profile.project, elsewhere.membership.project) = (id(2), id(2), id(2));
    let mut nobody = admin(24, 0);
    nobody.membership.admin = false;
    assert!(read(store, |tx| tx.oldest_admin(id(1), None))?.is_none());
    write_people(store, vec![admin(25, 60), patient, away, elsewhere, nobody, admin(26, 50)])?;
    let oldest = |except: Option<u128>| {
        let found = read(store, |tx| tx.oldest_admin(id(1), except.map(id)))?;
        Ok(found.map(|membership| membership.id))
    };
    assert_eq!(oldest(None)?, Some(id(26)));
    assert_eq!(oldest(Some(26))?, Some(id(25)));
    assert_eq!(oldest(Some(25))?, Some(id(26)));
    Ok(())
}

/// Every column; a link is used once and before it ends, and those that wait go when another is made.
pub fn password_links_work_once_and_go_with_their_account(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let ana = person(21, "Ana", "Cruz");
    let membership = ana.membership.id;
    write_people(store, vec![ana])?;
    write(store, move |tx| {
        let ana = tx.membership(membership)?.expect("a membership");
        let Principal::User(user) = ana.principal else { panic!("a person") };
        let link = |number: u128, after: u32| UserSecurityRequest {
            id: id(number),
            project: ana.project,
            user,
            membership: ana.id,
            secret: Secret::new(number.to_string()).digest(),
            issued_at: NOW + after,
            expires_at: NOW + after + 600,
            used_at: None,
        };
        for (number, after) in [(70, 0), (71, 5)] {
            tx.insert_user_security_request(&link(number, after))?;
        }
        assert_eq!(tx.user_security_request(id(70))?, Some(link(70, 0)));
        assert_eq!(tx.newest_security_request(ana.id)?, Some(link(71, 5)));
        assert!(!tx.use_security_request(id(70), NOW + 600)?, "too late");
        assert!(tx.use_security_request(id(70), NOW + 599)?);
        assert!(!tx.use_security_request(id(70), NOW + 599)?, "twice");
        let spent = UserSecurityRequest { used_at: Some(NOW + 599), ..link(70, 0) };
        assert_eq!(tx.delete_waiting_security_requests(user)?, 1);
        assert_eq!(tx.newest_security_request(ana.id)?, Some(spent), "what was used stays, to be told");
        assert_eq!(tx.purge_security_requests(NOW + 600, 10)?, 0);
        assert_eq!(tx.purge_security_requests(NOW + 601, 10)?, 1);
        tx.insert_user_security_request(&link(72, 0))?;
        tx.delete_membership(ana.id)?;
        assert_eq!(tx.user_security_request(id(72))?, None, "it goes with the membership");
        Ok(())
    })
}
