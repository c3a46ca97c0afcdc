//! The one table of commands. A command is an admin operation: its name (`noun_verb`), its request and its response.
//!
//! The window's IPC, the test bridge and the mock backend of the UI all read this table: [`dispatch`](crate::dispatch)
//! is generated from it, and so is `ui/src/api/bindings.ts`. To add a command: write its request and response in the
//! file of its noun, its body as a function beside them, one line here, then `make gen`.

pub mod activity;
pub mod clients;
pub mod home;
pub mod magic_links;
pub mod people;
pub mod policies;
pub mod settings;
pub mod setup;

use serde_json::Value;

use crate::admin::Admin;
use crate::bindings::Bindings;
use crate::changed::Changed;
use crate::error::CommandError;
use crate::request;

/// Declares the commands: name, body, request and response.
macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $name:ident = $noun:ident :: $body:ident ($request:ty) -> $response:ty;)+) => {
        /// The names of all commands, in the order of the table.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Runs the command `name`. What comes out is the response of the table as JSON.
        ///
        /// # Errors
        /// `unsupported` for a name that is not in the table, `invalid` for a request that does not fit its type, and
        /// whatever the command itself says.
        pub async fn dispatch(admin: &Admin, name: &str, request: Value) -> Result<Value, CommandError> {
            $(if name == stringify!($name) {
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
    home_get = home::get(home::Get) -> home::Home;
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
    /// Deletes a client and what hangs on it.
    clients_delete = clients::delete(clients::Delete) -> clients::Deleted;

    /// Lists people.
    people_list = people::list(people::List) -> people::Listed;
    /// One person.
    people_get = people::get(people::Ref) -> people::Person;
    /// Creates a person.
    people_create = people::create(people::Create) -> people::Person;
    /// Changes a person's rights.
    people_update = people::update(people::Update) -> people::Person;
    /// Ends one sign-in of a person.
    people_revoke_session = people::revoke_session(people::RevokeSession) -> people::Person;

    /// What the desk may choose from.
    magic_links_options = magic_links::options(magic_links::Options) -> magic_links::Choices;
    /// Issues a magic link.
    magic_links_issue = magic_links::issue(magic_links::Issue) -> magic_links::Card;
    /// Shows a link again, while the app holds its code in memory.
    magic_links_show = magic_links::show(magic_links::Ref) -> magic_links::Card;
    /// One link's state.
    magic_links_get = magic_links::get(magic_links::Ref) -> magic_links::MagicLink;
    /// The board.
    magic_links_list = magic_links::list(magic_links::List) -> magic_links::Board;
    /// Takes a link back.
    magic_links_revoke = magic_links::revoke(magic_links::Ref) -> magic_links::MagicLink;
    /// Issues a new link in place of an old one, which dies.
    magic_links_reissue = magic_links::reissue(magic_links::Ref) -> magic_links::Card;

    /// The log.
    activity_list = activity::list(activity::List) -> activity::Log;
    /// Walks the chain of the log.
    activity_verify = activity::verify(activity::Verify) -> activity::Verified;

    /// Access policies of the project.
    policies_list = policies::list(policies::List) -> policies::Listed;

    /// Settings.
    settings_get = settings::get(settings::Get) -> settings::Settings;
    /// Changes settings.
    settings_update = settings::update(settings::Update) -> settings::Settings;
    /// Rotates a signing key.
    settings_rotate_key = settings::rotate_key(settings::RotateKey) -> settings::Settings;
}
