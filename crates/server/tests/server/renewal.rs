//! A certificate is renewed by itself before it ends, under the connections of a listener that goes on.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::clock::ManualClock;
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::timestamp::Timestamp;
use anteroom_http::{Listener, router};
use anteroom_server::local_ca::{LocalCa, Renewal};
use anteroom_store_sqlite::{Options, SqliteStore};
use reqwest::Client;
use reqwest::tls::TlsInfo;

use crate::host::runtime;

const DAY: i64 = 86_400;
const START: Timestamp = Timestamp::from_seconds(1_778_962_500);

/// The certificate that a new connection is shown.
async fn shown(base: &str) -> Vec<u8> {
    // A client of its own each time, so that no connection is used again. It takes any certificate: the clock of this
    // machine is not the one of the test.
    let client = Client::builder().tls_info(true).tls_danger_accept_invalid_certs(true).build().unwrap();
    let reply = client.get(format!("{base}healthcheck")).send().await.unwrap();
    let tls = reply.extensions().get::<TlsInfo>().expect("a TLS connection");
    tls.peer_certificate().expect("a certificate").to_vec()
}

#[test]
fn a_certificate_is_renewed_before_it_ends_while_the_listener_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("anteroom.db"), Options::default()).unwrap());
    let clock = Arc::new(ManualClock::new(START));
    runtime().block_on(async {
        let listener = Listener::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let base = format!("https://localhost:{}/", listener.local_addr().port());
        let parts = Parts {
            store,
            master_key: MasterKey::from_bytes([7; 32]),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse(&base).unwrap()],
        };
        let engine = tokio::task::spawn_blocking(|| Engine::open(parts)).await.unwrap().unwrap();
        let engine = Arc::new(engine);
        let ca = LocalCa::open_or_create(&engine).await.unwrap();
        let mut renewal = Renewal::begin(&engine, ca, vec!["localhost".to_owned()]).unwrap();
        let listener = listener.with_tls(renewal.certificate()).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(listener.serve_with(router(Arc::clone(&engine)), async {
            drop(stopped.await);
        }));

        let first = shown(&base).await;
        clock.advance(20 * DAY - 1);
        renewal.renew_if_due(&engine);
        assert_eq!(shown(&base).await, first, "ten days and a second are left");
        clock.advance(1);
        assert_eq!(shown(&base).await, first, "nobody looked yet");
        renewal.renew_if_due(&engine);
        let second = shown(&base).await;
        assert_ne!(second, first, "the listener shows the new one");
        renewal.renew_if_due(&engine);
        assert_eq!(shown(&base).await, second, "once is enough");
        clock.advance(365 * DAY);
        renewal.renew_if_due(&engine);
        assert_ne!(shown(&base).await, second, "also after a long sleep");
        drop(stop);
        serving.await.unwrap();
    });
}
