//! Leaving a page of ours for the client after a form: a hosted page, or the landing page of a magic link.
//!
//! Chromium holds every redirect that follows a form post against the page's `form-action`, also those of the client's own
//! address; a client whose `redirect_uri` sends the browser on to another origin, as a broker's does, would never be reached.
//! So a browser gets a page of its own between the form and the client: nothing stands on it, and its `Refresh` header leads
//! on at once. That is a navigation of its own, and `form-action` stays as narrow as it is. The address, and the code in it,
//! stands in this one header as it would in `Location`, in no body and in no address of ours; the form leaves no entry in
//! the history. Programs, which follow `Location`, get a 303, and so does whoever goes on to an app's own scheme: a browser
//! opens an app more readily straight after a press.

use anteroom_engine::service::interactions::{Answer, Next};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

use crate::call::Call;
use crate::interaction::pages;
use crate::page::words::Words;
use crate::{authorize, cookies};

/// Sends the browser on after a form of an interaction.
pub(crate) fn after_form(call: &Call, words: &Words, answer: &Answer) -> Response {
    let page = match &answer.next {
        Next::Leave(address) => page(call.headers(), words, address),
        Next::Page(_) => None,
    };
    let Some(mut page) = page else { return authorize::go(call, answer) };
    cookies::set(call, page.headers_mut(), answer);
    page
}

/// The page that leads on to `address`, for browsers on their way to a web page.
pub(crate) fn page(headers: &HeaderMap, words: &Words, address: &str) -> Option<Response> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    if !web || !is_navigation(headers) {
        return None;
    }
    let mut refresh = HeaderValue::try_from(format!("0; url={address}")).ok()?;
    refresh.set_sensitive(true);
    let mut response = pages::leaving(words, address);
    response.headers_mut().insert(header::REFRESH, refresh);
    Some(response)
}

/// Whether a browser says that it shows the answer as a page: the Fetch Metadata headers, which programs do not send.
fn is_navigation(headers: &HeaderMap) -> bool {
    const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");
    headers.get(DESTINATION).is_some_and(|destination| destination == "document")
}
