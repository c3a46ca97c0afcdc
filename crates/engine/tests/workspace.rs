//! Workspace files against a store: what they add, what they change, what they leave, and what they refuse.

#![expect(clippy::unwrap_used, reason = "what fails in a test panics")]

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::clock::ManualClock;
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::service::{clients, passwords};
use anteroom_engine::timestamp::Timestamp;
use anteroom_engine::workspace::{ApplyError, Report, Workspace, apply, export};
use anteroom_store_sqlite::SqliteStore;
use serde_json::{Value, json};

const PROJECT: &str = "a0000000-0000-4000-8000-000000000001";
const PORTAL: &str = "b0000000-0000-4000-8000-000000000001";
const PATIENT: &str = "d0000000-0000-4000-8000-000000000001";

struct Bench(Arc<Engine>);

impl Bench {
    fn new() -> Self {
        let engine = Engine::open(Parts {
            store: Arc::new(SqliteStore::in_memory().unwrap()),
            master_key: MasterKey::from_bytes([7; 32]),
            clock: Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000))),
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse("http://127.0.0.1:8103/").unwrap()],
        });
        Self(Arc::new(engine.unwrap()))
    }

    /// With a clinic in it.
    fn clinic() -> Self {
        let bench = Self::new();
        bench.apply(&clinic()).unwrap();
        bench
    }

    fn try_apply(&self, file: &Value, dry_run: bool) -> Result<Report, ApplyError> {
        apply(&self.0, Workspace::read(file.to_string().as_bytes())?, dry_run)
    }

    fn apply(&self, file: &Value) -> Result<[usize; 3], String> {
        match self.try_apply(file, false) {
            Ok(report) => Ok([report.added.len(), report.changed.len(), report.left.len()]),
            Err(ApplyError::Misfit(misfit)) => Err(misfit.to_string()),
            Err(fault) => panic!("{fault:?}"),
        }
    }

    fn export(&self) -> Value {
        serde_json::to_value(export(&self.0, true).unwrap().workspace).unwrap()
    }

    fn events(&self) -> i64 {
        self.0.read(|tx, _| Ok(tx.verify_events()?.0)).unwrap()
    }
}

fn clinic() -> Value {
    json!({ "projects": [{
        "id": PROJECT, "name": "Clinic",
        "accessPolicies": [{ "name": "Staff", "resource": [{ "resourceType": "Patient" }] }],
        "clients": [{ "id": PORTAL, "name": "Portal", "clientType": "confidential", "secret": "first-secret",
                      "redirectUris": ["https://portal.example/cb"], "accessTokenLifetime": "30m" }],
        "members": [{ "email": "Ada@Clinic.example", "password": "ada-password", "accessPolicy": "Staff", "admin": true,
                      "profile": { "resourceType": "Practitioner", "name": [{ "given": ["Ada"], "family": "Byron" }] } },
                    { "profile": { "resourceType": "Patient", "id": PATIENT, "name": [{ "text": "Pat Doe" }] } }],
    }] })
}

/// A file about the clinic with one list in it.
#[expect(clippy::needless_pass_by_value, reason = "callers write the JSON in place")]
fn about(list: &str, items: Value) -> Value {
    json!({ "projects": [{ "name": "Clinic", list: items }] })
}

#[test]
fn applying_twice_changes_nothing_and_writes_no_event() {
    let bench = Bench::new();
    assert_eq!(bench.apply(&clinic()), Ok([5, 0, 0]));
    let (before, events) = (bench.export(), bench.events());
    assert_eq!(bench.apply(&clinic()), Ok([0, 0, 5]));
    assert_eq!((bench.export(), bench.events()), (before, events));
}

#[test]
fn a_dry_run_says_what_would_happen_and_does_not_do_it() {
    let bench = Bench::new();
    let events = bench.events();
    let report = bench.try_apply(&clinic(), true).unwrap();
    assert_eq!((report.added.len(), bench.events()), (5, events));
    assert_eq!(bench.export(), json!({ "projects": [] }));
    assert!(report.added.iter().all(|item| item.kind != "member" || item.name.is_none()), "no person's name");
}

