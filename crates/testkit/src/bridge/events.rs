//! `GET /__events`: what changed, as server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anteroom_admin::Subscription;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::Shared;

/// Events on their way to a page that reads slowly; behind that the engine's own backlog holds them.
const BACKLOG: usize = 64;
/// A word now and then tells a connection that is alive from one that is not.
const WORD: Duration = Duration::from_secs(5);

pub(super) async fn stream(State(shared): State<Shared>) -> Response {
    let (sender, receiver) = mpsc::channel(BACKLOG);
    tokio::spawn(pass_on(shared.admin.subscribe(), sender));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::new(Events(receiver))).into_response()
}

/// Ends when the page is gone or the engine is.
async fn pass_on(mut subscription: Subscription, page: mpsc::Sender<Bytes>) {
    // The first word opens the stream in the page.
    let mut text = String::from(": listening\n\n");
    loop {
        if page.send(Bytes::from(text)).await.is_err() {
            return;
        }
        text = match tokio::time::timeout(WORD, subscription.next()).await {
            Ok(None) => return,
            Ok(Some(changed)) => {
                let data = serde_json::to_string(&changed).expect("two texts always serialize");
                format!("event: changed\ndata: {data}\n\n")
            }
            Err(_) => String::from(": still here\n\n"),
        };
    }
}

struct Events(mpsc::Receiver<Bytes>);

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}
