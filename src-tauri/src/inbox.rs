//! Links on their way to the page: they wait here until the page listens.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tauri::{AppHandle, Emitter, EventTarget, Manager, Runtime};
use tokio::sync::watch;

use crate::{
    deep_link::{DeepLink, Refusal},
    window,
};

/// The event that brings a link to the page.
const EVENT: &str = "deep-link";

/// More than a person can cause; beyond it somebody is flooding, and the oldest goes.
const MOST_WAITING: usize = 8;

/// The links that arrived before the page listened: after a cold start, or while the page reloads.
#[derive(Default)]
pub(crate) struct Inbox {
    links: Mutex<Links>,
    /// How often `anteroom://open` came.
    opened: watch::Sender<u64>,
}

#[derive(Default)]
struct Links {
    page_listens: bool,
    waiting: VecDeque<DeepLink>,
}

impl Inbox {
    /// Tells of each `anteroom://open` from now on.
    pub(crate) fn opened(&self) -> watch::Receiver<u64> {
        self.opened.subscribe()
    }

    fn links(&self) -> MutexGuard<'_, Links> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the link for the page if it listens; keeps it otherwise.
    fn accept(&self, link: DeepLink) -> Option<DeepLink> {
        let mut links = self.links();
        if links.page_listens {
            return Some(link);
        }
        if links.waiting.len() == MOST_WAITING {
            links.waiting.pop_front();
        }
        links.waiting.push_back(link);
        None
    }

    /// The page listens from now on; what waited for it goes out, oldest first.
    fn open(&self) -> VecDeque<DeepLink> {
        let mut links = self.links();
        links.page_listens = true;
        std::mem::take(&mut links.waiting)
    }

    /// The page is gone or loads anew.
    pub(crate) fn close(&self) {
        self.links().page_listens = false;
    }
}

/// Reads the command line of a start, brings the window to the front and passes the link on.
///
/// Links come only this way: from our own start, and from a second start that hands its command line over and ends.
pub(crate) fn receive<R: Runtime>(app: &AppHandle<R>, arguments: &[String]) {
    window::focus(app);
    match DeepLink::from_command_line(arguments) {
        Ok(Some(link)) => deliver(app, link),
        Ok(None) => {}
        Err(refusal) => dropped(refusal),
    }
}

/// Passes a link to the page, now or when it listens.
pub(crate) fn deliver<R: Runtime>(app: &AppHandle<R>, link: DeepLink) {
    tracing::info!(link = ?link, "deep link received");
    let inbox = app.state::<Inbox>();
    if link == DeepLink::Open {
        inbox.opened.send_modify(|count| *count += 1);
    }
    if let Some(link) = inbox.accept(link) {
        emit(app, &link);
    }
}

/// The page said `ready`: its listeners are in place.
pub(crate) fn page_is_ready<R: Runtime>(app: &AppHandle<R>) {
    for link in app.state::<Inbox>().open() {
        emit(app, &link);
    }
}

/// Says that a link was dropped and why, without a word of what it held.
pub(crate) fn dropped(refusal: Refusal) {
    tracing::warn!(reason = %refusal, "deep link dropped");
}

/// To the main window only; no other window, if there ever is one, hears of it.
fn emit<R: Runtime>(app: &AppHandle<R>, link: &DeepLink) {
    if let Err(error) = app.emit_to(EventTarget::webview_window(window::LABEL), EVENT, link) {
        tracing::error!(%error, "deep link could not be passed to the window");
    }
}

#[cfg(test)]
mod tests {
    use super::{DeepLink, Inbox, MOST_WAITING};

    #[test]
    fn links_wait_until_the_page_listens_and_again_after_a_reload() {
        let inbox = Inbox::default();
        assert_eq!(inbox.accept(DeepLink::Open), None);
        assert_eq!(inbox.open().len(), 1);
        assert_eq!(inbox.accept(DeepLink::Open), Some(DeepLink::Open));
        inbox.close();
        assert_eq!(inbox.accept(DeepLink::Open), None);
        assert_eq!(inbox.open().len(), 1);
        assert!(inbox.open().is_empty(), "each link goes out once");
    }

    #[test]
    fn a_flood_keeps_the_newest() {
        let inbox = Inbox::default();
        let numbered =
            |n: usize| DeepLink::parse(&format!("anteroom://oauth/callback?state={n}&code=c")).unwrap();
        for n in 0..MOST_WAITING + 3 {
            inbox.accept(numbered(n));
        }
        let kept = inbox.open();
        assert_eq!(kept.len(), MOST_WAITING);
        assert_eq!(kept.back(), Some(&numbered(MOST_WAITING + 2)));
    }
}
