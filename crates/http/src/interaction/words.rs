//! What the hosted pages say, in the languages of the other pages. `{…}` is filled in.

use anteroom_engine::model::membership::ProfileType;
use anteroom_engine::refusal::Refusal;

use crate::page::words::Words;

/// The words of one language.
pub(crate) struct Say {
    lang: &'static str,
    /// `{client}`
    pub(crate) sign_in_to: &'static str,
    /// `{target}`
    pub(crate) goes_to: &'static str,
    /// Label.
    pub(crate) email: &'static str,
    /// Label.
    pub(crate) password: &'static str,
    /// Button.
    pub(crate) sign_in: &'static str,
    /// Link. `{provider}`
    pub(crate) sign_in_at: &'static str,
    /// Button.
    pub(crate) cancel: &'static str,
    /// Title.
    pub(crate) choose: &'static str,
    /// `{client}`
    pub(crate) consent_title: &'static str,
    /// `{person}`, `{client}`
    pub(crate) asks: &'static str,
    /// Check box.
    pub(crate) remember: &'static str,
    /// Button.
    pub(crate) allow: &'static str,
    /// Button.
    pub(crate) other_person: &'static str,
    /// Title and text.
    pub(crate) ended: (&'static str, &'static str),
    /// Title and text. `{target}`
    pub(crate) leaving: (&'static str, &'static str),
    /// Title and text.
    pub(crate) signed_out: (&'static str, &'static str),
    /// Title.
    pub(crate) sign_out_title: &'static str,
    /// Button.
    pub(crate) sign_out: &'static str,
    /// Title.
    pub(crate) bad_request: &'static str,
    /// Before the address that was sent.
    pub(crate) sent: &'static str,
    /// Before an address that is registered.
    pub(crate) registered: &'static str,
    /// Title.
    pub(crate) second_factor_title: &'static str,
    /// What to do.
    pub(crate) second_factor_text: &'static str,
    /// Label.
    pub(crate) second_factor_code: &'static str,
    /// Button.
    pub(crate) go_on: &'static str,
    /// Title.
    pub(crate) enroll_title: &'static str,
    /// What to do.
    pub(crate) enroll_text: &'static str,
    /// What the picture is.
    pub(crate) enroll_picture: &'static str,
    /// Before the secret.
    pub(crate) enroll_secret: &'static str,
    wrong_code: &'static str,
    wrong_password: &'static str,
    provider_refused: &'static str,
    provider_failed: &'static str,
    nobody_found: &'static str,
    too_many: &'static str,
    no_membership: &'static str,
    blocked: &'static str,
    invalid_profile: &'static str,
    kinds: [&'static str; 3],
    /// openid, profile, email, phone, address, fhirUser, offline.
    scopes: [&'static str; 7],
}

impl Say {
    /// The words in the language of the other words.
    pub(crate) fn of(words: &Words) -> &'static Self {
        [&ENGLISH, &GERMAN, &SPANISH].into_iter().find(|say| say.lang == words.lang).unwrap_or(&ENGLISH)
    }

    /// What was wrong.
    pub(crate) fn wrong(&self, refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::TooManySignIns | Refusal::TooManySecondFactorCodes | Refusal::TooManyExternalSignIns => {
                self.too_many
            }
            Refusal::WrongSecondFactorCode => self.wrong_code,
            Refusal::ExternalDenied => self.provider_refused,
            Refusal::NoMemberFound
            | Refusal::MemberFoundInactive
            | Refusal::ExternalIdOfNoProvider
            | Refusal::ProviderEmailNotVerified => self.nobody_found,
            Refusal::ExternalCodeMissing
            | Refusal::ExternalProviderMissing
            | Refusal::ExternalCodeRefused
            | Refusal::ExternalIdTokenInvalid
            | Refusal::ExternalSubjectDiffers
            | Refusal::ExternalEmailMissing
            | Refusal::ExternalSubjectMissing
            | Refusal::InvalidUserInfoUrl
            | Refusal::ProviderUnreachable
            | Refusal::ProviderRefuses
            | Refusal::ProviderThrottles
            | Refusal::UserInfoContentType
            | Refusal::UserInfoPlainText
            | Refusal::UserInfoMalformed
            | Refusal::UserInfoNotVerifiable => self.provider_failed,
            Refusal::NoActiveMembership => self.no_membership,
            Refusal::SignInAddressBlocked => self.blocked,
            Refusal::InvalidProfile => self.invalid_profile,
            _ => self.wrong_password,
        }
    }

