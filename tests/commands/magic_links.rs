//! Magic links: from the desk to the redemption and back to the board.

use anteroom_admin::error::Code;
use anteroom_magic_link::TypedCode;
use serde_json::{Value, json};

use crate::harness::{BASE, DAY, Desk, MINUTE, NOW, each, text, with};

pub(crate) struct Ready {
    pub(crate) desk: Desk,
    pub(crate) client: String,
    pub(crate) person: String,
}

impl Ready {
    pub(crate) async fn new() -> Self {
        let desk = Desk::new().await;
        let client = text(&desk.client("Patient portal", "public").await, "/client/id").to_owned();
        let person = desk.person("Patient", "Pat", "Doe").await;
        Self { client, person: text(&person, "/summary/membershipId").to_owned(), desk }
    }

    pub(crate) fn request(&self, hand_over: &str, pin: bool) -> Value {
        json!({ "membershipId": self.person, "clientId": self.client, "handOver": hand_over, "pin": pin })
    }

    pub(crate) async fn issue(&self, hand_over: &str, pin: bool) -> Value {
        self.desk.call("magic_links_issue", self.request(hand_over, pin)).await
    }

    pub(crate) async fn get(&self, card: &Value) -> Value {
        self.desk.call("magic_links_get", json!({ "id": card["link"]["id"] })).await
    }
}

pub(crate) fn id(card: &Value) -> Value {
    json!({ "id": card["link"]["id"] })
}

fn board(search: &str) -> Value {
    json!({ "search": search, "state": null, "offset": 0, "limit": 50 })
}

#[tokio::test]
async fn the_desk_may_choose_from_what_works() {
    let ready = Ready::new().await;
    let desk = &ready.desk;
    let off = desk.client("Off", "public").await;
    desk.call("clients_set_status", json!({ "id": off["client"]["id"], "status": "off" })).await;
    let other = desk.client("Reporting", "confidential").await;
    let grants = json!({ "id": other["client"]["id"], "version": 1, "changes": { "grantTypes": ["client_credentials"] } });
    desk.call("clients_update", grants).await;
    assert_eq!(
        desk.call("magic_links_options", json!({})).await,
        json!({
            "clients": [{ "id": ready.client, "name": "Patient portal", "sessionSeconds": 3600 }],
            "handOvers": [
                { "handOver": "waiting", "expiresIn": 900, "pinSuggested": false },
                { "handOver": "take_home", "expiresIn": 86400, "pinSuggested": true },
            ],
        })
    );
}

#[tokio::test]
async fn a_card_holds_all_that_a_hand_over_needs() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    assert_eq!(
        with(card["link"].clone(), json!({ "id": "…" })),
        json!({
            "id": "…", "state": "waiting", "membershipId": ready.person, "person": "Pat Doe",
            "personShort": "Pat D.", "clientId": ready.client, "clientName": "Patient portal",
            "handOver": "waiting", "language": null, "phone": "own", "issuedBy": "Ada Byron", "issuedAt": NOW, "expiresAt": NOW + 15 * MINUTE,
            "openedAt": null, "redeemedAt": null, "redeemedFrom": null, "endedAt": null, "pin": false,
            "wrongPins": 0, "refused": 0, "sessionSeconds": 3600, "session": null,
        })
    );
    let code = text(&card, "/url").strip_prefix(&format!("{BASE}in/")).unwrap();
    assert_eq!(code.len(), 52);
    assert_eq!(card["typedAt"], "127.0.0.1:8103/in");
    assert!(TypedCode::parse(text(&card, "/typedCode")).is_ok());
    assert!(card["pin"].is_null());
    assert!(text(&card, "/qrSvg").starts_with("<svg ") && !text(&card, "/qrSvg").contains(code));
    assert_eq!(card["qrModules"], 33, "version 4: capitals only");
    assert!(text(&card, "/command").contains(code) && text(&card, "/command").contains(&ready.client));
}

