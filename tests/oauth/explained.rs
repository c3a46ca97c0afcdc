//! Of every refusal the engine can give, the trace names the check that failed and both values it compared.
//!
//! The scenarios are the wire tests themselves, run once more and watched, and a row of requests of their own. A refusal
//! that none of them brings about fails this test: there is no list of exceptions.

mod requests;

use anteroom_engine::id::Id;
use anteroom_engine::model::Client;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::timestamp::Timestamp;
use anteroom_testkit::builders::{DESK, DESK_SECRET, LEGACY, PAT, PORTAL, PORTAL_SECRET};
use anteroom_testkit::{Clinic, TestServer, watch};
use serde_json::json;

use crate::steps::client_credentials;
use crate::{
    admin_projects, auth, auth0, client_credentials as machines, exchange, external, fhir, fhir_access,
    landing, medplum, mfa, pre_authorized_code, preauthorize, private_key_jwt, rates, set_password, token,
    vault,
};

/// Wire tests that bring refusals about.
const SCENARIOS: &[fn()] = &[
    admin_projects::get_project_access_denied,
    auth::change_password::change_password_rows,
    auth::client_info::client_info_rows,
    auth::login::codes_of_a_login_at_the_token_endpoint,
    auth::login::login_inactive_membership,
    auth::login::login_origins,
    auth::login::login_refusals,
    auth::profile::profile_rows,
    auth::revoke::revoke_rows,
    auth::scope::scope_rows,
    auth::status::status_rows,
    auth0::cc_07_an_unknown_or_forbidden_audience_is_named,
    auth0::the_management_api_wants_a_token_for_it_and_a_scope,
    machines::cc_06_a_client_needs_a_membership,
    exchange::userinfo::an_outside_host_that_nobody_allowed_is_not_called,
    exchange::request::ex_02_what_is_missing_is_named_and_nobody_is_asked,
    exchange::request::ex_03_ex_21_only_access_tokens_of_nobody_else,
    exchange::userinfo::ex_05_ex_07_a_token_or_a_provider_that_is_no_good_is_one_answer,
    exchange::request::ex_06_other_targets_are_refused,
    exchange::userinfo::ex_08_a_provider_that_is_asked_too_often,
    exchange::userinfo::ex_09_json_or_a_jwt_whose_signature_is_right,
    exchange::person::ex_10_a_claim_that_has_not_its_form,
    exchange::person::ex_11_ex_12_an_address_that_nobody_verified,
    exchange::person::ex_14_a_subject_belongs_to_its_provider,
    exchange::subject_token::ex_15_a_token_for_another_client_of_the_provider,
    exchange::subject_token::ex_16_ex_19_our_own_tokens_are_not_exchanged,
    exchange::subject_token::ex_17_a_token_that_no_header_can_carry,
    exchange::client::ex_18_the_project_is_the_clients,
    exchange::userinfo::ex_22_bad_tokens_are_counted_and_the_provider_is_spared,
    exchange::person::people_who_may_not,
    external::page::sign_ins_that_fail_are_counted,
    external::page::the_page_says_what_went_wrong_at_the_provider,
    external::app::what_comes_back_without_code_or_state_asks_nobody,
    external::app::what_the_provider_says_wrong_signs_nobody_in,
    fhir::write::bodies_that_do_not_fit_are_refused_and_change_nothing,
    fhir::read::every_type_is_read_and_searched_in_the_own_project_only,
    fhir::callers::nobody_gets_in_with_anything_but_good_credentials,
    fhir::callers::other_types_and_operations_say_that_this_is_the_auth_slice,
    fhir::write::people_are_written_whole_and_unknown_members_survive,
    fhir_access::a_policy_limits_reading_searching_and_writing,
    fhir_access::on_behalf_of_somebody_their_rights_count,
    fhir_access::sm_07_the_scope_of_the_token_narrows,
    landing::each_state_has_a_page_of_its_own,
    landing::typed_codes_cannot_be_guessed_at_leisure,
    medplum::ip_rules_at_the_sign_in,
    mfa::a_15_wrong_codes_are_counted_before_they_are_compared,
    mfa::disable_end_to_end,
    mfa::enroll_end_to_end,
    pre_authorized_code::pa_08_a_code_that_was_taken_back,
    pre_authorized_code::pa_23_an_inactive_person_gets_neither_code_nor_tokens,
    preauthorize::pr_13_two_hundred_calls_a_minute_and_no_more,
    private_key_jwt::a_key_set_that_cannot_be_read_lets_nobody_in,
    private_key_jwt::tk_20_an_assertion_says_who_for_whom_and_until_when,
    private_key_jwt::tk_21_an_assertion_works_once,
    private_key_jwt::tk_22_the_audience_is_the_issuer_or_the_token_endpoint_as_one_text,
    private_key_jwt::tk_23_the_header_chooses_nothing,
    set_password::a_link_ends_by_itself_and_when_something_else_took_its_place,
    set_password::set_password_rows,
    rates::sign_ins_are_five_a_minute_and_say_how_many_are_left,
    token::tk_17_a_client_that_is_off_gets_nothing_and_its_tokens_end,
    vault::connect::an_account_is_connected_listed_and_deleted,
    vault::connect::the_my_account_api_takes_a_persons_token_for_itself_with_the_scope,
    vault::connect::bodies_have_bounds_and_no_other_members,
    vault::connect::a_connection_must_be_there_active_and_enabled_and_the_redirect_uri_registered,
    vault::connect::a_ticket_opens_once_in_one_browser_within_five_minutes,
    vault::connect::completing_takes_the_same_person_client_code_address_and_verifier_once,
    vault::exchange::tv_05_what_is_missing_or_not_supported_is_named,
    vault::exchange::tv_03_tv_04_a_subject_token_that_is_not_good_is_refused,
    vault::exchange::tv_02_a_token_for_another_api_is_refused_and_a_machine_is_nobody,
    vault::exchange::tv_01_only_the_clients_that_may,
    vault::exchange::tv_09_a_refusal_of_the_provider_is_remembered,
    vault::exchange::a_refresh_token_of_the_client_is_exchanged_only_when_it_does_not_rotate,
    vault::ladder::rungs_of_the_client,
    vault::ladder::rungs_between_token_and_client,
    vault::ladder::rungs_of_the_person_and_the_connection,
    vault::ladder::rungs_of_the_account,
];

