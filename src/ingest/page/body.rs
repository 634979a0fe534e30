//! A page → the blocks of its article.
//!
//! The readability measure decides which part of the page is the article. It works on what
//! [`prune`](super::prune) left and now and then drops a paragraph out of the middle, so its answer
//! is laid over the page and such gaps are filled. Where the page's own JSON-LD holds an article
//! that the measure missed, that decides; where neither finds enough, the page's paragraphs do.

use std::collections::HashSet;

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};

use super::blocks::{Block, BlockKind, read_blocks};
use super::metadata::{JsonLd, read_time, skeleton};
use super::outline::{Outline, is_inline};
use super::prune::Pruned;

/// What the body was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodySource {
    /// The part of the page that the readability measure found.
    Readability,
    /// The part of the page that its JSON-LD gives as `articleBody`.
    JsonLdOnPage,
    /// `articleBody` itself: the page shows too little of it.
    JsonLd,
    /// An element that the page marks as its article.
    Article,
    /// All paragraphs of the page.
    Paragraphs,
}

/// The blocks of an article and what they were read from.
#[derive(Debug)]
pub struct Body {
    pub blocks: Vec<Block>,
    pub from: BodySource,
}

/// Fewer characters than this, spaces apart, may be a teaser; then other ways are tried too.
const FEW: usize = 220;

/// The share of `articleBody` that the page must show for its own blocks to be taken.
const COVERED: f32 = 0.6;

/// Reads the body. `page` is the tree that `outline` was read from and is used up.
pub fn read_body(
    page: Document,
    outline: &Outline,
    pruned: &Pruned,
    json_ld: &JsonLd,
    headline: Option<usize>,
) -> Body {
    let on_page = read_blocks(outline, 0, |at| pruned.is_gone(at));
    let measured = measure(page, outline, pruned);
    let mut body =
        Body { blocks: lay_over(outline, &on_page, &measured), from: BodySource::Readability };
    if let Some(written) = json_ld.text("articleBody") {
        let written = Written::read(written);
        if written.length >= FEW && written.length > 2 * length(&body.blocks) {
            body = written.body(outline, &on_page);
        }
    }
    if length(&body.blocks) < FEW {
        let marked = outline
            .elements(0)
            .filter(|&at| !pruned.is_gone(at) && is_marked(outline, at))
            .max_by_key(|&at| (outline.paragraph_length(at), std::cmp::Reverse(at)))
            .map(|at| read_blocks(outline, at, |at| pruned.is_gone(at)))
            .unwrap_or_default();
        let paragraphs: Vec<Block> = on_page
            .iter()
            .filter(|block| block.linked * 4 <= block.length && stands_in(outline, block, "p"))
            .cloned()
            .collect();
        for (blocks, from) in [(marked, BodySource::Article), (paragraphs, BodySource::Paragraphs)]
        {
            // Twice as much, so that a short page is not swapped for its own footer.
            if length(&blocks) > 2 * length(&body.blocks) {
                body = Body { blocks, from };
            }
        }
    }
    body.blocks = tidy(body.blocks);
    drop_headline(&mut body.blocks, outline, headline);
    drop_head_matter(&mut body.blocks, outline);
    body
}

/// Characters of some blocks, spaces apart.
pub fn length(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| block.length).sum()
}

/// The readability measure over what pruning left of the page.
fn measure(page: Document, outline: &Outline, pruned: &Pruned) -> Vec<Block> {
    for &root in &pruned.roots {
        NodeRef::new(outline.entries[root].node, &page.tree).remove_from_parent();
    }
    // What is hidden and not the article is gone by now; what is hidden still is the article.
    for at in outline.elements(0) {
        let entry = &outline.entries[at];
        if ["hidden", "aria-hidden", "style"].iter().any(|name| entry.attribute(name).is_some()) {
            NodeRef::new(entry.node, &page.tree).remove_attrs(&["hidden", "aria-hidden", "style"]);
        }
    }
    let config = Config { disable_json_ld: true, ..Config::default() };
    let Ok(mut readability) = Readability::with_document(page, None, Some(config)) else {
        return Vec::new();
    };
    if readability.parse().is_err() {
        return Vec::new();
    }
    let found = Outline::of(&readability.doc, readability.doc.root().id);
    let root = found
        .elements(0)
        .find(|&at| found.entries[at].attribute("id") == Some("readability-page-1"));
    let mut blocks = root.map(|root| read_blocks(&found, root, |_| false)).unwrap_or_default();
    // Their places count in the tree that the measure made, not in the page's outline.
    for block in &mut blocks {
        block.at = None;
    }
    blocks
}