    /// What a profile is.
    pub(crate) fn kind(&self, resource_type: ProfileType) -> &'static str {
        let [patient, practitioner, related] = self.kinds;
        match resource_type {
            ProfileType::Patient => patient,
            ProfileType::Practitioner => practitioner,
            ProfileType::RelatedPerson => related,
            ProfileType::ClientApplication => "",
        }
    }

    /// What a scope word lets the client do; words of other makers stand for themselves.
    pub(crate) fn scope(&self, scope: &str) -> String {
        let [openid, profile, email, phone, address, fhir_user, offline] = self.scopes;
        let known = match scope {
            "openid" => openid,
            "profile" => profile,
            "email" => email,
            "phone" => phone,
            "address" => address,
            "fhirUser" => fhir_user,
            "offline_access" | "offline" => offline,
            _ => return scope.to_owned(),
        };
        known.to_owned()
    }
}

static ENGLISH: Say = Say {
    lang: "en",
    sign_in_to: "Sign in to {client}",
    goes_to: "Afterwards you go on to {target}.",
    email: "E-mail address",
    password: "Password",
    sign_in: "Sign in",
    sign_in_at: "Sign in at {provider}",
    cancel: "Cancel",
    choose: "Go on as",
    consent_title: "Let {client} sign you in?",
    asks: "{person}, {client} asks for this:",
    remember: "Do not ask again for this",
    allow: "Allow",
    other_person: "I am somebody else",
    ended: (
        "This page has ended",
        "Go back to the app and start again, in one browser, with cookies switched on.",
    ),
    leaving: ("One moment", "You go on to {target}."),
    signed_out: ("You are signed out", "You can close this page."),
    sign_out_title: "Do you want to sign out?",
    sign_out: "Sign out",
    bad_request: "The app sent a request that cannot be answered",
    sent: "The app sent:",
    registered: "Registered is:",
    second_factor_title: "Second step",
    second_factor_text: "Open your authenticator app and type the six digits it shows for this place.",
    second_factor_code: "Code",
    go_on: "Go on",
    enroll_title: "Set up a second step",
    enroll_text: "This account needs a second step at every sign-in. Scan the picture with an authenticator app on your phone, then type the six digits it shows.",
    enroll_picture: "QR code for the authenticator app",
    enroll_secret: "Or type this secret into the app:",
    wrong_code: "This code is not right, or it was used before. Wait for the next one.",
    wrong_password: "E-mail address or password is not right.",
    provider_refused: "Signing in there was refused or stopped. Try again, or use your password.",
    provider_failed: "Signing in there did not work. Try again later, or use your password.",
    nobody_found: "Nobody here has this account. Please ask the clinic.",
    too_many: "Too many tries. Please wait a few minutes.",
    no_membership: "This account is switched off. Please ask the clinic.",
    blocked: "You cannot sign in from where you are. Please ask the clinic.",
    invalid_profile: "Please choose one of these.",
    kinds: ["patient", "practitioner", "related person"],
    scopes: [
        "Know who you are",
        "See your name, date of birth and gender",
        "See your e-mail address",
        "See your phone number",
        "See your address",
        "Know your record",
        "Stay signed in while you are away",
    ],
};

