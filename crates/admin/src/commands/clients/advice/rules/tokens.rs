//! Rules about grants and tokens.

use anteroom_oauth::GrantType;
use serde_json::{Value, json};

use super::super::Severity::{Error, Warning};
use super::super::{Facts, Rule};
use super::{each, is_plain_and_far, lists, provider, when};
use crate::commands::clients::ClientType;

/// Access tokens that live longer than this many seconds outlive what they were given for.
const LONG_ACCESS: u32 = 86_400;
/// Refresh tokens of public clients that live longer than this many seconds.
const LONG_REFRESH: u32 = 90 * 86_400;
/// Refresh tokens come with these grants.
const GIVES_REFRESH: [GrantType; 3] =
    [GrantType::AuthorizationCode, GrantType::PreAuthorizedCode, GrantType::TokenExchange];

fn with_scope_openid(facts: &Facts<'_>) -> (&'static str, Value) {
    let mut scope = vec!["openid".to_owned()];
    scope.extend(facts.view.default_scope.iter().cloned());
    ("defaultScope", json!(scope))
}

fn with_code_grant(facts: &Facts<'_>) -> (&'static str, Value) {
    let mut grants = vec![GrantType::AuthorizationCode.as_str().to_owned()];
    grants.extend(facts.view.grant_types.iter().cloned());
    ("grantTypes", json!(grants))
}

/// Shown on the Grant types and Tokens tabs.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "provider_unused",
        severity: Warning,
        tab: "grant-types",
        sentence: "An identity provider is set, and no grant that would ask it is allowed.",
        fix: "Allow token exchange or authorization code.",
        values: &[],
        finds: |facts| {
            let asks = [GrantType::TokenExchange, GrantType::AuthorizationCode];
            when(provider(facts).is_some() && !asks.iter().any(|grant| facts.client.allows(*grant)))
        },
        mend: Some(with_code_grant),
    },
    Rule {
        name: "pkce_optional",
        severity: Warning,
        tab: "grant-types",
        sentence: "Codes may be redeemed without PKCE: whoever catches one can use it.",
        fix: "Require PKCE.",
        values: &[],
        // [RFC9700 §2.1.1]
        finds: |facts| when(facts.view.pkce_optional),
        mend: Some(|_| ("pkceOptional", json!(false))),
    },
    Rule {
        name: "refresh_without_source",
        severity: Error,
        tab: "grant-types",
        sentence: "Refresh tokens are allowed, and no grant on the list ever gives one.",
        fix: "Allow authorization code as well.",
        values: &[],
        finds: |facts| {
            let source = GIVES_REFRESH.iter().any(|grant| lists(facts, *grant));
            when(lists(facts, GrantType::RefreshToken) && !source)
        },
        mend: Some(with_code_grant),
    },
    Rule {
        name: "access_token_long",
        severity: Warning,
        tab: "tokens",
        sentence: "Access tokens live {0} hours: a stolen one works that long.",
        fix: "Use one hour and refresh tokens.",
        values: &["hours"],
        finds: |facts| {
            let seconds = facts.client.access_token_lifetime();
            each((seconds > LONG_ACCESS).then(|| (seconds / 3_600).to_string()))
        },
        mend: Some(|_| ("accessTokenLifetime", json!(""))),
    },
    Rule {
        name: "refresh_too_short",
        severity: Warning,
        tab: "tokens",
        sentence: "Refresh tokens end no later than the access tokens they replace, so they are of no use.",
        fix: "Let them live longer.",
        values: &[],
        finds: |facts| {
            let useless = facts.client.refresh_token_lifetime() <= facts.client.access_token_lifetime();
            when(useless && facts.client.allows(GrantType::RefreshToken))
        },
        mend: Some(|_| ("refreshTokenLifetime", json!(""))),
    },
    Rule {
        name: "refresh_very_long",
        severity: Warning,
        tab: "tokens",
        sentence: "Refresh tokens of a public client live {0} days: a lost phone stays signed in that long.",
        fix: "Use two weeks.",
        values: &["days"],
        // [RFC9700 §2.2.2]
        finds: |facts| {
            let seconds = facts.client.refresh_token_lifetime();
            let long = facts.view.client_type == ClientType::Public && seconds > LONG_REFRESH;
            each(long.then(|| (seconds / 86_400).to_string()))
        },
        mend: Some(|_| ("refreshTokenLifetime", json!(""))),
    },
    Rule {
        name: "scope_without_openid",
        severity: Warning,
        tab: "tokens",
        sentence: "The default scope lacks openid, so a request that names no scope gets no ID token.",
        fix: "Add openid.",
        values: &[],
        finds: |facts| {
            let scope = &facts.view.default_scope;
            when(!scope.is_empty() && !scope.iter().any(|one| one == "openid"))
        },
        mend: Some(with_scope_openid),
    },
    Rule {
        name: "jwks_http",
        severity: Warning,
        tab: "tokens",
        sentence: "The client's keys are fetched over plain http from {0}: whoever is on the way can put their own there.",
        fix: "Use https.",
        values: &["the URL"],
        finds: |facts| each(facts.view.jwks_uri.iter().filter(|url| is_plain_and_far(url)).cloned()),
        mend: None,
    },
];
