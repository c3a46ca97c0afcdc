//! The sheets as paper: rendered by poppler (`pdftoppm`, `pdftotext`, `pdfinfo` of the package poppler-utils) and read by
//! the two readers of QR codes.

use std::process::Command;

use image::GrayImage;

use super::*;
use crate::link::{Link, magic_link};
use crate::qr::SMALLEST_MODULE_MM;
use crate::qr::readers::{codes, png_of, read, read_with_zbar};

const BASE: &str = "https://desk.clinic.example/";
const AT: &str = "desk.clinic.example/in";

/// What one sheet is made of.
struct Made {
    link: Link,
    picture: QrPicture,
    typed: TypedCode,
    pin: Secret<TxCode>,
}

fn made(code: &[u8; 32]) -> Made {
    let link = magic_link(BASE, code).unwrap();
    let picture = QrPicture::of(&link).unwrap();
    let typed = TypedCode::from_random(code[..7].try_into().unwrap());
    Made { link, picture, typed, pin: Secret::new("048213".to_owned()) }
}

fn one() -> Made {
    made(&codes(1).next().unwrap())
}

impl Made {
    fn sheet(&self) -> Sheet<'_> {
        Sheet {
            client: "Patient portal",
            person: Some("Pat D."),
            picture: &self.picture,
            typed_at: AT,
            typed_code: &self.typed,
            pin: Some(&self.pin),
            valid_until: Moment::new(1_778_962_500, 120).unwrap(),
            session_seconds: 3_600,
            desk_phone: Some("030 555 0100"),
        }
    }
}

fn print(paper: Paper, languages: &[Language]) -> Print {
    Print::new(paper, languages[0], languages.get(1).copied()).unwrap()
}

