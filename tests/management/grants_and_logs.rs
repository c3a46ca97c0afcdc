//! `/client-grants` and `/logs`.

use serde_json::json;

use crate::harness::{API, Browser, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_grant_is_for_one_client_api_and_type() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    admin.api().await;
    let body = |more: serde_json::Value| {
        let mut body = json!({ "client_id": spa["client_id"], "audience": API, "scope": ["read:calendar"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let made = admin.made("client-grants", body(json!({}))).await;
    assert_eq!(made["subject_type"], "client", "unless told");
    admin.made("client-grants", body(json!({ "subject_type": "user" }))).await;
    let again = admin.post("client-grants", body(json!({ "subject_type": "user" }))).await.trouble();
    assert_eq!((again.0, again.1.as_str()), (409, "client_grant_conflict"));
    for (more, status, code, message) in [
        (json!({ "client_id": "nobody" }), 404, "inexistent_client", "The client does not exist"),
        (
            json!({ "audience": "urn:nobody" }),
            404,
            "inexistent_resource_server",
            "The resource server does not exist",
        ),
        (json!({ "audience": format!("{API}/") }), 404, "inexistent_resource_server", "does not exist"),
        (
            json!({ "subject_type": "user", "scope": ["read:calendar", "delete:everything"] }),
            400,
            "invalid_body",
            "Payload validation error: scope must be a subset of resource server scopes",
        ),
        (json!({ "scope": ["a", "a"] }), 400, "invalid_body", "Array items are not unique"),
        (json!({ "subject_type": "robot" }), 400, "invalid_body", "No enum match"),
        (json!({ "default_for": "third_party_clients" }), 400, "operation_not_supported", "default_for"),
        (json!({ "audience": server.url("me/"), "scope": [] }), 400, "invalid_body", "takes no tokens"),
        (
            json!({ "audience": server.url("api/v2/"), "scope": [], "subject_type": "user" }),
            400,
            "invalid_body",
            "takes no tokens",
        ),
    ] {
        let (found, said, text) = admin.post("client-grants", body(more.clone())).await.trouble();
        assert_eq!((found, said.as_str()), (status, code), "{more}: {text}");
        assert!(text.contains(message), "{more}: {text}");
    }
    let path = format!("client-grants/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.json(), made);
    let patched = admin.patch(&path, json!({ "scope": ["write:calendar"] })).await;
    assert_eq!(
        (patched.status, patched.json()["scope"].clone()),
        (200, json!(["write:calendar"])),
        "replaces"
    );
    assert!(admin.patch(&path, json!({ "scope": ["x"] })).await.trouble().2.contains("must be a subset"));
    assert!(
        admin.patch(&path, json!({ "audience": "x" })).await.trouble().2.contains("Additional properties")
    );
    for (query, count) in [
        (format!("client_id={}", spa["client_id"].as_str().unwrap()), 2),
        (format!("audience={}", crate::harness::segment(API)), 2),
        ("subject_type=user".to_owned(), 1),
        ("client_id=nobody".to_owned(), 0),
        ("audience=urn:nobody".to_owned(), 0),
    ] {
        let listed = admin.get(&format!("client-grants?{query}")).await.json();
        assert_eq!(listed.as_array().unwrap().len(), count, "{query}: {listed}");
    }
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.trouble().1, "inexistent_client_grant");
    assert_eq!(admin.delete(&path).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_auth0s_codes_and_the_checks_of_a_refusal() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    admin.api().await;
    let tokens = Browser::default().sign_in(&server, &spa, &[("audience", API), ("scope", "openid")]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let refused = server
        .token(&json!({ "grant_type": "authorization_code", "client_id": spa["client_id"], "code": "wrong",
                        "code_verifier": crate::harness::VERIFIER }))
        .await;
    assert_eq!(refused.refusal(), (403, "invalid_grant".to_owned(), "Invalid authorization code".to_owned()));
    for (kind, least) in [("seacft", 1), ("feacft", 1), ("seccft", 1), ("sapi", 2)] {
        let found = admin.get(&format!("logs?q=type:{kind}")).await.json();
        assert!(found.as_array().unwrap().len() >= least, "{kind}: {found}");
    }
    let signed_in = &admin.get("logs?q=type:seacft").await.json()[0];
    assert_eq!(signed_in["client_id"], spa["client_id"]);
    assert_eq!(signed_in["user_id"], json!(format!("auth0|{}", crate::harness::ADA_USER)));
    let failed = &admin.get("logs?q=type:feacft").await.json()[0];
    assert_eq!(failed["description"], "unknown_authorization_code");
    assert!(failed["details"]["trace"].as_array().is_some_and(|trace| !trace.is_empty()), "{failed}");
    let id = failed["log_id"].as_str().unwrap();
    assert_eq!(&admin.get(&format!("logs/{id}")).await.json(), failed);
    assert_eq!(admin.get("logs/nothing").await.trouble().0, 404);

    let all = admin.get("logs?per_page=100").await.json();
    let ids: Vec<&str> = all.as_array().unwrap().iter().map(|row| row["log_id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted_by(|a, b| a > b), "newest first: {ids:?}");
    let older = admin.get(&format!("logs?from={}&take=2", ids[0])).await.json();
    let older: Vec<&str> =
        older.as_array().unwrap().iter().map(|row| row["log_id"].as_str().unwrap()).collect();
    assert_eq!(older, ids[1..3]);
    for wrong in ["q=colour:red", "sort=name:1", "from=x", "take=0", "per_page=101"] {
        assert_eq!(admin.get(&format!("logs?{wrong}")).await.trouble().1, "invalid_query_string", "{wrong}");
    }
}
