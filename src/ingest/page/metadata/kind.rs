//! What a page says of itself → what kind of text it is.

use url::Url;

use super::{Origin, PageHead, Told};

/// What kind of text a page says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// A report.
    News,
    /// An opinion, column, editorial or letter.
    Opinion,
    /// A running account of an event.
    LiveBlog,
    /// A check of somebody's claim.
    FactCheck,
    /// A text by the body it is about.
    PressRelease,
}

/// Words of sections and paths, each with the kind it tells.
const WORDS: [(&str, PageKind); 30] = [
    ("opinion", PageKind::Opinion),
    ("opinions", PageKind::Opinion),
    ("op-ed", PageKind::Opinion),
    ("editorial", PageKind::Opinion),
    ("editorials", PageKind::Opinion),
    ("commentisfree", PageKind::Opinion),
    ("columnists", PageKind::Opinion),
    ("meinung", PageKind::Opinion),
    ("kommentar", PageKind::Opinion),
    ("tribune", PageKind::Opinion),
    ("opinions-tribunes", PageKind::Opinion),
    ("opinion-columns", PageKind::Opinion),
    ("opinione", PageKind::Opinion),
    ("мнения", PageKind::Opinion),
    ("fact-check", PageKind::FactCheck),
    ("fact-checks", PageKind::FactCheck),
    ("factcheck", PageKind::FactCheck),
    ("factchecks", PageKind::FactCheck),
    ("fact-checking", PageKind::FactCheck),
    ("faktencheck", PageKind::FactCheck),
    ("faktenfinder", PageKind::FactCheck),
    ("verificacion", PageKind::FactCheck),
    ("checamos", PageKind::FactCheck),
    ("press-release", PageKind::PressRelease),
    ("press-releases", PageKind::PressRelease),
    ("pressrelease", PageKind::PressRelease),
    ("news-release", PageKind::PressRelease),
    ("pressemitteilung", PageKind::PressRelease),
    ("communique-de-presse", PageKind::PressRelease),
    ("liveblog", PageKind::LiveBlog),
];

/// Reads the kind; `None` where the page does not tell.
pub(super) fn read_kind(head: &PageHead<'_>) -> Option<Told<PageKind>> {
    let in_json_ld = |kind| Some(Told { value: kind, from: Origin::JsonLd });
    if head.json_ld.has_type("ClaimReview") {
        return in_json_ld(PageKind::FactCheck);
    }
    let mut is_news = false;
    for name in head.json_ld.article_types() {
        match name {
            "LiveBlogPosting" => return in_json_ld(PageKind::LiveBlog),
            "OpinionNewsArticle" => return in_json_ld(PageKind::Opinion),
            "NewsArticle" | "ReportageNewsArticle" | "BackgroundNewsArticle" => is_news = true,
            _ => {}
        }
    }
    let section = head.json_ld.text("articleSection").and_then(word);
    let section_tag = head.tag(&["article:section", "section", "parsely-section"]).and_then(word);
    let path = head.address.map(Url::path).unwrap_or_default().to_lowercase();
    let in_path = path.split('/').find_map(word);
    section
        .map(|kind| Told { value: kind, from: Origin::JsonLd })
        .or_else(|| section_tag.map(|kind| Told { value: kind, from: Origin::Meta }))
        .or_else(|| in_path.map(|kind| Told { value: kind, from: Origin::Url }))
        .or_else(|| if is_news { in_json_ld(PageKind::News) } else { None })
}

fn word(text: &str) -> Option<PageKind> {
    let text = text.trim().to_lowercase().replace(' ', "-");
    WORDS.iter().find(|(word, _)| *word == text).map(|(_, kind)| *kind)
}
