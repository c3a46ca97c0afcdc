//! The two cookies of the hosted pages. `HttpOnly`, `SameSite=Lax`, for this host alone; `Secure` and `__Host-` where the
//! base is https [RFC6265].

use anteroom_engine::service::interactions::{Answer, Browser};
use anteroom_oauth::secret::{Cookie, Secret};
use axum::http::{HeaderMap, HeaderValue, header};

use crate::call::Call;

const BROWSER: &str = "anteroom-browser";
const SESSION: &str = "anteroom-session";
/// Characters of a cookie: 32 bytes in base64url.
const LENGTH: usize = 43;

fn is_https(call: &Call) -> bool {
    call.issuer().as_str().starts_with("https://")
}

fn name(call: &Call, name: &str) -> String {
    if is_https(call) { format!("__Host-{name}") } else { name.to_owned() }
}

/// The cookies of a request. One that comes twice, or does not have its form, is not there.
pub(crate) fn read(call: &Call) -> Browser {
    let headers = call.headers();
    Browser { cookie: find(headers, &name(call, BROWSER)), session: find(headers, &name(call, SESSION)) }
}

fn find(headers: &HeaderMap, name: &str) -> Option<Secret<Cookie>> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(own, _)| *own == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    let formed = value.len() == LENGTH
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (values.next().is_none() && formed).then(|| Secret::new(value.to_owned()))
}

fn line(call: &Call, cookie: &str, value: &str, age: Option<u32>) -> Option<HeaderValue> {
    let secure = if is_https(call) { "; Secure" } else { "" };
    let age = age.map_or_else(String::new, |age| format!("; Max-Age={age}"));
    let name = name(call, cookie);
    let mut line =
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")).ok()?;
    line.set_sensitive(true);
    Some(line)
}

/// Gives the browser its new cookies.
pub(crate) fn set(call: &Call, headers: &mut HeaderMap, answer: &Answer) {
    for (name, value) in [(BROWSER, &answer.new_browser), (SESSION, &answer.new_session)] {
        if let Some(line) = value.as_ref().and_then(|value| line(call, name, value.expose(), None)) {
            headers.append(header::SET_COOKIE, line);
        }
    }
}

/// Gives the browser the cookie that interactions are bound to.
pub(crate) fn set_browser(call: &Call, headers: &mut HeaderMap, new: Option<&Secret<Cookie>>) {
    if let Some(line) = new.and_then(|value| line(call, BROWSER, value.expose(), None)) {
        headers.append(header::SET_COOKIE, line);
    }
}

/// Takes the session cookie away.
pub(crate) fn forget_session(call: &Call, headers: &mut HeaderMap) {
    if let Some(line) = line(call, SESSION, "", Some(0)) {
        headers.append(header::SET_COOKIE, line);
    }
}
