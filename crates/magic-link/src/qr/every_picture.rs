//! Every QR code that the app can draw, as phones see it, against both decoders.

use image::{GrayImage, Luma, imageops};

use super::readers::{codes, png_of, read, read_with_zbar};
use super::tests::{half_toned, photographed, turned};
use super::*;
use crate::magic_link;
use crate::sheet::QR_MM;

/// What is drawn, by the screen or paper it is drawn on. The last link is as long as any may be.
fn every_text() -> Vec<(&'static str, String)> {
    let longest = format!("https://desk.clinic.example/{}/", "a".repeat(129));
    let links = codes(5).zip([
        ("the link, on this machine", "http://127.0.0.1:8103/"),
        ("the link, over TLS", "https://localhost:8443/"),
        ("the link, on the local network", "https://192.168.178.200:8443/"),
        ("the link, on a public host", "https://anteroom.riverside-clinic.example/"),
        ("the longest link", longest.as_str()),
    ]);
    let links = links.map(|(code, (what, base))| {
        let link = magic_link(base, &code).unwrap();
        (what, link.expose_for_qr().to_owned())
    });
    let others = [
        ("the address for typed codes", "https://192.168.178.200:8443/in"),
        ("the address of the certificate", "https://192.168.178.200:8443/in/trust"),
        (
            "a second factor",
            "otpauth://totp/Riverside%20Clinic:ada.byron%40riverside-clinic.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Riverside%20Clinic",
        ),
    ];
    links.chain(others.map(|(what, text)| (what, text.to_owned()))).collect()
}

/// On paper so wide, at 300 dots an inch.
fn printed(picture: &QrPicture, millimetres: u32) -> GrayImage {
    let dots = millimetres * 300 * 10 / 254;
    imageops::resize(&picture.pixels(12), dots, dots, imageops::FilterType::Triangle)
}

/// How a phone may get to see it.
fn sights(picture: &QrPicture) -> Vec<(&'static str, GrayImage)> {
    let sharp = picture.pixels(8);
    let pale = |pixel: u8| Luma([pixel / 2 + 60]);
    let sheet = printed(picture, 62);
    // The same angle whatever the size: its far edge comes out about a sixth shorter.
    let tilt = |[across, down]: [f32; 2]| {
        let side = f32::from(picture.side() * 8);
        imageops::blur(&photographed(&sharp, [across / side, down / side]), 1.0)
    };
    let mut sights = vec![
        ("as it is", sharp.clone()),
        ("blurred", imageops::blur(&sharp, 2.5)),
        ("upside down", imageops::rotate180(&sharp)),
        ("turned 7°", turned(&sharp, 7.0)),
        ("turned 33°", turned(&sharp, 33.0)),
        ("pale", GrayImage::from_fn(sharp.width(), sharp.height(), |x, y| pale(sharp.get_pixel(x, y)[0]))),
        ("from the left", tilt([0.16, 0.0])),
        ("from below", tilt([0.0, 0.16])),
        ("on the sheet", sheet.clone()),
        ("on the sheet, in half-tones", imageops::blur(&half_toned(&sheet), 2.0)),
    ];
    // zbar does not read the largest picture from there.
    if picture.version() < LARGEST_VERSION {
        sights.push(("from a corner", tilt([-0.1, 0.1])));
    }
    // What would be finer than this is never printed.
    if picture.module_size_mm(30.0) >= SMALLEST_MODULE_MM {
        let label = printed(picture, 30);
        // rqrr does not find the finest of them when they are unsharp; only a second factor is as fine, and nobody prints it.
        if picture.module_size_mm(30.0) >= 0.6 {
            sights.push(("at 30 mm, unsharp", imageops::blur(&label, 1.2)));
        }
        sights.push(("at 30 mm", label));
    }
    sights
}

#[test]
fn two_decoders_read_every_code_the_app_draws_however_it_is_seen() {
    let mut read_at_30_mm = 0;
    for (what, text) in every_text() {
        let picture = QrPicture::of_text(&text).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(picture.module_size_mm(QR_MM) >= SMALLEST_MODULE_MM, "{what}");
        for (how, pixels) in sights(&picture) {
            assert_eq!(read_with_zbar(&png_of(&pixels)), text, "zbar: {what}, {how}");
            assert_eq!(read(pixels), [text.as_str()], "rqrr: {what}, {how}");
            read_at_30_mm += usize::from(how == "at 30 mm");
        }
    }
    assert_eq!(read_at_30_mm, 7, "all but the longest link");
}
