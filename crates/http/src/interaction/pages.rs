//! The hosted pages themselves.

use anteroom_engine::endpoint::authorization::Explanation;
use anteroom_engine::endpoint::interaction::{Profile, View, ViewForm};
use anteroom_engine::endpoint::logout::Request as LogoutRequest;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Stop;
use anteroom_magic_link::QrPicture;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::words::Say;
use crate::call::Call;
use crate::headers::{FormAction, source_of};
use crate::landing;
use crate::page::words::Words;
use crate::page::{self, fill};

/// Most characters of a name that is shown.
const NAME: usize = 100;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    goes_to: &'a str,
    form_token: &'a str,
    email: &'a str,
    error: Option<&'a str>,
    /// Address of the client's provider, and what its link says.
    provider: Option<(&'a str, String)>,
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    form_token: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "enroll.html")]
struct EnrollPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    form_token: &'a str,
    /// Our own SVG: it contains no text.
    picture: Option<&'a str>,
    secret: String,
    error: Option<&'a str>,
}

struct ProfileButton<'a> {
    id: String,
    display: String,
    kind: &'a str,
}

#[derive(Template)]
#[template(path = "choose_profile.html")]
struct ChooseProfilePage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    goes_to: &'a str,
    form_token: &'a str,
    profiles: Vec<ProfileButton<'a>>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    asks: &'a str,
    goes_to: &'a str,
    form_token: &'a str,
    scopes: Vec<String>,
}

