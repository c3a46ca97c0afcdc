//! Client applications.

use serde_json::json;

use crate::model::Client;
use crate::model::client::{ClientStatus, ClientType, SecretSlot, StoredSecret};
use crate::seal::Sealed;
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, client, code, id, login, object, project, secret, write_project};
use crate::store::{ClientFilter, Store, StoreError, StoreResult, Window, write};

const ALL: Window = Window { offset: 0, limit: 100 };

fn same(a: &Client, b: &Client) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

fn names(store: &dyn Store, filter: &ClientFilter, window: Window) -> StoreResult<(Vec<String>, u32)> {
    let found = read(store, |tx| tx.list_clients(id(1), filter, window))?;
    Ok((found.rows.iter().map(|row| row.client.name.clone()).collect(), found.total))
}

/// Every column, and settings of a newer version.
pub fn clients_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut row = client(12, "Robot");
    row.client_type = ClientType::Confidential;
    row.status = ClientStatus::Off;
    row.secret = Some(StoredSecret { expires_at: Some(NOW + 90), ..secret("new") });
    row.retiring_secret = Some(StoredSecret { expires_at: Some(NOW + 9), ..secret("old") });
    row.provider_secret = Some(Sealed(vec![1, 2, 3]));
    row.settings.redirect_uris = vec!["https://app.test/cb".to_owned()];
    row.settings.extra = object(json!({"fromTomorrow": true}));
    row.version = 3;
    let stored = row.clone();
    write(store, move |tx| tx.insert_client(&stored))?;
    let found = read(store, |tx| tx.client(id(12)))?.expect("it was just inserted");
    assert!(same(&found, &row), "{found:?}");
    assert_eq!(found.secret, row.secret, "digests are compared whole");

    "Robot 2".clone_into(&mut row.name);
    row.secret = None;
    row.retiring_secret = None;
    row.provider_secret = None;
    let changed = row.clone();
    write(store, move |tx| tx.update_client(&changed))?;
    let found = read(store, |tx| tx.client(id(12)))?.expect("it was just changed");
    assert!(same(&found, &row), "{found:?}");
    Ok(())
}

/// `Exists` names what is taken.
pub fn client_ids_are_taken_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let outcome = write(store, |tx| tx.insert_client(&client(10, "Another")));
    assert!(matches!(outcome, Err(StoreError::Exists("client id"))), "{outcome:?}");
    Ok(())
}

/// In any case, in windows, with the number of all.
pub fn clients_are_listed_by_name(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        for (number, name) in [(12, "zebra"), (13, "Äpfel"), (14, "billing"), (15, "Archive")] {
            tx.insert_client(&client(number, name))?;
        }
        tx.touch_secret(id(14), SecretSlot::Current, NOW)
    })?;
    let all = ClientFilter::default();
    assert_eq!(
        names(store, &all, ALL)?,
        (vec!["Äpfel".into(), "Archive".into(), "billing".into(), "Portal".into(), "zebra".into()], 5)
    );
    assert_eq!(
        names(store, &all, Window { offset: 1, limit: 2 })?,
        (vec!["Archive".into(), "billing".into()], 5)
    );
    let rows = read(store, |tx| tx.list_clients(id(1), &ClientFilter::default(), ALL))?.rows;
    let used: Vec<_> = rows.iter().map(|row| row.last_used_at).collect();
    assert_eq!(used, [None, None, Some(NOW), None, None]);
    assert_eq!(read(store, |tx| tx.list_clients(id(2), &ClientFilter::default(), ALL))?.total, 0);
    Ok(())
}

/// Any part of them, in any case; type and status narrow.
pub fn clients_are_found_by_name_id_and_redirect_uri(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        let mut app = client(0xabc_def, "Patient App");
        app.settings.redirect_uris = vec!["https://Clinic.test/return".to_owned()];
        tx.insert_client(&app)?;
        let mut off = client(13, "Old app");
        off.status = ClientStatus::Off;
        off.client_type = ClientType::Medplum;
        tx.insert_client(&off)
    })?;
    for (search, found) in [
        ("APP", vec!["Old app", "Patient App"]),
        ("tient a", vec!["Patient App"]),
        ("clinic.TEST/re", vec!["Patient App"]),
        ("abcdef", vec!["Patient App"]),
        ("%", vec![]),
        ("_", vec![]),
        ("nothing", vec![]),
    ] {
        let filter = ClientFilter { search: search.to_owned(), ..ClientFilter::default() };
        let (names, total) = names(store, &filter, ALL)?;
        assert_eq!(names, found, "{search:?}");
        assert_eq!(total as usize, found.len(), "{search:?}");
    }
    let off = ClientFilter { status: Some("off"), ..ClientFilter::default() };
    assert_eq!(names(store, &off, ALL)?, (vec!["Old app".into()], 1));
    let public = ClientFilter { client_type: Some("public"), search: "a".to_owned(), status: None };
    assert_eq!(names(store, &public, ALL)?, (vec!["Patient App".into(), "Portal".into()], 2));
    Ok(())
}

/// A client that is switched off is off for the next look-up, whoever kept it in memory.
pub fn changed_clients_are_seen_at_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| tx.insert_login(&login(50)))?;
    for version in 2..50 {
        let live = read(store, |tx| tx.live_login(id(50)))?.expect("nobody revokes it");
        assert_eq!(live.client.map(|client| client.version), Some(version - 1));
        write(store, move |tx| {
            let mut row = client(10, "Portal");
            row.version = version;
            row.status = if version % 2 == 0 { ClientStatus::Off } else { ClientStatus::Active };
            tx.update_client(&row)?;
            let seen = tx.client(id(10))?.map(|client| client.version);
            assert_eq!(seen, Some(version), "a job sees its own change");
            Ok(())
        })?;
        let seen = write(store, |tx| tx.client(id(10)))?;
        assert_eq!(seen.map(|client| client.version), Some(version), "the next job sees it");
    }
    Ok(())
}

