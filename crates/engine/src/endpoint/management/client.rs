//! A client as the Management API writes and shows it: Auth0's members over our row.

use anteroom_oauth::grant_type::GrantType;
use serde_json::{Map, Value, json};

use super::payload::{Field, Form, asks, field, flag, list, nullable, text, wrong_at};
use super::trouble::{Said, not_supported};
use crate::model::Client;
use crate::model::client::auth0::{
    AppType, Auth0Application, ExpirationType, RefreshTokenSettings, RotationType, TokenEndpointAuthMethod,
};
use crate::model::client::{ClientSettings, ClientType};
use crate::model::refresh_token::GRACE;

/// Life of an id token unless the client says otherwise, as Auth0 shows it.
const JWT_LIFETIME: u32 = 36_000;
/// Most URLs of a list.
const MOST_URLS: usize = 100;
/// Longest URL.
const LONGEST_URL: usize = 2_048;

/// The members of a client that are read.
pub(super) const FIELDS: &[Field] = &[
    field("name", Form::Name(100), "The name of the client"),
    nullable("description", Form::Text(0, 140), "Free text description of the client"),
    field("callbacks", Form::Texts(MOST_URLS, LONGEST_URL), "URLs a code may be sent to"),
    field(
        "allowed_logout_urls",
        Form::Texts(MOST_URLS, LONGEST_URL),
        "URLs that are valid to redirect to after logout",
    ),
    field(
        "allowed_origins",
        Form::Texts(MOST_URLS, LONGEST_URL),
        "URLs allowed to make requests from JavaScript",
    ),
    field("web_origins", Form::Texts(MOST_URLS, LONGEST_URL), "Allowed origins for web message responses"),
    field("grant_types", Form::Texts(50, 200), "Grant types supported by the client"),
    nullable(
        "token_endpoint_auth_method",
        Form::Word(&["none", "client_secret_post", "client_secret_basic"]),
        "How the client authenticates at the token endpoint",
    ),
    nullable(
        "app_type",
        Form::Word(&["native", "spa", "regular_web", "non_interactive", "resource_server"]),
        "The type of application this client represents",
    ),
    field("is_first_party", Form::Bool, "Whether this client is a first party client"),
    field("oidc_conformant", Form::Bool, "Whether this client conforms to strict OIDC specifications"),
    nullable("jwt_configuration", Form::Object, "Configuration of the JWT a client gets"),
    nullable("refresh_token", Form::Object, "Refresh token configuration"),
    nullable("token_vault_privileged_access", Form::Object, "Privileged access to the token vault"),
    field("client_secret", Form::Text(16, 512), "The secret of the client"),
];

/// Members that are kept and shown, and do nothing here.
pub(super) const KEPT: &[Field] = &[
    nullable("logo_uri", Form::Text(0, LONGEST_URL), "URL of the client's logo"),
    nullable("client_metadata", Form::Object, "Metadata of the client"),
    nullable("initiate_login_uri", Form::Text(0, LONGEST_URL), "URL of the client's login route"),
    nullable("client_aliases", Form::Texts(MOST_URLS, LONGEST_URL), "Audiences for SAML"),
    nullable("allowed_clients", Form::Texts(MOST_URLS, 200), "Clients allowed to delegate"),
    nullable("addons", Form::Object, "Addons"),
    nullable("mobile", Form::Object, "Configuration of a native app"),
    nullable("native_social_login", Form::Object, "Native social login"),
    nullable("oidc_logout", Form::Object, "Back-channel logout"),
    nullable("sso", Form::Bool, "Single sign-on"),
    nullable("sso_disabled", Form::Bool, "Single sign-on is off"),
    nullable("cross_origin_authentication", Form::Bool, "Cross-origin authentication"),
    nullable("cross_origin_loc", Form::Text(0, LONGEST_URL), "Cross-origin verification fallback"),
    nullable("custom_login_page_on", Form::Bool, "Whether a custom login page is used"),
    nullable("custom_login_page", Form::Text(0, 65_536), "A custom login page"),
    nullable("custom_login_page_preview", Form::Text(0, 65_536), "A preview of it"),
    nullable("form_template", Form::Text(0, 65_536), "WS-Fed form template"),
    nullable("is_token_endpoint_ip_header_trusted", Form::Bool, "Whether auth0-forwarded-for is trusted"),
    nullable(
        "skip_non_verifiable_callback_uri_confirmation_prompt",
        Form::Bool,
        "Whether the confirmation of a callback that cannot be verified is skipped",
    ),
    nullable("organization_usage", Form::Word(&["deny", "allow", "require"]), "Organizations"),
    nullable(
        "organization_require_behavior",
        Form::Word(&["no_prompt", "pre_login_prompt", "post_login_prompt"]),
        "How organizations are chosen",
    ),
    nullable("default_organization", Form::Object, "Default organization"),
    nullable("par_request_expiry", Form::Whole(10, 600), "Life of a pushed authorization request"),
    nullable("third_party_security_mode", Form::Word(&["strict", "permissive"]), "Security mode"),
    nullable(
        "redirection_policy",
        Form::Word(&["allow_always", "open_redirect_protection"]),
        "Whether errors are redirected",
    ),
];

