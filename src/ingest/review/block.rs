//! One block → a review, each of its parts read or told as unread.

use serde_json::Value;
use url::Url;

use super::blocks::Held;
use super::fields::{Fields, Longest, Node, one_line, shown};
use super::verdict::verdict;
use super::{Context, Ids, Refusal};
use crate::domain::{
    PublishedAppearance, PublishedClaimant, PublishedReview, Rating, StatedTime, UnreadCode,
    VerdictSource,
};
use crate::ingest::{detect_language, parse_url};

/// Reads a block that says it is a `ClaimReview`.
pub(super) fn read(held: Held, ids: &Ids, context: &Context) -> Result<PublishedReview, Refusal> {
    let Held { raw, value, notes } = held;
    let mut fields = Fields::new(ids, notes);
    let root = Node { value: &value, pointer: String::new() };
    let people = people(&mut fields, &root);
    fields.base = base(&mut fields, &root, context, people.url.as_deref());
    let reviewed = reviewed(&mut fields, &root);
    let claim_published = claim(&mut fields, &root, &reviewed);
    let claimants = claimants(&mut fields, &reviewed);
    let claim_stated = claim_stated(&mut fields, &reviewed);
    let appearances = appearances(&mut fields, &reviewed);
    let url = review_url(&mut fields, &root, context);
    let title = ["name", "headline", "title"].iter().find_map(|name| fields.line(&root, name));
    let published = fields.time_of(&root, &["datePublished", "dateCreated"]);
    let modified = fields.member(&root, "dateModified").and_then(|it| fields.time(&it));
    let rating = rating(&mut fields, &root);
    let Some((claim, claim_published)) = claim_published
        .map(|published| (one_line(&published), published))
        .filter(|(claim, _)| !claim.is_empty())
    else {
        return Err(Refusal::NoClaim(fields.unread));
    };
    let told = verdict(&rating);
    if told.from != VerdictSource::Words
        && let Some(words) = &rating.words
    {
        let detail = format!("{} is not in the table of ratings", shown(words));
        fields.tell("/reviewRating/alternateName", UnreadCode::UnknownRating, detail);
    }
    let language = language(&mut fields, &root, context, &claim, title.as_deref());
    Ok(PublishedReview {
        claim,
        claim_published,
        claimants,
        claim_stated,
        appearances,
        url,
        title,
        publisher: people.publisher,
        publisher_url: people.url,
        authors: people.authors,
        published,
        modified,
        rating,
        verdict: told.verdict,
        verdict_from: told.from,
        language,
        raw,
        unread: fields.unread,
    })
}

/// Who stands behind a review.
struct People {
    publisher: Option<String>,
    url: Option<String>,
    authors: Vec<String>,
}

/// The publisher, and the people among the authors. Where no publisher is named, an author that is
/// no person is one: so Google asked for it for years.
fn people<'v>(fields: &mut Fields<'v>, root: &Node<'v>) -> People {
    let mut found = People { publisher: None, url: None, authors: Vec::new() };
    for (member, may_write) in [("publisher", false), ("author", true), ("sdPublisher", false)] {
        // Whoever hosts the data is not who publishes the review, unless nobody else is named.
        if member == "sdPublisher" && (found.publisher.is_some() || !found.authors.is_empty()) {
            continue;
        }
        let Some(node) = fields.member(root, member) else { continue };
        for one in fields.each(node) {
            let name = match one.value {
                Value::Object(_) => fields.line(&one, "name"),
                _ => fields.text(&one).map(|name| one_line(&name)),
            };
            let is_person = may_write && has_type(one.value, "Person");
            match name {
                Some(name) if is_person => found.authors.push(name),
                Some(name) if found.publisher.is_none() => {
                    found.publisher = Some(name);
                    // An identifier is an address or a name within the page.
                    let id = fields.member(&one, "@id");
                    let id =
                        id.filter(|id| id.value.as_str().is_some_and(|id| id.starts_with("http")));
                    let address = fields.member(&one, "url").or(id);
                    found.url = address.and_then(|it| fields.address(&it, Longest::Found));
                }
                Some(name) => found.authors.push(name),
                None if one.value.is_object() && fields.member(&one, "name").is_none() => {
                    fields.missing(&format!("{}/name", one.pointer));
                }
                None => {}
            }
        }
    }
    if found.publisher.is_none() {
        fields.missing("/publisher");
    }
    found
}

