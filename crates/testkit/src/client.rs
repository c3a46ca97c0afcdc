//! An HTTP/1.1 client that sends exactly what it is told, one request to a connection.

use std::fmt;
use std::fmt::Write as _;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::watch;

/// The media type of forms.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A request on its way out.
#[derive(Debug, Clone)]
pub struct Request {
    address: SocketAddr,
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    length: bool,
}

impl Request {
    /// A request with the right `Host` and nothing else.
    pub fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        Self {
            address,
            method: method.into(),
            target: target.into(),
            headers: vec![("Host".into(), address.to_string().into())],
            body: Vec::new(),
            length: true,
        }
    }

    /// Adds a header line, beside those of the same name.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().to_vec()));
        self
    }

    /// Takes all header lines of a name away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self
    }

    /// Basic credentials, each half form-encoded as RFC 6749 §2.3.1 says.
    #[must_use]
    pub fn basic(self, user: &str, password: &str) -> Self {
        let pair = format!("{}:{}", encode(user), encode(password));
        self.header("Authorization", format!("Basic {}", STANDARD.encode(pair)))
    }

    /// Basic credentials, whatever the bytes are.
    #[must_use]
    pub fn basic_bytes(self, pair: &[u8]) -> Self {
        self.header("Authorization", format!("Basic {}", STANDARD.encode(pair)))
    }

    /// A bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// A form body.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        self.header("Content-Type", FORM).body(pairs.join("&"))
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.header("Content-Type", "application/json").body(value.to_string())
    }

    /// A body without a type.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Leaves `Content-Length` to the headers that were given.
    #[must_use]
    pub fn without_length(mut self) -> Self {
        self.length = false;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        if watch::is_on() {
            bytes.extend_from_slice(format!("traceparent: {}\r\n", watch::TRACEPARENT).as_bytes());
        }
        if self.length && (!self.body.is_empty() || self.method == "POST") {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
            bytes.extend_from_slice(b"Connection: close\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends the request and reads the answer.
    ///
    /// # Panics
    /// When there is no answer, or it is no HTTP.
    pub async fn send(self) -> Reply {
        let bytes = self.bytes();
        let reply = exchange(self.address, &bytes).await;
        let parsed = Reply::parse(&reply, self.method == "HEAD");
        parsed.unwrap_or_else(|| {
            panic!("{} {}: no answer but {:?}", self.method, self.target, reply.escape_ascii())
        })
    }
}

/// Writes `bytes` on a new connection and reads until the other side closes it.
///
/// # Panics
/// When no connection comes about.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the server accepts connections");
    // The server may answer and close before it has read all of an overlong request.
    let _ = stream.write_all(bytes).await;
    read_to_close(&mut stream).await
}

/// Reads until the other side closes the connection, or resets it.
pub async fn read_to_close(stream: &mut TcpStream) -> Vec<u8> {
    let mut reply = Vec::new();
    let mut buffer = [0; 8 * 1024];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return reply,
            Ok(count) => reply.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Percent-encodes everything but the unreserved characters.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// An answer.
#[derive(Clone)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The bytes of the body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads an answer whose end is the end of the connection; `None` when it is no HTTP or cut off.
    pub fn parse(bytes: &[u8], head_only: bool) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .map(|line| {
                line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            })
            .collect::<Option<_>>()?;
        let body = bytes[end + 4..].to_vec();
        let reply = Self { status, headers, body };
        let announced =
            reply.header("content-length").map_or(Some(0), |length| length.parse::<usize>().ok())?;
        (head_only || reply.body.len() == announced).then_some(reply)
    }

    /// The one value of a header.
    ///
    /// # Panics
    /// When the header is there more than once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    /// The names of all headers.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body as JSON, whatever the content type says.
    ///
    /// # Panics
    /// When it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A member of the JSON body that must be a text.
    ///
    /// # Panics
    /// When there is no such text.
    pub fn str(&self, member: &str) -> String {
        let value = self.json();
        value[member].as_str().unwrap_or_else(|| panic!("no text {member}: {self:?}")).to_owned()
    }

    /// Status, `error` and `error_description`: what an OAuth refusal says.
    pub fn refusal(&self) -> (u16, String, String) {
        let body = self.json();
        let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
        (self.status, text("error"), text("error_description"))
    }

    /// Status, `details.text` and `expression` of an `OperationOutcome`.
    pub fn outcome(&self) -> (u16, String, Option<String>) {
        let body = self.json();
        let issue = &body["issue"][0];
        let text = issue["details"]["text"].as_str().unwrap_or_default().to_owned();
        (self.status, text, issue["expression"][0].as_str().map(str::to_owned))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {}", self.status, self.headers, self.body.escape_ascii())
    }
}
