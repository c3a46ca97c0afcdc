//! The ledger of Medplum's own tests: every row of `tests/ledger/medplum_cases.json` that means something for this server
//! stands in a test under its title, or here with its reason.
//!
//! A row is shown by a test whose source holds its title as a text, or whose name is the title in snake case.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::sources::{functions, sources};

#[derive(Debug, Deserialize)]
struct Row {
    suite: String,
    title: String,
    local: Local,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Local {
    /// It means the same here.
    Yes,
    /// In part: where the part exists.
    Part,
    /// Outside of this server's trade.
    No,
}

/// Rows that hold by how the program is made, or whose laxness a decision closed. The stricter answer has a test.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("oauth/authorize.test", "Success", "To our own sign-in page, not to a sign-in app at /oauth: AZ-01."),
    (
        "oauth/authorize.test",
        "Show scope screen on subsequent authorize",
        "Our page asks again when a scope is new; no login id stands in an address: AR-18.",
    ),
    (
        "oauth/authorize.test",
        "Multiple authorizations reusing same login",
        "Every code begins a login of its own, so that revoking one ends one: AR-40.",
    ),
    ("oauth/authorize.test", "Using id_token_hint", "A hint signs nobody in: AR-24, AR-25."),
    ("oauth/authorize.test", "Invalid id_token_hint", "Refused, so that a client notices: AR-24."),
    (
        "oauth/authorize.test",
        "Invalid ClientApplication.redirectUri",
        "A client cannot be stored with a redirect URI that is none: AZ-18.",
    ),
    ("oauth/clients.test", "getClientRedirectUri", "Exact text only, and never a longer path: AZ-05."),
    (
        "oauth/clients.test",
        "getClientRedirectUri with deprecated redirectUri",
        "Exact text only, and never a longer path: AZ-05.",
    ),
    ("oauth/keys.test", "Missing issuer", "By type: an engine does not open without an issuer."),
    ("oauth/keys.test", "Generate before initialized", "By type: an engine makes its keys when it opens."),
    ("oauth/keys.test", "Generate refresh token", "Refresh tokens are random texts, not JWTs: RT-15."),
    ("oauth/keys.test", "Generate secret", "Secrets are 32 random bytes in base64url: AR-37, PR-12."),
    (
        "oauth/introspect.test",
        "Token introspection",
        "Only for clients that prove who they are, as RFC 7662 asks: RV-08, RV-10.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "Rejects a refresh token signed with \"alg\": \"none\"",
        "Refresh tokens are random texts, not JWTs; anything else is unknown: RT-02.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "Rejects a refresh token re-signed with HS256",
        "Refresh tokens are random texts, not JWTs; anything else is unknown: RT-02.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "Rejects a refresh token with a tampered payload",
        "Refresh tokens are random texts, not JWTs; anything else is unknown: RT-02.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "Rotation loses a write conflict and reports reuse rather than rotating again",
        "One conditional UPDATE on one writer decides: RT-04.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "Concurrent refreshes with the same token rotate once and all succeed",
        "At most one branch lives; the answer that was lost is given once more: RT-04, RT-05.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "A rotation rejected for a reason other than the secret does not revoke the login",
        "A fault rolls the whole request back: HT-19.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "Known gap: Confidential client can refresh without client authentication",
        "A gap that is closed here: RT-07.",
    ),
    (
        "oauth/refresh-token-grant.test",
        "Known gap: IP access rules are not enforced on refresh",
        "A gap that is closed here: RT-12.",
    ),
    (
        "oauth/token.test",
        "Refresh token failed for no refresh_secret claim",
        "Refresh tokens are random texts, without claims: RT-02.",
    ),
    (
        "oauth/token.test",
        "Token for client with inactive ProjectMembership",
        "Refused when it asks, not by a token that then fails: CC-06.",
    ),
    (
        "oauth/token.test",
        "Authorization code token with code challenge and PKCE optional",
        "A code that was asked for with a challenge is never given without its verifier: AC-10.",
    ),
    (
        "oauth/token.test",
        "Authorization code revoked",
        "Refused with the same code, in the words for a code that is too old (rows_of_sign_ins_that_were_ended).",
    ),
    (
        "oauth/token.test",
        "Refresh tokens disabled for super admins",
        "There are no super admins: every right ends at the project.",
    ),
    (
        "oauth/token.test",
        "Token for authorization_code with invalid client ID",
        "Who cannot be a client learns nothing about codes: the client is looked at first.",
    ),
    (
        "auth/changepassword.test",
        "Breached password",
        "Nothing leaves this machine: no password is looked up at a breach database.",
    ),
    (
        "auth/setpassword.test",
        "Breached password",
        "Nothing leaves this machine: no password is looked up at a breach database.",
    ),
    (
        "auth/setpassword.test",
        "UserSecurityRequest invalid type",
        "By type: every request here is of the type reset.",
    ),
    (
        "auth/login.test",
        "Success new project",
        "An admin makes projects; projectId new is refused like another id that is none.",
    ),
    (
        "auth/me.test",
        "User configuration",
        "There are no user configurations to store; an empty one is answered.",
    ),
    (
        "auth/me.test",
        "Set default menu",
        "There are no user configurations to store; an empty one is answered.",
    ),
    (
        "auth/me.test",
        "Project features are returned in /auth/me",
        "Projects here have no features to switch on.",
    ),
    (
        "auth/method.test",
        "Domain config authorize url without protocol",
        "A client cannot be stored with an authorize URL that is neither http nor https.",
    ),
    (
        "auth/external.test",
        "DomainConfiguration success",
        "There is no sign-in app to send a browser to: redirectUri or an allowed returnTo must say where.",
    ),
    (
        "auth/external.test",
        "returnTo URL is ignored when not in allowedPostLoginRedirectUrls",
        "Refused instead: there is no sign-in app to send the browser to.",
    ),
    (
        "auth/external.test",
        "returnTo URL with confused domain is rejected",
        "Refused instead, by the whole text: there is no sign-in app to send the browser to.",
    ),
    (
        "oauth/utils.test",
        "Blank authentication method",
        "By type: the endpoint decides the method, no caller names it.",
    ),
    (
        "oauth/utils.test",
        "Invalid authentication method",
        "By type: the endpoint decides the method, no caller names it.",
    ),
    (
        "oauth/utils.test",
        "getMembershipsForLogin missing user reference",
        "By type: a login that waits for a profile names its user.",
    ),
    (
        "oauth/utils.test",
        "getMembershipsForLogin includes memberships without active field",
        "By type: a membership is active or it is not.",
    ),
    (
        "oauth/utils.test",
        "getAuthTokens Login missing profile",
        "By type: a code is made for a membership, and a membership has a profile.",
    ),
    ("oauth/utils.test", "CLI client", "There are no built-in clients; a client for it can be created."),
    (
        "oauth/utils.test",
        "Client application PKCE optional",
        "A client with pkceOptional signs in without a challenge and redeems without one: AC-12.",
    ),
    (
        "oauth/token.test",
        "Token exchange invalid external URL",
        "A client cannot be stored with a userinfo URL that is neither http nor https; the dry run refuses one, too.",
    ),
    ("oauth/register.test", "Missing redirect_uri", "There is no dynamic registration: OT-09."),
    ("oauth/register.test", "Unknown redirect_uri", "There is no dynamic registration: OT-09."),
    ("oauth/register.test", "Success", "There is no dynamic registration: OT-09."),
];

