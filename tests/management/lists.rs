//! Lists: the styles of paging, and only some members.

use serde_json::{Value, json};

use crate::harness::{SMALL, SMALL_SECRET, Server};

#[tokio::test(flavor = "multi_thread")]
async fn every_list_knows_the_three_styles() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    for number in 0..3 {
        let identifier = format!("urn:api-{number}");
        admin
            .made("resource-servers", json!({ "identifier": identifier, "name": format!("API {number}") }))
            .await;
        admin.made("connections", json!({ "name": format!("c{number}"), "strategy": "oidc" })).await;
        let grant = json!({ "client_id": spa["client_id"], "audience": identifier, "scope": [] });
        admin.made("client-grants", grant).await;
    }
    for (path, collection) in [
        ("clients", "clients"),
        ("resource-servers", "resource_servers"),
        ("client-grants", "client_grants"),
        ("connections", "connections"),
    ] {
        let all = admin.get(path).await.json();
        let total = all.as_array().unwrap().len();
        assert!(total >= 3, "{path}: {all}");
        let pages: Vec<Value> = [
            admin.get(&format!("{path}?per_page=2&page=0")).await.json(),
            admin.get(&format!("{path}?per_page=2&page=1")).await.json(),
        ]
        .into_iter()
        .flat_map(|page| page.as_array().unwrap().clone())
        .collect();
        assert_eq!(pages, all.as_array().unwrap()[..pages.len()], "{path}");
        let with_totals = admin.get(&format!("{path}?page=0&per_page=50&include_totals=true")).await.json();
        assert_eq!((&with_totals["start"], &with_totals["limit"]), (&json!(0), &json!(50)), "{path}");
        assert_eq!((&with_totals["total"], &with_totals[collection]), (&json!(total), &all), "{path}");
        let mut rows = Vec::new();
        let mut next = format!("{path}?take=2");
        loop {
            let page = admin.get(&next).await.json();
            rows.extend(page[collection].as_array().unwrap().clone());
            match page.get("next") {
                Some(from) => next = format!("{path}?take=2&from={}", from.as_str().unwrap()),
                None => break,
            }
            assert!(rows.len() <= total, "{path} ends");
        }
        assert_eq!(json!(rows), all, "{path}");
        for wrong in [
            "per_page=0",
            "per_page=101",
            "page=-1",
            "page=x",
            "take=0",
            "take=101",
            "from=!",
            "include_totals=7",
        ] {
            let (status, code, message) = admin.get(&format!("{path}?{wrong}")).await.trouble();
            assert_eq!((status, code.as_str()), (400, "invalid_query_string"), "{path}?{wrong}: {message}");
        }
        let twice = admin.get(&format!("{path}?page=0&page=1")).await.trouble();
        assert_eq!(twice.1, "invalid_query_string", "{path}: a parameter that comes twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_chosen_and_a_summary_shows_no_more() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let path = format!("clients/{}", spa["client_id"].as_str().unwrap());
    let some = admin.get(&format!("{path}?fields=name,client_id")).await.json();
    assert_eq!(some, json!({ "name": "SPA", "client_id": spa["client_id"] }));
    let others = admin.get(&format!("{path}?fields=name&include_fields=false")).await.json();
    assert_eq!((others.get("name"), others["client_id"].clone()), (None, spa["client_id"].clone()));
    let small = server.management(SMALL, SMALL_SECRET).await;
    let summary = json!({ "client_id": spa["client_id"], "name": "SPA", "app_type": "spa" });
    assert_eq!(small.get(&path).await.json(), summary);
    assert!(small.get("clients").await.json().as_array().unwrap().contains(&summary));
    let filtered = admin.get("clients?app_type=spa&is_first_party=true").await.json();
    assert_eq!(filtered, json!([admin.get(&path).await.json()]));
    assert_eq!(admin.get("clients?is_global=true").await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_in_the_same_shape() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for (method, path, status) in [
        ("GET", "nothing", 404),
        ("POST", "clients/x", 405),
        ("PUT", "clients", 405),
        ("GET", "clients/x/rotate-secret", 405),
        ("DELETE", "logs", 405),
    ] {
        let reply = admin.call(method, path, None).await;
        assert_eq!(reply.trouble().0, status, "{method} {path}: {reply:?}");
    }
    for (content_type, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "", 400),
        ("application/json", r#"{"name":"A","name":"B"}"#, 400),
        ("text/plain", r#"{"name":"A"}"#, 415),
        ("application/x-www-form-urlencoded", "name=A", 415),
    ] {
        let request = server.request("POST", "api/v2/clients").bearer_auth(&admin.token);
        let reply = server.send(request.header("content-type", content_type).body(body)).await;
        assert_eq!(reply.trouble().0, status, "{content_type} {body}: {reply:?}");
    }
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    let request = server.request("POST", "api/v2/clients").bearer_auth(&admin.token);
    let reply = request.header("content-type", "application/json").body(large).send().await;
    // The server may close before it has read all of an overlong request.
    if let Ok(reply) = reply {
        assert_eq!(reply.status().as_u16(), 413);
    }
}
