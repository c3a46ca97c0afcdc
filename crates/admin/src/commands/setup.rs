//! First start: name the project, create its first admin.

use anteroom_engine::model::project::{Dialect, ProjectSettings};
use anteroom_engine::service::people::{self as service, NewPerson};
use anteroom_engine::service::projects::{self, check_name};
use anteroom_engine::stop::conflict;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::home::ProjectSummary;
use super::people;
use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// Names the project and creates its first admin. Refused when a project exists.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Complete {
    /// Name of the project, 1 to 100 characters.
    pub project_name: String,
    /// Given name of the first admin, a Practitioner.
    pub given: String,
    /// Family name of the first admin.
    pub family: String,
    /// E-mail address the admin signs in with.
    pub email: String,
    /// Password, at least 8 characters.
    pub password: String,
}

/// The new project.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Completed {
    /// The project.
    pub project: ProjectSummary,
    /// Membership of the first admin.
    pub membership_id: String,
}

pub(crate) async fn complete(admin: &Admin, request: Complete) -> Result<Completed, CommandError> {
    check_name("projectName", &request.project_name)?;
    check_name("given", &request.given)?;
    check_name("family", &request.family)?;
    for (field, value, name) in [
        ("email", &request.email, sentence!("email")),
        ("password", &request.password, sentence!("password")),
    ] {
        if value.is_empty() {
            let message = sentence!(
                "The first admin signs in with an e-mail address and a password; the {name} is empty.",
                name
            );
            return Err(CommandError::new(Code::Invalid, Some(field), message));
        }
    }
    let first_admin = people::Create {
        resource_type: people::ResourceType::Practitioner,
        given: request.given,
        family: request.family,
        birth_date: String::new(),
        identifier: String::new(),
        email: request.email,
        password: request.password,
        external_id: String::new(),
        admin: true,
        desk: false,
        access_policy: String::new(),
    };
    let first_admin = people::Checked::check(admin, &first_admin).await?;
    let created = admin.engine().transact(admin.origin(), move |cx| {
        if let Some(project) = cx.tx.list_projects()?.first() {
            return conflict(
                None,
                sentence!("The project {project:?} was set up already.", project = &project.name),
            );
        }
        // Whoever sets the project up is its first admin: the log says so.
        let membership_id = cx.random_id()?;
        cx.about.actor = Some(membership_id);
        let (dialect, settings) = (Dialect::default(), ProjectSettings::default());
        let project = projects::create(cx, None, &request.project_name, dialect, settings)?;
        let first_admin = people::new_person(first_admin, project.id, None);
        let first_admin = NewPerson { membership_id: Some(membership_id), ..first_admin };
        let membership = service::create(cx, first_admin)?;
        Ok(Completed { project: (&project).into(), membership_id: membership.id.to_string() })
    });
    Ok(created.await?)
}
