//! Reads a second over HTTP, beside `pgbench` running the statements that the route sends.
//!
//! The service is a process of its own, asked by `wrk` over connections that stay open. What it
//! sends to Postgres is taken from Postgres's log and given to `pgbench` with the same values, as
//! many connections and prepared statements. Both sides take turns.

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use regex::Regex;

use support::{Server, connect, median};

/// How many reads a second the API answers, beside pgbench.
#[derive(Parser)]
struct Options {
    /// How many claims there are.
    #[arg(long, default_value_t = 100_000)]
    claims: u64,
    /// How often each side runs; the middle figure counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of one run.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// Connections of each side.
    #[arg(long, default_value_t = 4)]
    connections: u32,
    /// The folder of `pgbench`, where it is not in the path.
    #[arg(long, default_value = "/usr/lib/postgresql/15/bin")]
    pgbench: PathBuf,
    /// What `cargo bench` says to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

const DATABASE: &str = "reading";

/// What is read: a name, and the path with `{id}` for the id of any claim.
const READS: [(&str, &str); 5] = [
    ("one claim", "/v1/claims/{id}"),
    ("denied, English", "/v1/claims?status=denied&language=en&limit=50"),
    ("a common word", "/v1/claims?q=ferry&limit=50"),
    ("a rare word", "/v1/claims?q=barge+4711&limit=50"),
    ("a busy denier", "/v1/claims?denied_by=00000005-0000-7000-8000-000000000001&limit=50"),
];

/// The claim that the statements are taken with.
const SAMPLE: u64 = 4_711;

#[tokio::main]
async fn main() -> Result<()> {
    // The HTTP client wants a provider of encryption, though nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = Options::parse();
    let server = Server::start().await?;
    let url = server.fresh(DATABASE).await?;
    let made = include_str!("claims.sql").replace(":claims", &options.claims.to_string());
    connect(&url).await?.batch_execute(&made).await.context("claims.sql")?;
    connect(&url).await?.batch_execute("vacuum").await?;

    let mut scripts = Vec::new();
    for (_, path) in READS {
        scripts.push(statements_of(&server, &url, path, &options).await?);
    }
    let service = Service::start(&url)?;
    println!(
        "{} claims, {} connections, {} rounds of {} s; middle figures, then each round's",
        options.claims, options.connections, options.rounds, options.seconds
    );
    for ((name, path), script) in READS.into_iter().zip(&scripts) {
        // Connections and what they prepare are there before the time counts.
        wrk(&service, path, 1, &options)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            ours.push(wrk(&service, path, options.seconds, &options)?);
            theirs.push(pgbench(&url, script, &options)?);
        }
        let (our_rate, their_rate) = (median(ours.clone()), median(theirs.clone()));
        println!(
            "{name}: {our_rate:.0} reads/s {ours:.0?}, pgbench {their_rate:.0} {theirs:.0?}, ratio {:.2}",
            our_rate / their_rate
        );
    }
    Ok(())
}