#[test]
fn absent_stays_null_is_the_default_and_a_value_is_the_value() {
    let bench = Bench::clinic();
    let portal = |bench: &Bench| bench.export()["projects"][0]["clients"][0].clone();
    assert_eq!(bench.apply(&about("clients", json!([{ "id": PORTAL, "name": "Portal" }]))), Ok([0, 0, 2]));
    let change =
        json!([{ "id": PORTAL, "name": "Renamed", "accessTokenLifetime": null, "defaultScope": ["openid"] }]);
    assert_eq!(bench.apply(&about("clients", change)), Ok([0, 1, 1]));
    let changed = portal(&bench);
    assert_eq!(changed["name"], "Renamed");
    assert_eq!((changed.get("accessTokenLifetime"), &changed["defaultScope"]), (None, &json!(["openid"])));
    assert_eq!(changed["redirectUris"], json!(["https://portal.example/cb"]));
}

#[test]
fn secrets_are_kept_as_digests_and_change_only_when_they_differ() {
    let bench = Bench::clinic();
    let client = || bench.0.read(|tx, _| Ok(tx.client(PORTAL.parse().unwrap())?)).unwrap().unwrap();
    let first = client();
    let rotate = about(
        "clients",
        json!([{ "id": PORTAL, "name": "Portal", "secret": "second-secret", "retiringSecret": "first-secret" }]),
    );
    assert_eq!(bench.apply(&rotate), Ok([0, 1, 1]));
    let second = client();
    assert_ne!(second.secret, first.secret);
    assert_eq!(second.retiring_secret.map(|secret| secret.digest), first.secret.map(|secret| secret.digest));
    assert_eq!(bench.apply(&rotate), Ok([0, 0, 2]));
    let retire = about("clients", json!([{ "id": PORTAL, "name": "Portal", "retiringSecret": null }]));
    assert_eq!(bench.apply(&retire), Ok([0, 1, 1]));
    assert_eq!((client().secret, client().retiring_secret), (second.secret, None));
}

#[test]
fn the_secret_of_a_provider_is_sealed_and_left_when_it_is_the_same() {
    let bench = Bench::clinic();
    let provider = |secret: &str| {
        about(
            "clients",
            json!([{ "id": PORTAL, "name": "Portal", "identityProvider":
            { "userInfoUrl": "https://idp.example/userinfo", "clientSecret": secret } }]),
        )
    };
    assert_eq!(bench.apply(&provider("one")), Ok([0, 1, 1]));
    assert_eq!(bench.apply(&provider("one")), Ok([0, 0, 2]));
    assert_eq!(bench.apply(&provider("two")), Ok([0, 1, 1]));
    let client = bench.0.read(|tx, _| Ok(tx.client(PORTAL.parse().unwrap())?)).unwrap().unwrap();
    assert_eq!(clients::open_provider_secret(&bench.0, &client).unwrap().unwrap().as_slice(), b"two");
}

#[test]
fn the_secret_of_a_provider_goes_to_another_server_only_when_the_file_names_it() {
    let bench = Bench::clinic();
    let provider = |host: &str, secret: Option<&str>| {
        let mut provider = json!({ "userInfoUrl": "https://idp.example/userinfo", "tokenUrl": format!("https://{host}/token") });
        provider
            .as_object_mut()
            .unwrap()
            .extend(secret.map(|secret| ("clientSecret".to_owned(), json!(secret))));
        about("clients", json!([{ "id": PORTAL, "name": "Portal", "identityProvider": provider }]))
    };
    assert_eq!(bench.apply(&provider("idp.example", Some("one"))), Ok([0, 1, 1]));
    assert_eq!(bench.apply(&provider("idp.example", None)), Ok([0, 0, 2]));
    let refused = bench.apply(&provider("other.example", None)).unwrap_err();
    assert!(refused.starts_with("projects[0].clients[0].identityProvider.clientSecret: "), "{refused}");
    assert_eq!(bench.apply(&provider("other.example", Some("one"))), Ok([0, 1, 1]));
    let connection = |host: &str, secret: Option<&str>| {
        let mut options = json!({ "token_endpoint": format!("https://{host}/token") });
        options
            .as_object_mut()
            .unwrap()
            .extend(secret.map(|secret| ("client_secret".to_owned(), json!(secret))));
        about("connections", json!([{ "name": "acme", "strategy": "oidc", "options": options }]))
    };
    assert_eq!(bench.apply(&connection("idp.example", Some("one"))), Ok([1, 0, 1]));
    assert_eq!(bench.apply(&connection("idp.example", Some("one"))), Ok([0, 0, 2]));
    let refused = bench.apply(&connection("other.example", None)).unwrap_err();
    assert!(refused.contains("Give the secret"), "{refused}");
    assert_eq!(bench.apply(&connection("other.example", Some("one"))), Ok([0, 1, 1]));
}

