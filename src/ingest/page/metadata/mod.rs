//! A page → what it says of itself: headline, authors, times, outlet, language, address, kind.
//!
//! Sources are asked in the order of how far they can be trusted: JSON-LD, meta tags, `<time>`,
//! the visible text, the address. Each value is kept with where it came from.

mod json_ld;
mod kind;
mod names;
mod text;
mod time;
mod title;

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

pub use json_ld::{JsonLd, mend as mend_json};
pub use kind::PageKind;
pub use text::{plain_line, plain_lines, skeleton, unescape};
pub use time::{PageTime, read_time};

use super::outline::{Entry, Outline};

/// Where on a page a value stood, best trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A JSON-LD block.
    JsonLd,
    /// A `<meta>` or `<link>` in the head, or an attribute of the page.
    Meta,
    /// A `<time>` element.
    TimeElement,
    /// Words that a reader sees.
    Text,
    /// The address of the page.
    Url,
}

/// A value and where the page gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<T> {
    /// The value.
    pub value: T,
    /// Where it stood.
    pub from: Origin,
}

impl<T> Told<T> {
    fn new(value: T, from: Origin) -> Self {
        Told { value, from }
    }
}

/// What a page says of itself. What it does not say is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageMetadata {
    /// The headline a reader sees, without the name of the site.
    pub title: Option<Told<String>>,
    /// The authors, without lead words and roles.
    pub authors: Option<Told<Vec<String>>>,
    /// When it was first published.
    pub published: Option<Told<PageTime>>,
    /// When it was last changed.
    pub modified: Option<Told<PageTime>>,
    /// The outlet by its own name.
    pub outlet: Option<Told<String>>,
    /// A language tag as written.
    pub language: Option<Told<String>>,
    /// The canonical address, where it can be believed.
    pub canonical: Option<Told<Url>>,
    /// The article of another site that it was taken from.
    pub syndicated_from: Option<Told<Url>>,
    /// What kind of text it is, where the page says so.
    pub kind: Option<Told<PageKind>>,
    /// What its JSON-LD says was corrected.
    pub corrections: Vec<String>,
}

/// A page that is asked for its metadata.
pub struct PageHead<'p> {
    outline: &'p Outline,
    json_ld: &'p JsonLd,
    address: Option<&'p Url>,
    /// Name and content of the meta tags, names in lower case, in the order of the page.
    tags: Vec<(String, &'p str)>,
    /// The headline element that stands for the page.
    headline: Option<usize>,
}

/// Reads the metadata of a page found at `address`.
///
/// Returns it with the place of its headline, where one is seen.
pub fn read_metadata(
    outline: &Outline,
    json_ld: &JsonLd,
    address: Option<&Url>,
) -> (PageMetadata, Option<usize>) {
    let tags = outline
        .elements(0)
        .map(|at| &outline.entries[at])
        .filter(|entry| entry.name() == "meta")
        .filter_map(|entry| {
            let name = ["property", "name", "itemprop", "http-equiv"]
                .iter()
                .find_map(|name| entry.attribute(name))?;
            Some((name.trim().to_ascii_lowercase(), entry.attribute("content")?))
        })
        .filter(|(_, content)| !content.trim().is_empty())
        .collect();
    let mut head = PageHead { outline, json_ld, address, tags, headline: None };
    let outlet = head.outlet();
    let title = head.title(outlet.as_ref().map(|it| it.value.as_str()));
    let metadata = PageMetadata {
        authors: head.authors(outlet.as_ref().map(|it| it.value.as_str())),
        published: head.published(),
        modified: head.modified(),
        language: head.language(),
        canonical: head.canonical(),
        syndicated_from: head.syndicated_from(),
        kind: kind::read_kind(&head),
        corrections: json_ld.corrections(),
        title,
        outlet,
    };
    (metadata, head.headline)
}

/// Meta tags that hold a headline.
const TITLE_TAGS: [&str; 6] =
    ["og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "headline"];

const PUBLISHED_TAGS: [&str; 22] = [
    "article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "publish-date",
    "published_date",
    "publishdate",
    "pubdate",
    "publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "article.published",
    "originalpublicationdate",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "date",
    "rnews:datepublished",
];

const MODIFIED_TAGS: [&str; 8] = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "article.updated",
    "revision_date",
];

