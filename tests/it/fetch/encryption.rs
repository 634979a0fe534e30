//! Encrypted servers: whose certificates are believed, and whose are not.

use claimtrail::fetch::{FetchOptions, Fetched, Fetcher, Known};

use super::options;
use crate::support::encryption::{Authority, Door};
use crate::support::site::{Names, Site, say};

const PAGE: &[u8] = b"<p>The Harbour Board denied that the ferry had sunk.</p>";

async fn site() -> Site {
    Site::start(|request, mut stream| async move {
        let body = if request.path == "/robots.txt" { b"" } else { PAGE };
        say(&mut stream, "200 OK\r\nContent-Type: text/html", body).await;
    })
    .await
}

/// What a fetcher that trusts `authority` gets through a door, by name.
async fn through(door: &Door, site: &Site, authority: Option<&Authority>) -> String {
    let options = options(site, Names::new(&[]));
    let fetcher = Fetcher::new(FetchOptions {
        allow: vec![door.address],
        trusted: authority.iter().map(|it| it.certificate()).collect(),
        ..options
    });
    match fetcher.unwrap().fetch(&door.url("n.test", "/a"), &Known::new()).await {
        Ok(Fetched::Page(page)) => {
            assert_eq!((page.url.scheme(), page.bytes.as_slice()), ("https", PAGE));
            "page".to_owned()
        }
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("{}: {error}", error.name()),
    }
}

#[tokio::test]
async fn a_page_behind_a_valid_certificate_is_read_and_every_other_certificate_refused() {
    let (site, authority) = (site().await, Authority::new());
    let good = authority.door(&site, "n.test", 2090).await;
    assert_eq!(through(&good, &site, Some(&authority)).await, "page");

    let unknown = through(&good, &site, None).await;
    assert!(unknown.starts_with("tls: ") && unknown.contains("UnknownIssuer"), "{unknown}");
    // An authority of the same name is not the same authority.
    let other = through(&good, &site, Some(&Authority::new())).await;
    assert!(other.starts_with("tls: "), "{other}");

    let of_another = authority.door(&site, "other.test", 2090).await;
    let name = through(&of_another, &site, Some(&authority)).await;
    assert!(name.starts_with("tls: ") && name.contains("not valid for name"), "{name}");
    let ended = authority.door(&site, "n.test", 2020).await;
    let expired = through(&ended, &site, Some(&authority)).await;
    assert!(expired.starts_with("tls: ") && expired.contains("expired"), "{expired}");
}
