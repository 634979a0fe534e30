//! Certificates of a test's own authority, and an encrypted door before a site.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::site::Site;

/// An authority that nobody knows.
pub struct Authority {
    certificate: Certificate,
    key: KeyPair,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Authority { certificate, key }
    }

    /// What has to be trusted.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    /// As [`Authority::certificate`], as it lies in a file.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// An encrypted door before `site`, which shows a certificate for `name` that ends in `year`.
    pub async fn door(&self, site: &Site, name: &str, year: i32) -> Door {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.certificate, &self.key).unwrap();
        let shown = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(shown, key)
            .unwrap();
        Door::open(TlsAcceptor::from(Arc::new(config)), site.address).await
    }
}

/// Takes encrypted connections and hands what they say on; ends when dropped.
pub struct Door {
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Door {
    async fn open(acceptor: TlsAcceptor, site: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Who refuses the certificate goes before anything is said.
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut site = TcpStream::connect(site).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut site).await;
                });
            }
        });
        Door { address, serving }
    }

    /// An address behind the door, under any name.
    pub fn url(&self, host: &str, path: &str) -> url::Url {
        format!("https://{host}:{}{path}", self.address.port()).parse().unwrap()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
