//! Two readers of pictures that share no code with what draws them: rqrr, and zbar (`zbarimg` of the package zbar-tools).

use std::process::Command;

use image::GrayImage;
use rqrr::PreparedImage;

/// Codes that look random and are the same in every run (the `SplitMix64` generator).
pub(crate) fn codes(count: u64) -> impl Iterator<Item = [u8; 32]> {
    (0..count).map(|n| {
        let mut code = [0; 32];
        for (i, eight) in (0..).zip(code.chunks_mut(8)) {
            let mut word = (4 * n + i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            eight.copy_from_slice(&(word ^ (word >> 31)).to_be_bytes());
        }
        code
    })
}

/// Reads with rqrr.
pub(crate) fn read(pixels: GrayImage) -> Vec<String> {
    let mut pixels = PreparedImage::prepare(pixels);
    pixels.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// Reads with zbar, from a file, as a person would.
pub(crate) fn read_with_zbar(png: &[u8]) -> String {
    let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    std::fs::write(file.path(), png).unwrap();
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable"])
        .arg(file.path())
        .output()
        .expect("zbarimg must be installed for this test (package zbar-tools)");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// The picture as a file.
pub(crate) fn png_of(pixels: &GrayImage) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}
