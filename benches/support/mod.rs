//! A Postgres of the bench's own, as durable as the service's, and what its processes cost.

// Each bench uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use claimtrail::postgres::{Options, PrivatePostgres};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// The database that fresh ones are copied from.
const TEMPLATE: &str = "template_claimtrail";

/// A private Postgres with durable commits; it and its folder end with the value.
pub struct Server {
    postgres: PrivatePostgres,
    folder: TempDir,
}

impl Server {
    /// Starts it and prepares a migrated template.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("claimtrail-bench-").tempdir()?;
        let options = Options {
            data_dir: folder.path().join("data"),
            bin_dir: None,
            cache_dir: folder.path().join("cache"),
            durable: true,
        };
        let postgres =
            tokio::task::spawn_blocking(move || PrivatePostgres::start(&options)).await??;
        let server = Server { postgres, folder };
        server.execute(&format!("create database {TEMPLATE}")).await?;
        claimtrail::store::migrate(&server.database(TEMPLATE)).await?;
        Ok(server)
    }

    /// The address of a database.
    pub fn database(&self, name: &str) -> String {
        let url = self.postgres.url();
        let server = url.rsplit_once('/').map_or(url, |(server, _)| server);
        format!("{server}/{name}")
    }

    /// A database with every table and no row, under this name, whatever was there before.
    pub async fn fresh(&self, name: &str) -> Result<String> {
        self.execute(&format!("drop database if exists {name} with (force)")).await?;
        self.execute(&format!("create database {name} template {TEMPLATE}")).await?;
        self.execute("checkpoint").await?;
        Ok(self.database(name))
    }

    async fn execute(&self, sql: &str) -> Result<()> {
        let (client, connection) = tokio_postgres::connect(self.postgres.url(), NoTls).await?;
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.with_context(|| sql.to_owned())?;
        drop(client);
        // Gone means gone: a template that somebody is connected to cannot be copied.
        Ok(connection.await??)
    }

    /// What Postgres has logged.
    pub fn log(&self) -> Result<String> {
        let file = self.folder.path().join("data/postgres.log");
        fs::read_to_string(&file).with_context(|| file.display().to_string())
    }

    /// CPU seconds that Postgres has used, all its processes together, ended ones too.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let file = self.folder.path().join("data/postgres/postmaster.pid");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let postmaster: u32 = text.lines().next().unwrap_or_default().trim().parse()?;
        let mut total = Ticks::of(postmaster)?.with_ended_children();
        for process in processes()? {
            // A process that ends meanwhile is counted with its parent the next time.
            if let Ok(ticks) = Ticks::of(process)
                && ticks.parent == postmaster
            {
                total += ticks.own;
            }
        }
        Ok(seconds(total))
    }
}

/// A connection for plain SQL.
pub async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// CPU seconds that this process has used.
pub fn own_cpu_seconds() -> Result<f64> {
    Ok(seconds(Ticks::of(std::process::id())?.own))
}

/// The middle one.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What `/proc` tells of a process, in ticks.
struct Ticks {
    parent: u32,
    own: u64,
    ended_children: u64,
}

impl Ticks {
    fn of(process: u32) -> Result<Self> {
        let stat = fs::read_to_string(PathBuf::from(format!("/proc/{process}/stat")))?;
        // The name stands in brackets and may hold anything; the fields follow the last one.
        let (_, fields) = stat.rsplit_once(')').context("no name in stat")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |place: usize| -> Result<u64> {
            Ok(fields.get(place).context("stat is short")?.parse::<u64>()?)
        };
        Ok(Ticks {
            parent: u32::try_from(number(1)?)?,
            own: number(11)? + number(12)?,
            ended_children: number(13)? + number(14)?,
        })
    }

    fn with_ended_children(&self) -> u64 {
        self.own + self.ended_children
    }
}

fn processes() -> Result<impl Iterator<Item = u32>> {
    let entries = fs::read_dir(Path::new("/proc"))?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()))
}

/// Linux counts the time of processes in hundredths of a second for every program.
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / 100.0
}
