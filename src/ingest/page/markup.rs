//! Markup → less markup: what no reader sees falls away before the parser works on it.
//!
//! One pass over the characters, far cheaper than parsing. It drops comments, scripts, style
//! sheets and drawings (two thirds of a usual news page) and hands out the JSON-LD blocks. It also
//! stands guard: a page that nests too deeply or has too many tags is refused here, before a
//! parser or a walk over its tree pays for it.

use std::collections::HashMap;

use memchr::{memchr, memmem};

use crate::ingest::Error;

/// Elements may stand inside each other this deeply; browsers stop there too. Real news pages stay
/// below 60.
pub const MAX_DEPTH: usize = 512;

/// Tags, and nodes of the parsed page, at most; the largest news pages have a tenth of it.
pub const MAX_NODES: usize = 100_000;

/// Markup that reaches the parser, in bytes; the largest news pages have a sixth of it.
const MAX_MARKUP: usize = 4 << 20;

/// Depths of all tags together. A tree costs its nodes times their depth wherever something looks
/// at the elements around an element; the largest news pages have a tenth of it.
const MAX_NESTING: usize = 4_000_000;

/// A longer tag, in bytes, keeps its name alone: such tags carry pictures or data.
const MAX_TAG: usize = 64 << 10;

/// A tag with more attributes keeps its name alone: the parser compares each with each.
const MAX_ATTRIBUTES: usize = 100;

/// JSON-LD that is kept from one page, in bytes.
const MAX_JSON_LD: usize = 2 << 20;

/// Markup without what no reader sees.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lightened {
    /// What is to be parsed.
    pub markup: String,
    /// The contents of `<script type="application/ld+json">`, in order.
    pub json_ld: Vec<String>,
}

/// Elements whose content is dropped with them. `noscript` repeats pictures, `template` holds
/// what scripts have yet to show.
const DROPPED: [&str; 11] = [
    "script", "style", "svg", "noscript", "textarea", "iframe", "object", "canvas", "noframes",
    "noembed", "select",
];

/// Elements without an end tag.
const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "keygen",
];

/// Elements whose end tag is often left out: the parser closes them, and counting them as open
/// would make a long list look deep.
const OPTIONAL_END: [&str; 15] = [
    "p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "caption",
    "html", "head", "body",
];

/// Elements that a parser opens again in every block after they were left open; a page can use
/// that to grow without end.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Formatting elements inside each other, at most; more are dropped and their text kept.
const MAX_FORMATTING: usize = 16;

/// Makes `html` light.
///
/// # Errors
/// [`Error::TooDeep`], [`Error::TooManyNodes`], [`Error::TooMuchNesting`], and [`Error::TooLarge`]
/// where too much is left.
pub fn lighten(html: &str) -> Result<Lightened, Error> {
    let mut light =
        Lightened { markup: String::with_capacity(html.len() / 2), ..Lightened::default() };
    let mut nesting = Nesting::default();
    let mut tags = 0;
    let mut depths = 0;
    let mut at = 0;
    while at < html.len() {
        if tags > MAX_NODES {
            return Err(Error::TooManyNodes { limit: MAX_NODES });
        }
        if depths > MAX_NESTING {
            return Err(Error::TooMuchNesting);
        }
        let rest = &html[at..];
        let Some(open) = memchr(b'<', rest.as_bytes()) else {
            light.markup.push_str(rest);
            break;
        };
        light.markup.push_str(&rest[..open]);
        at += open;
        let rest = &html[at..];
        let Some(tag) = Tag::read(rest) else {
            at += skip_declaration(rest, &mut light.markup);
            continue;
        };
        at += tag.len;
        if tag.closes {
            if nesting.close(tag.name, &mut light.markup) {
                light.markup.push_str(&rest[..tag.len]);
            }
            continue;
        }
        if let Some(name) = DROPPED.iter().find(|name| tag.name.eq_ignore_ascii_case(name)) {
            if tag.self_closing && *name == "svg" {
                continue;
            }
            let (content, with_end) = length_of_content(&html[at..], name);
            if *name == "script" && is_json_ld(&rest[..tag.len]) {
                let kept: usize = light.json_ld.iter().map(String::len).sum();
                if kept + content <= MAX_JSON_LD {
                    light.json_ld.push(html[at..at + content].to_owned());
                }
            }
            at += with_end;
            continue;
        }
        let void = is_one_of(tag.name, &VOID);
        if void || nesting.open(tag.name)? {
            tags += 1;
            depths += nesting.open.len();
            if tag.len > MAX_TAG || tag.attributes > MAX_ATTRIBUTES {
                light.markup.push('<');
                light.markup.push_str(tag.name);
                light.markup.push('>');
            } else {
                light.markup.push_str(&rest[..tag.len]);
            }
        }
    }
    if light.markup.len() > MAX_MARKUP {
        return Err(Error::TooLarge { bytes: light.markup.len(), limit: MAX_MARKUP });
    }
    Ok(light)
}

