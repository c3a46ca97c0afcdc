//! FHIR: the auth slice.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// A resource type or an operation that is not here.
            NotInAuthSlice = "not_in_auth_slice" {
                rfc: AUTH_SLICE,
                medplum: AUTH_SLICE,
                section: "Anteroom: FHIR",
                advice: "Ask a FHIR server for other resources; this one keeps what signing in needs.",
            }
            /// No such resource in the caller's project, or none that the caller may see.
            ResourceNotFound = "resource_not_found" {
                rfc: NOT_FOUND,
                medplum: NOT_FOUND,
                section: "FHIR R4 section 3.1.0.1",
                advice: "Check the id; the access policy of the caller may hide the resource.",
            }
            /// The resource was deleted.
            ResourceGone = "resource_gone" {
                rfc: GONE,
                medplum: GONE,
                section: "FHIR R4 section 3.1.0.1",
                advice: "The resource was deleted; the Activity screen says when and by whom.",
            }
            /// The access policy does not allow it.
            PolicyForbids = "policy_forbids" {
                rfc: FORBIDDEN,
                medplum: FORBIDDEN,
                section: "Medplum: access policies",
                advice: "Look under Access policies which entry would allow it; clients and policies are written by project admins only.",
            }
            /// The scope of the token does not allow it.
            ScopeForbids = "scope_forbids" {
                rfc: FORBIDDEN,
                medplum: FORBIDDEN,
                section: "SMART App Launch 2.2: scopes for requesting FHIR resources",
                advice: "The access policy would allow it; ask for a scope that names the resource type and the permission.",
            }
            /// `If-Match` names another version.
            VersionsDiffer = "versions_differ" {
                rfc: PRECONDITION_FAILED,
                medplum: PRECONDITION_FAILED,
                section: "FHIR R4 section 3.1.0.5",
                advice: "Somebody changed the resource meanwhile; read it again and repeat the change.",
            }
            /// The body is of another type than the path.
            IncorrectResourceType = "incorrect_resource_type" {
                rfc: outcome(400, None, "invalid", "Incorrect resource type"),
                medplum: outcome(400, None, "invalid", "Incorrect resource type"),
                section: "FHIR R4 section 3.1.0.8",
                advice: "Send the resource to the path of its resourceType.",
            }
            /// The id in the body is another one than in the path.
            IncorrectResourceId = "incorrect_resource_id" {
                rfc: outcome(400, None, "invalid", "Incorrect resource ID"),
                medplum: outcome(400, None, "invalid", "Incorrect resource ID"),
                section: "FHIR R4 section 3.1.0.4",
                advice: "Send the same id in the body and in the path.",
            }
            /// The JSON Patch cannot be applied, or one of its tests failed.
            PatchNotApplied = "patch_not_applied" {
                rfc: outcome(400, None, "invalid", "The JSON Patch could not be applied"),
                medplum: outcome(400, None, "invalid", "The JSON Patch could not be applied"),
                section: "RFC 6902 section 5",
                advice: "Check the paths and the tests of the patch against the resource as it is now.",
            }
        }
    };
}

pub(super) use rows;
