//! ZIP → its files, one after the other, unpacked as they are read.
//!
//! Nothing is written to disk, so names are only shown. What is made to hurt is refused: too many files
//! for the memory that their list takes, files that share their bytes, and a file that unpacks to far
//! more than it is.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;

use super::AT_ONCE;

/// Most files; the list of them is kept in memory.
const MOST_FILES: u64 = 200_000;

/// A file may unpack to so many times its size. The words of news pack to about a third, a page that
/// repeats itself to about a twentieth.
const MOST_TIMES: u64 = 250;

/// Below this many bytes, nobody asks how often.
const FREE: u64 = 64 << 20;

/// An open ZIP.
pub struct Zip<R> {
    archive: ZipArchive<R>,
    /// Bytes of the packed files before the one under way.
    behind: u64,
}

/// What stands at a place in a ZIP.
pub enum Packed<'z> {
    /// A file.
    File(PackedEntry<'z>),
    /// A folder.
    Folder,
    /// A file that cannot be read, with its name.
    Refused(String, String),
}

/// A file in a ZIP.
pub struct PackedEntry<'z> {
    /// Its name, without what would upset a terminal.
    pub name: String,
    /// Its bytes.
    pub input: Box<dyn BufRead + 'z>,
    /// How much of the ZIP is behind us as it is read.
    pub progress: ZipProgress,
}

/// How much of a ZIP is read, in packed bytes.
#[derive(Clone)]
pub struct ZipProgress {
    behind: u64,
    packed: u64,
    unpacked: u64,
    read: Arc<AtomicU64>,
}

impl ZipProgress {
    /// Bytes that are behind us.
    pub fn bytes(&self) -> u64 {
        let read = self.read.load(Ordering::Relaxed).min(self.unpacked);
        let share = u128::from(self.packed) * u128::from(read) / u128::from(self.unpacked.max(1));
        self.behind + share as u64
    }
}

impl<R: Read + Seek> Zip<R> {
    /// Reads the list of files.
    ///
    /// # Errors
    /// Why it cannot be read, or is refused.
    pub fn open(mut input: R) -> Result<Self, String> {
        let said = |error: io::Error| format!("it cannot be read: {error}");
        if let Some(files) = listed_files(&mut input).map_err(said)?
            && files > MOST_FILES
        {
            return Err(format!(
                "it lists {files} files, more than the {MOST_FILES} that are read"
            ));
        }
        input.rewind().map_err(said)?;
        let said = |error: zip::result::ZipError| format!("it cannot be read: {error}");
        let mut archive = ZipArchive::new(input).map_err(said)?;
        if archive.has_overlapping_files().map_err(said)? {
            return Err(
                "files in it share their bytes, as they only do to unpack without end".to_owned()
            );
        }
        Ok(Zip { archive, behind: 0 })
    }

    /// How many files and folders it lists.
    pub fn len(&self) -> usize {
        self.archive.len()
    }

    /// Whether it lists none.
    pub fn is_empty(&self) -> bool {
        self.archive.is_empty()
    }

    /// Whether a name is listed twice, of which only the last can be reached.
    pub fn has_hidden_files(&self) -> bool {
        self.archive.has_duplicate_names()
    }

    /// Packed bytes of the files that were passed or handed out.
    pub fn behind(&self) -> u64 {
        self.behind
    }

    /// Passes over the file at a place in the list.
    pub fn pass(&mut self, place: usize) {
        let packed = self.archive.by_index_data(place).map_or(0, |file| file.compressed_size());
        self.behind = self.behind.saturating_add(packed);
    }

    /// The file at a place in the list.
    pub fn at(&mut self, place: usize) -> Packed<'_> {
        let behind = self.behind;
        let name = self.archive.name_for_index(place).and_then(Result::ok).map(|name| shown(&name));
        let name = name.unwrap_or_else(|| format!("file {}", place + 1));
        let file = match self.archive.by_index(place) {
            Ok(file) => file,
            Err(error) => return Packed::Refused(name, format!("it cannot be read: {error}")),
        };
        if file.is_dir() {
            return Packed::Folder;
        }
        let (packed, unpacked) = (file.compressed_size(), file.size());
        self.behind = behind.saturating_add(packed);
        let read = Arc::new(AtomicU64::new(0));
        let most = FREE.max(packed.saturating_mul(MOST_TIMES));
        let guarded = Guarded { inner: file, read: read.clone(), most };
        Packed::File(PackedEntry {
            name,
            input: Box::new(BufReader::with_capacity(AT_ONCE, guarded)),
            progress: ZipProgress { behind, packed, unpacked, read },
        })
    }
}

/// Without control characters, and not endless.
fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(300).collect()
}

/// Counts what is read, and stops where it becomes too much.
struct Guarded<R> {
    inner: R,
    read: Arc<AtomicU64>,
    most: u64,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(into)?;
        let read = self.read.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        if read > self.most {
            let reason = format!("it unpacks to more than {MOST_TIMES} times its size");
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        Ok(bytes)
    }
}

/// How many files the end of a ZIP says that it lists: APPNOTE 4.3.14 to 4.3.16. `None` where there is
/// no such end.
fn listed_files(input: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    /// The end without its comment, and the longest comment.
    const END: u64 = 22 + (1 << 16);
    let length = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let mut tail = Vec::new();
    input.by_ref().take(END).read_to_end(&mut tail)?;
    let Some(at) = memchr::memmem::rfind(&tail, b"PK\x05\x06") else { return Ok(None) };
    let number = |at: usize, bytes: usize| -> Option<u64> {
        let bytes = tail.get(at..at + bytes)?;
        Some(bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte)))
    };
    let files = number(at + 10, 2);
    let locator = at.checked_sub(20).filter(|&at| tail[at..].starts_with(b"PK\x06\x07"));
    match (files, locator.and_then(|at| number(at + 8, 8))) {
        // Sixteen bits were not enough.
        (_, Some(end64)) => {
            input.seek(SeekFrom::Start(end64.saturating_add(32)))?;
            let mut files = [0; 8];
            Ok(input.read_exact(&mut files).is_ok().then(|| u64::from_le_bytes(files)))
        }
        (files, None) => Ok(files),
    }
}
