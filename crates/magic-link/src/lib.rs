//! A pre-authorized code as a link, a QR code, a typed code and a credential offer.
//!
//! The code itself is 32 random bytes made elsewhere; this crate writes them in forms that a person can scan, tap or
//! type. It has no clock, no random numbers, no database and no network.
//!
//! | File | Writes the code as |
//! | --- | --- |
//! | [`base32`] | 52 capital letters and digits, which is how it stands in every other form |
//! | [`link`] | the magic link of our own landing page, and its capital form for the QR code |
//! | [`template`] | a link into somebody else's app, from the client's `magicLinkTemplate` |
//! | [`qr`] | a picture, read back before anybody sees it |
//! | [`offer`] | an OID4VCI credential offer for wallets |
//! | [`curl`] | the command line that redeems it |
//! | [`sheet`] | a page of paper, as PDF and as preview |
//! | [`typed_code`] | (not the same code, but a short companion) 12 characters for typing |
//!
//! ```
//! use anteroom_magic_link::{QrPicture, magic_link};
//!
//! let code = [7; 32];
//! let link = magic_link("http://127.0.0.1:8103/", &code)?;
//! assert!(link.expose().starts_with("http://127.0.0.1:8103/in/"));
//! let picture = QrPicture::of(&link)?;
//! assert_eq!(picture.version(), 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything that contains a code is [`Redacted`]: it cannot be printed by accident, and `expose()` is the only way in.

pub mod base32;
pub mod curl;
pub mod link;
pub mod offer;
mod percent;
pub mod qr;
pub mod redacted;
pub mod sheet;
pub mod template;
pub mod typed_code;

pub use link::{Link, magic_link};
pub use offer::CredentialOffer;
pub use qr::QrPicture;
pub use redacted::Redacted;
pub use template::Template;
pub use typed_code::TypedCode;
