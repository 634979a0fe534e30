//! The claims in memory ↔ a file, so that the next start need not ask the database for all of them.
//!
//! A cache: what is not whole, or of another version or encoder, is refused and made anew. Numbers stand with
//! the low byte first. Behind [`MAGIC`]: the encoder's name; the number of terms, and each; the number of claims, and each
//! with its id, its meaning, how many terms it has, and each once with how often; SHA-256 of all before it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::meanings::WIDTH;
use super::{ClaimIndex, Meaning};
use crate::domain::ClaimId;

/// What a file begins with; the last character is the version.
const MAGIC: &[u8; 8] = b"ctclaim1";

/// Bytes of a term or name at most: a word of a claim is far shorter.
const LONGEST: u32 = 1 << 20;

/// Why there is nothing to be had of a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("cannot read or write it")]
    Io(#[from] io::Error),
    /// It does not begin as one, or is of another version.
    #[error("it is no file of known claims of this version")]
    Foreign,
    /// Its meanings are another encoder's.
    #[error("its meanings are those of {0}")]
    Encoder(String),
    /// It is cut off or changed.
    #[error("it is not whole")]
    Torn,
}

/// What passes through, with its digest.
struct Digested<T> {
    inner: T,
    digest: Sha256,
}

impl<T: Write> Digested<T> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.inner.write_all(bytes)
    }

    fn put_text(&mut self, text: &str) -> io::Result<()> {
        self.put(&(text.len() as u32).to_le_bytes())?;
        self.put(text.as_bytes())
    }
}

