//! The picture against two decoders: rqrr, and zbar (`zbarimg` of the package zbar-tools) as the independent second.

use image::{GrayImage, Luma, imageops};
use qrcode::optimize::Parser;
use qrcode::types::Mode;

use super::readers::{codes, png_of, read, read_with_zbar};
use super::*;
use crate::magic_link;

const BASE: &str = "http://127.0.0.1:8103/";

fn link() -> Link {
    magic_link(BASE, &codes(1).next().unwrap()).unwrap()
}

#[test]
fn a_magic_link_is_version_4_because_it_is_in_capitals() {
    let link = link();
    let small = QrPicture::of_text(link.expose()).unwrap();
    let capital = QrPicture::of(&link).unwrap();
    assert_eq!((capital.version(), capital.modules()), (4, 33));
    assert_eq!((small.version(), small.modules()), (5, 37));

    let modes = |text: &str| {
        Parser::new(text.as_bytes()).optimize(Version::Normal(9)).map(|s| s.mode).collect::<Vec<_>>()
    };
    assert_eq!(modes(link.expose_for_qr()), [Mode::Alphanumeric]);
    assert!(modes(link.expose()).contains(&Mode::Byte));
}

#[test]
fn module_size_counts_the_quiet_zone() {
    let picture = QrPicture::of(&link()).unwrap();
    // 33 modules and twice 4 make 41
    assert!((picture.module_size_mm(41.0) - 1.0).abs() < 1e-9);
    assert!((picture.module_size_mm(30.0) - 0.7317).abs() < 1e-4);
    let largest = QrPicture::of_text(&"a".repeat(213)).unwrap();
    assert!(largest.module_size_mm(30.0) < SMALLEST_MODULE_MM);
}

#[test]
fn more_than_version_10_is_refused() {
    for (longest, letter) in [(213, "a"), (311, "A"), (513, "1")] {
        let picture = QrPicture::of_text(&letter.repeat(longest)).unwrap();
        assert_eq!((picture.version(), picture.modules()), (10, 57));
        for more in [1, 2, 5_000] {
            let bytes = longest + more;
            assert_eq!(QrPicture::of_text(&letter.repeat(bytes)).unwrap_err(), QrError::TooBig { bytes });
        }
    }
}

#[test]
fn medplum_s_code_of_256_characters_is_refused() {
    let link = format!("https://portal.example.org/in/{}", "0123456789abcdef".repeat(16));
    assert_eq!(QrPicture::of_text(&link).unwrap_err(), QrError::TooBig { bytes: 286 });
}

#[test]
fn only_links_are_drawn() {
    for text in ["", "a\n", "https://pörtal.example.org/", "\u{7f}", "点"] {
        assert_eq!(QrPicture::of_text(text).unwrap_err(), QrError::NotALink, "{text:?}");
    }
}

/// Whether the picture of `link()` reads as its text after `change` had its way with the pixels, at 3 to a module.
fn still_reads(change: impl Fn(u32, u32, u8) -> u8) -> bool {
    let link = link();
    let mut pixels = QrPicture::of(&link).unwrap().pixels(3);
    for (x, y, shade) in pixels.enumerate_pixels_mut() {
        shade[0] = change(x / 3, y / 3, shade[0]);
    }
    read_back::reads_as(&pixels, link.expose_for_qr())
}

#[test]
fn a_picture_that_cannot_be_read_is_seen() {
    assert!(still_reads(|_, _, shade| shade));
    assert!(
        still_reads(|x, y, shade| if (x, y) == (24, 24) { 255 - shade } else { shade }),
        "error correction heals a spot"
    );
    assert!(!still_reads(|x, y, shade| if x > 20 && y > 20 { 255 } else { shade }), "a quarter is missing");
    assert!(
        !still_reads(|x, y, shade| if x < 6 && y < 6 { 255 } else { shade }),
        "the corner pattern is damaged"
    );
    assert!(
        !still_reads(|x, y, shade| if (x, y) == (7, 33) { 255 } else { shade }),
        "another corner pattern is damaged"
    );
    assert!(!still_reads(|_, _, shade| 255 - shade), "light on dark");
    assert!(!still_reads(|x, _, shade| if x == 0 { 0 } else { shade }), "something stands beside it");
    assert!(!still_reads(|_, _, _| 255), "nothing there");
    assert!(!still_reads(|_, _, _| 0), "all ink");
}

