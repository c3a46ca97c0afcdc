//! A pre-authorized code as a link, a QR code, a typed code and a credential offer
