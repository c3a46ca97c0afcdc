//! The TLS listener and the local CA, as clients see them.

use anteroom_server::host::{Host, HostOptions};
use anteroom_server::local_ca::LocalCa;
use reqwest::{Certificate, Client};
use serde_json::Value;

use crate::host::{options, runtime};
use crate::process::run;

fn trusting(pem: &str) -> Client {
    let ca = Certificate::from_pem(pem.as_bytes()).unwrap();
    Client::builder().tls_certs_only([ca]).build().unwrap()
}

fn with_tls() -> HostOptions {
    HostOptions {
        tls_listen: Some("127.0.0.1:0".parse().unwrap()),
        ..options("127.0.0.1:0".parse().unwrap(), true)
    }
}

async fn json(client: &Client, url: String) -> Result<Value, reqwest::Error> {
    client.get(url).send().await?.json().await
}

#[test]
fn ds_16_who_trusts_the_local_ca_is_served_and_the_issuer_follows_the_base() {
    let runtime = runtime();
    let host = Host::open(with_tls(), runtime.handle().clone()).unwrap();
    let base = host.tls_base().unwrap().as_str().to_owned();
    assert!(base.starts_with("https://localhost:"), "{base}");
    let ca = LocalCa::open(host.engine()).unwrap().unwrap();
    runtime.block_on(async {
        let client = trusting(ca.pem());
        let discovery = format!("{base}.well-known/openid-configuration");
        let document = json(&client, discovery.clone()).await.unwrap();
        assert_eq!(document["issuer"], base);
        assert_eq!(document["token_endpoint"], format!("{base}oauth2/token"));
        let plain = host.engine().issuer().as_str();
        let document = json(&client, format!("{plain}.well-known/openid-configuration")).await.unwrap();
        assert_eq!(document["issuer"], plain);
        let stranger = Client::builder().tls_certs_only([]).build().unwrap();
        assert!(json(&stranger, discovery.clone()).await.is_err(), "nobody else vouches for it");
        assert!(
            json(&client, discovery.replace("https", "http")).await.is_err(),
            "no plain http on this port"
        );
        // The certificate names the address, but the base is localhost.
        let by_address = discovery.replace("localhost", "127.0.0.1");
        assert_eq!(client.get(by_address).send().await.unwrap().status(), 421);
        host.stop_listener().await;
        assert!(host.tls_base().is_none());
        assert!(json(&client, discovery).await.is_err(), "stopped with the other listener");
    });
}

/// What a handshake leaves half done holds no place for ever, and what is no handshake is only a closed connection.
#[test]
fn what_is_no_tls_does_no_harm() {
    use std::io::{Read as _, Write as _};
    let runtime = runtime();
    let host = Host::open(with_tls(), runtime.handle().clone()).unwrap();
    let base = host.tls_base().unwrap().as_str().to_owned();
    let port: u16 = base.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    let ca = LocalCa::open(host.engine()).unwrap().unwrap();
    let health = format!("{base}healthcheck");
    assert!(runtime.block_on(trusting(ca.pem()).get(health).send()).unwrap().status().is_success());
}

#[test]
fn the_ca_is_made_once_and_vouches_for_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let print = || run(&["ca", "--data-dir", data.to_str().unwrap()]);
    let (first, second) = (print(), print());
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stdout.starts_with("-----BEGIN CERTIFICATE-----"), "{}", first.stdout);
    assert_eq!(first.stdout, second.stdout, "the same at every start");
    let store = std::fs::read(data.join("anteroom.db")).unwrap();
    assert!(!store.windows(11).any(|bytes| bytes == b"PRIVATE KEY"), "its key is sealed");

    let runtime = runtime();
    let host = Host::open(with_tls(), runtime.handle().clone()).unwrap();
    let ca = LocalCa::open(host.engine()).unwrap().unwrap();
    for (name, trusted) in [
        ("localhost", true),
        ("desk.local", true),
        ("192.168.1.7", true),
        ("evil.example", false),
        ("8.8.8.8", false),
    ] {
        let made = ca.issue(host.engine(), &[name.to_owned()]).unwrap();
        assert!(made.renew_at > host.engine().now());
        assert_eq!(vouches(ca.pem(), &made, name), trusted, "{name}");
    }
}

