//! Files, folders and standard input → one item a document, in order, without holding an archive in memory.

mod walk;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use self::walk::{Ended, Walk};
use super::bytes::{self, is_file, is_standard_input, peek};
use crate::config::{InputConfig, InputFormat};
use crate::ingest::archive::{
    self, Archive, Defaults, Form, Kind, LOOKED_AT, Mark, Number, Packed, ReadRecord, Record, Zip,
    named_form, told_form,
};

/// One document to be read, or why there is none.
pub struct Item {
    /// Name of the file, and of the file in it; `standard input` where there is none.
    pub file: Arc<str>,
    /// Where in it the document stands.
    pub number: Number,
    /// Where in its file it ends.
    pub end: Position,
    content: Result<Record, Unreadable>,
}

/// Why there is no document.
struct Unreadable {
    reason: String,
    /// What is kept of it, as a line of JSON.
    line: Option<Vec<u8>>,
}

/// A place between two documents of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// Files in a ZIP before it.
    pub part: u64,
    /// As [`Mark::bytes`], of the file or of the file in the ZIP.
    pub bytes: u64,
    /// As [`Mark::records`].
    pub records: u64,
    /// Bytes of the file itself that were read by then; ahead of the others by what is buffered.
    pub read: u64,
}

impl Position {
    fn mark(self) -> Mark {
        Mark { bytes: self.bytes, records: self.records }
    }
}

/// What comes next in the inputs.
pub enum Step<T> {
    /// An input, with what was said of it when it was its turn.
    Begin(T),
    /// A document of it.
    Item(Item),
    /// A record that is no document by its kind, named, with where it ends.
    PassedOver(&'static str, Position),
    /// The end of it, after all its documents; missing where it could not be read to the end.
    End(Position),
}

impl Item {
    /// `file`, `file:line` or `file, byte …`, for messages.
    pub fn place(&self) -> String {
        format!("{}{}", self.file, self.number)
    }

    /// The line of NDJSON that it is.
    ///
    /// # Errors
    /// Why it is none.
    pub fn line(&self) -> Result<&[u8], String> {
        match &self.content {
            Ok(Record::Json(line)) => Ok(line),
            Ok(_) => Err("it is no line of NDJSON".to_owned()),
            Err(unreadable) => Err(unreadable.reason.clone()),
        }
    }

    /// Bytes that it keeps in memory, about.
    pub fn size(&self) -> usize {
        match &self.content {
            Ok(record) => record.size(),
            Err(unreadable) => unreadable.line.as_ref().map_or(0, Vec::len),
        }
    }

    /// The record as a line of NDJSON, where it is one or can be made one.
    pub fn into_line(self) -> Option<Vec<u8>> {
        match self.content {
            Ok(record) => record.into_line(),
            Err(unreadable) => unreadable.line,
        }
    }
}

/// Turns items into documents, with what the command line says of all of them.
#[derive(Clone)]
pub struct Reader {
    defaults: Defaults,
}

impl Reader {
    /// A reader with the flags of `config`.
    pub fn new(config: &InputConfig) -> Self {
        let defaults =
            Defaults { language: config.language.clone(), charset: config.charset.clone() };
        Reader { defaults }
    }

    /// Decodes, cleans and describes one document; tells what of it could not be used.
    pub fn read(&self, item: &Item) -> ReadRecord {
        match &item.content {
            Ok(record) => {
                let read = record.read(&self.defaults);
                for note in &read.notes {
                    tracing::warn!(place = item.place(), "{note}");
                }
                read
            }
            Err(unreadable) => ReadRecord {
                id: None,
                document: Err(unreadable.reason.clone()),
                passages: false,
                notes: Vec::new(),
            },
        }
    }
}

/// What the inputs are: the files named, those in the folders named, or standard input.
pub struct Inputs {
    sources: Vec<PathBuf>,
    form: Option<Form>,
    charset: Option<String>,
}

impl Inputs {
    /// Finds the files; folders are searched in order of name, for files whose name tells a form.
    ///
    /// # Errors
    /// Where a named file or folder cannot be found.
    pub fn find(config: &InputConfig) -> anyhow::Result<Self> {
        let mut sources = Vec::new();
        for path in &config.files {
            if is_standard_input(path) {
                sources.push(path.clone());
                continue;
            }
            let found = std::fs::metadata(path)
                .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            if found.is_dir() {
                search(path, &mut sources)
                    .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            } else {
                sources.push(path.clone());
            }
        }
        if config.files.is_empty() {
            sources.push(PathBuf::from("-"));
        }
        Ok(Inputs { sources, form: config.format.map(form), charset: config.charset.clone() })
    }

