//! What a sheet says, in three languages. `{…}` is filled in and set in bold.
//!
//! # To add a language
//! A constant here, a variant of [`Language`] and its line in [`Language::words`].

use time::{OffsetDateTime, UtcOffset};

use super::SheetError;

/// A language a sheet can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Spanish];

    /// Its tag [RFC 5646]: `en`, `de` or `es`.
    ///
    /// [RFC 5646]: https://www.rfc-editor.org/rfc/rfc5646
    pub const fn tag(self) -> &'static str {
        self.words().tag
    }

    /// From its tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    pub(super) const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::Spanish => &SPANISH,
        }
    }
}

/// The words of one language.
pub(super) struct Words {
    tag: &'static str,
    /// `{client}`
    pub(super) title: &'static str,
    pub(super) scan: &'static str,
    /// Only with a PIN.
    pub(super) pin: &'static str,
    pub(super) press: &'static str,
    pub(super) type_at: &'static str,
    /// `{time}`
    pub(super) until: &'static str,
    /// `{duration}`
    pub(super) once: &'static str,
    pub(super) keep: &'static str,
    /// `{phone}`
    pub(super) phone: &'static str,
    /// `{person}`
    pub(super) slip: &'static str,
    /// The same without a name.
    pub(super) slip_nameless: &'static str,
    /// `{weekday}`, `{day}`, `{month}`, `{year}`, `{time}`
    moment: &'static str,
    weekdays: [&'static str; 7],
    months: [&'static str; 12],
    /// Second, minute, hour, day: one and many.
    units: [(&'static str, &'static str); 4],
}

/// Seconds of a minute, an hour, a day.
const SIZES: [u32; 4] = [1, 60, 3_600, 86_400];

impl Words {
    /// `1 hour`, `15 minutes`: the largest unit that divides it.
    pub(super) fn duration(&self, seconds: u32) -> String {
        let unit = (0..SIZES.len()).rev().find(|&unit| seconds.is_multiple_of(SIZES[unit])).unwrap_or(0);
        let (count, (one, many)) = (seconds / SIZES[unit], self.units[unit]);
        format!("{count} {}", if count == 1 { one } else { many })
    }

    /// `Saturday 16 May 2026, 20:15`.
    pub(super) fn moment(&self, at: Moment) -> String {
        let at = at.0;
        let weekday = self.weekdays[usize::from(at.weekday().number_days_from_monday())];
        let month = self.months[usize::from(u8::from(at.month())) - 1];
        self.moment
            .replace("{weekday}", weekday)
            .replace("{day}", &at.day().to_string())
            .replace("{month}", month)
            .replace("{year}", &at.year().to_string())
            .replace("{time}", &format!("{:02}:{:02}", at.hour(), at.minute()))
    }
}

/// An instant on the clock of the place where the sheet is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(OffsetDateTime);

/// The farthest that clocks stand from UTC: 14 hours.
const FARTHEST_MINUTES: i32 = 14 * 60;

impl Moment {
    /// `unix_seconds`, on a clock that is `utc_offset_minutes` ahead of UTC.
    ///
    /// # Errors
    /// When no clock on earth stands there.
    pub fn new(unix_seconds: i64, utc_offset_minutes: i32) -> Result<Self, SheetError> {
        if !(-FARTHEST_MINUTES..=FARTHEST_MINUTES).contains(&utc_offset_minutes) {
            return Err(SheetError::UtcOffset);
        }
        let offset =
            UtcOffset::from_whole_seconds(utc_offset_minutes * 60).map_err(|_| SheetError::UtcOffset)?;
        let at = OffsetDateTime::from_unix_timestamp(unix_seconds).map_err(|_| SheetError::UtcOffset)?;
        at.checked_to_offset(offset).map(Self).ok_or(SheetError::UtcOffset)
    }
}

const ENGLISH: Words = Words {
    tag: "en",
    title: "Sign in to {client}",
    scan: "Point your phone's camera at the square.",
    pin: "Type the PIN that you were given apart from this sheet.",
    press: "Press “Sign in”.",
    type_at: "No camera? Type this code at",
    until: "Good until {time}.",
    once: "It works once and signs you in for {duration}.",
    keep: "Keep this sheet to yourself: whoever scans it first is signed in as you.",
    phone: "It does not work? Call {phone}",
    slip: "PIN for {person} – cut off and hand over apart",
    slip_nameless: "PIN – cut off and hand over apart",
    moment: "{weekday} {day} {month} {year}, {time}",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    units: [("second", "seconds"), ("minute", "minutes"), ("hour", "hours"), ("day", "days")],
};

const GERMAN: Words = Words {
    tag: "de",
    title: "Anmelden bei {client}",
    scan: "Richten Sie die Kamera des Handys auf das Quadrat.",
    pin: "Tippen Sie die PIN ein, die Sie getrennt von diesem Blatt bekommen haben.",
    press: "Drücken Sie „Anmelden“.",
    type_at: "Keine Kamera? Diesen Code eintippen unter",
    until: "Gültig bis {time}.",
    once: "Es geht einmal und meldet Sie für {duration} an.",
    keep: "Geben Sie dieses Blatt nicht weiter: Wer es zuerst scannt, ist als Sie angemeldet.",
    phone: "Es geht nicht? Rufen Sie an: {phone}",
    slip: "PIN für {person} – abschneiden und getrennt übergeben",
    slip_nameless: "PIN – abschneiden und getrennt übergeben",
    moment: "{weekday}, {day}. {month} {year}, {time} Uhr",
    weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    units: [("Sekunde", "Sekunden"), ("Minute", "Minuten"), ("Stunde", "Stunden"), ("Tag", "Tage")],
};

const SPANISH: Words = Words {
    tag: "es",
    title: "Iniciar sesión en {client}",
    scan: "Apunte la cámara del móvil al cuadrado.",
    pin: "Escriba el PIN que recibió aparte de esta hoja.",
    press: "Pulse «Entrar».",
    type_at: "¿Sin cámara? Escriba este código en",
    until: "Válido hasta el {time}.",
    once: "Sirve una vez y abre su sesión durante {duration}.",
    keep: "No dé esta hoja a nadie: quien la escanee primero entrará en su nombre.",
    phone: "¿No funciona? Llame al {phone}",
    slip: "PIN de {person} – recortar y entregar aparte",
    slip_nameless: "PIN – recortar y entregar aparte",
    moment: "{weekday}, {day} de {month} de {year}, {time}",
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    units: [("segundo", "segundos"), ("minuto", "minutos"), ("hora", "horas"), ("día", "días")],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_words_on_the_clock_of_the_place() {
        let moment = |minutes| Moment::new(1_778_962_500, minutes).unwrap();
        assert_eq!(ENGLISH.moment(moment(0)), "Saturday 16 May 2026, 20:15");
        assert_eq!(GERMAN.moment(moment(120)), "Samstag, 16. Mai 2026, 22:15 Uhr");
        assert_eq!(SPANISH.moment(moment(840)), "domingo, 17 de mayo de 2026, 10:15");
        assert_eq!(ENGLISH.moment(moment(-210)), "Saturday 16 May 2026, 16:45");
        assert_eq!(Moment::new(0, 841), Err(SheetError::UtcOffset));
        assert_eq!(Moment::new(i64::MAX, 0), Err(SheetError::UtcOffset));
    }

    #[test]
    fn durations_are_in_the_largest_unit_that_divides_them() {
        for (seconds, text) in [(1, "1 second"), (90, "90 seconds"), (900, "15 minutes"), (3_600, "1 hour")] {
            assert_eq!(ENGLISH.duration(seconds), text);
        }
        assert_eq!(GERMAN.duration(2 * 86_400), "2 Tage");
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
        assert_eq!(Language::from_tag("fr"), None);
    }
}