#[test]
fn a_name_is_what_the_file_made_it_so_far() {
    let bench = Bench::clinic();
    let renamed = json!([
        { "id": PORTAL, "name": "Doorway" },
        { "name": "Portal", "clientType": "public" },
        { "name": "Kiosk", "clientType": "public" },
    ]);
    assert_eq!(bench.apply(&about("clients", renamed)), Ok([2, 1, 1]));
    let twice = json!([{ "name": "Kiosk", "clientType": "public" }, { "name": " Kiosk " }]);
    let refused = bench.apply(&about("clients", twice)).unwrap_err();
    assert_eq!(refused, "projects[0].clients[1]: names the same row as projects[0].clients[0]");
    let new = json!([{ "name": "New", "clientType": "public" }, { "name": "New", "status": "off" }]);
    let refused = bench.apply(&about("clients", new)).unwrap_err();
    assert_eq!(refused, "projects[0].clients[1]: names the same row as projects[0].clients[0]");
    let second = "b0000000-0000-4000-8000-000000000009";
    let same = json!([{ "id": second, "name": "Kiosk", "clientType": "public" }, { "name": "Kiosk" }]);
    let refused = bench.apply(&about("clients", same)).unwrap_err();
    assert_eq!(refused, "projects[0].clients[1]: several clients have this name; give the id");
}