/// Chosen at the desk, kept on the board and by the link that takes its place.
#[tokio::test]
async fn whose_phone_and_which_language_are_chosen_at_issue() {
    let ready = Ready::new().await;
    let chosen = json!({ "language": "es", "phone": "carer" });
    let card = ready.desk.call("magic_links_issue", with(ready.request("waiting", false), chosen)).await;
    let again = ready.desk.call("magic_links_reissue", id(&card)).await;
    for link in [&card["link"], &again["link"], &ready.get(&again).await] {
        assert_eq!((&link["language"], &link["phone"]), (&json!("es"), &json!("carer")));
    }
    for (changes, words) in
        [(json!({ "language": "fr" }), "en, de and es"), (json!({ "language": "" }), "en, de and es")]
    {
        let request = with(ready.request("waiting", false), changes);
        ready.desk.fails("magic_links_issue", request, Code::Invalid, Some("language"), words).await;
    }
    let batch = json!({
        "membershipIds": [ready.person], "clientId": ready.client, "handOver": "take_home", "pin": false,
    });
    let request = with(batch.clone(), json!({ "language": "xx" }));
    ready.desk.fails("magic_links_issue_batch", request, Code::Invalid, Some("language"), "xx").await;
    ready.desk.call("magic_links_revoke", id(&again)).await;
    ready.desk.call("magic_links_issue_batch", with(batch, json!({ "language": "de" }))).await;
    let shown = ready.desk.call("magic_links_list", board("")).await;
    assert_eq!(shown["items"][0]["language"], "de");
}

#[tokio::test]
async fn a_redemption_shows_on_the_board_with_its_sign_in() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    ready.desk.pass(MINUTE);
    let tokens = ready.desk.redeem(&card, None).await.unwrap();
    assert_eq!(tokens["profile"]["display"], "Pat Doe");
    let link = ready.get(&card).await;
    assert_eq!(link["state"], "redeemed");
    assert_eq!((&link["redeemedAt"], &link["redeemedFrom"]), (&json!(NOW + MINUTE), &json!("10.0.0.9")));
    assert_eq!(link["session"]["clientName"], "Patient portal");
    ready.desk.pass(3_600);
    assert!(ready.get(&card).await["session"].is_null(), "the sign-in ended");
}

#[tokio::test]
async fn taken_home_means_a_day_and_a_pin_of_six_digits() {
    let ready = Ready::new().await;
    let card = ready.issue("take_home", true).await;
    assert_eq!(card["link"]["expiresAt"], NOW + DAY);
    assert_eq!(card["link"]["pin"], true);
    let pin = text(&card, "/pin");
    assert!(pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit()), "{pin}");
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    assert_eq!(ready.desk.redeem(&card, Some(wrong)).await.unwrap_err(), "wrong_tx_code");
    let link = ready.get(&card).await;
    assert_eq!((&link["state"], &link["wrongPins"]), (&json!("waiting"), &json!(1)));
    ready.desk.redeem(&card, Some(pin)).await.unwrap();
}

#[tokio::test]
async fn five_wrong_pins_lock_the_link() {
    let ready = Ready::new().await;
    let card = ready.issue("take_home", true).await;
    let wrong = if text(&card, "/pin") == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        ready.desk.redeem(&card, Some(wrong)).await.unwrap_err();
    }
    let link = ready.get(&card).await;
    assert_eq!((&link["state"], &link["wrongPins"]), (&json!("locked"), &json!(5)));
    ready.desk.fails("magic_links_show", id(&card), Code::NotHeld, None, "locked").await;
}

#[tokio::test]
async fn a_link_is_shown_again_while_it_lives_and_its_code_is_in_memory() {
    let ready = Ready::new().await;
    let card = ready.issue("take_home", true).await;
    let again = ready.desk.call("magic_links_show", id(&card)).await;
    assert_eq!(again, card, "the same code, PIN and picture");

    let other = ready.desk.another_program();
    other.fails("magic_links_show", id(&card), Code::NotHeld, None, "no longer in memory").await;
    ready.desk.pass(DAY);
    ready.desk.fails("magic_links_show", id(&card), Code::NotHeld, None, "expired").await;
}