/// What an address that begins with a stroke belongs to: the page, else the publisher's site, else
/// the page that the block is the main thing of.
fn base<'v>(
    fields: &mut Fields<'v>,
    root: &Node<'v>,
    context: &Context,
    publisher: Option<&str>,
) -> Option<Url> {
    let main = fields.member(root, "mainEntityOfPage");
    let main = main.map(|node| match node.value {
        Value::Object(_) => fields.member(&node, "@id").unwrap_or(node),
        _ => node,
    });
    let main = main.and_then(|node| parse_url(node.value.as_str()?).ok());
    context.address.clone().or_else(|| publisher.and_then(|url| parse_url(url).ok())).or(main)
}

/// What is reviewed: `itemReviewed`, and a claim that `claimReviewed` is in full.
fn reviewed<'v>(fields: &mut Fields<'v>, root: &Node<'v>) -> Vec<Node<'v>> {
    let mut found = Vec::new();
    for name in ["itemReviewed", "claimReviewed"] {
        if let Some(node) = fields.member(root, name) {
            let items = fields.each(node);
            found.extend(items.into_iter().filter(|item| item.value.is_object()));
        }
    }
    if fields.member(root, "itemReviewed").is_none() {
        fields.missing("/itemReviewed");
    }
    found
}

/// The words of the claim, letter for letter.
fn claim<'v>(fields: &mut Fields<'v>, root: &Node<'v>, reviewed: &[Node<'v>]) -> Option<String> {
    let named = fields.member(root, "claimReviewed");
    if named.is_none() {
        fields.missing("/claimReviewed");
    }
    if let Some(text) = named.and_then(|node| fields.text(&node)) {
        return Some(text);
    }
    // An item's name is a speech or a broadcast as often as the claim; its text is what was said.
    for item in reviewed {
        if let Some(node) =
            fields.member(item, "text").or_else(|| fields.member(item, "claimReviewed"))
            && let Some(text) = fields.text(&node)
        {
            return Some(text);
        }
    }
    let bare = fields.member(root, "itemReviewed").filter(|node| node.value.is_string());
    bare.and_then(|node| fields.text(&node)).filter(|text| parse_url(text).is_err())
}

/// The claimants in all their shapes: one, a list, a name alone, several names of one.
fn claimants<'v>(fields: &mut Fields<'v>, reviewed: &[Node<'v>]) -> Vec<PublishedClaimant> {
    let mut found: Vec<PublishedClaimant> = Vec::new();
    let mut is_told = false;
    for item in reviewed {
        let authors = fields.member(item, "author").or_else(|| fields.member(item, "creator"));
        let Some(authors) = authors else { continue };
        is_told = true;
        for author in fields.each(authors) {
            if let Some(claimant) = claimant(fields, &author)
                && !found.contains(&claimant)
            {
                found.push(claimant);
            }
        }
    }
    if let (false, Some(item)) = (is_told, reviewed.first()) {
        fields.missing(&format!("{}/author", item.pointer));
    }
    found
}

fn claimant<'v>(fields: &mut Fields<'v>, author: &Node<'v>) -> Option<PublishedClaimant> {
    if !author.value.is_object() {
        let name = fields.text(author)?.trim().to_owned();
        return Some(PublishedClaimant {
            name,
            kind: None,
            other_names: Vec::new(),
            job_title: None,
            same_as: Vec::new(),
        });
    }
    let Some(named) = fields.member(author, "name") else {
        fields.missing(&format!("{}/name", author.pointer));
        return None;
    };
    let mut names = Vec::new();
    for named in fields.each(named) {
        names.extend(fields.text(&named).map(|name| name.trim().to_owned()));
    }
    let mut names = names.into_iter();
    let name = names.next()?;
    let job_title = match fields.member(author, "jobTitle") {
        Some(title) if title.value != "" => fields.text(&title).map(|title| one_line(&title)),
        _ => None,
    };
    let mut same_as = Vec::new();
    for member in ["sameAs", "url"] {
        let Some(node) = fields.member(author, member) else { continue };
        for one in fields.each(node) {
            same_as.extend(fields.address(&one, Longest::Kept));
        }
    }
    same_as.dedup();
    let kind = author.value.get("@type").and_then(Value::as_str);
    let kind = kind.map(|kind| kind.replace('\0', "\u{fffd}").chars().take(80).collect());
    Some(PublishedClaimant { name, kind, other_names: names.collect(), job_title, same_as })
}

