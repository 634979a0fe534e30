//! Files, folders and standard input → one item a document, in order, without holding an archive in memory.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;

use super::bytes::{self, LineRead, is_standard_input, peek, read_line};
use crate::config::{InputConfig, InputFormat};
use crate::ingest::{self, Ingested, Meta};

/// Longest line of NDJSON, in bytes: JSON may write a character of the text in up to six.
const LONGEST_LINE: usize = 4 * ingest::MAX_BYTES;

/// Bytes of an input that tell its format where its name does not.
const SNIFFED: usize = 1_024;

/// One document to be read, or why there is none.
pub struct Item {
    /// Name of the file; `standard input` where there is none.
    pub file: Arc<str>,
    /// Line in an NDJSON file, from 1.
    pub line: Option<u64>,
    /// Where in its file it ends.
    pub end: Position,
    content: Result<Content, String>,
}

/// A place between two documents of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// Bytes of the unpacked content before it.
    pub bytes: u64,
    /// Lines of NDJSON before it.
    pub lines: u64,
    /// Bytes of the file itself that were read by then; ahead of `bytes` by what is buffered.
    pub read: u64,
}

/// What comes next in the inputs.
pub enum Step<T> {
    /// An input, with what was said of it when it was its turn.
    Begin(T),
    /// A document of it.
    Item(Item),
    /// The end of it, after all its documents; missing where it could not be read to the end.
    End(Position),
}

enum Content {
    Text(Vec<u8>),
    Html(Vec<u8>),
    Record(Vec<u8>),
}

impl Item {
    /// `file` or `file:line`, for messages.
    pub fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.to_string(),
        }
    }

    /// The line as it stands in an NDJSON file, where it was short enough to be kept.
    pub fn into_record(self) -> Option<Vec<u8>> {
        match self.content {
            Ok(Content::Record(line)) => Some(line),
            _ => None,
        }
    }
}

/// A document as read from an [`Item`].
pub struct ReadItem {
    /// `id` of the NDJSON line, as given.
    pub id: Option<serde_json::Value>,
    /// The document, or what is wrong with it.
    pub document: Result<Ingested, String>,
}

/// One line of NDJSON. Other fields are ignored, since archives carry many.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: Option<serde_json::Value>,
    url: Option<String>,
    outlet: Option<String>,
    title: Option<String>,
    published_at: Option<String>,
    #[serde(default)]
    authors: Option<Vec<String>>,
    language: Option<String>,
    text: Option<String>,
    html: Option<String>,
}

/// Turns items into documents, with what the command line says of all of them.
#[derive(Clone)]
pub struct Reader {
    language: Option<String>,
    charset: Option<String>,
}

impl Reader {
    /// A reader with the flags of `config`.
    pub fn new(config: &InputConfig) -> Self {
        Reader { language: config.language.clone(), charset: config.charset.clone() }
    }

    /// Decodes, cleans and describes one document.
    pub fn read(&self, item: &Item) -> ReadItem {
        let meta = Meta {
            language: self.language.clone(),
            charset: self.charset.clone(),
            ..Meta::default()
        };
        let plain = |document: Result<Ingested, ingest::Error>| ReadItem {
            id: None,
            document: document.map_err(|error| error.to_string()),
        };
        match &item.content {
            Ok(Content::Text(bytes)) => plain(ingest::from_text_file(bytes.as_slice(), meta)),
            Ok(Content::Html(bytes)) => plain(ingest::from_html(bytes.as_slice(), meta)),
            Ok(Content::Record(line)) => self.read_record(item, line),
            Err(reason) => ReadItem { id: None, document: Err(reason.clone()) },
        }
    }

    fn read_record(&self, item: &Item, line: &[u8]) -> ReadItem {
        let record: Record = match serde_json::from_slice(line) {
            Ok(record) => record,
            Err(error) => {
                // The place in the line stays in; the line number of a one-line text says nothing.
                let error = error.to_string().replace("line 1 column", "column");
                return ReadItem { id: None, document: Err(error) };
            }
        };
        let id = record.id.clone();
        ReadItem { id, document: self.ingest(item, record).map_err(|error| error.to_string()) }
    }

    fn ingest(&self, item: &Item, record: Record) -> Result<Ingested, anyhow::Error> {
        // Archives write down what they do not know as an empty string.
        let known = |field: Option<String>| field.filter(|words| !words.trim().is_empty());
        let meta = Meta {
            url: known(record.url).as_deref().map(ingest::parse_url).transpose()?,
            outlet: known(record.outlet),
            title: known(record.title),
            // A date in nobody's standard is no reason to lose an article of an archive.
            published: known(record.published_at).as_deref().and_then(|written| {
                ingest::parse_published(written)
                    .inspect_err(|error| {
                        tracing::warn!(
                            place = item.place(),
                            %error,
                            "the time of publication is left unknown"
                        );
                    })
                    .ok()
            }),
            authors: record.authors.unwrap_or_default(),
            language: known(record.language).or_else(|| self.language.clone()),
            charset: None,
        };
        Ok(match (record.text, record.html) {
            (Some(text), None) => ingest::from_plain_text(text.as_str(), meta)?,
            (None, Some(html)) => ingest::from_html(html.as_str(), meta)?,
            (Some(_), Some(_)) => anyhow::bail!("it has both `text` and `html`"),
            (None, None) => anyhow::bail!("it has neither `text` nor `html`"),
        })
    }
}

