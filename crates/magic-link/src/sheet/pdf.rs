//! Pages as one PDF ([ISO 32000-1]).
//!
//! The fonts are embedded whole, as they are bundled: they were cut to a few hundred kilobytes already, and are there
//! once for all pages. Each glyph is mapped back to its character, so that the text can be searched and copied.
//!
//! # Not supported
//! Tagged PDF.
//!
//! [ISO 32000-1]: https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use ttf_parser::Tag;
use zeroize::Zeroizing;

use super::fonts::Weight;
use super::layout::{Page, Text};
use super::{Language, SheetError};
use crate::redacted::Redacted;

/// How hard streams are compressed: half of the best that can be had for a tenth of the time.
const LEVEL: u8 = 4;
const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

impl Weight {
    /// Its name in the resources of a page.
    const fn resource(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"R"),
            Self::SemiBold => Name(b"S"),
        }
    }

    const fn post_script_name(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"Inter-Regular"),
            Self::SemiBold => Name(b"Inter-SemiBold"),
        }
    }
}

/// Gives out the numbers of objects.
struct Numbers(Ref);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0.bump()
    }
}

/// Writes the pages. The title names no person and no client: it shows in window titles and printer queues.
pub(super) fn write(pages: &[Page], language: Language) -> Result<Redacted<Vec<u8>>, SheetError> {
    let mut pdf = Pdf::new();
    let mut numbers = Numbers(Ref::new(1));
    let (catalog, tree, info) = (numbers.next(), numbers.next(), numbers.next());
    pdf.catalog(catalog).pages(tree).lang(TextStr(language.tag()));
    pdf.document_info(info).title(TextStr("Anteroom")).producer(TextStr("Anteroom"));
    let fonts = [numbers.next(), numbers.next()];
    for (weight, id) in Weight::ALL.into_iter().zip(fonts) {
        write_font(&mut pdf, &mut numbers, weight, id, pages)?;
    }
    let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (numbers.next(), numbers.next())).collect();
    let count = i32::try_from(pages.len()).map_err(|_| SheetError::Count)?;
    pdf.pages(tree).kids(ids.iter().map(|(page, _)| *page)).count(count);
    for (page, (id, contents)) in pages.iter().zip(ids) {
        let mut written = pdf.page(id);
        written.parent(tree).media_box(Rect::new(0.0, 0.0, page.width, page.height)).contents(contents);
        let mut resources = written.resources();
        let mut named = resources.fonts();
        for (weight, font) in Weight::ALL.into_iter().zip(fonts) {
            named.pair(weight.resource(), font);
        }
        named.finish();
        resources.finish();
        written.finish();
        let drawn = Zeroizing::new(draw(page));
        let drawn = Zeroizing::new(compress_to_vec_zlib(&drawn, LEVEL));
        pdf.stream(contents, &drawn).filter(Filter::FlateDecode);
    }
    Ok(Redacted::new(pdf.finish()))
}

/// The characters of `weight` on all pages, by glyph.
fn used(pages: &[Page], weight: Weight) -> BTreeMap<u16, char> {
    let texts = pages.iter().flat_map(|page| &page.texts).filter(|text| text.weight == weight);
    texts.flat_map(|text| weight.glyphs(&text.characters)).map(|(character, id)| (id.0, character)).collect()
}

/// A composite font whose codes are glyph numbers. [ISO 32000-1 §9.7.4.2] In a font program that is not CID-keyed, CIDs
/// are glyph numbers.
fn write_font(
    pdf: &mut Pdf,
    numbers: &mut Numbers,
    weight: Weight,
    id: Ref,
    pages: &[Page],
) -> Result<(), SheetError> {
    let face = weight.face();
    let (cid_font, descriptor, cmap, file) = (numbers.next(), numbers.next(), numbers.next(), numbers.next());
    let name = weight.post_script_name();
    pdf.type0_font(id)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid_font)
        .to_unicode(cmap);
    let used = used(pages, weight);
    let mut font = pdf.cid_font(cid_font);
    font.subtype(CidFontType::Type0).base_font(name).system_info(IDENTITY).font_descriptor(descriptor);
    let mut widths = font.widths();
    for glyph in used.keys() {
        widths.same(*glyph, *glyph, weight.advance(ttf_parser::GlyphId(*glyph)) * 1_000.0);
    }
    widths.finish();
    font.finish();
    let per_mille = |units: i16| f32::from(units) * 1_000.0 / f32::from(face.units_per_em());
    let bbox = face.global_bounding_box();
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(
            per_mille(bbox.x_min),
            per_mille(bbox.y_min),
            per_mille(bbox.x_max),
            per_mille(bbox.y_max),
        ))
        .italic_angle(0.0)
        .ascent(per_mille(face.ascender()))
        .descent(per_mille(face.descender()))
        .cap_height(per_mille(face.capital_height().unwrap_or(face.ascender())))
        .stem_v(if weight == Weight::Regular { 90.0 } else { 130.0 })
        .font_file3(file);
    let mut characters = UnicodeCmap::new(Name(b"Inter"), IDENTITY);
    for (glyph, character) in used {
        characters.pair(glyph, character);
    }
    pdf.cmap(cmap, &characters.finish());
    let cff = face.raw_face().table(Tag::from_bytes(b"CFF ")).ok_or(SheetError::Pdf)?;
    let cff = compress_to_vec_zlib(cff, LEVEL);
    pdf.stream(file, &cff).filter(Filter::FlateDecode).pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
    Ok(())
}

fn draw(page: &Page) -> Vec<u8> {
    let mut content = Content::new();
    let (left, top, module) = page.qr;
    for [x, y, run] in page.runs.iter() {
        let (x, below) = (left + f32::from(*x) * module, top + f32::from(*y + 1) * module);
        content.rect(x, page.height - below, f32::from(*run) * module, module);
    }
    content.fill_nonzero();
    for text in &page.texts {
        draw_text(&mut content, text, page.height);
    }
    if let Some(cut) = page.cut {
        content.set_line_width(0.75).set_dash_pattern([5.0, 4.0], 0.0);
        content.move_to(0.0, page.height - cut).line_to(page.width, page.height - cut).stroke();
    }
    content.finish().to_vec()
}

fn draw_text(content: &mut Content, text: &Text, height: f32) {
    let codes: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.weight.glyphs(&text.characters).flat_map(|(_, id)| id.0.to_be_bytes()).collect());
    content
        .begin_text()
        .set_font(text.weight.resource(), text.size)
        .set_char_spacing(text.tracking * text.size)
        .next_line(text.x, height - text.y)
        .show(Str(&codes))
        .end_text();
}