/// When the claim was made: the item's own time, else that of where it stood first.
fn claim_stated<'v>(fields: &mut Fields<'v>, reviewed: &[Node<'v>]) -> Option<StatedTime> {
    const TIMES: [&str; 3] = ["datePublished", "dateCreated", "uploadDate"];
    for item in reviewed {
        let has_own = TIMES.iter().any(|name| fields.member(item, name).is_some());
        if has_own && let Some(time) = fields.time_of(item, &TIMES) {
            return Some(time);
        }
        for member in ["firstAppearance", "appearance"] {
            let Some(node) = fields.member(item, member) else { continue };
            for one in fields.each(node) {
                let time = fields.member(&one, "datePublished").and_then(|it| fields.time(&it));
                if time.is_some() {
                    return time;
                }
            }
        }
    }
    let item = reviewed.first()?;
    if TIMES.iter().all(|name| fields.member(item, name).is_none()) {
        fields.missing(&format!("{}/datePublished", item.pointer));
    }
    None
}

/// Where the claim stands: addresses and works in `firstAppearance`, `appearance`, `url` and `sameAs`.
fn appearances<'v>(fields: &mut Fields<'v>, reviewed: &[Node<'v>]) -> Vec<PublishedAppearance> {
    let mut found: Vec<PublishedAppearance> = Vec::new();
    for item in reviewed {
        for member in ["firstAppearance", "appearance", "url", "sameAs"] {
            let Some(node) = fields.member(item, member) else { continue };
            for one in fields.each(node) {
                for url in addresses(fields, &one) {
                    if found.iter().all(|known| known.url != url) {
                        found.push(PublishedAppearance { url, first: member == "firstAppearance" });
                    }
                }
            }
        }
    }
    found
}

/// The address that an appearance is, or that a work has.
fn addresses<'v>(fields: &mut Fields<'v>, one: &Node<'v>) -> Vec<String> {
    if !one.value.is_object() {
        return fields.address(one, Longest::Kept).into_iter().collect();
    }
    let named = ["url", "@id", "sameAs", "contentUrl"];
    let Some(node) = named.iter().find_map(|name| fields.member(one, name)) else {
        fields.missing(&format!("{}/url", one.pointer));
        return Vec::new();
    };
    let each = fields.each(node);
    each.iter().filter_map(|it| fields.address(it, Longest::Kept)).collect()
}

/// The address of the fact-check: its own, else the page that it stands on.
fn review_url<'v>(fields: &mut Fields<'v>, root: &Node<'v>, context: &Context) -> Option<String> {
    let named = fields.member(root, "url").or_else(|| fields.member(root, "mainEntityOfPage"));
    let url = match named {
        Some(node) if node.value.is_object() => {
            let id = fields.member(&node, "@id").or_else(|| fields.member(&node, "url"));
            match id {
                Some(id) => fields.address(&id, Longest::Found),
                None => {
                    fields.missing(&format!("{}/@id", node.pointer));
                    None
                }
            }
        }
        Some(node) => {
            let first = fields.each(node).into_iter().next();
            first.and_then(|node| fields.address(&node, Longest::Found))
        }
        None => {
            fields.missing("/url");
            None
        }
    };
    url.or_else(|| context.address.as_ref().map(Url::to_string))
}

