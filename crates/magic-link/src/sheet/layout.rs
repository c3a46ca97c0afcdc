//! Where everything stands on a page, in points from its upper left corner.

use zeroize::Zeroizing;

use super::fonts::{Weight, covers};
use super::words::Words;
use super::{Print, Sheet, SheetError};

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;
/// Side of the QR code: [`super::QR_MM`].
pub(super) const QR: f32 = 62.0 * MM;
/// Around everything.
const MARGIN: f32 = 13.0 * MM;
/// Between columns, and beside the QR code.
const GUTTER: f32 = 7.0 * MM;
/// What is read: 14 pt, as large print.
const BODY: f32 = 14.0;
const TITLE: f32 = 22.0;
const SECOND_TITLE: f32 = 16.0;
const NAME: f32 = 17.0;
/// The typed code, at most.
const TYPED: f32 = 27.0;
const PIN: f32 = 30.0;
/// From line to line, in sizes.
const LEADING: f32 = 1.25;
/// After a paragraph, in points.
const AFTER: f32 = 4.0;
/// Height of the slip with the PIN.
const SLIP: f32 = 36.0 * MM;
/// Between characters of codes, in sizes.
const TRACKING: f32 = 0.04;

/// A page, laid out.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) texts: Vec<Text>,
    /// Upper left corner and side of a module.
    pub(super) qr: (f32, f32, f32),
    /// Runs of dark modules: column, row, length.
    pub(super) runs: Zeroizing<Vec<[u16; 3]>>,
    /// Height of the dashed line to cut along.
    pub(super) cut: Option<f32>,
}

/// A line of text, or a part of one.
pub(super) struct Text {
    /// Where it begins.
    pub(super) x: f32,
    /// Its base line.
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) weight: Weight,
    /// After each character, in sizes.
    pub(super) tracking: f32,
    pub(super) characters: Zeroizing<String>,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text")
    }
}

/// Lays one sheet out.
pub(super) fn page(sheet: &Sheet<'_>, print: Print) -> Result<Page, SheetError> {
    let (width, height) = print.paper.points();
    let words: Vec<&Words> = print.languages().map(super::Language::words).collect();
    let mut pen = Pen { left: MARGIN, right: width - MARGIN, y: MARGIN, too_wide: false, texts: Vec::new() };
    let client = if covers(sheet.client) { sheet.client } else { sheet.typed_at };
    let person = sheet.person.filter(|person| covers(person));
    for (index, words) in words.iter().enumerate() {
        let (size, weight) =
            if index == 0 { (TITLE, Weight::SemiBold) } else { (SECOND_TITLE, Weight::Regular) };
        pen.title(&words.title.replace("{client}", client), size, weight);
    }
    if let Some(person) = person {
        pen.y += AFTER;
        pen.title(person, NAME, Weight::SemiBold);
    }
    pen.y += 2.0 * AFTER;
    let qr = pen.qr_and_typed_code(sheet, &words);
    pen.columns(sheet, &words);
    let cut = sheet.pin.is_some().then_some(height - MARGIN - SLIP);
    if pen.y > cut.unwrap_or(height - MARGIN) {
        return Err(SheetError::TooLong);
    }
    if let (Some(cut), Some(pin)) = (cut, sheet.pin) {
        pen.y = cut + 4.0 * AFTER;
        pen.slip(pin.expose(), person, &words);
        if pen.y > height - MARGIN + AFTER {
            return Err(SheetError::TooLong);
        }
    }
    if pen.too_wide {
        return Err(SheetError::TooLong);
    }
    Ok(Page {
        width,
        height,
        texts: pen.texts,
        qr,
        runs: Zeroizing::new(sheet.picture.runs().collect()),
        cut,
    })
}

/// Writes from top to bottom between two edges.
struct Pen {
    left: f32,
    right: f32,
    y: f32,
    /// Whether something reached over the right edge.
    too_wide: bool,
    texts: Vec<Text>,
}

impl Pen {
    fn line(&mut self, x: f32, size: f32, weight: Weight, tracking: f32, text: &str) {
        self.too_wide |= x + weight.width(text, size, tracking) > self.right + 1.0;
        let characters = Zeroizing::new(text.to_owned());
        self.texts.push(Text { x, y: self.y + size, size, weight, tracking, characters });
    }

    /// One line; what does not fit is set smaller, down to a third.
    fn fitted(&mut self, x: f32, size: f32, weight: Weight, tracking: f32, text: &str) -> f32 {
        let width = weight.width(text, size, tracking);
        let size = if width > self.right - x { size * ((self.right - x) / width).max(0.34) } else { size };
        self.line(x, size, weight, tracking, text);
        size
    }

    fn title(&mut self, text: &str, size: f32, weight: Weight) {
        self.fitted(self.left, size, weight, 0.0, text);
        self.y += size * LEADING;
    }

    /// The QR code at the left; beside it where to type what.
    fn qr_and_typed_code(&mut self, sheet: &Sheet<'_>, words: &[&Words]) -> (f32, f32, f32) {
        let side = QR;
        let (top, left) = (self.y, self.left);
        self.left += side + GUTTER;
        self.y = top + 6.0 * MM;
        for words in words {
            self.paragraph(words.type_at, &[]);
        }
        self.y += AFTER;
        let at = self.fitted(self.left, BODY, Weight::SemiBold, 0.0, sheet.typed_at);
        self.y += at * LEADING + 2.0 * AFTER;
        let typed = sheet.typed_code.grouped();
        self.fitted(self.left, TYPED, Weight::SemiBold, TRACKING, typed.expose());
        (self.left, self.y) = (left, top + side + 2.0 * AFTER);
        (left, top, side / f32::from(sheet.picture.side()))
    }

