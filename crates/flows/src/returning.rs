//! How the answer of the browser comes back: a loopback listener on a free port [RFC8252 §7.3], or a deep link that whoever
//! owns the scheme hands in. The browser is the system's own [RFC8252 §8.12].

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use zeroize::Zeroizing;

/// The path of a loopback return when the flow names none.
const PATH: &str = "/callback";
/// Most bytes of a request to the listener.
const LIMIT: usize = 16 * 1024;
/// What the browser shows afterwards.
const PAGE: &str = "<!doctype html><meta charset=\"utf-8\"><title>Anteroom</title><p>The answer is back in Anteroom. You can close this window.</p>";

/// What an issuer sent back through the browser [RFC6749 §4.1.2, §4.1.2.1].
#[derive(Clone, Default)]
pub struct Returned {
    /// The parameters, each once.
    parameters: BTreeMap<String, Zeroizing<String>>,
}

impl Returned {
    /// From the query of the address that came back.
    pub fn from_query(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let parameters = pairs.map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())));
        Self { parameters: parameters.collect() }
    }

    /// From parameters that were read already.
    pub fn from_parameters(parameters: impl IntoIterator<Item = (String, String)>) -> Self {
        let parameters = parameters.into_iter().map(|(name, value)| (name, Zeroizing::new(value)));
        Self { parameters: parameters.collect() }
    }

    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|value| value.as_str())
    }
}

/// Listens for the one request of the browser.
pub(crate) struct Loopback {
    listener: TcpListener,
    redirect_uri: Url,
}

impl Loopback {
    /// Listens at a loopback redirect URI: at its port, or at a free one when it names none.
    pub(crate) async fn bind(redirect_uri: Option<&str>) -> Result<Self, String> {
        let text = redirect_uri.map_or_else(|| format!("http://127.0.0.1{PATH}"), str::to_owned);
        let mut redirect_uri = Url::parse(&text).map_err(|_| format!("{text} is no address"))?;
        let ip = match redirect_uri.host() {
            Some(url::Host::Ipv4(ip)) if ip.is_loopback() => ip.into(),
            Some(url::Host::Ipv6(ip)) if ip.is_loopback() => ip.into(),
            Some(url::Host::Domain("localhost")) => Ipv4Addr::LOCALHOST.into(),
            _ => return Err(format!("{text} is not on this machine")),
        };
        let port = redirect_uri.port().unwrap_or(0);
        let listener =
            TcpListener::bind(SocketAddr::new(ip, port)).await.map_err(|error| format!("{text}: {error}"))?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        redirect_uri.set_port(Some(port)).map_err(|()| format!("{text} takes no port"))?;
        Ok(Self { listener, redirect_uri })
    }

    /// The redirect URI, with the port that was picked.
    pub(crate) fn redirect_uri(&self) -> &str {
        self.redirect_uri.as_str()
    }

    /// Waits for the answer. Requests for other paths, and such without an answer, are turned away.
    pub(crate) async fn wait(&self) -> Returned {
        loop {
            let Ok((mut stream, _)) = self.listener.accept().await else { continue };
            let Some(target) = target(&mut stream).await else { continue };
            let (path, query) = target.split_once('?').unwrap_or((&target, ""));
            let returned = Returned::from_query(query);
            let ours = path == self.redirect_uri.path()
                && ["code", "connect_code", "error"].iter().any(|name| returned.get(name).is_some());
            let (status, page) = if ours { ("200 OK", PAGE) } else { ("404 Not Found", "") };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: \
                 no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
                page.len()
            );
            // whether the page was read makes no difference
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
            if ours {
                return returned;
            }
        }
    }
}

/// The target of a GET request.
async fn target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Zeroizing::new(Vec::new());
    let mut buffer = Zeroizing::new([0_u8; 2048]);
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let count = stream.read(&mut buffer[..]).await.ok()?;
        if count == 0 || head.len() + count > LIMIT {
            return None;
        }
        head.extend_from_slice(&buffer[..count]);
    }
    let line = std::str::from_utf8(&head).ok()?.lines().next()?;
    let mut words = line.split(' ');
    (words.next()? == "GET").then(|| words.next().map(str::to_owned)).flatten()
}