impl<T: Read> Digested<T> {
    /// Ends early where the file does.
    fn take(&mut self, bytes: &mut [u8]) -> Result<(), FileError> {
        self.inner.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FileError::Torn,
            _ => FileError::Io(error),
        })?;
        self.digest.update(bytes);
        Ok(())
    }

    fn take_number(&mut self) -> Result<u32, FileError> {
        let mut bytes = [0; 4];
        self.take(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn take_text(&mut self) -> Result<String, FileError> {
        let length = self.take_number()?;
        if length > LONGEST {
            return Err(FileError::Torn);
        }
        let mut bytes = vec![0; length as usize];
        self.take(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| FileError::Torn)
    }
}

/// Bytes of a claim before its terms: id, step, places, terms with and without repetition.
const HEAD: usize = 16 + 4 + WIDTH + 4 + 4;

/// Puts claims with their ids in the file at `path`, all or nothing.
///
/// # Errors
/// [`FileError::Io`].
pub fn write(
    path: &Path,
    encoder: &str,
    index: &ClaimIndex,
    ids: &[ClaimId],
) -> Result<(), FileError> {
    let beside = beside(path);
    let written = write_all(&beside, encoder, index, ids).and_then(|()| {
        std::fs::rename(&beside, path)?;
        // The new name is to be there after a loss of power, too.
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    Ok(written?)
}

/// Removes a file, and what a writer that was killed left beside it. That there is none is well.
///
/// # Errors
/// Of the file system.
pub fn remove(path: &Path) -> io::Result<()> {
    for path in [path, &beside(path)] {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Where a file is written before it has its name: the same place always, so that what is left by a process that
/// was killed is overwritten.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

fn write_all(path: &Path, encoder: &str, index: &ClaimIndex, ids: &[ClaimId]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Claims may be more than everybody on the machine is to read.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let inner = BufWriter::with_capacity(1 << 20, options.open(path)?);
    let mut out = Digested { inner, digest: Sha256::new() };
    out.put(MAGIC)?;
    out.put_text(encoder)?;
    let words = &index.claims.words;
    let vocabulary = words.vocabulary();
    out.put(&(vocabulary.len() as u32).to_le_bytes())?;
    for term in vocabulary {
        out.put_text(term)?;
    }
    out.put(&(ids.len() as u32).to_le_bytes())?;
    let mut claim = Vec::new();
    for (number, id) in (0..).zip(ids) {
        claim.clear();
        let Meaning { places, step } = index.claims.meanings.kept(number);
        let (terms, length) = words.counted(number);
        claim.extend(id.0.as_bytes());
        claim.extend(step.to_le_bytes());
        claim.extend(places.map(|place| place.to_le_bytes()[0]));
        claim.extend(length.to_le_bytes());
        let place = claim.len();
        claim.extend([0; 4]);
        let mut count = 0_u32;
        for (term, times) in terms {
            claim.extend(term.to_le_bytes());
            claim.push(times);
            count += 1;
        }
        claim[place..place + 4].copy_from_slice(&count.to_le_bytes());
        out.put(&claim)?;
    }
    let Digested { mut inner, digest } = out;
    inner.write_all(&digest.finalize())?;
    inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// The claims of a file with their ids, in the order they were added.
///
/// # Errors
/// Each [`FileError`]; nothing of the file is answered then.
pub fn read(path: &Path, encoder: &str) -> Result<(ClaimIndex, Vec<ClaimId>), FileError> {
    let inner = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut from = Digested { inner, digest: Sha256::new() };
    let mut magic = [0; MAGIC.len()];
    from.take(&mut magic)?;
    if magic != *MAGIC {
        return Err(FileError::Foreign);
    }
    let name = from.take_text()?;
    if name != encoder {
        return Err(FileError::Encoder(name));
    }
    let mut index = ClaimIndex::default();
    let terms = from.take_number()?;
    for _ in 0..terms {
        let term = from.take_text()?;
        index.claims.words.add_term(&term).ok_or(FileError::Torn)?;
    }
    let claims = from.take_number()?;
    let (mut ids, mut counted, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..claims {
        let mut head = [0; HEAD];
        from.take(&mut head)?;
        let (id, rest) = head.split_first_chunk::<16>().ok_or(FileError::Torn)?;
        let (meaning, rest) = rest.split_at(4 + WIDTH);
        let meaning = Meaning::from_bytes(meaning).ok_or(FileError::Torn)?;
        let (length, count) = rest.split_first_chunk::<4>().ok_or(FileError::Torn)?;
        let length = u32::from_le_bytes(*length);
        let count = u32::from_le_bytes(count.try_into().map_err(|_| FileError::Torn)?);
        if count > length || count > LONGEST {
            return Err(FileError::Torn);
        }
        bytes.resize(5 * count as usize, 0);
        from.take(&mut bytes)?;
        counted.clear();
        for five in bytes.chunks_exact(5) {
            let term = u32::from_le_bytes([five[0], five[1], five[2], five[3]]);
            if term >= terms {
                return Err(FileError::Torn);
            }
            counted.push((term, five[4]));
        }
        index.claims.words.add_counted(&counted, length);
        index.claims.meanings.add(Some(&meaning));
        ids.push(ClaimId(uuid::Uuid::from_bytes(*id)));
    }
    let digest = std::mem::take(&mut from.digest).finalize();
    let mut kept = [0; 32];
    from.take(&mut kept)?;
    let whole = kept[..] == digest[..] && from.inner.read(&mut [0])? == 0;
    if whole { Ok((index, ids)) } else { Err(FileError::Torn) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::matching::Vector;

    fn vector(of: usize) -> Vector {
        std::array::from_fn(|at| ((at * at + 1) as f32 * (of as f32 + 0.3)).sin())
    }

    fn some() -> (ClaimIndex, Vec<ClaimId>) {
        let mut index = ClaimIndex::default();
        let texts =
            ["The ferry sank in the ferry port.", "…", "Żółw left the port in May.", "The ferry!"];
        for (number, text) in texts.iter().enumerate() {
            let meaning = (number != 2).then(|| Meaning::from(&vector(number)));
            index.add(text, meaning.as_ref());
        }
        (index, texts.map(|_| ClaimId::new()).to_vec())
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("there is room for a folder")
    }

    #[test]
    fn claims_are_found_alike_after_they_were_a_file() {
        let (folder, (mut index, ids)) = (folder(), some());
        let path = folder.path().join("known");
        write(&path, "one", &index, &ids).unwrap();
        let (mut again, same) = read(&path, "one").unwrap();
        assert_eq!(same, ids);
        // Also with what comes afterwards.
        for index in [&mut index, &mut again] {
            index.add("A ferry left port.", Some(&(&vector(9)).into()));
        }
        let asked = ["ferri", "port", "left"].map(str::to_owned);
        let found = index.candidates_by(&asked, &vector(9));
        assert_eq!(found.len(), 5);
        assert_eq!(again.candidates_by(&asked, &vector(9)), found);
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_cut_or_changed_anywhere_is_refused() {
        let (folder, (index, ids)) = (folder(), some());
        let path = folder.path().join("known");
        write(&path, "one", &index, &ids).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let mut bad: Vec<Vec<u8>> =
            (0..whole.len()).step_by(7).map(|n| whole[..n].to_vec()).collect();
        bad.extend((0..whole.len()).map(|at| {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            changed
        }));
        bad.push([&whole[..], &[0]].concat());
        for bytes in bad {
            std::fs::write(&path, &bytes).unwrap();
            assert!(read(&path, "one").is_err(), "{} bytes", bytes.len());
        }
        std::fs::write(&path, &whole).unwrap();
        assert!(read(&path, "one").is_ok());
    }

    #[test]
    fn another_encoders_file_and_another_version_are_refused_by_name() {
        let (folder, (index, ids)) = (folder(), some());
        let path = folder.path().join("known");
        write(&path, "one", &index, &ids).unwrap();
        assert!(matches!(read(&path, "two"), Err(FileError::Encoder(name)) if name == "one"));
        let mut other = std::fs::read(&path).unwrap();
        other[MAGIC.len() - 1] = b'9';
        std::fs::write(&path, other).unwrap();
        assert!(matches!(read(&path, "one"), Err(FileError::Foreign)));
        assert!(matches!(read(&folder.path().join("none"), "one"), Err(FileError::Io(_))));
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_old_one() {
        let (folder, (index, ids)) = (folder(), some());
        let path = folder.path().join("known");
        write(&path, "one", &index, &ids).unwrap();
        let gone = folder.path().join("no folder").join("known");
        assert!(matches!(write(&gone, "one", &index, &ids), Err(FileError::Io(_))));
        std::fs::create_dir(beside(&path)).unwrap();
        assert!(matches!(write(&path, "one", &index, &ids), Err(FileError::Io(_))));
        assert!(read(&path, "one").is_ok());
    }
}
