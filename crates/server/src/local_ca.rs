//! The locally made CA: it vouches for this machine's own https addresses, and a person may trust it.
//!
//! Its key is sealed in the store. Should it get lost all the same, it is of little use to anybody: name constraints
//! ([RFC 5280 §4.2.1.10]) keep it to `localhost`, names below `local`, and addresses of private networks. The server's
//! own certificates live 30 days in memory only and are renewed by themselves.
//!
//! # Not supported
//! Certificates for public names (a TLS proxy has those), revocation lists, client certificates.
//!
//! [RFC 5280 §4.2.1.10]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10

use std::net::IpAddr;
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::entropy;
use anteroom_engine::service::local_ca;
use anteroom_engine::stop::{Fault, Stop};
use anteroom_engine::timestamp::Timestamp;
use anteroom_http::Trust;
use anteroom_http::tls::{Certificate, Chain};
use anteroom_sentence::{Sentence, sentence};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SerialNumber,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Seconds of a day.
const DAY: u32 = 86_400;
/// Life of the CA: ten years.
const CA_LIFE: u32 = 3_650 * DAY;
/// Life of a server certificate.
const LIFE: u32 = 30 * DAY;
/// It is renewed when so much of its life is left.
const RENEW_BEFORE: u32 = 10 * DAY;
/// Clocks of other machines may be so far behind.
const BACKDATED: u32 = 3_600;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The store or its keys.
    Store(String),
    /// What is stored is no CA.
    Damaged,
    /// The TLS library does not take the certificate.
    Unusable(String),
    /// The certificate library gave up.
    Certificate(#[from] rcgen::Error),
}

impl From<&CaError> for Sentence {
    fn from(error: &CaError) -> Self {
        match error {
            CaError::Store(reason) => {
                sentence!("the local CA could not be read or stored: {reason}", reason)
            }
            CaError::Damaged => sentence!("the stored local CA cannot be read"),
            CaError::Unusable(reason) => {
                sentence!("the certificate cannot be used: {reason}", reason)
            }
            CaError::Certificate(reason) => {
                sentence!("a certificate could not be made: {reason}", reason = reason.to_string())
            }
        }
    }
}

anteroom_sentence::displayed!(CaError);

impl From<Stop> for CaError {
    fn from(stop: Stop) -> Self {
        Self::Store(format!("{stop:?}"))
    }
}

/// As it is stored.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Stored {
    /// The certificate as PEM.
    certificate: String,
    /// The key as PEM (PKCS #8).
    key: String,
    /// The CA's own name.
    name: String,
}

/// The local CA. Its key is not printed.
pub struct LocalCa {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A server certificate with its key, not stored anywhere.
pub struct ServerCertificate {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    /// From then on a new one should take its place.
    pub renew_at: Timestamp,
}

impl ServerCertificate {
    /// As a listener takes it.
    pub fn chain(&self) -> Chain<'_> {
        Chain { certificates: vec![self.certificate.clone()], pkcs8: &self.key }
    }
}

impl LocalCa {
    /// The CA of a store, made when there is none.
    ///
    /// # Errors
    /// See [`CaError`].
    pub async fn open_or_create(engine: &Arc<Engine>) -> Result<Self, CaError> {
        let plain = match local_ca::load(engine)? {
            Some(plain) => plain,
            None => local_ca::keep(engine, &make(engine)?).await?,
        };
        Self::read(&plain)
    }

    /// The CA of a store, if one was made.
    ///
    /// # Errors
    /// See [`CaError`].
    pub fn open(engine: &Engine) -> Result<Option<Self>, CaError> {
        local_ca::load(engine)?.map(|plain| Self::read(&plain)).transpose()
    }

    fn read(plain: &[u8]) -> Result<Self, CaError> {
        let stored: Stored = serde_json::from_slice(plain).map_err(|_| CaError::Damaged)?;
        let key = KeyPair::from_pem(&stored.key).map_err(|_| CaError::Damaged)?;
        let issuer = Issuer::new(params(&stored.name), key);
        Ok(Self { certificate: stored.certificate.clone(), issuer })
    }

    /// The CA's certificate as PEM: what a person trusts. It is public.
    pub fn pem(&self) -> &str {
        &self.certificate
    }

    /// SHA-256 of the certificate, as systems show it: what a person compares before they trust it.
    pub fn fingerprint(&self) -> String {
        Trust::new(&self.certificate).map_or_else(String::new, |trust| trust.fingerprint())
    }