#[test]
fn a_picture_without_its_quiet_zone_is_seen() {
    let link = link();
    let pixels = QrPicture::of(&link).unwrap().pixels(3);
    let cut = |x, y, less| {
        imageops::crop_imm(&pixels, x, y, pixels.width() - less, pixels.height() - less).to_image()
    };
    assert!(!read_back::reads_as(&cut(1, 1, 1), link.expose_for_qr()), "left and top");
    assert!(!read_back::reads_as(&cut(0, 0, 1), link.expose_for_qr()), "right and bottom");
    assert!(!read_back::reads_as(&cut(12, 12, 24), link.expose_for_qr()), "all of it");
}

#[test]
fn a_picture_of_another_text_is_seen() {
    let link = link();
    let pixels = QrPicture::of(&link).unwrap().pixels(3);
    assert!(read_back::reads_as(&pixels, link.expose_for_qr()));
    assert!(!read_back::reads_as(&pixels, link.expose()));
    assert!(!read_back::reads_as(&pixels, &link.expose_for_qr()[1..]));
}

/// Construction reads each of them back. A reader that searches the whole picture tries one in ten.
#[test]
fn a_thousand_links_are_drawn_and_read() {
    for (number, code) in codes(1_000).enumerate() {
        let link = magic_link(BASE, &code).unwrap();
        let picture = QrPicture::of(&link).unwrap();
        assert_eq!(picture.version(), 4);
        if number % 10 == 0 {
            assert_eq!(read(picture.pixels(3)), [link.expose_for_qr()]);
        }
    }
}

#[test]
fn every_version_is_drawn_and_read() {
    // ISO/IEC 18004, table 7: the bytes that each version holds at level M
    for (version, longest) in (1..=10_u8).zip([14, 26, 42, 62, 84, 106, 122, 152, 180, 213]) {
        let text: String = "https://a.example/".chars().cycle().take(longest).collect();
        let picture = QrPicture::of_text(&text).unwrap();
        assert_eq!(picture.version(), version);
        assert_eq!(picture.modules(), 17 + 4 * u16::from(version));
        assert_eq!(read_with_zbar(&picture.png(4)), text);
    }
}

#[test]
fn two_decoders_read_the_png_at_every_scale() {
    let link = link();
    let picture = QrPicture::of(&link).unwrap();
    for scale in [2, 3, 4, 5, 8, 12, 20, 40] {
        let png = picture.png(scale);
        let pixels = image::load_from_memory(&png).unwrap().into_luma8();
        assert_eq!(pixels.width(), 41 * u32::from(scale));
        assert_eq!(read(pixels), [link.expose_for_qr()], "scale {scale}");
        assert_eq!(read_with_zbar(&png), link.expose_for_qr(), "scale {scale}");
    }
    assert_eq!(picture.png(0), picture.png(1));
    assert_eq!(picture.png(255), picture.png(40));
}

#[test]
fn two_decoders_read_fifty_links() {
    for code in codes(50) {
        let link = magic_link("https://desk.clinic.example/", &code).unwrap();
        let png = QrPicture::of(&link).unwrap().png(4);
        assert_eq!(read_with_zbar(&png), link.expose_for_qr());
    }
}

