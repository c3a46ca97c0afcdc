//! SMART scopes: SMART App Launch 2.x, "Scopes for requesting FHIR resources".
//!
//! ```text
//! ( "patient" | "user" | "system" ) "/" ( type | "*" ) "." ( [c][r][u][d][s] | "read" | "write" | "*" ) [ "?" criteria ]
//! ```
//!
//! A scope without such a word says nothing about FHIR resources; a scope with one allows only what its words name. A word
//! that begins like one and cannot be read is one that allows nothing: it must never count as "no limit".

/// What a word may be used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// `patient/`: the record of one patient.
    Patient,
    /// `user/`: whatever the person may see.
    User,
    /// `system/`: whatever the client may see by itself.
    System,
}

/// One letter of the permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// `c`
    Create,
    /// `r`
    Read,
    /// `u`
    Update,
    /// `d`
    Delete,
    /// `s`
    Search,
}

impl Permission {
    const ORDER: [(char, Self); 5] = [
        ('c', Self::Create),
        ('r', Self::Read),
        ('u', Self::Update),
        ('d', Self::Delete),
        ('s', Self::Search),
    ];
}

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmartScope {
    /// What it may be used with.
    pub context: Context,
    /// The resource type; `None` for `*`.
    pub resource_type: Option<String>,
    permissions: Vec<Permission>,
    /// A search that a resource must match, as it was written after the `?`.
    pub criteria: Option<String>,
}

impl SmartScope {
    /// Reads one scope-token; `None` when it is no SMART scope.
    pub fn parse(token: &str) -> Option<Self> {
        let (context, rest) = split_context(token)?;
        let (resource_type, rest) = rest.split_once('.')?;
        let (permissions, criteria) = match rest.split_once('?') {
            Some((permissions, criteria)) => (permissions, Some(criteria)),
            None => (rest, None),
        };
        if criteria.is_some_and(|criteria| !criteria.contains('=')) {
            return None;
        }
        let resource_type = match resource_type {
            "*" => None,
            name if is_type_name(name) => Some(name.to_owned()),
            _ => return None,
        };
        let permissions = parse_permissions(permissions)?;
        Some(Self { context, resource_type, permissions, criteria: criteria.map(str::to_owned) })
    }

    /// Whether the word names this type and this permission. Says nothing about its context and its criteria.
    pub fn allows(&self, resource_type: &str, permission: Permission) -> bool {
        self.permissions.contains(&permission)
            && self.resource_type.as_deref().is_none_or(|own| own == resource_type)
    }
}

/// Whether a scope leaves nothing out: it does not speak about FHIR resources at all, or one of its words names every type
/// with every permission, whosever the resource is.
pub fn is_whole(scope: &str) -> bool {
    let all = |word: &SmartScope| {
        let letters = [
            Permission::Create,
            Permission::Read,
            Permission::Update,
            Permission::Delete,
            Permission::Search,
        ];
        word.context != Context::Patient
            && word.resource_type.is_none()
            && word.criteria.is_none()
            && letters.iter().all(|letter| word.permissions.contains(letter))
    };
    parse(scope).is_none_or(|words| words.iter().any(all))
}

/// The SMART words of a scope; `None` when it has none, and the scope does not speak about FHIR resources at all.
pub fn parse(scope: &str) -> Option<Vec<SmartScope>> {
    let mut words = scope.split(' ').filter(|token| split_context(token).is_some()).peekable();
    words.peek()?;
    Some(words.filter_map(SmartScope::parse).collect())
}

fn split_context(token: &str) -> Option<(Context, &str)> {
    let (context, rest) = token.split_once('/')?;
    let context = match context {
        "patient" => Context::Patient,
        "user" => Context::User,
        "system" => Context::System,
        _ => return None,
    };
    Some((context, rest))
}

fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

