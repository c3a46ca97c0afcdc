//! The accept loop: patience, places, and the end.

use std::time::Duration;

use anteroom_http::listener::Limits;
use anteroom_http::{BindError, Listener};
use anteroom_testkit::builders::{PORTAL, PORTAL_SECRET};
use anteroom_testkit::client::read_to_close;
use anteroom_testkit::server::{Settings, TestServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::steps::client_credentials;

/// Long enough for anything on a busy machine, short enough to notice that it does not come.
const LONG: Duration = Duration::from_secs(30);

async fn impatient(limits: Limits) -> TestServer {
    TestServer::with(Settings { limits, ..Settings::default() }).await
}

async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.address()).await.expect("a connection")
}

/// Waits for the other side to close; what it said before.
async fn closed(stream: &mut TcpStream) -> Vec<u8> {
    timeout(LONG, read_to_close(stream)).await.expect("the connection is closed")
}

#[tokio::test(flavor = "multi_thread")]
async fn f_14_connections_that_keep_us_waiting_are_closed() {
    let short = Duration::from_millis(200);
    let server =
        impatient(Limits { first_byte: short, headers: short, idle: short, ..Limits::default() }).await;
    let mut silent = connect(&server).await;
    assert_eq!(closed(&mut silent).await, b"", "said nothing");

    let mut dripping = connect(&server).await;
    let began = Instant::now();
    let dripped = timeout(LONG, async {
        loop {
            // Each byte is progress, and none of them is a request.
            if dripping.write_all(b"G").await.is_err() {
                break;
            }
            let mut buffer = [0; 16];
            match timeout(Duration::from_millis(20), dripping.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => break,
                Ok(Ok(_)) | Err(_) => {}
            }
        }
    });
    dripped.await.expect("the connection is closed");
    assert!(began.elapsed() >= short, "not before its time");

    let mut idle = connect(&server).await;
    idle.write_all(format!("GET /healthcheck HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()).as_bytes())
        .await
        .unwrap();
    let reply = closed(&mut idle).await;
    assert!(reply.starts_with(b"HTTP/1.1 200"), "answered, then closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn f_14_silent_connections_keep_nobody_out() {
    let server = impatient(Limits { connections: 8, ..Limits::default() }).await;
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(connect(&server).await);
    }
    for _ in 0..20 {
        let reply = timeout(LONG, server.get("/healthcheck").send()).await.expect("an answer");
        assert_eq!(reply.status, 200);
    }
    assert_eq!(closed(&mut silent[0]).await, b"", "the one that waited longest gave up its place");
    // A flood of half-sent requests: still an answer.
    for _ in 0..40 {
        let mut half = connect(&server).await;
        half.write_all(b"POST /oauth2/token HTTP/1.1\r\nHost: x").await.unwrap();
        silent.push(half);
    }
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_17_shutting_down_answers_what_is_in_flight_and_waits_for_nobody_else() {
    let mut server = TestServer::start().await;
    let mut idle = connect(&server).await;
    let request = format!("GET /healthcheck HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
    idle.write_all(request.as_bytes()).await.unwrap();
    let mut buffer = [0; 2048];
    let count = idle.read(&mut buffer).await.unwrap();
    assert!(buffer[..count].starts_with(b"HTTP/1.1 200"));
    let mut half = connect(&server).await;
    half.write_all(b"POST /oauth2/token HTTP/1.1\r\nHost: x").await.unwrap();
    let mut silent = connect(&server).await;

    // In flight: the headers are there, the body is not. `100 Continue` says that the handler has begun to read it.
    let form = format!("grant_type=client_credentials&client_id={PORTAL}&client_secret={PORTAL_SECRET}");
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        server.address(),
        form.len()
    );
    let mut busy = connect(&server).await;
    busy.write_all(head.as_bytes()).await.unwrap();
    let count = timeout(LONG, busy.read(&mut buffer)).await.expect("the handler reads").unwrap();
    assert!(buffer[..count].starts_with(b"HTTP/1.1 100"));

    let began = Instant::now();
    let stopping = tokio::spawn(async move {
        server.stop().await;
        server
    });
    for waiting in [&mut idle, &mut half, &mut silent] {
        assert_eq!(closed(waiting).await, b"");
    }
    busy.write_all(form.as_bytes()).await.unwrap();
    let reply = closed(&mut busy).await;
    assert!(reply.starts_with(b"HTTP/1.1 200"), "{}", reply.escape_ascii());
    let server = timeout(LONG, stopping).await.expect("the server stops").unwrap();
    assert!(
        began.elapsed() < Limits::default().drain,
        "nobody was waited for in vain: {:?}",
        began.elapsed()
    );
    assert!(TcpStream::connect(server.address()).await.is_err(), "the port is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn f_17_a_request_that_does_not_end_is_ended() {
    let drain = Duration::from_millis(300);
    let mut server = impatient(Limits { drain, ..Limits::default() }).await;
    let mut busy = connect(&server).await;
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        server.address()
    );
    busy.write_all(head.as_bytes()).await.unwrap();
    let mut buffer = [0; 64];
    timeout(LONG, busy.read(&mut buffer)).await.expect("the handler reads").unwrap();
    let began = Instant::now();
    timeout(LONG, server.stop()).await.expect("the server stops");
    assert!(began.elapsed() >= drain, "it was given its time");
    closed(&mut busy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_15_a_port_that_is_taken_is_named() {
    let server = TestServer::start().await;
    let error = Listener::bind(server.address()).await.err().expect("the port is taken");
    assert!(matches!(error, BindError::InUse { .. }));
    let port = server.address().port();
    assert_eq!(error.to_string(), format!("port {port} of 127.0.0.1 is taken by another program"));
    let error = Listener::bind(([192, 0, 2, 1], 8103).into()).await.err().expect("an address of nobody");
    assert!(matches!(error, BindError::NotOurs { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_33_the_server_listens_where_it_was_told() {
    let server = TestServer::start().await;
    assert!(server.address().ip().is_loopback());
    let listener = Listener::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    assert_ne!(listener.local_addr().port(), 0, "the port the system chose");
    let elsewhere = std::net::SocketAddr::from(([127, 0, 0, 2], server.address().port()));
    assert!(TcpStream::connect(elsewhere).await.is_err(), "and nowhere else");
}
