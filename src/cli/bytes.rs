//! A path → its bytes, unpacked, from where they are wanted, with a count of what was read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// Bytes that are read from a file, or unpacked, at a time.
const AT_ONCE: usize = 1 << 16;

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An input that can be read.
pub struct Opened {
    /// Its bytes, unpacked.
    pub bytes: Box<dyn BufRead>,
    /// Bytes of the file itself that are behind us: read, or passed over.
    pub read: Arc<AtomicU64>,
}

/// Whether a path stands for standard input.
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens a file or standard input; gzip is told by its first bytes, whatever the name says. Reading
/// begins behind the first `skipped` bytes of the content: a plain file is not read up to there, a
/// packed one is unpacked and not looked at.
///
/// # Errors
/// The file cannot be opened or read; [`io::ErrorKind::UnexpectedEof`] where it is not that long.
pub fn open(path: &Path, skipped: u64) -> io::Result<Opened> {
    let read = Arc::new(AtomicU64::new(0));
    let bytes: Box<dyn BufRead> = if is_standard_input(path) {
        unpacked(BufReader::new(counted(io::stdin(), &read)), skipped)?
    } else {
        let mut file = File::open(path)?;
        let plain = file.metadata()?.is_file() && !begins_packed(&mut file)?;
        if plain && skipped > 0 {
            if file.metadata()?.len() < skipped {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            file.seek(SeekFrom::Start(skipped))?;
            read.store(skipped, Ordering::Relaxed);
            Box::new(BufReader::with_capacity(AT_ONCE, counted(file, &read)))
        } else {
            unpacked(BufReader::with_capacity(AT_ONCE, counted(file, &read)), skipped)?
        }
    };
    Ok(Opened { bytes, read })
}

fn begins_packed(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.by_ref().take(GZIP.len() as u64).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(head == GZIP)
}

fn unpacked(raw: impl BufRead + 'static, skipped: u64) -> io::Result<Box<dyn BufRead>> {
    let (head, whole) = peek(Box::new(raw), GZIP.len())?;
    let mut bytes: Box<dyn BufRead> = if head == GZIP {
        Box::new(BufReader::with_capacity(AT_ONCE, MultiGzDecoder::new(whole)))
    } else {
        whole
    };
    let passed = io::copy(&mut (&mut bytes).take(skipped), &mut io::sink())?;
    if passed < skipped {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
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

/// What stood before the next line feed.
pub enum LineRead {
    /// A line of so many bytes, line feed included.
    Line(u64),
    /// A line over the limit, passed over without being kept.
    TooLong(u64),
    /// Nothing.
    End,
}

/// Reads up to the next line feed, `limit` bytes at most.
///
/// # Errors
/// The input cannot be read.
pub fn read_line(
    input: &mut impl BufRead,
    line: &mut Vec<u8>,
    limit: usize,
) -> io::Result<LineRead> {
    let read = input.by_ref().take(limit as u64).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(LineRead::End);
    }
    if read < limit || line.ends_with(b"\n") {
        return Ok(LineRead::Line(read as u64));
    }
    line.clear();
    let passed = input.skip_until(b'\n')?;
    Ok(LineRead::TooLong(read as u64 + passed as u64))
}
