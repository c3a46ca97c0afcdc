//! Reading a picture back before it is shown.

use rqrr::PreparedImage;

use super::QrPicture;

/// Pixels to a module: enough for the decoder to find the corners, small enough to be quick.
const SCALE: u8 = 4;

/// Whether a decoder that shares no code with the encoder finds exactly one QR code in `picture`, and in it `text`.
pub(super) fn reads_as(picture: &QrPicture, text: &str) -> bool {
    let mut pixels = PreparedImage::prepare(picture.pixels(SCALE));
    let found = pixels.detect_grids();
    let [only] = found.as_slice() else { return false };
    only.decode().is_ok_and(|(_, read)| read == text)
}
