//! The main job, from an empty folder to a redeemed QR code, in the real window.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::harness::Desktop;

/// From the answer to the phone until the window shows it.
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_patient_signs_in_with_the_qr_code_on_the_screen() {
    let desktop = Desktop::open().await;
    set_up(&desktop).await;
    let client_id = create_client(&desktop).await;
    add_patient(&desktop).await;
    let began = Instant::now();
    let presses = show_qr_code(&desktop).await;
    eprintln!(
        "from the window to a code that can be scanned: {presses} presses, {:.1} s",
        began.elapsed().as_secs_f64()
    );
    assert_eq!(presses, 3, "the screen, the person, the hand-over");

    let (picture, _) = desktop.picture("qr-code").await;
    let link = decode(&picture);
    let (base_url, code) = link.split_once("/IN/").expect("the QR code holds a magic link in capitals");
    let base_url = base_url.to_lowercase();
    let phone = Phone { base_url, client_id };
    phone.open_landing_page(code).await;
    desktop.text("waiting").await;

    let (status, tokens) = phone.redeem(code).await;
    let redeemed = Instant::now();
    assert_eq!((status, &tokens["error"]), (200, &Value::Null));
    desktop.role("text", "Signed in").await;
    assert!(redeemed.elapsed() < AT_ONCE, "the window took {:?} to show it", redeemed.elapsed());
    desktop.picture("redeemed").await;
    assert_eq!(tokens["profile"]["display"], "Pat Doe");
    let userinfo = phone.userinfo(&tokens).await;
    assert!(userinfo["sub"].is_string(), "the access token works: {userinfo}");

    let (status, refusal) = phone.redeem(code).await;
    assert_eq!((status, &refusal["error"]), (400, &Value::from("invalid_grant")), "a code works once");
    desktop.text("1 try was refused.").await;

    desktop.press("Done").await;
    desktop.role("heading", "Magic links").await;
    desktop.text("signed in").await;
    desktop.picture("board").await;
}

pub(crate) async fn set_up(desktop: &Desktop) {
    desktop.role("heading", "Welcome to Anteroom").await;
    for (label, text) in [
        ("Name of the project", "Riverside Clinic"),
        ("Given names", "Ada"),
        ("Family name", "Byron"),
        ("E-mail", "ada@example.org"),
        ("Password", "correct horse battery"),
    ] {
        desktop.fill(label, text).await;
    }
    desktop.press("Start").await;
    desktop.role("heading", "Riverside Clinic").await;
}

/// Creates a public client and gives the ID that the window shows.
async fn create_client(desktop: &Desktop) -> String {
    desktop.follow("Client applications").await;
    // Home has a link of the same name, which is going
    desktop.role("heading", "Client applications").await;
    desktop.follow("Create client").await;
    desktop.fill("Name", "Patient app").await;
    desktop.press("Create client").await;
    desktop.role("heading", "Patient app is ready").await;
    let words = desktop.words().await;
    let id = words.split_whitespace().skip_while(|word| *word != "ID").nth(1);
    id.expect("the client ID stands behind its name").to_owned()
}

pub(crate) async fn add_patient(desktop: &Desktop) {
    desktop.follow("People").await;
    desktop.follow("Add person").await;
    desktop.fill("Given names", "Pat").await;
    desktop.fill("Family name", "Doe").await;
    desktop.press("Add person").await;
    desktop.role("heading", "Pat Doe").await;
}

/// A part of a name, and as many presses as are counted.
async fn show_qr_code(desktop: &Desktop) -> usize {
    desktop.follow("Magic links").await;
    let mut presses = 1;
    desktop.fill("Search people", "pat d").await;
    let found = desktop.part_of("option", "Pat Doe").await;
    found.click().await.expect("the person can be chosen");
    presses += 1;
    desktop.press("Show the QR code").await;
    presses += 1;
    desktop.part_of("image", "QR code that signs").await;
    presses
}

/// Reads the QR code in the picture with a program that shares nothing with ours.
fn decode(picture: &Path) -> String {
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"])
        .arg(picture)
        .output()
        .expect("zbarimg is installed (package zbar-tools)");
    let text = String::from_utf8(output.stdout).expect("the QR code holds text");
    assert_eq!(text.lines().count(), 1, "one QR code in {}", picture.display());
    text.trim_end().to_owned()
}

/// What the patient's phone does, over HTTP alone.
struct Phone {
    base_url: String,
    client_id: String,
}

impl Phone {
    /// Looks at the page behind the link, as link scanners do, too; this must spend nothing.
    async fn open_landing_page(&self, code: &str) {
        let page = reqwest::get(format!("{}/IN/{code}", self.base_url)).await.expect("the engine answers");
        assert_eq!(page.status(), 200);
    }

    async fn redeem(&self, code: &str) -> (u16, Value) {
        let answer = reqwest::Client::new()
            .post(format!("{}/oauth2/token", self.base_url))
            .form(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:pre-authorized_code"),
                ("pre-authorized_code", code),
                ("client_id", &self.client_id),
            ])
            .send()
            .await
            .expect("the engine answers");
        (answer.status().as_u16(), answer.json().await.expect("the token endpoint answers with JSON"))
    }

    async fn userinfo(&self, tokens: &Value) -> Value {
        let answer = reqwest::Client::new()
            .get(format!("{}/oauth2/userinfo", self.base_url))
            .bearer_auth(tokens["access_token"].as_str().expect("an access token"))
            .send()
            .await
            .expect("the engine answers");
        answer.json().await.expect("userinfo answers with JSON")
    }
}
