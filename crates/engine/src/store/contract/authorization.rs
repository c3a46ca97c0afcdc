//! Codes, interactions, sessions, refresh families and consents of the authorization code flow.

use anteroom_oauth::pkce::{CodeChallenge, CodeChallengeMethod};
use anteroom_oauth::secret::{Digest, RefreshToken};

use crate::model::interaction::{AuthorizationRequest, Who};
use crate::model::login::AuthMethod;
use crate::model::{Consent, Interaction, IssuedCode, RefreshFamily, SecondFactor, Session};
use crate::seal::Sealed;
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, code_digest, id, login, write_project};
use crate::store::{Store, StoreResult, write};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(super) fn issued(number: u128) -> IssuedCode {
    IssuedCode {
        id: id(number),
        digest: code_digest(number),
        project: id(1),
        client: id(10),
        membership: id(20),
        session: Some(id(90)),
        login: id(number + 100),
        redirect_uri: Some("https://c.test/cb".to_owned()),
        scope: "openid".to_owned(),
        nonce: Some("n".to_owned()),
        remember: true,
        challenge: CodeChallenge::new(CodeChallengeMethod::S256, CHALLENGE).ok(),
        auth_method: AuthMethod::Password,
        auth_time: NOW,
        issued_at: NOW,
        expires_at: NOW + 300,
        redeemed_at: None,
        wrong_verifiers: 0,
        audience: Some("https://my-api.example.com".to_owned()),
        launch: Some(id(90)),
    }
}

pub(super) fn session(number: u128) -> Session {
    Session {
        id: id(number),
        project: id(1),
        digest: code_digest(number),
        user: id(30),
        membership: None,
        auth_method: AuthMethod::Password,
        auth_time: NOW,
        expires_at: NOW + 1_000,
        ended_at: None,
    }
}

pub(super) fn interaction(number: u128) -> Interaction {
    Interaction {
        id: id(number),
        project: id(1),
        client: id(10),
        browser: Some(code_digest(number)),
        request: AuthorizationRequest {
            redirect_uri: Some("https://c.test/cb".to_owned()),
            scope: "openid".to_owned(),
            state: Some("&=#+%20é\"<>".to_owned()),
            ..AuthorizationRequest::default()
        },
        who: None,
        membership: None,
        seen: false,
        created_at: NOW,
        expires_at: NOW + 100,
        finished_at: None,
    }
}

fn who(session: Option<u128>) -> Who {
    Who {
        user: id(30),
        session: session.map(id),
        auth_method: AuthMethod::Password,
        auth_time: NOW,
        second_factor: true,
    }
}

fn family(number: u128) -> RefreshFamily {
    RefreshFamily {
        login: id(number),
        client: id(10),
        session: None,
        locator: code_digest(number),
        current: code_digest(number + 1),
        previous: None,
        rotated_at: None,
        graced: false,
        offline: true,
        created_at: NOW,
        expires_at: NOW + 1_000,
    }
}

/// Every column, with and without what may be absent.
pub fn issued_codes_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let bare = IssuedCode {
        session: None,
        redirect_uri: None,
        nonce: None,
        remember: false,
        challenge: None,
        ..issued(61)
    };
    let (full, other) = (issued(60), bare.clone());
    write(store, move |tx| {
        tx.insert_issued_code(&full)?;
        tx.insert_issued_code(&other)
    })?;
    assert_eq!(read(store, |tx| tx.issued_code(&code_digest(60)))?, Some(issued(60)));
    assert_eq!(read(store, |tx| tx.issued_code(&code_digest(61)))?, Some(bare));
    assert_eq!(read(store, |tx| tx.issued_code(&code_digest(62)))?, None);
    Ok(())
}

/// By its client, in time, before too many wrong verifiers, and only once.
pub fn an_issued_code_is_redeemed_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        tx.insert_issued_code(&issued(60))?;
        assert!(!tx.redeem_issued_code(id(60), id(11), 3, NOW)?, "another client");
        assert!(!tx.redeem_issued_code(id(60), id(10), 3, NOW + 300)?, "too late");
        assert_eq!(tx.count_wrong_verifier(id(60))?, 1);
        assert!(!tx.redeem_issued_code(id(60), id(10), 1, NOW)?, "too many wrong verifiers");
        assert!(tx.redeem_issued_code(id(60), id(10), 3, NOW + 299)?);
        assert!(!tx.redeem_issued_code(id(60), id(10), 3, NOW + 299)?, "once");
        assert_eq!(tx.count_wrong_verifier(id(61))?, u32::MAX, "what is not there has no tries left");
        Ok(())
    })?;
    let redeemed = read(store, |tx| tx.issued_code(&code_digest(60)))?.expect("it was inserted");
    assert_eq!(redeemed.redeemed_at, Some(NOW + 299));
    Ok(())
}

