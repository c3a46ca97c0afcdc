//! `/clients`.

use anteroom_oauth::secret::{ClientSecret, Secret};
use serde_json::json;

use super::client::{
    FIELDS, KEPT, LINK, REFUSED, application, apply, default_grant_types, set_grant_types, show, summary,
};
use super::trouble::{Halt, Said, of_service, trouble};
use super::{Answer, Call, page, payload};
use crate::cx::Cx;
use crate::model::Client;
use crate::model::client::auth0::{AppType, Auth0Application, RefreshTokenSettings, TokenEndpointAuthMethod};
use crate::model::client::{ClientSettings, ClientType, StoredSecret};
use crate::service::clients::{self, NewClient};
use crate::stop::Stop;
use crate::store::{ClientFilter, Tx, Window};

const CONFLICT: &str = "client_conflict";
const NO_SUCH: &str = "The client does not exist";
const ALL: Window = Window { offset: 0, limit: u32::MAX };
/// Needed to say what may be taken out of the vault without a person.
const PRIVILEGED: &str = "update:client_token_vault_privileged_access";

fn said(stop: Stop) -> Halt {
    of_service(stop, CONFLICT)
}

fn tenant(call: &Call<'_>, tx: &dyn Tx) -> Said<String> {
    Ok(tx.project(call.caller.project)?.map(|project| project.name.clone()).unwrap_or_default())
}

/// The client in the path, of the caller's project.
fn find(call: &Call<'_>, tx: &dyn Tx) -> Said<Client> {
    find_named(call, tx, &call.request.id)
}

/// The client with this `client_id`, of the caller's project.
pub(super) fn find_named(call: &Call<'_>, tx: &dyn Tx, client_id: &str) -> Said<Client> {
    let found = match Client::parse_client_id(client_id) {
        Some(id) => tx.client(id)?.filter(|client| client.project == call.caller.project),
        None => None,
    };
    found.map(|client| (*client).clone()).ok_or_else(|| trouble(404, "inexistent_client", NO_SUCH))
}

/// `GET /clients`
pub(super) fn list(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&[
        "read:clients",
        "read:client_keys",
        "read:client_credentials",
        "read:client_summary",
    ])?;
    let whole = call.caller.has("read:clients");
    let query = &call.request.query;
    let (global, first_party) = (page::flag(query, "is_global")?, page::flag(query, "is_first_party")?);
    let kinds: Option<Vec<Option<AppType>>> =
        query.get("app_type").map(|text| text.split(',').map(AppType::parse).collect());
    let rows = tx.list_clients(call.caller.project, &ClientFilter::default(), ALL)?.rows;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| row.client)
        .filter(|client| {
            let auth0 = application(client);
            global != Some(true)
                && first_party.is_none_or(|wanted| auth0.is_first_party == wanted)
                && kinds
                    .as_ref()
                    .is_none_or(|kinds| auth0.app_type.is_some() && kinds.contains(&auth0.app_type))
        })
        .collect();
    let tenant = tenant(call, tx)?;
    let show = |client: &std::sync::Arc<Client>| {
        Ok(if whole { show(client, &tenant, None) } else { summary(client) })
    };
    page::answer(query, "clients", &rows, page::USUAL, show).map(Answer::ok)
}

/// `GET /clients/{id}`
pub(super) fn get(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&[
        "read:clients",
        "read:client_keys",
        "read:client_credentials",
        "read:client_summary",
    ])?;
    let client = find(call, tx)?;
    let chosen = page::Chosen::read(&call.request.query)?;
    let shown = if call.caller.has("read:clients") {
        show(&client, &tenant(call, tx)?, None)
    } else {
        summary(&client)
    };
    Ok(Answer::ok(chosen.keep(shown)))
}

/// A client without a secret is `none`; anything else keeps one.
fn client_type(auth0: &Auth0Application, before: ClientType) -> ClientType {
    match (auth0.token_endpoint_auth_method, before) {
        (Some(TokenEndpointAuthMethod::None), _) => ClientType::Public,
        (Some(_), _) | (None, ClientType::Public) => ClientType::Confidential,
        (None, before) => before,
    }
}

