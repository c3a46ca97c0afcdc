//! The whole flow, with an OAuth client that nobody here wrote: the `oauth2` crate.

use std::collections::HashMap;

use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    PkceCodeChallenge, RedirectUrl, Scope, TokenResponse as _, TokenUrl,
};

use crate::harness::{Browser, CB, Server, WEB, WEB_SECRET};

async fn over_reqwest(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let reply =
        http.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body).send().await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = reply.status();
    *response.headers_mut() = reply.headers().clone();
    *response.body_mut() = reply.bytes().await?.to_vec();
    Ok(response)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_signs_in_and_refreshes() {
    let server = Server::start().await;
    let client = BasicClient::new(ClientId::new(WEB.to_owned()))
        .set_client_secret(ClientSecret::new(WEB_SECRET.to_owned()))
        .set_auth_uri(AuthUrl::new(server.url("oauth2/authorize")).unwrap())
        .set_token_uri(TokenUrl::new(server.url("oauth2/token")).unwrap())
        .set_redirect_uri(RedirectUrl::new(CB.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("openid".into()))
        .add_scope(Scope::new("offline_access".into()))
        .set_pkce_challenge(challenge)
        .url();

    let mut browser = Browser::default();
    let began = browser.get(&server, url.as_str()).await;
    let left = browser.finish(&server, began).await;
    let location = reqwest::Url::parse(left.location().unwrap()).unwrap();
    let answer: HashMap<String, String> = location.query_pairs().into_owned().collect();
    assert_eq!(&answer["state"], state.secret());

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = |request| over_reqwest(http.clone(), request);
    let tokens = client
        .exchange_code(AuthorizationCode::new(answer["code"].clone()))
        .set_pkce_verifier(verifier)
        .request_async(&send)
        .await
        .unwrap();
    assert_eq!(server.userinfo(tokens.access_token().secret()).await, 200);
    let refreshed = client
        .exchange_refresh_token(tokens.refresh_token().expect("offline_access gives one"))
        .request_async(&send)
        .await
        .unwrap();
    assert_eq!(server.userinfo(refreshed.access_token().secret()).await, 200);
    assert_ne!(refreshed.refresh_token().unwrap().secret(), tokens.refresh_token().unwrap().secret());
}