/// Suites of routes that this server does not have, whatever their titles.
const ABSENT: &[(&str, &str)] = &[
    ("oauth/cert.test", "mutual TLS"),
    ("auth/newuser.test", "people who register themselves: an admin makes accounts"),
    ("auth/newproject.test", "people who register themselves: an admin makes projects"),
    ("auth/newpatient.test", "people who register themselves: an admin makes patients"),
    ("auth/resetpassword.test", "password links by mail: an admin hands them over"),
    ("auth/verifyemail.test", "links by mail"),
    ("oauth/external.test", "bearer tokens of other issuers"),
];

/// Rows whose part is not here, each with what is missing.
const NOT_HERE: &[(&str, &str, &str)] = &[
    ("oauth/token.test", "mTLS error on client not found", "Mutual TLS."),
    ("oauth/token.test", "mTLS error missing trust store", "Mutual TLS."),
    ("oauth/token.test", "mTLS with self-signed certificate success", "Mutual TLS."),
    (
        "oauth/token.test",
        "Client assertion multiple matching 3rd check success",
        "Several keys under one name: a kid names one key (RFC 7517 section 4.5), and without one a single key must fit.",
    ),
    (
        "oauth/token.test",
        "Client assertion multiple inner error",
        "Several keys under one name: a kid names one key (RFC 7517 section 4.5), and without one a single key must fit.",
    ),
    ("oauth/routes.test", "Get token with client credentials", "FHIR operations such as $validate."),
    (
        "auth/login.test",
        "Login with access policy",
        "Observation, which its policy is about: only the auth slice.",
    ),
    (
        "oauth/utils.test",
        "Login with externalId and missing projectId",
        "External ids without a project: a person is looked for in the project of a client always.",
    ),
    (
        "oauth/utils.test",
        "External auth without projectId",
        "External ids without a project: a person is looked for in the project of a client always.",
    ),
    (
        "oauth/middleware.test",
        "Basic auth with super admin client",
        "Super admins: every right ends at the project.",
    ),
    (
        "admin/client.test",
        "Create client as superadmin - verify projectID",
        "Super admins: every right ends at the project.",
    ),
    (
        "admin/invite.test",
        "Super admin invite to different project",
        "Super admins: every right ends at the project.",
    ),
    (
        "admin/project.test",
        "Delete server-scoped user membership does not delete User resource",
        "Users of the whole server: an account belongs to a project.",
    ),
    (
        "admin/project.test",
        "Set password for global scoped user",
        "Users of the whole server: an account belongs to a project.",
    ),
    (
        "admin/invite.test",
        "Inviting a project-scoped user when there is already a server-scoped user who is a member with the same email address",
        "Users of the whole server: an account belongs to a project.",
    ),
    (
        "admin/invite.test",
        "Inviting a server-scoped user when there is already a project-scoped user who is a member with the same email address",
        "Users of the whole server: an account belongs to a project.",
    ),
    (
        "admin/invite.test",
        "Invite project scoped user",
        "User as a FHIR resource: the row looks for it there.",
    ),
    (
        "admin/invite.test",
        "Invite server scoped User, and check that the User is not accessible from the project",
        "Users of the whole server: an account belongs to a project.",
    ),
    (
        "admin/invite.test",
        "Existing user to project",
        "Users of the whole server: an account of another project is another account.",
    ),
    (
        "admin/invite.test",
        "Existing practitioner to project",
        "A profile is taken over only when the invitation names it: an e-mail address in a profile proves nothing.",
    ),
    (
        "admin/invite.test",
        "Email sending error due to SES not being set up",
        "Mail: an invitation sends none, so that none can fail.",
    ),
    (
        "fhir/smart.test",
        "Generate / Intersect access policy (plain, wildcard, granular)",
        "Generated policies: the policy and the scope are both asked, and both must say yes (SM-07).",
    ),
];

