//! What the pages say, in three languages. `{…}` is filled in.
//!
//! # To add a language
//! A constant here and its place in [`Words::ALL`].

/// The words of one language.
pub(crate) struct Words {
    /// Its tag.
    pub(crate) lang: &'static str,
    /// Title of the landing page.
    pub(crate) sign_in: &'static str,
    /// `{person}`
    pub(crate) hello: &'static str,
    /// `{person}`; on the phone of somebody who cares for the person.
    pub(crate) hello_carer: &'static str,
    /// `{client}`; the button.
    pub(crate) sign_in_to: &'static str,
    /// `{client}`, `{duration}`
    pub(crate) once: &'static str,
    /// `{client}`; when the client's own page signs in.
    pub(crate) once_elsewhere: &'static str,
    /// `{person}`
    pub(crate) not_you: &'static str,
    /// `{person}`; on the phone of somebody who cares for the person.
    pub(crate) not_carer: &'static str,
    /// Label of the PIN.
    pub(crate) pin_label: &'static str,
    /// `{digits}`
    pub(crate) pin_hint: &'static str,
    /// No PIN was typed.
    pub(crate) pin_missing: &'static str,
    /// Wrong PIN, one try left.
    pub(crate) pin_wrong_last: &'static str,
    /// Wrong PIN; `{left}` tries.
    pub(crate) pin_wrong: &'static str,
    /// Title after signing in.
    pub(crate) signed_in_title: &'static str,
    /// `{person}`, `{client}`, `{duration}`
    pub(crate) signed_in: &'static str,
    /// `{person}`, `{client}`, `{duration}`; on the phone of somebody who cares for the person.
    pub(crate) signed_in_carer: &'static str,
    /// `{client}`
    pub(crate) open: &'static str,
    /// Nothing more to do.
    pub(crate) close: &'static str,
    /// Title of the page for typed codes.
    pub(crate) typed_title: &'static str,
    /// Label of the typed code.
    pub(crate) typed_label: &'static str,
    /// What a typed code looks like.
    pub(crate) typed_hint: &'static str,
    /// The button.
    pub(crate) typed_next: &'static str,
    /// `{found}` characters.
    pub(crate) typed_length: &'static str,
    /// `{found}`, `{position}`
    pub(crate) typed_character: &'static str,
    /// The check character does not fit.
    pub(crate) typed_check: &'static str,
    /// Nobody has this code. Title and text, as all below.
    pub(crate) unknown: (&'static str, &'static str),
    /// The same, typed.
    pub(crate) unknown_typed: &'static str,
    /// `{ago}`, `{time}`
    pub(crate) used: (&'static str, &'static str),
    /// `{ago}`, `{time}`
    pub(crate) expired: (&'static str, &'static str),
    /// Taken back.
    pub(crate) revoked: (&'static str, &'static str),
    /// A newer one was issued.
    pub(crate) replaced: (&'static str, &'static str),
    /// Too many wrong PINs.
    pub(crate) locked: (&'static str, &'static str),
    /// The member or the client is switched off, or the address is not allowed.
    pub(crate) inactive: (&'static str, &'static str),
    /// `{phone}`; the button that calls.
    pub(crate) call_desk: &'static str,
    /// Too many typed codes; `{seconds}`
    pub(crate) throttled: (&'static str, &'static str),
    /// Ours; `{id}`
    pub(crate) failed: (&'static str, &'static str),
    /// The press came from another site.
    pub(crate) cross_site: (&'static str, &'static str),
    /// The form could not be read.
    pub(crate) unreadable: (&'static str, &'static str),
    /// No such page.
    pub(crate) no_page: (&'static str, &'static str),
    /// Less than a minute ago.
    just_now: &'static str,
    /// `{duration}`
    ago: &'static str,
    /// Second, minute, hour, day: one and many, and many after the word for "ago".
    units: [(&'static str, &'static str, &'static str); 4],
}

/// Seconds of a minute, an hour, a day.
const SIZES: [u32; 4] = [1, 60, 3_600, 86_400];

impl Words {
    /// All languages.
    pub(crate) const ALL: [&'static Self; 3] = [Self::ENGLISH, Self::GERMAN, Self::SPANISH];

    /// The number and the unit of a time: the largest unit that it fills at least twice, or exactly.
    fn measure(seconds: u32) -> (u32, usize) {
        let unit = (0..SIZES.len())
            .rev()
            .find(|&unit| seconds >= 2 * SIZES[unit] || seconds == SIZES[unit])
            .unwrap_or(0);
        (seconds / SIZES[unit], unit)
    }

    /// `1 hour`, `15 minutes`.
    pub(crate) fn duration(&self, seconds: u32) -> String {
        let (count, unit) = Self::measure(seconds);
        let (one, many, _) = self.units[unit];
        format!("{count} {}", if count == 1 { one } else { many })
    }

    /// `12 minutes ago`.
    pub(crate) fn ago(&self, seconds: u32) -> String {
        if seconds < 60 {
            return self.just_now.to_owned();
        }
        let (count, unit) = Self::measure(seconds);
        let (one, _, many) = self.units[unit];
        let duration = format!("{count} {}", if count == 1 { one } else { many });
        super::fill(self.ago, &[("duration", &duration)])
    }

    /// English.
    pub(crate) const ENGLISH: &'static Self = &Self {
        lang: "en",
        sign_in: "Sign in",
        hello: "Hello {person}",
        hello_carer: "For {person}",
        sign_in_to: "Sign in to {client}",
        once: "This works once and signs you in to {client} for {duration}.",
        once_elsewhere: "This works once. It takes you to {client}, where you are signed in.",
        not_you: "Not {person}? Then please do not go on, and tell the desk.",
        not_carer: "This link is for the phone of somebody who cares for {person}. Is that not you? Then please do not go on, and tell the desk.",
        pin_label: "PIN",
        pin_hint: "The {digits} digits you were given with this link.",
        pin_missing: "Please type the PIN.",
        pin_wrong_last: "That PIN is not right. One try is left.",
        pin_wrong: "That PIN is not right. {left} tries are left.",
        signed_in_title: "You are signed in",
        signed_in: "{person}, you are signed in to {client} for {duration}.",
        signed_in_carer: "This phone is signed in to {client} for {person}, for {duration}.",
        open: "Open {client}",
        close: "You can close this page.",
        typed_title: "Type your code",
        typed_label: "Code",
        typed_hint: "12 letters and digits, such as K7MX-4QRT-9W2D. Small letters, spaces and dashes do not matter.",
        typed_next: "Continue",
        typed_length: "The code has 12 characters; you typed {found}.",
        typed_character: "“{found}” (character {position}) is not used in these codes.",
        typed_check: "One of the characters is mistyped, or two are swapped.",
        unknown: (
            "This link does not work",
            "It may have been copied only in part. Scan it again, or ask the desk for a new one.",
        ),
        unknown_typed: "There is no such code. Please compare it with your slip.",
        used: (
            "This link was used already",
            "It was used {ago} ({time}). If that was you, you are signed in. Otherwise ask the desk for a new one.",
        ),
        expired: ("This link is too old", "It ended {ago} ({time}). Ask the desk for a new one."),
        revoked: ("This link was taken back", "The desk took it back. Ask there for a new one."),
        replaced: (
            "There is a newer link",
            "A newer link was made in place of this one. Please use that one.",
        ),
        locked: ("This link is locked", "The PIN was wrong five times. Ask the desk for a new link."),
        inactive: ("You cannot sign in with this link", "The access is switched off. Please ask the desk."),
        call_desk: "Call the desk: {phone}",
        throttled: ("Too many tries", "Please wait {seconds} seconds, then try again."),
        failed: ("Something went wrong here", "Nothing was used up; please try again. For the staff: {id}"),
        cross_site: (
            "Please open the link itself",
            "This request came from another page. Open your link again.",
        ),
        unreadable: ("This did not arrive whole", "Please go back and try again."),
        no_page: ("There is no such page", "Please check the address, or scan the code again."),
        just_now: "just now",
        ago: "{duration} ago",
        units: [
            ("second", "seconds", "seconds"),
            ("minute", "minutes", "minutes"),
            ("hour", "hours", "hours"),
            ("day", "days", "days"),
        ],
    };

    /// German.
    pub(crate) const GERMAN: &'static Self = &Self {
        lang: "de",
        sign_in: "Anmelden",
        hello: "Guten Tag, {person}",
        hello_carer: "Für {person}",
        sign_in_to: "Bei {client} anmelden",
        once: "Das geht einmal und meldet Sie für {duration} bei {client} an.",
        once_elsewhere: "Das geht einmal. Es bringt Sie zu {client}; dort sind Sie dann angemeldet.",
        not_you: "Sie sind nicht {person}? Dann gehen Sie bitte nicht weiter und sagen am Empfang Bescheid.",
        not_carer: "Dieser Link ist für das Handy von jemandem, der für {person} sorgt. Das sind nicht Sie? Dann gehen Sie bitte nicht weiter und sagen am Empfang Bescheid.",
        pin_label: "PIN",
        pin_hint: "Die {digits} Ziffern, die Sie mit diesem Link bekommen haben.",
        pin_missing: "Bitte geben Sie die PIN ein.",
        pin_wrong_last: "Diese PIN stimmt nicht. Sie haben noch einen Versuch.",
        pin_wrong: "Diese PIN stimmt nicht. Sie haben noch {left} Versuche.",
        signed_in_title: "Sie sind angemeldet",
        signed_in: "{person}, Sie sind für {duration} bei {client} angemeldet.",
        signed_in_carer: "Dieses Handy ist für {duration} bei {client} angemeldet, im Namen von {person}.",
        open: "{client} öffnen",
        close: "Sie können diese Seite schließen.",
        typed_title: "Code eingeben",
        typed_label: "Code",
        typed_hint: "12 Buchstaben und Ziffern, etwa K7MX-4QRT-9W2D. Kleinbuchstaben, Leerzeichen und Striche stören nicht.",
        typed_next: "Weiter",
        typed_length: "Der Code hat 12 Zeichen; Sie haben {found} eingegeben.",
        typed_character: "„{found}“ (Zeichen {position}) kommt in diesen Codes nicht vor.",
        typed_check: "Ein Zeichen ist falsch, oder zwei sind vertauscht.",
        unknown: (
            "Dieser Link geht nicht",
            "Vielleicht wurde er nur zum Teil kopiert. Scannen Sie ihn noch einmal, oder bitten Sie am Empfang um einen neuen.",
        ),
        unknown_typed: "Diesen Code gibt es nicht. Bitte vergleichen Sie ihn mit Ihrem Zettel.",
        used: (
            "Dieser Link wurde schon benutzt",
            "Er wurde {ago} benutzt ({time}). Wenn Sie das waren, sind Sie angemeldet. Sonst bitten Sie am Empfang um einen neuen.",
        ),
        expired: (
            "Dieser Link ist zu alt",
            "Er galt bis {ago} ({time}). Bitten Sie am Empfang um einen neuen.",
        ),
        revoked: ("Dieser Link wurde zurückgezogen", "Bitten Sie am Empfang um einen neuen."),
        replaced: (
            "Es gibt einen neueren Link",
            "An seiner Stelle wurde ein neuer Link gemacht. Bitte benutzen Sie den.",
        ),
        locked: (
            "Dieser Link ist gesperrt",
            "Die PIN war fünfmal falsch. Bitten Sie am Empfang um einen neuen Link.",
        ),
        inactive: (
            "Mit diesem Link können Sie sich nicht anmelden",
            "Der Zugang ist ausgeschaltet. Bitte fragen Sie am Empfang.",
        ),
        call_desk: "Empfang anrufen: {phone}",
        throttled: (
            "Zu viele Versuche",
            "Bitte warten Sie {seconds} Sekunden und versuchen Sie es dann noch einmal.",
        ),
        failed: (
            "Hier ist etwas schiefgegangen",
            "Es wurde nichts verbraucht; bitte versuchen Sie es noch einmal. Für die Mitarbeitenden: {id}",
        ),
        cross_site: (
            "Bitte öffnen Sie den Link selbst",
            "Diese Anfrage kam von einer anderen Seite. Öffnen Sie Ihren Link noch einmal.",
        ),
        unreadable: (
            "Das ist nicht vollständig angekommen",
            "Bitte gehen Sie zurück und versuchen Sie es noch einmal.",
        ),
        no_page: (
            "Diese Seite gibt es nicht",
            "Bitte prüfen Sie die Adresse, oder scannen Sie den Code noch einmal.",
        ),
        just_now: "gerade eben",
        ago: "vor {duration}",
        units: [
            ("Sekunde", "Sekunden", "Sekunden"),
            ("Minute", "Minuten", "Minuten"),
            ("Stunde", "Stunden", "Stunden"),
            ("Tag", "Tage", "Tagen"),
        ],
    };

    /// Spanish.
    pub(crate) const SPANISH: &'static Self = &Self {
        lang: "es",
        sign_in: "Iniciar sesión",
        hello: "Hola, {person}",
        hello_carer: "Para {person}",
        sign_in_to: "Entrar en {client}",
        once: "Funciona una sola vez e inicia su sesión en {client} durante {duration}.",
        once_elsewhere: "Funciona una sola vez. Le lleva a {client}, donde se inicia su sesión.",
        not_you: "¿No es usted {person}? Entonces no continúe y avise en recepción.",
        not_carer: "Este enlace es para el móvil de alguien que cuida de {person}. ¿No es usted? Entonces no continúe y avise en recepción.",
        pin_label: "PIN",
        pin_hint: "Las {digits} cifras que le dieron con este enlace.",
        pin_missing: "Escriba el PIN.",
        pin_wrong_last: "Ese PIN no es correcto. Le queda un intento.",
        pin_wrong: "Ese PIN no es correcto. Le quedan {left} intentos.",
        signed_in_title: "Ha iniciado sesión",
        signed_in: "{person}, ha iniciado sesión en {client} durante {duration}.",
        signed_in_carer: "Este móvil ha iniciado sesión en {client} por {person}, durante {duration}.",
        open: "Abrir {client}",
        close: "Puede cerrar esta página.",
        typed_title: "Escriba su código",
        typed_label: "Código",
        typed_hint: "12 letras y cifras, por ejemplo K7MX-4QRT-9W2D. No importan las minúsculas, los espacios ni los guiones.",
        typed_next: "Continuar",
        typed_length: "El código tiene 12 caracteres; usted escribió {found}.",
        typed_character: "«{found}» (carácter {position}) no se usa en estos códigos.",
        typed_check: "Hay un carácter equivocado o dos intercambiados.",
        unknown: (
            "Este enlace no funciona",
            "Quizá se copió solo una parte. Escanéelo otra vez o pida uno nuevo en recepción.",
        ),
        unknown_typed: "No existe ese código. Compárelo con su papel.",
        used: (
            "Este enlace ya se usó",
            "Se usó {ago} ({time}). Si fue usted, su sesión está iniciada. Si no, pida uno nuevo en recepción.",
        ),
        expired: ("Este enlace ya no vale", "Caducó {ago} ({time}). Pida uno nuevo en recepción."),
        revoked: ("Este enlace fue retirado", "Pida uno nuevo en recepción."),
        replaced: (
            "Hay un enlace más nuevo",
            "Se hizo un enlace nuevo en lugar de este. Use ese, por favor.",
        ),
        locked: (
            "Este enlace está bloqueado",
            "El PIN fue incorrecto cinco veces. Pida un enlace nuevo en recepción.",
        ),
        inactive: ("No puede entrar con este enlace", "El acceso está desactivado. Pregunte en recepción."),
        call_desk: "Llamar a recepción: {phone}",
        throttled: ("Demasiados intentos", "Espere {seconds} segundos y vuelva a intentarlo."),
        failed: (
            "Algo ha fallado aquí",
            "No se ha gastado nada; vuelva a intentarlo. Para el personal: {id}",
        ),
        cross_site: (
            "Abra el enlace directamente",
            "Esta petición vino de otra página. Abra su enlace otra vez.",
        ),
        unreadable: ("No llegó completo", "Vuelva atrás e inténtelo otra vez."),
        no_page: ("Esta página no existe", "Compruebe la dirección o escanee el código otra vez."),
        just_now: "hace un momento",
        ago: "hace {duration}",
        units: [
            ("segundo", "segundos", "segundos"),
            ("minuto", "minutos", "minutos"),
            ("hora", "horas", "horas"),
            ("día", "días", "días"),
        ],
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_the_largest_unit_that_says_enough() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (60, "1 minute"),
            (90, "90 seconds"),
            (900, "15 minutes"),
            (3_600, "1 hour"),
            (5_400, "90 minutes"),
            (7_200, "2 hours"),
            (86_400, "1 day"),
            (1_209_600, "14 days"),
        ] {
            assert_eq!(Words::ENGLISH.duration(seconds), text);
        }
        assert_eq!(Words::GERMAN.ago(3 * 86_400), "vor 3 Tagen");
        assert_eq!(Words::GERMAN.duration(3 * 86_400), "3 Tage");
        assert_eq!(Words::SPANISH.ago(59), "hace un momento");
        assert_eq!(Words::ENGLISH.ago(3_600), "1 hour ago");
    }
}