/// What a phone sees: unsharp, small, askew, on grey paper.
#[test]
fn two_decoders_read_the_picture_blurred_shrunk_and_turned() {
    let link = link();
    let sharp = QrPicture::of(&link).unwrap().pixels(8);
    let grey = |pixel: u8| Luma([pixel / 2 + 60]);
    let seen = [
        ("blurred", imageops::blur(&sharp, 3.0)),
        ("shrunk", imageops::resize(&sharp, 140, 140, imageops::FilterType::Triangle)),
        ("quarter turn", imageops::rotate90(&sharp)),
        ("turned 7°", turned(&sharp, 7.0)),
        ("turned 33°", turned(&sharp, 33.0)),
        ("grey", GrayImage::from_fn(sharp.width(), sharp.height(), |x, y| grey(sharp.get_pixel(x, y)[0]))),
    ];
    for (how, pixels) in seen {
        assert_eq!(read_with_zbar(&png_of(&pixels)), link.expose_for_qr(), "{how}");
        assert_eq!(read(pixels), [link.expose_for_qr()], "{how}");
    }
}

/// On paper: 30 mm wide, at 150 dots an inch; printed in half-tones of a 4 × 4 screen; and what a phone makes of that.
#[test]
fn two_decoders_read_a_print_of_30_mm_and_half_tones() {
    let link = link();
    let picture = QrPicture::of(&link).unwrap();
    assert!(picture.module_size_mm(30.0) >= SMALLEST_MODULE_MM);
    // 30 mm ÷ 25.4 mm × 150
    let print = imageops::resize(&picture.pixels(12), 177, 177, imageops::FilterType::Triangle);
    let half_tones =
        half_toned(&imageops::resize(&picture.pixels(12), 492, 492, imageops::FilterType::Triangle));
    let seen = [
        ("30 mm", print.clone()),
        ("30 mm, unsharp", imageops::blur(&print, 0.8)),
        ("half-tones", imageops::blur(&half_tones, 2.0)),
    ];
    for (how, pixels) in seen {
        assert_eq!(read_with_zbar(&png_of(&pixels)), link.expose_for_qr(), "{how}");
        assert_eq!(read(pixels), [link.expose_for_qr()], "{how}");
    }
}

/// Grey paper and weak ink, as dots: an ordered screen (Bayer, 4 × 4).
pub(super) fn half_toned(sharp: &GrayImage) -> GrayImage {
    const SCREEN: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let cell = |at: u32| usize::try_from(at % 4).unwrap();
    GrayImage::from_fn(sharp.width(), sharp.height(), |x, y| {
        let shade = sharp.get_pixel(x, y)[0] / 2 + 70;
        Luma([if shade > 16 * SCREEN[cell(y)][cell(x)] { 255 } else { 0 }])
    })
}

/// Photographed from the side and from below: straight lines stay straight, parallels do not.
#[test]
fn two_decoders_read_the_picture_through_a_projective_warp() {
    let link = link();
    let sharp = QrPicture::of(&link).unwrap().pixels(8);
    for (how, tilt) in [
        ("from the left", [0.000_8, 0.0]),
        ("from below", [0.0, 0.000_9]),
        ("from a corner", [-0.000_5, 0.000_5]),
        ("from the other corner", [0.000_6, 0.000_4]),
    ] {
        let pixels = imageops::blur(&photographed(&sharp, tilt), 1.0);
        assert_eq!(read_with_zbar(&png_of(&pixels)), link.expose_for_qr(), "{how}");
        assert_eq!(read(pixels), [link.expose_for_qr()], "{how}");
    }
}

/// The picture through a homography: its plane is tilted about its middle by `across` and `down`.
pub(super) fn photographed(sharp: &GrayImage, [across, down]: [f32; 2]) -> GrayImage {
    let side = sharp.width() * 7 / 5;
    let middle = |side: u32| f32::from(u16::try_from(side).unwrap()) / 2.0;
    let (from, to) = (middle(sharp.width()), middle(side));
    GrayImage::from_fn(side, side, |x, y| {
        let (x, y) = (middle(2 * x) - to, middle(2 * y) - to);
        let depth = across.mul_add(x, down.mul_add(y, 1.0));
        imageops::interpolate_bilinear(sharp, x / depth + from, y / depth + from).unwrap_or(Luma([255]))
    })
}

