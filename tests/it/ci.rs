//! What the README promises is what `.ci/run` checks.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The last line of the script that is a command.
fn last_command(script: &str) -> &str {
    script.lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with('#')).unwrap()
}

/// The fenced blocks of a Markdown text.
fn blocks(markdown: &str) -> Vec<Vec<&str>> {
    let parts = markdown.split("\n```").skip(1).step_by(2);
    parts.map(|block| block.lines().skip(1).collect()).collect()
}

#[test]
fn ci_ends_with_the_test_command_of_the_readme() {
    let (script, readme) = (read(".ci/run"), read("README.md"));
    let command = last_command(&script);
    assert!(command.starts_with("cargo test "), "{command}");
    assert!(
        blocks(&readme).contains(&vec![command]),
        "README.md has no block that is just `{command}`"
    );
}

#[test]
fn every_step_builds_what_the_lock_file_says() {
    let script = read(".ci/run");
    let building = ["cargo clippy", "cargo doc", "cargo test", "cargo build", "cargo run"];
    let mut steps = 0;
    for line in script.lines().filter(|line| building.iter().any(|verb| line.contains(verb))) {
        if !line.contains("--version") {
            assert!(line.contains(" --locked"), "{line}");
            steps += 1;
        }
    }
    assert!(steps >= 4, "only {steps} steps were looked at");
}
