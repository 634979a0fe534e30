//! `claimtrail ingest` with addresses, against a site on loopback.

use std::process::Output;

use super::{run_with_input, stderr, stdout};
use crate::support::database::TestDatabase;
use crate::support::encryption::Authority;
use crate::support::newsroom::Newsroom;

const WORDS: &str = "The Harbour Board denied that the pier had sunk.";

async fn ingest(database: &TestDatabase, room: &Newsroom, more: &[&str]) -> Output {
    let fixed = ["ingest", "--log", "warn", "--database-url", database.url()].map(str::to_owned);
    let more = more.iter().map(|argument| (*argument).to_owned());
    let arguments: Vec<String> = fixed.into_iter().chain(room.flags()).chain(more).collect();
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run_with_input(&arguments, b"")
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test]
async fn pages_are_fetched_and_those_that_fail_are_named() {
    let room = Newsroom::new().await;
    room.publish(1, WORDS);
    room.publish(2, WORDS);
    room.put("/inside", "302 Found\r\nLocation: http://169.254.169.254/", "");
    let database = TestDatabase::new().await;
    let (one, two) = (room.url("/1"), room.url("/2"));
    let first =
        ingest(&database, &room, &[&one, &room.url("/missing"), &room.url("/inside"), &two]).await;
    let counts = "4 addresses: 2 created, 0 revised, 0 unchanged, 0 removed, 2 refused\n";
    assert_eq!(stdout(&first), counts, "{}", stderr(&first));
    assert_eq!(first.status.code(), Some(3));
    assert!(stderr(&first).contains("/missing: http_404: "), "{}", stderr(&first));
    assert!(stderr(&first).contains("/inside: inside_address: "), "{}", stderr(&first));

    // Again, with other words at one address, nothing any more at the other, and a file.
    room.publish(1, "The Harbour Board said that the pier had sunk.");
    room.put("/2", "410 Gone", "");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.txt");
    std::fs::write(&file, "A text of its own.").unwrap();
    let again = ingest(&database, &room, &[&one, file.to_str().unwrap(), &two]).await;
    assert!(again.status.success(), "{}", stderr(&again));
    let lines: Vec<&str> = stdout(&again).lines().collect();
    assert!(lines[0].starts_with("1 documents: 1 created"), "{lines:?}");
    assert_eq!(lines[1], "2 addresses: 0 created, 1 revised, 0 unchanged, 1 removed, 0 refused");
    let third = ingest(&database, &room, &[&one]).await;
    assert!(stdout(&third).contains("1 unchanged"), "{}", stdout(&third));
}

#[tokio::test]
async fn a_page_of_a_server_whose_authority_stands_in_a_file_is_fetched() {
    let room = Newsroom::new().await;
    room.publish(1, WORDS);
    let authority = Authority::new();
    let door = authority.door(&room.site, "127.0.0.1", 2090).await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let known = write("authority.pem", &authority.pem());
    let (empty, broken) = (write("empty.pem", "none"), write("broken.pem", BROKEN));
    let database = TestDatabase::new().await;
    let (address, url) = (door.address.to_string(), door.url("127.0.0.1", "/1"));
    let fetched = |more: Vec<String>| {
        let more: Vec<String> = ["--fetch-allow", &address, url.as_str()]
            .map(str::to_owned)
            .into_iter()
            .chain(more)
            .collect();
        let (database, room) = (&database, &room);
        async move {
            let more: Vec<&str> = more.iter().map(String::as_str).collect();
            ingest(database, room, &more).await
        }
    };
    let refused = fetched(Vec::new()).await;
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains("/1: tls: "), "{}", stderr(&refused));
    let read = fetched(vec!["--fetch-ca".to_owned(), known]).await;
    assert!(stdout(&read).starts_with("1 addresses: 1 created"), "{}", stderr(&read));
    for (file, told) in [
        (empty, "there is no certificate in it"),
        (broken, "--fetch-ca"),
        ("/nowhere.pem".to_owned(), "--fetch-ca"),
    ] {
        let output = fetched(vec!["--fetch-ca".to_owned(), file.clone()]).await;
        assert_eq!(output.status.code(), Some(2), "{file}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{file}: {}", stderr(&output));
    }
}

/// A certificate that is none.
const BROKEN: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

#[tokio::test]
async fn nothing_is_fetched_where_that_is_switched_off_and_nothing_that_is_no_address() {
    let room = Newsroom::new().await;
    let database = TestDatabase::new().await;
    let off = ingest(&database, &room, &["--no-fetch", &room.url("/1")]).await;
    assert_eq!(off.status.code(), Some(3));
    assert!(stderr(&off).contains("fetching_off"), "{}", stderr(&off));
    assert_eq!(room.asked("/1"), 0);
    let broken = ingest(&database, &room, &["https://"]).await;
    assert_eq!(broken.status.code(), Some(1), "{}", stderr(&broken));
    assert!(stderr(&broken).contains("is not an address"), "{}", stderr(&broken));
}