/// Turns a picture about its middle, on a white ground large enough for it.
pub(super) fn turned(sharp: &GrayImage, degrees: f32) -> GrayImage {
    let side = sharp.width() * 3 / 2;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let middle = |side: u32| f32::from(u16::try_from(side).unwrap()) / 2.0;
    let (from, to) = (middle(sharp.width()), middle(side));
    GrayImage::from_fn(side, side, |x, y| {
        let (x, y) = (middle(2 * x) - to, middle(2 * y) - to);
        let (x, y) = (x * cos - y * sin + from, x * sin + y * cos + from);
        imageops::interpolate_bilinear(sharp, x, y).unwrap_or(Luma([255]))
    })
}

/// Modules that the SVG's path paints, found by reading the path, not by asking the picture.
fn painted(svg: &str, side: usize) -> Vec<Vec<bool>> {
    let mut modules = vec![vec![false; side]; side];
    let (_, path) = svg.split_once(" d=\"").unwrap();
    let (path, end) = path.split_once('"').unwrap();
    assert_eq!(end, "/></svg>");
    for run in path.split_terminator('z') {
        let (start, shape) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
        let (x, y) = start.split_once(' ').unwrap();
        let (there, back) = shape.split_once("v1h-").unwrap();
        assert_eq!(there, back);
        let (x, y, length) =
            (x.parse::<usize>().unwrap(), y.parse::<usize>().unwrap(), there.parse::<usize>().unwrap());
        modules[y][x..x + length].fill(true);
    }
    modules
}

#[test]
fn the_svg_paints_the_modules_in_one_path_dark_on_light() {
    let link = link();
    let picture = QrPicture::of(&link).unwrap();
    let svg = picture.svg();
    let front = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 41 41\" shape-rendering=\"crispEdges\">\
                 <rect width=\"41\" height=\"41\" fill=\"#fff\"/><path fill=\"#000\" d=\"M4 4h7v1h-7z";
    assert!(svg.starts_with(front), "{}", &svg[..200]);
    assert_eq!(svg.matches("<path").count(), 1);
    assert!(!svg.contains("<text") && !svg.to_uppercase().contains(&link.expose_for_qr()[..20]));

    let modules = painted(&svg, 41);
    let scale = 5_usize;
    let pixels = GrayImage::from_fn(41 * 5, 41 * 5, |x, y| {
        let (x, y) = (usize::try_from(x).unwrap() / scale, usize::try_from(y).unwrap() / scale);
        Luma([if modules[y][x] { 0 } else { 255 }])
    });
    assert_eq!(read_with_zbar(&png_of(&pixels)), link.expose_for_qr());
    assert_eq!(read(pixels), [link.expose_for_qr()]);
}

#[test]
fn the_terminal_picture_sets_both_colours_and_is_read() {
    let link = link();
    let text = QrPicture::of(&link).unwrap().unicode();
    let mut rows = Vec::new();
    for line in text.lines() {
        // black on white, and back to what was before at the end of each line
        let blocks = line.strip_prefix("\x1b[38;5;16;48;5;231m").unwrap().strip_suffix("\x1b[0m").unwrap();
        assert_eq!(blocks.chars().count(), 41);
        rows.push(blocks.chars().map(|block| matches!(block, '▀' | '█')).collect::<Vec<_>>());
        rows.push(blocks.chars().map(|block| matches!(block, '▄' | '█')).collect::<Vec<_>>());
    }
    assert_eq!(rows.len(), 42);
    let pixels = GrayImage::from_fn(41 * 4, 42 * 4, |x, y| {
        let (x, y) = (usize::try_from(x / 4).unwrap(), usize::try_from(y / 4).unwrap());
        Luma([if rows[y][x] { 0 } else { 255 }])
    });
    assert_eq!(read_with_zbar(&png_of(&pixels)), link.expose_for_qr());
    assert_eq!(read(pixels), [link.expose_for_qr()]);
}

#[test]
fn debug_does_not_show_the_modules() {
    let printed = format!("{:?}", QrPicture::of(&link()).unwrap());
    assert_eq!(printed, "QrPicture { version: 4, modules: 33, dark: Redacted }");
}
