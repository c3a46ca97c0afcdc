//! The one window, and the only pages it may show: our own.

use tauri::{
    AppHandle, Manager, Runtime, Url, WebviewWindowBuilder,
    webview::{NewWindowResponse, PageLoadEvent},
};

use crate::inbox::Inbox;

/// The window's label in `tauri.conf.json` and in its capability.
pub(crate) const LABEL: &str = "main";

/// Opens the window as `tauri.conf.json` describes it.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let config = app.config();
    let window =
        config.app.windows.iter().find(|window| window.label == LABEL).ok_or(tauri::Error::WindowNotFound)?;
    let dev_server = if tauri::is_dev() { config.build.dev_url.clone() } else { None };
    WebviewWindowBuilder::from_config(app, window)?
        .on_navigation(move |url| is_own_page(url, dev_server.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(|window, page| {
            if matches!(page.event(), PageLoadEvent::Started) {
                window.state::<Inbox>().close();
            }
        })
        .build()?;
    Ok(())
}

/// Brings the window to the front.
pub(crate) fn focus<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Whether the window may go there: the embedded pages, or the development server that this build was made for.
///
/// Tauri treats whatever the window shows as its own page and gives it the commands, so no address of the network
/// is ever shown here; not even our own engine's. Pages for people open in the system's browser.
fn is_own_page(url: &Url, dev_server: Option<&Url>) -> bool {
    let embedded = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows has no custom schemes: Tauri serves the embedded pages under this reserved name there
        "http" | "https" => {
            cfg!(windows) && url.host_str() == Some("tauri.localhost") && url.port().is_none()
        }
        _ => false,
    };
    embedded || dev_server.is_some_and(|server| server.origin() == url.origin())
}

#[cfg(test)]
mod tests {
    use super::{Url, is_own_page};

    #[test]
    fn only_embedded_pages_and_the_development_server_are_shown() {
        let server = Url::parse("http://127.0.0.1:5183").unwrap();
        for (url, embedded, developing) in [
            ("tauri://localhost", true, true),
            ("tauri://localhost/clients/1?tab=keys#x", true, true),
            ("tauri://example.org/", false, false),
            ("http://127.0.0.1:5183/clients", false, true),
            ("http://127.0.0.1:5184/", false, false),
            ("https://127.0.0.1:5183/", false, false),
            ("http://127.0.0.1:8103/", false, false),
            ("https://example.org/", false, false),
            ("about:blank", false, false),
            ("javascript:alert(1)", false, false),
            ("data:text/html,x", false, false),
            ("blob:tauri://localhost/0", false, false),
            ("file:///etc/passwd", false, false),
            ("ipc://localhost/call", false, false),
            ("anteroom://open", false, false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(is_own_page(&url, None), embedded, "{url}");
            assert_eq!(is_own_page(&url, Some(&server)), developing, "{url} with a development server");
        }
    }
}
