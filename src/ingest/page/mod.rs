//! A page → its article: body, metadata, and what told them.
//!
//! ```text
//! markup → less markup → tree → outline ┬→ metadata
//!                                       └→ pruned → readability, gaps filled → blocks → text
//! ```

mod blocks;
mod body;
mod markup;
mod metadata;
mod microdata;
mod outline;
mod prune;

use dom_query::Document as Tree;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use url::Url;

pub use body::BodySource;
pub use markup::{MAX_DEPTH, MAX_NODES};
pub use metadata::{Origin, PageKind, PageMetadata, PageTime, Told};
pub(super) use metadata::{mend_json, read_time, time_in_address, unescape};

use super::Error;
use outline::Outline;

/// The parsed page is counted whenever this many bytes were parsed: a few tags can make a parser
/// open many elements.
const CHUNK: usize = 64 << 10;

/// Stack of the thread that reads a page: some walks over the tree recurse, [`MAX_DEPTH`] deep at
/// most, and whoever calls may have little stack left.
const STACK: usize = 16 << 20;

/// What a page said of itself and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageReading {
    /// What it said, each value with where it stood.
    pub metadata: PageMetadata,
    /// What the body was read from.
    pub body_from: BodySource,
    /// JSON-LD blocks that were beyond repair.
    pub broken_json_ld: usize,
}

/// Reads the body and the metadata of `html`, which was found at `address`.
///
/// # Errors
/// [`Error::TooDeep`], [`Error::TooManyNodes`], [`Error::NoArticle`], or [`Error::Page`] where the
/// reader gave up.
pub(super) fn read_page(html: &str, address: Option<&Url>) -> Result<(String, PageReading), Error> {
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

fn read_on_this_thread(html: &str, address: Option<&Url>) -> Result<(String, PageReading), Error> {
    let light = markup::lighten(html)?;
    let tree = parse(&light.markup)?;
    let outline = Outline::of(&tree, tree.root().id);
    let json_ld = metadata::JsonLd::read(&light.json_ld);
    let (metadata, headline) = metadata::read_metadata(&outline, &json_ld, address);
    let pruned = prune::prune(&outline);
    let body = body::read_body(tree, &outline, &pruned, &json_ld, headline);
    let text = blocks::join(&body.blocks);
    if text.is_empty() {
        return Err(Error::NoArticle);
    }
    let reading =
        PageReading { metadata, body_from: body.from, broken_json_ld: json_ld.unreadable };
    Ok((text, reading))
}

/// An element's name with its attributes, by their names.
pub(super) type NamedElement = (String, Vec<(String, String)>);

/// The elements of `html` that have one of these names, in order; a page made to hurt is refused as
/// in [`read_page`].
///
/// # Errors
/// As [`read_page`], but for [`Error::NoArticle`].
pub(super) fn elements_named(html: &str, names: &[&str]) -> Result<Vec<NamedElement>, Error> {
    let light = markup::lighten(html)?;
    let tree = parse(&light.markup)?;
    let outline = Outline::of(&tree, tree.root().id);
    let element = |entry: &outline::Entry| match &entry.kind {
        outline::Kind::Element { name, attributes } if names.contains(&name.as_ref()) => {
            let attributes = attributes
                .iter()
                .map(|it| (it.name.local.to_string(), it.value.to_string()))
                .collect();
            Some((name.to_string(), attributes))
        }
        _ => None,
    };
    Ok(outline.entries.iter().filter_map(element).collect())
}

/// The contents of the `application/ld+json` scripts of a page, in order.
///
/// # Errors
/// As [`read_page`], but for [`Error::NoArticle`].
pub(super) fn json_ld_scripts(html: &str) -> Result<Vec<String>, Error> {
    markup::lighten(html).map(|light| light.json_ld)
}

/// The items of this type in a page's microdata, or those that hold one, as JSON.
///
/// # Errors
/// As [`read_page`], but for [`Error::NoArticle`].
pub(super) fn microdata(html: &str, wanted: &str) -> Result<Vec<serde_json::Value>, Error> {
    if !html.contains("itemscope") || !html.contains(wanted) {
        return Ok(Vec::new());
    }
    let light = markup::lighten(html)?;
    let tree = parse(&light.markup)?;
    let outline = Outline::of(&tree, tree.root().id);
    Ok(microdata::items_of_type(&outline, wanted))
}

/// Parses piece by piece, so that a page made to hurt is noticed while it is still small.
fn parse(markup: &str) -> Result<Tree, Error> {
    let options = ParseOpts {
        tokenizer: TokenizerOpts::default(),
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
    };
    let mut parser = parse_document(Tree::default(), options);
    let mut rest = markup;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK));
        rest = after;
        parser.process(StrTendril::from_slice(chunk));
        if parser.tokenizer.sink.sink.tree.len() > 2 * MAX_NODES {
            return Err(Error::TooManyNodes { limit: MAX_NODES });
        }
    }
    Ok(parser.finish())
}
