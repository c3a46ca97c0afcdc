//! Pre-authorized codes: spent once, by their client, in time.

use std::sync::mpsc::sync_channel;

use crate::model::PreAuthorizedCode;
use crate::model::pre_authorized_code::{CodeState, Ending, HandOver, Language, Phone, StoredTxCode};
use crate::store::contract::read;
use crate::store::contract::sample::{
    NOW, client, code, code_digest, id, login, person, write_people, write_project,
};
use crate::store::{CodeFilter, Store, StoreResult, Verdict, Window, write};
use crate::timestamp::Timestamp;

const ALL: Window = Window { offset: 0, limit: 100 };

fn write_code(store: &dyn Store, row: PreAuthorizedCode) -> StoreResult<()> {
    write(store, move |tx| tx.insert_pre_authorized_code(&row))
}

fn redeem(store: &dyn Store, code: u128, client: u128, login: u128, now: Timestamp) -> StoreResult<bool> {
    write(store, move |tx| tx.redeem_pre_authorized_code(id(code), id(client), id(login), now))
}

fn stored(store: &dyn Store, number: u128) -> StoreResult<PreAuthorizedCode> {
    Ok(read(store, |tx| tx.pre_authorized_code(id(number)))?.expect("the test wrote it"))
}

/// Every column.
pub fn codes_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let plain = code(60);
    let mut full = code(61);
    full.typed_digest = Some(code_digest(61));
    full.tx_code = Some(StoredTxCode { mac: [9; 32], length: 6 });
    full.hand_over = HandOver::TakeHome;
    full.language = Some(Language::Spanish);
    full.phone = Phone::Carer;
    full.opened_at = Some(NOW);
    full.ended = Some((Ending::Locked, NOW + 1));
    full.wrong_tx_codes = 5;
    full.refused = 2;
    let mut spent = code(62);
    spent.hand_over = HandOver::Api;
    spent.redeemed_at = Some(NOW);
    spent.login = Some(id(50));
    for row in [plain, full, spent] {
        write_code(store, row.clone())?;
        assert_eq!(read(store, |tx| tx.pre_authorized_code(row.id))?, Some(row));
    }
    let named = read(store, |tx| tx.code_row(id(61)))?.expect("it was just inserted");
    assert_eq!(
        (named.person.as_str(), named.client_name.as_str(), named.issued_by.as_str()),
        ("Pat Doe", "Portal", "Portal")
    );
    assert!(read(store, |tx| tx.code_row(id(99)))?.is_none());
    Ok(())
}

/// Each by its own.
pub fn codes_are_found_by_both_digests(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    for number in 60..70 {
        let mut row = code(number);
        row.typed_digest = (number % 2 == 0).then(|| code_digest(number));
        write_code(store, row)?;
    }
    let by_digest = |number| read(store, move |tx| tx.pre_authorized_code_by_digest(&code_digest(number)));
    let by_typed = |number| read(store, move |tx| tx.pre_authorized_code_by_typed(&code_digest(number)));
    assert_eq!(by_digest(63)?.map(|code| code.id), Some(id(63)));
    assert!(by_digest(70)?.is_none());
    assert_eq!(by_typed(64)?.map(|code| code.id), Some(id(64)));
    assert!(by_typed(63)?.is_none(), "it has none");

    let mut near = *code_digest::<anteroom_oauth::secret::PreAuthorizedCode>(63).as_bytes();
    near[31] ^= 1;
    let near = anteroom_oauth::secret::Digest::from_bytes(near);
    assert!(read(store, |tx| tx.pre_authorized_code_by_digest(&near))?.is_none(), "compared whole");
    Ok(())
}