/// What waits can be changed and ended; what has ended cannot.
pub fn interactions_wait_and_end_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut changed = interaction(70);
    changed.who = Some(who(Some(90)));
    "openid profile".clone_into(&mut changed.request.scope);
    changed.membership = Some(id(20));
    changed.seen = true;
    let row = changed.clone();
    write(store, move |tx| {
        tx.insert_interaction(&interaction(70))?;
        assert_eq!(tx.interaction(id(70))?, Some(interaction(70)));
        assert!(!tx.update_interaction(&row, NOW + 100)?, "too late");
        assert!(tx.update_interaction(&row, NOW)?);
        assert_eq!(tx.interaction(id(70))?, Some(row.clone()));
        assert!(tx.finish_interaction(id(70), NOW + 1)?);
        assert!(!tx.finish_interaction(id(70), NOW + 1)?);
        assert!(!tx.update_interaction(&row, NOW + 1)?);
        assert_eq!(tx.purge_interactions(NOW + 100, 10)?, 0, "the purge goes by expiry");
        assert_eq!(tx.purge_interactions(NOW + 101, 10)?, 1);
        Ok(())
    })?;
    assert_eq!(read(store, |tx| tx.interaction(id(70)))?, None);
    Ok(())
}

/// Ended once, by itself or with the account; what came from it is known.
pub fn sessions_end_and_know_their_logins(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        tx.insert_session(&session(90))?;
        tx.insert_session(&session(91))?;
        tx.choose_membership(id(90), id(20))?;
        let chosen = Session { membership: Some(id(20)), ..session(90) };
        assert_eq!(tx.session(&code_digest(90))?, Some(chosen));
        for number in [60, 61, 62] {
            tx.insert_issued_code(&issued(number))?;
        }
        tx.redeem_issued_code(id(60), id(10), 3, NOW)?;
        tx.redeem_issued_code(id(61), id(10), 3, NOW)?;
        tx.insert_refresh_family(&family(161))?;
        assert_eq!(tx.logins_of_session(id(90))?, [id(160)], "161 outlives it, 162 never was");
        assert_eq!(tx.session_of_login(id(161))?.map(|session| session.id), Some(id(90)));
        assert_eq!(tx.end_codes_of_session(id(90), NOW + 1)?, 1);
        assert!(!tx.redeem_issued_code(id(62), id(10), 3, NOW + 1)?);
        assert!(tx.end_session(id(90), NOW + 1)?);
        assert!(!tx.end_session(id(90), NOW + 1)?);
        assert_eq!(tx.end_sessions_of_user(id(30), NOW + 1)?, 1);
        assert_eq!(tx.purge_sessions(NOW + 1_001, 1)?, 1, "up to the limit");
        Ok(())
    })
}

/// The conditional statements decide; a token that is not the newest changes nothing.
pub fn refresh_families_rotate_and_replace(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let token = |number| -> Digest<RefreshToken> { code_digest(number) };
    write(store, move |tx| {
        tx.insert_login(&login(50))?;
        tx.insert_refresh_family(&family(50))?;
        assert_eq!(tx.refresh_family(&token(50))?, Some(family(50)));
        let ends = NOW + 2_000;
        assert!(!tx.rotate_refresh_token(id(50), &token(9), &token(2), NOW, ends)?, "not the newest");
        assert!(!tx.rotate_refresh_token(id(50), &token(51), &token(2), NOW + 1_000, ends)?, "too late");
        assert!(tx.rotate_refresh_token(id(50), &token(51), &token(2), NOW + 5, ends)?);
        assert!(!tx.rotate_refresh_token(id(50), &token(51), &token(3), NOW + 5, ends)?, "once");
        assert!(!tx.replace_refresh_token(id(50), &token(51), &token(4), NOW + 5)?, "replaced too long ago");
        assert!(tx.replace_refresh_token(id(50), &token(51), &token(4), NOW + 4)?);
        assert!(!tx.replace_refresh_token(id(50), &token(51), &token(6), NOW + 4)?, "once");
        let row = tx.refresh_family(&token(50))?.expect("it was inserted");
        assert_eq!((row.current, row.previous), (token(4), Some(token(51))));
        assert_eq!((row.rotated_at, row.graced, row.expires_at), (Some(NOW + 5), true, ends));
        assert_eq!(tx.purge_refresh_families(ends, 10)?, 0);
        assert_eq!(tx.purge_refresh_families(ends + 1, 10)?, 1);
        Ok(())
    })
}

/// One for each member and client.
pub fn consents_are_replaced(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let consent =
        |scope: &str| Consent { membership: id(20), client: id(10), scope: scope.to_owned(), given_at: NOW };
    let (first, second) = (consent("openid"), consent("openid email"));
    write(store, move |tx| {
        tx.put_consent(&first)?;
        tx.put_consent(&second)
    })?;
    assert_eq!(read(store, |tx| tx.consent(id(20), id(10)))?, Some(consent("openid email")));
    assert_eq!(read(store, |tx| tx.consent(id(20), id(11)))?, None);
    Ok(())
}