#[tokio::test]
async fn a_link_is_taken_back() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    let revoked = ready.desk.call("magic_links_revoke", id(&card)).await;
    assert_eq!((&revoked["state"], &revoked["endedAt"]), (&json!("revoked"), &json!(NOW)));
    assert_eq!(ready.desk.redeem(&card, None).await.unwrap_err(), "code_revoked");
    ready.desk.fails("magic_links_show", id(&card), Code::NotHeld, None, "revoked").await;
    assert_eq!(
        ready.desk.call("magic_links_revoke", id(&card)).await["state"],
        "revoked",
        "twice does no harm"
    );
    assert_eq!(ready.get(&card).await["refused"], 1);
}

#[tokio::test]
async fn what_is_over_cannot_be_taken_back() {
    let ready = Ready::new().await;
    let redeemed = ready.issue("waiting", false).await;
    ready.desk.redeem(&redeemed, None).await.unwrap();
    let expired = ready.issue("waiting", false).await;
    ready.desk.pass(15 * MINUTE);
    for (card, state) in [(redeemed, "redeemed"), (expired, "expired")] {
        ready.desk.fails("magic_links_revoke", id(&card), Code::Conflict, Some("id"), state).await;
        assert_eq!(ready.get(&card).await["state"], state);
    }
}

#[tokio::test]
async fn a_new_link_takes_the_place_of_the_old_one() {
    let ready = Ready::new().await;
    let old = ready.issue("take_home", true).await;
    ready.desk.pass(MINUTE);
    let new = ready.desk.call("magic_links_reissue", id(&old)).await;
    for member in ["membershipId", "clientId", "handOver", "pin"] {
        assert_eq!(new["link"][member], old["link"][member], "{member}");
    }
    assert_ne!(new["link"]["id"], old["link"]["id"]);
    assert_eq!(new["link"]["expiresAt"], NOW + MINUTE + DAY);
    for member in ["/url", "/typedCode"] {
        assert_ne!(text(&new, member), text(&old, member));
    }
    assert_eq!(ready.get(&old).await["state"], "replaced");
    assert_eq!(ready.desk.redeem(&old, Some(text(&old, "/pin"))).await.unwrap_err(), "code_replaced");
    ready.desk.fails("magic_links_reissue", id(&old), Code::Conflict, Some("id"), "replaced already").await;
    ready.desk.redeem(&new, Some(text(&new, "/pin"))).await.unwrap();
}

#[tokio::test]
async fn the_board_shows_the_outstanding_first_and_counts() {
    let ready = Ready::new().await;
    let revoked = ready.issue("waiting", false).await;
    ready.desk.call("magic_links_revoke", id(&revoked)).await;
    ready.desk.pass(DAY);
    let redeemed = ready.issue("waiting", false).await;
    ready.desk.redeem(&redeemed, None).await.unwrap();
    ready.desk.pass(MINUTE);
    ready.issue("waiting", false).await;
    ready.desk.pass(MINUTE);

    let shown = ready.desk.call("magic_links_list", board("")).await;
    assert_eq!(each(&shown["items"], "/state"), ["waiting", "redeemed", "revoked"]);
    assert_eq!((&shown["total"], &shown["waiting"], &shown["today"]), (&json!(3), &json!(1), &json!(2)));
    let only = with(board(""), json!({ "state": "redeemed" }));
    let only = ready.desk.call("magic_links_list", only).await;
    assert_eq!((each(&only["items"], "/state"), &only["total"]), (vec![&json!("redeemed")], &json!(1)));
    assert_eq!(ready.desk.call("magic_links_list", board("doe")).await["total"], 3);
    assert_eq!(ready.desk.call("magic_links_list", board("smith")).await["total"], 0);

    let person = ready.desk.call("people_get", json!({ "membershipId": ready.person })).await;
    assert_eq!(each(&person["magicLinks"], "/state"), ["waiting", "redeemed", "revoked"]);
}
