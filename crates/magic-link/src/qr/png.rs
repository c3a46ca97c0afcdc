//! The picture as pixels.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, GrayImage, ImageEncoder, Luma};

use super::QrPicture;

/// The largest picture is 65 modules × 40 pixels a side, 2,600 pixels.
const LARGEST_SCALE: u8 = 40;

impl QrPicture {
    /// A PNG in shades of grey, with `scale` pixels to a module (1 to 40; other values are brought into that range).
    pub fn png(&self, scale: u8) -> Vec<u8> {
        encode(&self.pixels(scale))
    }

    /// The pixels of [`QrPicture::png`].
    pub(super) fn pixels(&self, scale: u8) -> GrayImage {
        let scale = u16::from(scale.clamp(1, LARGEST_SCALE));
        let side = u32::from(self.side() * scale);
        let module = |pixel: u32| u16::try_from(pixel).map_or(u16::MAX, |pixel| pixel / scale);
        GrayImage::from_fn(side, side, |x, y| {
            Luma([if self.is_dark(module(x), module(y)) { 0 } else { 255 }])
        })
    }
}

fn encode(pixels: &GrayImage) -> Vec<u8> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(pixels.as_raw(), pixels.width(), pixels.height(), ExtendedColorType::L8)
        .expect("a grey picture of this size can always be written to memory");
    png
}
