//! The ledger of attacks (A-01 …) and of experiments with faults (F-01 …): each is shown by cases of the bar, by tests
//! named here or after it, or says why not.

use std::collections::BTreeSet;

use crate::cases::tested;
use crate::sources::functions;

/// How an attack or a fault is met.
enum Shown {
    /// By cases of the security bar that have a test.
    Cases(&'static str),
    /// By these tests.
    Tests(&'static [&'static str]),
    /// Not by a test, or not yet, and why.
    Reason(&'static str),
}

use Shown::{Cases, Reason, Tests};

const ATTACKS: &[(&str, &str, Shown)] = &[
    ("A-01", "a code is used twice", Cases("AC-05 AC-06 AC-07 PA-04")),
    ("A-02", "a code is put into another session", Cases("AC-10 AC-12")),
    ("A-03", "two servers are mixed up", Cases("AR-35 DS-06")),
    ("A-04", "redirect URIs with tricks", Tests(&["one_changed_byte_of_a_registered_uri_never_matches"])),
    ("A-05", "hosts that look like loopback", Cases("NA-04 NA-06")),
    ("A-06", "PKCE is taken away or added", Cases("AC-10 AC-11")),
    ("A-07", "a refresh token is used twice", Cases("RT-03 RT-04 RT-05")),
    ("A-08", "a token of one app is used at another", Cases("UI-08 UI-09")),
    ("A-09", "one kind of code is used as another", Cases("AC-15 PA-19")),
    ("A-10", "alg none, or a public key as shared secret", Cases("JT-08")),
    ("A-11", "a header that brings or points to its key", Cases("JT-08 TK-23")),
    (
        "A-12",
        "a client's key set is huge, slow or poisoned",
        Tests(&["tk_23_the_header_chooses_nothing", "f_13_answers_that_are_too_much_or_too_little"]),
    ),
    ("A-13", "two client authentications at once", Cases("TK-08")),
    (
        "A-14",
        "an answer's time tells whether an account exists",
        Tests(&["a_14_every_wrong_sign_in_looks_the_same"]),
    ),
    ("A-15", "guesses in parallel", Cases("PA-17 TK-19")),
    (
        "A-16",
        "lockout as a weapon",
        Tests(&["a_15_a_16_guesses_are_counted_before_they_are_compared_and_waiting_helps"]),
    ),
    ("A-17", "forms pressed by another site", Cases("AR-38 LO-09")),
    ("A-18", "the attacker begins, the victim finishes", Cases("AR-38 AR-39")),
    ("A-19", "pages in frames", Cases("HT-16")),
    ("A-20", "redirects to anywhere", Cases("AZ-02 LO-02")),
    ("A-21", "markup in names", Tests(&["names_are_text_and_never_markup"])),
    ("A-22", "a parameter twice", Cases("HT-03")),
    ("A-23", "more scope at token time", Cases("CC-04 RT-08 PA-20 AC-16")),
    ("A-24", "on behalf of whom one may not", Cases("PR-02 PR-09 PR-15")),
    ("A-25", "a row of another project", Cases("PR-05 PR-09")),
    ("A-26", "outside calls to inner addresses", Tests(&["a_26_only_public_addresses_are_public"])),
    (
        "A-27",
        "an address literal passes by the resolver",
        Tests(&["a_26_a_27_hosts_inside_are_not_called_unless_allowed_by_name"]),
    ),
    (
        "A-28",
        "outside calls follow redirects or proxies",
        Tests(&["a_28_a_redirect_is_an_answer_and_is_not_followed"]),
    ),
    (
        "A-29",
        "a name changes its address between check and use",
        Reason("By construction: a host is resolved once, and the connection goes to what was checked."),
    ),
    (
        "A-30",
        "an outside answer is huge, slow or deep",
        Tests(&["f_13_answers_that_are_too_much_or_too_little", "f_13_a_server_that_is_slow_is_given_up"]),
    ),
    ("A-31", "DNS rebinding against the local port", Cases("HT-06 DS-10")),
    ("A-32", "a web page calls the local port", Cases("HT-07 HT-08 HT-14 HT-15")),
    ("A-33", "the port is open to the network", Tests(&["a_33_the_server_listens_where_it_was_told"])),
    (
        "A-34",
        "another program calls the port",
        Tests(&["a_34_every_route_is_known_and_gives_a_stranger_nothing"]),
    ),
    (
        "A-35",
        "another program takes the port first",
        Tests(&["f_15_a_taken_port_is_3_and_named_and_nothing_is_made"]),
    ),
    (
        "A-36",
        "another app takes the link scheme",
        Reason("PKCE and state decide; no token is in a link (AR-35)."),
    ),
    ("A-37", "links with anything in them", Tests(&["hostile_text_never_gets_more_than_the_grammar_allows"])),
    (
        "A-38",
        "arguments through a link or the session bus",
        Tests(&["a_command_line_holds_one_link_or_nothing"]),
    ),
    ("A-39", "every window hears of a link", Tests(&["one_local_window_has_one_short_list_of_permissions"])),
    (
        "A-40",
        "script in the window reaches commands",
        Tests(&["the_page_runs_no_text_as_script_and_reaches_no_network"]),
    ),
    ("A-41", "the window leaves the app", Tests(&["a_script_cannot_take_the_window_anywhere_else"])),
    (
        "A-42",
        "opening files or commands as links",
        Tests(&["the_page_may_call_the_engine_and_listen_and_nothing_else"]),
    ),
    ("A-43", "paths out of the folder", Tests(&["one_local_window_has_one_short_list_of_permissions"])),
    (
        "A-44",
        "the database is readable by others",
        Tests(&["a_44_files_are_their_owners_alone_whatever_the_umask"]),
    ),
    ("A-45", "secrets in the files", Cases("TK-27 PA-28")),
    ("A-46", "deleted rows in free pages", Tests(&["a_46_deleted_rows_leave_no_trace"])),
    (
        "A-47",
        "secrets in logs",
        Tests(&["f_28_no_secret_code_token_or_address_is_in_the_log", "a_secret_never_prints_its_value"]),
    ),
    (
        "A-48",
        "a photo of the code on the screen",
        Tests(&["a_link_is_taken_back", "five_wrong_pins_lock_the_link"]),
    ),
    ("A-49", "link scanners and histories", Cases("PA-24")),
    (
        "A-50",
        "the clipboard keeps a secret",
        Reason("Nothing is copied without a press; clearing belongs to the desktop."),
    ),
    ("A-51", "an unattended screen", Tests(&["every_command_but_the_desk_s_own_is_refused_in_desk_mode"])),
    ("A-52", "names in addresses", Cases("PR-14 AR-35")),
    ("A-53", "a hostile workspace file", Tests(&["a_53_size_and_depth_are_bounded"])),
    ("A-54", "archives that explode", Reason("Nothing reads an archive.")),
    (
        "A-55",
        "a QR code nobody can read",
        Tests(&["a_thousand_links_are_drawn_and_read", "two_decoders_read_fifty_links"]),
    ),
    ("A-56", "clients that look alike", Cases("AR-41")),
    (
        "A-57",
        "an older program on a newer store",
        Tests(&["f_10_a_57_a_newer_schema_is_refused_with_both_versions"]),
    ),
    (
        "A-58",
        "the clock is turned back",
        Tests(&["a_code_expires_at_its_second_and_stays_expired_when_the_clock_is_turned_back"]),
    ),
    ("A-59", "our server hammers a provider", Cases("EX-22")),
    (
        "A-60",
        "look-alike packages",
        Reason("Lockfiles, pinned registries and `cargo deny` (make deny), not a test."),
    ),
    ("A-61", "a server collects our assertions", Reason("No client side of ours signs assertions.")),
    ("A-62", "a client whose id is a person's", Cases("CC-05")),
];

const FAULTS: &[(&str, &str, Shown)] = &[
    (
        "F-01",
        "killed while redeeming",
        Tests(&["f_01_what_was_acknowledged_outlives_a_kill_and_nothing_happens_twice"]),
    ),
    (
        "F-02",
        "a thousand redemptions of one code",
        Tests(&["pa_04_f_02_a_thousand_redemptions_at_once_and_one_success"]),
    ),
    ("F-03", "two hundred uses of one refresh token", Cases("RT-04")),
    ("F-04", "a thousand wrong PINs", Tests(&["a_thousand_wrong_pins_at_once_compare_five"])),
    (
        "F-05",
        "hundreds of wrong passwords",
        Tests(&["a_15_a_16_guesses_are_counted_before_they_are_compared_and_waiting_helps"]),
    ),
    ("F-06", "the disk is full", Tests(&["f_06_a_full_database_refuses_writes_and_keeps_what_it_has"])),
    ("F-07", "the folder cannot be written", Tests(&["f_07_a_folder_that_cannot_be_used_is_named"])),
    ("F-08", "the store is damaged", Tests(&["five_hundred_damages_are_found"])),
    ("F-09", "the store is another program's", Tests(&["f_09_what_is_not_our_file_is_refused"])),
    ("F-10", "the store is newer", Tests(&["f_10_a_newer_schema_is_refused_with_both_versions"])),
    (
        "F-11",
        "a migration is interrupted",
        Tests(&["f_11_a_migration_that_stops_anywhere_leaves_the_old_schema"]),
    ),
    (
        "F-12",
        "the clock jumps",
        Tests(&["a_code_expires_at_its_second_and_stays_expired_when_the_clock_is_turned_back"]),
    ),
    (
        "F-13",
        "a provider hangs or sends rubbish",
        Tests(&["f_13_while_a_hundred_calls_hang_the_others_are_answered"]),
    ),
    ("F-14", "thousands of slow connections", Tests(&["f_14_silent_connections_keep_nobody_out"])),
    ("F-15", "the port is taken", Tests(&["f_15_a_port_that_is_taken_is_named"])),
    (
        "F-16",
        "two programs, one folder",
        Tests(&["f_16_a_second_process_finds_the_folder_locked_and_the_first_goes_on"]),
    ),
    (
        "F-17",
        "a signal with requests in flight",
        Tests(&["f_17_a_signal_ends_it_with_everything_in_the_main_file"]),
    ),
    ("F-18", "PostgreSQL goes away", Reason("There is one store, SQLite.")),
    ("F-19", "PostgreSQL cannot serialize", Reason("There is one store, SQLite.")),
    ("F-20", "the n-th write fails", Tests(&["f_06_a_commit_that_fails_leaves_nothing_of_its_whole_batch"])),
    (
        "F-21",
        "another process holds the lock",
        Tests(&["a_file_that_another_process_writes_is_busy_and_then_works_again"]),
    ),
    ("F-22", "a long reader", Tests(&["the_wal_is_moved_in_a_pause"])),
    (
        "F-23",
        "thirty minutes of load",
        Reason("Measured by hand with `make bench`; docs/performance.md has the numbers."),
    ),
    ("F-24", "keys are rotated under load", Cases("DS-13")),
    (
        "F-25",
        "the power goes",
        Reason("A shim below SQLite is not built; killing processes (F-01) does not show this."),
    ),
    ("F-26", "a hundred thousand people", Reason("tests/ui/many-people.test.mjs and docs/performance.md.")),
    (
        "F-27",
        "a backup during writes",
        Tests(&[
            "f_27_a_backup_made_during_writes_is_whole_and_opens_elsewhere",
            "f_27_what_was_spent_after_a_backup_stays_spent_when_it_is_put_back",
            "f_27_a_backup_is_put_back_elsewhere_with_its_key_only",
            "f_27_a_restore_that_is_killed_anywhere_leaves_a_whole_store",
        ]),
    ),
    ("F-28", "secrets in anything written", Tests(&["f_28_no_secret_code_token_or_address_is_in_the_log"])),
    (
        "F-29",
        "the page's process dies",
        Reason("The engine runs in the app's process and does not hang on the page's."),
    ),
    ("F-30", "no keychain", Tests(&["f_30_without_a_keychain_it_says_so_and_makes_no_other_key"])),
    ("F-31", "the machine slept", Cases("PA-07")),
    ("F-32", "no random numbers", Tests(&["without_chance_nothing_is_issued"])),
];

#[test]
fn every_attack_and_every_fault_is_shown_or_says_why_not() {
    let cases = tested();
    let names: BTreeSet<String> = functions().into_iter().map(|function| function.name).collect();
    for (letter, rows, count) in [("A", ATTACKS, 62), ("F", FAULTS, 32)] {
        let mut reasons = 0;
        assert_eq!(rows.len(), count);
        for (number, (id, about, shown)) in rows.iter().enumerate() {
            assert_eq!(*id, format!("{letter}-{:02}", number + 1));
            assert!(!about.is_empty(), "{id}");
            match shown {
                Cases(listed) => {
                    for case in listed.split(' ') {
                        assert!(cases.contains_key(case), "{id}: no test shows {case}");
                    }
                }
                Tests(listed) => {
                    for test in *listed {
                        assert!(names.contains(*test), "{id}: there is no test {test}");
                    }
                }
                Reason(reason) => {
                    reasons += 1;
                    assert!(reason.len() > 20, "{id}: {reason}");
                }
            }
        }
        println!("{letter}: {} shown, {reasons} with a reason", count - reasons);
    }
}