/// The second time is refused and changes nothing.
pub fn a_code_is_redeemed_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write_code(store, code(60))?;
    assert!(redeem(store, 60, 10, 50, NOW + 1)?);
    assert!(!redeem(store, 60, 10, 51, NOW + 2)?);
    let spent = stored(store, 60)?;
    assert_eq!((spent.redeemed_at, spent.login), (Some(NOW + 1), Some(id(50))));
    assert!(!redeem(store, 99, 10, 50, NOW)?, "no such code");
    Ok(())
}

/// However many try at the same time.
pub fn only_one_of_many_redeems(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    for round in 0..20_u128 {
        let code_number = 1_000 + round;
        write_code(store, code(code_number))?;
        let (won, winners) = sync_channel(64);
        std::thread::scope(|scope| {
            for thread in 0..8_u128 {
                let won = won.clone();
                scope.spawn(move || {
                    for attempt in 0..8_u128 {
                        let (won, login_number) = (won.clone(), code_number * 100 + thread * 8 + attempt);
                        let job = Box::new(move |tx: &mut dyn crate::store::Tx| {
                            let redeemed = tx
                                .redeem_pre_authorized_code(id(code_number), id(10), id(login_number), NOW)
                                .and_then(|redeemed| {
                                    if redeemed {
                                        tx.insert_login(&login(login_number))?;
                                    }
                                    Ok(redeemed)
                                });
                            let _ = won.send(matches!(redeemed, Ok(true)).then_some(login_number));
                            Verdict::Commit
                        });
                        assert!(store.submit(job, Box::new(|_| {})).is_ok(), "64 jobs are no queue");
                    }
                });
            }
        });
        drop(won);
        let winners: Vec<u128> = winners.iter().flatten().collect();
        assert_eq!(winners.len(), 1, "code {code_number}");
        // One more job ends after all of them.
        write(store, |_| Ok(()))?;
        assert_eq!(stored(store, code_number)?.login, Some(id(winners[0])));
        let logins = (0..64)
            .filter_map(|number| read(store, |tx| tx.live_login(id(code_number * 100 + number))).transpose());
        assert_eq!(logins.count(), 1, "the losers left no login");
    }
    Ok(())
}

/// Another client, the second of its end, taken back.
pub fn codes_are_not_redeemed_by_others_or_too_late(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write_code(store, code(60))?;
    write_code(store, code(61))?;
    assert!(!redeem(store, 60, 12, 50, NOW)?, "another client");
    assert!(!redeem(store, 60, 10, 50, NOW + 3_600)?, "at its end");
    assert!(write(store, |tx| tx.end_pre_authorized_code(id(61), Ending::Revoked, NOW))?);
    assert!(!redeem(store, 61, 10, 50, NOW)?, "taken back");
    assert_eq!(stored(store, 60)?, code(60), "nothing changed");
    assert!(redeem(store, 60, 10, 50, NOW + 3_599)?, "the last second, after all that");
    Ok(())
}

/// The first opening counts.
pub fn pages_are_opened_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write_code(store, code(60))?;
    assert!(write(store, |tx| tx.mark_opened(id(60), NOW + 1))?);
    assert!(!write(store, |tx| tx.mark_opened(id(60), NOW + 2))?);
    assert_eq!(stored(store, 60)?.opened_at, Some(NOW + 1));
    assert!(!write(store, |tx| tx.mark_opened(id(99), NOW))?, "no such code");
    Ok(())
}

/// A code that is redeemed or ended does not end again.
pub fn codes_end_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write_code(store, code(60))?;
    write_code(store, code(61))?;
    let end = |number, ending, at| write(store, move |tx| tx.end_pre_authorized_code(id(number), ending, at));
    assert!(end(60, Ending::Replaced, NOW)?);
    assert!(!end(60, Ending::Revoked, NOW + 1)?);
    assert_eq!(stored(store, 60)?.ended, Some((Ending::Replaced, NOW)));
    assert!(redeem(store, 61, 10, 50, NOW)?);
    assert!(!end(61, Ending::Revoked, NOW)?);
    assert_eq!(stored(store, 61)?.ended, None);
    let mut expired = code(62);
    expired.expires_at = NOW;
    write_code(store, expired)?;
    assert!(!end(62, Ending::Revoked, NOW)?, "there is nothing left to take back");
    assert!(end(62, Ending::Replaced, NOW)?, "its holder is told that there is a newer one");
    Ok(())
}

