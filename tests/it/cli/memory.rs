//! The memory of the built binary, whatever comes in.

use std::io::{BufRead, BufReader};
use std::process::{Child, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;

use super::archives::{captured, write};
use super::{claimtrail, stderr, stdout};
use crate::support::database::TestDatabase;
use crate::support::newsroom::Newsroom;

/// The most memory that a process had, in kilobytes, while `work` lasted.
///
/// Looked at all the while it lives: what has ended tells nothing any more.
fn peak_during<T>(process: u32, work: impl FnOnce() -> T) -> (u64, T) {
    let status = format!("/proc/{process}/status");
    let most = || -> Option<u64> {
        let status = std::fs::read_to_string(&status).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut highest = 0;
            while !ended.load(Ordering::Relaxed) {
                highest = highest.max(most().unwrap_or(0));
                std::thread::sleep(Duration::from_millis(2));
            }
            highest
        });
        let came = work();
        ended.store(true, Ordering::Relaxed);
        (watch.join().unwrap(), came)
    })
}

/// The most memory that `child` had until it ended, and what it said.
fn peak_of(child: Child) -> (u64, Output) {
    let id = child.id();
    peak_during(id, || child.wait_with_output().unwrap())
}

#[test]
fn memory_does_not_grow_with_the_archive_or_its_records() {
    // Pages of the largest size there may be, most of which is no article, and one after the other.
    let filler = format!("<!-- {} -->", "x".repeat(12 << 20));
    let page = |at: usize| {
        let words = format!("The port denied on Monday that pier {at} had sunk.");
        captured(&format!("https://quay.test/{at}"), "Pier", &[&words, &filler])
    };
    let archive: Vec<u8> = (0..12).flat_map(page).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "large.warc.gz", &archive);
    let mut child =
        claimtrail(&["extract", "--threads", "4", &path]).stdout(Stdio::piped()).spawn().unwrap();
    let output = child.stdout.take().unwrap();
    // The answers may still lie in the pipe when it has ended.
    let (kilobytes, answers) = peak_during(child.id(), || {
        let answers = BufReader::new(output).lines().map(Result::unwrap);
        answers.inspect(|answer| assert!(answer.contains("denied"))).count()
    });
    assert!(child.wait().unwrap().success());
    assert_eq!(answers, 12);
    // The archive unpacks to 150 MB, and four pages at once would take more; some 60 are the program's own
    // tables and patterns.
    assert!((1_000..340_000).contains(&kilobytes), "{kilobytes} kB");
}

#[derive(Deserialize)]
struct RuleFile {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    examples: Vec<String>,
    counterexamples: Vec<String>,
}

/// Pages of the feed; after half of them every thread has met every rule.
const PAGES: usize = 120;

/// Kilobytes that it may take. Where each of the eight keeps its own, it is 330,000; else 220,000.
const MOST: u64 = 280_000;

/// Every line that the rules of these files show, the brackets around cues taken off.
fn shown(files: &[&str]) -> Vec<String> {
    let rules = files.iter().flat_map(|file| toml::from_str::<RuleFile>(file).unwrap().rule);
    rules
        .flat_map(|rule| rule.examples.into_iter().chain(rule.counterexamples))
        .map(|line| line.replace(['[', ']'], ""))
        .collect()
}

#[tokio::test]
async fn memory_does_not_grow_with_the_threads_that_met_a_rule() {
    let lines = shown(&[
        include_str!("../../../src/ingest/lines.toml"),
        include_str!("../../../src/ingest/lines_languages.toml"),
        include_str!("../../../src/pipeline/lexicon/corrections.toml"),
    ]);
    // Each page holds what a fifth of the rules look at, and stands in one of the languages of notes.
    let room = Newsroom::new().await;
    let listed: Vec<(usize, &str)> = (0..PAGES).map(|number| (number, "")).collect();
    for number in 0..PAGES {
        let lines = lines.iter().skip(number % 5).step_by(5);
        let paragraphs: String = lines.map(|line| format!("<p>{line}</p>")).collect();
        let language = ["en", "de", "fr", "es"][number % 4];
        let page = format!(
            "<html lang={language}><head><title>Pier {number}</title></head><body><article><p>The \
             Harbour Board of Lorne denied on Monday that pier {number} had sunk, and said that \
             the boats would go out.</p>{paragraphs}</article></body></html>"
        );
        room.put(&format!("/{number}"), "200 OK\r\nContent-Type: text/html; charset=utf-8", page);
    }
    room.list(&listed);
    let database = TestDatabase::new().await;
    let run = |action: &str, more: &[&str]| {
        let fixed = ["feeds", action, "--log", "warn", "--database-url", database.url()];
        let arguments: Vec<&str> = fixed.iter().copied().chain(more.iter().copied()).collect();
        let mut command = claimtrail(&arguments);
        command.args(room.flags()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let ended = async |child: Child| {
        tokio::task::spawn_blocking(move || {
            let (kilobytes, output) = peak_of(child);
            assert!(output.status.success(), "{}", stderr(&output));
            (kilobytes, output)
        })
        .await
        .unwrap()
    };
    ended(run("add", &[&room.url("/feed")])).await;
    let (kilobytes, output) = ended(run("run", &["--once", "--workers", "8"])).await;
    assert!(stdout(&output).contains(&format!("{PAGES} new of {PAGES}")), "{}", stdout(&output));
    assert!((1_000..MOST).contains(&kilobytes), "{kilobytes} kB");
}