/// Members that ask for a check this server does not make: accepted as long as they ask for nothing.
pub(super) const REFUSED: &[Field] = &[
    nullable("require_pushed_authorization_requests", Form::Bool, "Pushed authorization requests"),
    nullable("require_proof_of_possession", Form::Bool, "Proof of possession"),
    nullable("client_authentication_methods", Form::Object, "Client authentication methods"),
    nullable("signed_request_object", Form::Object, "Signed request objects"),
    nullable("encryption_key", Form::Object, "Encryption key"),
    nullable("token_exchange", Form::Object, "Token exchange profiles"),
    nullable("token_quota", Form::Object, "Token quota"),
];

/// Only when a client is made.
pub(super) const LINK: &[Field] = &[field(
    "resource_server_identifier",
    Form::Text(1, 600),
    "The identifier of the resource server this client is linked to",
)];

/// What Auth0 keeps of a client that was made elsewhere: it has always followed OpenID Connect, and has no say of its own.
pub(super) fn application(client: &Client) -> Auth0Application {
    client.settings.auth0.as_deref().cloned().unwrap_or_else(|| Auth0Application {
        oidc_conformant: true,
        token_endpoint_auth_method: (client.client_type == ClientType::Public)
            .then_some(TokenEndpointAuthMethod::None),
        ..Auth0Application::default()
    })
}

/// Puts the members of a body over a client's settings. What they say of its secret is not read here.
pub(super) fn apply(
    members: &Map<String, Value>,
    settings: &mut ClientSettings,
    auth0: &mut Auth0Application,
) -> Said<()> {
    if let Some(asking) = REFUSED.iter().find(|field| asks(members, field.name)) {
        return Err(not_supported(asking.name));
    }
    if members.contains_key("description") {
        settings.description = text(members, "description").filter(|text| !text.is_empty());
    }
    if let Some(urls) = members.get("callbacks") {
        settings.redirect_uris = list(urls);
    }
    if let Some(urls) = members.get("allowed_logout_urls") {
        settings.post_logout_redirect_uris = list(urls);
    }
    origins(members, settings, auth0);
    if let Some(grants) = members.get("grant_types") {
        set_grant_types(settings, auth0, list(grants));
    }
    if members.contains_key("token_endpoint_auth_method") {
        let method = text(members, "token_endpoint_auth_method");
        auth0.token_endpoint_auth_method = method.as_deref().and_then(TokenEndpointAuthMethod::parse);
    }
    if members.contains_key("app_type") {
        auth0.app_type = text(members, "app_type").as_deref().and_then(AppType::parse);
    }
    if let Some(flag) = flag(members, "is_first_party") {
        auth0.is_first_party = flag;
    }
    if let Some(flag) = flag(members, "oidc_conformant") {
        auth0.oidc_conformant = flag;
    }
    if let Some(configuration) = members.get("jwt_configuration") {
        jwt_configuration(settings, auth0, configuration)?;
    }
    if let Some(refresh) = members.get("refresh_token") {
        auth0.refresh_token = Some(refresh_token(refresh)?);
    }
    if let Some(privileged) = members.get("token_vault_privileged_access") {
        auth0.token_vault_privileged_access = Some(privileged.clone()).filter(|value| !value.is_null());
    }
    for field in KEPT {
        match members.get(field.name) {
            None => {}
            Some(Value::Null) => drop(auth0.rest.shift_remove(field.name)),
            Some(value) => drop(auth0.rest.insert(field.name.to_owned(), value.clone())),
        }
    }
    Ok(())
}

