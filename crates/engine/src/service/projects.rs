//! Projects.

use std::collections::BTreeSet;
use std::sync::Arc;

use anteroom_oauth::redirect_uri;
use anteroom_sentence::{Sentence, sentence};
use serde_json::json;

use crate::cx::{Cx, Topic};
use crate::id::Id;
use crate::model::Project;
use crate::model::event::{EventBody, EventKind};
use crate::model::project::{Dialect, DomainConfiguration, ProjectSettings};
use crate::stop::{Outcome, invalid};
use crate::store::{StoreResult, Tx};

/// Longest name of anything.
pub const LONGEST_NAME: usize = 100;

/// A name: 1 to 100 characters, no control characters, no marks that turn the direction of text around.
pub fn check_name(field: &'static str, name: &str) -> Outcome<()> {
    let length = name.chars().count();
    if name.trim().is_empty() {
        return invalid(field, sentence!("The name is empty; give it at least one character."));
    }
    if length > LONGEST_NAME {
        return invalid(
            field,
            sentence!(
                "The name has {length} characters; at most {longest} are allowed.",
                length,
                longest = LONGEST_NAME
            ),
        );
    }
    let turns = |character: char| matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if let Some(bad) = name.chars().find(|character| character.is_control() || turns(*character)) {
        let code = format!("{:04X}", u32::from(bad));
        return invalid(
            field,
            sentence!("The name holds the invisible character U+{code}; remove it.", code),
        );
    }
    Ok(())
}

/// Longest desk phone.
const LONGEST_PHONE: usize = 40;

/// A desk phone: a number as people write it, or a word before it (`ext. 12`).
fn check_desk_phone(phone: &str) -> Outcome<()> {
    let field = "deskPhone";
    let length = phone.chars().count();
    if length > LONGEST_PHONE {
        return invalid(
            field,
            sentence!(
                "The phone number has {length} characters; at most {longest} are allowed.",
                length,
                longest = LONGEST_PHONE
            ),
        );
    }
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let bad =
        phone.chars().find(|character| !character.is_alphanumeric() && !" +-()/.,".contains(*character));
    match bad {
        Some(bad) => {
            invalid(field, sentence!("A phone number does not contain {bad}.", bad = format!("{bad:?}")))
        }
        None if digits < 3 => invalid(field, sentence!("A phone number has at least three digits.")),
        None => Ok(()),
    }
}

/// `host:port` as it stands in a URL: no scheme, no path, no user name.
pub fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let port_fits = port.parse::<u16>().is_ok_and(|number| number != 0 && number.to_string() == port);
    let parsed = url::Url::parse(&format!("http://{host}/"));
    port_fits && parsed.is_ok_and(|url| url.host_str() == Some(host))
}

fn check_hosts(settings: &ProjectSettings) -> Outcome<()> {
    match settings.allowed_outbound_hosts.iter().find(|host| !is_host_and_port(host)) {
        None => Ok(()),
        Some(host) => invalid(
            "allowedOutboundHosts",
            sentence!(
                "{host:?} is not written host:port; write it as idp.example.org:443 or 127.0.0.1:9099.",
                host
            ),
        ),
    }
}

/// Longest e-mail domain [RFC1035 §2.3.4].
const LONGEST_DOMAIN: usize = 253;

/// Domains are written once, in lower case, and belong to one project.
fn check_domains(tx: &dyn Tx, own: Option<Id<Project>>, settings: &ProjectSettings) -> Outcome<()> {
    let field = "domainConfigurations";
    let mut seen = BTreeSet::new();
    for DomainConfiguration { domain, allowed_post_login_redirect_urls, .. } in
        &settings.domain_configurations
    {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        let formed = domain.contains('.')
            && domain.len() <= LONGEST_DOMAIN
            && domain.bytes().all(letters)
            && domain.split('.').all(|label| !label.is_empty());
        if !formed {
            return invalid(
                field,
                sentence!("{domain:?} is no domain in lower case, such as example.org.", domain),
            );
        }
        if !seen.insert(domain) {
            return invalid(field, sentence!("{domain} stands there twice.", domain));
        }
        if let Some((other, _)) = domain_configuration(tx, domain)?
            && Some(other.id) != own
        {
            return invalid(
                field,
                sentence!("{domain} belongs to the project {other}.", domain, other = &other.name),
            );
        }
        for url in allowed_post_login_redirect_urls {
            if let Err(problem) = redirect_uri::check(url) {
                return invalid(
                    field,
                    sentence!("{uri}: {problem}", uri = url, problem = Sentence::from(&problem)),
                );
            }
        }
    }
    Ok(())
}

