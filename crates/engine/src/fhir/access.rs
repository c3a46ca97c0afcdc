//! Who may do what with a resource: the member's access policy, narrowed by the SMART words of the token's scope.
//!
//! The answer is a conjunction: the policy says yes **and** the scope says yes. Nothing in a scope can therefore give what
//! the policy does not. As in Medplum, the first entry that fits decides, of all policies of the member in their order;
//! without a policy everything is allowed that is not for project admins; project admins see their project and its
//! memberships whatever their policy says.
//!
//! Stricter than Medplum: clients and access policies are written by project admins only, `patient/` words reach the
//! record of the member's own patient only, or else of the one an EHR launched the app for, and without a policy a
//! `Patient` or `RelatedPerson` reads its own record and nothing else. A project with `dialect: "medplum"` gives them what
//! Medplum gives.

use anteroom_oauth::smart_scope::{self, Context, Permission, SmartScope};
use serde_json::Value;

use crate::fhir::search::{Term, is_in_compartment};
use crate::fhir::{Resource, ResourceType};
use crate::id::Id;
use crate::model::access_policy::AccessPolicyResource;
use crate::model::membership::{AccessParameter, ProfileRef, ProfileType};
use crate::model::project::Dialect;
use crate::model::{AccessPolicy, Membership, SmartAppLaunch};
use crate::stop::{Fault, Outcome};
use crate::store::Tx;

mod criteria;

pub use criteria::{Criteria, CriteriaError, Variables, is_variable};

/// What is done with a resource, in the words of `AccessPolicy.resource.interaction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interaction {
    /// Makes one.
    Create,
    /// Reads one.
    Read,
    /// Replaces one.
    Update,
    /// Deletes one.
    Delete,
    /// Finds some.
    Search,
}

impl Interaction {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::Search];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Search => "search",
        }
    }

    const fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }

    const fn permission(self) -> Permission {
        match self {
            Self::Create => Permission::Create,
            Self::Read => Permission::Read,
            Self::Update => Permission::Update,
            Self::Delete => Permission::Delete,
            Self::Search => Permission::Search,
        }
    }
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The member has no access policy, and the type is not for admins only.
    NoPolicy,
    /// The member is a patient or acts for one, has no access policy, and reads its own record.
    OwnRecord,
    /// The member is a patient or acts for one, has no access policy, and asks for something else.
    OwnRecordOnly,
    /// This entry of the policy, counted from 0 in that policy.
    Entry(usize),
    /// The member is a project admin.
    ProjectAdmin,
    /// Only project admins may do this.
    AdminOnly,
    /// No entry of the policy names the type.
    NoEntry,
    /// Entries name the type, but none with this interaction.
    NoInteraction,
    /// Entries allow the interaction, but the resource matches the criteria of none.
    NoMatch,
    /// The policy would allow it; the scope of the token does not.
    Scope,
}

impl Rule {
    /// In words, for the trace.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoPolicy => "no access policy",
            Self::OwnRecord => "no access policy: its own record",
            Self::OwnRecordOnly => "no access policy: its own record only, and only to read",
            Self::Entry(_) => "an entry of the access policy",
            Self::ProjectAdmin => "project admin",
            Self::AdminOnly => "no project admin",
            Self::NoEntry => "no entry names the type",
            Self::NoInteraction => "no entry of the type names the interaction",
            Self::NoMatch => "the resource matches no criteria",
            Self::Scope => "the scope leaves it out",
        }
    }
}

/// Yes or no, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// What decided.
    pub rule: Rule,
    /// Members that are not shown.
    pub hidden_fields: Vec<String>,
    /// Members that stay as they are.
    pub readonly_fields: Vec<String>,
    /// The access policy whose entry allowed it.
    pub policy: Option<Id<AccessPolicy>>,
}

impl Decision {
    const fn no(rule: Rule) -> Self {
        Self { allowed: false, rule, hidden_fields: Vec::new(), readonly_fields: Vec::new(), policy: None }
    }

    const fn yes(rule: Rule) -> Self {
        Self { allowed: true, rule, hidden_fields: Vec::new(), readonly_fields: Vec::new(), policy: None }
    }
}

/// Where the rights come from.
#[derive(Debug, Clone)]
enum Allowed {
    /// No policy: everything that is not for project admins.
    All,
    /// No policy: this record, to read.
    OwnRecord(ProfileRef),
    /// The entries of the policies.
    Entries(Vec<Entry>),
}

/// An entry of an access policy, as one member has it.
#[derive(Debug, Clone)]
struct Entry {
    policy: Id<AccessPolicy>,
    /// Counted from 0 in its policy.
    place: usize,
    resource: AccessPolicyResource,
    variables: Variables,
}

