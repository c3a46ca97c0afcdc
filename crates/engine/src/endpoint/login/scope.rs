//! Narrowing the scope of a login.

use anteroom_oauth::scope::Scope;
use anteroom_oauth::smart_scope::{Permission, SmartScope};

const PERMISSIONS: [Permission; 5] =
    [Permission::Create, Permission::Read, Permission::Update, Permission::Delete, Permission::Search];

/// Whether `wanted` is a word of `held`, or a SMART scope that a word of `held` covers [SMART §3.0.2]: the same context, the
/// type or all types, no further permission, the same criteria if there are any.
pub(super) fn covers(held: &Scope, wanted: &str) -> bool {
    if held.contains(wanted) {
        return true;
    }
    let Some(wanted) = SmartScope::parse(wanted) else { return false };
    held.iter().filter_map(SmartScope::parse).any(|own| covers_word(&own, &wanted))
}

fn covers_word(held: &SmartScope, wanted: &SmartScope) -> bool {
    let name = wanted.resource_type.as_deref().unwrap_or("*");
    held.context == wanted.context
        && PERMISSIONS.iter().all(|one| !wanted.allows(name, *one) || held.allows(name, *one))
        && (held.criteria.is_none() || held.criteria == wanted.criteria)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn smart_scopes_narrow_and_never_widen() {
        let covers = |held: &str, wanted: &str| super::covers(&Scope::parse(held).unwrap(), wanted);
        for (held, wanted) in [
            ("openid profile", "profile"),
            ("patient/Condition.crs", "patient/Condition.read"),
            ("patient/*.rs", "patient/Condition.r"),
            ("patient/Condition.rs", "patient/Condition.rs?category=health-concern"),
            ("patient/Condition.rs?a=1", "patient/Condition.r?a=1"),
        ] {
            assert!(covers(held, wanted), "{held} covers {wanted}");
        }
        for (held, wanted) in [
            ("openid", "email"),
            ("patient/Condition.rs", "patient/Condition.cruds"),
            ("patient/Condition.rs", "user/Condition.rs"),
            ("patient/Condition.rs", "patient/*.rs"),
            ("patient/Condition.rs?encounter=Encounter/1", "patient/Condition.rs?category=health-concern"),
            ("patient/Condition.rs?a=1", "patient/Condition.rs"),
            ("patient/Conditio.rs", "patient/Condition.rs"),
        ] {
            assert!(!covers(held, wanted), "{held} does not cover {wanted}");
        }
    }

    proptest! {
        #[test]
        fn covering_is_transitive(
            words in proptest::collection::vec("(patient|user)/(A|B|\\*)\\.(c?r?u?d?s?)(\\?x=[12])?", 3),
        ) {
            let parsed: Vec<_> = words.iter().filter_map(|word| SmartScope::parse(word)).collect();
            if let [a, b, c] = parsed.as_slice() {
                prop_assert!(!(covers_word(a, b) && covers_word(b, c)) || covers_word(a, c));
                prop_assert!(covers_word(a, a));
            }
        }
    }
}
