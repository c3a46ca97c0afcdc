//! Reading a picture back before it is shown.
//!
//! The pixels are taken as a reader takes them: the code is found by its outline and its three corner patterns, every
//! module is looked up at its middle, and a decoder that shares no code with the encoder undoes mask, interleaving and
//! error correction. Readers find codes on a table or a wall too; here the picture lies straight, so the search is
//! exact, takes a tenth of the time, and also sees a quiet zone that is missing, which lenient readers overlook.

use image::GrayImage;
use rqrr::{Grid, SimpleGrid};

use super::QUIET_ZONE;

/// A corner pattern, row by row: 7 × 7 modules.
const CORNER: [&[u8; 7]; 7] =
    [b"#######", b"#     #", b"# ### #", b"# ### #", b"# ### #", b"#     #", b"#######"];

/// Whether `pixels` show one QR code, dark on light with its quiet zone, and in it stands `text`.
pub(super) fn reads_as(pixels: &GrayImage, text: &str) -> bool {
    let Some(found) = Found::in_picture(pixels) else { return false };
    let modules = SimpleGrid::from_func(found.side, |x, y| found.is_dark(x, y));
    Grid::new(modules).decode().is_ok_and(|(_, read)| read == text)
}

/// A code found in a picture: where it begins, and how large it and its modules are.
struct Found<'a> {
    pixels: &'a GrayImage,
    left: u32,
    top: u32,
    /// Pixels to a module.
    scale: u32,
    /// Modules a side.
    side: usize,
}

impl<'a> Found<'a> {
    fn in_picture(pixels: &'a GrayImage) -> Option<Self> {
        let dark =
            || pixels.enumerate_pixels().filter(|(_, _, shade)| is_dark(shade[0])).map(|(x, y, _)| (x, y));
        let (left, right) = (dark().map(|(x, _)| x).min()?, dark().map(|(x, _)| x).max()?);
        let (top, bottom) = (dark().map(|(_, y)| y).min()?, dark().map(|(_, y)| y).max()?);
        // the upper edge of the first corner pattern is seven modules long
        let edge =
            (left..=right).take_while(|x| is_dark(pixels.get_pixel(*x, top)[0])).fold(0, |edge, _| edge + 1);
        let scale = edge / 7;
        if scale == 0 || edge % 7 != 0 {
            return None;
        }
        let (width, height) = (right - left + 1, bottom - top + 1);
        let margin =
            [left, top, pixels.width() - right - 1, pixels.height() - bottom - 1].into_iter().min()?;
        if width != height || width % scale != 0 || margin < u32::from(QUIET_ZONE) * scale {
            return None;
        }
        let found = Self { pixels, left, top, scale, side: usize::try_from(width / scale).ok()? };
        let far = found.side.checked_sub(7)?;
        let has_corners = [(0, 0), (far, 0), (0, far)].into_iter().all(|corner| found.has_corner(corner));
        has_corners.then_some(found)
    }

    fn has_corner(&self, (left, top): (usize, usize)) -> bool {
        CORNER.iter().enumerate().all(|(y, row)| {
            row.iter().enumerate().all(|(x, shade)| self.is_dark(left + x, top + y) == (*shade == b'#'))
        })
    }

    /// The shade in the middle of a module.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let at = |start: u32, module: usize| {
            u32::try_from(module).ok().map(|module| start + module * self.scale + self.scale / 2)
        };
        at(self.left, x)
            .zip(at(self.top, y))
            .and_then(|(x, y)| self.pixels.get_pixel_checked(x, y))
            .is_some_and(|shade| is_dark(shade[0]))
    }
}

fn is_dark(shade: u8) -> bool {
    shade < 128
}