impl Entry {
    /// Those of one policy.
    fn of(
        member: &Membership,
        policy: &AccessPolicy,
        parameters: &[AccessParameter],
    ) -> impl Iterator<Item = Self> {
        let (id, variables) = (policy.id, Variables::of(member).with(parameters));
        policy.entries().into_iter().map(move |(place, resource)| Self {
            policy: id,
            place,
            resource,
            variables: variables.clone(),
        })
    }
}

impl Allowed {
    fn without_policy(member: &Membership, dialect: Dialect) -> Self {
        match (dialect, member.profile.resource_type) {
            (Dialect::Rfc, ProfileType::Patient | ProfileType::RelatedPerson) if !member.admin => {
                Self::OwnRecord(member.profile)
            }
            _ => Self::All,
        }
    }
}

/// What one member may do, with one token.
#[derive(Debug, Clone)]
pub struct Access {
    admin: bool,
    allowed: Allowed,
    variables: Variables,
    /// `None` when the scope says nothing about FHIR resources.
    scopes: Option<Vec<SmartScope>>,
    /// The patient an EHR launched the app for.
    launched_for: Option<String>,
}

impl Access {
    /// The access of `member`, by a token with `scope` (`None` for client credentials), in a project that speaks
    /// `dialect`.
    pub fn new(
        member: &Membership,
        policy: Option<&AccessPolicy>,
        scope: Option<&str>,
        dialect: Dialect,
    ) -> Self {
        Self {
            admin: member.admin,
            allowed: match policy {
                Some(policy) => Allowed::Entries(Entry::of(member, policy, &[]).collect()),
                None => Allowed::without_policy(member, dialect),
            },
            variables: Variables::of(member),
            scopes: scope.and_then(smart_scope::parse),
            launched_for: None,
        }
    }

    /// As [`Access::new`], with all policies the member has and the dialect of its project.
    pub fn of(tx: &dyn Tx, member: &Membership, scope: Option<&str>) -> Outcome<Self> {
        let project = tx.project(member.project)?.ok_or(Fault::Inconsistent("project"))?;
        let mut access = Self::new(member, None, scope, project.dialect);
        let mut policies = member.policies().peekable();
        if policies.peek().is_none() {
            return Ok(access);
        }
        let mut entries = Vec::new();
        for (policy, parameters) in policies {
            if let Some(policy) = tx.access_policy(policy)? {
                entries.extend(Entry::of(member, &policy, parameters));
            }
        }
        access.allowed = Allowed::Entries(entries);
        Ok(access)
    }

    /// With the patient of a launch in context.
    pub fn launched(mut self, tx: &dyn Tx, launch: Option<Id<SmartAppLaunch>>) -> Outcome<Self> {
        if let Some(launch) = launch {
            let launch = tx.smart_app_launch(launch)?;
            self.launched_for = launch.and_then(|launch| launch.reference("patient").map(str::to_owned));
        }
        Ok(self)
    }

    /// Whether `interaction` is possible with any resource of the type.
    pub fn with_type(&self, interaction: Interaction, resource_type: ResourceType) -> Decision {
        self.decide(interaction, resource_type, None)
    }

    /// Whether `interaction` is allowed with this resource. For a write, ask for the resource before and after it.
    pub fn with(
        &self,
        interaction: Interaction,
        resource_type: ResourceType,
        resource: &Resource,
    ) -> Decision {
        self.decide(interaction, resource_type, Some(resource))
    }

    fn decide(
        &self,
        interaction: Interaction,
        resource_type: ResourceType,
        resource: Option<&Resource>,
    ) -> Decision {
        // [SMART §2.3]
        let by_policy = self.by_policy(interaction, resource_type, resource);
        if by_policy.allowed && !self.by_scope(interaction, resource_type, resource) {
            return Decision::no(Rule::Scope);
        }
        by_policy
    }

    fn by_policy(
        &self,
        interaction: Interaction,
        resource_type: ResourceType,
        resource: Option<&Resource>,
    ) -> Decision {
        if resource_type.is_admin_only() {
            return if self.admin {
                Decision::yes(Rule::ProjectAdmin)
            } else {
                Decision::no(Rule::AdminOnly)
            };
        }
        if interaction.writes() && resource_type.is_written_by_admins_only() && !self.admin {
            return Decision::no(Rule::AdminOnly);
        }
        match &self.allowed {
            Allowed::All => Decision::yes(Rule::NoPolicy),
            Allowed::OwnRecord(profile) => own_record(*profile, interaction, resource_type, resource),
            Allowed::Entries(entries) => by_entries(entries, interaction, resource_type, resource),
        }
    }

