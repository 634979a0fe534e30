//! JSON-LD blocks of a page → what they say of its article.
//!
//! Pages write these blocks with templates, and many break: comments, trailing commas and
//! semicolons, raw line breaks inside strings, CDATA marks, HTML entities. [`mend`] mends what
//! leaves no doubt; a block that still does not parse is left out and the rest kept.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::text::plain_line;

/// Objects that are looked at, at most.
const MAX_OBJECTS: usize = 2_000;

/// Corrections of one article that are read, at most.
const MAX_CORRECTIONS: usize = 20;

/// Bytes of a correction at most; a longer one is a text of its own.
const LONGEST_CORRECTION: usize = 4_000;

/// Types that are an article, best first.
const ARTICLE_TYPES: [&str; 20] = [
    "LiveBlogPosting",
    "NewsArticle",
    "OpinionNewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "ReportageNewsArticle",
    "ReviewNewsArticle",
    "AskPublicNewsArticle",
    "SatiricalArticle",
    "AdvertiserContentArticle",
    "Report",
    "ScholarlyArticle",
    "MedicalScholarlyArticle",
    "TechArticle",
    "Article",
    "BlogPosting",
    "SocialMediaPosting",
    "DiscussionForumPosting",
    "Review",
    "WebPage",
];

/// What the blocks of one page say.
#[derive(Debug, Default)]
pub struct JsonLd {
    objects: Vec<Map<String, Value>>,
    by_id: HashMap<String, usize>,
    article: Option<usize>,
    /// Blocks that could not be read.
    pub unreadable: usize,
}

impl JsonLd {
    /// Reads the blocks of a page.
    pub fn read(blocks: &[String]) -> Self {
        let mut read = JsonLd::default();
        for block in blocks {
            let values = parse(block);
            if values.is_empty() && !block.trim().is_empty() {
                read.unreadable += 1;
            }
            for value in values {
                read.collect(value);
            }
        }
        for (at, object) in read.objects.iter().enumerate() {
            // A reference `{"@id": …}` alone is not the thing it names.
            if let (Some(Value::String(id)), true) = (object.get("@id"), object.len() > 1) {
                read.by_id.entry(id.clone()).or_insert(at);
            }
        }
        read.article = read
            .objects
            .iter()
            .enumerate()
            .filter_map(|(at, object)| {
                let rank = types(object)
                    .filter_map(|name| ARTICLE_TYPES.iter().position(|it| *it == name))
                    .min()?;
                // A page may tell of its neighbours too; the one with a body or headline is its own.
                let bare = !object.contains_key("headline") && !object.contains_key("articleBody");
                Some((bare, rank == ARTICLE_TYPES.len() - 1, at))
            })
            .min()
            .map(|(_, _, at)| at);
        read
    }

    /// Keeps an object, and the objects in its graph or list, in the order of the page.
    fn collect(&mut self, value: Value) {
        let mut todo = vec![value];
        while let Some(value) = todo.pop() {
            if self.objects.len() >= MAX_OBJECTS {
                return;
            }
            match value {
                Value::Array(values) => todo.extend(values.into_iter().rev()),
                Value::Object(mut object) => {
                    let inner: Vec<Value> =
                        ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement"]
                            .iter()
                            .filter_map(|name| match object.get(*name) {
                                Some(Value::Array(_) | Value::Object(_)) if *name == "@graph" => {
                                    object.remove(*name)
                                }
                                Some(Value::Object(_)) if *name != "itemListElement" => {
                                    object.get(*name).cloned()
                                }
                                _ => None,
                            })
                            .collect();
                    todo.extend(inner.into_iter().rev());
                    self.objects.push(object);
                }
                _ => {}
            }
        }
    }

    fn article(&self) -> Option<&Map<String, Value>> {
        self.objects.get(self.article?)
    }

    /// The types of the article, such as `NewsArticle`.
    pub fn article_types(&self) -> impl Iterator<Item = &str> {
        self.article().into_iter().flat_map(types)
    }

    /// Whether any object of the page has this type.
    pub fn has_type(&self, name: &str) -> bool {
        self.objects.iter().any(|object| types(object).any(|it| it == name))
    }