/// A tag at the start of some markup.
struct Tag<'m> {
    name: &'m str,
    closes: bool,
    self_closing: bool,
    /// How many, about: stray signs between them count too.
    attributes: usize,
    /// Up to and with `>`.
    len: usize,
}

impl<'m> Tag<'m> {
    /// `None` where no tag begins, or where it never ends.
    fn read(markup: &'m str) -> Option<Self> {
        let bytes = markup.as_bytes();
        let closes = bytes.get(1) == Some(&b'/');
        let start = if closes { 2 } else { 1 };
        if !bytes.get(start)?.is_ascii_alphabetic() {
            return None;
        }
        let name_len = bytes[start..]
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))?;
        let mut at = start + name_len;
        // A quotation mark opens a value only after an equals sign; elsewhere it is a stray one.
        let mut after_equals = false;
        let mut after_space = false;
        let mut attributes = 0;
        loop {
            match *bytes.get(at)? {
                b'>' => break,
                quote @ (b'"' | b'\'') if after_equals => {
                    at += 1 + memchr(quote, &bytes[at + 1..])?;
                    after_equals = false;
                }
                b'=' => after_equals = true,
                byte if byte.is_ascii_whitespace() || byte == b'/' => after_space = true,
                _ => {
                    attributes += usize::from(after_space && !after_equals);
                    after_equals = false;
                    after_space = false;
                }
            }
            at += 1;
        }
        Some(Tag {
            name: &markup[start..start + name_len],
            closes,
            self_closing: bytes[at - 1] == b'/',
            attributes,
            len: at + 1,
        })
    }
}

/// Skips a comment, declaration or stray `<`; a document type is kept, since it decides how tables
/// and paragraphs nest. Returns the bytes read, at least one.
fn skip_declaration(rest: &str, markup: &mut String) -> usize {
    let bytes = rest.as_bytes();
    if let Some(comment) = rest.strip_prefix("<!--") {
        if comment.starts_with('>') {
            return 5;
        }
        return memmem::find(comment.as_bytes(), b"-->").map_or(rest.len(), |end| 4 + end + 3);
    }
    if matches!(bytes.get(1), Some(b'!' | b'?'))
        || bytes.get(1) == Some(&b'/') && bytes.get(2).is_some()
    {
        let Some(end) = memchr(b'>', bytes) else { return rest.len() };
        if bytes.len() > 9 && bytes[2..9].eq_ignore_ascii_case(b"doctype") {
            markup.push_str("<!DOCTYPE html>");
        }
        return end + 1;
    }
    match bytes.get(1) {
        // A tag that never ends: browsers show nothing of it.
        Some(byte) if byte.is_ascii_alphabetic() => rest.len(),
        _ => {
            markup.push('<');
            1
        }
    }
}

/// Bytes up to the end tag of `name`, and with it; all of `rest` where it is missing.
fn length_of_content(rest: &str, name: &str) -> (usize, usize) {
    let bytes = rest.as_bytes();
    let mut depth = 1_usize;
    let mut at = 0;
    while let Some(open) = memchr(b'<', &bytes[at..]) {
        at += open + 1;
        let closes = bytes.get(at) == Some(&b'/');
        let start = at + usize::from(closes);
        let end = start + name.len();
        let is_name =
            bytes.get(start..end).is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()))
                && bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
        if is_name && closes {
            depth -= 1;
            if depth == 0 {
                let close = memchr(b'>', &bytes[end..]);
                return (start - 2, close.map_or(rest.len(), |close| end + close + 1));
            }
        } else if is_name && name == "svg" {
            depth += 1;
        }
    }
    (rest.len(), rest.len())
}

fn is_json_ld(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    tag.contains("ld+json")
}

/// The elements that are open, as far as their names tell.
#[derive(Default)]
struct Nesting<'m> {
    open: Vec<&'m str>,
    /// How many of them are formatting elements.
    formatting: usize,
    /// Dropped formatting elements that wait for their end tag.
    waiting: HashMap<&'m str, usize>,
}