    /// Whether one text or page is all there is, as far as its name and the flags tell.
    pub fn is_one_document(&self) -> bool {
        match self.sources.as_slice() {
            [only] => matches!(
                self.form.or_else(|| form_of_name(only)),
                None | Some(Form::One(Kind::Text | Kind::Html))
            ),
            _ => false,
        }
    }

    /// The files, folders opened; `-` is standard input.
    pub fn paths(&self) -> &[PathBuf] {
        &self.sources
    }

    /// Hands every item to `take`, in order, until it answers `false`.
    pub fn each(&self, take: &mut dyn FnMut(Item) -> bool) {
        let from_the_start = &mut |_: &Path| (Some(Position::default()), ());
        self.walk(from_the_start, &mut |step| match step {
            Step::Item(item) => take(item),
            Step::Begin(()) | Step::PassedOver(..) | Step::End(_) => true,
        });
    }

    /// As [`Inputs::each`], with every input from the place on that `begin` names; an input
    /// without one is begun and not read.
    pub fn walk<T>(
        &self,
        begin: &mut dyn FnMut(&Path) -> (Option<Position>, T),
        take: &mut dyn FnMut(Step<T>) -> bool,
    ) {
        for path in &self.sources {
            let (start, said) = begin(path);
            let file: Arc<str> = if is_standard_input(path) {
                "standard input".into()
            } else {
                path.display().to_string().into()
            };
            let going_on = take(Step::Begin(said))
                && start.is_none_or(|start| self.each_of(path, file, start, take));
            if !going_on {
                return;
            }
        }
    }

    fn each_of<T>(
        &self,
        path: &Path,
        file: Arc<str>,
        start: Position,
        take: &mut dyn FnMut(Step<T>) -> bool,
    ) -> bool {
        let failed = |reason: String| {
            let content = Err(Unreadable { reason, line: None });
            Step::Item(Item { file: file.clone(), number: Number::Whole, end: start, content })
        };
        match self.open(path, start) {
            Err(error) => take(failed(error.to_string())),
            Ok(Open::One { mut archive, read }) => {
                let mut walk = Walk { file: file.clone(), part: None, last: start, take };
                match walk.each_of(&mut *archive, &|| read.load(Ordering::Relaxed)) {
                    Ended::Stopped => false,
                    Ended::Broken => true,
                    Ended::AtEnd => {
                        let read = read.load(Ordering::Relaxed);
                        let end = Position { read, ..walk.last };
                        take(Step::End(end))
                    }
                }
            }
            Ok(Open::Zip(zip)) => match Zip::open(zip) {
                Ok(zip) => self.each_in_zip(zip, &file, start, take),
                Err(reason) => take(failed(reason)),
            },
        }
    }

    /// The form of a file; standard input is not looked into, so that nothing of it is lost.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn form_of(&self, path: &Path) -> io::Result<Form> {
        let named = self.form.or_else(|| form_of_name(path));
        match named {
            None if is_file(path) => {
                Ok(told_form(&peek(bytes::open(path, 0)?.bytes, LOOKED_AT)?.0))
            }
            named => Ok(named.unwrap_or(Form::One(Kind::Text))),
        }
    }

