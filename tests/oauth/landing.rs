//! The landing page of magic links, and the form for typed codes.

use anteroom_engine::id::Id;
use anteroom_engine::model::pre_authorized_code::Ending;
use anteroom_engine::model::{Membership, PreAuthorizedCode};
use anteroom_engine::service::{magic_links, projects};
use anteroom_engine::store::{CodeFilter, Window};
use anteroom_testkit::builders::{ELSEWHERE, FAR, PAT, PAT_MEMBERSHIP, PORTAL, PROJECT};
use anteroom_testkit::client::Reply;
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::steps::{preauthorize, redeem, userinfo_status};

/// An issued link: where its page is, and everything else that was handed out.
struct Link {
    page: String,
    code: String,
    typed: String,
    pin: String,
}

async fn link_of(server: &TestServer, client: &str, more: Value) -> Link {
    let mut options = json!({ "magicLink": true });
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let issued = preauthorize(server, client, PAT, options).await.json();
    let text = |member: &str| issued[member].as_str().unwrap_or_default().to_owned();
    let page =
        text("magicLink").strip_prefix(server.base().trim_end_matches('/')).expect("our own page").to_owned();
    Link { page, code: text("preAuthorizedCode"), typed: text("typedCode"), pin: text("txCode") }
}

async fn link(server: &TestServer) -> Link {
    link_of(server, PORTAL, json!({})).await
}

async fn look(server: &TestServer, page: &str) -> Reply {
    server.get(page).send().await
}

async fn press(server: &TestServer, page: &str, fields: &[(&str, &str)]) -> Reply {
    server.post(page).form(fields).send().await
}

fn rows(server: &TestServer) -> Vec<PreAuthorizedCode> {
    let list = server.engine.read(|tx, now| {
        let window = Window { offset: 0, limit: 100 };
        Ok(tx.list_pre_authorized_codes(Id::parse(PROJECT).unwrap(), &CodeFilter::default(), now, window)?)
    });
    list.unwrap().rows.into_iter().map(|row| row.code).collect()
}

