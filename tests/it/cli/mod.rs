//! The built binary, run as a user runs it.

mod addresses;
mod archives;
mod evaluate;
mod export;
mod extract;
mod feeds;
mod find_match;
mod import_reviews;
mod index_file;
mod ingest;
mod kills;
mod load;
mod memory;
mod redact;
mod reprocess;
mod restarts;
mod serve;
mod spark;

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The program, without the variables of whoever runs the tests.
fn claimtrail(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimtrail"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLAIMTRAIL_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    // The encoder takes its time where it is not optimised; the tests that are about it ask for it.
    command.env("CLAIMTRAIL_GEAR", "fast").args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program to its end with `input` on standard input.
fn run_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = claimtrail(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        // Beside the reading, since both pipes may fill. A program that has seen enough closes its end.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().expect("the program ends")
    })
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("UTF-8 on standard output")
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("UTF-8 on standard error")
}