    fn open(&self, path: &Path, start: Position) -> io::Result<Open> {
        let named = self.form.or_else(|| form_of_name(path));
        let (head, opened) = if is_file(path) {
            let (head, _) = peek(bytes::open(path, 0)?.bytes, LOOKED_AT)?;
            (head, None)
        } else {
            let opened = bytes::open(path, 0)?;
            let (head, bytes) = peek(opened.bytes, LOOKED_AT)?;
            (head, Some(bytes::Opened { bytes, ..opened }))
        };
        let kind = match named.unwrap_or_else(|| told_form(&head)) {
            Form::One(kind) => kind,
            Form::Zip if opened.is_none() => {
                return Ok(Open::Zip(BufReader::new(File::open(path)?)));
            }
            Form::Zip => {
                let reason = "a ZIP begins with its end, so it cannot be read from a pipe";
                return Err(io::Error::other(reason));
            }
        };
        let skipped = if archive::can_be_begun_at(kind, &head) { start.bytes } else { 0 };
        let (opened, skipped) = match opened {
            Some(opened) => (opened, 0),
            None => (bytes::open(path, skipped)?, skipped),
        };
        let charset = self.charset.as_deref();
        let archive = archive::open(kind, opened.bytes, skipped, start.mark(), charset);
        Ok(Open::One { archive, read: opened.read })
    }

    fn each_in_zip<T>(
        &self,
        mut zip: Zip<BufReader<File>>,
        file: &Arc<str>,
        start: Position,
        take: &mut dyn FnMut(Step<T>) -> bool,
    ) -> bool {
        if zip.has_hidden_files() {
            tracing::warn!(
                file = &**file,
                "files in it have one name; only the last of them is read"
            );
        }
        for part in 0..zip.len() as u64 {
            if part < start.part {
                zip.pass(part as usize);
                continue;
            }
            let behind = Position { part: part + 1, read: zip.behind(), ..Position::default() };
            let begin = if part == start.part { start } else { Position { part, ..behind } };
            let (name, entry) = match zip.at(part as usize) {
                Packed::Folder => continue,
                Packed::Refused(name, reason) => (name, Err(reason)),
                Packed::File(entry) => match self.form.or_else(|| named_form(&entry.name)) {
                    Some(Form::One(kind)) => (entry.name, Ok((kind, entry.input, entry.progress))),
                    Some(Form::Zip) => (
                        entry.name,
                        Err("a ZIP in a ZIP is not read: unpack the outer one".to_owned()),
                    ),
                    None => {
                        if !take(Step::PassedOver("files of no known kind", behind)) {
                            return false;
                        }
                        continue;
                    }
                },
            };
            let file: Arc<str> = format!("{file}/{name}").into();
            let going_on = match entry {
                Err(reason) => {
                    let content = Err(Unreadable { reason, line: None });
                    take(Step::Item(Item { file, number: Number::Whole, end: behind, content }))
                }
                Ok((kind, input, progress)) => {
                    let charset = self.charset.as_deref();
                    let mut archive = archive::open(kind, input, 0, begin.mark(), charset);
                    let mut walk = Walk { file, part: Some(part), last: begin, take };
                    // What breaks off is named, and the next file may be whole.
                    !matches!(walk.each_of(&mut *archive, &|| progress.bytes()), Ended::Stopped)
                }
            };
            if !going_on {
                return false;
            }
        }
        let part = zip.len() as u64;
        take(Step::End(Position { part, read: zip.behind(), ..Position::default() }))
    }
}

/// A file that is open.
enum Open {
    One { archive: Box<dyn Archive>, read: Arc<std::sync::atomic::AtomicU64> },
    Zip(BufReader<File>),
}

/// Files below `folder` whose name tells a form, in order of name. Links to folders are not
/// followed, so that none is searched twice.
fn search(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            search(&path, found)?;
        } else if form_of_name(&path).is_some() {
            found.push(path);
        }
    }
    Ok(())
}

fn form_of_name(path: &Path) -> Option<Form> {
    named_form(path.file_name()?.to_str()?)
}

fn form(format: InputFormat) -> Form {
    Form::One(match format {
        InputFormat::Text => Kind::Text,
        InputFormat::Html => Kind::Html,
        InputFormat::Ndjson => Kind::Ndjson,
        InputFormat::Json => Kind::Json,
        InputFormat::Csv => Kind::Csv,
        InputFormat::Warc => Kind::Warc,
        InputFormat::Zip => return Form::Zip,
    })
}
