//! The QR code of a link ([ISO/IEC 18004]), at error correction level M.
//!
//! Always dark on light, always with its quiet zone of four modules, whatever the theme: phones do not read inverted
//! codes well. Every picture is drawn in pixels and read back by an independent decoder before it is handed out.
//!
//! # Not supported
//! Texts that need more than version 10 (213 small letters, 311 capitals): they do not scan from paper or across a desk.
//!
//! [ISO/IEC 18004]: https://www.iso.org/standard/83389.html

mod png;
mod read_back;
mod svg;
mod unicode;

use anteroom_sentence::{Sentence, sentence};
use qrcode::types::QrError as EncoderError;
use qrcode::{Color, EcLevel, QrCode, Version};
use thiserror::Error;

use crate::link::Link;
use crate::redacted::Redacted;

/// The largest version that is drawn: 57 modules a side.
pub const LARGEST_VERSION: u8 = 10;
/// Light modules around the code on every side.
pub const QUIET_ZONE: u16 = 4;
/// Modules printed smaller than this, in millimetres, are hard to scan; the preview warns.
pub const SMALLEST_MODULE_MM: f64 = 0.5;

/// Pixels to a module of the picture that is read back.
const READ_BACK_SCALE: u8 = 3;

/// Why a text gets no picture. It never contains the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum QrError {
    /// More than a QR code of version 10 holds.
    TooBig {
        /// Length of the text.
        bytes: usize,
    },
    /// Empty, or with characters outside printable ASCII, which readers take for different alphabets.
    NotALink,
    /// The picture, read back, did not give the same text.
    Unreadable,
}

impl From<&QrError> for Sentence {
    fn from(error: &QrError) -> Self {
        match error {
            QrError::TooBig { bytes } => sentence!(
                "a text of {bytes} characters needs a QR code larger than version {version}, which does not scan well",
                version = LARGEST_VERSION,
                bytes = *bytes
            ),
            QrError::NotALink => sentence!("only links of printable ASCII characters are drawn as QR codes"),
            QrError::Unreadable => sentence!("the QR code could not be read back, so it is not shown"),
        }
    }
}

anteroom_sentence::displayed!(QrError);

/// A QR code that was read back. It holds the code and cannot be printed by accident.
#[derive(Debug)]
pub struct QrPicture {
    version: u8,
    /// Modules a side, without the quiet zone.
    modules: u16,
    /// Row by row, `true` is dark.
    dark: Redacted<Vec<bool>>,
}

impl QrPicture {
    /// Draws `link`, in capitals where that is the same link, and reads it back.
    ///
    /// # Errors
    /// As [`QrPicture::of_text`].
    pub fn of(link: &Link) -> Result<Self, QrError> {
        Self::of_text(link.expose_for_qr())
    }

    /// Draws `text` and reads it back.
    ///
    /// # Errors
    /// When `text` is too long or not printable ASCII, or when the picture cannot be read.
    pub fn of_text(text: &str) -> Result<Self, QrError> {
        if text.is_empty() || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(QrError::NotALink);
        }
        let too_big = QrError::TooBig { bytes: text.len() };
        // chooses the modes (numeric, alphanumeric, byte) that take the fewest bits, and the smallest version for them
        let code = match QrCode::with_error_correction_level(text, EcLevel::M) {
            Ok(code) => code,
            Err(EncoderError::DataTooLong) => return Err(too_big),
            Err(_) => return Err(QrError::Unreadable),
        };
        let version = match code.version() {
            Version::Normal(version) => u8::try_from(version).map_err(|_| too_big)?,
            Version::Micro(_) => return Err(QrError::Unreadable),
        };
        if version > LARGEST_VERSION {
            return Err(too_big);
        }
        let modules = 17 + 4 * u16::from(version);
        let dark = Redacted::new(code.into_colors().into_iter().map(|color| color == Color::Dark).collect());
        let picture = Self { version, modules, dark };
        if read_back::reads_as(&picture.pixels(READ_BACK_SCALE), text) {
            Ok(picture)
        } else {
            Err(QrError::Unreadable)
        }
    }

    /// Modules a side, without the quiet zone: 21 for version 1, 4 more for every further one.
    pub fn modules(&self) -> u16 {
        self.modules
    }

    /// The version, 1 to [`LARGEST_VERSION`].
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Side of one module in millimetres when the picture, quiet zone included, is printed `print_width_mm` wide.
    pub fn module_size_mm(&self, print_width_mm: f64) -> f64 {
        print_width_mm / f64::from(self.side())
    }

    /// Modules a side with the quiet zone.
    pub(crate) fn side(&self) -> u16 {
        self.modules + 2 * QUIET_ZONE
    }

    /// Runs of dark modules, row by row: column, row and length, counted with the quiet zone.
    pub(crate) fn runs(&self) -> impl Iterator<Item = [u16; 3]> {
        let within = QUIET_ZONE..QUIET_ZONE + self.modules;
        within.clone().flat_map(move |y| {
            let end = within.end;
            let mut x = within.start;
            std::iter::from_fn(move || {
                x = (x..end).find(|x| self.is_dark(*x, y))?;
                let start = x;
                x = (x..end).find(|x| !self.is_dark(*x, y)).unwrap_or(end);
                Some([start, y, x - start])
            })
        })
    }

    /// Whether the module at (`x`, `y`) is dark, counted with the quiet zone. Outside, all is light.
    fn is_dark(&self, x: u16, y: u16) -> bool {
        let inside = QUIET_ZONE..QUIET_ZONE + self.modules;
        let index =
            |x, y| usize::from(y - QUIET_ZONE) * usize::from(self.modules) + usize::from(x - QUIET_ZONE);
        inside.contains(&x) && inside.contains(&y) && self.dark.expose()[index(x, y)]
    }
}

#[cfg(test)]
mod every_picture;
#[cfg(test)]
pub(crate) mod readers;
#[cfg(test)]
mod tests;
