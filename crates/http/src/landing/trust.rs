//! How a phone comes to trust the local CA: a page with the steps, the certificate, and a profile for iPhones.
//!
//! Only on the local network's listener, whose certificate the CA signs. The phone warns once, on this page; the
//! fingerprint, which stands in the desk's window too, says whether it is the right one.
//!
//! # Not supported
//! Trusting it for the person: every system asks them, and should.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::call::Call;
use crate::headers::FormAction;
use crate::page::words::Words;
use crate::page::{self, words_for};
use crate::respond;

/// The public certificate of the local CA.
#[derive(Debug, Clone)]
pub struct Trust(Arc<Certificate>);

#[derive(Debug)]
struct Certificate {
    pem: String,
    der: Vec<u8>,
    digest: [u8; 32],
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Page,
    Certificate,
    Profile,
}

impl Trust {
    /// Takes a certificate as PEM; `None` when it is none.
    pub fn new(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
        let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
        let der = STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?;
        let digest = Sha256::digest(&der).into();
        Some(Self(Arc::new(Certificate { pem: pem.to_owned(), der, digest })))
    }

    /// SHA-256 of the certificate, as systems show it: `AB:CD:…`.
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> = self.0.digest.iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// A configuration profile, which iPhones and iPads install. The same at every download, so that it takes its own place.
    fn profile(&self) -> String {
        let hex = self.fingerprint().replace(':', "");
        let uuid = |from: &str| {
            format!("{}-{}-4{}-8{}-{}", &from[..8], &from[8..12], &from[13..16], &from[17..20], &from[20..32])
        };
        let (own, inner) = (uuid(&hex[..32]), uuid(&hex[32..]));
        let data = STANDARD.encode(&self.0.der);
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>anteroom.local-ca.{own}</string>
<key>PayloadUUID</key><string>{own}</string>
<key>PayloadDisplayName</key><string>Anteroom local CA</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.security.root</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>anteroom.local-ca.{own}.root</string>
<key>PayloadUUID</key><string>{inner}</string>
<key>PayloadDisplayName</key><string>Anteroom local CA</string>
<key>PayloadCertificateFileName</key><string>anteroom-ca.crt</string>
<key>PayloadContent</key><data>{data}</data>
</dict></array>
</dict></plist>
"#
        )
    }
}

/// `/in/trust` and what hangs below it.
pub(crate) fn answer(part: Part, call: &Call) -> Response {
    let Some(trust) = &call.shared.trust else { return page::not_found(call.headers()) };
    let file = |kind: &'static str, contents: String| {
        let body = if call.method() == Method::HEAD { Body::empty() } else { Body::from(contents) };
        respond::response(StatusCode::OK, HeaderValue::from_static(kind), body)
    };
    match part {
        Part::Page => page(call.headers(), trust),
        Part::Certificate => file("application/x-x509-ca-cert", trust.0.pem.clone()),
        Part::Profile => file("application/x-apple-aspen-config", trust.profile()),
    }
}

#[derive(Template)]
#[template(path = "trust.html")]
struct TrustPage<'a> {
    words: &'a Words,
    say: &'a Say,
    title: &'a str,
    fingerprint: String,
}

fn page(headers: &HeaderMap, trust: &Trust) -> Response {
    let words = words_for(headers);
    let say = Say::ALL.into_iter().find(|say| say.lang == words.lang).unwrap_or(&Say::ENGLISH);
    // Spaces, so that it is broken between pairs.
    let fingerprint = trust.fingerprint().replace(':', " ");
    page::answer(
        StatusCode::OK,
        words,
        &FormAction::None,
        &TrustPage { words, say, title: say.title, fingerprint },
    )
}

