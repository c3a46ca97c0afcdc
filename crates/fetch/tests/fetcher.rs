//! The fetcher against servers that misbehave, on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anteroom_engine::fetch::{Answer, BODY_LIMIT, Call, Fetch as _, FetchError};
use anteroom_fetch::Fetcher;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with a connection after it has read something from it.
#[derive(Clone)]
enum Manner {
    /// Writes this and closes.
    Says(Vec<u8>),
    /// Writes this, and then this again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// Writes this, then nothing, and does not close.
    Stalls(Vec<u8>),
}

struct Server {
    address: SocketAddr,
    connections: Arc<AtomicU32>,
}

impl Server {
    async fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let connections = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(behave(stream, manner.clone()));
            }
        });
        Self { address, connections }
    }

    async fn says(answer: &str) -> Self {
        Self::new(Manner::Says(answer.as_bytes().to_vec())).await
    }

    fn url(&self) -> String {
        format!("http://{}/userinfo", self.address)
    }

    /// Calls it with its host allowed.
    async fn call(&self) -> Result<Answer, FetchError> {
        fetcher().fetch(Call::get(&self.url(), &[self.address.to_string()])).await
    }

    fn connections(&self) -> u32 {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn behave(mut stream: TcpStream, manner: Manner) {
    let mut request = [0; 4_096];
    let _ = stream.read(&mut request).await;
    match manner {
        Manner::Says(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Manner::Endless(first, again) => {
            let _ = stream.write_all(&first).await;
            while stream.write_all(&again).await.is_ok() {}
        }
        Manner::Stalls(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
    }
}

fn fetcher() -> &'static Fetcher {
    static FETCHER: std::sync::OnceLock<Fetcher> = std::sync::OnceLock::new();
    FETCHER.get_or_init(|| Fetcher::new().expect("the machine's certificates are read"))
}

fn json(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_read_whole() {
    let server = Server::says(&json(r#"{"sub":"1"}"#)).await;
    let answer = server.call().await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, br#"{"sub":"1"}"#.as_slice()));
    assert_eq!(answer.media_type().as_deref(), Some("application/json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_26_a_27_hosts_inside_are_not_called_unless_allowed_by_name() {
    let server = Server::says(&json("{}")).await;
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0.0.0.0",
        "0",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "10.0.0.1",
        "169.254.169.254",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "100.64.0.1",
        "192.168.1.1",
        "224.0.0.1",
        "localhost.",
    ] {
        for (scheme, error) in [("https", FetchError::NotPublic), ("http", FetchError::PlainHttp)] {
            let url = format!("{scheme}://{host}:{port}/");
            let refused = fetcher().fetch(Call::get(&url, &[])).await.unwrap_err();
            // A machine without the name has no address for it, which is as good.
            let same =
                refused == error || (refused == FetchError::Unresolved && host.starts_with("localhost"));
            assert!(same, "{url}: {refused:?}");
        }
    }
    assert_eq!(server.connections(), 0, "nobody was connected to");
    // The same host on another port is another server.
    let other = format!("127.0.0.1:{}", port ^ 1);
    let refused = fetcher().fetch(Call::get(&server.url(), &[other])).await.unwrap_err();
    assert_eq!((refused, server.connections()), (FetchError::PlainHttp, 0));
    let allowed = format!("localhost:{port}");
    let answer = fetcher().fetch(Call::get(&format!("http://{allowed}/"), &[allowed])).await;
    assert_eq!(answer.unwrap().status, 200, "a name that is allowed is called where it leads");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_no_addresses() {
    for url in [
        "",
        "x",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "gopher://example.org/",
        "data:,x",
        "javascript:1",
    ] {
        assert_eq!(fetcher().fetch(Call::get(url, &[])).await.unwrap_err(), FetchError::Url, "{url:?}");
    }
    let nowhere = fetcher().fetch(Call::get("https://no-such-host.invalid/", &[])).await;
    assert_eq!(nowhere.unwrap_err(), FetchError::Unresolved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_28_a_redirect_is_an_answer_and_is_not_followed() {
    let inside = Server::says(&json("{}")).await;
    let server = Server::says(&format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        inside.url()
    ))
    .await;
    assert_eq!(server.call().await.unwrap().status, 302);
    assert_eq!((server.connections(), inside.connections()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn f_13_answers_that_are_too_much_or_too_little() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let large = "x".repeat(BODY_LIMIT + 1);
    let chunk = format!("{:x}\r\n{}\r\n", 8_192, "x".repeat(8_192));
    let many = "X-More: 1\r\n".repeat(10_000);
    let says = |text: String| Manner::Says(text.into_bytes());
    for (what, manner, error) in [
        ("announced", says(format!("{head}Content-Length: 104857600\r\n\r\n")), FetchError::TooLarge),
        ("one byte too many", says(json(&large)), FetchError::TooLarge),
        (
            "endless",
            Manner::Endless(
                format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes(),
                chunk.into_bytes(),
            ),
            FetchError::TooLarge,
        ),
        ("cut off", says(format!("{head}Content-Length: 50\r\n\r\n{{")), FetchError::BrokenOff),
        ("no HTTP", says("220 mail.example.org ESMTP\r\n".into()), FetchError::BrokenOff),
        ("nothing", says(String::new()), FetchError::BrokenOff),
        ("10,000 headers", says(format!("{head}{many}\r\n{{}}")), FetchError::BrokenOff),
    ] {
        let server = Server::new(manner).await;
        assert_eq!(server.call().await.unwrap_err(), error, "{what}");
    }
    let exact = Server::says(&json(&"x".repeat(BODY_LIMIT))).await;
    assert_eq!(exact.call().await.unwrap().body.len(), BODY_LIMIT, "the limit itself is allowed");
    let squeezed = Server::says(&format!(
        "{head}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u{1}\u{2}\u{3}\u{4}"
    ))
    .await;
    assert_eq!(squeezed.call().await.unwrap().body.as_slice(), [1, 2, 3, 4], "nothing is decompressed");
}

#[tokio::test(flavor = "multi_thread")]
async fn f_13_a_server_that_is_slow_is_given_up() {
    let hangs = Server::new(Manner::Stalls(Vec::new())).await;
    let drips = Server::new(Manner::Stalls(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{".to_vec(),
    ))
    .await;
    let (hangs, drips) = tokio::join!(hangs.call(), drips.call());
    assert_eq!((hangs.unwrap_err(), drips.unwrap_err()), (FetchError::TimedOut, FetchError::TimedOut));
    let gone = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        listener.local_addr().unwrap()
    };
    let call = Call::get(&format!("http://{gone}/"), &[gone.to_string()]);
    assert_eq!(fetcher().fetch(call).await.unwrap_err(), FetchError::Unreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_13_a_certificate_that_nobody_trusts() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key =
        tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let host = format!("localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let call = Call::get(&format!("https://{host}/"), std::slice::from_ref(&host));
    assert_eq!(fetcher().fetch(call).await.unwrap_err(), FetchError::Certificate);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_hangs_holds_up_no_other_host() {
    let hangs = Server::new(Manner::Stalls(Vec::new())).await;
    let fast = Server::says(&json("{}")).await;
    let allowed = [hangs.address.to_string()];
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let call = Call::get(&hangs.url(), &allowed);
            tokio::spawn(async move { fetcher().fetch(call).await.map(|answer| answer.status) })
        })
        .collect();
    let full = async {
        while hangs.connections() < 64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(9), full).await.expect("64 calls are on their way");
    assert_eq!(fast.call().await.unwrap().status, 200, "while 100 calls hang");
    assert_eq!(hangs.connections(), 64, "no more than that at once");
    let mut ended = [0; 2];
    for call in calls {
        match call.await.unwrap().unwrap_err() {
            FetchError::TimedOut => ended[0] += 1,
            FetchError::Busy => ended[1] += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(ended[0] >= 64, "{ended:?}: those that waited for a place may have got one at the last moment");
}
