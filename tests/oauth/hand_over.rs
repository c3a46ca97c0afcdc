//! How a code reaches the client: by its own page, the desktop window or a wallet; in either length; on whose phone, and in
//! which language.

use anteroom_engine::id::Id;
use anteroom_engine::model::pre_authorized_code::{HandOver, Language, Phone};
use anteroom_engine::service::magic_links::{self, NewCode};
use anteroom_engine::store::{CodeFilter, Window};
use anteroom_magic_link::{QrPicture, magic_link};
use anteroom_oauth::scope::Scope;
use anteroom_oauth::{base32, medplum_code};
use anteroom_testkit::builders::{ELSEWHERE, PAT, PAT_MEMBERSHIP, PORTAL, PROJECT};
use anteroom_testkit::client::Reply;
use anteroom_testkit::{Clinic, server::TestServer};
use serde_json::{Value, json};

use crate::steps::{code_with, preauthorize, redeem, userinfo_status};

const MEDPLUM: &str = "/projects/0/dialect";
/// The template of ELSEWHERE.
const TEMPLATE: &str = "/projects/0/clients/8/magicLinkTemplate";

fn page_of(issued: &Value) -> String {
    format!("/in/{}", issued["magicLink"].as_str().expect("a link").rsplit('/').next().unwrap())
}

fn redeemed(server: &TestServer) -> usize {
    let rows = server.engine.read(|tx, now| {
        let window = Window { offset: 0, limit: 100 };
        Ok(tx.list_pre_authorized_codes(Id::parse(PROJECT).unwrap(), &CodeFilter::default(), now, window)?)
    });
    rows.unwrap().rows.iter().filter(|row| row.code.redeemed_at.is_some()).count()
}

/// Medplum's 256 characters, and the short handle in the link: one code, spent once, whichever is presented.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_256_characters_has_a_short_handle_that_stands_for_it() {
    let server = TestServer::over(Clinic::default().with(MEDPLUM, json!("medplum"))).await;
    for first_is_long in [true, false] {
        let (long, issued) = code_with(&server, json!({ "magicLink": true })).await;
        assert!(long.len() == 256 && long.bytes().all(|byte| byte.is_ascii_hexdigit()), "{long}");
        let handle = page_of(&issued).strip_prefix("/in/").unwrap().to_owned();
        assert_eq!(handle.len(), 52);
        let bytes = base32::decode_code(&handle).expect("base-32");
        assert_eq!(*medplum_code::encode(&bytes), long, "the one is made of the other");
        let picture = QrPicture::of(&magic_link("http://127.0.0.1:8103/", &bytes).unwrap()).unwrap();
        assert_eq!(picture.version(), 4, "as coarse as any other link");

        assert_eq!(
            server.get(&format!("/in/{long}")).send().await.status,
            200,
            "the long one opens the page, too"
        );
        let (first, second) = if first_is_long { (&long, &handle) } else { (&handle, &long) };
        let tokens = redeem(&server, PORTAL, first, &[]).await;
        assert_eq!(userinfo_status(&server, &tokens.str("access_token")).await, 200);
        assert_eq!(redeem(&server, PORTAL, second, &[]).await.status, 400, "spent is spent");
    }
    assert_eq!(redeemed(&server), 2);
    let (long, _) = code_with(&server, json!({})).await;
    let flipped = if long.ends_with('0') { "1" } else { "0" };
    let near = format!("{}{flipped}", &long[..255]);
    for wrong in [near.as_str(), &long.to_uppercase(), &long[..64]] {
        assert_eq!(redeem(&server, PORTAL, wrong, &[]).await.status, 400, "one spelling");
    }
    assert_eq!(redeem(&server, PORTAL, &long, &[]).await.status, 200, "and no wrong one spent it");
}

