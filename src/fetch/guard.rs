//! An address → where it may be connected to, or a refusal: never an address inside.
//!
//! The name is resolved once, here, and the connection goes to what was checked, so a name whose
//! answer changes in between gains nothing. Every redirect comes through here again.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;

use url::{Host, Url};

use super::error::FetchError;

/// Ports that pages are served on; another needs the operator's word for its address.
const PORTS: [u16; 2] = [80, 443];

/// Names that mean the machine or its network, whatever they resolve to.
const INSIDE_NAMES: [&str; 6] =
    ["localhost", "local", "internal", "localdomain", "lan", "home.arpa"];

/// The future of a [`LookUp`].
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Name → addresses.
pub trait LookUp: Send + Sync + fmt::Debug {
    /// All addresses of `host`.
    fn look_up(&self, host: &str) -> Looking;
}

/// The system's own resolver.
#[derive(Debug, Clone, Copy)]
pub struct SystemLookUp;

impl LookUp for SystemLookUp {
    fn look_up(&self, host: &str) -> Looking {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Whether an address belongs to the machine, its network, or nobody: whatever is not plainly
/// somewhere on the public internet.
///
/// The blocks are those of the IANA special-purpose registries that are not globally reachable, and
/// those that carry another address inside (mapped, compatible, translated, 6to4, Teredo), since a
/// gateway on the way may open them.
pub fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_inside_v4(address),
        IpAddr::V6(address) => is_inside_v6(address),
    }
}

fn is_inside_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // this network, private, loopback
        [0 | 10 | 127, ..] => true,
        // shared between a provider and its customers
        [100, 64..=127, ..] => true,
        // link-local, with the clouds' metadata
        [169, 254, ..] => true,
        [172, 16..=31, ..] | [192, 168, ..] => true,
        // protocol assignments, documentation, the old 6to4 relays
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        // benchmarking
        [198, 18 | 19, ..] => true,
        [198, 51, 100, _] | [203, 0, 113, _] => true,
        // metadata of two clouds that use addresses of their own
        [168, 63, 129, 16] => true,
        // multicast, reserved, broadcast
        [224..=255, ..] => true,
        _ => false,
    }
}

fn is_inside_v6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is given out as global unicast; all else is inside, special or nobody's. That
    // takes ::, ::1, mapped, compatible, 64:ff9b::, fc00::, fe80:: and ff00:: in one line.
    let segments = address.segments();
    match segments {
        [first, ..] if first & 0xe000 != 0x2000 => true,
        // protocol assignments with Teredo and ORCHID, documentation
        [0x2001, second, ..] if second < 0x0200 || second == 0x0db8 => true,
        // 6to4
        [0x2002, ..] => true,
        // documentation
        [0x3fff, second, ..] if second < 0x1000 => true,
        _ => false,
    }
}

/// Checks addresses before anything is sent.
#[derive(Debug)]
pub(super) struct Guard {
    /// Addresses inside that the operator allows all the same.
    pub allowed: Vec<SocketAddr>,
    pub look_up: std::sync::Arc<dyn LookUp>,
}

impl Guard {
    /// The addresses that `url` may be fetched from; one at least.
    pub async fn admit(&self, url: &Url) -> Result<Vec<SocketAddr>, FetchError> {
        check_form(url)?;
        let host = url.host_str().unwrap_or("");
        let port = url.port_or_known_default().unwrap_or(0);
        let found = match url.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            _ => self.look_up(url, host.trim_end_matches('.'), port).await?,
        };
        if found.is_empty() {
            return Err(FetchError::Dns { host: host.to_owned() });
        }
        let is_allowed = |address: &SocketAddr| self.allowed.contains(address);
        // What leads inside falls away; a name that leads nowhere else is refused.
        let outside: Vec<SocketAddr> = found
            .into_iter()
            .map(|address| SocketAddr::new(address, port))
            .filter(|address| is_allowed(address) || !is_inside(address.ip()))
            .collect();
        if outside.is_empty() {
            return Err(inside(host));
        }
        if !PORTS.contains(&port) && !outside.iter().all(is_allowed) {
            return Err(bad_port(url));
        }
        Ok(outside)
    }

    async fn look_up(&self, url: &Url, name: &str, port: u16) -> Result<Vec<IpAddr>, FetchError> {
        if is_inside_name(name) {
            return Err(inside(name));
        }
        // Nobody need be asked about a port that no answer would open.
        if !PORTS.contains(&port) && !self.allowed.iter().any(|allowed| allowed.port() == port) {
            return Err(bad_port(url));
        }
        let found = self.look_up.look_up(name).await;
        found.map_err(|_| FetchError::Dns { host: name.to_owned() })
    }
}

/// What can be told without asking anybody.
fn check_form(url: &Url) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(url, "only http and https are"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(url, "it carries a user name or password"));
    }
    if url.host_str().is_none_or(|host| host.trim_matches('.').is_empty()) {
        return Err(bad(url, "it has no host"));
    }
    Ok(())
}

fn is_inside_name(name: &str) -> bool {
    INSIDE_NAMES.iter().any(|inside| {
        name.strip_suffix(inside).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn inside(host: &str) -> FetchError {
    FetchError::InsideAddress { host: host.to_owned() }
}

fn bad_port(url: &Url) -> FetchError {
    bad(url, "only the ports 80 and 443 are")
}

fn bad(url: &Url, reason: &'static str) -> FetchError {
    let mut shown = url.clone();
    // Both fail only for addresses that cannot have them.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    FetchError::BadAddress { address: shown.as_str().chars().take(200).collect(), reason }
}
