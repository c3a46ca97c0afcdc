//! Links with which a person chooses a password: Medplum's rows for `/auth/setpassword`, the page, and what is stricter here.

use anteroom_engine::id::Id;
use anteroom_engine::model::Membership;
use anteroom_engine::model::membership::Principal;
use anteroom_engine::service::{people, user_security_requests};
use anteroom_engine::store::EventFilter;
use anteroom_testkit::builders::{PAT_MEMBERSHIP, PROJECT};
use anteroom_testkit::client::Reply;
use anteroom_testkit::server::TestServer;
use serde_json::json;

use crate::auth::{PASSWORD, login, plain, post, server, signed_in};
use crate::steps::said;
use crate::steps::userinfo_status;

const NEW: &str = "my-new-password";
const DAY: u32 = 86_400;

/// A link for Pat: the id and the secret in it.
async fn link(server: &TestServer) -> (String, String) {
    server
        .change(|cx| {
            let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            let (row, secret) = user_security_requests::issue(cx, &pat, DAY)?;
            Ok((row.id.to_string(), secret.expose().to_owned()))
        })
        .await
}

async fn set(server: &TestServer, id: &str, secret: &str, password: &str) -> Reply {
    let body = json!({ "id": id, "secret": secret, "password": password });
    post(server, "/auth/setpassword", None, body).await
}

fn text(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}