/// Letters of a block, without spaces, by which it is found again.
fn letters(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// The blocks of the page that the measure chose, with the gaps it left filled.
fn lay_over(outline: &Outline, on_page: &[Block], measured: &[Block]) -> Vec<Block> {
    let chosen: Vec<String> = measured.iter().map(|block| letters(&block.text)).collect();
    let whole = chosen.join("\n");
    let chosen: HashSet<&str> = chosen.iter().map(String::as_str).collect();
    let found: Vec<bool> = on_page
        .iter()
        .map(|block| {
            let letters = letters(&block.text);
            chosen.contains(letters.as_str()) || block.length >= 30 && whole.contains(&letters)
        })
        .collect();
    let kept = with_gaps_filled(outline, on_page, &found);
    // The measure may join what the page parts; then its own reading is the fuller one.
    if length(&kept) * 10 < length(measured) * 9 { measured.to_vec() } else { kept }
}

/// The found blocks, and those between them that are set like them.
fn with_gaps_filled(outline: &Outline, on_page: &[Block], found: &[bool]) -> Vec<Block> {
    let first = found.iter().position(|found| *found);
    let last = found.iter().rposition(|found| *found);
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let settings: HashSet<(usize, &str)> = on_page
        .iter()
        .zip(found)
        .filter(|(block, found)| **found && block.length >= 40)
        .map(|(block, _)| setting(outline, block))
        .collect();
    // A block that stands twice, once among the found ones, is a copy.
    on_page
        .iter()
        .zip(found)
        .enumerate()
        .filter(|(at, (block, found))| {
            **found
                || (first..=last).contains(at)
                    && block.linked * 2 <= block.length
                    && settings.contains(&setting(outline, block))
        })
        .map(|(_, (block, _))| block.clone())
        .collect()
}

/// How a block is set: the element around its own element, and its own name.
fn setting<'o>(outline: &'o Outline, block: &Block) -> (usize, &'o str) {
    let own = block
        .at
        .and_then(|at| outline.ancestors(at).find(|&at| !is_inline(outline.entries[at].name())))
        .unwrap_or(0);
    (outline.entries[own].parent, outline.entries[own].name())
}

fn stands_in(outline: &Outline, block: &Block, name: &str) -> bool {
    block.at.is_some_and(|at| outline.ancestors(at).any(|at| outline.entries[at].name() == name))
}

fn is_marked(outline: &Outline, at: usize) -> bool {
    let entry = &outline.entries[at];
    entry.name() == "article"
        || entry.name() == "main"
        || entry.attribute("itemprop").is_some_and(|it| it.eq_ignore_ascii_case("articleBody"))
}

/// `articleBody` as the page's JSON-LD gives it.
struct Written {
    paragraphs: Vec<String>,
    letters: String,
    length: usize,
}

impl Written {
    fn read(text: &str) -> Self {
        let text = super::metadata::unescape(text);
        let paragraphs: Vec<String> = super::metadata::plain_lines(&text);
        let letters = paragraphs.iter().map(|it| letters(it)).collect::<String>();
        Written { paragraphs, length: letters.chars().count(), letters }
    }

    /// The share of it that these blocks hold.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
    fn share_in(&self, blocks: &[Block]) -> f32 {
        let held: usize =
            blocks.iter().filter(|block| self.holds(block)).map(|block| block.length).sum();
        held as f32 / self.length.max(1) as f32
    }

    fn holds(&self, block: &Block) -> bool {
        block.length >= 20 && self.letters.contains(&letters(&block.text))
    }

    /// The blocks of the page that it holds, or its own paragraphs where the page shows too few.
    fn body(&self, outline: &Outline, on_page: &[Block]) -> Body {
        let found: Vec<bool> = on_page.iter().map(|block| self.holds(block)).collect();
        let blocks = with_gaps_filled(outline, on_page, &found);
        if self.share_in(&blocks) >= COVERED {
            return Body { blocks, from: BodySource::JsonLdOnPage };
        }
        let blocks = self
            .paragraphs
            .iter()
            .map(|text| Block {
                kind: BlockKind::Paragraph,
                length: letters(text).chars().count(),
                text: text.clone(),
                linked: 0,
                at: None,
                continues: false,
            })
            .collect();
        Body { blocks, from: BodySource::JsonLd }
    }
}

/// The blocks without those that only link elsewhere and without headings of nothing.
fn tidy(mut blocks: Vec<Block>) -> Vec<Block> {
    let is_link = |block: &Block| {
        block.linked * 10 >= block.length * 9 && !matches!(block.kind, BlockKind::Heading(_))
    };
    let links: usize = blocks.iter().filter(|block| is_link(block)).map(|block| block.length).sum();
    // Where a good part of the text is links, the article is a list of links.
    if links * 4 < length(&blocks) {
        blocks.retain(|block| !is_link(block));
    }
    let mut tidied: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        if let BlockKind::Heading(level) = block.kind
            && let Some(Block { kind: BlockKind::Heading(before), .. }) = tidied.last()
            && level <= *before
        {
            tidied.pop();
        }
        tidied.push(block);
    }
    while matches!(tidied.last(), Some(Block { kind: BlockKind::Heading(_), .. })) {
        tidied.pop();
    }
    tidied
}

/// Drops the headline from the head of the body, so that it is not read as a second claim.
fn drop_headline(blocks: &mut Vec<Block>, outline: &Outline, headline: Option<usize>) {
    let Some(headline) = headline else { return };
    let title = skeleton(&outline.text(headline));
    let end = outline.entries[headline].end;
    let mut seen = 0;
    blocks.retain(|block| {
        seen += 1;
        let inside = block.at.is_some_and(|at| (headline..end).contains(&at))
            && matches!(block.kind, BlockKind::Heading(1));
        !inside && (seen > 4 || skeleton(&block.text) != title)
    });
}

/// Drops short lines that tell the date before the text begins.
fn drop_head_matter(blocks: &mut Vec<Block>, outline: &Outline) {
    let begins = blocks
        .iter()
        .position(|block| block.length >= 60 && block.kind == BlockKind::Paragraph)
        .unwrap_or(0);
    let mut at = 0;
    blocks.retain(|block| {
        at += 1;
        let is_date = block.length < 60
            && (stands_in(outline, block, "time") || read_time(&block.text).is_some());
        at > begins || !is_date
    });
}