/// Text of others as it may be shown: without controls and without characters that turn the direction of writing.
fn clean(text: &str) -> String {
    let shown = |character: &char| {
        !character.is_control()
            && !matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(shown).take(NAME).collect()
}

/// The host, or the scheme of an app, that an address leads to.
fn target(redirect_uri: &str) -> String {
    match redirect_uri.split_once("://") {
        Some(("http" | "https", rest)) => rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned(),
        _ => redirect_uri.split(['/', '?']).next().unwrap_or_default().to_owned(),
    }
}

/// The words: in the language the client asked for, else in the browser's.
fn words_of(words: &'static Words, view: &View) -> &'static Words {
    let asked = view.ui_locales.iter().flat_map(|locales| locales.split(' ')).find_map(|tag| {
        let primary = tag.split('-').next()?;
        Words::ALL.into_iter().find(|own| own.lang.eq_ignore_ascii_case(primary))
    });
    asked.unwrap_or(words)
}

/// 200, 429 while too much was tried, 400 for anything else that was wrong.
const fn status_of(wrong: Option<Refusal>) -> StatusCode {
    match wrong {
        None => StatusCode::OK,
        Some(
            Refusal::TooManySignIns | Refusal::TooManySecondFactorCodes | Refusal::TooManyExternalSignIns,
        ) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::BAD_REQUEST,
    }
}

fn button(say: &Say, profile: &Profile) -> ProfileButton<'static> {
    ProfileButton {
        id: profile.id.to_string(),
        display: clean(&profile.display),
        kind: say.kind(profile.resource_type),
    }
}

/// The page of an interaction.
pub(crate) fn view(words: &'static Words, view: &View, email: &str, wrong: Option<Refusal>) -> Response {
    let words = words_of(words, view);
    let say = Say::of(words);
    let client = clean(&view.client_name);
    let person = view.person.as_deref().map(clean).unwrap_or_default();
    let target = target(&view.redirect_uri);
    let values = [("client", client.as_str()), ("target", target.as_str()), ("person", person.as_str())];
    let goes_to = fill(say.goes_to, &values);
    let form_action = source_of(&view.redirect_uri).map_or(FormAction::Own, FormAction::OnTo);
    let status = status_of(wrong);
    let form_token = view.form_token.as_str();
    let error = wrong.map(|refusal| say.wrong(refusal));
    match &view.form {
        ViewForm::SignIn(offer) => {
            let title = fill(say.sign_in_to, &values);
            let email = if email.is_empty() { view.login_hint.as_deref().unwrap_or_default() } else { email };
            let provider = offer.as_ref().map(|offer| {
                let host = clean(&offer.host);
                (offer.address.as_str(), fill(say.sign_in_at, &[("provider", host.as_str())]))
            });
            let (title, goes_to) = (title.as_str(), goes_to.as_str());
            let page = SignInPage { words, say, title, goes_to, form_token, email, error, provider };
            page::answer(status, words, &form_action, &page)
        }
        ViewForm::SecondFactor => {
            let title = say.second_factor_title;
            let page = SecondFactorPage { words, say, title, form_token, error };
            page::answer(status, words, &form_action, &page)
        }
        ViewForm::Enroll(uri) => {
            let picture = QrPicture::of_text(uri.expose()).ok().map(|picture| picture.svg());
            let (title, picture) = (say.enroll_title, picture.as_deref());
            let secret = secret_of(uri.expose());
            let page = EnrollPage { words, say, title, form_token, picture, secret, error };
            page::answer(status, words, &form_action, &page)
        }
        ViewForm::ChooseProfile(profiles) => {
            let profiles = profiles.iter().map(|profile| button(say, profile)).collect();
            let title = say.choose;
            let page = ChooseProfilePage { words, say, title, goes_to: &goes_to, form_token, profiles };
            page::answer(status, words, &form_action, &page)
        }
        ViewForm::Consent(scopes) => {
            let title = fill(say.consent_title, &values);
            let asks = fill(say.asks, &values);
            let scopes = scopes.iter().map(|scope| say.scope(scope)).collect();
            let page =
                ConsentPage { words, say, title: &title, asks: &asks, goes_to: &goes_to, form_token, scopes };
            page::answer(status, words, &form_action, &page)
        }
    }
}

/// The secret in an `otpauth://` address, in groups of four to type it.
fn secret_of(uri: &str) -> String {
    let (_, query) = uri.split_once('?').unwrap_or_default();
    let secret = query.split('&').find_map(|pair| pair.strip_prefix("secret=")).unwrap_or_default();
    let characters: Vec<char> = secret.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The page has ended, or is another browser's.
pub(crate) fn ended(words: &Words) -> Response {
    page::message(StatusCode::FORBIDDEN, words, Say::of(words).ended.0, Say::of(words).ended.1)
}

/// On the way to the client.
pub(crate) fn leaving(words: &Words, address: &str) -> Response {
    let (title, text) = Say::of(words).leaving;
    let target = target(address);
    page::message(StatusCode::OK, words, title, &fill(text, &[("target", target.as_str())]))
}

/// Signed out.
pub(crate) fn signed_out(words: &Words) -> Response {
    page::message(StatusCode::OK, words, Say::of(words).signed_out.0, Say::of(words).signed_out.1)
}

#[derive(Template)]
#[template(path = "sign_out.html")]
struct SignOutPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    form_token: &'a str,
    fields: Vec<(&'static str, &'a str)>,
}

/// Asks whether to sign out. What the client sent goes along and is checked again.
pub(crate) fn sign_out(
    words: &Words,
    form_token: &str,
    request: &LogoutRequest,
    form_action: &FormAction,
) -> Response {
    let say = Say::of(words);
    let fields = [
        ("client_id", &request.client_id),
        ("id_token_hint", &request.id_token_hint),
        ("post_logout_redirect_uri", &request.post_logout_redirect_uri),
        ("state", &request.state),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
    let page = SignOutPage { words, say, title: say.sign_out_title, form_token, fields };
    page::answer(StatusCode::OK, words, form_action, &page)
}

/// A page that says one thing.
pub(crate) fn message(status: StatusCode, words: &Words, (title, text): (&str, &str)) -> Response {
    page::message(status, words, title, text)
}

/// Our own failure.
pub(crate) fn failed(call: &Call, words: &Words, stop: Stop) -> Response {
    landing::failed(call, words, stop)
}

/// A text cut into what two texts share at both ends and what differs between.
#[derive(Debug, PartialEq, Eq)]
struct Marked {
    before: String,
    other: String,
    after: String,
}

/// Marks where `text` differs from `other`. Nothing between the shared ends shows as a dot.
fn marked(text: &str, other: &str) -> Marked {
    let (a, b): (Vec<char>, Vec<char>) = (text.chars().collect(), other.chars().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let most = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count().min(most);
    let between: String = a[start..a.len() - end].iter().collect();
    Marked {
        before: a[..start].iter().collect(),
        other: if between.is_empty() && text != other { "·".to_owned() } else { between },
        after: a[a.len() - end..].iter().collect(),
    }
}

#[derive(Template)]
#[template(path = "authorize_error.html")]
struct AuthorizeErrorPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    text: &'a str,
    sent: Option<Marked>,
    registered: Vec<Marked>,
    advice: &'a str,
}

/// What is wrong with an authorization request: what was sent, what is registered, and where they differ.
pub(crate) fn authorize_error(
    words: &Words,
    refusal: Refusal,
    explanation: Option<&Explanation>,
) -> Response {
    let say = Say::of(words);
    let mut page = AuthorizeErrorPage {
        words,
        say,
        title: say.bad_request,
        text: refusal.row().rfc_description(),
        sent: None,
        registered: Vec::new(),
        advice: refusal.row().advice,
    };
    if let (Refusal::UnregisteredRedirectUri, Some(explanation)) = (refusal, explanation)
        && let Some(sent) = explanation.sent.as_deref().map(clean)
    {
        let shared = |uri: &&String| {
            let marked = marked(uri, &sent);
            marked.before.len() + marked.after.len()
        };
        let nearest = explanation.registered.iter().max_by_key(shared);
        page.registered = explanation.registered.iter().map(|uri| marked(uri, &sent)).collect();
        page.sent = Some(marked(&sent, nearest.map(String::as_str).unwrap_or_default()));
    }
    page::answer(StatusCode::BAD_REQUEST, words, &FormAction::None, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_that_differ_are_marked() {
        let cut = |text, other| {
            let Marked { before, other, after } = marked(text, other);
            (before, other, after)
        };
        let all = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(cut("https://c.test/CB", "https://c.test/cb"), all("https://c.test/", "CB", ""));
        assert_eq!(cut("https://c.test/cb/", "https://c.test/cb"), all("https://c.test/cb", "/", ""));
        assert_eq!(cut("https://c.test/cb", "https://c.test/cb/"), all("https://c.test/cb", "·", ""));
        assert_eq!(cut("http://c.test/cb", "https://c.test/cb"), all("http", "·", "://c.test/cb"));
        assert_eq!(cut("aa", "a"), all("a", "a", ""));
        assert_eq!(cut("", "x"), all("", "·", ""));
    }

    #[test]
    fn ar_41_names_lose_what_turns_the_direction_of_writing() {
        assert_eq!(clean("Portal\u{202e}lairotut\u{2066}\u{0}\n"), "Portallairotut");
        assert_eq!(clean("<b>"), "<b>", "escaping is the template's");
        assert_eq!(clean(&"x".repeat(500)).len(), NAME);
    }

    #[test]
    fn a_secret_is_shown_in_groups_of_four() {
        assert_eq!(secret_of("otpauth://totp/a:b?secret=ABCDEFGHIJ&issuer=a"), "ABCD EFGH IJ");
        assert_eq!(secret_of("otpauth://totp/a:b"), "");
    }

    #[test]
    fn the_target_is_a_host_or_a_scheme() {
        for (uri, shown) in [
            ("https://portal.example.org/cb?x", "portal.example.org"),
            ("http://127.0.0.1:5173/cb", "127.0.0.1:5173"),
            ("com.example.app:/cb", "com.example.app:"),
            ("com.example.app://cb", "com.example.app:"),
        ] {
            assert_eq!(target(uri), shown);
        }
    }
}
