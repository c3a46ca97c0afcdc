//! Connected accounts and connect sessions.

use std::collections::BTreeMap;

use serde_json::Map;

use crate::model::connect_session::ConnectRequest;
use crate::model::connected_account::{ProviderRefusal, VaultTokens};
use crate::model::{ConnectSession, ConnectedAccount, Connection};
use crate::seal::Sealed;
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, code_digest, id, write_project};
use crate::store::{Store, StoreResult, write};

fn connection(number: u128, name: &str) -> Connection {
    Connection {
        id: id(number),
        project: id(1),
        name: name.to_owned(),
        strategy: "oidc".to_owned(),
        display_name: None,
        options: Map::new(),
        client_secret: None,
        authentication: true,
        connected_accounts: true,
        rest: Map::new(),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn tokens(byte: u8) -> VaultTokens {
    VaultTokens {
        access_token: Sealed(vec![byte; 40]),
        refresh_token: Some(Sealed(vec![byte + 1; 40])),
        scopes: vec!["openid".to_owned(), "calendar".to_owned()],
        obtained_at: NOW,
        expires_at: Some(NOW + 3_600),
    }
}

fn account(number: u128, subject: &str) -> ConnectedAccount {
    ConnectedAccount {
        id: id(number),
        project: id(1),
        user: id(20),
        connection: id(40),
        subject: subject.to_owned(),
        client: Some(id(10)),
        tokens: tokens(1),
        created_at: NOW,
        used_at: None,
        refused: None,
        version: 1,
    }
}

pub(super) fn session(number: u128) -> ConnectSession {
    ConnectSession {
        id: id(number),
        project: id(1),
        user: id(20),
        connection: id(40),
        client: Some(id(10)),
        auth_session: code_digest(number),
        ticket: code_digest(number + 1),
        request: ConnectRequest {
            redirect_uri: Some("https://c.test/cb".to_owned()),
            state: Some("&=#+%20é\"<>".to_owned()),
            code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
            scopes: vec!["openid".to_owned()],
            authorization_params: BTreeMap::from([("login_hint".to_owned(), "ext-1".to_owned())]),
        },
        browser: None,
        provider_state: None,
        connect_code: None,
        granted: None,
        created_at: NOW,
        expires_at: NOW + 300,
        opened_at: None,
        answered_at: None,
        finished_at: None,
    }
}

fn write_vault(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        tx.insert_connection(&connection(40, "acme"))?;
        tx.insert_connection(&connection(41, "other"))
    })
}

/// Every column, with and without what may be absent; one account for each person, connection and subject.
pub fn connected_accounts_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_vault(store)?;
    let mut bare = account(51, "ext-2");
    bare.client = None;
    bare.tokens.refresh_token = None;
    bare.tokens.expires_at = None;
    bare.refused = Some(ProviderRefusal { at: NOW, reason: "invalid_grant".to_owned() });
    bare.used_at = Some(NOW + 1);
    let other = bare.clone();
    write(store, move |tx| {
        tx.insert_connected_account(&account(50, "ext-1"))?;
        tx.insert_connected_account(&other)?;
        tx.insert_connected_account(&ConnectedAccount { connection: id(41), ..account(52, "ext-1") })
    })?;
    assert!(write(store, |tx| tx.insert_connected_account(&account(53, "ext-1"))).is_err(), "there is one");
    assert_eq!(read(store, |tx| tx.connected_account(id(50)))?, Some(account(50, "ext-1")));
    assert_eq!(read(store, |tx| tx.connected_account(id(51)))?, Some(bare));
    assert_eq!(read(store, |tx| tx.connected_account(id(59)))?, None);
    let listed = |connection: Option<u128>| -> StoreResult<Vec<ConnectedAccount>> {
        read(store, |tx| tx.list_connected_accounts(id(20), connection.map(id)))
    };
    assert_eq!(listed(None)?.len(), 3);
    assert_eq!(listed(Some(40))?.len(), 2);
    assert_eq!(listed(Some(42))?.len(), 0);
    assert_eq!(read(store, |tx| tx.list_connected_accounts(id(21), None))?, [], "another person's");
    assert_eq!(read(store, |tx| tx.list_connected_accounts_of_project(id(1)))?.len(), 3);
    assert_eq!(read(store, |tx| tx.list_connected_accounts_of_project(id(2)))?, []);
    Ok(())
}

