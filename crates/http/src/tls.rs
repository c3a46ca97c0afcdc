//! TLS for a listener: a certificate that can be exchanged while the listener goes on.

use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, ServerConfig};

/// The certificate a listener shows. Cloning is cheap, and all clones show the same one.
#[derive(Debug, Clone)]
pub struct Certificate(Arc<Slot>);

#[derive(Debug)]
struct Slot(RwLock<Arc<CertifiedKey>>);

/// A chain that ends below the root, the server's own certificate first, with its key (PKCS #8).
pub struct Chain<'a> {
    /// Certificates as DER.
    pub certificates: Vec<Vec<u8>>,
    /// The private key as DER.
    pub pkcs8: &'a [u8],
}

fn certified(chain: &Chain<'_>) -> Result<Arc<CertifiedKey>, Error> {
    let certificates = chain.certificates.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let key = PrivatePkcs8KeyDer::from(chain.pkcs8).clone_key().into();
    let key = CertifiedKey::from_der(certificates, key, &aws_lc_rs::default_provider())?;
    Ok(Arc::new(key))
}

impl Certificate {
    /// Takes a chain.
    ///
    /// # Errors
    /// When the key is none, or not the one of the first certificate.
    pub fn new(chain: &Chain<'_>) -> Result<Self, Error> {
        Ok(Self(Arc::new(Slot(RwLock::new(certified(chain)?)))))
    }

    /// Shows another chain from the next connection on.
    ///
    /// # Errors
    /// As [`Certificate::new`]; then the old one is shown on.
    pub fn exchange(&self, chain: &Chain<'_>) -> Result<(), Error> {
        let fresh = certified(chain)?;
        *self.0.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// TLS 1.2 and 1.3, HTTP/1.1, no client certificates.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.0) as _);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Slot {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}
