//! A parsed page → a flat list of its elements and texts, in the order of the page.
//!
//! A subtree is a range of the list, so questions such as "how much text stands in here" are
//! differences of running sums, and no walk recurses.

use dom_query::{Attr, Document, LocalName, NodeData, NodeId};
use html5ever::tendril::StrTendril;

/// What stands at one place of the page.
#[derive(Debug)]
pub enum Kind {
    Element { name: LocalName, attributes: Vec<Attr> },
    Text(StrTendril),
}

/// An element or text of the page.
#[derive(Debug)]
pub struct Entry {
    /// The node in the tree it was read from.
    pub node: NodeId,
    pub kind: Kind,
    /// The element around it; the root is its own.
    pub parent: usize,
    /// One past the last entry inside it.
    pub end: usize,
}

impl Entry {
    /// The element's name; empty for texts.
    pub fn name(&self) -> &str {
        match &self.kind {
            Kind::Element { name, .. } => name,
            Kind::Text(_) => "",
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        match &self.kind {
            Kind::Element { attributes, .. } => attributes
                .iter()
                .find(|attribute| &*attribute.name.local == name)
                .map(|attribute| attribute.value.as_ref()),
            Kind::Text(_) => None,
        }
    }

    pub fn is_element(&self) -> bool {
        matches!(self.kind, Kind::Element { .. })
    }
}

/// A page as a flat list; entry 0 is its root.
#[derive(Debug)]
pub struct Outline {
    pub entries: Vec<Entry>,
    /// Characters of text before an entry, spaces apart.
    text_before: Vec<u32>,
    /// Characters of link text before an entry.
    links_before: Vec<u32>,
    /// Characters that stand in paragraphs before an entry.
    paragraphs_before: Vec<u32>,
}

impl Outline {
    /// Everything below `root`.
    pub fn of(page: &Document, root: NodeId) -> Self {
        let tree = &page.tree;
        let mut outline = Outline {
            entries: Vec::new(),
            text_before: Vec::new(),
            links_before: Vec::new(),
            paragraphs_before: Vec::new(),
        };
        // Nodes still to visit: `None` closes the element at that place.
        let mut todo: Vec<(Option<NodeId>, usize)> = vec![(Some(root), 0)];
        let mut children: Vec<NodeId> = Vec::new();
        while let Some((node, place)) = todo.pop() {
            let Some(id) = node else {
                outline.entries[place].end = outline.entries.len();
                continue;
            };
            let kind = tree.query_node(&id, |node| match &node.data {
                NodeData::Element(element) => Some(Kind::Element {
                    name: element.name.local.clone(),
                    attributes: element.attrs.clone(),
                }),
                NodeData::Text { contents } => Some(Kind::Text(contents.clone())),
                NodeData::Document | NodeData::Fragment => {
                    Some(Kind::Element { name: LocalName::from(""), attributes: Vec::new() })
                }
                _ => None,
            });
            let Some(Some(kind)) = kind else { continue };
            let at = outline.entries.len();
            let is_element = matches!(kind, Kind::Element { .. });
            outline.entries.push(Entry { node: id, kind, parent: place, end: at + 1 });
            if is_element {
                todo.push((None, at));
                children.clear();
                children.extend(tree.child_ids_of_it(&id, true));
                todo.extend(children.iter().map(|&child| (Some(child), at)));
            }
        }
        outline.count();
        outline
    }

    fn count(&mut self) {
        let (mut text, mut links, mut paragraphs) = (0_u32, 0_u32, 0_u32);
        let (mut link_end, mut paragraph_end) = (0, 0);
        for (at, entry) in self.entries.iter().enumerate() {
            self.text_before.push(text);
            self.links_before.push(links);
            self.paragraphs_before.push(paragraphs);
            match &entry.kind {
                Kind::Element { name, .. } => match &**name {
                    "a" => link_end = link_end.max(entry.end),
                    "p" => paragraph_end = paragraph_end.max(entry.end),
                    _ => {}
                },
                Kind::Text(contents) => {
                    let characters = u32::try_from(
                        contents
                            .bytes()
                            .filter(|byte| !byte.is_ascii_whitespace() && byte & 0xC0 != 0x80)
                            .count(),
                    )
                    .unwrap_or(u32::MAX);
                    text = text.saturating_add(characters);
                    if at < link_end {
                        links = links.saturating_add(characters);
                    }
                    if at < paragraph_end {
                        paragraphs = paragraphs.saturating_add(characters);
                    }
                }
            }
        }
        self.text_before.push(text);
        self.links_before.push(links);
        self.paragraphs_before.push(paragraphs);
    }

    /// Characters of text inside `at`, spaces apart.
    pub fn text_length(&self, at: usize) -> u32 {
        self.text_before[self.entries[at].end] - self.text_before[at]
    }

    /// Characters of link text inside `at`.
    pub fn link_length(&self, at: usize) -> u32 {
        self.links_before[self.entries[at].end] - self.links_before[at]
    }

    /// Characters inside `at` that stand in a `<p>`.
    pub fn paragraph_length(&self, at: usize) -> u32 {
        self.paragraphs_before[self.entries[at].end] - self.paragraphs_before[at]
    }

    /// The text inside `at` on one line.
    pub fn text(&self, at: usize) -> String {
        let mut text = String::new();
        let mut gap = false;
        for entry in &self.entries[at..self.entries[at].end] {
            match &entry.kind {
                Kind::Text(contents) => {
                    for character in contents.chars() {
                        if character.is_whitespace() {
                            gap = true;
                        } else {
                            if gap && !text.is_empty() {
                                text.push(' ');
                            }
                            gap = false;
                            text.push(character);
                        }
                    }
                }
                Kind::Element { name, .. } => gap |= !is_inline(name),
            }
        }
        text
    }

    /// The elements inside `at`, itself included.
    pub fn elements(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        (at..self.entries[at].end).filter(|&at| self.entries[at].is_element())
    }

    /// The elements around `at`, from the inside out.
    pub fn ancestors(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = at;
        std::iter::from_fn(move || {
            let parent = self.entries[at].parent;
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }
}

/// Elements that stand inside a line of text.
pub fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "q"
            | "ruby"
            | "rp"
            | "rt"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
            | "img"
            | "amp-img"
    )
}
