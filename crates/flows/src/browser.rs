//! A browser's part without a browser: it keeps cookies, follows redirects and fills in the forms of sign-in pages, until
//! the issuer sends it to the redirect URI.

use std::collections::BTreeMap;

use html5gum::{Token, Tokenizer};
use url::Url;
use zeroize::Zeroizing;

use crate::authorization::Trip;
use crate::exchange::{Got, Sent, StepState};
use crate::flow::Person;
use crate::run::{Ended, Runner};
use crate::trouble::Trouble;

/// Pages and redirects at most.
const MOST_PAGES: usize = 25;

/// A form of a page.
#[derive(Debug, Default, Clone)]
struct Form {
    action: Option<String>,
    post: bool,
    fields: Vec<Field>,
    buttons: Vec<Field>,
}

#[derive(Debug, Default, Clone)]
struct Field {
    name: String,
    value: String,
    kind: String,
}

/// What a page offers.
#[derive(Debug, Default)]
struct Page {
    title: String,
    forms: Vec<Form>,
    links: Vec<String>,
}

impl Page {
    fn read(html: &[u8]) -> Self {
        let mut page = Self::default();
        let mut form: Option<Form> = None;
        let mut in_title = false;
        for Ok(token) in Tokenizer::new(html) {
            match token {
                Token::StartTag(tag) => {
                    let attributes: BTreeMap<String, String> =
                        tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
                    let get = |name: &str| attributes.get(name).cloned();
                    let field = |kind: &str| Field {
                        name: get("name").unwrap_or_default(),
                        value: get("value").unwrap_or_default(),
                        kind: get("type").unwrap_or_else(|| kind.to_owned()),
                    };
                    match &tag.name[..] {
                        b"title" => in_title = true,
                        b"a" => page.links.extend(get("href")),
                        b"form" => {
                            let post =
                                get("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                            form = Some(Form { action: get("action"), post, ..Form::default() });
                        }
                        b"input" => {
                            if let Some(form) = &mut form {
                                let field = field("text");
                                let checked = attributes.contains_key("checked");
                                match field.kind.as_str() {
                                    "submit" => form.buttons.push(field),
                                    "checkbox" | "radio" if !checked => {}
                                    _ => form.fields.push(field),
                                }
                            }
                        }
                        b"button" => {
                            if let Some(form) = &mut form {
                                form.buttons.push(field("submit"));
                            }
                        }
                        _ => {}
                    }
                }
                Token::EndTag(tag) if &tag.name[..] == b"form" => page.forms.extend(form.take()),
                Token::EndTag(tag) if &tag.name[..] == b"title" => in_title = false,
                Token::String(string) if in_title => page.title.push_str(&text(&string)),
                _ => {}
            }
        }
        page.forms.extend(form);
        page
    }

    /// The way to say no: a button or a link of that meaning.
    fn denial(&self) -> Option<Denial<'_>> {
        let means_no = |text: &str| {
            let text = text.to_ascii_lowercase();
            ["cancel", "deny", "abort", "reject", "decline"].iter().any(|word| text.contains(word))
        };
        for form in &self.forms {
            if let Some(button) = form.buttons.iter().find(|button| means_no(&button.value)) {
                return Some(Denial::Button(form, button));
            }
        }
        self.links.iter().find(|link| means_no(link)).map(|link| Denial::Link(link))
    }
}

enum Denial<'a> {
    Button(&'a Form, &'a Field),
    Link(&'a str),
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Form {
    /// The form as it is sent: filled in for the person, with the button that was pressed.
    fn filled(&self, person: Option<&Person>, button: Option<&Field>) -> Vec<(String, Zeroizing<String>)> {
        let named = self.fields.iter().filter(|field| !field.name.is_empty());
        let mut pairs: Vec<(String, Zeroizing<String>)> = named
            .map(|field| {
                let value = match (field.kind.as_str(), person) {
                    ("password", Some(person)) => person.password.expose().to_owned(),
                    ("email" | "text", Some(person)) if field.value.is_empty() => person.email.clone(),
                    _ => field.value.clone(),
                };
                (field.name.clone(), Zeroizing::new(value))
            })
            .collect();
        pairs.extend(
            button
                .filter(|button| !button.name.is_empty())
                .map(|button| (button.name.clone(), Zeroizing::new(button.value.clone()))),
        );
        pairs
    }
}

/// Cookies by origin and name: what the issuer sets is shown to no provider.
#[derive(Default)]
struct Cookies(BTreeMap<(String, String), Zeroizing<String>>);

impl Cookies {
    fn keep(&mut self, at: &Url, got: &Got) {
        let origin = at.origin().ascii_serialization();
        for (_, line) in got.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let first = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = first.split_once('=') else { continue };
            let lower = line.to_ascii_lowercase();
            let key = (origin.clone(), name.trim().to_owned());
            if lower.contains("max-age=0") || lower.contains("expires=thu, 01 jan 1970") {
                self.0.remove(&key);
            } else {
                self.0.insert(key, Zeroizing::new(value.to_owned()));
            }
        }
    }

    fn line(&self, at: &Url) -> Option<Zeroizing<String>> {
        let origin = at.origin().ascii_serialization();
        let own = self.0.iter().filter(|((from, _), _)| *from == origin);
        let pairs: Vec<String> = own.map(|((_, name), value)| format!("{name}={}", value.as_str())).collect();
        (!pairs.is_empty()).then(|| Zeroizing::new(pairs.join("; ")))
    }
}