fn rows() -> Vec<Row> {
    let text = include_str!("../ledger/medplum_cases.json");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("medplum_cases.json: {error}"))
}

fn snake_case(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

/// What shows rows: texts in the tests, and their names.
struct Shown {
    texts: Vec<&'static str>,
    names: BTreeSet<String>,
}

impl Shown {
    fn read() -> Self {
        let ours = ["tests/oauth/medplum_cases.rs", "tests/oauth/cases.rs", "tests/oauth/attacks.rs"];
        let tests = sources()
            .iter()
            .filter(|source| source.file.contains("tests/") && !ours.contains(&source.file.as_str()));
        let names = functions().into_iter().map(|function| function.name).collect();
        Self { texts: tests.map(|source| source.text.as_str()).collect(), names }
    }

    /// One word is no title: it may stand anywhere.
    fn has(&self, row: &Row) -> bool {
        let title = row.title.replace('"', "\\\"");
        let prefixed = format!("\"{}: {title}\"", row.suite.trim_end_matches(".test"));
        let (quoted, explained) = (format!("\"{title}\""), format!("\"{title}: "));
        let one_word = !row.title.contains(' ');
        let stands = |text: &&str| {
            text.contains(&prefixed) || (!one_word && (text.contains(&quoted) || text.contains(&explained)))
        };
        self.texts.iter().any(stands) || (!one_word && self.names.contains(&snake_case(&row.title)))
    }
}

#[test]
fn every_row_of_medplums_tests_has_a_test_or_a_reason() {
    let rows = rows();
    assert_eq!(rows.len(), 474);
    let shown = Shown::read();
    let (mut tested, mut otherwise, mut absent, mut not_here) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    let among = |list: &[(&str, &str, &str)], row: &Row| {
        list.iter().any(|(suite, title, _)| row.suite == *suite && row.title == *title)
    };
    for row in rows.iter().filter(|row| row.local != Local::No) {
        if among(OTHERWISE, row) {
            otherwise += 1;
        } else if ABSENT.iter().any(|(suite, _)| row.suite == *suite) {
            absent += 1;
        } else if among(NOT_HERE, row) {
            not_here += 1;
            if shown.has(row) {
                wrong.push(format!("{}: {}: take its reason out, it has a test", row.suite, row.title));
            }
        } else if shown.has(row) {
            tested += 1;
        } else {
            wrong.push(format!("{}: {}: neither a test nor a reason", row.suite, row.title));
        }
    }
    println!(
        "Medplum's rows: {tested} tested, {otherwise} stricter or by type, {absent} of routes that are not here, \
         {not_here} whose part is not here"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reasons_belong_to_rows() {
    let rows = rows();
    for (suite, title, reason) in OTHERWISE.iter().chain(NOT_HERE) {
        assert!(rows.iter().any(|row| row.suite == *suite && row.title == *title), "{suite}: {title}");
        assert!(reason.len() > 10 && reason.ends_with('.'), "{title}: {reason}");
    }
    for (suite, reason) in ABSENT {
        assert!(rows.iter().any(|row| row.suite == *suite) && reason.len() > 5, "{suite}");
    }
}
