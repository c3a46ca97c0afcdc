//! The one table of commands. A command is an admin operation: its name (`noun_verb`), its request and its response.
//!
//! The window's IPC, the test bridge and the mock backend of the UI all read this table: [`dispatch`](crate::dispatch)
//! is generated from it, and so is `ui/src/api/bindings.ts`. To add a command: write its request and response in the
//! file of its noun, its body as a function beside them, one line here, then `make gen`.

pub mod access_policies;
pub mod activity;
pub mod apis;
pub mod backups;
pub mod clients;
pub mod connections;
pub mod desk;
pub mod home;
pub mod identity_provider;
pub mod magic_links;
pub mod people;
pub mod playground;
pub mod policies;
pub mod sample_provider;
pub mod settings;
pub mod setup;
pub mod vault;
pub mod workspace;

use serde_json::Value;

use crate::admin::Admin;
use crate::bindings::Bindings;
use crate::changed::Changed;
use crate::error::CommandError;
use crate::request;

/// Who may run a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Project admins: everything that says nothing else.
    Admin,
    /// The desk, too.
    Desk,
    /// Everybody who has the window: what it needs to show anything, and the way out of desk mode.
    Anybody,
}

macro_rules! right {
    () => {
        Right::Admin
    };
    (desk) => {
        Right::Desk
    };
    (anybody) => {
        Right::Anybody
    };
}

/// Declares the commands: name, body, request and response; after a comma, who may run it besides project admins.
macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $name:ident = $noun:ident :: $body:ident ($request:ty) -> $response:ty $(, $right:ident)?;)+) => {
        /// The names of all commands, in the order of the table.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Who may run which command, in the order of the table.
        pub const RIGHTS: &[(&str, Right)] = &[$((stringify!($name), right!($($right)?))),+];

        /// Runs the command `name`. What comes out is the response of the table as JSON.
        ///
        /// # Errors
        /// `unsupported` for a name that is not in the table, `forbidden` for one that the desk may not run, `invalid` for a
        /// request that does not fit its type, and whatever the command itself says.
        pub async fn dispatch(admin: &Admin, name: &str, request: Value) -> Result<Value, CommandError> {
            $(if name == stringify!($name) {
                admin.permit(name, right!($($right)?)).await?;
                let request: $request = request::read(name, request)?;
                let response: $response = Box::pin($noun::$body(admin, request)).await?;
                return request::answer(&response);
            })+
            Err(request::unknown(name))
        }

        /// The TypeScript of the table: the contents of `ui/src/api/bindings.ts`.
        pub fn typescript() -> String {
            let mut bindings = Bindings::new();
            bindings.declare::<CommandError>();
            bindings.declare::<Changed>();
            $(bindings.command::<$request, $response>(stringify!($name), concat!($($doc),+));)+
            bindings.finish()
        }
    };
}

