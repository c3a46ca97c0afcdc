//! Which of the configured base URLs a request came in on.
//!
//! A page on the internet can point its own name at 127.0.0.1 and talk to this server from a person's browser (DNS
//! rebinding). Its requests carry its own name in `Host`, so everything but the configured hosts, ports included, is
//! refused before any handler runs.

use anteroom_engine::issuer::Issuer;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// The hosts this server answers for.
pub(crate) struct Hosts(Vec<Base>);

struct Base {
    issuer: Issuer,
    /// Host and port, in small letters.
    authority: String,
    /// The same with the default port of the scheme written out, or left out.
    other_spelling: Option<String>,
    /// Path of the base, with both slashes.
    path: String,
}

impl Base {
    fn new(issuer: &Issuer) -> Option<Self> {
        let uri: Uri = issuer.as_str().parse().ok()?;
        let authority = uri.authority()?.as_str().to_ascii_lowercase();
        let default_port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let other_spelling = uri.port().is_none().then(|| format!("{authority}:{default_port}"));
        Some(Self { issuer: issuer.clone(), authority, other_spelling, path: uri.path().to_owned() })
    }

    fn is_at(&self, host: &[u8]) -> bool {
        host.eq_ignore_ascii_case(self.authority.as_bytes())
            || self.other_spelling.as_ref().is_some_and(|other| host.eq_ignore_ascii_case(other.as_bytes()))
    }
}

/// A request found its base.
pub(crate) struct Found<'a> {
    /// The base.
    pub(crate) issuer: &'a Issuer,
    /// How much of the request's path is the base's own, without the last slash.
    pub(crate) prefix: usize,
}

impl Hosts {
    /// The hosts of the engine's base URLs.
    pub(crate) fn new(issuers: &[Issuer]) -> Self {
        Self(issuers.iter().filter_map(Base::new).collect())
    }

    /// The base a request came in on; `None` (answer 421) when `Host` is missing, there twice, or not ours, or when the
    /// request line names another host than the header.
    pub(crate) fn find(&self, uri: &Uri, headers: &HeaderMap) -> Option<Found<'_>> {
        let mut values = headers.get_all(header::HOST).iter();
        let host = values.next()?.as_bytes();
        if values.next().is_some() {
            return None;
        }
        // [RFC9112 §3.2.2] an absolute-form target outranks Host; here the two must agree
        if uri
            .authority()
            .map(Authority::as_str)
            .is_some_and(|named| !host.eq_ignore_ascii_case(named.as_bytes()))
        {
            return None;
        }
        let path = uri.path();
        let mut best: Option<(&Base, usize)> = None;
        for base in self.0.iter().filter(|base| base.is_at(host)) {
            let prefix = if path.starts_with(&base.path) { base.path.len() - 1 } else { 0 };
            if best.is_none_or(|(_, length)| prefix > length) {
                best = Some((base, prefix));
            }
        }
        best.map(|(base, prefix)| Found { issuer: &base.issuer, prefix })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn hosts() -> Hosts {
        let issuers = [
            "http://127.0.0.1:8103/",
            "https://localhost:8443/",
            "https://auth.example.org/",
            "https://auth.example.org/clinic/",
            "http://[::1]:8103/",
        ];
        Hosts::new(&issuers.map(|issuer| Issuer::parse(issuer).unwrap()))
    }

    fn find(hosts: &Hosts, uri: &str, host: &[&str]) -> Option<(String, usize)> {
        let mut headers = HeaderMap::new();
        for value in host {
            headers.append(header::HOST, HeaderValue::from_str(value).unwrap());
        }
        hosts.find(&uri.parse().unwrap(), &headers).map(|found| (found.issuer.to_string(), found.prefix))
    }

    #[test]
    fn ht_06_only_configured_hosts_with_their_ports_are_answered() {
        let hosts = hosts();
        for (host, issuer) in [
            ("127.0.0.1:8103", "http://127.0.0.1:8103/"),
            ("LOCALHOST:8443", "https://localhost:8443/"),
            ("[::1]:8103", "http://[::1]:8103/"),
            ("auth.example.org", "https://auth.example.org/"),
            ("auth.example.org:443", "https://auth.example.org/"),
        ] {
            assert_eq!(find(&hosts, "/", &[host]), Some((issuer.to_owned(), 0)), "{host}");
        }
        for host in [
            "127.0.0.1",
            "127.0.0.1:8104",
            "localhost:8103",
            "localhost",
            "evil.test",
            "127.0.0.1.evil.test:8103",
            "127.0.0.1:8103.evil.test",
            "auth.example.org:80",
            "auth.example.org.",
            "x@127.0.0.1:8103",
            "",
            "127.0.0.1:08103",
            "0x7f.1:8103",
            "127.0.0.1:8103 ",
        ] {
            assert_eq!(find(&hosts, "/", &[host]), None, "{host:?}");
        }
        assert_eq!(find(&hosts, "/", &[]), None);
        assert_eq!(find(&hosts, "/", &["127.0.0.1:8103", "127.0.0.1:8103"]), None);
    }

    #[test]
    fn rfc9112_3_2_2_an_absolute_target_must_agree_with_host() {
        let hosts = hosts();
        assert!(find(&hosts, "http://127.0.0.1:8103/x", &["127.0.0.1:8103"]).is_some());
        assert_eq!(find(&hosts, "http://evil.test/x", &["127.0.0.1:8103"]), None);
        assert_eq!(find(&hosts, "http://127.0.0.1:8103/x", &["evil.test"]), None);
    }

    #[test]
    fn the_longest_base_whose_path_fits_is_the_issuer() {
        let hosts = hosts();
        let at = |uri| find(&hosts, uri, &["auth.example.org"]).unwrap();
        assert_eq!(at("/clinic/oauth2/token"), ("https://auth.example.org/clinic/".into(), 7));
        assert_eq!(at("/clinical/oauth2/token"), ("https://auth.example.org/".into(), 0));
        assert_eq!(at("/oauth2/token"), ("https://auth.example.org/".into(), 0));
    }
}