/// The live ones of this client.
pub fn codes_of_a_client_end_together(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut other = code(64);
    other.client = id(12);
    let mut expired = code(65);
    expired.expires_at = NOW;
    for row in [code(60), code(61), code(62), other, expired] {
        write_code(store, row)?;
    }
    assert!(redeem(store, 62, 10, 50, NOW)?);
    let live = |number| read(store, |tx| tx.count_codes_of_client(id(number), NOW));
    assert_eq!((live(10)?, live(12)?, live(99)?), (2, 1, 0));
    assert_eq!(write(store, |tx| tx.end_codes_of_client(id(10), Ending::Revoked, NOW))?, 2);
    assert_eq!(live(10)?, 0);
    assert_eq!(stored(store, 60)?.state(NOW), CodeState::Revoked);
    assert_eq!(stored(store, 62)?.state(NOW), CodeState::Redeemed);
    assert_eq!(stored(store, 64)?.state(NOW), CodeState::Waiting, "of another client");
    assert_eq!(stored(store, 65)?.state(NOW), CodeState::Expired);
    Ok(())
}

/// PIN tries up and down, refused presentations up.
pub fn tries_are_counted_and_forgiven(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write_code(store, code(60))?;
    let count = || write(store, |tx| tx.count_tx_code_try(id(60)));
    assert_eq!((count()?, count()?, count()?), (1, 2, 3));
    write(store, |tx| tx.forgive_tx_code_try(id(60)))?;
    assert_eq!(stored(store, 60)?.wrong_tx_codes, 2);
    write(store, |tx| {
        (0..5).try_for_each(|_| tx.forgive_tx_code_try(id(60)))?;
        tx.count_refused(id(60))?;
        tx.count_refused(id(60))
    })?;
    let row = stored(store, 60)?;
    assert_eq!((row.wrong_tx_codes, row.refused), (0, 2), "never below nothing");
    Ok(())
}

fn board(
    store: &dyn Store,
    filter: &CodeFilter,
    now: Timestamp,
    window: Window,
) -> StoreResult<(Vec<u128>, u32)> {
    let found = read(store, |tx| tx.list_pre_authorized_codes(id(1), filter, now, window))?;
    Ok((found.rows.iter().map(|row| row.code.id.uuid().as_u128()).collect(), found.total))
}

/// A code every second from 60 on; 60 redeemed, 61 ended, 62 expired, 63 opened, 64 and 65 waiting.
fn write_board(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write_people(store, vec![person(21, "Ana", "Cruz")])?;
    for (seconds, number) in (60..66_u128).enumerate() {
        let mut row = code(number);
        row.issued_at = NOW + u32::try_from(seconds).unwrap_or_default();
        if number == 62 {
            row.expires_at = NOW + 5;
        }
        if number % 2 == 1 {
            row.membership = id(21);
        }
        write_code(store, row)?;
    }
    write(store, |tx| {
        assert!(tx.redeem_pre_authorized_code(id(60), id(10), id(50), NOW + 6)?);
        assert!(tx.end_pre_authorized_code(id(61), Ending::Locked, NOW + 6)?);
        assert!(tx.mark_opened(id(63), NOW + 6)?);
        Ok(())
    })
}