/// What stays is the business of the caller: logins are revoked, the membership is deleted.
pub fn deleted_clients_take_codes_and_last_uses_along(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        tx.insert_client(&client(12, "Other"))?;
        let mut other = code(61);
        other.client = id(12);
        tx.insert_pre_authorized_code(&code(60))?;
        tx.insert_pre_authorized_code(&other)?;
        tx.insert_login(&login(50))?;
        tx.touch_secret(id(10), SecretSlot::Current, NOW)
    })?;
    write(store, |tx| tx.delete_client(id(10)))?;
    assert!(read(store, |tx| tx.client(id(10)))?.is_none());
    assert!(read(store, |tx| tx.pre_authorized_code(id(60)))?.is_none());
    assert!(read(store, |tx| tx.pre_authorized_code(id(61)))?.is_some(), "of another client");
    assert!(read(store, |tx| tx.secret_last_used(id(10), SecretSlot::Current))?.is_none());
    assert!(read(store, |tx| tx.membership_of_client(id(10)))?.is_some());
    let live = read(store, |tx| tx.live_login(id(50)))?.expect("the login is still there");
    assert!(live.client.is_none(), "its client is gone");
    Ok(())
}

/// When the current secret begins to retire, its last use goes with it.
pub fn last_uses_belong_to_secrets_not_to_slots(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let used = |slot| read(store, move |tx| tx.secret_last_used(id(12), slot));
    let client_used = || {
        let found = read(store, |tx| tx.list_clients(id(1), &ClientFilter::default(), ALL))?;
        let row = found.rows.into_iter().find(|row| row.client.id == id(12));
        StoreResult::Ok(row.and_then(|row| row.last_used_at))
    };
    let mut row = client(12, "Robot");
    row.secret = Some(secret("first"));
    let stored = row.clone();
    write(store, move |tx| {
        tx.insert_client(&stored)?;
        tx.touch_secret(id(12), SecretSlot::Current, NOW)
    })?;
    assert_eq!(used(SecretSlot::Current)?, Some(NOW));

    row.retiring_secret = row.secret;
    row.secret = Some(secret("second"));
    let rotated = row.clone();
    write(store, move |tx| tx.update_client(&rotated))?;
    assert_eq!((used(SecretSlot::Current)?, used(SecretSlot::Retiring)?), (None, Some(NOW)));

    write(store, |tx| tx.touch_secret(id(12), SecretSlot::Current, NOW + 1))?;
    assert_eq!(used(SecretSlot::Current)?, Some(NOW + 1), "another secret, so nothing to skip");

    row.retiring_secret = None;
    "Renamed".clone_into(&mut row.name);
    write(store, move |tx| tx.update_client(&row))?;
    assert_eq!((used(SecretSlot::Current)?, used(SecretSlot::Retiring)?), (Some(NOW + 1), None));
    assert_eq!(client_used()?, Some(NOW + 1));
    Ok(())
}

/// A use a minute later is noted; one before that may be.
pub fn last_uses_may_skip_a_minute(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let touch = |at| write(store, move |tx| tx.touch_secret(id(10), SecretSlot::Retiring, at));
    let used = || read(store, |tx| tx.secret_last_used(id(10), SecretSlot::Retiring));
    touch(NOW)?;
    touch(NOW + 59)?;
    let noted = used()?.expect("it was used");
    assert!(noted == NOW || noted == NOW + 59, "{noted}");
    touch(noted + 60)?;
    assert_eq!(used()?, Some(noted + 60));
    assert_eq!(read(store, |tx| tx.secret_last_used(id(10), SecretSlot::Current))?, None);
    let failed: StoreResult<()> = write(store, move |tx| {
        tx.touch_secret(id(10), SecretSlot::Retiring, noted + 600)?;
        Err(StoreError::Busy)
    });
    assert!(failed.is_err());
    touch(noted + 600)?;
    assert_eq!(used()?, Some(noted + 600), "what was rolled back was not noted");
    Ok(())
}

/// Of any project.
pub fn origins_are_allowed_by_active_clients_only(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut row = client(12, "Browser app");
    row.project = id(2);
    row.settings.allowed_origins = vec!["https://app.test".to_owned(), "https://app.test".to_owned()];
    let stored = row.clone();
    write(store, move |tx| {
        let mut other = project();
        other.id = id(2);
        tx.insert_project(&other)?;
        tx.insert_client(&stored)
    })?;
    let allowed = |origin: &'static str| read(store, move |tx| tx.origin_allowed(origin));
    assert!(allowed("https://app.test")?);
    assert!(!allowed("https://app.test:8443")?, "compared whole");
    assert!(!allowed("https://app")?);
    row.status = ClientStatus::Off;
    let off = row.clone();
    write(store, move |tx| tx.update_client(&off))?;
    assert!(!allowed("https://app.test")?, "switched off");
    row.status = ClientStatus::Active;
    row.settings.allowed_origins = vec!["https://new.test".to_owned()];
    write(store, move |tx| tx.update_client(&row))?;
    assert!(!allowed("https://app.test")?, "taken from the list");
    assert!(allowed("https://new.test")?);
    write(store, |tx| tx.delete_client(id(12)))?;
    assert!(!allowed("https://new.test")?, "deleted");
    Ok(())
}
