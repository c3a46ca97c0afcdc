//! Rules about where a client is and what it may do.

use std::collections::BTreeSet;

use anteroom_oauth::GrantType;
use anteroom_oauth::redirect_uri::{OWN, is_loopback};
use serde_json::{Value, json};
use url::Url;

use super::super::Severity::{Error, Warning};
use super::super::{Facts, Found, Rule};
use super::{each, host, is_plain_and_far, lists, uris, when};
use crate::commands::clients::ClientType;

/// Redirect URIs on so many hosts are more than one application's.
const MANY_HOSTS: usize = 3;

/// An app of its own scheme: something on a phone or a desktop.
fn is_app(uri: &str) -> bool {
    uri != OWN && !uri.starts_with("https://") && !uri.starts_with("http://")
}

/// The origins of a browser app's redirect URIs that may not call from a browser.
fn closed_origins(facts: &Facts<'_>) -> Vec<String> {
    let origins: BTreeSet<String> = uris(facts)
        .filter(|uri| uri.starts_with("https://"))
        .filter_map(|uri| Url::parse(uri).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect();
    origins.into_iter().filter(|origin| !facts.view.allowed_origins.contains(origin)).collect()
}

fn slash_twins(facts: &Facts<'_>) -> Found {
    let all = &facts.view.redirect_uris;
    each(uris(facts).filter(|uri| all.contains(&format!("{uri}/"))).cloned())
}

fn loopback_ports(facts: &Facts<'_>) -> Found {
    let ported =
        |uri: &&String| ["http://127.0.0.1:", "http://[::1]:"].iter().any(|origin| uri.starts_with(origin));
    each(uris(facts).filter(ported).cloned())
}

fn shared_uris(facts: &Facts<'_>) -> Found {
    let mut found = Vec::new();
    for uri in uris(facts).filter(|uri| *uri != OWN && !is_loopback(uri)) {
        let other = facts.others.iter().find(|other| other.settings.redirect_uris.contains(uri));
        found.extend(other.map(|other| vec![uri.clone(), other.name.clone()]));
    }
    found
}

fn many_hosts(facts: &Facts<'_>) -> Found {
    let hosts: BTreeSet<String> = uris(facts).filter_map(|uri| host(uri)).collect();
    if hosts.len() >= MANY_HOSTS { vec![vec![hosts.len().to_string()]] } else { Vec::new() }
}

fn foreign_template(facts: &Facts<'_>) -> Found {
    let Some(there) = facts.view.magic_link_template.as_deref().and_then(host) else { return Vec::new() };
    let known = |url: &String| host(url).is_some_and(|known| known == there);
    let ours = uris(facts).any(known) || facts.view.allowed_origins.iter().any(known);
    if ours { Vec::new() } else { vec![vec![there]] }
}

fn with_origins(facts: &Facts<'_>) -> (&'static str, Value) {
    let mut origins = facts.view.allowed_origins.clone();
    origins.extend(closed_origins(facts));
    ("allowedOrigins", json!(origins))
}

/// Shown on the Settings tab.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "no_redirect_uri",
        severity: Error,
        tab: "settings",
        sentence: "Authorization code needs a redirect URI to go back to.",
        fix: "Add one, or take the grant off its list.",
        values: &[],
        finds: |facts| {
            when(facts.view.redirect_uris.is_empty() && lists(facts, GrantType::AuthorizationCode))
        },
        mend: None,
    },
    Rule {
        name: "no_redirect_uri_yet",
        severity: Warning,
        tab: "settings",
        sentence: "Nobody can sign in through the browser: there is no redirect URI to go back to.",
        fix: "Add one, or allow only the grants it needs.",
        values: &[],
        finds: |facts| when(facts.view.redirect_uris.is_empty() && facts.view.grant_types.is_empty()),
        mend: None,
    },
    Rule {
        name: "loopback_name",
        severity: Warning,
        tab: "settings",
        sentence: "{0} names this computer by localhost, which a browser may take elsewhere.",
        fix: "Use 127.0.0.1: any port is then accepted.",
        values: &["the redirect URI"],
        // [RFC8252 §8.3] the name may lead elsewhere, and its port is not free
        finds: |facts| {
            each(uris(facts).filter(|uri| is_loopback(uri) && uri.starts_with("http://localhost")).cloned())
        },
        mend: None,
    },
    Rule {
        name: "loopback_port",
        severity: Warning,
        tab: "settings",
        sentence: "{0} writes a port, but any port of this computer is accepted.",
        fix: "Register it without the port.",
        values: &["the redirect URI"],
        // [RFC8252 §7.3]
        finds: loopback_ports,
        mend: None,
    },
    Rule {
        name: "loopback_beside_production",
        severity: Warning,
        tab: "settings",
        sentence: "{0} is still registered beside an address on the network: a program on anybody's computer could receive codes there.",
        fix: "Give developers a client of their own.",
        values: &["the redirect URI"],
        finds: |facts| {
            let live = uris(facts).any(|uri| uri.starts_with("https://"));
            let server = facts.view.client_type == ClientType::Confidential;
            each(uris(facts).filter(|uri| live && server && is_loopback(uri)).cloned())
        },
        mend: None,
    },
    Rule {
        name: "slash_twin",
        severity: Warning,
        tab: "settings",
        sentence: "{0} is registered with and without a slash at its end; only the one that is sent exactly is accepted.",
        fix: "Remove the one that no program sends.",
        values: &["the redirect URI without the slash"],
        finds: slash_twins,
        mend: None,
    },
    Rule {
        name: "redirect_uri_shared",
        severity: Warning,
        tab: "settings",
        sentence: "{0} is also registered for {1}: an answer for one can reach the other.",
        fix: "Give each application its own address.",
        values: &["the redirect URI", "the other client's name"],
        // [RFC9700 §4.4] mix-up
        finds: shared_uris,
        mend: None,
    },
    Rule {
        name: "many_redirect_hosts",
        severity: Warning,
        tab: "settings",
        sentence: "Its redirect URIs lead to {0} hosts: this looks like several applications behind one client.",
        fix: "Give each application a client of its own.",
        values: &["how many hosts"],
        finds: many_hosts,
        mend: None,
    },
    Rule {
        name: "app_with_secret",
        severity: Warning,
        tab: "settings",
        sentence: "{0} opens an app, and whoever has the app can read the secret in it.",
        fix: "Make a public client for the app.",
        values: &["the redirect URI"],
        // [RFC8252 §8.5]
        finds: |facts| {
            let secret = facts.view.client_type == ClientType::Confidential;
            each(uris(facts).filter(|uri| secret && is_app(uri)).cloned())
        },
        mend: None,
    },
    Rule {
        name: "origin_missing",
        severity: Warning,
        tab: "settings",
        sentence: "A page at {0} cannot fetch tokens: its origin may not call from a browser.",
        fix: "Allow the origin.",
        values: &["the origin"],
        finds: |facts| {
            let browser = facts.view.client_type == ClientType::Public;
            each(if browser { closed_origins(facts) } else { Vec::new() })
        },
        mend: Some(with_origins),
    },
    Rule {
        name: "origin_http",
        severity: Warning,
        tab: "settings",
        sentence: "Pages of {0} come over plain http: whoever is on the way can change them and call in their name.",
        fix: "Serve the page over https.",
        values: &["the origin"],
        finds: |facts| each(facts.view.allowed_origins.iter().filter(|url| is_plain_and_far(url)).cloned()),
        mend: None,
    },
    Rule {
        name: "launch_http",
        severity: Warning,
        tab: "settings",
        sentence: "The launch URI {0} is plain http: a launch could be led elsewhere.",
        fix: "Use https.",
        values: &["the launch URI"],
        finds: |facts| each(facts.view.launch_uri.iter().filter(|url| is_plain_and_far(url)).cloned()),
        mend: None,
    },
    Rule {
        name: "template_foreign_host",
        severity: Warning,
        tab: "settings",
        sentence: "Magic links hand over to {0}, which is none of the client's own hosts.",
        fix: "Check the template: whoever runs that host can sign people in.",
        values: &["the host"],
        finds: foreign_template,
        mend: None,
    },
    Rule {
        name: "name_twin",
        severity: Warning,
        tab: "settings",
        sentence: "Another client is called {0} too: people cannot tell them apart when they sign in.",
        fix: "Give it a name of its own.",
        values: &["the name"],
        finds: |facts| {
            let name = &facts.view.name;
            let twin = facts.others.iter().any(|other| other.name.to_lowercase() == name.to_lowercase());
            each(twin.then(|| name.clone()))
        },
        mend: None,
    },
    Rule {
        name: "public_admin",
        severity: Warning,
        tab: "settings",
        sentence: "A public client with admin rights: whoever has the app could use them.",
        fix: "Take the right away.",
        values: &[],
        finds: |facts| when(facts.view.admin && facts.view.client_type == ClientType::Public),
        mend: Some(|_| ("admin", json!(false))),
    },
    Rule {
        name: "admin_with_browser",
        severity: Warning,
        tab: "settings",
        sentence: "It has admin rights and signs people in through the browser: one client for both shares every mistake.",
        fix: "Keep the admin right on a client that only a server uses.",
        values: &[],
        finds: |facts| {
            let browser =
                facts.client.allows(GrantType::AuthorizationCode) && !facts.view.redirect_uris.is_empty();
            when(facts.view.admin && browser && facts.view.client_type != ClientType::Public)
        },
        mend: None,
    },
    Rule {
        name: "no_access_policy",
        severity: Warning,
        tab: "settings",
        sentence: "It gets tokens for itself and has no access policy: they may read everything in the project.",
        fix: "Choose an access policy.",
        values: &[],
        finds: |facts| {
            let view = facts.view;
            let limited = view.access_policy.is_some() || !view.further_access_policies.is_empty();
            let free = !limited && !view.admin;
            when(free && lists(facts, GrantType::ClientCredentials))
        },
        mend: None,
    },
];
