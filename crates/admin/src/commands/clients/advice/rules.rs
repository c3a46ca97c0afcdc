//! The rules themselves, one table per part of a client.

mod provider;
mod secrets;
mod settings;
mod tokens;
mod usage;

use anteroom_oauth::{GrantType, redirect_uri};
use url::Url;

use super::{Facts, Found, Rule};
use crate::commands::clients::IdentityProvider;

/// Every rule, in tables; those that find nothing wrong come last.
pub const RULES: [&[Rule]; 5] =
    [secrets::RULES, settings::RULES, provider::RULES, tokens::RULES, usage::RULES];

const DAY: i64 = 86_400;

fn when(holds: bool) -> Found {
    if holds { vec![Vec::new()] } else { Vec::new() }
}

fn each(values: impl IntoIterator<Item = String>) -> Found {
    values.into_iter().map(|value| vec![value]).collect()
}

/// Whether the client's list of grants names this one.
fn lists(facts: &Facts<'_>, grant: GrantType) -> bool {
    facts.client.settings.grant_types.as_ref().is_some_and(|grants| grants.contains(&grant))
}

fn uris<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a String> {
    facts.view.redirect_uris.iter()
}

fn provider<'a>(facts: &'a Facts<'_>) -> Option<&'a IdentityProvider> {
    facts.view.identity_provider.as_ref()
}

fn host(uri: &str) -> Option<String> {
    Url::parse(uri)
        .ok()
        .filter(|url| url.scheme() == "https")
        .and_then(|url| url.host_str().map(str::to_owned))
}

/// Plain http to another machine: what is said could be read or altered on the way.
fn is_plain_and_far(url: &str) -> bool {
    url.starts_with("http://") && !redirect_uri::is_loopback(url)
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
