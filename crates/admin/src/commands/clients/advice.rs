//! What the engine remarks about a client: data, no sentences. The catalogue of the screens has a sentence for every
//! rule under `advice.<rule>`, in which `{0}` and `{1}` stand for its values.

use std::fmt::Display;

use anteroom_engine::model;
use anteroom_oauth::GrantType;

use super::{Advice, Client, ClientStatus, ClientType};

/// Every rule, with what its values are.
pub const RULES: &[(&str, &[&str])] = &[
    ("switched_off", &[]),
    ("confidential_without_secret", &[]),
    ("no_redirect_uri", &[]),
    ("loopback_name", &["the redirect URI"]),
    ("provider_without_userinfo", &[]),
    ("provider_http", &["the URL"]),
    ("provider_email_unverified", &[]),
    ("public_admin", &[]),
    ("pkce_optional", &[]),
    ("secret_old", &["its age in days"]),
    ("retiring_secret_used", &["Unix seconds of its last use"]),
    ("retiring_secret_idle", &["days since it was used, or made"]),
    ("never_used", &["Unix seconds of the client's making"]),
    ("ok", &["Unix seconds of the client's last use"]),
];

const DAY: i64 = 86_400;
/// A secret older than this many days should be replaced.
const SECRET_DAYS: i64 = 180;
/// A retiring secret that was used in this many days is still needed by somebody.
const RETIRING_DAYS: i64 = 7;
/// A client that nobody used for this many days after it was made is perhaps not needed.
const UNUSED_DAYS: i64 = 30;

struct Remarks(Vec<Advice>);

impl Remarks {
    fn add(&mut self, holds: bool, severity: &str, rule: &str, values: &[&dyn Display]) {
        if holds {
            self.0.push(Advice {
                severity: severity.to_owned(),
                rule: rule.to_owned(),
                values: values.iter().map(ToString::to_string).collect(),
            });
        }
    }
}

/// All remarks, what keeps the client from working first; `ok` or `never_used` when there is nothing to remark.
pub(super) fn about(view: &Client, client: &model::Client, now: i64) -> Vec<Advice> {
    let mut remarks = Remarks(Vec::new());
    let confidential = view.client_type == ClientType::Confidential;
    remarks.add(view.status == ClientStatus::Off, "error", "switched_off", &[]);
    remarks.add(confidential && view.secrets.is_empty(), "error", "confidential_without_secret", &[]);
    redirects(&mut remarks, view, client);
    provider(&mut remarks, view);
    remarks.add(view.admin && view.client_type == ClientType::Public, "warning", "public_admin", &[]);
    remarks.add(view.pkce_optional, "warning", "pkce_optional", &[]);
    secrets(&mut remarks, view, now);
    let quiet = remarks.0.is_empty();
    match view.last_used_at {
        Some(used) => remarks.add(quiet, "ok", "ok", &[&used]),
        None if now - view.created_at >= UNUSED_DAYS * DAY => {
            remarks.add(true, "warning", "never_used", &[&view.created_at]);
        }
        None => remarks.add(quiet, "ok", "never_used", &[&view.created_at]),
    }
    remarks.0.sort_by_key(|remark| remark.severity != "error");
    remarks.0
}

/// Signing in through the browser needs somewhere to go back to. Whoever lists the grant means it; whoever allows
/// all grants may not.
fn redirects(remarks: &mut Remarks, view: &Client, client: &model::Client) {
    let uris = &view.redirect_uris;
    let none = uris.is_empty() && client.allows(GrantType::AuthorizationCode);
    let severity = if view.grant_types.is_empty() { "warning" } else { "error" };
    remarks.add(none, severity, "no_redirect_uri", &[]);
    for uri in uris {
        let after = uri.strip_prefix("http://localhost");
        // RFC 8252 §8.3: the name may lead elsewhere, and its port is not free
        let named = after.is_some_and(|rest| rest.starts_with([':', '/']) || rest.is_empty());
        remarks.add(named, "warning", "loopback_name", &[uri]);
    }
}

fn provider(remarks: &mut Remarks, view: &Client) {
    let Some(provider) = &view.identity_provider else { return };
    remarks.add(provider.user_info_url.is_empty(), "error", "provider_without_userinfo", &[]);
    let urls = [Some(&provider.user_info_url), provider.authorize_url.as_ref(), provider.token_url.as_ref()];
    for url in urls.into_iter().flatten() {
        remarks.add(is_plain_and_far(url), "warning", "provider_http", &[url]);
    }
    let unverified = !provider.use_subject && !provider.require_verified_email;
    remarks.add(unverified, "warning", "provider_email_unverified", &[]);
}

/// Plain http to another machine: what a provider says could be altered on the way.
fn is_plain_and_far(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    !["127.0.0.1", "[::1]", "localhost"].iter().any(|near| {
        rest.strip_prefix(near).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?', '#']))
    })
}

fn secrets(remarks: &mut Remarks, view: &Client, now: i64) {
    for secret in &view.secrets {
        let age = (now - secret.created_at) / DAY;
        if !secret.retiring {
            remarks.add(age >= SECRET_DAYS, "warning", "secret_old", &[&age]);
            continue;
        }
        let used_lately = secret.last_used_at.filter(|used| now - used < RETIRING_DAYS * DAY);
        if let Some(used) = used_lately {
            remarks.add(true, "warning", "retiring_secret_used", &[&used]);
        } else {
            let idle = (now - secret.last_used_at.unwrap_or(secret.created_at)) / DAY;
            remarks.add(true, "warning", "retiring_secret_idle", &[&idle]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain_and_far;

    #[test]
    fn only_plain_http_to_another_machine_is_far() {
        for (url, far) in [
            ("https://idp.example.org/userinfo", false),
            ("http://127.0.0.1:9099/userinfo", false),
            ("http://localhost/userinfo", false),
            ("http://[::1]:9099/", false),
            ("http://idp.example.org/userinfo", true),
            ("http://localhost.example.org/userinfo", true),
            ("http://127.0.0.10/userinfo", true),
        ] {
            assert_eq!(is_plain_and_far(url), far, "{url}");
        }
    }
}
