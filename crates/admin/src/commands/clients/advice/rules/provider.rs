//! Rules about a client's identity provider.

use anteroom_oauth::GrantType;
use serde_json::json;

use super::super::Severity::{Error, Warning};
use super::super::{Facts, Found, Rule};
use super::{each, is_plain_and_far, lists, provider, when};

fn provider_urls<'a>(facts: &'a Facts<'_>) -> Vec<&'a String> {
    let urls = provider(facts)
        .map(|one| [Some(&one.user_info_url), one.authorize_url.as_ref(), one.token_url.as_ref()]);
    urls.into_iter().flatten().flatten().collect()
}

fn signs_in_there(facts: &Facts<'_>) -> bool {
    provider(facts).is_some_and(|one| one.authorize_url.is_some() && one.token_url.is_some())
}

fn half_a_sign_in(facts: &Facts<'_>) -> Found {
    let Some(one) = provider(facts) else { return Vec::new() };
    match (&one.authorize_url, &one.token_url) {
        (Some(_), None) => vec![vec!["token URL".to_owned()]],
        (None, Some(_)) => vec![vec!["authorize URL".to_owned()]],
        _ => Vec::new(),
    }
}

/// Shown on the Identity provider tab.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "provider_without_userinfo",
        severity: Error,
        tab: "identity-provider",
        sentence: "The identity provider has no userinfo URL, so nobody can be recognised.",
        fix: "Enter the userinfo URL.",
        values: &[],
        finds: |facts| when(provider(facts).is_some_and(|one| one.user_info_url.is_empty())),
        mend: None,
    },
    Rule {
        name: "exchange_without_provider",
        severity: Error,
        tab: "identity-provider",
        sentence: "Token exchange is allowed, and no identity provider says whose tokens are taken.",
        fix: "Enter the provider's userinfo URL, or take the grant off the list.",
        values: &[],
        finds: |facts| when(provider(facts).is_none() && lists(facts, GrantType::TokenExchange)),
        mend: None,
    },
    Rule {
        name: "provider_half",
        severity: Error,
        tab: "identity-provider",
        sentence: "Sign-in through the provider cannot work: the {0} is missing.",
        fix: "Enter both the authorize URL and the token URL, or neither.",
        values: &["what is missing"],
        finds: half_a_sign_in,
        mend: None,
    },
    Rule {
        name: "provider_without_client_id",
        severity: Error,
        tab: "identity-provider",
        sentence: "Sign-in through the provider cannot work without our client ID there.",
        fix: "Enter the client ID the provider gave you.",
        values: &[],
        finds: |facts| {
            when(signs_in_there(facts) && provider(facts).is_some_and(|one| one.client_id.is_none()))
        },
        mend: None,
    },
    Rule {
        name: "provider_without_secret",
        severity: Warning,
        tab: "identity-provider",
        sentence: "Our secret at the provider is not stored; most providers refuse to give tokens without it.",
        fix: "Enter the secret the provider gave you.",
        values: &[],
        finds: |facts| {
            when(signs_in_there(facts) && provider(facts).is_some_and(|one| !one.has_client_secret))
        },
        mend: None,
    },
    Rule {
        name: "provider_http",
        severity: Warning,
        tab: "identity-provider",
        sentence: "{0} is plain http: whoever is on the way can read the provider's tokens.",
        fix: "Use https.",
        values: &["the URL"],
        finds: |facts| each(provider_urls(facts).into_iter().filter(|url| is_plain_and_far(url)).cloned()),
        mend: None,
    },
    Rule {
        name: "provider_email_unverified",
        severity: Warning,
        tab: "identity-provider",
        sentence: "The identity provider need not have verified the e-mail address people are matched by.",
        fix: "Require a verified e-mail address, or match by subject.",
        values: &[],
        finds: |facts| {
            when(provider(facts).is_some_and(|one| !one.use_subject && !one.require_verified_email))
        },
        mend: Some(|_| ("identityProvider", json!({ "requireVerifiedEmail": true }))),
    },
];