    /// A certificate for the server's own names.
    ///
    /// # Errors
    /// When a name is none, or there are no random numbers.
    pub fn issue(&self, engine: &Engine, names: &[String]) -> Result<ServerCertificate, CaError> {
        let now = engine.now();
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name = name("Anteroom");
        params.not_before = moment(now - BACKDATED);
        params.not_after = moment(now + LIFE);
        params.serial_number = Some(serial(engine)?);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(ServerCertificate {
            certificate: certificate.der().to_vec(),
            key: Zeroizing::new(key.serialize_der()),
            renew_at: now + (LIFE - RENEW_BEFORE),
        })
    }
}

/// The certificate a listener shows, and when it needs another.
pub struct Renewal {
    ca: LocalCa,
    names: Vec<String>,
    certificate: Certificate,
    renew_at: Timestamp,
}

impl Renewal {
    /// Makes the first certificate.
    ///
    /// # Errors
    /// See [`CaError`].
    pub fn begin(engine: &Engine, ca: LocalCa, names: Vec<String>) -> Result<Self, CaError> {
        let made = ca.issue(engine, &names)?;
        let certificate =
            Certificate::new(&made.chain()).map_err(|error| CaError::Unusable(error.to_string()))?;
        Ok(Self { ca, names, certificate, renew_at: made.renew_at })
    }

    /// What a listener shows: always the newest one.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Exchanges the certificate when its time has come. One that cannot be made is tried again at the next call, and the
    /// old one is shown on.
    pub fn renew_if_due(&mut self, engine: &Engine) {
        if engine.now() < self.renew_at {
            return;
        }
        match self.ca.issue(engine, &self.names) {
            Ok(made) => match self.certificate.exchange(&made.chain()) {
                Ok(()) => self.renew_at = made.renew_at,
                Err(error) => tracing::warn!(%error, "the new certificate cannot be used; it is tried again"),
            },
            Err(error) => tracing::warn!(%error, "the certificate was not renewed; it is tried again"),
        }
    }
}

fn make(engine: &Engine) -> Result<Zeroizing<Vec<u8>>, CaError> {
    let now = engine.now();
    let id = entropy::bytes::<4>(engine.entropy()).map_err(Fault::from).map_err(Stop::from)?;
    // Told apart from the CA of another store on the same machine.
    let name = format!("Anteroom local CA {:08x}", u32::from_be_bytes(id));
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = params(&name);
    params.not_before = moment(now - BACKDATED);
    params.not_after = moment(now + CA_LIFE);
    params.serial_number = Some(serial(engine)?);
    let certificate = params.self_signed(&key)?.pem();
    let stored = Stored { certificate, key: key.serialize_pem(), name };
    serde_json::to_vec(&stored).map(Zeroizing::new).map_err(|_| CaError::Damaged)
}

/// What all certificates of the CA say of it.
fn params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let addresses = [
        CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8),
        CidrSubnet::from_v4_prefix([10, 0, 0, 0], 8),
        CidrSubnet::from_v4_prefix([172, 16, 0, 0], 12),
        CidrSubnet::from_v4_prefix([192, 168, 0, 0], 16),
        CidrSubnet::from_v4_prefix([169, 254, 0, 0], 16),
        CidrSubnet::from_addr_prefix(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1_u16]), 128),
        CidrSubnet::from_addr_prefix(IpAddr::from([0xfc00, 0, 0, 0, 0, 0, 0, 0_u16]), 7),
        CidrSubnet::from_addr_prefix(IpAddr::from([0xfe80, 0, 0, 0, 0, 0, 0, 0_u16]), 10),
    ];
    let names = ["localhost", "local"].map(|name| GeneralSubtree::DnsName(name.to_owned()));
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.into_iter().chain(addresses.map(GeneralSubtree::IpAddress)).collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn name(common_name: &str) -> rcgen::DistinguishedName {
    let mut name = rcgen::DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// [RFC 5280 §4.1.2.2] positive, unpredictable.
fn serial(engine: &Engine) -> Result<SerialNumber, CaError> {
    let mut bytes = entropy::bytes::<16>(engine.entropy()).map_err(Fault::from).map_err(Stop::from)?;
    bytes[0] &= 0x7f;
    Ok(SerialNumber::from_slice(&bytes))
}

fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