/// `claimtrail serve` on a port of its own; ended when dropped.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(url: &str) -> Result<Self> {
        // Free a moment ago; nobody else on this machine is asking for it.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let process = Command::new(env!("CARGO_BIN_EXE_claimtrail"))
            .args(["serve", "--no-worker", "--log", "error", "--bind", &address])
            .env("DATABASE_URL", url)
            .stdout(Stdio::null())
            .spawn()?;
        let service = Service { process, address };
        let begun = Instant::now();
        while std::net::TcpStream::connect(&service.address).is_err() {
            ensure!(begun.elapsed() < Duration::from_secs(60), "the service does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(service)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The id that `claims.sql` gives a claim.
fn claim(number: u64) -> String {
    format!("00000006-0000-7000-8000-{number:012x}")
}

/// A script for pgbench with the values it is run with.
struct Script {
    text: String,
    values: Vec<(String, String)>,
}

/// What the service sends to Postgres for `path`.
async fn statements_of(
    server: &Server,
    url: &str,
    path: &str,
    options: &Options,
) -> Result<Script> {
    let client = connect(url).await?;
    client
        .batch_execute(&format!(
            "alter database {DATABASE} set log_statement = 'all';
             alter database {DATABASE} set log_error_verbosity = 'default'"
        ))
        .await?;
    let service = Service::start(url)?;
    let id = claim(SAMPLE);
    let answer = format!("http://{}{}", service.address, path.replace("{id}", &id));
    // The first time prepares, the second is what every later request does.
    reqwest::get(&answer).await?.error_for_status()?;
    let before = server.log()?.len();
    let body = reqwest::get(&answer).await?.error_for_status()?.text().await?;
    ensure!(body.contains("\"text\""), "{path} finds nothing");
    let log = server.log()?.split_off(before);
    client
        .batch_execute(&format!(
            "alter database {DATABASE} reset log_statement;
             alter database {DATABASE} reset log_error_verbosity"
        ))
        .await?;
    script(&log, &id, options)
}

/// The statements of a log, with variables for their parameters; the id of the sample becomes any
/// claim's.
fn script(log: &str, id: &str, options: &Options) -> Result<Script> {
    let entry = Regex::new(r"(?m)^\d{4}-\d\d-\d\d [^\[]*\[\d+\] (\w+):  ")?;
    let parameter = Regex::new(r"\$(\d+) = (?:'((?:[^']|'')*)'|NULL)")?;
    let placeholder = Regex::new(r"\$(\d+)")?;
    let any =
        "(('00000006-0000-7000-8000-' || lpad(to_hex(cast(:number as bigint)), 12, '0'))::uuid)";
    let mut script = Script {
        text: format!("\\set number random(1, {})\n", options.claims),
        values: Vec::new(),
    };
    let starts: Vec<_> = entry.captures_iter(log).collect();
    let mut statements: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).map_or(log.len(), |next| next.get(0).unwrap().start());
        let message = log[start.get(0).unwrap().end()..end].trim();
        match &start[1] {
            "LOG" => {
                let Some((_, sql)) =
                    message.strip_prefix("execute ").and_then(|m| m.split_once(": "))
                else {
                    continue;
                };
                // A statement must stand on one line of a script.
                statements.push((sql.split_whitespace().collect::<Vec<_>>().join(" "), Vec::new()));
            }
            "DETAIL" => {
                let Some((_, values)) = statements.last_mut() else { continue };
                for found in parameter.captures_iter(message) {
                    let value = found.get(2).map_or("", |value| value.as_str()).replace("''", "'");
                    values.push((found[1].to_owned(), value));
                }
            }
            _ => {}
        }
    }
    ensure!(!statements.is_empty(), "no statement in the log: {log}");
    for (number, (sql, values)) in statements.iter().enumerate() {
        let written = placeholder.replace_all(sql, |found: &regex::Captures<'_>| {
            let value = values.iter().find(|(name, _)| *name == found[1]).map(|(_, value)| value);
            match value {
                Some(value) if value == id => any.to_owned(),
                Some(value) if *value == format!("{{{id}}}") => format!("array[{any}]"),
                Some(value) => {
                    let name = format!("s{number}_{}", &found[1]);
                    if !script.values.iter().any(|(known, _)| *known == name) {
                        script.values.push((name.clone(), value.clone()));
                    }
                    format!(":{name}")
                }
                None => "null".to_owned(),
            }
        });
        script.text.push_str(&written);
        script.text.push_str(";\n");
    }
    Ok(script)
}

fn wrk(service: &Service, path: &str, seconds: u32, options: &Options) -> Result<f64> {
    let lua = tempfile::NamedTempFile::new()?;
    fs::write(
        &lua,
        format!(
            "math.randomseed(os.time())
             request = function()
                 local id = string.format('00000006-0000-7000-8000-%012x', math.random({}))
                 return wrk.format(nil, (string.gsub('{path}', '{{id}}', id)))
             end",
            options.claims
        ),
    )?;
    let output = Command::new("wrk")
        .args(["-t1", "--timeout", "30s", "-c", &options.connections.to_string()])
        .args(["-d", &seconds.to_string(), "-s"])
        .arg(lua.path())
        .arg(format!("http://{}", service.address))
        .output()
        .context("wrk is needed: apt-get install wrk")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{path}: {text}");
    figure(r"Requests/sec:\s+([\d.]+)", &text)
}

fn pgbench(url: &str, script: &Script, options: &Options) -> Result<f64> {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(&file, &script.text)?;
    let beside = options.pgbench.join("pgbench");
    let program = if beside.exists() { beside } else { PathBuf::from("pgbench") };
    let mut command = Command::new(program);
    command.args(["-n", "-M", "prepared", "-j1", "-c", &options.connections.to_string()]);
    command.args(["-T", &options.seconds.to_string(), "-f"]).arg(file.path());
    for (name, value) in &script.values {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    let output = command.arg(url).output().context("pgbench is needed")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("pgbench: {}\n{}", String::from_utf8_lossy(&output.stderr), script.text);
    }
    figure(r"tps = ([\d.]+)", &text)
}

fn figure(pattern: &str, text: &str) -> Result<f64> {
    let found = Regex::new(pattern)?.captures(text).with_context(|| text.to_owned())?;
    Ok(found[1].parse()?)
}
