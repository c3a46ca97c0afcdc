//! Printing links: a preview for the window, and a file of sheets.

use std::sync::Arc;

use anteroom_engine::stop::{Fault, Outcome, invalid};
use anteroom_magic_link::QrPicture;
use anteroom_magic_link::qr::SMALLEST_MODULE_MM;
use anteroom_magic_link::sheet::{
    Language, MOST_SHEETS, Moment, Paper as SheetPaper, Print as SheetPrint, Sheet, SheetError, Sheets,
};
use anteroom_sentence::{Sentence, sentence};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::MagicLink;
use super::issue::{in_reach, picture, typed_at};
use super::read::{find, view};
use crate::admin::Admin;
use crate::error::{Code, CommandError};
use crate::shelf::{Held, can_be_redeemed};

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// Prints links that this app still holds the codes of, one a page.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Print {
    /// Ids of the links.
    pub ids: Vec<String>,
    /// The paper.
    pub paper: Paper,
    /// `en`, `de` or `es`.
    pub language: String,
    /// A second language beside the first.
    pub second_language: Option<String>,
    /// How far the clock of this place is ahead of UTC when the links end, in minutes.
    pub utc_offset_minutes: i32,
    /// Whether first name and initial are printed.
    pub with_name: bool,
}

/// What would be printed.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SheetPreview {
    /// Sheets, one a page.
    pub pages: u32,
    /// Links asked for whose codes are no longer in memory, or that can no longer be redeemed.
    pub missing: u32,
    /// The first page as SVG.
    pub svg: String,
    /// Side of the finest module of the QR codes on paper, in millimetres.
    pub module_mm: f64,
    /// Modules smaller than this are never printed.
    pub smallest_module_mm: f64,
}

/// Where a file of sheets was saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedSheets {
    /// The whole path of the PDF.
    pub path: String,
    /// Sheets in it.
    pub pages: u32,
    /// As in the preview.
    pub missing: u32,
}

pub(crate) async fn print(admin: &Admin, request: Print) -> Result<SheetPreview, CommandError> {
    let (sheets, missing) = lay_out(admin, request).await?;
    Ok(SheetPreview {
        pages: count(sheets.len()),
        missing,
        svg: sheets.preview().expose().clone(),
        module_mm: sheets.module_mm(),
        smallest_module_mm: SMALLEST_MODULE_MM,
    })
}

/// Writes the sheets as PDF where the person's downloads are, readable by nobody else.
pub(crate) async fn save_sheets(admin: &Admin, request: Print) -> Result<SavedSheets, CommandError> {
    let (sheets, missing) = lay_out(admin, request).await?;
    let pages = count(sheets.len());
    let pdf = admin.aside(move |_| unfit(sheets.pdf())).await?;
    let path = admin.save_file("sign-in-sheets", "pdf", pdf).await?;
    Ok(SavedSheets { path, pages, missing })
}

fn count(sheets: usize) -> u32 {
    u32::try_from(sheets).unwrap_or(u32::MAX)
}

/// A link and what it is drawn from.
struct Drawn {
    link: MagicLink,
    held: Arc<Held>,
    picture: QrPicture,
}

async fn lay_out(admin: &Admin, request: Print) -> Result<(Sheets, u32), CommandError> {
    let print = choices(&request)?;
    let Print { ids, utc_offset_minutes, with_name, .. } = request;
    let asked = count(ids.len());
    if ids.is_empty() || ids.len() > MOST_SHEETS {
        let message = sentence!(
            "A file holds 1 to {most} sheets; {asked} were asked for. Print in parts.",
            most = MOST_SHEETS,
            asked
        );
        return Err(CommandError::new(Code::Invalid, Some("ids"), message));
    }
    let acting = admin.acting().await?;
    let found = admin.read(move |tx, now| {
        let desk_phone = tx.project(acting.project)?.and_then(|project| project.settings.desk_phone.clone());
        let mut links = Vec::with_capacity(ids.len());
        for id in &ids {
            let row = find(tx, acting.project, id)?;
            in_reach(tx, acting, &row.code)?;
            if can_be_redeemed(row.code.state(now)) {
                links.push((row.code.id, view(tx, row, now)?));
            }
        }
        Ok((links, desk_phone))
    });
    let (links, desk_phone) = found.await?;
    let held: Vec<_> =
        links.into_iter().filter_map(|(id, link)| Some((link, admin.shelf().get(id)?))).collect();
    let missing = asked - count(held.len());
    if held.is_empty() {
        let message = sentence!(
            "The codes of these links are stored nowhere and no longer in memory. Issue them again."
        );
        return Err(CommandError::new(Code::NotHeld, None, message));
    }
    let base = admin.link_base();
    let sheets = admin.aside(move |_| {
        let at = typed_at(&base);
        let drawn = held
            .into_iter()
            .map(|(link, held)| Ok(Drawn { picture: picture(&base, &held)?.1, link, held }))
            .collect::<Outcome<Vec<_>>>()?;
        let sheets = drawn.iter().map(|drawn| {
            let valid_until = Moment::new(drawn.link.expires_at, utc_offset_minutes)?;
            Ok(Sheet {
                client: &drawn.link.client_name,
                person: with_name.then_some(drawn.link.person_short.as_str()),
                picture: &drawn.picture,
                typed_at: &at,
                typed_code: &drawn.held.typed,
                pin: drawn.held.plain.tx_code.as_ref(),
                valid_until,
                session_seconds: drawn.link.session_seconds,
                desk_phone: desk_phone.as_deref(),
            })
        });
        unfit(sheets.collect::<Result<Vec<_>, _>>().and_then(|sheets| Sheets::lay_out(&sheets, print)))
    });
    Ok((sheets.await?, missing))
}

fn choices(request: &Print) -> Result<SheetPrint, CommandError> {
    let language = |field, tag: &str| {
        Language::from_tag(tag).ok_or_else(|| {
            let message = sentence!("Sheets are written in en, de and es, not in {tag:?}.", tag);
            CommandError::new(Code::Invalid, Some(field), message)
        })
    };
    let first = language("language", &request.language)?;
    let second = request.second_language.as_deref().map(|tag| language("secondLanguage", tag)).transpose()?;
    let paper = match request.paper {
        Paper::A4 => SheetPaper::A4,
        Paper::Letter => SheetPaper::Letter,
    };
    unfit(SheetPrint::new(paper, first, second)).map_err(CommandError::from)
}

/// What cannot be laid out names the field of the request.
fn unfit<T>(made: Result<T, SheetError>) -> Outcome<T> {
    let error = match made {
        Ok(made) => return Ok(made),
        Err(error) => error,
    };
    let field = match error {
        SheetError::Pdf => return Err(Fault::Inconsistent("the PDF library gave up").into()),
        SheetError::UtcOffset => "utcOffsetMinutes",
        SheetError::SameLanguage => "secondLanguage",
        SheetError::TooLong => "language",
        SheetError::Count | SheetError::TooFine => "ids",
    };
    invalid(field, Sentence::from(&error))
}