    /// A text of the article, such as its `headline`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.article().and_then(|article| first_text(article.get(name)?))
    }

    /// A text that any object of the page gives, the article's first.
    pub fn text_anywhere(&self, name: &str) -> Option<&str> {
        self.text(name)
            .or_else(|| self.objects.iter().find_map(|object| first_text(object.get(name)?)))
    }

    /// The names of the people or bodies under `author`, `creator` or `publisher`.
    pub fn names(&self, property: &str) -> Vec<String> {
        let mut names = Vec::new();
        if let Some(value) = self.article().and_then(|article| article.get(property)) {
            self.push_names(value, &mut names, 0);
        }
        names
    }

    /// The `correction` of the article: a text or a `CorrectionComment`, one or several; an address
    /// alone tells nothing.
    pub fn corrections(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut todo: Vec<&Value> =
            self.article().and_then(|article| article.get("correction")).into_iter().collect();
        while let Some(value) = todo.pop() {
            if found.len() >= MAX_CORRECTIONS {
                break;
            }
            match value {
                Value::Array(values) => todo.extend(values.iter().rev()),
                Value::Object(object) => {
                    let named = object.get("text").or_else(|| object.get("description"));
                    let referred = || {
                        let id = object.get("@id").and_then(Value::as_str)?;
                        self.objects.get(*self.by_id.get(id)?)?.get("text")
                    };
                    // Not followed further: what an object refers to has a text or has none.
                    todo.extend(named.or_else(referred).filter(|it| it.is_string()));
                }
                Value::String(text) => {
                    let line = plain_line(text).filter(|line| !line.starts_with("http"));
                    found.extend(line.filter(|line| line.len() <= LONGEST_CORRECTION));
                }
                _ => {}
            }
        }
        found
    }

    fn push_names(&self, value: &Value, names: &mut Vec<String>, depth: usize) {
        if depth > 4 || names.len() >= 40 {
            return;
        }
        match value {
            Value::String(name) => names.push(name.clone()),
            Value::Array(values) => {
                for value in values {
                    self.push_names(value, names, depth + 1);
                }
            }
            Value::Object(object) => {
                if let Some(name) = object.get("name") {
                    self.push_names(name, names, depth + 1);
                } else if let Some(named) = object
                    .get("@id")
                    .and_then(Value::as_str)
                    .and_then(|id| self.objects.get(*self.by_id.get(id)?))
                    && let Some(name) = named.get("name")
                {
                    self.push_names(name, names, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// The types of an object, without the address of their vocabulary.
fn types(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let values: &[Value] = match object.get("@type") {
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    values
        .iter()
        .filter_map(Value::as_str)
        .map(|name| name.rsplit(['/', '#', ':']).next().unwrap_or(name))
}

fn first_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()).filter(|text| !text.trim().is_empty()),
        Value::Array(values) => values.iter().find_map(first_text),
        Value::Object(object) => first_text(object.get("@value").or_else(|| object.get("name"))?),
        _ => None,
    }
}

/// The values of a block, as far as they can be read.
fn parse(block: &str) -> Vec<Value> {
    if let Ok(value) = serde_json::from_str(block) {
        return vec![value];
    }
    let mut values = read_all(&mend(block));
    if values.is_empty() && block.contains("&quot;") {
        values = read_all(&mend(&super::text::unescape(block)));
    }
    values
}

fn read_all(text: &str) -> Vec<Value> {
    serde_json::Deserializer::from_str(text).into_iter().map_while(Result::ok).collect()
}

/// Mends what templates break in JSON.
pub fn mend(block: &str) -> String {
    let mut mended = String::with_capacity(block.len());
    let mut rest = block.trim_start_matches('\u{feff}');
    let mut in_string = false;
    while let Some(character) = rest.chars().next() {
        let mut taken = character.len_utf8();
        if in_string {
            match character {
                '"' => {
                    in_string = false;
                    mended.push('"');
                }
                '\\' => {
                    let escaped = rest[1..].chars().next();
                    match escaped {
                        Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') => {
                            mended.push('\\');
                            mended.extend(escaped);
                        }
                        Some(control) if control.is_control() => mended.push(' '),
                        Some(other) => mended.push(other),
                        None => {}
                    }
                    taken += escaped.map_or(0, char::len_utf8);
                }
                control if control < ' ' => mended.push(' '),
                other => mended.push(other),
            }
        } else if let Some(comment) = rest.strip_prefix("/*") {
            taken = comment.find("*/").map_or(rest.len(), |end| end + 4);
        } else if let Some(mark) = ["<!--", "-->", "//<![CDATA[", "<![CDATA[", "//]]>", "]]>"]
            .iter()
            .find(|it| rest.starts_with(**it))
        {
            taken = mark.len();
        } else if rest.starts_with("//") {
            taken = rest.find('\n').unwrap_or(rest.len());
        } else {
            match character {
                '"' => {
                    in_string = true;
                    mended.push('"');
                }
                ';' => {}
                ']' | '}' => {
                    let kept = mended.trim_end().trim_end_matches(',').len();
                    mended.truncate(kept);
                    mended.push(character);
                }
                control if control.is_control() => mended.push(' '),
                other => mended.push(other),
            }
        }
        rest = &rest[taken..];
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headline(block: &str) -> Option<String> {
        JsonLd::read(&[block.to_owned()]).text("headline").map(str::to_owned)
    }

    #[test]
    fn broken_blocks_are_mended() {
        for block in [
            r#"{"@type":"NewsArticle","headline":"Pier shut"};"#,
            r#"{"@type":"NewsArticle","headline":"Pier shut",}"#,
            r#"/* made by a template */ {"@type":"NewsArticle","headline":"Pier shut"} // end"#,
            "//<![CDATA[\n{\"@type\":\"NewsArticle\",\"headline\":\"Pier shut\"}\n//]]>",
            r#"<!-- {"@type":"NewsArticle","headline":"Pier shut"} -->"#,
            "{\"@type\":\"NewsArticle\",\"headline\":\"Pier\nshut\"}",
            "{\"@type\":\"NewsArticle\",\"headline\":\"Pier\u{1}shut\"}",
            r#"{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Pier shut&quot;}"#,
            r#"[{"@type":"Organization","name":"The Quay"},{"@type":["Thing","NewsArticle"],"headline":"Pier shut"}]"#,
            r#"{"@graph":[{"@type":"WebPage"},{"@type":"http://schema.org/Article","headline":"Pier shut"}]}"#,
            r#"{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"Pier shut"}}"#,
            r#"{"@type":"NewsArticle","headline":"Pier shut"}{"@type":"BreadcrumbList"}"#,
        ] {
            assert_eq!(headline(block).as_deref(), Some("Pier shut"), "{block}");
        }
    }

    #[test]
    fn what_stands_inside_strings_is_no_comment() {
        let block = r#"{"@type":"Article","headline":"See https://quay.test/*a*/; or, ]"}"#;
        assert_eq!(
            headline(&format!("{block};")).as_deref(),
            Some("See https://quay.test/*a*/; or, ]")
        );
    }

    #[test]
    fn a_block_beyond_repair_is_counted_and_the_next_is_read() {
        let read = JsonLd::read(&[
            "{\"@type\": \"NewsArticle\", \"headline\": ".to_owned(),
            r#"{"@type":"NewsArticle","headline":"Pier shut"}"#.to_owned(),
        ]);
        assert_eq!(read.unreadable, 1);
        assert_eq!(read.text("headline"), Some("Pier shut"));
    }

    #[test]
    fn an_author_named_elsewhere_in_the_graph_is_found() {
        let read = JsonLd::read(&[r##"{"@graph":[
            {"@type":"NewsArticle","headline":"Pier shut","author":[{"@id":"#ida"},{"name":"Per Lund"}]},
            {"@type":"Person","@id":"#ida","name":"Ida Moll"}]}"##
            .to_owned()]);
        assert_eq!(read.names("author"), ["Ida Moll", "Per Lund"]);
    }

    #[test]
    fn corrections_are_texts_or_comments() {
        let read = |correction: &str| {
            let block = format!(r#"{{"@type":"NewsArticle","correction":{correction}}}"#);
            JsonLd::read(&[block]).corrections()
        };
        assert_eq!(read(r#""The pier is <b>open</b>.""#), ["The pier is open."]);
        assert_eq!(
            read(r#"[{"@type":"CorrectionComment","text":"It is open."},"No gull was seen."]"#),
            ["It is open.", "No gull was seen."]
        );
        for nothing in [r#""https://quay.test/corrections""#, "7", "{}", r#"[[[]]]"#, r#""""#] {
            assert_eq!(read(nothing), [""; 0], "{nothing}");
        }
        let graph = r##"{"@graph":[{"@type":"NewsArticle","correction":{"@id":"#c"}},
            {"@type":"CorrectionComment","@id":"#c","text":"It is open."}]}"##;
        assert_eq!(JsonLd::read(&[graph.to_owned()]).corrections(), ["It is open."]);
    }

    #[test]
    fn a_list_of_other_articles_is_not_the_page() {
        let read = JsonLd::read(&[
            r#"{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Other"}]}"#
                .to_owned(),
            r#"{"@type":"NewsArticle","headline":"Pier shut"}"#.to_owned(),
        ]);
        assert_eq!(read.text("headline"), Some("Pier shut"));
    }
}
