//! A stream that gives up on a peer that keeps it waiting.
//!
//! Deadlines follow the phase of the connection. The timer is armed once and looks again when it fires, so that a busy
//! connection pays for no timer at each request.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Limits;
use super::connections::{Control, Phase};

/// The stream of a connection.
pub(super) struct Patient<T> {
    stream: T,
    control: Arc<Control>,
    limits: Limits,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<T> Patient<T> {
    pub(super) fn new(stream: T, control: Arc<Control>, limits: Limits) -> Self {
        Self { stream, control, limits, reading: None, writing: None }
    }

    /// When the peer must have sent something; `None` while its request is being answered.
    fn deadline(&self) -> Option<Instant> {
        let (phase, since) = self.control.phase();
        match phase {
            Phase::Silent => Some(since + self.limits.first_byte),
            Phase::Headers => Some(since + self.limits.headers),
            Phase::Idle => Some(since + self.limits.idle),
            Phase::Busy => None,
        }
    }

    /// Ready when the deadline has passed. While a request is being answered there is none, but the timer must be set all
    /// the same: nobody asks again when the answer is out.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = Instant::now();
            let deadline = self.deadline();
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(());
            }
            let wake = deadline.unwrap_or(now + self.limits.idle);
            let timer = self.reading.get_or_insert_with(|| Box::pin(sleep_until(wake)));
            // A timer that is set too early looks again when it fires.
            if timer.deadline() > wake || timer.is_elapsed() {
                timer.as_mut().reset(wake);
            }
            ready!(timer.as_mut().poll(context));
        }
    }

    /// `Pending` until the peer took too long to take what is written.
    fn still_writing<R>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        let limit = self.limits.write;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.control.received();
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                ready!(self.poll_deadline(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.still_writing(context),
            written => {
                self.writing = None;
                written
            }
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(context, parts) {
            Poll::Pending => self.still_writing(context),
            written => {
                self.writing = None;
                written
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