/// The project that has an e-mail domain, and what it says about it.
pub fn domain_configuration(
    tx: &dyn Tx,
    domain: &str,
) -> StoreResult<Option<(Arc<Project>, DomainConfiguration)>> {
    Ok(tx.list_projects()?.into_iter().find_map(|project| {
        let found = project.settings.domain_configurations.iter().find(|own| own.domain == domain).cloned();
        found.map(|own| (project, own))
    }))
}

/// What the log keeps of a project.
fn describe(project: &Project) -> serde_json::Value {
    json!({
        "name": project.name,
        "dialect": project.dialect.as_str(),
        "revokeOnReplay": project.revoke_on_replay(),
        "preauthorizePerMinute": project.settings.preauthorize_per_minute,
        "allowedOutboundHosts": project.settings.allowed_outbound_hosts,
        "domainConfigurations": project.settings.domain_configurations,
        "deskPhone": project.settings.desk_phone,
        "deskMode": project.settings.desk_mode.map(|desk| desk.member.to_string()),
    })
}

/// Creates a project.
pub fn create(
    cx: &mut Cx<'_>,
    id: Option<Id<Project>>,
    name: &str,
    dialect: Dialect,
    settings: ProjectSettings,
) -> Outcome<Project> {
    check_name("projectName", name)?;
    check_hosts(&settings)?;
    check_domains(cx.tx, id, &settings)?;
    let id = match id {
        Some(id) => id,
        None => cx.random_id()?,
    };
    let project = Project { id, name: name.trim().to_owned(), dialect, settings, created_at: cx.now };
    cx.tx.insert_project(&project)?;
    cx.about.project = Some(id);
    let after = Some(describe(&project));
    cx.event(EventKind::ProjectCreated, EventBody { after, ..EventBody::default() })?;
    cx.changed(Topic::Settings);
    Ok(project)
}

/// Replaces a project's name, dialect and settings; whether anything changed.
pub fn update(cx: &mut Cx<'_>, before: &Project, after: &Project) -> Outcome<bool> {
    check_name("projectName", &after.name)?;
    if let Some(phone) = &after.settings.desk_phone {
        check_desk_phone(phone)?;
    }
    check_hosts(&after.settings)?;
    check_domains(cx.tx, Some(after.id), &after.settings)?;
    if before == after {
        return Ok(false);
    }
    cx.tx.update_project(after)?;
    cx.about.project = Some(after.id);
    let body =
        EventBody { before: Some(describe(before)), after: Some(describe(after)), ..EventBody::default() };
    cx.event(EventKind::ProjectUpdated, body)?;
    cx.changed(Topic::Settings);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outbound_hosts_are_a_host_and_a_port() {
        for (text, fits) in [
            ("127.0.0.1:9099", true),
            ("idp.example.org:443", true),
            ("[::1]:9099", true),
            ("idp.example.org", false),
            ("idp.example.org:0", false),
            ("idp.example.org:65536", false),
            ("idp.example.org:0443", false),
            ("http://idp.example.org:443", false),
            ("idp.example.org/x:443", false),
            ("user@idp.example.org:443", false),
            ("IDP.example.org:443", false),
            (":443", false),
            ("", false),
        ] {
            assert_eq!(is_host_and_port(text), fits, "{text:?}");
        }
    }
}