    /// What to do and what to know, one column a language.
    fn columns(&mut self, sheet: &Sheet<'_>, words: &[&Words]) {
        let (left, right, top) = (self.left, self.right, self.y);
        let width = if words.len() == 1 { right - left } else { (right - left - GUTTER) / 2.0 };
        let mut bottom = top;
        for words in words {
            (self.right, self.y) = (self.left + width, top);
            self.column(sheet, words);
            bottom = bottom.max(self.y);
            self.left = self.right + GUTTER;
        }
        (self.left, self.right, self.y) = (left, right, bottom);
    }

    fn column(&mut self, sheet: &Sheet<'_>, words: &Words) {
        let steps = [Some(words.scan), sheet.pin.is_some().then_some(words.pin), Some(words.press)];
        let left = self.left;
        for (number, step) in (1..).zip(steps.into_iter().flatten()) {
            self.line(left, BODY, Weight::SemiBold, 0.0, &format!("{number}"));
            self.left = left + 1.5 * BODY;
            self.paragraph(step, &[]);
            self.left = left;
        }
        self.y += AFTER;
        self.paragraph(words.until, &[("time", &words.moment(sheet.valid_until))]);
        self.paragraph(words.once, &[("duration", &words.duration(sheet.session_seconds))]);
        self.paragraph(words.keep, &[]);
        if let Some(phone) = sheet.desk_phone.filter(|phone| covers(phone)) {
            // a number is not broken in two
            self.paragraph(words.phone, &[("phone", &phone.replace(' ', "\u{a0}"))]);
        }
    }

    /// The words at the left, the PIN at the right.
    fn slip(&mut self, pin: &str, person: Option<&str>, words: &[&Words]) {
        let width = Weight::SemiBold.width(pin, PIN, 2.0 * TRACKING);
        let top = self.y;
        self.line(self.right - width, PIN, Weight::SemiBold, 2.0 * TRACKING, pin);
        let right = self.right;
        self.right -= width + GUTTER;
        for words in words {
            match person {
                Some(person) => self.paragraph(words.slip, &[("person", person)]),
                None => self.paragraph(words.slip_nameless, &[]),
            }
        }
        (self.right, self.y) = (right, self.y.max(top + PIN * LEADING));
    }

    /// A sentence, broken into lines between words; values are set in bold.
    fn paragraph(&mut self, sentence: &str, values: &[(&str, &str)]) {
        let space = Weight::Regular.width(" ", BODY, 0.0);
        let mut x = self.left;
        for word in broken(sentence, values) {
            let width: f32 = word.iter().map(|(weight, part)| weight.width(part, BODY, 0.0)).sum();
            if x > self.left && x + width > self.right {
                x = self.left;
                self.y += BODY * LEADING;
            }
            for (weight, part) in word {
                self.line(x, BODY, weight, 0.0, &part);
                x += weight.width(&part, BODY, 0.0);
            }
            x += space;
        }
        self.y += BODY * LEADING + AFTER;
    }
}

/// Part of a word: its weight, and its letters.
type Part = (Weight, Zeroizing<String>);

/// The words of a sentence with its values filled in. A word has parts of two weights where a value touches a comma.
fn broken(sentence: &str, values: &[(&str, &str)]) -> Vec<Vec<Part>> {
    let mut words: Vec<Vec<Part>> = vec![Vec::new()];
    let mut add = |weight: Weight, text: &str| {
        for (index, part) in text.split(' ').enumerate() {
            if index > 0 {
                words.push(Vec::new());
            }
            if let (Some(word), false) = (words.last_mut(), part.is_empty()) {
                word.push((weight, Zeroizing::new(part.to_owned())));
            }
        }
    };
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        add(Weight::Regular, before);
        if let Some((_, value)) = values.iter().find(|(own, _)| *own == name) {
            add(Weight::SemiBold, value);
        }
        rest = behind;
    }
    add(Weight::Regular, rest);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sentence: &str, values: &[(&str, &str)]) -> Vec<String> {
        let mark = |(weight, text): &Part| match weight {
            Weight::Regular => text.to_string(),
            Weight::SemiBold => format!("*{}*", **text),
        };
        broken(sentence, values).iter().map(|word| word.iter().map(mark).collect()).collect()
    }

    #[test]
    fn values_are_bold_and_touch_what_touched_their_names() {
        assert_eq!(
            words("Good until {time}.", &[("time", "16 May, 20:15")]),
            ["Good", "until", "*16*", "*May,*", "*20:15*."]
        );
        assert_eq!(words("{a}", &[("a", "{b} c")]), ["*{b}*", "*c*"]);
        assert_eq!(words("no {such} value", &[]), ["no", "value"]);
    }

    #[test]
    fn the_side_of_the_qr_code_is_what_is_promised() {
        assert!((f64::from(QR / MM) - super::super::QR_MM).abs() < 1e-4);
    }
}