fn row(server: &TestServer) -> PreAuthorizedCode {
    let mut rows = rows(server);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// The title of a page; a code never stands in one.
fn title(page: &Reply) -> &str {
    let text = page.text();
    let from = text.find("<title>").expect("a title") + "<title>".len();
    &text[from..text.find("</title>").unwrap()]
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_24_looking_spends_nothing() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    for _ in 0..3 {
        let head = server.request("HEAD", &link.page).send().await;
        assert_eq!((head.status, head.body.len()), (200, 0));
    }
    assert_eq!(row(&server).opened_at, None, "HEAD does not even look");
    for agent in ["Slackbot-LinkExpanding 1.0", "Mozilla/5.0"] {
        let page = server.get(&link.page).header("User-Agent", agent).send().await;
        assert_eq!(page.status, 200);
        assert!(
            page.text().contains("Hello Pat D.") && page.text().contains("Sign in to Patient portal"),
            "{page:?}"
        );
        assert!(!page.text().contains("Doe"), "the short name only");
    }
    assert_eq!((row(&server).opened_at, row(&server).redeemed_at), (Some(server.now()), None));
    for method in ["PUT", "DELETE", "OPTIONS"] {
        assert_eq!(server.request(method, &link.page).send().await.status, 405, "{method}");
    }
    assert_eq!(redeem(&server, PORTAL, &link.code, &[]).await.status, 200, "still whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_signs_in_once_and_the_page_holds_no_code() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    let code = link.page.rsplit('/').next().unwrap().to_owned();
    let before = look(&server, &link.page).await;
    assert!(!before.text().contains(&code), "the page does not repeat the code");
    let page = press(&server, &link.page, &[]).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(
        page.text().contains("Pat D., you are signed in to Patient portal for 1 hour."),
        "{}",
        page.text()
    );
    assert!(
        page.text().contains(r#"href="https://portal.example.org/start""#),
        "the client is one press away"
    );
    assert!(!page.text().contains(&code) && page.header("location").is_none());
    assert_eq!(title(&page), "You are signed in");
    let row = row(&server);
    assert_eq!(row.redeemed_at, Some(server.now()));
    assert!(row.login.is_some());

    server.clock.advance(720);
    for page in [press(&server, &link.page, &[]).await, look(&server, &link.page).await] {
        assert_eq!(page.status, 410);
        assert!(page.text().contains("It was used 12 minutes ago (20:15 UTC)."), "{}", page.text());
    }
    assert_eq!(redeem(&server, PORTAL, &link.code, &[]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn capitals_and_small_letters_are_the_same_link() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    let capital = link.page.to_uppercase();
    assert!(capital.starts_with("/IN/"));
    let small = link.page.to_lowercase();
    let base64url = format!("/in/{}", link.code);
    for page in [&capital, &small, &base64url] {
        assert_eq!(look(&server, page).await.status, 200, "{page}");
    }
    assert_eq!(press(&server, &capital, &[]).await.status, 200);
    assert_eq!(look(&server, &small).await.status, 410);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn each_state_has_a_page_of_its_own() {
    let server = TestServer::start().await;
    for (page, status) in [
        ("/in/AAAA".to_owned(), 404),
        (format!("/in/{}", "A".repeat(52)), 404),
        (format!("/in/{}", "A".repeat(43)), 404),
    ] {
        for reply in [look(&server, &page).await, press(&server, &page, &[]).await] {
            assert_eq!((reply.status, title(&reply)), (status, "This link does not work"), "{page}");
        }
    }
    assert_eq!(rows(&server).len(), 0);

    for (ending, expected) in [
        (Ending::Revoked, "This link was taken back"),
        (Ending::Replaced, "There is a newer link"),
        (Ending::Locked, "This link is locked"),
    ] {
        let server = TestServer::start().await;
        let link = link(&server).await;
        let code = row(&server);
        let by: Id<Membership> = code.issued_by;
        assert!(server.change(move |cx| magic_links::end(cx, &code, ending, by)).await);
        for reply in [look(&server, &link.page).await, press(&server, &link.page, &[]).await] {
            assert_eq!((reply.status, title(&reply)), (410, expected));
        }
    }

    let link = link_of(&server, PORTAL, json!({ "expiresIn": 60 })).await;
    server.clock.advance(7_260);
    for reply in [look(&server, &link.page).await, press(&server, &link.page, &[]).await] {
        assert_eq!((reply.status, title(&reply)), (410, "This link is too old"));
        assert!(reply.text().contains("It ended 2 hours ago"), "{}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_switched_off_or_kept_out_is_told_to_ask() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    server
        .change(|cx| {
            let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            Ok(cx.tx.update_membership(&Membership { active: false, ..(*pat).clone() })?)
        })
        .await;
    let reply = press(&server, &link.page, &[]).await;
    assert_eq!((reply.status, title(&reply)), (403, "You cannot sign in with this link"));
    let far = preauthorize(&server, PORTAL, FAR, json!({ "magicLink": true })).await.str("magicLink");
    let reply = press(&server, &format!("/in/{}", far.rsplit('/').next().unwrap()), &[]).await;
    assert_eq!(reply.status, 403);
    assert_eq!(rows(&server).iter().filter(|row| row.redeemed_at.is_some()).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_asked_for_and_wrong_ones_are_counted_down() {
    let server = TestServer::start().await;
    let link = link_of(&server, PORTAL, json!({ "txCode": true })).await;
    let page = look(&server, &link.page).await;
    for attribute in [
        r#"name="tx_code""#,
        r#"inputmode="numeric""#,
        r#"autocomplete="one-time-code""#,
        r#"maxlength="6""#,
        "required",
    ] {
        assert!(page.text().contains(attribute), "{attribute}: {}", page.text());
    }
    let missing = press(&server, &link.page, &[]).await;
    assert!(missing.status == 400 && missing.text().contains("Please type the PIN."), "{missing:?}");
    for left in ["4 tries are left", "3 tries are left", "2 tries are left", "One try is left"] {
        let page = press(&server, &link.page, &[("tx_code", "x")]).await;
        assert_eq!(page.status, 400);
        assert!(
            page.text().contains(left) && page.text().contains(r#"role="alert""#),
            "{left}: {}",
            page.text()
        );
        assert!(page.text().contains(r#"name="tx_code""#), "the field is there again");
    }
    let locked = press(&server, &link.page, &[("tx_code", "x")]).await;
    assert_eq!((locked.status, title(&locked)), (410, "This link is locked"));
    assert_eq!(press(&server, &link.page, &[("tx_code", &link.pin)]).await.status, 410);

    let right = link_of(&server, PORTAL, json!({ "txCode": { "length": 4 } })).await;
    assert_eq!(press(&server, &right.page, &[("tx_code", &right.pin)]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_a_page_of_its_own_is_handed_the_code() {
    let server = TestServer::start().await;
    let link = link_of(&server, ELSEWHERE, json!({ "txCode": true })).await;
    let page = look(&server, &link.page).await;
    assert!(page.text().contains("It takes you to Elsewhere"), "{}", page.text());
    assert!(!page.text().contains("tx_code"), "the client asks for the PIN itself");
    let reply = press(&server, &link.page, &[]).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let location = reply.header("location").unwrap();
    let code = location.strip_prefix("https://elsewhere.example.org/in/").expect(location);
    assert_eq!(row(&server).redeemed_at, None, "the client redeems it");
    let token = redeem(&server, ELSEWHERE, code, &[("tx_code", &link.pin)]).await.str("access_token");
    assert_eq!(userinfo_status(&server, &token).await, 200);
    assert_eq!(title(&press(&server, &link.page, &[]).await), "This link was used already");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_press_the_button() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    let base = server.base();
    let own = base.trim_end_matches('/');
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "http://127.0.0.1"),
    ] {
        let reply = server.post(&link.page).header(name, value).form(&[]).send().await;
        assert_eq!((reply.status, title(&reply)), (403, "Please open the link itself"), "{name}: {value}");
    }
    for content_type in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        let reply = server.post(&link.page).header("Content-Type", content_type).body("x").send().await;
        assert_eq!(reply.status, 415, "{content_type}");
    }
    assert_eq!(server.post(&link.page).form(&[("a", "1"), ("a", "2")]).send().await.status, 400);
    assert_eq!(row(&server).redeemed_at, None);
    let pressed = server.post(&link.page).header("Sec-Fetch-Site", "same-origin").header("Origin", "null");
    assert_eq!(pressed.form(&[]).send().await.status, 200, "what a browser sends from our page");
    let second = self::link(&server).await;
    assert_eq!(server.post(&second.page).header("Origin", own).send().await.status, 200, "an older browser");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_code_is_typed_looked_at_and_pressed() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    let form = look(&server, "/in").await;
    assert!(form.text().contains(r#"autocapitalize="characters""#), "{}", form.text());
    let sloppy = link.typed.to_lowercase().replace('-', " ");
    let page = press(&server, "/in", &[("code", &sloppy)]).await;
    assert!(page.status == 200 && page.text().contains("Hello Pat D."), "{}", page.text());
    assert_eq!(row(&server).redeemed_at, None, "typing spends nothing");
    let plain = link.typed.replace('-', "");
    assert!(page.text().contains(&format!(r#"value="{plain}""#)), "carried in the form");
    let pressed = press(&server, "/in", &[("code", &plain), ("press", "1")]).await;
    assert!(pressed.status == 200 && pressed.text().contains("you are signed in"), "{}", pressed.text());
    assert!(row(&server).redeemed_at.is_some());
    assert_eq!(press(&server, "/in", &[("code", &plain), ("press", "1")]).await.status, 410);
    assert_eq!(look(&server, "/IN").await.status, 200);
    let in_query = look(&server, &format!("/in?code={plain}")).await;
    assert!(!in_query.text().contains(&plain), "never from the address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_code_is_caught_with_the_reason() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    let plain = link.typed.replace('-', "");
    let mut swapped: Vec<char> = plain.chars().collect();
    let at = swapped.windows(2).position(|pair| pair[0] != pair[1]).unwrap();
    swapped.swap(at, at + 1);
    let swapped: String = swapped.into_iter().collect();
    for (typed, text) in [
        ("", "you typed 0"),
        ("K7MX", "you typed 4"),
        ("K7MX-4QRT-9W2U", "“U” (character 12)"),
        (&swapped, "mistyped, or two are swapped"),
    ] {
        let page = press(&server, "/in", &[("code", typed)]).await;
        assert_eq!(page.status, 400, "{typed}");
        assert!(page.text().contains(text), "{typed}: {}", page.text());
    }
    let page = press(&server, "/in", &[("code", "\"><script>alert(1)</script>")]).await;
    assert!(!page.text().contains("<script>"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn typed_codes_cannot_be_guessed_at_leisure() {
    use anteroom_magic_link::TypedCode;
    let server = TestServer::start().await;
    let link = link(&server).await;
    for guess in 0..10_u8 {
        let code = TypedCode::from_random(&[guess; 7]);
        let page = press(&server, "/in", &[("code", code.expose())]).await;
        assert_eq!(page.status, 404, "{guess}");
        assert!(page.text().contains("There is no such code"), "{}", page.text());
    }
    let typed = link.typed.as_str();
    for fields in [&[("code", typed)][..], &[("code", typed), ("press", "1")]] {
        let page = press(&server, "/in", fields).await;
        assert_eq!((page.status, title(&page)), (429, "Too many tries"), "even the right one");
        let wait: u32 = page.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait));
    }
    assert_eq!(look(&server, &link.page).await.status, 200, "links are not held back");
    server.clock.advance(61);
    assert_eq!(press(&server, "/in", &[("code", typed)]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_code_for_a_client_with_its_own_page_becomes_a_new_code() {
    let server = TestServer::start().await;
    let link = link_of(&server, ELSEWHERE, json!({ "txCode": true, "nonce": "n", "expiresIn": 600 })).await;
    server.clock.advance(60);
    let page = press(&server, "/in", &[("code", &link.typed)]).await;
    assert!(page.text().contains(r#"name="tx_code""#), "the PIN is asked for here: {}", page.text());
    let wrong = press(&server, "/in", &[("code", &link.typed), ("press", "1"), ("tx_code", "x")]).await;
    assert!(wrong.status == 400 && wrong.text().contains("4 tries are left"), "{}", wrong.text());
    let fields = [("code", link.typed.as_str()), ("press", "1"), ("tx_code", link.pin.as_str())];
    let reply = press(&server, "/in", &fields).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let code = reply.header("location").unwrap().rsplit('/').next().unwrap().to_owned();
    assert_ne!(format!("/in/{code}"), link.page);
    assert_eq!(title(&press(&server, &link.page, &[]).await), "There is a newer link", "the old one is dead");
    assert_eq!(press(&server, "/in", &fields).await.status, 410);
    let expires: Vec<_> = rows(&server).iter().map(|row| row.expires_at).collect();
    assert_eq!(expires[0], expires[1], "it lives no longer than the first");
    let reply = redeem(&server, ELSEWHERE, &code, &[]).await;
    assert_eq!(crate::steps::claims(&reply.str("id_token"))["nonce"], "n");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_speak_the_readers_language() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    for (accepted, lang, hello, button) in [
        ("de-DE,de;q=0.9", "de", "Guten Tag, Pat D.", "Bei Patient portal anmelden"),
        ("es", "es", "Hola, Pat D.", "Entrar en Patient portal"),
        ("fr", "en", "Hello Pat D.", "Sign in to Patient portal"),
    ] {
        let page = server.get(&link.page).header("Accept-Language", accepted).send().await;
        assert!(page.text().contains(&format!("<html lang=\"{lang}\">")), "{}", page.text());
        assert!(page.text().contains(hello) && page.text().contains(button), "{}", page.text());
        assert_eq!(
            (page.header("content-language"), page.header("vary")),
            (Some(lang), Some("accept-language"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_text_and_never_markup() {
    let clinic = anteroom_testkit::Clinic::default()
        .with("/projects/0/clients/1/name", json!("<b>Portal</b> & \"Co\""))
        .with("/projects/0/members/0/profile/name/0/given/0", json!("<img src=x onerror=alert(1)>"));
    let server = TestServer::over(clinic).await;
    let link = link(&server).await;
    for page in [look(&server, &link.page).await, press(&server, &link.page, &[]).await] {
        assert_eq!(page.status, 200);
        assert!(!page.text().contains("<b>") && !page.text().contains("<img"), "{}", page.text());
        assert!(page.text().contains("&#60;b&#62;") || page.text().contains("&lt;b&gt;"), "{}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_ours_is_a_page_with_an_id() {
    let server = TestServer::start().await;
    let link = link(&server).await;
    server.engine.close().expect("the store closes");
    for page in [look(&server, &link.page).await, press(&server, &link.page, &[]).await] {
        assert_eq!((page.status, title(&page)), (503, "Something went wrong here"), "{page:?}");
        assert!(page.text().contains("For the staff: "), "{}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_as_they_are() {
    let server = TestServer::start().await;
    let link = link_of(&server, PORTAL, json!({ "txCode": true })).await;
    let style = look(&server, "/in").await;
    let style = style.text();
    let style = &style[style.find("<style>").unwrap()..style.find("</style>").unwrap()];
    let page = |reply: Reply| {
        reply.text().replace(style, "<style>…").replace(&link.typed.replace('-', ""), "[typed]")
    };
    insta::assert_snapshot!("page_typed", page(look(&server, "/in").await));
    insta::assert_snapshot!("page_confirm_pin", page(press(&server, "/in", &[("code", &link.typed)]).await));
    insta::assert_snapshot!("page_wrong_pin", page(press(&server, &link.page, &[("tx_code", "x")]).await));
    insta::assert_snapshot!(
        "page_signed_in",
        page(press(&server, &link.page, &[("tx_code", &link.pin)]).await)
    );
    insta::assert_snapshot!("page_used", page(look(&server, &link.page).await));
}

/// Whom to call: a button on every page that goes no further, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_end_says_whom_to_call() {
    let server = TestServer::start().await;
    let issued = link(&server).await;
    assert!(!look(&server, "/in/nobody-has-this").await.text().contains("tel:"), "no phone, no button");
    server
        .change(|cx| {
            let before = cx.tx.project(Id::parse(PROJECT).unwrap())?.expect("the clinic's project");
            let mut after = (*before).clone();
            after.settings.desk_phone = Some("+49 30 555-0100".to_owned());
            projects::update(cx, &before, &after)
        })
        .await;
    assert!(!look(&server, &issued.page).await.text().contains("tel:"), "nothing is wrong yet");
    press(&server, &issued.page, &[]).await;
    for (page, lang, words) in [
        (issued.page.as_str(), "en", "Call the desk: +49 30 555-0100"),
        (issued.page.as_str(), "es", "Llamar a recepción: +49 30 555-0100"),
        (issued.page.as_str(), "de", "Empfang anrufen: +49 30 555-0100"),
    ] {
        let reply = server.get(page).header("Accept-Language", lang).send().await;
        let text = reply.text();
        assert!(text.contains(r#"href="tel:+49305550100""#) && text.contains(words), "{page} {lang}: {text}");
    }
    let unknown = look(&server, "/in/nobody-has-this").await;
    assert!(!unknown.text().contains("tel:"), "there are two clinics here: which one would it be?");
}