/// Later, of a member, and counts that are taken back.
pub fn logins_are_extended_and_attempts_forgiven(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        let row = login(50);
        tx.insert_login(&row)?;
        tx.extend_login(id(50), row.expires_at + 10)?;
        let found = tx.live_login(id(50))?.expect("it was inserted").login;
        assert_eq!(found.expires_at, row.expires_at + 10);
        assert_eq!(tx.revoke_logins_of_member(row.membership, NOW)?, 1);
        assert_eq!(tx.revoke_logins_of_member(row.membership, NOW)?, 0);
        assert_eq!(tx.count_attempt("key", NOW, NOW)?.count, 1);
        tx.forgive_attempt("key")?;
        tx.forgive_attempt("key")?;
        assert_eq!(tx.count_attempt("key", NOW, NOW)?.count, 1, "never below nothing");
        Ok(())
    })
}

/// Those without a browser, of the account and the project, with a membership, that wait; and codes of a login end together.
pub fn waiting_logins_of_programs_are_listed(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        let listed = |number: u128| Interaction {
            browser: None,
            who: Some(who(None)),
            membership: Some(id(20)),
            created_at: NOW + u32::try_from(number).unwrap_or_default(),
            ..interaction(number)
        };
        for row in [
            listed(70),
            listed(71),
            Interaction { browser: Some(code_digest(72)), ..listed(72) },
            Interaction { membership: None, ..listed(73) },
            Interaction { project: id(2), ..listed(74) },
            Interaction { who: Some(Who { user: id(31), ..who(None) }), ..listed(75) },
            Interaction { finished_at: Some(NOW), ..listed(76) },
            Interaction { expires_at: NOW, ..listed(77) },
        ] {
            tx.insert_interaction(&row)?;
        }
        let found = tx.list_waiting_interactions(id(1), id(30), NOW, 10)?;
        assert_eq!(found, [listed(71), listed(70)]);
        assert_eq!(tx.list_waiting_interactions(id(1), id(30), NOW, 1)?.len(), 1);

        assert_eq!(tx.end_interactions_of_user(id(30), NOW)?.len(), 5, "whoever began them");
        assert_eq!(tx.list_waiting_interactions(id(1), id(30), NOW, 10)?, []);

        let other = IssuedCode { login: id(160), ..issued(61) };
        tx.insert_issued_code(&issued(60))?;
        tx.insert_issued_code(&other)?;
        tx.insert_issued_code(&issued(62))?;
        assert!(tx.redeem_issued_code(id(60), id(10), 3, NOW)?);
        assert_eq!(tx.end_codes_of_login(id(160), NOW)?, 1, "what is redeemed stays as it was");
        assert!(!tx.redeem_issued_code(id(61), id(10), 3, NOW)?);
        assert!(tx.redeem_issued_code(id(62), id(10), 3, NOW)?, "another login's");
        tx.insert_issued_code(&issued(63))?;
        assert_eq!(tx.end_codes_of_member(id(21), NOW)?, 0, "another member's");
        assert_eq!(tx.end_codes_of_member(id(20), NOW)?, 1, "what is redeemed stays as it was");
        assert!(!tx.redeem_issued_code(id(63), id(10), 3, NOW)?);
        Ok(())
    })
}

/// A row takes the place of the one before; a time step is accepted once, in order, and for the secret it was made with.
pub fn second_factors_are_replaced_and_no_time_step_counts_twice(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        let secret = Sealed(vec![7; 40]);
        assert_eq!(tx.second_factor(id(30))?, None);
        let factor =
            SecondFactor { required: true, secret: Some(secret.clone()), ..SecondFactor::none(id(30)) };
        tx.put_second_factor(&SecondFactor::none(id(30)))?;
        tx.put_second_factor(&factor)?;
        assert_eq!(tx.second_factor(id(30))?, Some(factor.clone()));
        assert!(!tx.accept_time_step(id(31), &secret, 5)?, "nobody's");
        assert!(!tx.accept_time_step(id(30), &Sealed(vec![8; 40]), 5)?, "another secret");
        assert!(tx.accept_time_step(id(30), &secret, 5)?);
        assert!(!tx.accept_time_step(id(30), &secret, 5)?, "twice");
        assert!(!tx.accept_time_step(id(30), &secret, 4)?, "an earlier one");
        assert!(tx.accept_time_step(id(30), &secret, 6)?);
        let enrolled = SecondFactor { enrolled_at: Some(NOW), last_step: Some(6), ..factor };
        tx.put_second_factor(&enrolled)?;
        assert_eq!(tx.list_second_factors()?, [enrolled]);
        Ok(())
    })
}
