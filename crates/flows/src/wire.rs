//! Requests on their way out: every one is recorded before it is sent, and its answer as it came.

use std::time::{Duration, Instant};

use url::Url;
use zeroize::Zeroizing;

use crate::exchange::{Got, Recorder, Sent, StepState};
use crate::trouble::Trouble;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most bytes of an answer.
const LIMIT: usize = 1024 * 1024;

/// The way to one issuer.
pub(crate) struct Wire {
    http: reqwest::Client,
    run_id: String,
    pub(crate) recorder: Recorder,
}

/// A body on its way out.
pub(crate) enum Body {
    Nothing,
    Form(Vec<(String, Zeroizing<String>)>),
    Json(Zeroizing<Vec<u8>>),
}

impl Wire {
    pub(crate) fn new(base: &Url, run_id: &str, recorder: Recorder) -> Result<Self, Trouble> {
        let loopback = match base.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("Anteroom/", env!("CARGO_PKG_VERSION")));
        let builder = if loopback { builder.no_proxy() } else { builder };
        let http = builder.build().map_err(|error| Trouble::Other(error.to_string()))?;
        Ok(Self { http, run_id: run_id.to_owned(), recorder })
    }

    /// A GET request.
    pub(crate) async fn get(
        &self,
        step: u64,
        url: &Url,
        headers: Vec<(String, Zeroizing<String>)>,
    ) -> Result<Got, Trouble> {
        self.request(step, "GET", url, headers, Body::Nothing).await
    }

    /// A request whose answer is recorded in a step.
    pub(crate) async fn request(
        &self,
        step: u64,
        method: &str,
        url: &Url,
        mut headers: Vec<(String, Zeroizing<String>)>,
        body: Body,
    ) -> Result<Got, Trouble> {
        let typed = |value: &str| ("content-type".to_owned(), Zeroizing::new(value.to_owned()));
        let body = match body {
            Body::Nothing => Zeroizing::new(Vec::new()),
            Body::Json(bytes) => {
                headers.push(typed("application/json"));
                bytes
            }
            Body::Form(fields) => {
                headers.push(typed("application/x-www-form-urlencoded"));
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                for (name, value) in &fields {
                    form.append_pair(name, value);
                }
                Zeroizing::new(form.finish().into_bytes())
            }
        };
        self.send(step, Sent { method: method.to_owned(), url: url.clone(), headers, body }).await
    }

    /// Sends what is there already, such as a request of the `oauth2` crate.
    pub(crate) async fn send(&self, step: u64, mut sent: Sent) -> Result<Got, Trouble> {
        if !sent.headers.iter().any(|(name, _)| name == "accept") {
            sent.headers.push(("accept".to_owned(), Zeroizing::new("application/json".to_owned())));
        }
        sent.headers.push(self.traceparent(step));
        self.recorder.learn_request(&sent);
        self.recorder.change(step, |own| own.request = Some(sent.clone()));
        let began = Instant::now();
        let got = self.exchange(&sent).await;
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match got {
            Ok(got) => {
                self.recorder.learn_answer(&got);
                self.recorder.change(step, |own| {
                    own.answer = Some(got.clone());
                    own.milliseconds = milliseconds;
                });
                Ok(got)
            }
            Err(trouble) => {
                self.recorder.change(step, |own| {
                    own.trouble = Some(trouble.clone());
                    own.state = StepState::Failed;
                    own.milliseconds = milliseconds;
                });
                Err(trouble)
            }
        }
    }

    /// [W3C Trace Context §3.2] the run, and the step in it.
    pub(crate) fn traceparent(&self, step: u64) -> (String, Zeroizing<String>) {
        let parent = format!("00-{}-{step:016x}-01", self.run_id);
        ("traceparent".to_owned(), Zeroizing::new(parent))
    }

    /// Sends a request without a record, for the many pages of a browser.
    pub(crate) async fn exchange(&self, sent: &Sent) -> Result<Got, Trouble> {
        let method = reqwest::Method::from_bytes(sent.method.as_bytes())
            .map_err(|error| Trouble::Other(error.to_string()))?;
        let trouble = |error: reqwest::Error| Trouble::of(&error, &sent.url, PATIENCE.as_secs());
        let mut request = self.http.request(method, sent.url.clone());
        for (name, value) in &sent.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        if sent.method != "GET" || !sent.body.is_empty() {
            request = request.body(sent.body.to_vec());
        }
        let mut reply = request.send().await.map_err(trouble)?;
        let status = reply.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = reply
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), Zeroizing::new(text(value))))
            .collect();
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = reply.chunk().await.map_err(trouble)? {
            if body.len() + chunk.len() > LIMIT {
                return Err(Trouble::TooLong { limit: LIMIT });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Got { status, headers, body })
    }

    /// The JSON of an answer, or what came in its place.
    pub(crate) fn json(&self, step: u64, got: &Got) -> Result<serde_json::Value, Trouble> {
        if let Some(json) = got.json() {
            return Ok(json);
        }
        let trouble = match got.header("location") {
            Some(to) if (300..400).contains(&got.status) => {
                // without its query: it may hold what is secret
                Trouble::Redirected { to: to.split(['?', '#']).next().unwrap_or_default().to_owned() }
            }
            _ => {
                Trouble::NotJson { content_type: got.header("content-type").unwrap_or("nothing").to_owned() }
            }
        };
        self.recorder.change(step, |own| {
            own.trouble = Some(trouble.clone());
            own.state = StepState::Failed;
        });
        Err(trouble)
    }
}