/// The conditional statements decide: whoever read an older version changes nothing.
pub fn connected_accounts_are_renewed_once_for_a_version(store: &dyn Store) -> StoreResult<()> {
    write_vault(store)?;
    write(store, |tx| {
        tx.insert_connected_account(&account(50, "ext-1"))?;
        tx.insert_connected_account(&account(51, "ext-2"))?;
        let newer = VaultTokens { obtained_at: NOW + 5, ..tokens(3) };
        assert!(!tx.renew_connected_account(id(50), 2, &newer)?, "another version");
        assert!(tx.renew_connected_account(id(50), 1, &newer)?);
        assert!(!tx.renew_connected_account(id(50), 1, &tokens(5))?, "once");
        let refusal = ProviderRefusal { at: NOW + 6, reason: "invalid_grant".to_owned() };
        assert!(!tx.refuse_connected_account(id(50), 1, &refusal)?, "renewed meanwhile");
        assert!(tx.refuse_connected_account(id(50), 2, &refusal)?);
        let row = tx.connected_account(id(50))?.expect("it was inserted");
        assert_eq!((row.tokens, row.version), (newer, 3));
        assert_eq!(row.refused, Some(refusal));
        let again = VaultTokens { obtained_at: NOW + 9, ..tokens(7) };
        tx.reconnect_account(id(50), None, &again)?;
        let row = tx.connected_account(id(50))?.expect("it was inserted");
        assert_eq!((row.tokens, row.refused, row.client, row.version), (again, None, None, 4));
        let first = tx.list_connected_accounts(id(20), None)?.first().map(|account| account.id);
        assert_eq!(first, Some(id(50)), "connected last");
        assert!(tx.reconnect_account(id(59), None, &tokens(1)).is_err());
        Ok(())
    })
}

/// By hand, with the connection, with the person, and after a year without use.
pub fn connected_accounts_go(store: &dyn Store) -> StoreResult<()> {
    write_vault(store)?;
    write(store, |tx| {
        tx.insert_connected_account(&account(50, "ext-1"))?;
        tx.insert_connected_account(&account(51, "ext-2"))?;
        tx.insert_connected_account(&ConnectedAccount { connection: id(41), ..account(52, "ext-1") })?;
        assert!(tx.delete_connected_account(id(50))?);
        assert!(!tx.delete_connected_account(id(50))?);
        tx.delete_connection(id(41))?;
        assert_eq!(tx.connected_account(id(52))?, None, "with its connection");
        tx.touch_connected_account(id(51), NOW + 100)?;
        assert_eq!(tx.purge_connected_accounts(NOW + 100, 10)?, 0, "used since");
        assert_eq!(tx.purge_connected_accounts(NOW + 101, 10)?, 1);
        tx.insert_connected_account(&account(53, "ext-3"))?;
        let (access, refresh) = (Sealed(vec![8; 50]), Sealed(vec![9; 50]));
        tx.reseal_connected_account(id(53), &access, Some(&refresh))?;
        let row = tx.connected_account(id(53))?.expect("it was inserted");
        assert_eq!((row.tokens.access_token, row.tokens.refresh_token), (access, Some(refresh)));
        tx.delete_membership(id(20))?;
        tx.delete_user(id(20))?;
        assert_eq!(tx.connected_account(id(53))?, None, "with its person");
        Ok(())
    })
}

/// Opened, answered, granted and finished once each, in this order and in time.
pub fn connect_sessions_take_each_step_once(store: &dyn Store) -> StoreResult<()> {
    write_vault(store)?;
    write(store, |tx| {
        let (browser, state, code, sealed) =
            (code_digest(1), code_digest(2), code_digest(3), Sealed(vec![1; 50]));
        tx.insert_connect_session(&session(60))?;
        assert_eq!(tx.connect_session(&code_digest(60))?, Some(session(60)));
        assert_eq!(tx.connect_session_by_ticket(&code_digest(61))?, Some(session(60)));
        assert_eq!(tx.connect_session_by_state(&state)?, None);
        assert!(!tx.answer_connect_session(id(60), NOW)?, "not opened");
        assert!(!tx.open_connect_session(id(60), &browser, &state, NOW + 300)?, "too late");
        assert!(tx.open_connect_session(id(60), &browser, &state, NOW + 1)?);
        assert!(!tx.open_connect_session(id(60), &code_digest(8), &code_digest(9), NOW + 1)?, "once");
        assert!(!tx.grant_connect_session(id(60), &code, &sealed, NOW + 2)?, "not answered");
        assert!(tx.answer_connect_session(id(60), NOW + 2)?);
        assert!(!tx.answer_connect_session(id(60), NOW + 2)?, "once");
        assert!(tx.grant_connect_session(id(60), &code, &sealed, NOW + 3)?);
        assert!(!tx.grant_connect_session(id(60), &code_digest(4), &sealed, NOW + 3)?, "once");
        let row = tx.connect_session_by_state(&state)?.expect("it was opened");
        assert_eq!((row.browser, row.connect_code), (Some(browser), Some(code)));
        assert_eq!((row.opened_at, row.answered_at), (Some(NOW + 1), Some(NOW + 2)));
        assert_eq!(row.granted, Some(sealed));
        assert!(!tx.finish_connect_session(id(60), NOW + 300)?, "too late");
        assert!(tx.finish_connect_session(id(60), NOW + 4)?);
        assert!(!tx.finish_connect_session(id(60), NOW + 4)?, "once");
        let row = tx.connect_session(&code_digest(60))?.expect("it was inserted");
        assert_eq!((row.granted, row.finished_at), (None, Some(NOW + 4)), "what was granted is forgotten");
        assert_eq!(tx.purge_connect_sessions(NOW + 300, 10)?, 0);
        assert_eq!(tx.purge_connect_sessions(NOW + 301, 10)?, 1);
        Ok(())
    })
}
