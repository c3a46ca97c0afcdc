//! The page that asks the person. It says what it is, in three languages.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::endpoints::{answer, failed};
use crate::knobs::Wrongs;

/// What the page asks.
pub(crate) struct Asking<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client: &'a str,
    /// Origin of the redirect URI.
    pub(crate) goes_to: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) email: &'a str,
    pub(crate) expires_in: String,
    pub(crate) wrongs: Wrongs,
}

struct Words {
    lang: &'static str,
    title: &'static str,
    warning: &'static str,
    asks: &'static str,
    email: &'static str,
    email_help: &'static str,
    wrongs: &'static str,
    expires_in: &'static str,
    no_refresh_token: &'static str,
    refuse_refresh: &'static str,
    ended_tokens: &'static str,
    allow: &'static str,
    cancel: &'static str,
}

const WORDS: [Words; 3] = [
    Words {
        lang: "en",
        title: "Sample provider",
        warning: "This is not a real provider. It runs on this computer to try things out, believes whatever is typed \
                  here, and forgets it when the program ends. Never type a password here.",
        asks: "wants to connect an account. You go back to",
        email: "Be this person",
        email_help: "Any e-mail address. The same address is the same person.",
        wrongs: "What shall go wrong with this grant",
        expires_in: "Seconds its access tokens live",
        no_refresh_token: "No refresh token",
        refuse_refresh: "Refuse to renew",
        ended_tokens: "Refuse its access tokens, whatever their time",
        allow: "Allow",
        cancel: "Cancel",
    },
    Words {
        lang: "de",
        title: "Beispielanbieter",
        warning: "Dies ist kein echter Anbieter. Er läuft zum Ausprobieren auf diesem Rechner, glaubt alles, was hier \
                  eingegeben wird, und vergisst es mit dem Ende des Programms. Geben Sie hier nie ein Kennwort ein.",
        asks: "möchte ein Konto verbinden. Zurück geht es zu",
        email: "Diese Person sein",
        email_help: "Irgendeine E-Mail-Adresse. Dieselbe Adresse ist dieselbe Person.",
        wrongs: "Was bei dieser Freigabe schiefgehen soll",
        expires_in: "Sekunden, die ihre Zugriffstoken leben",
        no_refresh_token: "Kein Aktualisierungstoken",
        refuse_refresh: "Erneuern ablehnen",
        ended_tokens: "Ihre Zugriffstoken ablehnen, auch vor der Zeit",
        allow: "Erlauben",
        cancel: "Abbrechen",
    },
    Words {
        lang: "es",
        title: "Proveedor de ejemplo",
        warning: "Esto no es un proveedor real. Se ejecuta en este equipo para hacer pruebas, cree todo lo que se \
                  escribe aquí y lo olvida cuando termina el programa. No escriba nunca una contraseña aquí.",
        asks: "quiere conectar una cuenta. Después se vuelve a",
        email: "Ser esta persona",
        email_help: "Cualquier dirección de correo. La misma dirección es la misma persona.",
        wrongs: "Qué debe fallar con este permiso",
        expires_in: "Segundos de vida de sus tokens de acceso",
        no_refresh_token: "Sin token de actualización",
        refuse_refresh: "Negarse a renovar",
        ended_tokens: "Rechazar sus tokens de acceso aunque no hayan caducado",
        allow: "Permitir",
        cancel: "Cancelar",
    },
];

#[derive(Template)]
#[template(path = "ask.html")]
struct Page<'a> {
    words: &'static Words,
    asking: &'a Asking<'a>,
}

/// Nothing but the page itself, in no frame.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// The page.
pub(crate) fn ask(headers: &HeaderMap, asking: &Asking<'_>) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = accepted.unwrap_or_default().get(..2).unwrap_or_default().to_ascii_lowercase();
    let words = WORDS.iter().find(|words| words.lang == first).unwrap_or(&WORDS[0]);
    let Ok(html) = (Page { words, asking }).render() else { return failed() };
    let mut response = answer(200, "text/html; charset=utf-8", html);
    let own = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // not `no-referrer`: its own form would come with `Origin: null` then [Fetch §3.2]
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_LANGUAGE, words.lang),
        (header::VARY, "accept-language"),
    ] {
        own.insert(name, HeaderValue::from_static(value));
    }
    response
}