// [SMART §2.2]
fn parse_permissions(text: &str) -> Option<Vec<Permission>> {
    let letters = match text {
        // the words of version 1 and what they stand for
        "read" => "rs",
        "write" => "cud",
        "*" => "cruds",
        letters => letters,
    };
    let mut found = Vec::new();
    let mut left = letters;
    for (letter, permission) in Permission::ORDER {
        if let Some(rest) = left.strip_prefix(letter) {
            found.push(permission);
            left = rest;
        }
    }
    (left.is_empty() && !found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn smart_2_2_a_scope_is_whole_or_narrowed() {
        for (scope, whole) in [
            ("openid profile", true),
            ("openid launch/patient", true),
            ("openid user/*.*", true),
            ("system/*.cruds", true),
            ("user/Patient.rs user/*.cruds", true),
            ("user/*.rs", false),
            ("user/*.read", false),
            ("patient/*.cruds", false),
            ("user/*.cruds?_id=1", false),
            ("openid user/Patient.cruds", false),
            ("user/nonsense", false),
        ] {
            assert_eq!(is_whole(scope), whole, "{scope}");
        }
    }

    const ALL: [Permission; 5] =
        [Permission::Create, Permission::Read, Permission::Update, Permission::Delete, Permission::Search];

    fn letters(word: &str) -> String {
        let scope = SmartScope::parse(word).unwrap_or_else(|| panic!("{word} is a SMART scope"));
        let letter = |wanted: &Permission| {
            Permission::ORDER.iter().find(|(_, own)| own == wanted).map(|(letter, _)| letter)
        };
        ALL.iter().filter(|permission| scope.permissions.contains(permission)).filter_map(letter).collect()
    }

    #[test]
    fn smart_scope_words_are_read() {
        for (word, context, resource_type, permissions, criteria) in [
            ("patient/Observation.rs", Context::Patient, Some("Observation"), "rs", None),
            ("patient/Observation.read", Context::Patient, Some("Observation"), "rs", None),
            ("user/Patient.write", Context::User, Some("Patient"), "cud", None),
            ("system/*.*", Context::System, None, "cruds", None),
            ("user/*.cruds", Context::User, None, "cruds", None),
            ("user/Patient.d", Context::User, Some("Patient"), "d", None),
            (
                "patient/Observation.rs?category=vital",
                Context::Patient,
                Some("Observation"),
                "rs",
                Some("category=vital"),
            ),
        ] {
            let scope = SmartScope::parse(word).unwrap();
            assert_eq!((scope.context, scope.resource_type.as_deref()), (context, resource_type), "{word}");
            assert_eq!(
                (letters(word).as_str(), scope.criteria.as_deref()),
                (permissions, criteria),
                "{word}"
            );
        }
    }

    #[test]
    fn what_is_no_smart_scope_is_not_read_as_one() {
        for word in [
            "",
            "openid",
            "x/y.z",
            "patient",
            "patient/",
            "patient/Patient",
            "patient/Patient.",
            "patient/.rs",
            "patient/Patient.chum",
            "patient/Patient.sdurc",
            "patient/Patient.rr",
            "patient/Patient..c*",
            "patient/Patient.*c",
            "patient/Patient.c*",
            "patient/patient.rs",
            "patient/Pat ient.rs",
            "Patient/Patient.rs",
            "launch/patient",
            "fhircast/Patient.rs",
            "patient/Patient.rs?",
            "patient/Patient.rs?x",
        ] {
            assert_eq!(SmartScope::parse(word), None, "{word:?}");
        }
    }

    #[test]
    fn a_scope_without_smart_words_does_not_limit_and_a_broken_word_allows_nothing() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("openid profile launch/patient fhircast/Patient-open.read"), None);
        assert_eq!(parse("openid patient/Patient.sdurc"), Some(Vec::new()), "a broken word is a limit");
        assert_eq!(parse("user/*.rs patient/x.y").map(|words| words.len()), Some(1));
    }

    proptest! {
        #[test]
        fn only_letters_in_order_are_permissions(text in "[cruds*]{0,6}") {
            let read = SmartScope::parse(&format!("user/Patient.{text}"));
            let in_order = !text.is_empty()
                && text.chars().all(|letter| "cruds".contains(letter))
                && text.chars().zip(text.chars().skip(1)).all(|(a, b)| "cruds".find(a) < "cruds".find(b));
            prop_assert_eq!(read.is_some(), in_order || text == "*");
        }
    }
}