impl<'m> Nesting<'m> {
    /// Whether the start tag is to be kept.
    fn open(&mut self, name: &'m str) -> Result<bool, Error> {
        if is_one_of(name, &OPTIONAL_END) {
            return Ok(true);
        }
        let formatting = is_one_of(name, &FORMATTING);
        if formatting && self.formatting >= MAX_FORMATTING {
            *self.waiting.entry(name).or_default() += 1;
            return Ok(false);
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Error::TooDeep { limit: MAX_DEPTH });
        }
        self.open.push(name);
        self.formatting += usize::from(formatting);
        Ok(true)
    }

    /// Whether the end tag is to be kept. Formatting elements that it closes with it are closed in
    /// `markup` first.
    fn close(&mut self, name: &str, markup: &mut String) -> bool {
        if is_one_of(name, &OPTIONAL_END) {
            return true;
        }
        if let Some(waiting) = self.waiting.get_mut(name)
            && *waiting > 0
        {
            *waiting -= 1;
            return false;
        }
        let Some(at) = self.open.iter().rposition(|open| open.eq_ignore_ascii_case(name)) else {
            return false;
        };
        let closes_a_block = !is_one_of(name, &FORMATTING);
        while self.open.len() > at {
            let Some(closed) = self.open.pop() else { break };
            if is_one_of(closed, &FORMATTING) {
                self.formatting -= 1;
                if closes_a_block {
                    markup.push_str("</");
                    markup.push_str(closed);
                    markup.push('>');
                }
            }
        }
        true
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|it| name.eq_ignore_ascii_case(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(html: &str) -> String {
        lighten(html).expect("within the limits").markup
    }

    #[test]
    fn what_no_reader_sees_falls_away() {
        for (html, light) in [
            ("a<!-- b -->c", "ac"),
            ("a<!-->c", "ac"),
            ("a<script>if (1 < 2) { '</p>' }</script>c", "ac"),
            ("a<SCRIPT src=x>b</ScRiPt >c", "ac"),
            ("a<style>p { color: red }</style>c", "ac"),
            ("a<svg><svg><g/></svg><title>t</title></svg>c", "ac"),
            ("a<svg/>c", "ac"),
            ("a<noscript><img src=b></noscript>c", "ac"),
            ("<!doctype html><p>a", "<!DOCTYPE html><p>a"),
            ("<?xml version='1.0'?><p>a", "<p>a"),
            ("a</b>c", "ac"),
            ("1 < 2", "1 < 2"),
            ("<p title='>'>a", "<p title='>'>a"),
            ("<p it's>a</p>", "<p it's>a</p>"),
        ] {
            assert_eq!(markup(html), light, "{html}");
        }
    }

    #[test]
    fn json_ld_is_handed_out_and_other_scripts_are_not() {
        let light = lighten(
            "<script>var a = 1;</script><script type=\"application/ld+json\">{\"a\": 1}</script>",
        )
        .expect("within the limits");
        assert_eq!(light.json_ld, ["{\"a\": 1}"]);
    }

    #[test]
    fn what_never_ends_is_no_trap() {
        for html in
            ["a<!-- b", "a<script>b", "a<p class=\"b", "a<p", "a<svg><svg></svg>", "a</", "<"]
        {
            assert!(!markup(html).contains('b'), "{html}");
        }
    }

    #[test]
    fn formatting_left_open_ends_with_its_block() {
        assert_eq!(markup("<div><b><i>a</div>c"), "<div><b><i>a</i></b></div>c");
        assert_eq!(markup(&"<b>".repeat(90)).matches("<b>").count(), MAX_FORMATTING);
    }

    #[test]
    fn overgrown_tags_keep_their_name() {
        let attributes: String = (0..150).map(|number| format!(" a{number}=b")).collect();
        assert_eq!(markup(&format!("<p{attributes}>a</p>")), "<p>a</p>");
        let picture = "x".repeat(MAX_TAG);
        assert_eq!(markup(&format!("<div style='{picture}'>a</div>c</div>")), "<div>a</div>c");
    }

    #[test]
    fn wide_pages_at_great_depth_are_refused() {
        let page = "<div>".repeat(500) + &"<i>a</i>".repeat(50_000);
        assert!(matches!(lighten(&page), Err(Error::TooMuchNesting)));
        let page = "<p>The minister denied the trip. ".repeat(200_000);
        assert!(matches!(lighten(&page), Err(Error::TooManyNodes { .. })));
        let page = "a".repeat(MAX_MARKUP + 1);
        assert!(matches!(lighten(&page), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn long_lists_without_end_tags_are_not_deep() {
        let page = format!("<ul>{}</ul>", "<li><p>a".repeat(5_000));
        assert_eq!(markup(&page), page);
    }
}