/// What the inputs are: the files named, those in the folders named, or standard input.
pub struct Inputs {
    sources: Vec<PathBuf>,
    format: Option<InputFormat>,
}

impl Inputs {
    /// Finds the files; folders are searched in order of name, for files whose name tells a format.
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
        Ok(Inputs { sources, format: config.format })
    }

    /// Whether one text or page is all there is, as far as its name and the flags tell.
    pub fn is_one_document(&self) -> bool {
        match self.sources.as_slice() {
            [only] => {
                !matches!(self.format.or_else(|| named_format(only)), Some(InputFormat::Ndjson))
            }
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
            Step::Begin(()) | Step::End(_) => true,
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
                && start.is_none_or(|start| self.each_of(path, &file, start, take));
            if !going_on {
                return;
            }
        }
    }

    fn each_of<T>(
        &self,
        path: &Path,
        file: &Arc<str>,
        start: Position,
        take: &mut dyn FnMut(Step<T>) -> bool,
    ) -> bool {
        let one = |content, end| Item { file: file.clone(), line: None, end, content };
        let failed = |error: io::Error| one(Err(error.to_string()), start);
        let mut input = match bytes::open(path, start.bytes) {
            Ok(input) => input,
            Err(error) => return take(Step::Item(failed(error))),
        };
        let named = self.format.or_else(|| named_format(path));
        // Only NDJSON is begun in the middle, where its look would not tell it.
        let named = named.or_else(|| (start.bytes > 0).then_some(InputFormat::Ndjson));
        let format = match named {
            Some(format) => format,
            None => match sniff(input.bytes) {
                Ok((format, whole)) => {
                    input.bytes = whole;
                    format
                }
                Err(error) => return take(Step::Item(failed(error))),
            },
        };
        let content = match format {
            InputFormat::Ndjson => return each_line(file, start, input, take),
            InputFormat::Text => read_whole(input.bytes).map(Content::Text),
            InputFormat::Html => read_whole(input.bytes).map(Content::Html),
        };
        let whole = content.is_ok();
        // There is no place within one document to begin at.
        let end = Position { read: input.read.load(Ordering::Relaxed), ..Position::default() };
        take(Step::Item(one(content, end))) && (!whole || take(Step::End(end)))
    }
}

/// Files below `folder` whose name tells a format, in order of name. Links to folders are not
/// followed, so that none is searched twice.
fn search(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            search(&path, found)?;
        } else if named_format(&path).is_some() {
            found.push(path);
        }
    }
    Ok(())
}

/// The format that a file's name tells, `.gz` left aside.
fn named_format(path: &Path) -> Option<InputFormat> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let (_, extension) = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?;
    match extension {
        "txt" | "text" => Some(InputFormat::Text),
        "html" | "htm" | "xhtml" => Some(InputFormat::Html),
        "ndjson" | "jsonl" => Some(InputFormat::Ndjson),
        _ => None,
    }
}

/// Tells NDJSON and HTML by how they begin; all else is a text.
fn sniff(input: Box<dyn BufRead>) -> io::Result<(InputFormat, Box<dyn BufRead>)> {
    let (head, whole) = peek(input, SNIFFED)?;
    let begin = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let format = match begin {
        [b'{', ..] => InputFormat::Ndjson,
        [b'<', next, ..] if next.is_ascii_alphabetic() || b"!?".contains(next) => InputFormat::Html,
        _ => InputFormat::Text,
    };
    Ok((format, whole))
}

/// All bytes, as long as `ingest` would take them; one more than that where there are more.
fn read_whole(input: Box<dyn BufRead>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    input
        .take(ingest::MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn each_line<T>(
    file: &Arc<str>,
    start: Position,
    input: bytes::Opened,
    take: &mut dyn FnMut(Step<T>) -> bool,
) -> bool {
    let bytes::Opened { bytes: mut input, read } = input;
    let so_far = |read: &AtomicU64| read.load(Ordering::Relaxed);
    let mut end = Position { read: so_far(&read), ..start };
    loop {
        let mut line = Vec::new();
        let found = read_line(&mut input, &mut line, LONGEST_LINE);
        end.read = so_far(&read);
        let number = end.lines + 1;
        let content = match found {
            Ok(LineRead::End) => return take(Step::End(end)),
            Ok(LineRead::Line(bytes)) => {
                end.bytes += bytes;
                end.lines = number;
                if number == 1 && line.starts_with(b"\xef\xbb\xbf") {
                    line.drain(..3);
                }
                if line.trim_ascii().is_empty() {
                    continue;
                }
                Ok(Content::Record(line))
            }
            Ok(LineRead::TooLong(bytes)) => {
                end.bytes += bytes;
                end.lines = number;
                Err(format!("the line is longer than {LONGEST_LINE} bytes"))
            }
            // Nothing after a broken read can be trusted, so this input ends here.
            Err(error) => {
                let content = Err(error.to_string());
                return take(Step::Item(Item {
                    file: file.clone(),
                    line: Some(number),
                    end,
                    content,
                }));
            }
        };
        let item = Item { file: file.clone(), line: Some(number), end, content };
        if !take(Step::Item(item)) {
            return false;
        }
    }
}
