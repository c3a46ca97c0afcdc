//! A store that is put back.

use crate::model::PreAuthorizedCode;
use crate::model::pre_authorized_code::Ending;
use crate::store::contract::authorization::{interaction, issued, session};
use crate::store::contract::sample::{NOW, code, code_digest, id, login, write_project};
use crate::store::contract::{read, vault};
use crate::store::{Ended, Store, StoreResult, write};

/// What was spent before stays spent, and what could be spent ends.
pub fn nothing_that_works_once_outlives_a_restore(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        for number in [60, 61] {
            tx.insert_pre_authorized_code(&code(number))?;
        }
        tx.end_pre_authorized_code(id(61), Ending::Replaced, NOW)?;
        tx.insert_login(&login(50))?;
        tx.insert_login(&login(51))?;
        let expired = PreAuthorizedCode { expires_at: NOW + 5, ..code(62) };
        tx.insert_pre_authorized_code(&expired)?;
        tx.revoke_login(id(51), NOW)?;
        tx.insert_session(&session(90))?;
        tx.insert_issued_code(&issued(70))?;
        tx.insert_interaction(&interaction(80))?;
        tx.insert_connect_session(&vault::session(85))
    })?;
    let ended = write(store, |tx| tx.end_everything(NOW + 5))?;
    assert_eq!(ended, Ended { codes: 1, sign_ins: 2 });
    let ending =
        |number| read(store, |tx| Ok(tx.pre_authorized_code(id(number))?.and_then(|code| code.ended)));
    assert_eq!(ending(60)?, Some((Ending::Revoked, NOW + 5)));
    assert_eq!(ending(61)?, Some((Ending::Replaced, NOW)));
    assert_eq!(ending(62)?, None, "it expired by itself");
    let revoked =
        |number| read(store, |tx| Ok(tx.live_login(id(number))?.and_then(|live| live.login.revoked_at)));
    assert_eq!((revoked(50)?, revoked(51)?), (Some(NOW + 5), Some(NOW)));
    let ended_at = read(store, |tx| Ok(tx.session(&code_digest(90))?.and_then(|session| session.ended_at)))?;
    assert_eq!(ended_at, Some(NOW + 5));
    assert_eq!(read(store, |tx| tx.interaction(id(80)))?, None);
    write(store, |tx| {
        assert!(!tx.redeem_issued_code(id(70), id(10), 3, NOW + 5)?);
        assert_eq!(tx.end_everything(NOW + 6)?, Ended::default(), "once");
        Ok(())
    })
}
