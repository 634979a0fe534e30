//! A part of a page → its text, one block after the other.

use super::outline::{Kind, Outline, is_inline};

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Paragraph,
    /// With its level, 1 to 6.
    Heading(u8),
    ListItem,
    Row,
    Preformatted,
}

/// A run of text that a reader sees set off from the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    pub text: String,
    /// Characters of it, spaces apart.
    pub length: usize,
    /// Those that stand in links.
    pub linked: usize,
    /// The entry of the page's outline its text begins at; `None` for text that stands in no page
    /// as it came, or in a tree that was changed since.
    pub at: Option<usize>,
    /// Whether it only goes on after a line break, in the paragraph of the block before.
    pub continues: bool,
}

/// Reads the blocks inside `root`, leaving out what `is_gone`.
pub fn read_blocks(outline: &Outline, root: usize, is_gone: impl Fn(usize) -> bool) -> Vec<Block> {
    let mut reader = Reader::default();
    let end = outline.entries[root].end;
    let mut at = root;
    let mut link_end = 0;
    // The elements around `at` that end a block where they end.
    let mut open: Vec<(usize, Option<BlockKind>)> = Vec::new();
    while at < end {
        while let Some(&(closes, kind)) = open.last()
            && closes <= at
        {
            open.pop();
            reader.flush();
            if kind.is_some() {
                reader.kind = open.iter().rev().find_map(|(_, kind)| *kind);
            }
        }
        if is_gone(at) {
            at = outline.entries[at].end;
            continue;
        }
        let entry = &outline.entries[at];
        match &entry.kind {
            Kind::Text(contents) => reader.push(contents, at, at < link_end),
            Kind::Element { name, .. } => match &**name {
                "br" => reader.line_break(),
                "a" => link_end = link_end.max(entry.end),
                "td" | "th" => reader.gap = true,
                "head" | "title" | "script" | "style" => {
                    at = entry.end;
                    continue;
                }
                name if is_inline(name) => {}
                name => {
                    let kind = match name {
                        "h1" => Some(BlockKind::Heading(1)),
                        "h2" => Some(BlockKind::Heading(2)),
                        "h3" => Some(BlockKind::Heading(3)),
                        "h4" => Some(BlockKind::Heading(4)),
                        "h5" => Some(BlockKind::Heading(5)),
                        "h6" => Some(BlockKind::Heading(6)),
                        "li" | "dt" | "dd" => Some(BlockKind::ListItem),
                        "tr" => Some(BlockKind::Row),
                        "pre" => Some(BlockKind::Preformatted),
                        _ => None,
                    };
                    reader.flush();
                    open.push((entry.end, kind));
                    if kind.is_some() {
                        reader.kind = kind;
                    }
                }
            },
        }
        at += 1;
    }
    reader.flush();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    text: String,
    length: usize,
    linked: usize,
    start: usize,
    gap: bool,
    /// Line breaks since the last word.
    breaks: usize,
    continues: bool,
    kind: Option<BlockKind>,
}

impl Reader {
    fn push(&mut self, contents: &str, at: usize, linked: bool) {
        for character in contents.chars() {
            if character.is_whitespace() {
                if character == '\n' && self.kind == Some(BlockKind::Preformatted) {
                    self.line_break();
                }
                self.gap = true;
                continue;
            }
            if self.breaks > 0 && !self.text.is_empty() {
                let continues = self.breaks == 1;
                self.flush();
                self.continues = continues;
            }
            self.breaks = 0;
            if self.text.is_empty() {
                self.start = at;
            } else if self.gap {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.push(character);
            self.length += 1;
            self.linked += usize::from(linked);
        }
    }

    fn line_break(&mut self) {
        self.breaks += 1;
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.blocks.push(Block {
                kind: self.kind.unwrap_or(BlockKind::Paragraph),
                text: std::mem::take(&mut self.text),
                length: self.length,
                linked: self.linked,
                at: Some(self.start),
                continues: self.continues,
            });
        }
        self.length = 0;
        self.linked = 0;
        self.gap = false;
        self.breaks = 0;
        self.continues = false;
    }
}

/// The blocks as a text: an empty line between paragraphs, a line break between lines that belong
/// together.
pub fn join(blocks: &[Block]) -> String {
    let mut text = String::new();
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 {
            let before = &blocks[at - 1];
            let together = block.continues
                || before.kind == block.kind
                    && matches!(block.kind, BlockKind::ListItem | BlockKind::Row);
            text.push_str(if together { "\n" } else { "\n\n" });
        }
        text.push_str(&block.text);
    }
    text
}
