//! `POST /auth/method`, where no domain is configured.

use serde_json::json;

use super::{post, server};
use crate::steps::said;

#[tokio::test(flavor = "multi_thread")]
async fn missing_email_parameter_empty_invalid() {
    let server = server().await;
    // Missing email parameter / Empty / Invalid
    for (title, body) in
        [("Missing", json!({})), ("Empty", json!({ "email": "" })), ("Invalid", json!({ "email": "x" }))]
    {
        let reply = post(&server, "/auth/method", None, body).await;
        assert_eq!(said(&reply), (400, "Valid email address is required".into()), "{title}");
    }
    let reply = post(&server, "/auth/method", None, json!({ "email": "pat@unknown.example" })).await;
    assert_eq!((reply.status, reply.json()), (200, json!({})), "unknown domain");
}
