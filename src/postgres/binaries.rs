//! A machine → the folder with `initdb` and `postgres` on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Options;
use super::account::Account;
use super::error::Error;

/// Where packages of Debian and its relatives put each version's programs, outside of `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A folder that holds a server, and which major version it is.
#[derive(Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    fn at(folder: PathBuf, account: &Account) -> Result<Self, Error> {
        if let Some(missing) = missing(&folder) {
            return Err(Error::BinFolder { folder, missing });
        }
        let program = folder.join("postgres");
        let output = account
            .command(&program)
            .arg("--version")
            .output()
            .map_err(|error| account.explain(&program, error))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        match major(&said) {
            Some(major) => Ok(Self { folder, major }),
            None => Err(Error::Version { program, said }),
        }
    }
}

/// The binaries to use: the folder that was named, or the first one found that fits the version which
/// made the data folder.
pub(super) fn find(
    options: &Options,
    account: &Account,
    made_by: Option<u32>,
) -> Result<Binaries, Error> {
    let fits = |binaries: &Binaries| made_by.is_none_or(|wanted| wanted == binaries.major);
    let refuse = |made_by: u32, found: u32| Error::OtherMajor {
        folder: options.data_dir.clone(),
        made_by,
        found,
    };
    if let Some(folder) = &options.bin_dir {
        let binaries = Binaries::at(folder.clone(), account)?;
        return match made_by {
            Some(made_by) if made_by != binaries.major => Err(refuse(made_by, binaries.major)),
            _ => Ok(binaries),
        };
    }
    let mut other = None;
    for folder in installed() {
        match Binaries::at(folder, account) {
            Ok(binaries) if fits(&binaries) => return Ok(binaries),
            Ok(binaries) => other = other.or(Some(binaries.major)),
            // One broken installation must not hide a good one; what was skipped can be read in the log.
            Err(error) => tracing::warn!(%error, "skipped a Postgres that does not run"),
        }
    }
    match (made_by, other) {
        (Some(made_by), Some(found)) => Err(refuse(made_by, found)),
        _ => Err(Error::NoBinaries),
    }
}

/// Folders of this machine that hold a server, the likeliest first.
fn installed() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        pg_config().into_iter().chain(versions(Path::new(DEBIAN))).collect();
    folders.retain(|folder| missing(folder).is_none());
    let mut seen = std::collections::BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    folders
}

/// The program that the folder lacks to be one of ours. Debian's libpq-dev has a `pg_config` that names a
/// folder without a server, so being named is not enough.
fn missing(folder: &Path) -> Option<&'static str> {
    ["initdb", "postgres"].into_iter().find(|program| !folder.join(program).is_file())
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !said.trim().is_empty()).then(|| PathBuf::from(said.trim()))
}

/// The `bin` folders below a folder of versions, the newest first.
fn versions(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// The major version in the answer to `postgres --version`: `postgres (PostgreSQL) 15.18 (Debian …)`,
/// and for one to come `postgres (PostgreSQL) 19beta1`.
fn major(said: &str) -> Option<u32> {
    let version = said.trim().strip_prefix("postgres (PostgreSQL) ")?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version_of_releases_and_betas() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major("postgres (PostgreSQL) next\n"), None);
        assert_eq!(major("psql (PostgreSQL) 15.18\n"), None);
    }

    #[test]
    fn orders_versions_by_number_and_skips_other_names() {
        let root = tempfile::tempdir().unwrap();
        for name in ["9", "15", "17", "common"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let found = versions(root.path());
        assert_eq!(found, ["17", "15", "9"].map(|name| root.path().join(name).join("bin")));
    }
}