commands! {
    /// Whether the engine is up, what is still to do, what happened last.
    home_get = home::get(home::Get) -> home::Home, anybody;
    /// First start: names the project and creates its first admin.
    setup_complete = setup::complete(setup::Complete) -> setup::Completed;

    /// Lists client applications.
    clients_list = clients::list(clients::List) -> clients::Listed;
    /// One client application.
    clients_get = clients::get(clients::Ref) -> clients::Client;
    /// Creates a client application; its secret is in the answer and nowhere else.
    clients_create = clients::create(clients::Create) -> clients::IssuedSecret;
    /// Changes a client application.
    clients_update = clients::update(clients::Update) -> clients::Client;
    /// Registers one redirect URI.
    clients_add_redirect_uri = clients::add_redirect_uri(clients::RedirectUri) -> clients::Client;
    /// Removes one redirect URI.
    clients_remove_redirect_uri = clients::remove_redirect_uri(clients::RedirectUri) -> clients::Client;
    /// Makes a new secret, with or without overlap.
    clients_rotate_secret = clients::rotate_secret(clients::RotateSecret) -> clients::IssuedSecret;
    /// Ends the retiring secret.
    clients_retire_secret = clients::retire_secret(clients::Ref) -> clients::Client;
    /// Switches a client on or off.
    clients_set_status = clients::set_status(clients::SetStatus) -> clients::Client;
    /// What deleting a client would take along.
    clients_delete_preview = clients::delete_preview(clients::Ref) -> clients::Deleted;
    /// Deletes a client and what hangs on it.
    clients_delete = clients::delete(clients::Delete) -> clients::Deleted;
    /// Deleted clients that can be restored.
    clients_list_deleted = clients::list_deleted(clients::ListDeleted) -> clients::DeletedClients;
    /// Restores a deleted client with its id and settings; its new secret is in the answer and nowhere else.
    clients_restore = clients::restore(clients::Ref) -> clients::IssuedSecret;
    /// Copies a client; the copy's secret is in the answer and nowhere else.
    clients_duplicate = clients::duplicate(clients::Duplicate) -> clients::IssuedSecret;
    /// What was done to a client.
    clients_history = clients::history(clients::History) -> activity::Log;
    /// Takes one change of a client back.
    clients_undo = clients::undo(clients::Undo) -> clients::Client;
    /// What the engine would remark about a client with these changes.
    clients_lint = clients::lint(clients::Lint) -> clients::Linted;
    /// What the engine would remark about a new client.
    clients_lint_new = clients::lint_new(clients::Create) -> clients::Linted;
    /// What the engine remarks about every client of the project.
    clients_lint_all = clients::lint_all(clients::LintAll) -> clients::LintedAll;

    /// What a client's identity provider would answer, and who that is, or exactly why it is nobody. Writes nothing.
    identity_provider_dry_run = identity_provider::dry_run(identity_provider::DryRun) -> identity_provider::Verdict;
    /// Calls a client's userinfo endpoint: how long it took, or how far it came.
    identity_provider_test = identity_provider::test(identity_provider::Test) -> identity_provider::Tested;
    /// Reads a provider's discovery document.
    identity_provider_discover = identity_provider::discover(identity_provider::Discover) -> identity_provider::Discovered;
    /// How a client's identity provider did, as the log tells it.
    identity_provider_health = identity_provider::health(identity_provider::Health) -> identity_provider::ProviderHealth;

    /// Lists people.
    people_list = people::list(people::List) -> people::Listed, desk;
    /// One person.
    people_get = people::get(people::Ref) -> people::Person, desk;
    /// Creates a person.
    people_create = people::create(people::Create) -> people::Person;
    /// Changes a person's rights.
    people_update = people::update(people::Update) -> people::Person;
    /// Ends one sign-in of a person.
    people_revoke_session = people::revoke_session(people::RevokeSession) -> people::Person;
    /// Makes a link with which a person chooses a password, once. It cannot be read again.
    people_issue_password_link = people::issue_password_link(people::IssuePasswordLink) -> people::IssuedPasswordLink;
    /// Gives a person another password; what they are signed in to ends.
    people_set_password = people::set_password(people::SetPassword) -> people::Person;
    /// Takes a person's second factor away: the phone was lost.
    people_reset_second_factor = people::reset_second_factor(people::Ref) -> people::Person;

    /// What the desk may choose from.
    magic_links_options = magic_links::options(magic_links::Options) -> magic_links::Choices, desk;
    /// Issues a magic link.
    magic_links_issue = magic_links::issue(magic_links::Issue) -> magic_links::Card, desk;
    /// Shows a link again, while the app holds its code in memory.
    magic_links_show = magic_links::show(magic_links::Ref) -> magic_links::Card, desk;
    /// One link's state.
    magic_links_get = magic_links::get(magic_links::Ref) -> magic_links::MagicLink, desk;
    /// The board.
    magic_links_list = magic_links::list(magic_links::List) -> magic_links::Board, desk;
    /// Takes a link back.
    magic_links_revoke = magic_links::revoke(magic_links::Ref) -> magic_links::MagicLink, desk;
    /// Issues a new link in place of an old one, which dies.
    magic_links_reissue = magic_links::reissue(magic_links::Ref) -> magic_links::Card, desk;
    /// Shows what would be printed.
    magic_links_print = magic_links::print(magic_links::Print) -> magic_links::SheetPreview, desk;
    /// Saves sheets as PDF.
    magic_links_save_sheets = magic_links::save_sheets(magic_links::Print) -> magic_links::SavedSheets, desk;
    /// Checks a pasted list of people, line by line.
    magic_links_check_batch = magic_links::check_batch(magic_links::CheckBatch) -> magic_links::CheckedBatch, desk;
    /// Issues links to many people; who has one already gets no second one.
    magic_links_issue_batch = magic_links::issue_batch(magic_links::IssueBatch) -> magic_links::IssuedBatch, desk;

    /// Locks the window to the desk.
    desk_enter = desk::enter(desk::Enter) -> desk::DeskState;
    /// Unlocks it, with an admin's password.
    desk_leave = desk::leave(desk::Leave) -> desk::Left, anybody;

    /// The log.
    activity_list = activity::list(activity::List) -> activity::Log;
    /// A chunk of the log as a file.
    activity_export = activity::export(activity::Export) -> activity::Chunk;
    /// Walks the chain of the log.
    activity_verify = activity::verify(activity::Verify) -> activity::Verified;

    /// What the playground may choose from.
    playground_options = playground::options(playground::Options) -> playground::PlaygroundChoices;
    /// Begins a run.
    playground_run = playground::run(playground::Run) -> playground::RunShown;
    /// A run, as it stands: both sides.
    playground_get = playground::get(playground::Ref) -> playground::RunShown;
    /// Hands in what a deep link brought back.
    playground_return = playground::hand_in(playground::Return) -> playground::HandedIn;
    /// Ends a run that waits.
    playground_cancel = playground::cancel(playground::Ref) -> playground::RunShown;
    /// Takes a token apart.
    playground_inspect = playground::inspect(playground::Inspect) -> playground::Inspection;
    /// What a token for a person would say, by the code that makes them. The token itself is not given.
    playground_preview = playground::preview(playground::Preview) -> playground::Previewed;
    /// A run to take along, without its secrets.
    playground_export = playground::export(playground::Export) -> playground::RunExported;
    /// Keeps a run under a name, without anything secret.
    playground_save = playground::save(playground::Save) -> playground::SavedRow;
    /// The runs that are kept.
    playground_saved = playground::saved(playground::SavedList) -> playground::SavedRuns;
    /// A kept run: what to ask for to run it again, and what came of it.
    playground_open_saved = playground::open_saved(playground::Ref) -> playground::SavedShown;
    /// Gives a kept run another name.
    playground_rename_saved = playground::rename(playground::Rename) -> playground::SavedRow;
    /// Deletes a kept run.
    playground_delete_saved = playground::delete(playground::Ref) -> playground::SavedRuns;
    /// What differs between two runs, in memory or kept.
    playground_compare = playground::compare(playground::Compare) -> playground::Compared;
    /// Examines one thing about deep links: who is registered, a cold start, a second start.
    playground_examine_links = playground::examine(playground::Examine) -> playground::DeepLinkFinding;
    /// Registers deep links for this program, then looks again.
    playground_mend_links = playground::mend(playground::Mend) -> playground::DeepLinkFinding;

    /// Access policies, with what they are about and how many have them.
    access_policies_list = access_policies::list(access_policies::List) -> access_policies::PolicyList;
    /// One access policy.
    access_policies_get = access_policies::get(access_policies::Ref) -> access_policies::Policy;
    /// Writes an access policy: a new one, or in place of the version that was seen.
    access_policies_save = access_policies::save(access_policies::Save) -> access_policies::Policy;
    /// Deletes an access policy that nobody has.
    access_policies_delete = access_policies::delete(access_policies::Ref) -> access_policies::DeletedPolicy;
    /// Can this person read this? Answered by the function that answers over HTTP.
    access_policies_can_read = access_policies::can_read(access_policies::CanRead) -> access_policies::CanReadAnswer;

    /// APIs, with the clients that act for them.
    apis_list = apis::list(apis::List) -> apis::ApiList;
    /// One API.
    apis_get = apis::get(apis::Ref) -> apis::Api;
    /// Writes an API: a new one, or in place of the version that was seen.
    apis_save = apis::save(apis::Save) -> apis::Api;
    /// Deletes an API with its client grants.
    apis_delete = apis::delete(apis::Ref) -> apis::DeletedApi;
    /// Makes the Custom API Client of an API; its secret is in the answer and nowhere else.
    apis_link_client = apis::link_client(apis::LinkClient) -> clients::IssuedSecret;
    /// Lets a client ask for scopes of an API.
    apis_save_grant = apis::save_grant(apis::SaveGrant) -> apis::Api;
    /// Takes a client grant back.
    apis_revoke_grant = apis::revoke_grant(apis::GrantRef) -> apis::Api;

    /// Connections to providers.
    connections_list = connections::list(connections::List) -> connections::ConnectionList;
    /// One connection.
    connections_get = connections::get(connections::Ref) -> connections::Connection;
    /// Writes a connection: a new one, or in place of the version that was seen.
    connections_save = connections::save(connections::Save) -> connections::Connection;
    /// Lets a client use a connection, or no longer.
    connections_set_client = connections::set_client(connections::SetClient) -> connections::Connection;
    /// Deletes a connection with the accounts people connected through it.
    connections_delete = connections::delete(connections::Ref) -> connections::DeletedConnection;

    /// Names of the access policies of the project.
    policies_list = policies::list(policies::List) -> policies::Listed;

    /// The sample provider of this program, as it stands.
    sample_provider_get = sample_provider::get(sample_provider::Get) -> sample_provider::SampleProvider;
    /// Starts the sample provider, puts its address on the list of allowed hosts and fills a connection in.
    sample_provider_start = sample_provider::start(sample_provider::Start) -> sample_provider::SampleProvider;
    /// Ends the sample provider and takes its address off the list of allowed hosts.
    sample_provider_stop = sample_provider::stop(sample_provider::Get) -> sample_provider::SampleProvider;

    /// Settings.
    settings_get = settings::get(settings::Get) -> settings::Settings;
    /// Changes settings.
    settings_update = settings::update(settings::Update) -> settings::Settings;
    /// Publishes the next signing key.
    settings_publish_key = settings::publish_key(settings::RotateKey) -> settings::Settings;
    /// Serves magic-link pages and OAuth endpoints to the local network, for a while.
    settings_start_lan = settings::start_lan(settings::StartLan) -> settings::Settings;
    /// Serves the local network no longer.
    settings_stop_lan = settings::stop_lan(settings::Get) -> settings::Settings;
    /// Saves the local CA's certificate, and says how each system comes to trust it.
    settings_save_ca = settings::save_ca(settings::SaveCa) -> settings::SavedCa;
    /// Rotates a signing key.
    settings_rotate_key = settings::rotate_key(settings::RotateKey) -> settings::Settings;

    /// Backups of the whole store.
    backups_list = backups::list(backups::List) -> backups::Backups;
    /// Makes a backup while everything goes on.
    backups_create = backups::create(backups::List) -> backups::Backups;
    /// Deletes a backup.
    backups_delete = backups::delete(backups::Ref) -> backups::Backups;
    /// Puts a backup in the place of the store, which is kept. Everybody is signed out, and no link works any longer.
    backups_restore = backups::restore(backups::Ref) -> backups::Restored;

    /// What a person connected at providers.
    vault_accounts = vault::accounts(vault::OfPerson) -> vault::ConnectedAccounts;
    /// What deleting a connected account would stop.
    vault_delete_preview = vault::delete_preview(vault::AccountRef) -> vault::AccountDeletion;
    /// Deletes a connected account. The provider is not told.
    vault_delete = vault::delete(vault::AccountRef) -> vault::AccountDeletion;
    /// Begins to connect an account as a person: an address to open in a browser, once.
    vault_connect = vault::connect(vault::Connect) -> vault::ConnectBegun;
    /// Every condition of an exchange for a person, an API, a client and a connection, by the code that exchanges.
    vault_ladder = vault::ladder(vault::LadderRequest) -> vault::Ladder;

    /// The workspace file of everything that is stored.
    workspace_export = workspace::export(workspace::Export) -> workspace::Exported;
    /// Client applications as Medplum's resources.
    workspace_export_clients = workspace::export_clients(workspace::ExportClients) -> workspace::Exported;
    /// Reads a workspace file or `ClientApplication` resources, or says what that would do.
    workspace_import = workspace::import(workspace::Import) -> workspace::Imported;
}
