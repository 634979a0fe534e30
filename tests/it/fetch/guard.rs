//! No address inside is ever connected to, however it is written and whoever leads there.

use std::net::IpAddr;

use claimtrail::fetch::{FetchOptions, Fetched, Fetcher, is_inside};

use super::fetcher;
use crate::support::site::{Names, Site, say};

const PAGE: &[u8] = b"<p>The Harbour Board denied that the ferry had sunk.</p>";

/// Addresses inside, in as many ways as they can be written.
const INSIDE: &[&str] = &[
    "http://127.0.0.1/",
    "http://127.8.8.8/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0X7F.0x0.0x0.0x1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/",
    "http://１２７.０.０.１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "https://127.0.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://0.1.2.3/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://0xa.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://3232235777/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xA9FEA9FE/",
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://168.63.129.16/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://router.home.arpa/",
];

#[tokio::test]
async fn no_form_of_an_address_inside_is_fetched() {
    let fetcher = Fetcher::new(FetchOptions::default()).unwrap();
    assert!(INSIDE.len() >= 30);
    for form in INSIDE {
        let error = fetcher.fetch(&form.parse().unwrap(), &Default::default()).await.unwrap_err();
        assert_eq!(error.name(), "inside_address", "{form}");
    }
}

#[tokio::test]
async fn other_schemes_ports_and_passwords_are_refused() {
    let names = Names::new(&[("n.test", &[&["8.8.8.8"]])]);
    let fetcher = Fetcher::new(FetchOptions { look_up: names, ..FetchOptions::default() }).unwrap();
    for form in [
        "ftp://n.test/a",
        "file:///etc/hosts",
        "gopher://n.test/",
        "data:text/html,a",
        "http://user:secret@n.test/",
        "http://n.test@127.0.0.1/",
        "http://n.test:22/",
        "https://n.test:6379/",
        "http://n.test:8080/",
    ] {
        let error = fetcher.fetch(&form.parse().unwrap(), &Default::default()).await.unwrap_err();
        assert_eq!(error.name(), "bad_address", "{form}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn addresses_outside_are_outside() {
    for outside in [
        "1.1.1.1",
        "8.8.8.8",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "169.253.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.1.1",
        "198.17.255.255",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
        "2003::1",
    ] {
        assert!(!is_inside(outside.parse::<IpAddr>().unwrap()), "{outside}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_after_resolution() {
    let names = Names::new(&[
        ("four.test", &[&["127.0.0.1"]]),
        ("six.test", &[&["::1"]]),
        ("mapped.test", &[&["::ffff:10.0.0.1"]]),
        ("mixed.test", &[&["192.168.0.1", "fd00::1", "169.254.169.254"]]),
    ]);
    let fetcher = Fetcher::new(FetchOptions { look_up: names, ..FetchOptions::default() }).unwrap();
    for name in ["four.test", "six.test", "mapped.test", "mixed.test"] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{name}/").parse().unwrap();
            let error = fetcher.fetch(&url, &Default::default()).await.unwrap_err();
            assert_eq!(error.name(), "inside_address", "{url}");
        }
    }
}

/// An allowed port of an address does not allow the address's other ports, nor its neighbours.
#[tokio::test]
async fn what_the_operator_allows_is_one_address_and_port() {
    let site =
        Site::start(|_, mut stream| async move { say(&mut stream, "200 OK", PAGE).await }).await;
    let fetcher = fetcher(&site, Names::new(&[]));
    let port = site.address.port();
    assert!(fetcher.fetch(&site.url("127.0.0.1", "/"), &Default::default()).await.is_ok());
    for other in [format!("http://127.0.0.2:{port}/"), "http://127.0.0.1:80/".to_owned()] {
        let error = fetcher.fetch(&other.parse().unwrap(), &Default::default()).await.unwrap_err();
        assert_eq!(error.name(), "inside_address", "{other}");
    }
}

#[tokio::test]
async fn the_connection_goes_to_what_was_checked() {
    let site =
        Site::start(|_, mut stream| async move { say(&mut stream, "200 OK", PAGE).await }).await;
    // The name's first answer has one place outside among others; asked again it would lead inside.
    let flipping: &[&[&str]] = &[&["10.0.0.1", "127.0.0.1", "::1"], &["10.0.0.1"]];
    let names = Names::new(&[("flip.test", flipping)]);
    let fetcher = fetcher(&site, names.clone());
    let fetched = fetcher.fetch(&site.url("flip.test", "/a"), &Default::default()).await;
    assert!(matches!(fetched, Ok(Fetched::Page(page)) if page.bytes == PAGE));
    // For robots.txt and the page together.
    assert_eq!(names.asked(), 1);
    let error = fetcher.fetch(&site.url("flip.test", "/b"), &Default::default()).await.unwrap_err();
    assert_eq!(error.name(), "inside_address");
}
