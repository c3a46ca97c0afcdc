//! No secret of a run is in anything that is shown or taken along.

use anteroom_flows::export::{Format, export};
use anteroom_flows::flow::Flow;
use serde_json::{Value, json};

use crate::harness::{PASSWORD, PAT, SPA, Server, WEB, WEB_SECRET, code_flow};

pub(crate) const FORMATS: [Format; 7] = [
    Format::Curl,
    Format::Http,
    Format::Markdown,
    Format::Har,
    Format::Javascript,
    Format::Python,
    Format::Rust,
];

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_export() {
    let server = Server::start().await;
    let pre_authorized = json!({
        "name": "link", "client": { "clientId": SPA, "tokenEndpointAuthMethod": "none" },
        "grant": { "grantType": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
                   "preauthorize": { "clientId": WEB, "clientSecret": WEB_SECRET, "onBehalfOf": format!("Patient/{PAT}"), "txCode": true } },
        "then": ["userinfo"],
    });
    let then = json!(["userinfo", "introspect", "refresh", "revoke", "logout"]);
    let post = json!({ "clientId": WEB, "clientSecret": WEB_SECRET, "tokenEndpointAuthMethod": "client_secret_post" });
    for flow in [
        code_flow(json!({ "then": then })),
        code_flow(json!({ "client": post, "failures": ["token_in_query"] })),
        pre_authorized,
    ] {
        let ran = server.run(flow.clone()).await;
        let mut secrets = seeded(&ran.recorder);
        secrets.extend([WEB_SECRET.to_owned(), PASSWORD.to_owned()]);
        assert!(secrets.len() >= 5, "{secrets:?}");
        let mut texts: Vec<String> =
            FORMATS.iter().map(|format| export(&ran.recorder, *format, None)).collect();
        texts.push(serde_json::to_string(&ran.view).unwrap());
        let flow: Flow = serde_json::from_value(flow).unwrap();
        texts.push(serde_json::to_string(&flow.without_secrets()).unwrap());
        for text in &texts {
            assert!(text.len() > 100, "{text}");
            for secret in &secrets {
                assert!(
                    !text.contains(secret.as_str()),
                    "a secret of {} characters is in {text}",
                    secret.len()
                );
            }
        }
        let har: Value = serde_json::from_str(&export(&ran.recorder, Format::Har, None)).unwrap();
        assert_eq!(har["log"]["version"], "1.2");
    }
}

/// Every secret value of the run, found without the code that hides them.
fn seeded(recorder: &anteroom_flows::exchange::Recorder) -> Vec<String> {
    let record = recorder.record();
    let mut secrets = Vec::new();
    for step in &record.steps {
        if let Some(sent) = &step.request {
            for (name, value) in
                reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(&sent.body)))
                    .unwrap()
                    .query_pairs()
            {
                if ["code", "code_verifier", "client_secret", "refresh_token", "token", "pre-authorized_code"]
                    .contains(&&*name)
                {
                    secrets.push(value.into_owned());
                }
            }
            for (name, value) in &sent.headers {
                if name == "authorization" {
                    secrets.push(value.split_once(' ').unwrap().1.to_owned());
                }
            }
        }
        let answer =
            step.answer.as_ref().and_then(|answer| serde_json::from_slice::<Value>(&answer.body).ok());
        for name in ["access_token", "refresh_token", "id_token", "preAuthorizedCode"] {
            if let Some(text) = answer.as_ref().and_then(|answer| answer[name].as_str()) {
                secrets.push(text.to_owned());
            }
        }
    }
    secrets
}
