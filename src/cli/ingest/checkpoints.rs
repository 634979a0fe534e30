//! Files → where to begin in them, and back: how far they are read, kept in Postgres.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::cli::bytes::is_standard_input;
use crate::cli::input::Position;
use crate::store::checkpoints::{Checkpoint, Counts};

/// Bytes at the beginning of a file that tell it from another one of the same size and time.
const HEAD: u64 = 4096;

/// What earlier runs have read.
pub struct Known {
    by_path: HashMap<[u8; 32], Checkpoint>,
    /// How the files are read; another way makes other documents of them.
    way: String,
}

/// Where a run is to begin in a file.
pub enum Begin {
    /// It was read to its end before.
    Finished,
    /// At a place, and the checkpoint to move on from there; none for what is no file.
    At(Position, Option<Box<Checkpoint>>),
}

impl Known {
    /// What the checkpoints found for [`digests`] say, for files that are read in this `way`.
    pub fn new(found: Vec<Checkpoint>, way: String) -> Self {
        let by_path = found.into_iter().map(|found| (found.path_sha256, found)).collect();
        Known { by_path, way }
    }

    /// Where to begin in `path`. What cannot be looked at is begun at its start, and fails there.
    pub fn begin(&self, path: &Path) -> Begin {
        let Ok(Some(mut checkpoint)) = self.unread(path) else {
            return Begin::At(Position::default(), None);
        };
        if let Some(known) = self.by_path.get(&checkpoint.path_sha256)
            && known.fingerprint == checkpoint.fingerprint
        {
            if known.finished {
                return Begin::Finished;
            }
            checkpoint = known.clone();
        }
        let Checkpoint { part, position: bytes, line: records, .. } = checkpoint;
        let start = Position { part, bytes, records, read: 0 };
        Begin::At(start, Some(Box::new(checkpoint)))
    }

    /// The checkpoint of a file of which nothing is read; `None` for what is no file, such as a pipe.
    fn unread(&self, path: &Path) -> io::Result<Option<Checkpoint>> {
        if is_standard_input(path) || !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let canonical = path.canonicalize()?;
        let mut file = File::open(path)?;
        let found = file.metadata()?;
        let mut head = Vec::new();
        file.by_ref().take(HEAD).read_to_end(&mut head)?;
        let mut fingerprint = Sha256::new();
        fingerprint.update(format!(
            "{} {} {} {}\n",
            found.len(),
            found.mtime(),
            found.mtime_nsec(),
            self.way
        ));
        fingerprint.update(&head);
        Ok(Some(Checkpoint {
            path_sha256: digest(&canonical),
            path: canonical.to_string_lossy().into_owned(),
            fingerprint: fingerprint.finalize().into(),
            part: 0,
            position: 0,
            line: 0,
            counts: Counts::default(),
            finished: false,
        }))
    }
}

/// What the checkpoints of these files are found by.
pub fn digests(paths: &[PathBuf]) -> Vec<[u8; 32]> {
    let files = paths.iter().filter(|path| !is_standard_input(path));
    files.filter_map(|path| path.canonicalize().ok()).map(|path| digest(&path)).collect()
}

fn digest(canonical: &Path) -> [u8; 32] {
    Sha256::digest(canonical.as_os_str().as_bytes()).into()
}