/// `allowed_origins` and `web_origins` are two lists for Auth0 and one for the engine.
fn origins(members: &Map<String, Value>, settings: &mut ClientSettings, auth0: &mut Auth0Application) {
    if !members.contains_key("allowed_origins") && !members.contains_key("web_origins") {
        return;
    }
    if auth0.allowed_origins.is_empty() && auth0.web_origins.is_empty() {
        auth0.allowed_origins.clone_from(&settings.allowed_origins);
    }
    if let Some(urls) = members.get("allowed_origins") {
        auth0.allowed_origins = list(urls);
    }
    if let Some(urls) = members.get("web_origins") {
        auth0.web_origins = list(urls);
    }
    settings.allowed_origins.clone_from(&auth0.allowed_origins);
    for origin in &auth0.web_origins {
        if !settings.allowed_origins.contains(origin) {
            settings.allowed_origins.push(origin.clone());
        }
    }
}

/// The list as it was written, and those of it that this server redeems.
pub(super) fn set_grant_types(
    settings: &mut ClientSettings,
    auth0: &mut Auth0Application,
    written: Vec<String>,
) {
    settings.grant_types = Some(written.iter().filter_map(|word| word.parse().ok()).collect());
    auth0.written_grant_types = written;
}

fn jwt_configuration(settings: &mut ClientSettings, auth0: &mut Auth0Application, value: &Value) -> Said<()> {
    const NAME: &str = "jwt_configuration";
    let Value::Object(members) = value else {
        auth0.rest.shift_remove(NAME);
        return Ok(());
    };
    let known = ["alg", "lifetime_in_seconds", "secret_encoded", "scopes"];
    if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
        let unknown: String = unknown.chars().take(100).collect();
        return Err(wrong_at(
            &format!("Additional properties not allowed: {unknown}"),
            NAME,
            "Configuration of the JWT a client gets",
        ));
    }
    match members.get("alg") {
        None | Some(Value::Null) => {}
        Some(Value::String(alg)) if alg == "RS256" => {}
        // Id tokens signed with a client's secret would need the secret itself; this server keeps its digest.
        Some(_) => return Err(not_supported("jwt_configuration.alg other than RS256")),
    }
    let lifetime = members.get("lifetime_in_seconds");
    if lifetime.is_some_and(|value| !value.as_u64().is_some_and(|seconds| (1..=2_592_000).contains(&seconds)))
    {
        return Err(wrong_at(
            "Expected a whole number from 1 to 2592000",
            "jwt_configuration.lifetime_in_seconds",
            "Number of seconds the JWT will be valid for",
        ));
    }
    settings.id_token_signed_response_alg = Some("RS256".to_owned());
    auth0.rest.insert(NAME.to_owned(), value.clone());
    Ok(())
}

/// `refresh_token` comes whole.
fn refresh_token(value: &Value) -> Said<RefreshTokenSettings> {
    if value.is_null() {
        return Ok(RefreshTokenSettings::default());
    }
    serde_json::from_value(value.clone()).map_err(|error| {
        let what: String = error.to_string().chars().take(200).collect();
        wrong_at(&what, "refresh_token", "Refresh token configuration")
    })
}

/// The grants a client made here has unless told.
pub(super) fn default_grant_types(auth0: &Auth0Application) -> Vec<String> {
    let words: &[&str] = match (auth0.app_type, auth0.token_endpoint_auth_method) {
        (Some(AppType::ResourceServer), _) => &[],
        (Some(AppType::Spa | AppType::Native), _) | (_, Some(TokenEndpointAuthMethod::None)) => {
            &["authorization_code", "implicit", "refresh_token"]
        }
        _ => &["authorization_code", "implicit", "refresh_token", "client_credentials"],
    };
    words.iter().map(|&word| word.to_owned()).collect()
}

