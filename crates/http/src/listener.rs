//! The accept loop.
//!
//! Connections are bounded in number and in patience. One that says nothing, or says its headers drop by drop, or says
//! nothing more after an answer, is closed. When all places are taken, the connection that has waited longest without a
//! request gives its place to the newcomer, so that a thousand silent connections keep nobody out. Shutting down lets
//! requests in flight finish, for a while.
//!
//! `axum::serve` does none of this: it sets no header timeout, and a half-sent header blocks its shutdown.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anteroom_engine::Engine;
use anteroom_sentence::{Sentence, sentence};
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::call::Peer;
use crate::edge::{HEADERS_LIMIT, TARGET_LIMIT};
use crate::router::router;
use crate::tls::Certificate;

mod connections;
mod patience;

use connections::{Connections, Order, Place};
use patience::Patient;

/// Most bytes of a connection's read buffer, and of its write buffer.
const BUFFER: usize = 64 * 1024;

/// How many connections, and how long they may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// From accepting a connection to its first byte.
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its headers.
    pub headers: Duration,
    /// From an answer to the next request.
    pub idle: Duration,
    /// For the peer to take what is written to it.
    pub write: Duration,
    /// For requests in flight when the server shuts down.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            first_byte: Duration::from_secs(10),
            headers: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            write: Duration::from_secs(10),
            drain: Duration::from_secs(5),
        }
    }
}

/// Why an address cannot be listened on. Names the address.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody else listens there.
    InUse {
        /// What was asked for.
        address: SocketAddr,
    },
    /// The system does not let us, mostly because the port is below 1024.
    NotAllowed {
        /// What was asked for.
        address: SocketAddr,
    },
    /// No network card of this machine has the address.
    NotOurs {
        /// What was asked for.
        address: SocketAddr,
    },
    /// Anything else the system says.
    Other {
        /// What was asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

impl From<&BindError> for Sentence {
    fn from(error: &BindError) -> Self {
        match error {
            BindError::InUse { address } => sentence!(
                "port {port} of {address} is taken by another program",
                port = address.port(),
                address = address.ip().to_string()
            ),
            BindError::NotAllowed { address } => sentence!(
                "the system does not allow this program to listen on port {port} of {address}",
                port = address.port(),
                address = address.ip().to_string()
            ),
            BindError::NotOurs { address } => sentence!(
                "{address} is no address of this machine (port {port})",
                address = address.ip().to_string(),
                port = address.port()
            ),
            BindError::Other { address, .. } => sentence!(
                "cannot listen on port {port} of {address}",
                port = address.port(),
                address = address.ip().to_string()
            ),
        }
    }
}

anteroom_sentence::displayed!(BindError);

impl BindError {
    fn new(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            ErrorKind::AddrInUse => Self::InUse { address },
            ErrorKind::PermissionDenied => Self::NotAllowed { address },
            ErrorKind::AddrNotAvailable => Self::NotOurs { address },
            _ => Self::Other { address, source },
        }
    }
}

/// An open port. Bound before the engine is opened, so that the base URL can name a port the system chose.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    limits: Limits,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Opens `address`; port 0 lets the system choose one.
    ///
    /// # Errors
    /// See [`BindError`]. Another port is never taken instead.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let failed = |error| BindError::new(address, error);
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address, limits: Limits::default(), tls: None })
    }

    /// The address, with the port the system chose.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// With TLS, showing `certificate`. A handshake has the time that the headers of a request have.
    ///
    /// # Errors
    /// When the cryptography library refuses its own defaults.
    pub fn with_tls(self, certificate: &Certificate) -> Result<Self, tokio_rustls::rustls::Error> {
        Ok(Self { tls: Some(certificate.acceptor()?), ..self })
    }

    /// Serves the engine until `shutdown` is done and requests in flight are answered, or the time for that is over.
    pub async fn serve(self, engine: Arc<Engine>, shutdown: impl Future<Output = ()>) {
        self.serve_with(router(engine), shutdown).await;
    }

    /// Serves any service; for measuring what this loop itself costs.
    pub async fn serve_with<S>(self, service: S, shutdown: impl Future<Output = ()>)
    where
        S: Service<Request<Incoming>, Response = Response, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
    {
        /// How long to wait when the system gives no connection, mostly because all file handles are in use.
        const BREATH: Duration = Duration::from_millis(50);
        let connections = Arc::new(Connections::new(self.limits));
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => match connections.place() {
                    Some(place) => start((stream, self.tls.clone()), peer, place, service.clone()),
                    None => turn_away(&stream),
                },
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection could be accepted");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
        drop(self.socket);
        connections.drain().await;
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    )
}

/// All places are taken by requests in flight.
fn turn_away(stream: &TcpStream) {
    const FULL: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    // What does not fit into an empty socket buffer is not worth waiting for.
    let _ = stream.try_write(FULL);
}

fn start<S>((stream, tls): (TcpStream, Option<TlsAcceptor>), peer: SocketAddr, place: Place, service: S)
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let handle = place.handle();
    let task = tokio::spawn(async move {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended before it began");
            return;
        }
        let stream = Patient::new(stream, place.handle(), place.limits());
        match tls {
            None => serve_connection(stream, peer, place, service).await,
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => serve_connection(stream, peer, place, service).await,
                Err(error) => tracing::debug!(%error, "a connection ended in its TLS handshake"),
            },
        }
    });
    handle.is_run_by(task.abort_handle());
}

async fn serve_connection<T, S>(stream: T, peer: SocketAddr, place: Place, service: S)
where
    T: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let control = place.handle();
    let peer = Peer(peer.ip().to_canonical().to_string().into());
    let busy = Arc::clone(&control);
    let service = service_fn(move |mut request: Request<Incoming>| {
        busy.begins_request();
        request.extensions_mut().insert(peer.clone());
        let answer = service.clone().call(request);
        let busy = Arc::clone(&busy);
        async move {
            let answer = answer.await;
            busy.ends_request();
            answer
        }
    });
    let io = TokioIo::new(stream);
    let connection = http1::Builder::new()
        .max_header_size(HEADERS_LIMIT + TARGET_LIMIT)
        .max_buf_size(BUFFER)
        .header_read_timeout(None)
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                break;
            }
            order = control.ordered() => match order {
                // Its request came in while it was chosen.
                Order::GiveUpPlace if control.is_busy() => place.stays(),
                Order::GiveUpPlace | Order::Finish if control.has_no_answer_under_way() => break,
                Order::GiveUpPlace | Order::Finish => connection.as_mut().graceful_shutdown(),
            },
        }
    }
}
