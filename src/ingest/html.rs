//! A page → its main text and what it says of itself.

use dom_query::{Document as Page, NodeId};
use dom_smoothie::{Config, Readability, ReadabilityError, TextMode};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use url::Url;

use super::published::read_page_time;
use super::{Error, clean};
use crate::domain::StatedTime;

/// Elements may stand inside each other this deeply; browsers stop there too.
pub const MAX_DEPTH: usize = 512;

/// Elements, texts and comments of a page; the largest news pages have a tenth of it.
pub const MAX_NODES: usize = 250_000;

/// The tree's depth is measured whenever it has grown by this many nodes. The parser searches its
/// open elements at every tag, so a deep tree has to be noticed long before the page ends.
const NODES_BETWEEN_CHECKS: usize = 2_048;

/// Bytes handed to the parser at once.
const CHUNK: usize = 4_096;

/// Stack of the thread that reads a page: some walks over the tree recurse, [`MAX_DEPTH`] deep at
/// most, and whoever calls may have little stack left.
const STACK: usize = 16 << 20;

/// What a page holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PageContent {
    pub text: String,
    pub title: Option<String>,
    pub byline: Option<String>,
    pub site_name: Option<String>,
    pub published: Option<StatedTime>,
    /// `lang` of the page, as written.
    pub language: Option<String>,
    /// The canonical address, where it can be believed.
    pub canonical: Option<Url>,
}

/// Reads the main text and the metadata of `html`, which was found at `address`.
///
/// # Errors
/// [`Error::TooDeep`], [`Error::TooManyNodes`], [`Error::NoArticle`], or [`Error::Page`] where the
/// reader gave up.
pub(super) fn read_page(html: &str, address: Option<&Url>) -> Result<PageContent, Error> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("read-page".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || read_on_this_thread(html, address))
            .map_err(|error| Error::Page(Some(error)))?
            .join()
            .unwrap_or(Err(Error::Page(None)))
    })
}

fn read_on_this_thread(html: &str, address: Option<&Url>) -> Result<PageContent, Error> {
    let page = parse(html)?;
    let canonical = canonical(&page, address);
    let language = page
        .select("html[lang]")
        .iter()
        .next()
        .and_then(|element| element.attr("lang"))
        .map(|lang| lang.to_string());
    let heading = page.select("h1").iter().next().and_then(|h1| clean::one_line(&h1.text()));
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let address = address.filter(|url| matches!(url.scheme(), "http" | "https")).map(Url::as_str);
    let article = Readability::with_document(page, address, Some(config))
        .and_then(|mut readability| readability.parse())
        .map_err(|error| match error {
            ReadabilityError::TooManyElements(_, limit) => Error::TooManyNodes { limit },
            ReadabilityError::BadDocumentURL | ReadabilityError::GrabFailed => Error::NoArticle,
        })?;
    let title = clean::one_line(&article.title).or(heading);
    let text = without_headline(&article.text_content, title.as_deref());
    if text.trim().is_empty() {
        return Err(Error::NoArticle);
    }
    Ok(PageContent {
        text,
        title,
        byline: article.byline.as_deref().and_then(clean::one_line),
        site_name: article.site_name.as_deref().and_then(clean::one_line),
        published: article.published_time.as_deref().and_then(read_page_time),
        language: language.or(article.lang),
        canonical,
    })
}

/// Parses piece by piece, so that a page made to hurt is noticed while it is still small.
fn parse(html: &str) -> Result<Page, Error> {
    let options = ParseOpts {
        tokenizer: TokenizerOpts::default(),
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
    };
    let mut parser = parse_document(Page::default(), options);
    let mut checked = 0;
    let mut rest = html;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK));
        rest = after;
        parser.process(StrTendril::from_slice(chunk));
        let page = &parser.tokenizer.sink.sink;
        let nodes = page.tree.len();
        if nodes > MAX_NODES {
            return Err(Error::TooManyNodes { limit: MAX_NODES });
        }
        if nodes - checked > NODES_BETWEEN_CHECKS {
            checked = nodes;
            check_depth(page)?;
        }
    }
    let page = parser.finish();
    check_depth(&page)?;
    Ok(page)
}

/// Walks the tree without recursion, the contents of templates included.
fn check_depth(page: &Page) -> Result<(), Error> {
    let tree = &page.tree;
    let mut open: Vec<(NodeId, usize)> = vec![(tree.root().id, 0)];
    while let Some((id, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { limit: MAX_DEPTH });
        }
        open.extend(tree.child_ids_of_it(&id, false).map(|child| (child, depth + 1)));
        let contents = tree
            .query_node(&id, |node| node.as_element().and_then(|element| element.template_contents))
            .flatten();
        open.extend(contents.map(|contents| (contents, depth + 1)));
    }
    Ok(())
}

/// The body without a first line that only repeats the headline, so that the headline is not read
/// as a second claim.
fn without_headline(text: &str, title: Option<&str>) -> String {
    let text = text.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if title.is_some_and(|title| title == first.trim()) && !rest.trim().is_empty() {
        rest.trim_start().to_owned()
    } else {
        text.to_owned()
    }
}

/// The canonical address that the page names, resolved against where it was found.
///
/// An article that calls the site's front page canonical, or a page of another site, is not
/// believed: whole archives would fall into one document.
fn canonical(page: &Page, address: Option<&Url>) -> Option<Url> {
    let link = page.select("link[rel~='canonical'][href]").iter().next()?.attr("href")?;
    let link = link.trim();
    let named = match address {
        Some(address) => address.join(link).ok()?,
        None => Url::parse(link).ok()?,
    };
    let named = super::address::parse_url(named.as_str()).ok()?;
    if named.path() == "/" && named.query().is_none() {
        return None;
    }
    let same_site = address.is_none_or(|address| site(address) == site(&named));
    same_site.then_some(named)
}

/// The host without what tells a reader's device.
fn site(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(
        ["www.", "m.", "amp.", "mobile."].iter().find_map(|p| host.strip_prefix(p)).unwrap_or(host),
    )
}