/// `POST /clients`
pub(super) fn create(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["create:clients"])?;
    let members = payload::object(call.body()?, &[FIELDS, KEPT, REFUSED, LINK], &["name"])?;
    if payload::asks(members, "token_vault_privileged_access") {
        call.caller.needs(&[PRIVILEGED])?;
    }
    let mut settings = ClientSettings {
        id_token_signed_response_alg: Some("RS256".to_owned()),
        ..ClientSettings::default()
    };
    let mut auth0 = Auth0Application {
        compact_id: true,
        refresh_token: Some(RefreshTokenSettings::default()),
        resource_server_identifier: payload::text(members, "resource_server_identifier"),
        ..Auth0Application::default()
    };
    if payload::text(members, "app_type").as_deref() == Some(AppType::ResourceServer.as_str()) {
        auth0.oidc_conformant = true;
        let configuration = json!({ "alg": "RS256", "lifetime_in_seconds": 36_000, "secret_encoded": false });
        auth0.rest.insert("jwt_configuration".to_owned(), configuration);
    }
    apply(members, &mut settings, &mut auth0)?;
    if !members.contains_key("grant_types") {
        let defaults = default_grant_types(&auth0);
        set_grant_types(&mut settings, &mut auth0, defaults);
    }
    let client_type = client_type(&auth0, ClientType::Confidential);
    settings.auth0 = Some(Box::new(auth0));
    let secret = match (client_type, payload::text(members, "client_secret")) {
        (ClientType::Public, _) => None,
        (_, Some(given)) => Some(Secret::new(given)),
        (_, None) => Some(clients::make_secret(cx)?),
    };
    let shown = secret.as_ref().map(|secret: &Secret<ClientSecret>| secret.expose().to_owned());
    let name = payload::text(members, "name").unwrap_or_default();
    let new = NewClient { secret, settings, ..NewClient::named(call.caller.project, name, client_type) };
    let client = clients::create(cx, call.engine, new).map_err(said)?;
    Ok(Answer::created(show(&client, &tenant(call, cx.tx)?, shown.as_deref())))
}

/// `PATCH /clients/{id}`
pub(super) fn update(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["update:clients", "update:client_keys", PRIVILEGED])?;
    let before = find(call, cx.tx)?;
    let members = payload::object(call.body()?, &[FIELDS, KEPT, REFUSED], &[])?;
    if members.is_empty() {
        return Err(payload::wrong("Too few properties defined (0), minimum 1"));
    }
    needs_for(call, cx.tx, members, &before)?;
    let mut settings = before.settings.clone();
    let mut auth0 = application(&before);
    apply(members, &mut settings, &mut auth0)?;
    let client_type = client_type(&auth0, before.client_type);
    if before.settings.auth0.is_some() || auth0 != application(&before) {
        settings.auth0 = Some(Box::new(auth0));
    }
    let mut after = Client {
        name: payload::text(members, "name").unwrap_or_else(|| before.name.clone()),
        client_type,
        settings,
        ..before.clone()
    };
    if client_type == ClientType::Public {
        (after.secret, after.retiring_secret) = (None, None);
    }
    clients::update_from_any_type(cx, &before, after).map_err(said)?;
    if let Some(secret) = payload::text(members, "client_secret") {
        let now = read_again(cx, &before)?;
        put_secret(cx, &now, &Secret::new(secret))?;
    }
    let after = read_again(cx, &before)?;
    Ok(Answer::ok(show(&after, &tenant(call, cx.tx)?, None)))
}

/// What a change needs beyond being let in.
fn needs_for(
    call: &Call<'_>,
    tx: &dyn Tx,
    members: &serde_json::Map<String, serde_json::Value>,
    before: &Client,
) -> Said<()> {
    let special = ["client_secret", "token_vault_privileged_access"];
    if members.keys().any(|name| !special.contains(&name.as_str())) {
        call.caller.needs(&["update:clients"])?;
    }
    if members.contains_key("token_vault_privileged_access") {
        call.caller.needs(&[PRIVILEGED])?;
    }
    if members.contains_key("client_secret") {
        call.caller.needs(&["update:client_keys"])?;
        call.caller.may_take_over(tx, before)?;
    }
    Ok(())
}

fn read_again(cx: &Cx<'_>, before: &Client) -> Said<Client> {
    let client = cx.tx.client(before.id)?;
    client.map(|client| (*client).clone()).ok_or_else(|| trouble(404, "inexistent_client", NO_SUCH))
}

fn put_secret(cx: &mut Cx<'_>, before: &Client, secret: &Secret<ClientSecret>) -> Said<Client> {
    let stored = StoredSecret { digest: secret.digest(), created_at: cx.now, expires_at: None };
    clients::set_secrets(cx, before, Some(stored), None).map_err(said)
}

/// `POST /clients/{id}/rotate-secret`: the secrets there were end at once, as with Auth0.
pub(super) fn rotate_secret(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["update:client_keys"])?;
    let before = find(call, cx.tx)?;
    call.caller.may_take_over(cx.tx, &before)?;
    let secret = clients::make_secret(cx)?;
    let after = put_secret(cx, &before, &secret)?;
    Ok(Answer::ok(show(&after, &tenant(call, cx.tx)?, Some(secret.expose()))))
}

/// `DELETE /clients/{id}`
pub(super) fn delete(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["delete:clients"])?;
    match find(call, cx.tx) {
        Ok(client) => clients::delete(cx, &client).map_err(said).map(|_| Answer::nothing()),
        // Nothing to delete is deleted.
        Err(Halt::Trouble(trouble)) if trouble.status == 404 => Ok(Answer::nothing()),
        Err(halt) => Err(halt),
    }
}
