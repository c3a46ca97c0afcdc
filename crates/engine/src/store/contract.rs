//! The tests every store must pass. A store crate runs all of them with one line: `contract_tests!(open_fresh_store());`
//!
//! Each is a plain function over a fresh, empty store, so that it can also be called by hand.
//!
//! # To add one
//! A function in the file of its row kind and its name in [`contract_tests!`].

pub mod access;
pub mod apis;
pub mod authorization;
pub mod backups;
pub mod clients;
pub mod codes;
pub mod events;
pub mod jobs;
pub mod keys;
pub mod logins;
pub mod people;
pub mod projects;
pub mod sample;
pub mod vault;

use crate::store::{Store, StoreResult, Tx};

/// Makes a `#[test]` of every function of the contract. The expression opens a fresh, empty store; it may be evaluated on
/// several threads at once.
#[macro_export]
macro_rules! contract_tests {
    ($open:expr) => {
        $crate::contract_tests! { @ $open;
            jobs: what_is_committed_can_be_read, rolled_back_jobs_leave_nothing, failing_writes_leave_nothing,
                panicking_jobs_leave_nothing_and_others_go_on, jobs_see_the_jobs_before_them,
                closed_stores_take_no_jobs;
            projects: projects_come_back_as_they_were, access_policies_come_back_as_they_were,
                access_policies_have_names_of_their_own, updating_what_is_not_there_fails;
            clients: clients_come_back_as_they_were, client_ids_are_taken_once, clients_are_listed_by_name,
                clients_are_found_by_name_id_and_redirect_uri, changed_clients_are_seen_at_once,
                deleted_clients_take_codes_and_last_uses_along, last_uses_belong_to_secrets_not_to_slots,
                last_uses_may_skip_a_minute, origins_are_allowed_by_active_clients_only;
            people: users_come_back_as_they_were, email_addresses_are_taken_once_in_a_project,
                profiles_keep_members_nobody_knows, memberships_come_back_as_they_were,
                external_ids_are_taken_once_in_a_project, memberships_are_found_by_profile_and_external_id,
                people_are_listed_by_name, people_are_found_by_the_beginnings_of_their_names,
                people_are_found_by_what_identifies_them, renamed_people_are_found_by_their_new_name_only,
                people_of_other_projects_stay_there, the_oldest_admin_is_an_active_practitioner,
                password_links_work_once_and_go_with_their_account;
            codes: codes_come_back_as_they_were, codes_are_found_by_both_digests, a_code_is_redeemed_once,
                only_one_of_many_redeems, codes_are_not_redeemed_by_others_or_too_late, pages_are_opened_once,
                codes_end_once, codes_of_a_client_end_together, tries_are_counted_and_forgiven,
                the_board_shows_outstanding_codes_first, the_board_filters, codes_are_counted, old_codes_are_purged;
            logins: logins_come_back_with_member_and_client, logins_without_member_are_gone,
                live_logins_are_listed_newest_first, logins_are_revoked_once, logins_of_a_client_end_together,
                old_logins_are_purged;
            authorization: issued_codes_come_back_as_they_were, an_issued_code_is_redeemed_once,
                interactions_wait_and_end_once, sessions_end_and_know_their_logins,
                refresh_families_rotate_and_replace, consents_are_replaced,
                logins_are_extended_and_attempts_forgiven, waiting_logins_of_programs_are_listed,
                second_factors_are_replaced_and_no_time_step_counts_twice;
            access: profiles_are_walked_through, memberships_are_walked_through, rests_of_memberships_are_replaced,
                policies_know_their_members, deleted_rows_are_remembered, launches_come_back_as_they_were, further_policies_are_kept;
            apis: apis_come_back_as_they_were, apis_and_grants_are_taken_once,
                client_grants_are_found_and_go_with_their_api, connections_know_their_clients,
                custom_api_clients_are_found_by_their_api;
            keys: signing_keys_come_and_go, signing_keys_begin_once, sealed_values_are_replaced, settings_are_replaced, runs_are_kept_renamed_and_deleted, attempts_are_counted_in_windows,
                old_attempts_are_purged;
            vault: connected_accounts_come_back_as_they_were,
                connected_accounts_are_renewed_once_for_a_version, connected_accounts_go,
                connect_sessions_take_each_step_once;
            backups: nothing_that_works_once_outlives_a_restore;
            events: events_come_back_as_they_were, events_are_numbered_without_gaps_and_chained,
                events_are_filtered, events_are_filtered_by_time, events_name_people_and_clients;
        }
    };
    (@ $open:expr; $($module:ident: $($name:ident),+;)+) => {$(
        mod $module {
            use super::*;
            $(
                #[test]
                fn $name() -> $crate::store::StoreResult<()> {
                    $crate::store::contract::$module::$name(&$open)
                }
            )+
        }
    )+};
}

/// Reads one value.
pub(crate) fn read<T>(store: &dyn Store, read: impl Fn(&dyn Tx) -> StoreResult<T>) -> StoreResult<T> {
    let mut value = None;
    store.read(&mut |tx| {
        value = Some(read(tx)?);
        Ok(())
    })?;
    Ok(value.expect("a read that went well ran its closure"))
}