/// What the phone gets for a press: the address it is sent to.
async fn press(server: &TestServer, page: &str, fields: &[(&str, &str)]) -> String {
    let reply = server.post(page).form(fields).send().await;
    assert_eq!(reply.status, 303, "{reply:?}");
    assert_eq!(
        (reply.header("cache-control"), reply.header("referrer-policy")),
        (Some("no-store"), Some("no-referrer"))
    );
    let location = reply.header("location").expect("somewhere to go").to_owned();
    if let Some((_, query)) = location.split_once('?') {
        let code = page.strip_prefix("/in/").unwrap_or("a typed code is in no address");
        assert!(!query.contains(code), "no code in a query: {location}");
    }
    location
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_medplum_s_kind_is_handed_the_long_code() {
    let server = TestServer::over(Clinic::default().with(MEDPLUM, json!("medplum"))).await;
    let issued = preauthorize(&server, ELSEWHERE, PAT, json!({ "magicLink": true })).await.json();
    let location = press(&server, &page_of(&issued), &[]).await;
    let code = location.strip_prefix("https://elsewhere.example.org/in/").expect("its template");
    assert_eq!(code, issued["preAuthorizedCode"]);
    assert_eq!(redeem(&server, ELSEWHERE, code, &[]).await.status, 200);
}

/// Chromium holds redirects after a form against `form-action`, the client's own as well: a browser goes on by a page.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_led_on_to_the_client_by_a_page_that_shows_no_code() {
    let server = TestServer::start().await;
    let issued = preauthorize(&server, ELSEWHERE, PAT, json!({ "magicLink": true })).await.json();
    let page = page_of(&issued);
    let request =
        server.post(&page).header("Sec-Fetch-Site", "same-origin").header("Sec-Fetch-Dest", "document");
    let reply = request.form(&[]).send().await;
    assert_eq!((reply.status, reply.header("location")), (200, None), "{reply:?}");
    let code = page.strip_prefix("/in/").unwrap();
    let to = format!("0; url=https://elsewhere.example.org/in/{code}");
    assert_eq!(reply.header("refresh"), Some(to.as_str()));
    assert!(!reply.text().contains(code) && reply.text().contains("elsewhere.example.org"), "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(redeemed(&server), 0, "the client redeems it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desktop_window_is_handed_the_code_by_its_own_scheme() {
    let server = TestServer::over(Clinic::default().with(TEMPLATE, json!("anteroom://in/{code}"))).await;
    let issued = preauthorize(&server, ELSEWHERE, PAT, json!({ "magicLink": true })).await.json();
    let page = server.get(&page_of(&issued)).send().await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self' anteroom:;"), "{policy}");
    let location = press(&server, &page_of(&issued), &[]).await;
    let code = location.strip_prefix("anteroom://in/").expect("the window's scheme");
    assert_eq!(redeem(&server, ELSEWHERE, code, &[]).await.status, 200);
}

fn wallet_clinic() -> Clinic {
    Clinic::default().with(TEMPLATE, json!("openid-credential-offer://"))
}

/// [OID4VCI §4.1.3] The address holds no code: only the offer behind it does, and not for ever.
#[tokio::test(flavor = "multi_thread")]
async fn pa_26_a_wallet_is_handed_an_offer_by_reference() {
    let server = TestServer::over(wallet_clinic()).await;
    let issued =
        preauthorize(&server, ELSEWHERE, PAT, json!({ "magicLink": true, "txCode": { "length": 4 } }))
            .await
            .json();
    let location = press(&server, &page_of(&issued), &[]).await;
    let uri =
        location.strip_prefix("openid-credential-offer://?credential_offer_uri=").expect("by reference");
    let uri = uri.replace("%3A", ":").replace("%2F", "/");
    let path = uri.strip_prefix(server.base().trim_end_matches('/')).expect("our own address").to_owned();
    assert!(!path.contains(&page_of(&issued)[4..]), "{path}");
    assert!(!location.contains("credential_offer="), "one of the two parameters: {location}");
    assert_ne!(
        press(&server, &page_of(&issued), &[]).await,
        location,
        "every press has an address of its own"
    );

    let head = server.request("HEAD", &path).send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    let offer = server.get(&path).header("Origin", "https://wallet.example.org").send().await;
    assert_eq!((offer.status, offer.header("content-type")), (200, Some("application/json")));
    assert_eq!(
        (offer.header("cache-control"), offer.header("access-control-allow-origin")),
        (Some("no-store"), Some("*"))
    );
    let offer = offer.json();
    assert_eq!(
        (&offer["credential_issuer"], &offer["credential_configuration_ids"]),
        (&json!(server.base()), &json!([ELSEWHERE]))
    );
    let grant = &offer["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"];
    assert_eq!(grant["tx_code"], json!({ "input_mode": "numeric", "length": 4 }));
    assert_eq!(redeemed(&server), 0, "looking at an offer spends nothing");
    let code = grant["pre-authorized_code"].as_str().unwrap();
    assert_eq!(redeem(&server, ELSEWHERE, code, &[]).await.status, 400, "the wallet asks for the PIN");
    let pin = issued["txCode"].as_str().unwrap();
    assert_eq!(redeem(&server, ELSEWHERE, code, &[("tx_code", pin)]).await.status, 200);

    server.clock.advance(301);
    assert_eq!(server.get(&path).send().await.status, 404, "five minutes");
    assert_eq!(server.get("/in/offers/nobody-has-this").send().await.status, 404);
    assert_eq!(server.post(&path).form(&[]).send().await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_code_reaches_a_wallet_without_its_pin() {
    let server = TestServer::over(wallet_clinic()).await;
    let issued =
        preauthorize(&server, ELSEWHERE, PAT, json!({ "magicLink": true, "txCode": true })).await.json();
    let (typed, pin) = (issued["typedCode"].as_str().unwrap(), issued["txCode"].as_str().unwrap());
    let location = press(&server, "/in", &[("code", typed), ("press", "1"), ("tx_code", pin)]).await;
    let id = location.rsplit("%2F").next().unwrap();
    let offer = server.get(&format!("/in/offers/{id}")).send().await.json();
    let grant = &offer["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"];
    assert!(grant.get("tx_code").is_none(), "it was checked on our page");
    assert_eq!(
        redeem(&server, ELSEWHERE, grant["pre-authorized_code"].as_str().unwrap(), &[]).await.status,
        200
    );
}

/// A link made at the desk: in the person's language, for the phone that was named.
async fn desk_link(server: &TestServer, language: Option<Language>, phone: Phone) -> String {
    let plain = magic_links::make(server.engine.entropy(), None).unwrap();
    let page = format!("/in/{}", *base32::encode_code(&plain.code));
    let engine = std::sync::Arc::clone(&server.engine);
    server
        .change(move |cx| {
            let client = cx.tx.client(Id::parse(PORTAL).unwrap())?.expect("the portal");
            let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            let new = NewCode {
                client: &client,
                membership: &pat,
                issued_by: pat.id,
                scope: Scope::parse("openid").unwrap(),
                nonce: "n".to_owned(),
                expires_in: 900,
                hand_over: HandOver::Waiting,
                language,
                phone,
                typed: None,
            };
            magic_links::issue(cx, &engine, &plain, new)
        })
        .await;
    page
}

fn says(page: &Reply, lang: &str, words: &[&str]) {
    let text = page.text();
    assert!(text.contains(&format!("<html lang=\"{lang}\">")), "{text}");
    assert_eq!(page.header("content-language"), Some(lang));
    for words in words {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
}

/// Chosen at the desk for this person, it stands above what the phone says: it may be somebody else's.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_speaks_the_language_that_was_chosen_at_the_desk() {
    let server = TestServer::start().await;
    let page = desk_link(&server, Some(Language::Spanish), Phone::Own).await;
    let german = async |request: anteroom_testkit::client::Request| {
        request.header("Accept-Language", "de").send().await
    };
    says(&german(server.get(&page)).await, "es", &["Hola, Pat D."]);
    says(&german(server.post(&page).form(&[])).await, "es", &["Ha iniciado sesión"]);
    says(&german(server.get(&page)).await, "es", &["Este enlace ya se usó"]);
    let page = desk_link(&server, None, Phone::Own).await;
    says(&german(server.get(&page)).await, "de", &["Guten Tag, Pat D."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_whose_phone_it_is_for() {
    let server = TestServer::start().await;
    for (language, lang, before, after) in [
        (
            Language::English,
            "en",
            "somebody who cares for Pat D.",
            "This phone is signed in to Patient portal for Pat D., for 1 hour.",
        ),
        (Language::German, "de", "der für Pat D. sorgt", "im Namen von Pat D."),
        (Language::Spanish, "es", "alguien que cuida de Pat D.", "por Pat D., durante 1 hora."),
    ] {
        let page = desk_link(&server, Some(language), Phone::Carer).await;
        says(&server.get(&page).send().await, lang, &[before]);
        says(&server.post(&page).form(&[]).send().await, lang, &[after]);
    }
}