/// A client's own token at the second factor, a patch that is none, a secret whose time is over, a provider at no address.
async fn of_what_no_wire_test_brings_about() {
    let provider = json!({ "userInfoUrl": "https://idp.example.org/userinfo" });
    let server =
        TestServer::over(Clinic::default().with("/projects/0/clients/3/identityProvider", provider)).await;
    let token = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    server.get("/auth/mfa/status").bearer(&token).send().await;
    for body in [json!({}), json!([{ "op": "test", "path": "/gender", "value": "unknown" }])] {
        let patch = server.request("PATCH", &format!("/fhir/R4/Patient/{PAT}")).bearer(&token);
        patch.header("Content-Type", "application/json-patch+json").body(body.to_string()).send().await;
    }
    let change = |id: &'static str, change: fn(&mut Client, Timestamp)| {
        server.change(move |cx| {
            let mut client = (*cx.tx.client(Id::parse(id).unwrap())?.expect("the client")).clone();
            change(&mut client, cx.now);
            Ok(cx.tx.update_client(&client)?)
        })
    };
    change(PORTAL, |client, now| client.secret.as_mut().expect("a secret").expires_at = Some(now)).await;
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 401);
    change(LEGACY, |client, _| {
        client.settings.identity_provider.as_mut().expect("a provider").user_info_url = "ftp://x".into();
    })
    .await;
    let body = json!({ "clientId": LEGACY, "externalAccessToken": "x" });
    assert_eq!(server.post("/auth/exchange").json(&body).send().await.status, 400);
}

#[test]
fn the_trace_of_every_refusal_names_the_check_and_both_values() {
    watch::begin();
    for scenario in SCENARIOS {
        scenario();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        requests::all().await;
        of_what_no_wire_test_brings_about().await;
    });
    let seen = watch::refusals();
    for (name, check) in &seen.explained {
        let (expected, found) = (check.expected.as_deref().unwrap(), check.found.as_deref().unwrap());
        println!("{name}: {} expected {expected:?}, found {found:?}", check.check);
    }
    let (all, explained) = (Refusal::ALL.len(), seen.explained.len());
    println!("{explained} of {all} refusals explained by the trace");
    assert!(seen.unexplained.is_empty(), "refused without a failed check: {:?}", seen.unexplained);
    let names = Refusal::ALL.iter().map(|refusal| refusal.name());
    let missing: Vec<&str> = names.filter(|name| !seen.explained.contains_key(name)).collect();
    assert!(missing.is_empty(), "no scenario brings these refusals about: {missing:?}");
    let readme = include_str!("../../README.md");
    let sentence = format!("for all {all} refusals that the trace names the failed check and both values");
    assert!(readme.contains(&sentence), "the README has to say: {sentence}");
}