#[test]
fn members_are_found_by_address_external_id_and_profile() {
    let bench = Bench::clinic();
    let steps = [
        (json!({ "email": "ada@CLINIC.example", "desk": true }), [0, 1, 1]),
        (json!({ "email": "ada@clinic.example", "password": "ada-password", "desk": true }), [0, 0, 2]),
        (json!({ "email": "ada@clinic.example", "password": "another-password" }), [0, 1, 1]),
        (
            json!({ "profile": { "resourceType": "Patient", "id": PATIENT }, "externalId": "idp|pat" }),
            [0, 1, 1],
        ),
        (json!({ "externalId": "idp|pat", "active": false }), [0, 1, 1]),
        (
            json!({ "externalId": "idp|pat", "profile": { "resourceType": "Patient", "birthDate": "1984-03-07" } }),
            [0, 1, 1],
        ),
        (json!({ "externalId": "idp|new", "profile": { "resourceType": "RelatedPerson" } }), [1, 0, 1]),
    ];
    for (member, expected) in steps {
        assert_eq!(bench.apply(&about("members", json!([member]))), Ok(expected), "{member}");
    }
    let members = bench.export()["projects"][0]["members"].clone();
    let pat = members.as_array().unwrap().iter().find(|member| member["externalId"] == "idp|pat").unwrap();
    assert_eq!((&pat["active"], &pat["profile"]["birthDate"]), (&json!(false), &json!("1984-03-07")));
    assert_eq!(pat["profile"]["name"], json!([{ "text": "Pat Doe" }]), "what the file does not name stays");
    let ada =
        bench.0.read(|tx, _| Ok(tx.user_by_email(PROJECT.parse().unwrap(), "ada@clinic.example")?)).unwrap();
    assert!(passwords::verify(&ada.unwrap().password.unwrap(), "another-password").unwrap());
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
fn a_value_that_does_not_fit_is_named_by_its_path_and_nothing_is_kept() {
    let clients = |client: Value| about("clients", json!([client]));
    let members = |member: Value| about("members", json!([member]));
    let patient = json!({ "resourceType": "Patient" });
    let cases = [
        (clients(json!({ "name": "New" })), "projects[0].clients[0].clientType: "),
        (
            clients(json!({ "name": "New", "clientType": "public", "secret": "s" })),
            "projects[0].clients[0].secret: ",
        ),
        (
            clients(
                json!({ "name": "New", "clientType": "public", "redirectUris": ["https://a.example/", "https://a.example/#x"] }),
            ),
            "projects[0].clients[0].redirectUris[1]: ",
        ),
        (
            clients(json!({ "name": "New", "clientType": "public", "postLogoutRedirectUris": ["*"] })),
            "projects[0].clients[0].postLogoutRedirectUris[0]: ",
        ),
        (
            clients(
                json!({ "name": "New", "clientType": "public", "allowedOrigins": ["https://a.example/"] }),
            ),
            "projects[0].clients[0].allowedOrigins[0]: ",
        ),
        (
            clients(json!({ "name": "New", "clientType": "public", "accessTokenLifetime": "1 hour" })),
            "projects[0].clients[0].accessTokenLifetime: ",
        ),
        (
            clients(json!({ "name": "New", "clientType": "public", "accessPolicy": "None" })),
            "projects[0].clients[0].accessPolicy: ",
        ),
        (
            clients(
                json!({ "name": "New", "clientType": "public", "identityProvider": { "userInfoUrl": "ftp://a" } }),
            ),
            "projects[0].clients[0].identityProvider.userInfoUrl: ",
        ),
        (clients(json!({ "name": "", "clientType": "public" })), "projects[0].clients[0].name: "),
        (
            clients(json!({ "id": PORTAL, "name": "Portal", "clientType": "public" })),
            "projects[0].clients[0].clientType: ",
        ),
        (
            about("clients", json!([{ "id": PORTAL, "name": "Portal" }, { "name": "Portal" }])),
            "projects[0].clients[1]: names the same row as projects[0].clients[0]",
        ),
        (members(json!({ "profile": patient })), "projects[0].members[0]: a member needs membershipId"),
        (
            members(json!({ "email": "new@clinic.example" })),
            "projects[0].members[0].profile: a new member needs a profile",
        ),
        (
            members(json!({ "email": "nowhere", "profile": patient })),
            "projects[0].members[0].email: is no e-mail address",
        ),
        (
            members(json!({ "email": "new@clinic.example", "password": "short", "profile": patient })),
            "projects[0].members[0].password: ",
        ),
        (
            members(json!({ "externalId": "x", "password": "long-enough", "profile": patient })),
            "projects[0].members[0].email: A password needs",
        ),
        (
            members(json!({ "externalId": "x", "profile": { "resourceType": "Device" } })),
            "projects[0].members[0].profile.resourceType: ",
        ),
        (
            members(json!({ "externalId": "x", "profile": { "resourceType": "Patient", "id": "7" } })),
            "projects[0].members[0].profile.id: not a UUID",
        ),
        (
            members(
                json!({ "externalId": "x", "profile": { "resourceType": "Patient", "birthDate": "7.3.1984" } }),
            ),
            "projects[0].members[0].birthDate: ",
        ),
        (
            members(json!({ "email": "ada@clinic.example", "profile": patient })),
            "projects[0].members[0].profile: this member has another profile",
        ),
        (
            members(json!({ "profile": { "resourceType": "Patient", "id": PATIENT }, "externalId": "" })),
            "projects[0].members[0].externalId: ",
        ),
        (
            about("allowedOutboundHosts", json!(["idp.example:443", "idp.example"])),
            "projects[0].allowedOutboundHosts[1]: ",
        ),
        (
            about(
                "accessPolicies",
                json!([{ "name": "Bad", "ipAccessRule": [{ "value": " ", "action": "allow" }] }]),
            ),
            "projects[0].accessPolicies[0].ipAccessRule: ",
        ),
        (
            about("accessPolicies", json!([{ "id": PATIENT, "name": "Staff" }])),
            "projects[0].accessPolicies[0].id: a policy with this name exists",
        ),
        (
            json!({ "projects": [{ "name": "Other", "clients": [{ "id": PORTAL, "name": "Portal" }] }] }),
            "projects[0].clients[0].id: belongs to a client of another project",
        ),
    ];
    let bench = Bench::clinic();
    let (before, events) = (bench.export(), bench.events());
    for (file, complaint) in cases {
        let refused = bench.apply(&file).unwrap_err();
        assert!(refused.starts_with(complaint), "{file}: {refused}");
        assert!(
            !refused.contains("clinic.example") && !refused.contains("1984"),
            "no person's value: {refused}"
        );
        // Something that fits comes first; it is not kept either.
        let mut file = file;
        file["projects"].as_array_mut().unwrap().insert(0, json!({ "name": "First" }));
        let refused = bench.apply(&file).unwrap_err();
        assert!(refused.starts_with(&complaint.replace("projects[0]", "projects[1]")), "{file}: {refused}");
    }
    assert_eq!((bench.export(), bench.events()), (before, events));
}

#[test]
fn two_rows_of_one_name_need_their_ids() {
    let bench = Bench::clinic();
    let second = "b0000000-0000-4000-8000-000000000002";
    assert_eq!(
        bench.apply(&about("clients", json!([{ "id": second, "name": "Portal", "clientType": "public" }]))),
        Ok([1, 0, 1])
    );
    let refused = bench.apply(&about("clients", json!([{ "name": "Portal", "status": "off" }]))).unwrap_err();
    assert_eq!(refused, "projects[0].clients[0]: several clients have this name; give the id");
    assert_eq!(bench.apply(&json!({ "projects": [{ "id": second, "name": "Clinic" }] })), Ok([1, 0, 0]));
    let refused = bench.apply(&about("clients", json!([]))).unwrap_err();
    assert_eq!(refused, "projects[0]: several projects have this name; give the id");
}

#[test]
fn an_export_says_what_is_not_in_it_and_makes_the_same_rows_elsewhere() {
    let bench = Bench::clinic();
    let exported = export(&bench.0, false).unwrap();
    let left_out = exported.left_out.join("\n");
    assert!(left_out.contains("1 client secrets") && left_out.contains("1 passwords"), "{left_out}");
    let text = serde_json::to_string(&exported.workspace).unwrap();
    assert!(!text.contains("secret") && !text.contains("password"), "{text}");
    let elsewhere = Bench::new();
    assert_eq!(elsewhere.apply(&bench.export()), Ok([5, 0, 0]));
    assert_eq!(elsewhere.export(), bench.export());
    assert_eq!(elsewhere.apply(&bench.export()), Ok([0, 0, 5]));
}

#[test]
fn further_access_policies_are_given_by_name_with_their_parameters() {
    let bench = Bench::clinic();
    let access = json!([{ "policy": "Staff" },
        { "policy": "Staff", "parameter": [{ "name": "team", "valueString": "a" },
          { "name": "doctor", "valueReference": { "reference": "Practitioner/1" } }] }]);
    let member =
        |access: &Value| about("members", json!([{ "email": "ada@clinic.example", "access": access }]));
    let client = |access: &Value| about("clients", json!([{ "name": "Portal", "access": access }]));
    for file in [member(&access), client(&access)] {
        assert_eq!(bench.apply(&file), Ok([0, 1, 1]), "{file}");
        assert_eq!(bench.apply(&file), Ok([0, 0, 2]), "{file}");
    }
    let exported = bench.export();
    for place in ["/projects/0/members/0/access", "/projects/0/clients/0/access"] {
        assert_eq!(exported.pointer(place), Some(&access), "{place}");
    }
    let elsewhere = Bench::new();
    elsewhere.apply(&exported).unwrap();
    assert_eq!(elsewhere.export(), exported);
    assert_eq!(
        bench.apply(&about("members", json!([{ "email": "ada@clinic.example", "admin": true }]))),
        Ok([0, 0, 2])
    );
    assert_eq!(bench.export(), exported, "left out, they stay");
    assert_eq!(bench.apply(&member(&Value::Null)), Ok([0, 1, 1]));
    assert!(bench.export().pointer("/projects/0/members/0/access").is_none());
    for wrong in [
        json!([{ "policy": "Nobody's" }]),
        json!([{ "policy": "" }]),
        json!([{ "policy": "Staff", "parameter": [{ "name": "a b", "valueString": "x" }] }]),
        json!([{ "policy": "Staff", "parameter": [{ "name": "a" }] }]),
    ] {
        let refused = bench.apply(&member(&wrong));
        assert!(refused.is_err(), "{wrong}: {refused:?}");
    }
}