async fn can_sign_in(server: &TestServer, password: &str) -> bool {
    login(server, json!({ "password": password })).await.status == 200
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn set_password_rows() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let (id, secret) = link(&server).await;
    for (title, id, secret, password, answer) in [
        ("Wrong secret", &*id, "WRONG!", NEW, text(400, "Incorrect secret")),
        ("Missing id", "", &*secret, NEW, text(400, "Invalid request ID")),
        ("Missing secret", &*id, "", NEW, text(400, "Missing secret")),
        (
            "Missing password",
            &*id,
            &*secret,
            "",
            text(400, "Invalid password, must be at least 8 characters"),
        ),
        ("Not found", "c0ffee00-0000-4000-8000-999999999999", &*secret, NEW, text(404, "Not found")),
    ] {
        assert_eq!(said(&set(&server, id, secret, password).await), answer, "{title}");
    }
    let long = "x".repeat(257);
    assert_eq!(said(&set(&server, &id, &secret, &long).await).0, 400);
    let token = tokens.str("access_token");
    assert_eq!(userinfo_status(&server, &token).await, 200, "no refusal changed anything");
    assert!(can_sign_in(&server, PASSWORD).await);

    let waiting = login(&server, plain()).await.str("code");
    let done = said(&set(&server, &id, &secret, NEW).await);
    assert_eq!(done, text(200, "All OK"), "auth/setpassword: Success");
    assert_eq!(userinfo_status(&server, &token).await, 401, "every sign-in has ended");
    assert_eq!(crate::auth::redeem(&server, &waiting).await.status, 400, "and every login that waited");
    assert!(!can_sign_in(&server, PASSWORD).await);
    assert!(can_sign_in(&server, NEW).await, "auth/setpassword: UserSecurityRequest");
    let again = said(&set(&server, &id, &secret, "yet another password").await);
    assert_eq!(again, text(400, "Already used"));
    assert!(can_sign_in(&server, NEW).await);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_link_ends_by_itself_and_when_something_else_took_its_place() {
    let server = server().await;
    let (id, secret) = link(&server).await;
    server.clock.advance(i64::from(DAY));
    assert_eq!(said(&set(&server, &id, &secret, NEW).await), text(400, "Expired"), "at the second it ends");

    let (older, its_secret) = link(&server).await;
    let (newer, secret) = link(&server).await;
    assert_eq!(said(&set(&server, &older, &its_secret, NEW).await).0, 404, "a newer one was made");
    let (_, tokens) = signed_in(&server, json!({})).await;
    let body = json!({ "oldPassword": PASSWORD, "newPassword": "changed by the person" });
    let token = tokens.str("access_token");
    assert_eq!(post(&server, "/auth/changepassword", Some(&token), body).await.status, 200);
    let reply = set(&server, &newer, &secret, NEW).await;
    assert_eq!(said(&reply).0, 404, "the password was changed another way");
    assert!(can_sign_in(&server, "changed by the person").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_does_not_work_while_the_person_is_switched_off() {
    let server = server().await;
    let (id, secret) = link(&server).await;
    let switch = async |active: bool| {
        server
            .change(move |cx| {
                let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
                people::update(cx, &pat, &Membership { active, ..(*pat).clone() })
            })
            .await
    };
    assert!(switch(false).await);
    let page = format!("/setpassword/{id}/{secret}");
    let shown = server.get(&page).send().await;
    assert!(shown.status == 404 && !shown.text().contains("pat@example.org"), "{shown:?}");
    assert_eq!(press(&server, &page, NEW, NEW).await.status, 404);
    assert_eq!(said(&set(&server, &id, &secret, NEW).await), text(404, "Not found"));
    assert!(switch(true).await);
    assert!(can_sign_in(&server, PASSWORD).await, "the password is the one before");
    assert_eq!(said(&set(&server, &id, &secret, NEW).await), text(200, "All OK"));
}

/// The most memory this process ever had, in mebibytes.
#[cfg(target_os = "linux")]
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a high-water mark");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn passwords_sent_at_once_do_not_fill_the_memory() {
    let server = server().await;
    let (id, secret) = link(&server).await;
    let (before, body) = (most_memory(), json!({ "id": id, "secret": secret, "password": NEW }));
    // Each takes 19 MiB while it is hashed: 1.2 GiB, if nobody waited.
    let asked: Vec<_> =
        (0..64).map(|_| tokio::spawn(server.post("/auth/setpassword").json(&body).send())).collect();
    let mut done = 0;
    for running in asked {
        done += u32::from(running.await.unwrap().status == 200);
    }
    assert_eq!(done, 1);
    let grown = most_memory() - before;
    assert!(grown < 256, "{grown} MiB more");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_chooses_the_password() {
    let server = server().await;
    let (id, secret) = link(&server).await;
    let passwords: Vec<String> = (0..8).map(|number| format!("password number {number}")).collect();
    let asked = passwords.iter().map(|password| {
        let body = json!({ "id": id, "secret": secret, "password": password });
        tokio::spawn(server.post("/auth/setpassword").json(&body).send())
    });
    let mut replies = Vec::new();
    for running in asked.collect::<Vec<_>>() {
        replies.push(running.await.unwrap());
    }
    let won: Vec<&String> =
        passwords.iter().zip(&replies).filter(|(_, reply)| reply.status == 200).map(|(own, _)| own).collect();
    assert_eq!(won.len(), 1, "{replies:?}");
    assert!(can_sign_in(&server, won[0]).await);
    for (password, reply) in passwords.iter().zip(&replies) {
        assert!(password == won[0] || said(reply) == text(400, "Already used"), "{reply:?}");
    }
}

async fn press(server: &TestServer, page: &str, password: &str, again: &str) -> Reply {
    server.post(page).form(&[("password", password), ("again", again)]).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_asks_twice_and_looking_spends_nothing() {
    let server = server().await;
    let (id, secret) = link(&server).await;
    let page = format!("/setpassword/{id}/{secret}");
    for _ in 0..3 {
        let reply = server.get(&page).send().await;
        assert_eq!(reply.status, 200);
        assert!(reply.text().contains("pat@example.org") && !reply.text().contains(&secret), "{reply:?}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    for (password, again, words) in
        [("my-new-password", "my-new-passwort", "not the same"), ("short", "short", "fewer than 8")]
    {
        let reply = press(&server, &page, password, again).await;
        assert_eq!(reply.status, 400);
        assert!(reply.text().contains(words), "{words}: {reply:?}");
        assert!(!reply.text().contains(password), "no password stands in a page");
    }
    let stranger =
        server.post(&page).form(&[("password", NEW), ("again", NEW)]).header("sec-fetch-site", "cross-site");
    assert_eq!(stranger.send().await.status, 403);
    let reply = press(&server, &page, NEW, NEW).await;
    assert!(reply.status == 200 && reply.text().contains("Your password is set"), "{reply:?}");
    assert!(can_sign_in(&server, NEW).await);

    let reply = server.get(&page).header("accept-language", "de").send().await;
    assert!(reply.status == 410 && reply.text().contains("schon benutzt"), "{reply:?}");
    assert_eq!(press(&server, &page, PASSWORD, PASSWORD).await.status, 410);
    let (id, secret) = link(&server).await;
    server.clock.advance(i64::from(DAY));
    let reply =
        server.get(&format!("/setpassword/{id}/{secret}")).header("accept-language", "es").send().await;
    assert!(reply.status == 410 && reply.text().contains("demasiado antiguo"), "{reply:?}");
    for unknown in [format!("/setpassword/{id}/{secret}x"), "/setpassword/x/y".to_owned()] {
        assert_eq!(server.get(&unknown).send().await.status, 404, "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_who_chose_and_holds_no_secret() {
    let server = server().await;
    let (id, secret) = link(&server).await;
    assert_eq!(set(&server, &id, &secret, NEW).await.status, 200);
    let log = server
        .engine
        .read(|tx, _| {
            let mut kinds = Vec::new();
            for row in tx.list_events(Id::parse(PROJECT).unwrap(), &EventFilter::default(), 20)? {
                kinds.push(format!("{row:?}"));
            }
            Ok(kinds)
        })
        .unwrap();
    assert!(log.iter().any(|event| event.contains("PasswordLinkIssued")), "{log:?}");
    assert!(log.iter().any(|event| event.contains("PasswordChosen")), "{log:?}");
    assert!(!log.iter().any(|event| event.contains(&secret) || event.contains(NEW)), "{log:?}");
    let gone = server
        .change(|cx| {
            let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            let Principal::User(user) = pat.principal else { panic!("Pat is a person") };
            user_security_requests::issue(cx, &pat, DAY)?;
            cx.tx.delete_membership(pat.id)?;
            Ok(cx.tx.newest_security_request(pat.id)?.is_none() && cx.tx.user(user)?.is_some())
        })
        .await;
    assert!(gone, "links go with the membership");
}
