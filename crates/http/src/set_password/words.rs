//! What the page says, in the languages of the other pages. `{…}` is filled in.

use crate::page::words::Words;

/// The words of one language.
pub(crate) struct Say {
    lang: &'static str,
    /// Title.
    pub(crate) title: &'static str,
    /// `{email}`
    pub(crate) account: &'static str,
    /// Label.
    pub(crate) label: &'static str,
    /// What a password has to be.
    pub(crate) hint: &'static str,
    /// Label of the second field.
    pub(crate) again: &'static str,
    /// Button.
    pub(crate) button: &'static str,
    /// The two fields say different things.
    pub(crate) differ: &'static str,
    /// Too few characters.
    pub(crate) too_short: &'static str,
    /// Too many bytes.
    pub(crate) too_long: &'static str,
    /// It worked. Title and text, as all below; `{email}`
    pub(crate) done: (&'static str, &'static str),
    /// Nobody made this link, or a newer one took its place.
    pub(crate) unknown: (&'static str, &'static str),
    /// It worked before.
    pub(crate) used: (&'static str, &'static str),
    /// It is too old.
    pub(crate) expired: (&'static str, &'static str),
}

const ENGLISH: &Say = &Say {
    lang: "en",
    title: "Choose a password",
    account: "You will sign in with {email} and this password. It replaces the one you had, and ends what you are signed in to.",
    label: "New password",
    hint: "At least 8 characters. A few words in a row are easy to remember and hard to guess.",
    again: "The same again",
    button: "Set the password",
    differ: "The two fields are not the same. Type the password once more.",
    too_short: "This password has fewer than 8 characters.",
    too_long: "This password is too long. Choose a shorter one.",
    done: ("Your password is set", "Sign in with {email} and the new password. You can close this page."),
    unknown: (
        "This link does not work",
        "It may have been cut off on the way, or a newer link was made. Open the newest one as a whole, or ask for another.",
    ),
    used: (
        "This link was used already",
        "A password was set with it. If that was you, sign in with it. If not, tell whoever gave you the link.",
    ),
    expired: ("This link is too old", "Ask whoever gave it to you for a new one."),
};

const GERMAN: &Say = &Say {
    lang: "de",
    title: "Passwort wählen",
    account: "Sie melden sich künftig mit {email} und diesem Passwort an. Es ersetzt das bisherige und beendet, wo Sie angemeldet sind.",
    label: "Neues Passwort",
    hint: "Mindestens 8 Zeichen. Mehrere Wörter hintereinander merken Sie sich leicht, und sie sind schwer zu erraten.",
    again: "Noch einmal dasselbe",
    button: "Passwort setzen",
    differ: "Die beiden Felder sind nicht gleich. Geben Sie das Passwort noch einmal ein.",
    too_short: "Dieses Passwort hat weniger als 8 Zeichen.",
    too_long: "Dieses Passwort ist zu lang. Wählen Sie ein kürzeres.",
    done: (
        "Ihr Passwort ist gesetzt",
        "Melden Sie sich mit {email} und dem neuen Passwort an. Sie können diese Seite schließen.",
    ),
    unknown: (
        "Dieser Link funktioniert nicht",
        "Vielleicht ging unterwegs ein Stück verloren, oder es gibt einen neueren. Öffnen Sie den neuesten ganz, oder bitten Sie um einen anderen.",
    ),
    used: (
        "Dieser Link wurde schon benutzt",
        "Damit wurde ein Passwort gesetzt. Waren Sie das, melden Sie sich damit an. Wenn nicht, sagen Sie es der Stelle, von der Sie den Link haben.",
    ),
    expired: ("Dieser Link ist zu alt", "Bitten Sie die Stelle, von der Sie ihn haben, um einen neuen."),
};

const SPANISH: &Say = &Say {
    lang: "es",
    title: "Elija una contraseña",
    account: "Iniciará sesión con {email} y esta contraseña. Sustituye a la anterior y cierra las sesiones que tenga abiertas.",
    label: "Contraseña nueva",
    hint: "Al menos 8 caracteres. Unas cuantas palabras seguidas se recuerdan bien y son difíciles de adivinar.",
    again: "La misma otra vez",
    button: "Guardar la contraseña",
    differ: "Los dos campos no son iguales. Escriba la contraseña otra vez.",
    too_short: "Esta contraseña tiene menos de 8 caracteres.",
    too_long: "Esta contraseña es demasiado larga. Elija una más corta.",
    done: (
        "Su contraseña está guardada",
        "Inicie sesión con {email} y la contraseña nueva. Puede cerrar esta página.",
    ),
    unknown: (
        "Este enlace no funciona",
        "Quizá se cortó por el camino, o hay uno más nuevo. Abra el más nuevo entero, o pida otro.",
    ),
    used: (
        "Este enlace ya se usó",
        "Con él se guardó una contraseña. Si fue usted, inicie sesión con ella. Si no, avise a quien le dio el enlace.",
    ),
    expired: ("Este enlace es demasiado antiguo", "Pida uno nuevo a quien se lo dio."),
};

impl Say {
    /// The words in the language of a page.
    pub(crate) fn of(words: &Words) -> &'static Self {
        [ENGLISH, GERMAN, SPANISH].into_iter().find(|say| say.lang == words.lang).unwrap_or(ENGLISH)
    }
}