const AUTHOR_TAGS: [&str; 11] = [
    "author",
    "parsely-author",
    "sailthru.author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "article:author_name",
    "article.author",
    "cxenseparse:author",
    "creator",
];

static BYLINE_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[\s_-])(by-?line|author|authors|author-?name|article-?author|post-?author|entry-?author|contributor|writer|written-?by|vcard)(s|[\s_-]|name|$)|[a-z](Byline|Author)")
        .expect("the pattern is part of the program")
});

static NO_BYLINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)bio|avatar|image|photo|social|comment|related|date|time|follow|about|footer|description|card-?list")
        .expect("the pattern is part of the program")
});

static BY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:By|BY|by|Von|VON|Par|PAR|Por|POR|Di|Door|Written by|Story by|Автор:?|Yazan:?)\s+\p{Lu}")
        .expect("the pattern is part of the program")
});

static DATE_IN_URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[/_-])((?:19|20)\d\d)[/_-]?(\d{2}|[a-z]{3})[/_-]?(\d{2})(?:[/_.-]|$)")
        .expect("the pattern is part of the program")
});

impl<'p> PageHead<'p> {
    /// The content of the first of these meta tags that the page has.
    fn tag(&self, names: &[&str]) -> Option<&'p str> {
        names.iter().find_map(|name| {
            self.tags.iter().find(|(it, _)| it == name).map(|(_, content)| *content)
        })
    }

    fn root_attribute(&self, name: &str) -> Option<&'p str> {
        self.outline
            .elements(0)
            .map(|at| &self.outline.entries[at])
            .take(4)
            .find(|entry| entry.name() == "html")
            .and_then(|entry| entry.attribute(name))
    }

    /// Names by which the site may call itself in a title.
    fn sites(&self, outlet: Option<&str>) -> Vec<String> {
        let mut sites: Vec<String> = outlet.map(str::to_owned).into_iter().collect();
        sites.extend(
            [
                "og:site_name",
                "application-name",
                "apple-mobile-web-app-title",
                "twitter:site",
                "al:ios:app_name",
            ]
            .iter()
            .filter_map(|name| self.tag(&[name]))
            .map(|name| name.trim_start_matches('@').to_owned()),
        );
        sites.extend(self.json_ld.names("publisher"));
        let canonical = self.tag(&["og:url"]).and_then(|url| Url::parse(url).ok());
        if let Some(host) = self
            .address
            .and_then(Url::host_str)
            .or_else(|| canonical.as_ref().and_then(Url::host_str))
        {
            let host = host.strip_prefix("www.").unwrap_or(host);
            sites.push(host.to_owned());
            let mut labels: Vec<&str> = host.split('.').collect();
            labels.pop();
            // `co.uk` and its like end a name too.
            if labels.len() > 1 && labels.last().is_some_and(|label| label.len() <= 3) {
                labels.pop();
            }
            sites.extend(labels.last().map(|label| (*label).to_owned()));
        }
        sites
    }

    fn outlet(&self) -> Option<Told<String>> {
        let publisher =
            self.json_ld.names("publisher").into_iter().find_map(|name| plain_line(&name));
        publisher
            .filter(|name| !name.contains("://"))
            .map(|name| Told::new(name, Origin::JsonLd))
            .or_else(|| {
                self.tag(&["og:site_name", "application-name", "dc.publisher"])
                    .and_then(plain_line)
                    .map(|name| Told::new(name, Origin::Meta))
            })
    }

    /// The headline. The one a reader sees goes before the page's metadata, since that is the one
    /// which quotes and spans are checked against, but only where the metadata name the same
    /// headline: a page's first `<h1>` may be the name of its site.
    fn title(&mut self, outlet: Option<&str>) -> Option<Told<String>> {
        let sites = self.sites(outlet);
        let written = self.json_ld.text("headline").or_else(|| self.json_ld.text("name"));
        let in_json_ld = written.and_then(plain_line);
        let in_tags: Vec<String> =
            TITLE_TAGS.iter().filter_map(|name| self.tag(&[name])).filter_map(plain_line).collect();
        let in_head = self
            .outline
            .elements(0)
            .find(|&at| self.outline.entries[at].name() == "title")
            .and_then(|at| plain_line(&self.outline.text(at)));
        let mut named: Vec<String> = in_json_ld.iter().cloned().collect();
        named.extend(in_tags.iter().cloned());
        named.extend(in_head.iter().cloned());
        let seen: Vec<(usize, String)> = self
            .outline
            .elements(0)
            .filter(|&at| self.outline.entries[at].name() == "h1")
            .map(|at| (at, self.outline.text(at)))
            .filter(|(_, text)| (4..=400).contains(&text.chars().count()))
            .take(20)
            .collect();
        let mut best: Option<(f32, usize, &str)> = None;
        for (at, text) in &seen {
            let likeness = named.iter().map(|it| title::likeness(it, text)).fold(0.0_f32, f32::max);
            let is_site = sites.iter().any(|site| skeleton(site) == skeleton(text));
            if !is_site && likeness >= 0.6 && best.is_none_or(|(most, ..)| likeness > most) {
                best = Some((likeness, *at, text));
            }
        }
        let only = match (&seen[..], named.is_empty()) {
            ([(at, text)], true) => Some((*at, text.as_str())),
            _ => None,
        };
        if let Some((at, text)) = best.map(|(_, at, text)| (at, text)).or(only) {
            self.headline = Some(at);
            let text = title::without_site(text, &sites, &named);
            return Some(Told::new(text.to_owned(), Origin::Text));
        }
        let mut headlines: Vec<String> = seen.into_iter().map(|(_, text)| text).collect();
        headlines.extend(in_json_ld.iter().cloned());
        let bare = |text: &String| title::without_site(text, &sites, &headlines).to_owned();
        in_json_ld
            .as_ref()
            .map(|text| Told::new(bare(text), Origin::JsonLd))
            .or_else(|| in_tags.first().map(|text| Told::new(bare(text), Origin::Meta)))
            .or_else(|| in_head.as_ref().map(|text| Told::new(bare(text), Origin::Meta)))
            .or_else(|| headlines.first().map(|text| Told::new(text.clone(), Origin::Text)))
    }

    fn authors(&self, outlet: Option<&str>) -> Option<Told<Vec<String>>> {
        let told = |names: Vec<String>, from| (!names.is_empty()).then(|| Told::new(names, from));
        let clean =
            |values: &[String]| names::clean_names(values.iter().map(String::as_str), outlet);
        let mut in_json_ld = self.json_ld.names("author");
        if in_json_ld.is_empty() {
            in_json_ld = self.json_ld.names("creator");
        }
        let in_json_ld = told(clean(&in_json_ld), Origin::JsonLd);
        let is_outlet = |it: &Told<Vec<String>>| {
            it.value
                .iter()
                .all(|name| self.sites(outlet).iter().any(|site| skeleton(site) == skeleton(name)))
        };
        // The outlet as its own author is what a template writes; a person named elsewhere is better.
        if in_json_ld.as_ref().is_some_and(|it| !is_outlet(it)) {
            return in_json_ld;
        }
        let in_tags = AUTHOR_TAGS.iter().find_map(|tag| {
            let values: Vec<&str> = self
                .tags
                .iter()
                .filter(|(name, _)| name == tag)
                .map(|(_, content)| *content)
                .collect();
            told(names::clean_names(values, outlet), Origin::Meta).filter(|it| !is_outlet(it))
        });
        in_tags.or_else(|| told(self.seen_authors(outlet), Origin::Text)).or(in_json_ld)
    }

    /// The by-line that a reader sees.
    fn seen_authors(&self, outlet: Option<&str>) -> Vec<String> {
        let outline = self.outline;
        let near = self.headline.unwrap_or(0);
        let marked = |is_byline: &dyn Fn(&Entry) -> bool| -> Vec<String> {
            let mut lines: Vec<String> = Vec::new();
            let mut parent = None;
            let mut at = 0;
            while at < outline.entries.len() {
                let entry = &outline.entries[at];
                if entry.is_element() && is_byline(entry) && outline.text_length(at) <= 160 {
                    // A page that lists other articles has their by-lines too: the first group is its own.
                    if parent.is_some_and(|it| it != entry.parent) && !lines.is_empty() {
                        break;
                    }
                    parent = Some(entry.parent);
                    let line = outline.text(at);
                    if !line.is_empty() {
                        lines.push(line);
                    }
                    at = entry.end;
                } else {
                    at += 1;
                }
            }
            names::clean_names(lines.iter().map(String::as_str), outlet)
        };
        let by_markup = marked(&|entry| {
            entry.attribute("rel").is_some_and(|it| it.split_whitespace().any(|it| it == "author"))
                || entry
                    .attribute("itemprop")
                    .is_some_and(|it| it.split_whitespace().any(|it| it == "author"))
        });
        if !by_markup.is_empty() {
            return by_markup;
        }
        let by_words = marked(&|entry| {
            ["class", "id", "data-testid", "data-component"].iter().any(|name| {
                entry
                    .attribute(name)
                    .is_some_and(|it| BYLINE_WORDS.is_match(it) && !NO_BYLINE.is_match(it))
            })
        });
        if !by_words.is_empty() {
            return by_words;
        }
        let blocks = super::blocks::read_blocks(outline, 0, |_| false);
        let start =
            blocks.iter().position(|block| block.at.is_some_and(|at| at >= near)).unwrap_or(0);
        blocks[start..]
            .iter()
            .take(25)
            .filter(|block| block.length <= 120 && BY.is_match(&block.text))
            .map(|block| names::clean_names([block.text.as_str()], outlet))
            .find(|names| !names.is_empty())
            .unwrap_or_default()
    }

    fn published(&self) -> Option<Told<PageTime>> {
        let in_json_ld = ["datePublished", "dateCreated", "uploadDate"]
            .iter()
            .find_map(|name| self.json_ld.text(name).and_then(read_time))
            .or_else(|| self.json_ld.text_anywhere("datePublished").and_then(read_time))
            .map(|time| Told::new(time, Origin::JsonLd));
        let in_tags = PUBLISHED_TAGS
            .iter()
            .find_map(|name| self.tag(&[name]).and_then(read_time))
            .map(|time| Told::new(time, Origin::Meta));
        // A day alone gives way to a source that knows the hour of the same day.
        if let (Some(day), Some(hour)) = (&in_json_ld, &in_tags)
            && day.value.offset.is_none()
            && hour.value.offset.is_some()
            && (hour.value.stated.at - day.value.stated.at).num_hours().abs() <= 38
        {
            return in_tags;
        }
        in_json_ld
            .or(in_tags)
            .or_else(|| self.time_element().map(|time| Told::new(time, Origin::TimeElement)))
            .or_else(|| self.seen_time().map(|time| Told::new(time, Origin::Text)))
            .or_else(|| {
                self.address.and_then(time_in_address).map(|time| Told::new(time, Origin::Url))
            })
    }

    fn modified(&self) -> Option<Told<PageTime>> {
        self.json_ld
            .text("dateModified")
            .and_then(read_time)
            .map(|time| Told::new(time, Origin::JsonLd))
            .or_else(|| {
                MODIFIED_TAGS
                    .iter()
                    .find_map(|name| self.tag(&[name]).and_then(read_time))
                    .map(|time| Told::new(time, Origin::Meta))
            })
    }

    fn time_element(&self) -> Option<PageTime> {
        let outline = self.outline;
        let mut found: Option<(u8, PageTime)> = None;
        for at in outline.elements(0) {
            let entry = &outline.entries[at];
            let property = entry.attribute("itemprop").unwrap_or("").to_ascii_lowercase();
            let is_property = property.contains("datepublished");
            if entry.name() != "time" && !is_property {
                continue;
            }
            let read = entry
                .attribute("datetime")
                .or_else(|| entry.attribute("content"))
                .and_then(read_time)
                .or_else(|| read_time(&outline.text(at)));
            let Some(read) = read else { continue };
            let words = format!(
                "{} {property} {}",
                entry.attribute("class").unwrap_or(""),
                outline.entries[entry.parent].attribute("class").unwrap_or("")
            )
            .to_lowercase();
            let updated = words.contains("updat") || words.contains("modif");
            let rank = match () {
                () if is_property || entry.attribute("pubdate").is_some() => 0,
                () if words.contains("publish") && !updated => 1,
                () if self.headline.is_some_and(|headline| at > headline) && !updated => 2,
                () if !updated => 3,
                () => 4,
            };
            if found.is_none_or(|(best, _)| rank < best) {
                found = Some((rank, read));
            }
        }
        found.map(|(_, time)| time)
    }

    /// A short line near the headline that is a date.
    fn seen_time(&self) -> Option<PageTime> {
        let blocks = super::blocks::read_blocks(self.outline, 0, |_| false);
        let headline = self.headline?;
        let start = blocks.iter().position(|block| block.at.is_some_and(|at| at >= headline))?;
        blocks[start..]
            .iter()
            .skip(1)
            .take(15)
            .chain(blocks[start.saturating_sub(6)..start].iter().rev())
            .filter(|block| block.length <= 100)
            .find_map(|block| read_time(&block.text))
    }

    fn language(&self) -> Option<Told<String>> {
        self.json_ld
            .text("inLanguage")
            .map(|tag| Told::new(tag.trim().to_owned(), Origin::JsonLd))
            .filter(|tag| is_tag(&tag.value))
            .or_else(|| {
                let in_head = [
                    self.root_attribute("lang"),
                    self.root_attribute("xml:lang"),
                    self.tag(&["og:locale"]),
                    self.tag(&["content-language", "dc.language", "language"]),
                ];
                in_head
                    .into_iter()
                    .flatten()
                    .map(|tag| tag.split(',').next().unwrap_or("").trim().replace('_', "-"))
                    .find(|tag| is_tag(tag))
                    .map(|tag| Told::new(tag, Origin::Meta))
            })
    }

    /// The canonical address, resolved against where the page was found.
    ///
    /// An article that calls the site's front page canonical, or a page of another site, is not
    /// believed: whole archives would fall into one document.
    fn canonical(&self) -> Option<Told<Url>> {
        [self.canonical_link(), self.tag(&["og:url"])]
            .into_iter()
            .flatten()
            .find_map(|link| super::super::address::believed(self.address, link))
            .map(|named| Told::new(named, Origin::Meta))
    }

    /// The article of another site that the page calls canonical, or names as what it was syndicated
    /// from: such a page is a copy and says so.
    fn syndicated_from(&self) -> Option<Told<Url>> {
        let page = self.address?;
        [self.tag(&["syndication-source"]), self.canonical_link(), self.tag(&["og:url"])]
            .into_iter()
            .flatten()
            .find_map(|link| super::super::address::taken_from(page, link))
            .map(|named| Told::new(named, Origin::Meta))
    }

    fn canonical_link(&self) -> Option<&'p str> {
        self.outline.elements(0).find_map(|at| {
            let entry = &self.outline.entries[at];
            let is_canonical = entry.name() == "link"
                && entry.attribute("rel").is_some_and(|it| {
                    it.split_whitespace().any(|it| it.eq_ignore_ascii_case("canonical"))
                });
            if is_canonical { entry.attribute("href") } else { None }
        })
    }
}

/// The day that an address tells.
pub(in crate::ingest) fn time_in_address(address: &Url) -> Option<PageTime> {
    let parts = DATE_IN_URL.captures(address.path())?;
    let spelled = parts[2].starts_with(|it: char| it.is_ascii_alphabetic());
    read_time(&if spelled {
        format!("{} {} {}", &parts[3], &parts[2], &parts[1])
    } else {
        format!("{}-{}-{}", &parts[1], &parts[2], &parts[3])
    })
}

fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    parts.next().is_some_and(|first| {
        (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic())
    }) && parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_alphanumeric())
    })
}
