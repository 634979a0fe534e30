//! One request to one checked place → its answer's head, or which step failed.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;
use tokio::time::Instant;
use url::Url;

use super::error::FetchError;

/// How long a connection may take to be made, encryption included.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Sends requests; each on a connection of its own, to an address that was checked for it.
#[derive(Debug)]
pub(super) struct Requests {
    /// Read when it is first needed: the system's certificates take a while.
    tls: OnceLock<Result<ClientConfig, String>>,
    plain: OnceLock<Result<ClientConfig, String>>,
    trusted: Vec<CertificateDer<'static>>,
    agent: HeaderValue,
    /// How long the head of an answer may take.
    patience: Duration,
}

/// The only addresses a name has for one client.
struct Pinned(Vec<SocketAddr>);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

impl Requests {
    /// Requests that name themselves `agent` and wait so long for the head of an answer, to servers that
    /// show a certificate of the system's or of `trusted`.
    pub fn new(
        agent: HeaderValue,
        patience: Duration,
        trusted: Vec<CertificateDer<'static>>,
    ) -> Self {
        Requests { tls: OnceLock::new(), plain: OnceLock::new(), trusted, agent, patience }
    }

    /// Asks for `url` at `addresses`, which were checked for it, and waits for the head of the answer.
    pub async fn send(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
        headers: HeaderMap,
    ) -> Result<Response, FetchError> {
        let client = self.client(url, addresses)?;
        let begun = Instant::now();
        let sent = client.get(url.clone()).headers(headers).send();
        let response = tokio::time::timeout(self.patience, sent)
            .await
            .map_err(|_| FetchError::Timeout {
                what: "the answer's head",
                seconds: self.patience.as_secs(),
            })?
            .map_err(|error| send_failed(url, &error))?;
        // What was checked is what was connected to; a proxy or resolver of another mind would show.
        if response.remote_addr().is_some_and(|peer| !addresses.contains(&peer)) {
            return Err(FetchError::InsideAddress {
                host: url.host_str().unwrap_or("").to_owned(),
            });
        }
        tracing::debug!(%url, status = response.status().as_u16(), elapsed = ?begun.elapsed(), "asked");
        Ok(response)
    }

    fn client(&self, url: &Url, addresses: &[SocketAddr]) -> Result<Client, FetchError> {
        let host = || url.host_str().unwrap_or("").to_owned();
        let builder = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_TIME)
            .user_agent(self.agent.clone())
            .dns_resolver(Arc::new(Pinned(addresses.to_vec())));
        // A machine without trusted certificates can still fetch what is not encrypted.
        let tls = match url.scheme() {
            "https" => self.tls.get_or_init(|| trusting_the_system_and(&self.trusted)),
            _ => self.plain.get_or_init(trusting_nobody),
        };
        let tls = tls.clone().map_err(|detail| FetchError::Tls { host: host(), detail })?;
        builder
            .tls_backend_preconfigured(tls)
            .build()
            .map_err(|error| FetchError::BadAnswer { detail: chain(&error) })
    }
}

/// Takes the certificates that the system trusts, and these.
fn trusting_the_system_and(trusted: &[CertificateDer<'static>]) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(trusted.iter().cloned(), provider.clone())
        .map_err(|error| error.to_string())?;
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        // The method's name warns of verifiers that let everything pass; this one is the library's own.
        .map(|builder| builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)))
        .map(|builder| builder.with_no_client_auth())
        .map_err(|error| error.to_string())
}

/// For connections that are not encrypted; the HTTP library wants one all the same.
fn trusting_nobody() -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_root_certificates(rustls::RootCertStore::empty()))
        .map(|builder| builder.with_no_client_auth())
        .map_err(|error| error.to_string())
}

/// Which step of sending failed.
fn send_failed(url: &Url, error: &reqwest::Error) -> FetchError {
    let host = url.host_str().unwrap_or("").to_owned();
    if let Some(tls) = find::<rustls::Error>(error) {
        return FetchError::Tls { host, detail: tls.to_string() };
    }
    if !error.is_connect() {
        return read_failed(error);
    }
    if error.is_timeout() {
        let seconds = CONNECT_TIME.as_secs();
        return FetchError::Timeout { what: "the connection", seconds };
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => FetchError::Refused { host },
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
            if url.scheme() == "https" =>
        {
            FetchError::Tls { host, detail: "the server ended the handshake".to_owned() }
        }
        _ => FetchError::Unreachable { host },
    }
}

/// Which step of reading an answer failed.
pub(super) fn read_failed(error: &reqwest::Error) -> FetchError {
    if let Some(inner) = find::<hyper::Error>(error) {
        // The library tells this one apart for servers only.
        if inner.is_parse() && inner.to_string().contains("too large") {
            return FetchError::TooLarge { what: "the head of the answer", limit: HEAD_BYTES };
        }
        if inner.is_parse() {
            return FetchError::BadAnswer { detail: inner.to_string() };
        }
        if inner.is_incomplete_message() {
            return FetchError::BrokenOff;
        }
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        // hyper's word for a chunk whose length is none.
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            FetchError::BadAnswer { detail: chain(error) }
        }
        Some(_) => FetchError::BrokenOff,
        None => FetchError::BadAnswer { detail: chain(error) },
    }
}

/// Bytes of an answer's head that the HTTP library reads; it also reads no more than 100 headers.
const HEAD_BYTES: usize = 400 << 10;

/// The first error of a kind in a chain, also where an `io::Error` wraps it.
fn find<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}
