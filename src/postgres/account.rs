//! The account that the server runs under: Postgres refuses to run as root.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, fchown, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::error::{Error, file};

/// Who runs the server.
#[derive(Debug, Clone)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    /// Whether this program is root and becomes that account to run the server.
    switched: bool,
}

impl Account {
    /// This program's own account, unless it is root: then the owner of an existing cluster, else
    /// `postgres`, else `nobody`.
    pub(super) fn for_server(cluster: &Path) -> Result<Self, Error> {
        let (uid, gid) = own_ids();
        if uid != 0 {
            return Ok(Self { name: uid.to_string(), uid, gid, switched: false });
        }
        match fs::symlink_metadata(cluster) {
            Ok(found) if found.uid() != 0 => {
                let (uid, gid) = (found.uid(), found.gid());
                return Ok(Self { name: uid.to_string(), uid, gid, switched: true });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(file("read", cluster)(error)),
        }
        // A machine without /etc/passwd still knows the numbers of `nobody`.
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (name, (uid, gid)) = ["postgres", "nobody"]
            .iter()
            .find_map(|name| Some((*name, ids(&passwd, name)?)))
            .unwrap_or(("nobody", (65_534, 65_534)));
        Ok(Self { name: name.to_owned(), uid, gid, switched: true })
    }

    /// A command that runs under this account, from a folder it can enter, in English.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("LC_ALL", "C");
        for variable in ["PGDATA", "PGPORT", "PGDATESTYLE", "PGTZ", "PGOPTIONS", "PGCLIENTENCODING"]
        {
            command.env_remove(variable);
        }
        if self.switched {
            // The standard library also clears the supplementary groups here.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Hands a file or folder that we just made to this account.
    pub(super) fn give(&self, path: &Path) -> Result<(), Error> {
        if self.switched {
            lchown(path, Some(self.uid), Some(self.gid)).map_err(file("hand over", path))?;
        }
        Ok(())
    }

    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// `error` of starting a program, with the likely reason when this account may not use it.
    pub(super) fn explain(&self, program: &Path, error: io::Error) -> Error {
        if self.switched && error.kind() == io::ErrorKind::PermissionDenied {
            return Error::Unreachable { account: self.name.clone(), path: program.to_owned() };
        }
        Error::Spawn { program: program.to_owned(), source: error }
    }
}

/// This program's user and group.
pub(super) fn own_ids() -> (u32, u32) {
    (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
}

/// When we are root, hands a new file to the owner of the folder it is in, who must be able to use it
/// without us.
pub(super) fn give_to_owner_of(folder: &Path, new: &File, path: &Path) -> Result<(), Error> {
    if own_ids().0 == 0 {
        let owner = fs::metadata(folder).map_err(file("read", folder))?;
        fchown(new, Some(owner.uid()), Some(owner.gid())).map_err(file("hand over", path))?;
    }
    Ok(())
}

fn ids(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_numbers_of_a_user_and_of_no_namesake() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:8::/:\npostgres:x:101:104:Postgres:/var/lib:/bin/bash\n";
        assert_eq!(ids(passwd, "postgres"), Some((101, 104)));
        assert_eq!(ids(passwd, "nobody"), None);
        assert_eq!(ids("postgres:x:many:104", "postgres"), None);
    }
}