/// The grants of a client, in the order they were written, with those that this server does not redeem.
fn grant_types(client: &Client, auth0: &Auth0Application) -> Vec<String> {
    let allowed = |grant: GrantType| client.allows(grant);
    let mut words: Vec<String> = auth0
        .written_grant_types
        .iter()
        .filter(|word| word.parse::<GrantType>().map_or(true, allowed))
        .cloned()
        .collect();
    for grant in GrantType::ALL.into_iter().filter(|grant| allowed(*grant)) {
        if !words.iter().any(|word| word == grant.as_str()) {
            words.push(grant.as_str().to_owned());
        }
    }
    words
}

/// Name, id, type and description: all that `read:client_summary` shows.
pub(super) fn summary(client: &Client) -> Value {
    let auth0 = application(client);
    let mut shown = Map::new();
    shown.insert("client_id".into(), client.client_id().into());
    shown.insert("name".into(), client.name.clone().into());
    if let Some(app_type) = auth0.app_type {
        shown.insert("app_type".into(), app_type.as_str().into());
    }
    if let Some(description) = &client.settings.description {
        shown.insert("description".into(), description.clone().into());
    }
    shown.into()
}

/// A client. A secret is shown once, when it is made: only its digest is kept.
pub(super) fn show(client: &Client, tenant: &str, secret: Option<&str>) -> Value {
    let auth0 = application(client);
    let settings = &client.settings;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("tenant", tenant.into());
    put("global", false.into());
    put("is_token_endpoint_ip_header_trusted", false.into());
    put("name", client.name.clone().into());
    put("client_id", client.client_id().into());
    put("is_first_party", auth0.is_first_party.into());
    put("oidc_conformant", auth0.oidc_conformant.into());
    put("sso_disabled", false.into());
    put("cross_origin_authentication", false.into());
    put("custom_login_page_on", true.into());
    put("callback_url_template", false.into());
    put("grant_types", json!(grant_types(client, &auth0)));
    put("callbacks", json!(settings.redirect_uris));
    put("allowed_logout_urls", json!(settings.post_logout_redirect_uris));
    let own = auth0.allowed_origins.is_empty() && auth0.web_origins.is_empty();
    let allowed_origins = if own { &settings.allowed_origins } else { &auth0.allowed_origins };
    put("allowed_origins", json!(allowed_origins));
    put("web_origins", json!(auth0.web_origins));
    put("refresh_token", json!(auth0.refresh_token.clone().unwrap_or_else(|| engines_own(client))));
    put("jwt_configuration", json!({ "lifetime_in_seconds": JWT_LIFETIME, "secret_encoded": false }));
    if let Some(description) = &settings.description {
        put("description", description.clone().into());
    }
    if let Some(app_type) = auth0.app_type {
        put("app_type", app_type.as_str().into());
    }
    if let Some(method) = auth0.token_endpoint_auth_method {
        put("token_endpoint_auth_method", method.as_str().into());
    }
    if let Some(identifier) = auth0.resource_server_identifier {
        put("resource_server_identifier", identifier.into());
    }
    if let Some(privileged) = auth0.token_vault_privileged_access {
        put("token_vault_privileged_access", privileged);
    }
    if let Some(secret) = secret {
        put("client_secret", secret.into());
    }
    for (name, value) in auth0.rest {
        put(&name, value);
    }
    shown.into()
}

/// The engine's own rules for refresh tokens, in Auth0's words.
fn engines_own(client: &Client) -> RefreshTokenSettings {
    RefreshTokenSettings {
        rotation_type: RotationType::Rotating,
        expiration_type: ExpirationType::Expiring,
        leeway: GRACE,
        token_lifetime: client.refresh_family_lifetime(),
        idle_token_lifetime: client.refresh_token_lifetime(),
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
        policies: None,
    }
}
