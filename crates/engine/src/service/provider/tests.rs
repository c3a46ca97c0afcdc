use serde_json::json;
use zeroize::Zeroizing;

use super::*;
use crate::fetch::Answer;
use crate::id::Id;

fn connection(strategy: &str, options: Value) -> Connection {
    let Value::Object(options) = options else { panic!("options are an object") };
    Connection {
        id: Id::from_uuid(uuid::Uuid::from_u128(4)),
        project: Id::from_uuid(uuid::Uuid::from_u128(1)),
        name: "acme-idp".to_owned(),
        strategy: strategy.to_owned(),
        display_name: None,
        options,
        client_secret: None,
        authentication: true,
        connected_accounts: true,
        rest: Map::new(),
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
    }
}

fn endpoints() -> Endpoints {
    Endpoints {
        authorization: Some("https://idp.test/authorize?tenant=1".to_owned()),
        token: Some("https://idp.test/token".to_owned()),
        pkce: true,
        ..Endpoints::default()
    }
}

fn url_of(connection: &Connection, request: &ConnectRequest, endpoints: &Endpoints) -> Vec<(String, String)> {
    let binding = Binding {
        verifier: Zeroizing::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned()),
        nonce: "n".to_owned(),
    };
    let url =
        authorization_url(connection, endpoints, request, "http://b.test/login/callback", "s", &binding);
    let url = url::Url::parse(&url.unwrap()).unwrap();
    url.query_pairs().into_owned().collect()
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let value = found.next();
    assert_eq!(found.next(), None, "{name} is there twice");
    value
}

#[test]
fn the_way_to_the_provider_has_state_nonce_and_a_challenge() {
    let own = connection("oidc", json!({ "client_id": "c", "scope": "openid offline_access" }));
    let pairs = url_of(&own, &ConnectRequest::default(), &endpoints());
    for (name, wanted) in [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", "c"),
        ("redirect_uri", "http://b.test/login/callback"),
        ("scope", "openid offline_access"),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(value(&pairs, name), Some(wanted), "{name}");
    }
}

#[test]
fn scopes_of_a_request_replace_the_connections_and_offline_access_stays() {
    let own = connection("oidc", json!({ "client_id": "c", "scope": "openid profile offline_access" }));
    let request = ConnectRequest { scopes: vec!["calendar".to_owned()], ..ConnectRequest::default() };
    assert_eq!(scopes(&own, &request), ["calendar", "offline_access"]);
    let plain = connection("oauth2", json!({ "client_id": "c", "scope": ["repo", "user"] }));
    assert_eq!(scopes(&plain, &ConnectRequest::default()), ["repo", "user"]);
    assert_eq!(scopes(&plain, &request), ["calendar"]);
}

#[test]
fn a_client_may_add_parameters_and_replace_none_of_the_protocols() {
    let own = connection(
        "google-oauth2",
        json!({ "client_id": "c", "scope": ["openid"],
                "upstream_params": { "hd": { "value": "example.org" }, "screen": { "alias": "login_hint" } } }),
    );
    let params =
        [("login_hint", "ext-1"), ("prompt", "select_account"), ("state", "x"), ("redirect_uri", "y")];
    let request = ConnectRequest {
        authorization_params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..ConnectRequest::default()
    };
    let pairs = url_of(&own, &request, &endpoints());
    assert_eq!(value(&pairs, "login_hint"), Some("ext-1"));
    assert_eq!(value(&pairs, "hd"), Some("example.org"));
    assert_eq!(value(&pairs, "access_type"), Some("offline"), "Google gives a refresh token for these words");
    assert_eq!(value(&pairs, "prompt"), Some("select_account"), "replaced");
    assert_eq!(value(&pairs, "state"), Some("s"), "reserved");
    assert_eq!(value(&pairs, "redirect_uri"), Some("http://b.test/login/callback"));
}

#[test]
fn pkce_and_nonce_can_be_left_out_where_they_make_no_sense() {
    let own = connection("oauth2", json!({ "client_id": "c", "scope": ["repo"] }));
    let pairs = url_of(&own, &ConnectRequest::default(), &Endpoints { pkce: false, ..endpoints() });
    assert_eq!((value(&pairs, "nonce"), value(&pairs, "code_challenge")), (None, None));
}

fn answered(status: u16, body: &str) -> Result<Map<String, Value>, ProviderError> {
    let answer = Answer { status, content_type: None, body: Zeroizing::new(body.as_bytes().to_vec()) };
    super::answer::object(&answer, "token endpoint")
}

#[test]
fn tv_09_a_refusal_is_named_whatever_its_status_and_nothing_else_is_repeated() {
    let refusal =
        |error: &str| ProviderError::Refused { endpoint: "token endpoint", error: error.to_owned() };
    let refused = |error: &str| Err(refusal(error));
    assert_eq!(
        answered(400, r#"{"error":"invalid_grant","error_description":"marker"}"#),
        refused("invalid_grant")
    );
    assert_eq!(answered(200, r#"{"error":"bad_verification_code"}"#), refused("bad_verification_code"));
    assert_eq!(answered(400, r#"{"error":"<b>marker</b>"}"#), refused("an error that is no code"));
    assert_eq!(
        answered(503, "<html>"),
        Err(ProviderError::Status { endpoint: "token endpoint", status: 503 })
    );
    assert_eq!(answered(200, "access_token=a"), Err(ProviderError::Malformed("token endpoint")));
    assert!(refusal("invalid_grant").is_final());
    assert!(!refusal("temporarily_unavailable").is_final());
}

#[test]
fn tokens_and_scopes_are_read_as_providers_write_them() {
    let read = |body: Value| super::answer::granted(body.as_object().unwrap());
    let google =
        read(json!({ "access_token": "a", "refresh_token": "r", "expires_in": 3599, "scope": "x y" }))
            .unwrap();
    assert_eq!(google.expires_in, Some(3_599));
    assert_eq!(google.scopes.as_deref(), Some(["x".to_owned(), "y".to_owned()].as_slice()));
    assert!(google.refresh_token.is_some());
    let github = read(json!({ "access_token": "a", "scope": "repo,user", "expires_in": "28800" })).unwrap();
    assert_eq!(github.expires_in, Some(28_800));
    assert_eq!(github.scopes.as_deref(), Some(["repo".to_owned(), "user".to_owned()].as_slice()));
    assert!(github.refresh_token.is_none());
    assert_eq!(read(json!({ "access_token": "a" })).unwrap().scopes, None, "the provider does not say");
    for body in [json!({}), json!({ "access_token": "" }), json!({ "access_token": "a\r\nb" })] {
        assert_eq!(read(body).unwrap_err(), ProviderError::NoAccessToken);
    }
    assert_eq!(format!("{google:?}"), "Granted(redacted)");
}

#[test]
fn who_the_person_is_there_is_a_text_or_a_number() {
    let subject = |claims: Value| subject_of(claims.as_object().unwrap());
    assert_eq!(subject(json!({ "sub": "ext-1", "id": 5 })), Ok("ext-1".to_owned()));
    assert_eq!(subject(json!({ "id": 583_231 })), Ok("583231".to_owned()), "GitHub's");
    for claims in
        [json!({}), json!({ "sub": "" }), json!({ "sub": "a\nb" }), json!({ "sub": "x".repeat(256) })]
    {
        assert_eq!(subject(claims), Err(ProviderError::NoSubject));
    }
}
