//! `POST /auth/method`, where a domain is configured.

use serde_json::json;

use super::{parameter, usual};

#[tokio::test(flavor = "multi_thread")]
async fn the_method_of_an_address_is_its_domains_provider() {
    let (provider, server) = usual().await;
    let ask = async |email: &str| server.post("/auth/method").json(&json!({ "email": email })).send().await;
    for (title, email) in
        [("Domain config", "anybody@example.org"), ("Domain config case sensitivity", "Anybody@EXAMPLE.org")]
    {
        let reply = ask(email).await.json();
        assert_eq!(reply["domain"], "example.org", "{title}");
        let address = reply["authorizeUrl"].as_str().unwrap();
        assert!(address.starts_with(&provider.url("authorize?x=1&client_id=us%20%26%20them&")), "{address}");
        let back = format!("{}auth/external", server.base());
        assert_eq!(parameter(address, "redirect_uri").as_deref(), Some(back.as_str()));
        assert_eq!(parameter(address, "response_type").as_deref(), Some("code"));
        assert_eq!(parameter(address, "scope").as_deref(), Some("openid profile email"));
    }
    assert_eq!(ask("anybody@sub.example.org").await.json(), json!({}), "another domain");
}