/// Runs one of poppler's tools on a PDF and gives what it wrote.
fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> Vec<u8> {
    let file = tempfile::Builder::new().suffix(".pdf").tempfile().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let (before, after): (Vec<&str>, Vec<&str>) =
        arguments.iter().copied().partition(|argument| *argument != "-");
    let output = Command::new(tool)
        .args(before)
        .arg(file.path())
        .args(after)
        .output()
        .unwrap_or_else(|error| panic!("{tool} must be installed (package poppler-utils): {error}"));
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text_of(pdf: &[u8]) -> String {
    let text = String::from_utf8(poppler("pdftotext", &["-layout", "-"], pdf)).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page on paper, at 150 dots an inch.
fn rendered(pdf: &[u8], page: &str) -> GrayImage {
    let png =
        poppler("pdftoppm", &["-png", "-gray", "-r", "150", "-f", page, "-l", page, "-singlefile"], pdf);
    image::load_from_memory(&png).unwrap().into_luma8()
}

fn sheets(made: &Made, print: Print) -> Sheets {
    Sheets::lay_out(&[made.sheet()], print).unwrap()
}

#[test]
fn one_page_is_rendered_and_read_on_both_papers_in_every_choice_of_languages() {
    let made = one();
    let choices = Language::ALL.into_iter().flat_map(|first| {
        let seconds = Language::ALL.into_iter().filter(move |second| *second != first).map(Some);
        seconds.chain([None]).map(move |second| (first, second))
    });
    for (first, second) in choices {
        for (paper, size) in
            [(Paper::A4, "595.276 x 841.89 pts (A4)"), (Paper::Letter, "612 x 792 pts (letter)")]
        {
            let print = Print::new(paper, first, second).unwrap();
            let pdf = sheets(&made, print).pdf().unwrap();
            let info = String::from_utf8(poppler("pdfinfo", &[], pdf.expose())).unwrap();
            let value = |name: &str| {
                let line = info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                line.trim().to_owned()
            };
            assert_eq!((value("Pages:").as_str(), value("Page size:").as_str()), ("1", size));
            let pixels = rendered(pdf.expose(), "1");
            assert_eq!(read_with_zbar(&png_of(&pixels)), made.link.expose_for_qr(), "{print:?}");
            assert_eq!(read(pixels), [made.link.expose_for_qr()], "{print:?}");
        }
    }
}

#[test]
fn the_text_can_be_searched_and_says_what_a_person_needs() {
    let made = one();
    let text = text_of(sheets(&made, print(Paper::A4, &[Language::English])).pdf().unwrap().expose());
    for words in [
        "Sign in to Patient portal",
        "Pat D.",
        AT,
        made.typed.grouped().expose(),
        "Good until Saturday 16 May 2026, 22:15.",
        "signs you in for 1 hour.",
        "Call 030 555 0100",
        "PIN for Pat D. – cut off and hand over apart",
        "048213",
    ] {
        assert!(text.contains(words), "{words:?} is not in {text:?}");
    }
    let two = print(Paper::Letter, &[Language::Spanish, Language::German]);
    let text = text_of(sheets(&made, two).pdf().unwrap().expose());
    for words in ["Iniciar sesión en Patient portal", "Anmelden bei Patient portal", "sábado,", "Samstag,"]
    {
        assert!(text.contains(words), "{words:?} is not in {text:?}");
    }
}

/// What is not asked for is not there: no name, no slip, no phone; and never a code in what others can see of a file.
#[test]
fn what_is_left_out_is_not_there() {
    let made = one();
    let bare = Sheet { person: None, pin: None, desk_phone: None, ..made.sheet() };
    let laid_out = Sheets::lay_out(&[bare], print(Paper::A4, &[Language::English])).unwrap();
    let pdf = laid_out.pdf().unwrap();
    let text = text_of(pdf.expose());
    assert!(!text.contains("Pat D") && !text.contains("PIN") && !text.contains("Call"), "{text}");
    let info = String::from_utf8(poppler("pdfinfo", &[], pdf.expose())).unwrap();
    assert!(info.contains("Title:") && !info.contains("Patient portal"), "{info}");
    let preview = laid_out.preview();
    assert!(!preview.expose().contains("<text"));
    assert!(!preview.expose().contains(made.typed.expose()));
    let printed = format!("{laid_out:?} {:?}", made.sheet());
    assert!(!printed.contains(made.typed.expose()) && !printed.contains("048213"), "{printed}");
}

/// A letter that the fonts lack would be printed as nothing or as a box.
#[test]
fn a_name_in_another_script_is_left_out_and_such_a_client_is_named_by_its_address() {
    let made = one();
    let foreign = Sheet { person: Some("さくら T."), client: "患者ポータル", ..made.sheet() };
    let pdf = Sheets::lay_out(&[foreign], print(Paper::A4, &[Language::English])).unwrap().pdf().unwrap();
    let text = text_of(pdf.expose());
    assert!(text.contains(&format!("Sign in to {AT}")) && text.contains("PIN – cut off"), "{text}");
    let near = Sheet { person: Some("Żółw Ő."), client: "Γιατρός Ярослав", ..made.sheet() };
    let pdf = Sheets::lay_out(&[near], print(Paper::A4, &[Language::English])).unwrap().pdf().unwrap();
    let text = text_of(pdf.expose());
    assert!(text.contains("Żółw Ő.") && text.contains("Γιατρός Ярослав"), "{text}");
}

#[test]
fn two_hundred_sheets_are_two_hundred_pages_each_with_its_own_code() {
    let all: Vec<Made> = codes(200).map(|code| made(&code)).collect();
    let sheets: Vec<Sheet<'_>> = all.iter().map(Made::sheet).collect();
    let print = print(Paper::A4, &[Language::English, Language::Spanish]);
    let laid_out = Sheets::lay_out(&sheets, print).unwrap();
    assert_eq!(laid_out.len(), 200);
    let pdf = laid_out.pdf().unwrap();
    let info = String::from_utf8(poppler("pdfinfo", &[], pdf.expose())).unwrap();
    assert!(info.contains("Pages:           200"), "{info}");
    for page in [1, 2, 99, 200] {
        let read = read_with_zbar(&png_of(&rendered(pdf.expose(), &page.to_string())));
        assert_eq!(read, all[page - 1].link.expose_for_qr(), "page {page}");
    }
    let text = text_of(pdf.expose());
    assert!(all.iter().all(|made| text.contains(made.typed.grouped().expose())));
}

/// Digits are not all as wide as each other: whether a sheet fits must not hang on which PIN came up.
#[test]
fn a_sheet_with_a_pin_fits_in_two_languages_whatever_its_digits() {
    let made = one();
    let pairs = Language::ALL.into_iter().flat_map(|first| {
        Language::ALL.into_iter().filter(move |second| *second != first).map(move |second| [first, second])
    });
    for languages in pairs {
        for paper in [Paper::A4, Paper::Letter] {
            for (digit, length) in ('0'..='9').flat_map(|digit| [(digit, 4), (digit, 6), (digit, 8)]) {
                let pin = Secret::new(digit.to_string().repeat(length));
                for person in ["Pat D.", "Maximiliane-Charlotte W."] {
                    let sheet = Sheet { pin: Some(&pin), person: Some(person), ..made.sheet() };
                    let laid_out = Sheets::lay_out(&[sheet], print(paper, &languages));
                    assert!(laid_out.is_ok(), "{paper:?} {languages:?} {digit} × {length} {person}");
                }
            }
        }
    }
}

#[test]
fn every_code_that_is_drawn_is_coarse_enough_on_paper() {
    let largest = QrPicture::of_text(&"a".repeat(213)).unwrap();
    assert!(largest.module_size_mm(QR_MM) > SMALLEST_MODULE_MM);
    let made = one();
    let sheets = sheets(&made, print(Paper::A4, &[Language::English]));
    assert!((sheets.module_mm() - 62.0 / 41.0).abs() < 1e-9);
    // The rule itself, since no picture breaks it at this size; on a label of 30 mm, the largest would.
    assert_eq!(coarse_enough([1.5, 0.5].into_iter()), Ok(0.5));
    assert_eq!(coarse_enough([1.5, 0.499].into_iter()), Err(SheetError::TooFine));
    assert_eq!(coarse_enough([largest.module_size_mm(30.0)].into_iter()), Err(SheetError::TooFine));
}

#[test]
fn what_cannot_be_printed_is_refused_with_the_reason() {
    let made = one();
    let english = print(Paper::Letter, &[Language::English, Language::German]);
    let refused = |sheets: &[Sheet<'_>]| Sheets::lay_out(sheets, english).unwrap_err();
    let endless = "0 ".repeat(700);
    assert_eq!(refused(&[Sheet { desk_phone: Some(&endless), ..made.sheet() }]), SheetError::TooLong);
    assert_eq!(refused(&[]), SheetError::Count);
    let many: Vec<_> = (0..=MOST_SHEETS).map(|_| made.sheet()).collect();
    assert_eq!(refused(&many), SheetError::Count);
    let twice = Print::new(Paper::A4, Language::German, Some(Language::German));
    assert_eq!(twice, Err(SheetError::SameLanguage));
}
