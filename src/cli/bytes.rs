//! A path → its bytes as they are, from where they are wanted, with a count of what was read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are read from a file at a time.
const AT_ONCE: usize = 1 << 16;

/// An input that can be read.
pub struct Opened {
    /// Its bytes.
    pub bytes: Box<dyn BufRead>,
    /// Bytes of it that are behind us: read, or passed over.
    pub read: Arc<AtomicU64>,
}

/// Whether a path stands for standard input.
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether a path is a file, which can be begun anywhere, and not a pipe.
pub fn is_file(path: &Path) -> bool {
    !is_standard_input(path) && std::fs::metadata(path).is_ok_and(|found| found.is_file())
}

/// Opens a file behind its first `skipped` bytes, or standard input, which is begun at its start.
///
/// # Errors
/// The file cannot be opened or read; [`io::ErrorKind::UnexpectedEof`] where it is not that long.
pub fn open(path: &Path, skipped: u64) -> io::Result<Opened> {
    let read = Arc::new(AtomicU64::new(skipped));
    if is_standard_input(path) {
        let bytes = Box::new(BufReader::with_capacity(AT_ONCE, counted(io::stdin(), &read)));
        return Ok(Opened { bytes, read });
    }
    let mut file = File::open(path)?;
    if skipped > 0 {
        if file.metadata()?.len() < skipped {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.seek(SeekFrom::Start(skipped))?;
    }
    let bytes = Box::new(BufReader::with_capacity(AT_ONCE, counted(file, &read)));
    Ok(Opened { bytes, read })
}

/// Up to `bytes` first bytes, and the input with them still in it.
///
/// # Errors
/// The input cannot be read.
pub fn peek(mut input: Box<dyn BufRead>, bytes: usize) -> io::Result<(Vec<u8>, Box<dyn BufRead>)> {
    let mut head = Vec::new();
    (&mut input).take(bytes as u64).read_to_end(&mut head)?;
    let whole = io::Cursor::new(head.clone()).chain(input);
    Ok((head, Box::new(whole)))
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

fn counted<R>(inner: R, read: &Arc<AtomicU64>) -> Counted<R> {
    Counted { inner, read: read.clone() }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}