    fn by_scope(
        &self,
        interaction: Interaction,
        resource_type: ResourceType,
        resource: Option<&Resource>,
    ) -> bool {
        let Some(scopes) = &self.scopes else { return true };
        // A launch says which patient `patient/` words reach: they do not write it.
        let decides = interaction.writes() && resource_type == ResourceType::SmartAppLaunch;
        scopes.iter().any(|scope| {
            !(decides && scope.context == Context::Patient)
                && scope.allows(resource_type.as_str(), interaction.permission())
                && self.in_context(scope, resource)
                && resource.is_none_or(|resource| fits_scope_criteria(scope, resource_type, resource))
        })
    }

    /// `patient/` words reach the record of one patient: the member's own, or the one of the launch.
    fn in_context(&self, scope: &SmartScope, resource: Option<&Resource>) -> bool {
        match (scope.context, self.variables.patient().or(self.launched_for.as_deref())) {
            (Context::User | Context::System, _) => true,
            (Context::Patient, None) => false,
            (Context::Patient, Some(patient)) => {
                resource.is_none_or(|resource| is_in_compartment(resource, patient))
            }
        }
    }
}

/// The first entry that fits decides.
fn by_entries(
    entries: &[Entry],
    interaction: Interaction,
    resource_type: ResourceType,
    resource: Option<&Resource>,
) -> Decision {
    let mut closest = Rule::NoEntry;
    for Entry { policy, place, resource: entry, variables } in entries {
        if !names_type(entry, resource_type) {
            continue;
        }
        if !allows_interaction(entry, interaction) {
            if closest == Rule::NoEntry {
                closest = Rule::NoInteraction;
            }
            continue;
        }
        if resource.is_some_and(|resource| !matches(entry, variables, resource_type, resource)) {
            closest = Rule::NoMatch;
            continue;
        }
        return Decision {
            allowed: true,
            rule: Rule::Entry(*place),
            hidden_fields: entry.hidden_fields.clone(),
            readonly_fields: entry.readonly_fields.clone(),
            policy: Some(*policy),
        };
    }
    Decision::no(closest)
}

/// What cannot be read matches nothing.
fn matches(
    entry: &AccessPolicyResource,
    variables: &Variables,
    resource_type: ResourceType,
    resource: &Resource,
) -> bool {
    let in_compartment = entry.compartment.as_ref().is_none_or(|compartment| {
        let wanted = variables.fill(&compartment.reference);
        wanted.is_ok_and(|wanted| is_in_compartment(resource, &wanted))
    });
    let by_criteria = entry.criteria.as_deref().is_none_or(|criteria| {
        Criteria::parse(resource_type, criteria, variables).is_ok_and(|criteria| criteria.matches(resource))
    });
    in_compartment && by_criteria
}

/// Reading and finding the record of the profile, and nothing else.
fn own_record(
    profile: ProfileRef,
    interaction: Interaction,
    resource_type: ResourceType,
    resource: Option<&Resource>,
) -> Decision {
    let own = !interaction.writes()
        && resource_type.profile_type() == Some(profile.resource_type)
        && resource.is_none_or(|resource| {
            resource.get("id").and_then(Value::as_str) == Some(profile.id.to_string().as_str())
        });
    if own { Decision::yes(Rule::OwnRecord) } else { Decision::no(Rule::OwnRecordOnly) }
}

fn names_type(entry: &AccessPolicyResource, resource_type: ResourceType) -> bool {
    entry.resource_type == "*" || entry.resource_type == resource_type.as_str()
}

fn allows_interaction(entry: &AccessPolicyResource, interaction: Interaction) -> bool {
    if interaction.writes() && (entry.readonly || entry.write_constraint.is_some()) {
        return false;
    }
    entry.interaction.as_ref().is_none_or(|words| words.iter().any(|word| word == interaction.as_str()))
}

fn fits_scope_criteria(scope: &SmartScope, resource_type: ResourceType, resource: &Resource) -> bool {
    let Some(criteria) = &scope.criteria else { return true };
    let terms = criteria::pairs(criteria);
    terms.is_some_and(|pairs| {
        pairs.iter().all(|(name, value)| {
            Term::parse(resource_type, name, value).is_ok_and(|term| term.matches(resource))
        })
    })
}

/// The reference of the member's own patient, if it is one.
fn own_patient(member: &Membership) -> Option<String> {
    (member.profile.resource_type == ProfileType::Patient).then(|| member.profile.to_string())
}

#[cfg(test)]
mod tests;
