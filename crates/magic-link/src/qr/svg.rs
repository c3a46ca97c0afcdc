//! The picture for screens and print.

use std::fmt::Write;

use super::QrPicture;

impl QrPicture {
    /// A self-contained SVG, one unit a module: a white square and one black path. It contains no text.
    pub fn svg(&self) -> String {
        let side = self.side();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
        );
        for [x, y, run] in self.runs() {
            write!(svg, "M{x} {y}h{run}v1h-{run}z").expect("writing to a string does not fail");
        }
        svg.push_str("\"/></svg>");
        svg
    }
}
