//! Files, folders and standard input → one item a document, in order, without holding an archive in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;

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
    content: Result<Content, String>,
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

    /// Hands every item to `take`, in order, until it answers `false`.
    pub fn each(&self, take: &mut dyn FnMut(Item) -> bool) {
        for path in &self.sources {
            let file: Arc<str> = if is_standard_input(path) {
                "standard input".into()
            } else {
                path.display().to_string().into()
            };
            let going_on = match open(path) {
                Ok(input) => self.each_of(path, &file, input, take),
                Err(error) => take(Item { file, line: None, content: Err(error.to_string()) }),
            };
            if !going_on {
                return;
            }
        }
    }

    fn each_of(
        &self,
        path: &Path,
        file: &Arc<str>,
        mut input: Box<dyn BufRead>,
        take: &mut dyn FnMut(Item) -> bool,
    ) -> bool {
        let format = match self.format.or_else(|| named_format(path)) {
            Some(format) => Ok(format),
            None => sniff(&mut input).map(|(format, whole)| {
                input = whole;
                format
            }),
        };
        let one = |content| Item { file: file.clone(), line: None, content };
        match format {
            Ok(InputFormat::Ndjson) => each_line(file, input, take),
            Ok(InputFormat::Text) => take(one(read_whole(input).map(Content::Text))),
            Ok(InputFormat::Html) => take(one(read_whole(input).map(Content::Html))),
            Err(error) => take(one(Err(error.to_string()))),
        }
    }
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
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

/// Opens a file or standard input; gzip is told by its first bytes, whatever the name says.
fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut raw: Box<dyn BufRead> = if is_standard_input(path) {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::with_capacity(1 << 16, File::open(path)?))
    };
    let (head, whole) = peek(&mut raw, 2)?;
    Ok(if head == [0x1f, 0x8b] {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(whole)))
    } else {
        whole
    })
}

/// Up to `bytes` first bytes, and the input with them still in it.
fn peek(input: &mut Box<dyn BufRead>, bytes: usize) -> io::Result<(Vec<u8>, Box<dyn BufRead>)> {
    let mut input = std::mem::replace(input, Box::new(io::empty()));
    let mut head = Vec::new();
    (&mut input).take(bytes as u64).read_to_end(&mut head)?;
    let whole = io::Cursor::new(head.clone()).chain(input);
    Ok((head, Box::new(whole)))
}

/// Tells NDJSON and HTML by how they begin; all else is a text.
fn sniff(input: &mut Box<dyn BufRead>) -> io::Result<(InputFormat, Box<dyn BufRead>)> {
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

fn each_line(
    file: &Arc<str>,
    mut input: Box<dyn BufRead>,
    take: &mut dyn FnMut(Item) -> bool,
) -> bool {
    let mut number = 0;
    loop {
        number += 1;
        let mut line = Vec::new();
        let content = match read_line(&mut input, &mut line) {
            Ok(LineRead::End) => return true,
            Ok(LineRead::Line) if line.trim_ascii().is_empty() => continue,
            Ok(LineRead::Line) => {
                if number == 1 && line.starts_with(b"\xef\xbb\xbf") {
                    line.drain(..3);
                }
                Ok(Content::Record(line))
            }
            Ok(LineRead::TooLong) => Err(format!("the line is longer than {LONGEST_LINE} bytes")),
            Err(error) => {
                // Nothing after a broken read can be trusted, so this input ends here.
                let content = Err(error.to_string());
                return take(Item { file: file.clone(), line: Some(number), content });
            }
        };
        if !take(Item { file: file.clone(), line: Some(number), content }) {
            return false;
        }
    }
}

enum LineRead {
    Line,
    TooLong,
    End,
}

/// Reads up to the next line feed; a line over the limit is passed over without being kept.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<LineRead> {
    let read = input.by_ref().take(LONGEST_LINE as u64).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(LineRead::End);
    }
    if read < LONGEST_LINE || line.ends_with(b"\n") {
        return Ok(LineRead::Line);
    }
    line.clear();
    input.skip_until(b'\n')?;
    Ok(LineRead::TooLong)
}
