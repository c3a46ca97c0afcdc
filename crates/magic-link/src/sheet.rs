//! The print sheet: one page of paper that a person takes home.
//!
//! What it is, the QR code, the typed code in large letters, until when it works in words, whom to call; the PIN on a
//! slip at the foot, to be cut off. In one language, or in two side by side. Nothing clinical: a first name with an
//! initial at most, and that can be left out.
//!
//! A page is laid out once, then written as PDF (with text that can be copied and searched) and as SVG for the preview,
//! so that both show the same.
//!
//! # Not supported
//! Names in scripts that the fonts lack (Latin, Greek and Cyrillic are there): such a name is left out, never printed
//! as boxes.

mod fonts;
mod layout;
mod pdf;
mod svg;
mod words;

use anteroom_oauth::secret::{Secret, TxCode};
use anteroom_sentence::{Sentence, sentence};
use thiserror::Error;

pub use self::words::{Language, Moment};
use crate::qr::{QrPicture, SMALLEST_MODULE_MM};
use crate::redacted::Redacted;
use crate::typed_code::TypedCode;

/// Side of the QR code on paper with its quiet zone, in millimetres: even the largest QR code that is drawn has modules
/// of more than [`SMALLEST_MODULE_MM`]. What would be finer all the same is refused.
pub const QR_MM: f64 = 62.0;

/// Sheets of one file at most.
pub const MOST_SHEETS: usize = 500;

/// Why a sheet cannot be made. It never contains what would stand on the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SheetError {
    /// The clock's distance from UTC, or the instant, is impossible.
    UtcOffset,
    /// The words do not fit on the page.
    TooLong,
    /// The modules of a QR code would be smaller than [`SMALLEST_MODULE_MM`].
    TooFine,
    /// Both languages are the same.
    SameLanguage,
    /// No sheets, or more than [`MOST_SHEETS`].
    Count,
    /// The PDF library gave up.
    Pdf,
}

impl From<&SheetError> for Sentence {
    fn from(error: &SheetError) -> Self {
        match error {
            SheetError::UtcOffset => sentence!("No clock on earth is that far from UTC."),
            SheetError::TooLong => {
                sentence!("The words do not fit on one page; use a shorter desk phone or one language.")
            }
            SheetError::TooFine => sentence!(
                "A QR code would have modules smaller than {smallest} mm, which phones do not read from paper.",
                smallest = SMALLEST_MODULE_MM
            ),
            SheetError::SameLanguage => sentence!("The second language is the first one again."),
            SheetError::Count => sentence!("A file holds 1 to {most} sheets.", most = MOST_SHEETS),
            SheetError::Pdf => sentence!("The PDF could not be written."),
        }
    }
}

anteroom_sentence::displayed!(SheetError);

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 in.
    Letter,
}

impl Paper {
    /// Width and height in points (1/72 in).
    const fn points(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.276, 841.89),
            Self::Letter => (612.0, 792.0),
        }
    }
}

/// How sheets are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    paper: Paper,
    first: Language,
    second: Option<Language>,
}

impl Print {
    /// On `paper`, in `first`, and in `second` beside it.
    ///
    /// # Errors
    /// When both languages are the same.
    pub fn new(paper: Paper, first: Language, second: Option<Language>) -> Result<Self, SheetError> {
        if second == Some(first) {
            return Err(SheetError::SameLanguage);
        }
        Ok(Self { paper, first, second })
    }

    fn languages(self) -> impl Iterator<Item = Language> {
        std::iter::once(self.first).chain(self.second)
    }
}

/// What stands on one sheet.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// Name of the client application.
    pub client: &'a str,
    /// First name and initial; `None` leaves the name out.
    pub person: Option<&'a str>,
    /// The QR code.
    pub picture: &'a QrPicture,
    /// Where the typed code is entered, without scheme.
    pub typed_at: &'a str,
    /// The typed code.
    pub typed_code: &'a TypedCode,
    /// The PIN, for the slip.
    pub pin: Option<&'a Secret<TxCode>>,
    /// Until when the link works.
    pub valid_until: Moment,
    /// How long the sign-in lasts, seconds.
    pub session_seconds: u32,
    /// Whom to call.
    pub desk_phone: Option<&'a str>,
}

/// Sheets, laid out. They hold codes and cannot be printed by accident.
#[derive(Debug)]
pub struct Sheets {
    print: Print,
    pages: Vec<layout::Page>,
    module_mm: f64,
}

impl Sheets {
    /// Lays the sheets out, one a page.
    ///
    /// # Errors
    /// When there are none or too many, or when the words do not fit.
    pub fn lay_out(sheets: &[Sheet<'_>], print: Print) -> Result<Self, SheetError> {
        if sheets.is_empty() || sheets.len() > MOST_SHEETS {
            return Err(SheetError::Count);
        }
        let module_mm = coarse_enough(sheets.iter().map(|sheet| sheet.picture.module_size_mm(QR_MM)))?;
        let pages = sheets.iter().map(|sheet| layout::page(sheet, print)).collect::<Result<_, _>>()?;
        Ok(Self { print, pages, module_mm })
    }

    /// Pages.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Never: there is at least one.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Side of the finest module on any of the sheets, in millimetres.
    pub fn module_mm(&self) -> f64 {
        self.module_mm
    }

    /// The first page as SVG, one unit a point, letters as outlines.
    pub fn preview(&self) -> Redacted<String> {
        svg::write(&self.pages[0])
    }

    /// All pages as one PDF.
    ///
    /// # Errors
    /// When the PDF library fails.
    pub fn pdf(&self) -> Result<Redacted<Vec<u8>>, SheetError> {
        pdf::write(&self.pages, self.print.first)
    }
}

/// The finest of these sizes of modules.
fn coarse_enough(modules_mm: impl Iterator<Item = f64>) -> Result<f64, SheetError> {
    let finest = modules_mm.fold(f64::INFINITY, f64::min);
    if finest < SMALLEST_MODULE_MM { Err(SheetError::TooFine) } else { Ok(finest) }
}

#[cfg(test)]
mod tests;
