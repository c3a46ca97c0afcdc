//! The picture for a terminal.

use super::QrPicture;

/// Black on white of the colour cube, which themes do not change, unlike the 16 named colours.
const DARK_ON_LIGHT: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";

impl QrPicture {
    /// Lines of half blocks, two modules to a character. Both colours are set, so that it scans from dark terminals too.
    pub fn unicode(&self) -> String {
        let mut text = String::new();
        for y in (0..self.side()).step_by(2) {
            text.push_str(DARK_ON_LIGHT);
            // the side is odd: the lower half of the last line is one more row of quiet zone
            text.extend((0..self.side()).map(|x| match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                (false, false) => ' ',
                (true, false) => '▀',
                (false, true) => '▄',
                (true, true) => '█',
            }));
            text.push_str(RESET);
            text.push('\n');
        }
        text
    }
}