/// The rating: its words wherever publishers put them, and its numbers.
fn rating<'v>(fields: &mut Fields<'v>, root: &Node<'v>) -> Rating {
    let mut rating = Rating::default();
    let Some(node) = fields.member(root, "reviewRating") else {
        fields.missing("/reviewRating");
        return rating;
    };
    let nodes = fields.each(node);
    if nodes.len() > 1 {
        fields.tell("/reviewRating", UnreadCode::TooMany, "is a list; its first rating is read");
    }
    let Some(node) = nodes.into_iter().next() else {
        fields.tell("/reviewRating", UnreadCode::Empty, "is an empty list");
        return rating;
    };
    if !node.value.is_object() {
        // A rating that is no object is its words, or its number.
        match node.value.as_f64() {
            Some(value) => rating.value = Some(value),
            None => rating.words = fields.text(&node),
        }
        return rating;
    }
    for name in ["alternateName", "name"] {
        if rating.words.is_none()
            && let Some(words) = fields.member(&node, name)
        {
            rating.words = fields.text(&words);
        }
    }
    if let Some(value) = fields.member(&node, "ratingValue") {
        let is_word = value.value.as_str().is_some_and(|it| it.chars().any(char::is_alphabetic));
        match is_word && rating.words.is_none() {
            // Some write the word where the number belongs.
            true => rating.words = fields.text(&value),
            false => {
                if let Some((value, best)) = fields.number(&value) {
                    rating.value = Some(value);
                    rating.best = best;
                }
            }
        }
    }
    for name in ["bestRating", "worstRating"] {
        let Some(end) = fields.member(&node, name) else { continue };
        if let Some((number, _)) = fields.number(&end) {
            let place = if name == "bestRating" { &mut rating.best } else { &mut rating.worst };
            *place = Some(number);
        }
    }
    for name in ["ratingExplanation", "description", "reviewAspect"] {
        if rating.explanation.is_none()
            && let Some(node) = fields.member(&node, name)
        {
            rating.explanation = fields.text(&node).map(|text| one_line(&text));
        }
    }
    if rating.words.is_none() && fields.member(&node, "alternateName").is_none() {
        fields.missing(&format!("{}/alternateName", node.pointer));
    }
    for (name, number) in
        [("ratingValue", rating.value), ("bestRating", rating.best), ("worstRating", rating.worst)]
    {
        if number.is_none() && fields.member(&node, name).is_none() {
            fields.missing(&format!("{}/{name}", node.pointer));
        }
    }
    tell_of_scale(fields, &node, &rating);
    rating
}

fn tell_of_scale(fields: &mut Fields<'_>, node: &Node<'_>, rating: &Rating) {
    if let (Some(value), Some(best), Some(worst), None) =
        (rating.value, rating.best, rating.worst, rating.share())
    {
        let (code, detail) = match best == worst {
            true => (UnreadCode::FlatScale, format!("best and worst are both {best}")),
            false => (
                UnreadCode::OutsideScale,
                format!("{value} is not between worst, {worst}, and best, {best}"),
            ),
        };
        fields.tell(&format!("{}/ratingValue", node.pointer), code, detail);
    }
}

/// The language of the claim: what its words and those around it tell, else what the block or the
/// page says.
fn language<'v>(
    fields: &mut Fields<'v>,
    root: &Node<'v>,
    context: &Context,
    claim: &str,
    title: Option<&str>,
) -> String {
    let said = fields.member(root, "inLanguage").and_then(|node| {
        let tag = match node.value {
            Value::Object(_) => fields.member(&node, "alternateName").unwrap_or(node),
            _ => node,
        };
        fields.text(&tag)
    });
    let prior = said.or_else(|| context.language.clone());
    let alone = detect_language(claim, None).language;
    if alone != crate::ingest::UNDETERMINED {
        return alone;
    }
    let around: Vec<String> = ["reviewBody", "description"]
        .iter()
        .filter_map(|name| fields.member(root, name)?.value.as_str().map(one_line))
        .collect();
    let words = [Some(claim), title].into_iter().flatten().chain(around.iter().map(String::as_str));
    let words: Vec<&str> = words.collect();
    // One piece: each line by itself would be as short.
    detect_language(&words.join(" "), prior.as_deref()).language
}

fn has_type(value: &Value, wanted: &str) -> bool {
    let named = |value: &Value| {
        let name = value.as_str().unwrap_or_default();
        name.rsplit(['/', '#', ':']).next().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
    };
    match value.get("@type") {
        Some(Value::Array(names)) => names.iter().any(named),
        Some(name) => named(name),
        None => false,
    }
}