/// What a phone may reach: the pages of magic links and the OAuth endpoints, and nothing else; and not for ever.
#[test]
fn the_local_network_reaches_only_links_and_oauth_and_only_for_a_while() {
    let runtime = runtime();
    let host = Host::open(options("127.0.0.1:0".parse().unwrap(), true), runtime.handle().clone()).unwrap();
    assert_eq!(host.lan(), None);
    runtime.block_on(async {
        let lan = host.start_lan("127.0.0.1".parse().unwrap(), 600).await.unwrap();
        assert_eq!(host.lan().as_ref(), Some(&lan));
        let ca = LocalCa::open(host.engine()).unwrap().unwrap();
        let client = trusting(ca.pem());
        let base = lan.base.as_str().to_owned();
        let status = async |path: &str| client.get(format!("{base}{path}")).send().await.unwrap().status();
        // The page tells how to trust the CA, which is what the phone then does.
        let page = client.get(format!("{base}in/trust")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&ca.fingerprint().replace(':', " ")), "{page}");
        let file = async |name: &str| {
            let reply = client.get(format!("{base}in/trust/{name}")).send().await.unwrap();
            (reply.headers()["content-type"].to_str().unwrap().to_owned(), reply.text().await.unwrap())
        };
        let certificate = file("anteroom-ca.crt").await;
        assert_eq!(certificate, ("application/x-x509-ca-cert".to_owned(), ca.pem().to_owned()));
        let (kind, profile) = file("anteroom-ca.mobileconfig").await;
        assert_eq!(kind, "application/x-apple-aspen-config");
        let body: String = ca.pem().lines().filter(|line| !line.starts_with('-')).collect();
        assert!(profile.contains(&format!("<data>{body}</data>")), "{profile}");
        for path in ["in", "IN", ".well-known/openid-configuration", ".well-known/jwks.json"] {
            assert_eq!(status(path).await, 200, "{path}");
        }
        assert_eq!(status("in/nobody-has-this").await, 404);
        assert_eq!(status("oauth2/token").await, 405);
        for path in [
            "healthcheck",
            "auth/preauthorize",
            "auth/me",
            "api/auth/preauthorize",
            "fhir/R4/Patient",
            "admin/projects/x",
            "api/v2/clients",
            "oauth/token",
            "__call/home_get",
        ] {
            assert_eq!(status(path).await, 404, "{path}");
        }
        let document = json(&client, format!("{base}.well-known/openid-configuration")).await.unwrap();
        assert_eq!(document["issuer"], base);
        host.stop_lan();
        assert_eq!(host.lan(), None);
        // The other listener does not answer for that address.
        let plain = host.engine().issuer().as_str().to_owned();
        assert!(json(&client, format!("{plain}.well-known/openid-configuration")).await.is_ok());

        let short = host.start_lan("127.0.0.1".parse().unwrap(), 1).await.unwrap();
        let gone = async {
            while client.get(format!("{}in", short.base.as_str())).send().await.is_ok()
                || host.lan().is_some()
            {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_mins(1), gone).await.expect("it turns itself off");
    });
}

/// Whether a client that trusts the CA would take a server's certificate for `name`.
fn vouches(ca: &str, made: &anteroom_server::local_ca::ServerCertificate, name: &str) -> bool {
    use std::sync::Arc;

    use tokio_rustls::rustls::RootCertStore;
    use tokio_rustls::rustls::client::WebPkiServerVerifier;
    use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
    use tokio_rustls::rustls::crypto::aws_lc_rs;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let chain = made.chain();
    let certificate = CertificateDer::from(chain.certificates[0].clone());
    let name = ServerName::try_from(name.to_owned()).unwrap();
    verifier.verify_server_cert(&certificate, &[], &name, &[], UnixTime::now()).is_ok()
}
