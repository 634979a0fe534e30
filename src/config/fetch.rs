//! How addresses are fetched.

use std::net::SocketAddr;

use clap::Args;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// How addresses are fetched.
#[derive(Debug, Clone, Args)]
pub struct FetchConfig {
    /// Fetch no address: documents must come with their words.
    #[arg(long, env = "CLAIMTRAIL_NO_FETCH")]
    pub no_fetch: bool,

    /// Address of a page or of mail where sites can ask who fetches from them; sent with every request.
    #[arg(long, env = "CLAIMTRAIL_FETCH_CONTACT", value_parser = header_words)]
    pub fetch_contact: Option<String>,

    /// An address inside, as IP:PORT, that may be fetched from all the same; may be given several times. DANGEROUS: whoever can post an address can then read what is served there.
    #[arg(long, env = "CLAIMTRAIL_FETCH_ALLOW", value_name = "IP:PORT", value_delimiter = ',')]
    pub fetch_allow: Vec<SocketAddr>,

    /// Certificates (PEM) that servers may show beside those that the system trusts, such as those of a company's own authority.
    #[arg(long, env = "CLAIMTRAIL_FETCH_CA", value_name = "FILE", value_parser = certificates)]
    pub fetch_ca: Option<Certificates>,

    /// Shortest pause between two requests to one host, in milliseconds.
    #[arg(
        long,
        env = "CLAIMTRAIL_FETCH_PAUSE",
        value_name = "MILLISECONDS",
        default_value_t = 1_000
    )]
    pub fetch_pause: u32,
}

/// Certificates of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificates(pub Vec<CertificateDer<'static>>);

/// The certificates in a PEM file; whatever else stands in it, such as a key, is not looked at.
fn certificates(file: &str) -> Result<Certificates, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let found: Vec<CertificateDer<'static>> = read.map_err(|error| error.to_string())?;
    // One that cannot be trusted would only show when somebody is to be asked.
    let mut roots = rustls::RootCertStore::empty();
    for certificate in &found {
        roots.add(certificate.clone()).map_err(|error| error.to_string())?;
    }
    if found.is_empty() {
        Err("there is no certificate in it".to_owned())
    } else {
        Ok(Certificates(found))
    }
}

/// What may stand in a header: visible ASCII.
fn header_words(written: &str) -> Result<String, &'static str> {
    let plain = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_graphic());
    plain
        .then(|| written.to_owned())
        .ok_or("only letters, digits and signs of ASCII, without spaces")
}
