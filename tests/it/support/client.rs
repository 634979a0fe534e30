//! A client for services on loopback.

use rustls::{ClientConfig, RootCertStore};

/// A client that trusts nobody: nothing on loopback is encrypted, and `reqwest::Client::new` would
/// want a provider of encryption that the whole process shares.
pub fn client() -> reqwest::Client {
    builder().build().unwrap()
}

/// The same, showing redirects instead of following them.
pub fn unfollowing() -> reqwest::Client {
    builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn builder() -> reqwest::ClientBuilder {
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}
