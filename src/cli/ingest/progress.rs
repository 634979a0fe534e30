//! How far a run is: a bar on a terminal, a line every few seconds elsewhere.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line tells the progress where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How often the bar is drawn anew, a second.
const DRAWN: u8 = 4;

/// Before that, a rate says nothing about the time left.
const RATE_KNOWN: Duration = Duration::from_secs(2);

/// Tells how far a run is.
pub struct Progress {
    bar: Option<ProgressBar>,
    told: Instant,
    begun: Instant,
    /// Bytes of all files; `None` where there is standard input among them.
    total: Option<u64>,
    /// Bytes that were behind us at the first document: what an earlier run has read takes no time.
    passed: Option<u64>,
    /// Bytes of the files behind the one under way.
    behind: u64,
    /// Bytes of the file under way.
    read: u64,
    documents: u64,
}

impl Progress {
    /// Of a run over `total` bytes.
    pub fn new(total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(DRAWN);
            let bar = ProgressBar::with_draw_target(total, target);
            let template = if total.is_some() { "{bar:30} {percent:>3}% {msg}" } else { "{msg}" };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
        let now = Instant::now();
        Progress {
            bar,
            told: now,
            begun: now,
            total,
            passed: None,
            behind: 0,
            read: 0,
            documents: 0,
        }
    }

    /// Passes over a file of so many bytes.
    pub fn pass_file(&mut self, bytes: u64) {
        self.behind += bytes;
        if let Some(passed) = &mut self.passed {
            *passed += bytes;
        }
    }

    /// A document is done; of its file, `read` bytes are behind it.
    pub fn document(&mut self, read: u64) {
        self.documents += 1;
        self.passed_over(read);
    }

    /// Something that is no document is passed over; of its file, `read` bytes are behind it.
    pub fn passed_over(&mut self, read: u64) {
        self.read = read;
        self.passed.get_or_insert(self.behind + read);
        self.tell();
    }

    /// The file under way, of so many bytes, is done.
    pub fn file(&mut self, bytes: u64) {
        self.behind += bytes;
        self.read = 0;
    }

    /// Prints a line for people, above the bar where there is one.
    pub fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("claimtrail: {line}")),
            None => eprintln!("claimtrail: {line}"),
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn tell(&mut self) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(self.behind + self.read);
                bar.set_message(self.sentence(self.begun.elapsed()));
            }
            None if self.told.elapsed() >= LINE_EVERY => {
                self.told = Instant::now();
                tracing::info!("{}", self.sentence(self.begun.elapsed()));
            }
            None => {}
        }
    }

    /// “1200 documents, 56 a second, 12.3 of 45.6 MB, 3 min left”.
    fn sentence(&self, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs_f64().max(0.001);
        let mut sentence = format!(
            "{} documents, {:.0} a second",
            self.documents,
            self.documents as f64 / seconds
        );
        let done = self.behind + self.read;
        let Some(total) = self.total else {
            let _ = write!(sentence, ", {:.1} MB", megabytes(done));
            return sentence;
        };
        let _ = write!(sentence, ", {:.1} of {:.1} MB", megabytes(done), megabytes(total));
        let here = done.saturating_sub(self.passed.unwrap_or(done));
        if here > 0 && elapsed >= RATE_KNOWN {
            let left = total.saturating_sub(done) as f64 * seconds / here as f64;
            let _ = write!(sentence, ", {} left", roughly(left));
        }
        sentence
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// A time in the one unit that people would say it in.
fn roughly(seconds: f64) -> String {
    match seconds {
        left if left < 90.0 => format!("{left:.0} s"),
        left if left < 5400.0 => format!("{:.0} min", left / 60.0),
        left => format!("{:.1} h", left / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half(total: Option<u64>) -> Progress {
        let mut progress = Progress::new(total);
        progress.document(2_000_000);
        progress.file(4_000_000);
        progress.pass_file(1_000_000);
        progress.document(1_000_000);
        progress
    }

    #[test]
    fn tells_rate_bytes_and_time_left() {
        // Of six million bytes behind us three took their time; the four to come take theirs.
        let sentence = half(Some(10_000_000)).sentence(Duration::from_secs(180));
        assert_eq!(sentence, "2 documents, 0 a second, 6.0 of 10.0 MB, 4 min left");
        let sentence = half(Some(10_000_000)).sentence(Duration::from_secs(1));
        assert_eq!(sentence, "2 documents, 2 a second, 6.0 of 10.0 MB");
    }

    #[test]
    fn knows_no_end_of_standard_input() {
        let sentence = half(None).sentence(Duration::from_secs(2));
        assert_eq!(sentence, "2 documents, 1 a second, 6.0 MB");
    }

    #[test]
    fn names_times_in_the_unit_people_use() {
        let said = [0.4, 89.0, 91.0, 5399.0, 9000.0].map(roughly);
        assert_eq!(said, ["0 s", "89 s", "2 min", "90 min", "2.5 h"]);
    }
}
