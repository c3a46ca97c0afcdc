//! The fonts of the sheets: Inter, bundled (`fonts/OFL.txt`).

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId};

/// A weight of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

static REGULAR: LazyLock<Face<'static>> =
    LazyLock::new(|| face(include_bytes!("../../fonts/Inter-Regular.otf")));
static SEMI_BOLD: LazyLock<Face<'static>> =
    LazyLock::new(|| face(include_bytes!("../../fonts/Inter-SemiBold.otf")));

fn face(data: &'static [u8]) -> Face<'static> {
    Face::parse(data, 0).expect("the bundled font is whole: every test that lays out a page reads it")
}

impl Weight {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Regular, Self::SemiBold];

    /// The parsed font.
    pub(super) fn face(self) -> &'static Face<'static> {
        match self {
            Self::Regular => &REGULAR,
            Self::SemiBold => &SEMI_BOLD,
        }
    }

    /// The advance of a glyph at a size of 1.
    pub(super) fn advance(self, id: GlyphId) -> f32 {
        let face = self.face();
        f32::from(face.glyph_hor_advance(id).unwrap_or(0)) / f32::from(face.units_per_em())
    }

    /// The glyphs of `text`, with their characters. A character that the font lacks has none: [`covers`] was asked before.
    pub(super) fn glyphs(self, text: &str) -> impl Iterator<Item = (char, GlyphId)> {
        text.chars().filter_map(move |character| Some((character, self.face().glyph_index(character)?)))
    }

    /// Width of `text` at `size`, with `tracking` (in sizes) after each character.
    pub(super) fn width(self, text: &str, size: f32, tracking: f32) -> f32 {
        self.glyphs(text).map(|(_, id)| (self.advance(id) + tracking) * size).sum()
    }
}

/// Whether both weights have every character of `text`.
pub(super) fn covers(text: &str) -> bool {
    Weight::ALL
        .into_iter()
        .all(|weight| text.chars().all(|character| weight.face().glyph_index(character).is_some()))
}
