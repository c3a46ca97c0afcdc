//! A folder with a database in it, and what is in there as text.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anteroom_engine::model::UserSecurityRequest;
use anteroom_engine::model::event::{EventBody, EventKind, NewEvent};
use anteroom_engine::store::contract::sample::{NOW, code, id, login, person, write_people, write_project};
use anteroom_engine::store::{
    ClientFilter, CodeFilter, EventFilter, PeopleFilter, Store, StoreResult, Tx, Window, write,
};
use anteroom_oauth::secret::Secret;
use anteroom_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

/// Name of the database in its folder.
pub(crate) const NAME: &str = "anteroom.db";

/// A folder that goes with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder with a database of some people, codes, logins and events, closed.
    pub(crate) fn filled() -> Self {
        let folder = Self::new();
        let store = folder.open();
        fill(&store);
        store.close().unwrap();
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path().join(NAME)
    }

    pub(crate) fn beside(&self, ending: &str) -> PathBuf {
        self.path().join(format!("{NAME}{ending}"))
    }

    pub(crate) fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.file(), Options::default()).unwrap()
    }

    /// A second connection, past the store.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).unwrap()
    }
}

/// An event without particulars.
pub(crate) fn event(kind: EventKind) -> NewEvent {
    NewEvent {
        at: NOW,
        project: Some(id(1)),
        kind,
        actor: Some(id(11)),
        subject: Some(id(20)),
        client: Some(id(10)),
        about: None,
        refusal: None,
        body: EventBody::default(),
    }
}

/// A link with which the person of this number chooses a password.
fn password_link(number: u128) -> UserSecurityRequest {
    UserSecurityRequest {
        id: id(4_000 + number),
        project: id(1),
        user: id(1_000 + number),
        membership: id(1_000 + number),
        secret: Secret::new(number.to_string()).digest(),
        issued_at: NOW,
        expires_at: NOW + 600,
        used_at: None,
    }
}

/// 60 people, codes, logins and password links, and 120 events.
pub(crate) fn fill(store: &dyn Store) {
    write_project(store).unwrap();
    let people = (0..60).map(|number| person(1_000 + number, &format!("Given{number}"), "Family")).collect();
    write_people(store, people).unwrap();
    write(store, |tx| {
        for number in 0..60 {
            tx.insert_pre_authorized_code(&code(2_000 + number))?;
            tx.insert_login(&login(3_000 + number))?;
            tx.insert_user_security_request(&password_link(number))?;
            for kind in [EventKind::LinkIssued, EventKind::TokenIssued] {
                tx.append_event(&event(kind))?;
            }
        }
        Ok(())
    })
    .unwrap();
}

/// Everything [`fill`] wrote, as it is read now.
pub(crate) fn everything(store: &dyn Store) -> StoreResult<String> {
    let mut text = String::new();
    store.read(&mut |tx| {
        text = read_everything(tx)?;
        Ok(())
    })?;
    Ok(text)
}

fn read_everything(tx: &dyn Tx) -> StoreResult<String> {
    const ALL: Window = Window { offset: 0, limit: 1_000 };
    let mut text = String::new();
    let mut add = |part: &dyn std::fmt::Debug| writeln!(text, "{part:?}").expect("a String takes any text");
    add(&tx.list_projects()?);
    add(&tx.list_clients(id(1), &ClientFilter::default(), ALL)?);
    add(&tx.list_people(id(1), &PeopleFilter::default(), ALL)?);
    let named = PeopleFilter { search: "given family".to_owned(), profile_type: None };
    add(&tx.list_people(id(1), &named, ALL)?);
    add(&tx.list_pre_authorized_codes(id(1), &CodeFilter::default(), NOW, ALL)?);
    add(&tx.list_live_logins(id(20), NOW, 1_000)?);
    for number in 0..60 {
        add(&tx.user(id(1_000 + number))?);
        add(&tx.profile(person(1_000 + number, "", "").profile.reference)?);
        add(&tx.pre_authorized_code_by_digest(&code(2_000 + number).digest)?);
        add(&tx.live_login(id(3_000 + number))?);
        add(&tx.user_security_request(password_link(number).id)?);
    }
    let events = [EventFilter::default(), EventFilter { client: Some(id(10)), ..EventFilter::default() }];
    for filter in events {
        add(&tx.list_events(id(1), &filter, 1_000)?);
    }
    add(&tx.verify_events()?);
    Ok(text)
}
