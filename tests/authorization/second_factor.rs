//! The second factor on the hosted pages. A code counts once, so the clock moves between two of them.

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::Principal;
use anteroom_engine::service::second_factor;
use totp_rs::{Algorithm, Secret, TOTP};

use crate::harness::{ADA, ADA_MEMBERSHIP, Browser, CB, PASSWORD, Page, Server, WEB, redeem, request};

const SIGN_IN: [(&str, &str); 3] = [("press", "sign_in"), ("email", ADA), ("password", PASSWORD)];

async fn require(server: &Server) {
    let member = Id::parse(ADA_MEMBERSHIP).unwrap();
    server
        .change(move |cx| {
            let ada = cx.tx.membership(member)?.expect("Ada");
            let Principal::User(user) = ada.principal else { panic!("Ada is a person") };
            second_factor::require(cx, &ada, user, true)
        })
        .await;
}

async fn begin(server: &Server, browser: &mut Browser) -> String {
    browser.authorize(server, &request(WEB, CB)).await.location().unwrap().to_owned()
}

/// The six digits for the secret on the page.
fn code(server: &Server, page: &Page) -> String {
    let secret = page.body.split_once("<code>").unwrap().1.split('<').next().unwrap().replace(' ', "");
    generate(server, &secret)
}

fn generate(server: &Server, secret: &str) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes, None, String::new()).unwrap();
    totp.generate(u64::try_from(server.engine.now().seconds()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_have_a_second_factor_sets_it_up_and_is_asked_from_then_on() {
    let server = Server::start().await;
    require(&server).await;
    let mut browser = Browser::default();
    let target = begin(&server, &mut browser).await;
    let went_on = browser.press(&server, &target, &SIGN_IN).await;
    assert_eq!((went_on.status, went_on.location()), (303, Some(target.as_str())));
    assert!(!browser.cookies.contains_key("anteroom-session"), "no session before the second factor");
    let page = browser.get(&server, &target).await;
    assert!(page.body.contains("<svg xmlns=") && page.body.contains("name=\"token\""), "{}", page.body);
    assert!(!page.body.contains("Ada Byron"), "nobody's name before the second factor");
    let secret = page.body.split_once("<code>").unwrap().1.split('<').next().unwrap().replace(' ', "");
    let wrong = browser.press(&server, &target, &[("press", "second_factor"), ("token", "000000")]).await;
    assert_eq!(wrong.status, 400, "{wrong:?}");
    assert!(wrong.body.contains("role=\"alert\""));
    for press in ["allow", "choose"] {
        let early =
            browser.press(&server, &target, &[("press", press), ("membership", ADA_MEMBERSHIP)]).await;
        assert_eq!(early.location(), Some(target.as_str()), "{press}: back to the form: {early:?}");
    }
    let digits = code(&server, &page);
    let spaced = format!("{} {}", &digits[..3], &digits[3..]);
    let passed = browser.press(&server, &target, &[("press", "second_factor"), ("token", &spaced)]).await;
    assert_eq!(passed.status, 303, "{passed:?}");
    assert!(browser.cookies.contains_key("anteroom-session"));
    let consent = browser.get(&server, &target).await;
    assert!(consent.body.contains("Ada Byron"), "{}", consent.body);
    let left = browser.press(&server, &target, &[("press", "allow"), ("remember", "1")]).await;
    assert_eq!(redeem(&server, &left.parameters()["code"], &[]).await.status, 200);

    // The session stands for both factors; another browser is asked for a code, which counts once.
    let again = browser.authorize(&server, &request(WEB, CB)).await;
    assert!(again.parameters().contains_key("code"), "{again:?}");
    let mut other = Browser::default();
    let target = begin(&server, &mut other).await;
    other.press(&server, &target, &SIGN_IN).await;
    let page = other.get(&server, &target).await;
    assert!(
        page.body.contains("name=\"token\"") && !page.body.contains("<code>"),
        "the secret is shown once"
    );
    let replay = other.press(&server, &target, &[("press", "second_factor"), ("token", &digits)]).await;
    assert_eq!(replay.status, 400, "a code counts once");
    server.clock.advance(30);
    let next = generate(&server, &secret);
    let passed = other.press(&server, &target, &[("press", "second_factor"), ("token", &next)]).await;
    assert!(passed.parameters().contains_key("code"), "{passed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_15_wrong_codes_make_the_next_one_wait_and_an_admin_can_help() {
    let server = Server::start().await;
    require(&server).await;
    let mut browser = Browser::default();
    let target = begin(&server, &mut browser).await;
    browser.press(&server, &target, &SIGN_IN).await;
    let fields = [("press", "second_factor"), ("token", "000000")];
    for number in 0..5 {
        assert_eq!(browser.press(&server, &target, &fields).await.status, 400, "try {number}");
    }
    let blocked = browser.press(&server, &target, &fields).await;
    assert_eq!(blocked.status, 429, "{blocked:?}");
    assert!(blocked.header("retry-after").is_some());
    let member = Id::parse(ADA_MEMBERSHIP).unwrap();
    server
        .change(move |cx| {
            let ada = cx.tx.membership(member)?.expect("Ada");
            let Principal::User(user) = ada.principal else { panic!("Ada is a person") };
            second_factor::require(cx, &ada, user, false)?;
            second_factor::reset(cx, &ada)
        })
        .await;
    let mut other = Browser::default();
    let target = begin(&server, &mut other).await;
    other.press(&server, &target, &SIGN_IN).await;
    assert!(other.cookies.contains_key("anteroom-session"), "no second factor any more");
}
