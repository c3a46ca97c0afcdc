//! The load: a closed loop of connections, each sending its next request when the last answer was checked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What one step of a cycle sends, made from the answer before.
pub(crate) type Step = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// A cycle of requests, each with what its answer must contain.
#[derive(Clone)]
pub(crate) struct Cycle {
    /// Requests and what must stand in their answers.
    pub(crate) steps: Vec<(Step, &'static str)>,
}

/// What a run measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Cycles a second.
    pub(crate) rps: f64,
    /// Median, milliseconds.
    pub(crate) p50_ms: f64,
    /// 99th percentile, milliseconds.
    pub(crate) p99_ms: f64,
}

/// A request with a form or JSON body.
pub(crate) fn post(host: &str, path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A request without a body.
pub(crate) fn get(host: &str, path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n")
}

/// One step that always sends the same.
pub(crate) fn constant(request: String) -> Step {
    Arc::new(move |_| request.clone())
}

/// Runs `connections` loops for `seconds` after a short warm-up.
pub(crate) async fn run(
    address: &str,
    cycle: &Cycle,
    connections: usize,
    seconds: u64,
) -> Result<Measured, String> {
    let begin = Instant::now() + Duration::from_millis(400);
    let end = begin + Duration::from_secs(seconds);
    let mut loops = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (address, cycle) = (address.to_owned(), cycle.clone());
        loops.spawn(async move { one(&address, &cycle, begin, end).await });
    }
    let mut times = Vec::new();
    while let Some(done) = loops.join_next().await {
        times.extend(done.map_err(|error| error.to_string())??);
    }
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index below the length"
        )]
        let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(0.0, |time: &Duration| time.as_secs_f64() * 1_000.0)
    };
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let rps = times.len() as f64 / (end - begin).as_secs_f64();
    Ok(Measured { rps, p50_ms: at(0.5), p99_ms: at(0.99) })
}

async fn one(address: &str, cycle: &Cycle, begin: Instant, end: Instant) -> Result<Vec<Duration>, String> {
    let mut connection = Connection::open(address).await?;
    let mut times = Vec::new();
    let mut last = String::new();
    loop {
        let started = Instant::now();
        if started >= end {
            return Ok(times);
        }
        for (step, expected) in &cycle.steps {
            last = connection.exchange(&step(&last)).await?;
            if !last.contains(expected) {
                return Err(format!(
                    "an answer lacks {expected:?}: {}",
                    last.chars().take(300).collect::<String>()
                ));
            }
        }
        if started >= begin {
            times.push(started.elapsed());
        }
    }
}

/// A kept-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its answer; an error unless the status is 200.
    pub(crate) async fn exchange(&mut self, request: &str) -> Result<String, String> {
        self.stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
        self.buffer.clear();
        let mut body = None;
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.map_err(|error| error.to_string())?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            if body.is_none() {
                body = head(&self.buffer)?;
            }
            if let Some((start, length)) = body
                && self.buffer.len() >= start + length
            {
                return String::from_utf8(self.buffer[start..start + length].to_vec())
                    .map_err(|error| error.to_string());
            }
        }
    }
}

/// Where the body begins and how long it is, once the head is complete.
fn head(buffer: &[u8]) -> Result<Option<(usize, usize)>, String> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&buffer[..end]).map_err(|error| error.to_string())?;
    if !text.starts_with("HTTP/1.1 200") {
        let body = String::from_utf8_lossy(&buffer[end + 4..]).into_owned();
        return Err(format!("{} {body}", text.lines().next().unwrap_or_default()));
    }
    let length = text
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")))
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or("an answer without a content length")?;
    Ok(Some((end + 4, length)))
}
