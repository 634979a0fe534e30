//! Words in metadata → words as a reader sees them.

/// Text without the entities that templates escape twice, on one line.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let character = end.and_then(|end| entity(&rest[1..end]));
        match (character, end) {
            (Some(character), Some(end)) => {
                plain.push(character);
                rest = &rest[end + 1..];
            }
            _ => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| !character.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "hellip" => '…',
        "laquo" => '«',
        "raquo" => '»',
        "eacute" => 'é',
        _ => return None,
    })
}

/// One line with single spaces, entities resolved and tags dropped; `None` where nothing is left.
pub fn plain_line(text: &str) -> Option<String> {
    let text = unescape(&unescape(text));
    let mut line = String::with_capacity(text.len());
    let mut in_tag = false;
    let mut rest = text.as_str();
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        if in_tag {
            in_tag = character != '>';
        } else if character == '<'
            && after.starts_with(|it: char| it.is_ascii_alphabetic() || it == '/')
            && after.contains('>')
        {
            in_tag = true;
        } else if character.is_whitespace() || character == '\0' {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(character);
        }
        rest = after;
    }
    line.truncate(line.trim_end().len());
    (!line.is_empty()).then_some(line)
}

/// The lines of a longer text, each as [`plain_line`] gives it; `<p>` and `<br>` break lines too.
pub fn plain_lines(text: &str) -> Vec<String> {
    let breaks = ["</p>", "<p>", "<br>", "<br/>", "<br />", "</li>", "</h2>", "</h3>"];
    let text = breaks.iter().fold(text.to_owned(), |text, tag| {
        if text.contains(tag) { text.replace(tag, "\n") } else { text }
    });
    text.lines().filter_map(plain_line).collect()
}

/// Letters and digits alone, in lower case: what two spellings of one headline share.
pub fn skeleton(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_escaped_twice_are_resolved_and_tags_go() {
        assert_eq!(
            plain_line("Q&amp;amp;A: <em>the</em>\n pier&#8217;s end").as_deref(),
            Some("Q&A: the pier’s end")
        );
        assert_eq!(plain_line("5 < 6 & 7").as_deref(), Some("5 < 6 & 7"));
        assert_eq!(plain_line(" <br> "), None);
    }

    #[test]
    fn what_is_no_entity_stays() {
        assert_eq!(unescape("AT&T; R&D &unknown; &#0; &é;"), "AT&T; R&D &unknown; &#0; &é;");
    }
}
