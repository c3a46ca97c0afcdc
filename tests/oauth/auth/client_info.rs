//! `GET /auth/clientinfo/{id}`.

use anteroom_engine::id::Id;
use anteroom_testkit::builders::{LEGACY, OFF, PORTAL};
use serde_json::json;

use super::{NOBODY, server};
use crate::steps::said;

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn client_info_rows() {
    let server = server().await;
    server
        .change(|cx| {
            let client = cx.tx.client(Id::parse(LEGACY).unwrap())?.expect("Legacy");
            let mut client = (*client).clone();
            let form =
                json!({ "welcomeString": "Welcome", "logo": { "url": "https://legacy.test/logo.png" } });
            client.settings.extra.insert("signInForm".into(), form);
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    let ask = async |client: &str| server.get(&format!("/auth/clientinfo/{client}")).send().await;
    let form = json!({ "welcomeString": "Welcome", "logo": { "url": "https://legacy.test/logo.png" } });
    assert_eq!(ask(LEGACY).await.json(), form, "Success with SignInForm");
    assert_eq!(ask(PORTAL).await.json(), json!({}));
    for client in ["INVALIDID", NOBODY, OFF] {
        assert_eq!(said(&ask(client).await), (404, "Not found".into()), "Invalid client");
    }
}