/// Then the newest first; windows run over both parts.
pub fn the_board_shows_outstanding_codes_first(store: &dyn Store) -> StoreResult<()> {
    write_board(store)?;
    let all = CodeFilter::default();
    let order = [65, 64, 63, 62, 61, 60];
    assert_eq!(board(store, &all, NOW + 10, ALL)?, (order.to_vec(), 6));
    for offset in 0..7_u32 {
        for limit in 0..7_u32 {
            let expected: Vec<u128> = order.into_iter().skip(offset as usize).take(limit as usize).collect();
            let window = Window { offset, limit };
            assert_eq!(board(store, &all, NOW + 10, window)?, (expected, 6), "{window:?}");
        }
    }
    assert_eq!(board(store, &all, NOW + 3_600, ALL)?, (order.to_vec(), 6), "now all are over");
    assert_eq!(
        read(store, |tx| tx.list_pre_authorized_codes(id(2), &CodeFilter::default(), NOW, ALL))?.total,
        0
    );
    Ok(())
}

/// By state, by member, by the beginnings of names, and by all of them.
pub fn the_board_filters(store: &dyn Store) -> StoreResult<()> {
    write_board(store)?;
    let filter = |search: &str, state, membership: Option<u128>| CodeFilter {
        search: search.to_owned(),
        state,
        membership: membership.map(id),
    };
    for (state, codes) in [
        (CodeState::Waiting, vec![65, 64]),
        (CodeState::Opened, vec![63]),
        (CodeState::Redeemed, vec![60]),
        (CodeState::Expired, vec![62]),
        (CodeState::Locked, vec![61]),
        (CodeState::Revoked, vec![]),
        (CodeState::Replaced, vec![]),
    ] {
        let total = u32::try_from(codes.len()).unwrap_or_default();
        assert_eq!(board(store, &filter("", Some(state), None), NOW + 10, ALL)?, (codes, total), "{state:?}");
    }
    let ana = vec![65, 63, 61];
    assert_eq!(board(store, &filter("", None, Some(21)), NOW + 10, ALL)?, (ana.clone(), 3));
    assert_eq!(board(store, &filter("cruz an", None, None), NOW + 10, ALL)?, (ana, 3));
    assert_eq!(
        board(store, &filter("ana", Some(CodeState::Opened), Some(21)), NOW + 10, ALL)?,
        (vec![63], 1)
    );
    assert_eq!(board(store, &filter("ana", None, Some(20)), NOW + 10, ALL)?, (vec![], 0), "nobody is both");
    assert_eq!(board(store, &filter("nobody", None, None), NOW + 10, ALL)?, (vec![], 0));
    Ok(())
}

/// What can still be redeemed, and what was issued since.
pub fn codes_are_counted(store: &dyn Store) -> StoreResult<()> {
    write_board(store)?;
    let count = |now, since| read(store, move |tx| tx.count_pre_authorized_codes(id(1), now, since));
    assert_eq!(count(NOW + 10, NOW)?, (3, 6));
    assert_eq!(count(NOW + 10, NOW + 4)?, (3, 2));
    assert_eq!(count(NOW + 3_600, NOW)?, (0, 6));
    assert_eq!(read(store, |tx| tx.count_pre_authorized_codes(id(2), NOW, NOW))?, (0, 0));
    Ok(())
}

/// What expired or ended before, up to the limit.
pub fn old_codes_are_purged(store: &dyn Store) -> StoreResult<()> {
    write_board(store)?;
    write(store, |tx| tx.insert_client(&client(12, "Other")))?;
    let purge = |before, limit| write(store, move |tx| tx.purge_pre_authorized_codes(before, limit));
    assert_eq!(purge(NOW + 5, 100)?, 0, "62 expired at this second, not before it");
    assert_eq!(purge(NOW + 7, 1)?, 1);
    assert_eq!(purge(NOW + 7, 100)?, 1, "62 expired and 61 ended");
    assert_eq!(purge(NOW + 7, 100)?, 0);
    assert_eq!(board(store, &CodeFilter::default(), NOW + 10, ALL)?.0, [65, 64, 63, 60]);
    assert_eq!(purge(NOW + 7_200, 100)?, 4);
    Ok(())
}