impl Runner {
    /// Goes from where a browser is sent to the redirect URI, and gives the address there.
    pub(crate) async fn sign_in(&self, step: u64, trip: &Trip<'_>) -> Result<Url, Ended> {
        let back = Url::parse(trip.redirect_uri).map_err(|error| Trouble::Other(error.to_string()))?;
        let issuer = trip.url.origin();
        let mut cookies = Cookies::default();
        let mut next = request("GET", trip.url.clone(), &[]);
        let mut posted = 0;
        for _ in 0..MOST_PAGES {
            next.headers.push(("accept".to_owned(), Zeroizing::new("text/html".to_owned())));
            // [Fetch] what a browser says of a form of the page itself
            next.headers.push(("sec-fetch-site".to_owned(), Zeroizing::new("same-origin".to_owned())));
            next.headers.extend(cookies.line(&next.url).map(|line| ("cookie".to_owned(), line)));
            let at_issuer = next.url.origin() == issuer;
            if trip.named && at_issuer {
                next.headers.push(self.wire.traceparent(step));
            }
            let got = self.wire.exchange(&next).await?;
            cookies.keep(&next.url, &got);
            let (method, url) = (next.method.clone(), next.url.clone());
            let host = if at_issuer { String::new() } else { url.origin().ascii_serialization() };
            self.recorder().change(step, |own| {
                own.notes.push(format!("{method} {host}{} → {}", url.path(), got.status));
            });
            if (300..400).contains(&got.status) {
                let location = got.header("location").and_then(|to| url.join(to).ok());
                let to = location.ok_or(Trouble::Missing("a redirect without a Location"))?;
                if is_return(&back, &to) {
                    return Ok(to);
                }
                next = request("GET", to, &[]);
                continue;
            }
            let page = Page::read(&got.body);
            if got.status >= 400 && (posted == 0 || page.forms.is_empty()) {
                self.recorder().change(step, |own| {
                    own.notes.push(page.title.clone());
                    own.answer = Some(got.clone());
                    own.state = StepState::Refused;
                });
                return Err(Ended::Refused);
            }
            posted += 1;
            next = answer(&page, &url, trip.person, trip.deny).ok_or(Trouble::NoForm { page: page.title })?;
            if posted > MOST_PAGES / 3 {
                return Err(
                    Trouble::Missing("the sign-in page comes again and again: check the person").into()
                );
            }
        }
        Err(Trouble::Missing("the pages do not end").into())
    }
}

/// The answer to a page.
fn answer(page: &Page, at: &Url, person: Option<&Person>, deny: bool) -> Option<Sent> {
    if deny {
        match page.denial()? {
            Denial::Link(link) => return Some(request("GET", at.join(link).ok()?, &[])),
            Denial::Button(form, button) => return send(form, at, &form.filled(None, Some(button))),
        }
    }
    let form = page.forms.iter().find(|form| form.post).or_else(|| page.forms.first())?;
    send(form, at, &form.filled(person, form.buttons.first()))
}

fn send(form: &Form, at: &Url, fields: &[(String, Zeroizing<String>)]) -> Option<Sent> {
    let to = match form.action.as_deref() {
        Some(action) if !action.is_empty() => at.join(action).ok()?,
        _ => at.clone(),
    };
    Some(request(if form.post { "POST" } else { "GET" }, to, fields))
}

fn request(method: &str, mut url: Url, fields: &[(String, Zeroizing<String>)]) -> Sent {
    let mut headers = Vec::new();
    let mut body = Zeroizing::new(Vec::new());
    if method == "POST" {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        let typed = "application/x-www-form-urlencoded".to_owned();
        headers.push(("content-type".to_owned(), Zeroizing::new(typed)));
        headers.push(("origin".to_owned(), Zeroizing::new(url.origin().ascii_serialization())));
        body = Zeroizing::new(form.finish().into_bytes());
    } else if !fields.is_empty() {
        url.query_pairs_mut().extend_pairs(fields.iter().map(|(name, value)| (name, value.as_str())));
    }
    Sent { method: method.to_owned(), url, headers, body }
}

/// Whether an address is the redirect URI: the same but for its query.
fn is_return(redirect_uri: &Url, to: &Url) -> bool {
    let bare = |url: &Url| {
        let mut url = url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url
    };
    bare(redirect_uri) == bare(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_a_page_are_read_with_their_fields_and_buttons() {
        let page = Page::read(
            br#"<title>Sign in &amp; go</title><form method=post action="/x?a=1&amp;b=2"><input type="hidden" name="t" value="1">
            <input name="email" type=email><input type=password name=password><input type=checkbox name=no>
            <button name="press" value="sign_in">Go</button><button name=press value=cancel>Cancel</button></form>"#,
        );
        assert_eq!(page.title, "Sign in & go");
        let form = &page.forms[0];
        assert_eq!(form.action.as_deref(), Some("/x?a=1&b=2"));
        let person =
            Person { email: "ada@example.org".into(), password: crate::flow::Secret::Text("pw".into()) };
        let filled: Vec<(String, String)> = form
            .filled(Some(&person), form.buttons.first())
            .into_iter()
            .map(|(name, value)| (name, value.to_string()))
            .collect();
        let expected = [("t", "1"), ("email", "ada@example.org"), ("password", "pw"), ("press", "sign_in")];
        assert_eq!(filled, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(matches!(page.denial(), Some(Denial::Button(_, button)) if button.value == "cancel"));
    }

    #[test]
    fn only_the_redirect_uri_itself_ends_the_way() {
        let back = Url::parse("http://127.0.0.1/callback").unwrap();
        for (to, ours) in [
            ("http://127.0.0.1/callback?code=1", true),
            ("http://127.0.0.1/callback/?code=1", false),
            ("http://127.0.0.1:8103/callback?code=1", false),
            ("https://127.0.0.1/callback?code=1", false),
        ] {
            assert_eq!(is_return(&back, &Url::parse(to).unwrap()), ours, "{to}");
        }
    }
}