/// What the page says.
struct Say {
    lang: &'static str,
    title: &'static str,
    lead: &'static str,
    compare: &'static str,
    iphone: [&'static str; 4],
    iphone_button: &'static str,
    android: [&'static str; 3],
    android_button: &'static str,
    remove: &'static str,
}

impl Say {
    const ALL: [&'static Self; 3] = [&Self::ENGLISH, &Self::GERMAN, &Self::SPANISH];

    const ENGLISH: Self = Self {
        lang: "en",
        title: "Trust this clinic's address",
        lead: "This phone then opens the clinic's links without a warning. The certificate is good for this network only: it cannot vouch for any address on the internet.",
        compare: "Go on only if the desk shows the same fingerprint:",
        iphone: [
            "Press the button below and allow the download.",
            "Open Settings, then “Profile Downloaded”, and install it.",
            "Open Settings → General → About → Certificate Trust Settings.",
            "Switch “Anteroom local CA” on.",
        ],
        iphone_button: "Get the profile",
        android: [
            "Press the button below; the certificate is saved.",
            "Open Settings → Security → More → Install a certificate → CA certificate.",
            "Choose the file anteroom-ca.crt.",
        ],
        android_button: "Get the certificate",
        remove: "When you no longer need it, remove the profile or the certificate in the same place.",
    };

    const GERMAN: Self = Self {
        lang: "de",
        title: "Der Adresse dieser Praxis vertrauen",
        lead: "Dann öffnet dieses Handy die Links der Praxis ohne Warnung. Das Zertifikat gilt nur in diesem Netz: Für Adressen im Internet kann es nicht bürgen.",
        compare: "Gehen Sie nur weiter, wenn der Empfang denselben Fingerabdruck zeigt:",
        iphone: [
            "Drücken Sie auf den Knopf und erlauben Sie das Laden.",
            "Öffnen Sie Einstellungen, dann „Profil geladen“, und installieren Sie es.",
            "Öffnen Sie Einstellungen → Allgemein → Info → Zertifikatsvertrauenseinstellungen.",
            "Schalten Sie „Anteroom local CA“ ein.",
        ],
        iphone_button: "Profil laden",
        android: [
            "Drücken Sie auf den Knopf; das Zertifikat wird gespeichert.",
            "Öffnen Sie Einstellungen → Sicherheit → Weitere → Zertifikat installieren → CA-Zertifikat.",
            "Wählen Sie die Datei anteroom-ca.crt.",
        ],
        android_button: "Zertifikat laden",
        remove: "Wenn Sie es nicht mehr brauchen, entfernen Sie Profil oder Zertifikat an derselben Stelle.",
    };

    const SPANISH: Self = Self {
        lang: "es",
        title: "Confiar en la dirección de esta clínica",
        lead: "Así este móvil abre los enlaces de la clínica sin avisos. El certificado solo vale en esta red: no puede responder por ninguna dirección de internet.",
        compare: "Continúe solo si en recepción se ve la misma huella:",
        iphone: [
            "Pulse el botón y permita la descarga.",
            "Abra Ajustes, después «Perfil descargado», e instálelo.",
            "Abra Ajustes → General → Información → Ajustes de confianza de los certificados.",
            "Active «Anteroom local CA».",
        ],
        iphone_button: "Descargar el perfil",
        android: [
            "Pulse el botón; el certificado se guarda.",
            "Abra Ajustes → Seguridad → Más → Instalar un certificado → Certificado de CA.",
            "Elija el archivo anteroom-ca.crt.",
        ],
        android_button: "Descargar el certificado",
        remove: "Cuando ya no lo necesite, quite el perfil o el certificado en el mismo lugar.",
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAEC\nAwQF\n-----END CERTIFICATE-----\n";

    #[test]
    fn a_profile_holds_the_certificate_and_is_the_same_every_time() {
        let trust = Trust::new(PEM).unwrap();
        // printf '\0\1\2\3\4\5' | sha256sum
        assert!(trust.fingerprint().starts_with("17:E8:8D:B1:87:AF:D6:2C:16:E5:DE:BF:3E:65:27:CD"));
        let profile = trust.profile();
        assert!(profile.contains("<data>AAECAwQF</data>") && profile.contains("com.apple.security.root"));
        assert!(profile.contains("<string>17E88DB1-87AF-462C-86E5-"), "{profile}");
        assert_eq!(profile, Trust::new(PEM).unwrap().profile());
        assert!(Trust::new("-----BEGIN PRIVATE KEY-----").is_none());
    }
}
