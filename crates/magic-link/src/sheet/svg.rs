//! A page as SVG, for the preview: letters as outlines, so that it looks the same everywhere.

use std::fmt::Write;

use ttf_parser::OutlineBuilder;
use zeroize::Zeroizing;

use super::layout::{Page, Text};
use crate::redacted::Redacted;

/// Room for a page: it holds a code, and a buffer that grows leaves copies behind.
const CAPACITY: usize = 512 * 1024;

/// Writes a page, black on white, one unit a point. It contains no text.
pub(super) fn write(page: &Page) -> Redacted<String> {
    let mut svg = Zeroizing::new(String::with_capacity(CAPACITY));
    put(
        &mut svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\"><rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\
         <path shape-rendering=\"crispEdges\" d=\"",
            w = page.width,
            h = page.height,
        ),
    );
    let (left, top, module) = page.qr;
    for [x, y, run] in page.runs.iter() {
        let (x, y, run) =
            (left + f32::from(*x) * module, top + f32::from(*y) * module, f32::from(*run) * module);
        put(&mut svg, format_args!("M{x:.3} {y:.3}h{run:.3}v{module:.3}h-{run:.3}z"));
    }
    svg.push_str("\"/>");
    if let Some(cut) = page.cut {
        put(
            &mut svg,
            format_args!(
                "<path d=\"M0 {cut:.1}H{w}\" stroke=\"#000\" stroke-width=\".75\" stroke-dasharray=\"5 4\"/>",
                w = page.width
            ),
        );
    }
    svg.push_str("<path d=\"");
    for text in &page.texts {
        outlines(&mut svg, text);
    }
    svg.push_str("\"/></svg>");
    Redacted::from(svg)
}

fn put(svg: &mut String, piece: std::fmt::Arguments<'_>) {
    svg.write_fmt(piece).expect("writing to a string does not fail");
}

fn outlines(svg: &mut String, text: &Text) {
    let face = text.weight.face();
    let scale = text.size / f32::from(face.units_per_em());
    let mut pen = SvgPen { svg, x: text.x, y: text.y, scale };
    for (_, id) in text.weight.glyphs(&text.characters) {
        // A space has no outline.
        let _ = face.outline_glyph(id, &mut pen);
        pen.x += (text.weight.advance(id) + text.tracking) * text.size;
    }
}

/// Puts an outline, whose y axis points up, at (`x`, `y`) of a page, whose y axis points down.
struct SvgPen<'a> {
    svg: &'a mut String,
    x: f32,
    y: f32,
    scale: f32,
}

impl SvgPen<'_> {
    fn points(&mut self, command: char, points: &[(f32, f32)]) {
        self.svg.push(command);
        for (x, y) in points {
            let (x, y) = (self.x + x * self.scale, self.y - y * self.scale);
            put(self.svg, format_args!("{x:.2} {y:.2} "));
        }
    }
}

impl OutlineBuilder for SvgPen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.points('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.points('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.points('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.points('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.svg.push('Z');
    }
}
