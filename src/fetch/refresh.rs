//! A page that leads on by itself → where to.
//!
//! `<meta http-equiv="refresh" content="0; url=…">` is the redirect of sites that cannot or will not
//! send a status: moved articles, print versions, short addresses.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer,
    TokenizerOpts,
};
use memchr::memmem;
use url::Url;

/// Bytes of a page that are looked at; the element stands in the head.
const LOOKED_AT: usize = 64 << 10;

/// Longest delay of what leads on, in seconds. What waits longer lets its reader read: an article
/// with a notice that it moved, a front page that loads itself anew every five minutes.
const LONGEST_DELAY: u64 = 5;

/// Where the page at `url` leads before anybody could read it; `None` for a page that stays, or that
/// loads itself anew.
///
/// Whatever else stands in the page is not looked at: a browser is gone from it, too. What stands in
/// `noscript` is not followed, since it leads to the page that says that a script is missing.
pub(super) fn leads_to(url: &Url, page: &[u8]) -> Option<Url> {
    let head = &page[..page.len().min(LOOKED_AT)];
    // Nearly all pages end here.
    let lower = head.to_ascii_lowercase();
    memmem::find(&lower, b"http-equiv").and_then(|_| memmem::find(&lower, b"refresh"))?;
    let Found { base, content } = find(head);
    let content = content?;
    let (delay, written) = read_content(&content)?;
    let base = base.and_then(|base| url.join(&base).ok());
    let mut to = base.as_ref().unwrap_or(url).join(written).ok()?;
    to.set_fragment(None);
    let mut own = url.clone();
    own.set_fragment(None);
    (delay <= LONGEST_DELAY && to != own && matches!(to.scheme(), "http" | "https")).then_some(to)
}

/// Whether what was hoped to be a feed is a page; in a feed, pages stand as texts of its entries.
pub(super) fn begins_as_page(bytes: &[u8]) -> bool {
    let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    ["<!doctype html", "<html", "<head", "<meta"].iter().any(|sign| {
        begin.get(..sign.len()).is_some_and(|head| head.eq_ignore_ascii_case(sign.as_bytes()))
    })
}

/// What the head says, as written.
#[derive(Default)]
struct Found {
    base: Option<String>,
    content: Option<String>,
}

/// Reads tags without making a tree of them.
#[derive(Default)]
struct Head {
    found: RefCell<Found>,
}

impl TokenSink for Head {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != StartTag {
            return TokenSinkResult::Continue;
        }
        let mut found = self.found.borrow_mut();
        match &*tag.name {
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "style" | "noscript" | "noframes" | "iframe" | "template" | "xmp" => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "base" if found.base.is_none() => found.base = value(&tag, "href"),
            "meta" if found.content.is_none() => {
                let says = value(&tag, "http-equiv");
                if says.is_some_and(|says| says.trim().eq_ignore_ascii_case("refresh")) {
                    found.content = value(&tag, "content");
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn value(tag: &Tag, name: &str) -> Option<String> {
    let attribute = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(attribute.value.to_string())
}

fn find(head: &[u8]) -> Found {
    let text = String::from_utf8_lossy(head);
    let tokenizer = Tokenizer::new(Head::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&text));
    let _ = tokenizer.feed(&input);
    tokenizer.sink.found.take()
}

/// The delay in whole seconds, and the address as written, by the standard's steps (HTML, 4.2.5.3).
fn read_content(content: &str) -> Option<(u64, &str)> {
    let space = |c: char| c.is_ascii_whitespace();
    let rest = content.trim_start_matches(space);
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (seconds, rest) = rest.split_at(digits);
    if seconds.is_empty() && !rest.starts_with('.') {
        return None;
    }
    // A number that does not fit is a long time.
    let delay = if seconds.is_empty() { 0 } else { seconds.parse().unwrap_or(u64::MAX) };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rest = match rest.trim_start_matches(space) {
        after if after.len() < rest.len() || after.starts_with([';', ',']) => after,
        _ => return None,
    };
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_start_matches(space);
    let named = rest.get(..3).filter(|name| name.eq_ignore_ascii_case("url")).and_then(|_| {
        let value = rest[3..].trim_start_matches(space).strip_prefix('=')?;
        Some(value.trim_start_matches(space))
    });
    let written = named.unwrap_or(rest);
    let written = match written.chars().next() {
        Some(mark @ ('"' | '\'')) => written[1..].split(mark).next().unwrap_or(""),
        _ => written,
    };
    let written = written.trim_matches(space);
    (!written.is_empty()).then_some((delay, written))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(page: &str) -> Option<String> {
        let url = "https://n.test/a/b?c=1#d".parse().expect("an address");
        leads_to(&url, page.as_bytes()).map(Url::into)
    }

    #[test]
    fn follows_what_leads_on_as_browsers_read_it() {
        for (content, to) in [
            ("0; url=/new", "https://n.test/new"),
            ("0;URL='new'", "https://n.test/a/new"),
            (
                "5; Url = \"https://other.test/x?y=1&amp;z=2\" and more",
                "https://other.test/x?y=1&z=2",
            ),
            ("  1.5,//other.test/", "https://other.test/"),
            (".5 url=/new", "https://n.test/new"),
            ("0 ; https://other.test/", "https://other.test/"),
            ("0; url=?c=2", "https://n.test/a/b?c=2"),
        ] {
            let content = content.replace('"', "&quot;");
            let page = format!("<html><head><META HTTP-EQUIV=Refresh CONTENT=\"{content}\">");
            assert_eq!(led(&page).as_deref(), Some(to), "{content}");
        }
        let base = "<base href=/x/><meta content='0;url=y' http-equiv=' refresh '>";
        assert_eq!(led(base).as_deref(), Some("https://n.test/x/y"));
    }

    #[test]
    fn tells_pages_from_feeds_that_hold_pages() {
        for page in ["\u{feff} <!DOCTYPE html>", "<HTML lang=en>", "<meta charset=utf-8>"] {
            assert!(begins_as_page(page.as_bytes()), "{page}");
        }
        for feed in ["<?xml version=\"1.0\"?><rss>", "<rss><![CDATA[<html>]]>", "{}", "<ht", ""] {
            assert!(!begins_as_page(feed.as_bytes()), "{feed}");
        }
    }

    #[test]
    fn stays_where_a_reader_could_read_or_nothing_leads_on() {
        for content in [
            "6; url=/new",
            "99999999999999999999999; url=/new",
            "300",
            "0",
            "0;",
            "0; url=",
            "; url=/new",
            "soon; url=/new",
            "0url=/new",
            "0; url=b?c=1",
            "0; url=#top",
            "0; url=javascript:go()",
            "0; url=data:text/html,x",
            "0; url=http://[",
        ] {
            let page = format!("<meta http-equiv=refresh content=\"{content}\">");
            assert_eq!(led(&page), None, "{content}");
        }
        let meta = "<meta http-equiv=\"refresh\" content=\"0; url=/new\">";
        for (before, after) in [
            ("<noscript>", "</noscript>"),
            ("<!--", "-->"),
            ("<script>'", "'</script>"),
            ("<title>", "</title>"),
            ("<meta http-equiv=refresh content=300>", ""),
        ] {
            assert_eq!(led(&format!("{before}{meta}{after}")), None, "{before}");
        }
        assert_eq!(led(&format!("{}{meta}", " ".repeat(LOOKED_AT))), None);
        let other = "<meta http-equiv=\"content-language\" content=\"0; url=/new\"><p>refresh";
        assert_eq!(led(other), None);
    }
}