static GERMAN: Say = Say {
    lang: "de",
    sign_in_to: "Bei {client} anmelden",
    goes_to: "Danach geht es weiter zu {target}.",
    email: "E-Mail-Adresse",
    password: "Passwort",
    sign_in: "Anmelden",
    sign_in_at: "Bei {provider} anmelden",
    cancel: "Abbrechen",
    choose: "Weiter als",
    consent_title: "Darf {client} Sie anmelden?",
    asks: "{person}, {client} bittet um Folgendes:",
    remember: "Hierfür nicht mehr fragen",
    allow: "Erlauben",
    other_person: "Ich bin jemand anderes",
    ended: (
        "Diese Seite gilt nicht mehr",
        "Gehen Sie zurück zur App und beginnen Sie neu, in einem Browser und mit eingeschalteten Cookies.",
    ),
    leaving: ("Einen Moment", "Es geht weiter zu {target}."),
    signed_out: ("Sie sind abgemeldet", "Sie können diese Seite schließen."),
    sign_out_title: "Möchten Sie sich abmelden?",
    sign_out: "Abmelden",
    bad_request: "Die App hat eine Anfrage geschickt, die nicht beantwortet werden kann",
    sent: "Die App hat geschickt:",
    registered: "Eingetragen ist:",
    second_factor_title: "Zweiter Schritt",
    second_factor_text: "Öffnen Sie Ihre Authenticator-App und tippen Sie die sechs Ziffern ein, die sie hierfür zeigt.",
    second_factor_code: "Code",
    go_on: "Weiter",
    enroll_title: "Zweiten Schritt einrichten",
    enroll_text: "Dieses Konto braucht bei jeder Anmeldung einen zweiten Schritt. Scannen Sie das Bild mit einer Authenticator-App auf Ihrem Telefon und tippen Sie dann die sechs Ziffern ein, die sie zeigt.",
    enroll_picture: "QR-Code für die Authenticator-App",
    enroll_secret: "Oder tippen Sie dieses Geheimnis in die App ein:",
    wrong_code: "Dieser Code ist nicht richtig, oder er wurde schon benutzt. Warten Sie auf den nächsten.",
    wrong_password: "E-Mail-Adresse oder Passwort ist nicht richtig.",
    provider_refused: "Die Anmeldung dort wurde abgelehnt oder abgebrochen. Versuchen Sie es noch einmal, oder nehmen Sie Ihr Passwort.",
    provider_failed: "Die Anmeldung dort hat nicht geklappt. Versuchen Sie es später noch einmal, oder nehmen Sie Ihr Passwort.",
    nobody_found: "Dieses Konto gehört hier zu niemandem. Bitte fragen Sie in der Praxis nach.",
    too_many: "Zu viele Versuche. Bitte warten Sie einige Minuten.",
    no_membership: "Dieses Konto ist ausgeschaltet. Bitte fragen Sie in der Praxis nach.",
    blocked: "Von hier aus können Sie sich nicht anmelden. Bitte fragen Sie in der Praxis nach.",
    invalid_profile: "Bitte wählen Sie eines hiervon.",
    kinds: ["Patient/in", "Behandler/in", "Angehörige/r"],
    scopes: [
        "Wissen, wer Sie sind",
        "Ihren Namen, Ihr Geburtsdatum und Ihr Geschlecht sehen",
        "Ihre E-Mail-Adresse sehen",
        "Ihre Telefonnummer sehen",
        "Ihre Anschrift sehen",
        "Ihre Akte kennen",
        "Angemeldet bleiben, während Sie nicht da sind",
    ],
};

static SPANISH: Say = Say {
    lang: "es",
    sign_in_to: "Iniciar sesión en {client}",
    goes_to: "Después continuará en {target}.",
    email: "Correo electrónico",
    password: "Contraseña",
    sign_in: "Iniciar sesión",
    sign_in_at: "Iniciar sesión en {provider}",
    cancel: "Cancelar",
    choose: "Continuar como",
    consent_title: "¿Permitir que {client} inicie su sesión?",
    asks: "{person}, {client} pide lo siguiente:",
    remember: "No volver a preguntar por esto",
    allow: "Permitir",
    other_person: "Soy otra persona",
    ended: (
        "Esta página ya no es válida",
        "Vuelva a la aplicación y empiece de nuevo, en un solo navegador y con las cookies activadas.",
    ),
    leaving: ("Un momento", "Continúa en {target}."),
    signed_out: ("Ha cerrado la sesión", "Puede cerrar esta página."),
    sign_out_title: "¿Desea cerrar la sesión?",
    sign_out: "Cerrar sesión",
    bad_request: "La aplicación envió una petición que no se puede responder",
    sent: "La aplicación envió:",
    registered: "Está registrado:",
    second_factor_title: "Segundo paso",
    second_factor_text: "Abra su aplicación de autenticación y escriba las seis cifras que muestra para este sitio.",
    second_factor_code: "Código",
    go_on: "Continuar",
    enroll_title: "Configurar un segundo paso",
    enroll_text: "Esta cuenta necesita un segundo paso en cada inicio de sesión. Escanee la imagen con una aplicación de autenticación en su teléfono y escriba las seis cifras que muestra.",
    enroll_picture: "Código QR para la aplicación de autenticación",
    enroll_secret: "O escriba este secreto en la aplicación:",
    wrong_code: "Este código no es correcto o ya se usó. Espere al siguiente.",
    wrong_password: "El correo electrónico o la contraseña no son correctos.",
    provider_refused: "Allí se rechazó o se canceló el inicio de sesión. Inténtelo de nuevo o use su contraseña.",
    provider_failed: "El inicio de sesión allí no funcionó. Inténtelo más tarde o use su contraseña.",
    nobody_found: "Nadie tiene aquí esta cuenta. Pregunte en la clínica.",
    too_many: "Demasiados intentos. Espere unos minutos.",
    no_membership: "Esta cuenta está desactivada. Pregunte en la clínica.",
    blocked: "No puede iniciar sesión desde donde está. Pregunte en la clínica.",
    invalid_profile: "Elija uno de estos.",
    kinds: ["paciente", "profesional", "persona allegada"],
    scopes: [
        "Saber quién es usted",
        "Ver su nombre, fecha de nacimiento y género",
        "Ver su correo electrónico",
        "Ver su número de teléfono",
        "Ver su dirección",
        "Conocer su ficha",
        "Mantener la sesión mientras no está",
    ],
};
