//! Pages for people: the language they read, and how a page is answered.
//!
//! No script, nothing from elsewhere, one column from 320 pixels up. What requests and people wrote stands there as text: the
//! templates escape it [RFC6749 §10.14].

use anteroom_engine::model::pre_authorized_code::Language;
use anteroom_engine::timestamp::Timestamp;
use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::headers::{self, FormAction, HTML};
use crate::respond::response;

pub(crate) mod words;

use words::Words;

/// Whether the caller is a browser that wants a page.
pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.to_ascii_lowercase().contains("text/html")))
}

/// The words in the language the caller likes best among ours; English when it likes none.
pub(crate) fn words_for(headers: &HeaderMap) -> &'static Words {
    let accepted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best: Option<(&'static Words, u16)> = None;
    for range in accepted.split(',').take(20) {
        let (tag, quality) = weigh(range);
        let primary = tag.split('-').next().unwrap_or_default();
        let found = Words::ALL.into_iter().find(|words| words.lang.eq_ignore_ascii_case(primary));
        if let Some(words) = found.filter(|_| quality > 0)
            && best.is_none_or(|(_, other)| quality > other)
        {
            best = Some((words, quality));
        }
    }
    best.map_or(Words::ENGLISH, |(words, _)| words)
}

/// The words of a language that was chosen for the reader.
pub(crate) fn words_in(language: Option<Language>) -> Option<&'static Words> {
    let tag = language?.tag();
    Words::ALL.into_iter().find(|words| words.lang == tag)
}

/// A language range and its weight in thousandths [RFC9110 §12.4.2].
fn weigh(range: &str) -> (&str, u16) {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1_000, |text| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction: u16 =
            format!("{fraction:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        if whole == "1" { 1_000 } else { fraction }
    });
    (tag, quality)
}

/// Puts values into a sentence: `{name}` becomes the value of `name`.
pub(crate) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.extend(values.iter().filter(|(own, _)| *own == name).map(|(_, value)| *value));
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// `10:42 UTC`: the server does not know where the reader is.
pub(crate) fn clock_time(at: Timestamp) -> String {
    at.iso8601().get(11..16).map_or_else(String::new, |time| format!("{time} UTC"))
}

/// Renders a page.
pub(crate) fn answer(
    status: StatusCode,
    words: &Words,
    form_action: &FormAction,
    template: &impl Template,
) -> Response {
    let mut response = match template.render() {
        Ok(html) => response(status, HTML, html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            response(StatusCode::INTERNAL_SERVER_ERROR, headers::TEXT, "This page could not be shown.\n")
        }
    };
    let headers = response.headers_mut();
    headers::page(headers, form_action);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(words.lang));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    words: &'a Words,
    title: &'a str,
    text: &'a str,
}

/// A page that says one thing, and has no form.
pub(crate) fn message(status: StatusCode, words: &Words, title: &str, text: &str) -> Response {
    answer(status, words, &FormAction::None, &MessagePage { words, title, text })
}

/// 404 for people.
pub(crate) fn not_found(headers: &HeaderMap) -> Response {
    let words = words_for(headers);
    let (title, text) = words.no_page;
    message(StatusCode::NOT_FOUND, words, title, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_highest_weight_wins() {
        for (accepted, lang) in [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("fr, es;q=0.5, de;q=0.4", "es"),
            ("en;q=0.1, es-MX;q=0.2", "es"),
            ("de;q=0, es", "es"),
            ("de;q=0", "en"),
            ("fr", "en"),
            ("*", "en"),
            ("DE", "de"),
            (";;;,,q=,de;q=x", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accepted).unwrap());
            assert_eq!(words_for(&headers).lang, lang, "{accepted:?}");
        }
    }

    #[test]
    fn values_stand_where_their_names_stood_and_are_not_filled_again() {
        assert_eq!(fill("{a} and {b}, {a}", &[("a", "1"), ("b", "{a}")]), "1 and {a}, 1");
        assert_eq!(fill("nothing {else}", &[("a", "1")]), "nothing ");
        assert_eq!(fill("open {a", &[("a", "1")]), "open 1");
    }

    #[test]
    fn the_time_of_day_names_its_zone() {
        assert_eq!(clock_time(Timestamp::from_seconds(1_778_962_500)), "20:15 UTC");
    }
}
