//! Bodies of HTML forms, checked as JSON ones are; what is refused is a [`Problem`].

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::extract::{Body, escaped, refused_field};
use super::problem::{Problem, ProblemKind};

/// The media type that browsers send forms in.
pub const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// Percent signs make a form at most three times as long as the text in it.
pub const FACTOR: usize = 3;

/// Reads the fields of a form into `T`.
///
/// # Errors
/// 400 where the body is not UTF-8; 415 for another charset; 422 for a field that is unknown,
/// missing, given twice or refused by its type, with its pointer.
pub fn parse<T: DeserializeOwned>(body: &Body) -> Result<T, Problem> {
    if let Some(charset) = body.charset.as_deref().filter(|&charset| charset != "utf-8") {
        return Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            format!("A form is read as UTF-8; the content type says {charset}."),
        ));
    }
    if let Err(error) = percent_encoding::percent_decode(&body.bytes).decode_utf8() {
        return Err(Problem::new(
            ProblemKind::MalformedBody,
            format!("Byte {} of the decoded form is not UTF-8.", error.valid_up_to()),
        ));
    }
    let mut seen = BTreeSet::new();
    for (name, _) in url::form_urlencoded::parse(&body.bytes) {
        if let Some(name) = seen.replace(name) {
            return Err(Problem::field(&format!("/{}", escaped(&name)), "is given twice"));
        }
    }
    let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(&body.bytes));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let path = error.path().to_string();
        // The path of the whole is a dot.
        let pointer = if path == "." { String::new() } else { format!("/{}", escaped(&path)) };
        refused_field(&pointer, &error.into_inner().to_string())
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Note {
        text: String,
        #[serde(default)]
        title: String,
    }

    fn body(form: &str) -> Body {
        Body { media_type: MEDIA_TYPE.to_owned(), charset: None, bytes: form.as_bytes().to_vec() }
    }

    #[test]
    fn reads_what_a_browser_sends() {
        let note: Note = parse(&body("text=a+%C3%A9%0D%0Ab%26c&title=")).expect("a note");
        assert_eq!(note, Note { text: "a é\r\nb&c".to_owned(), title: String::new() });
    }

    #[test]
    fn names_the_refused_field() {
        for (form, pointer) in
            [("title=a", "#/text"), ("text=a&more=b", "#/more"), ("text=a&text=b", "#/text")]
        {
            let problem = parse::<Note>(&body(form)).expect_err("refused");
            let error = problem.body(Uuid::nil()).errors.remove(0);
            assert_eq!(problem.kind(), ProblemKind::InvalidBody, "{form}");
            assert_eq!(error.pointer.as_deref(), Some(pointer), "{form}: {}", error.detail);
        }
        let problem = parse::<Note>(&body("text=%ff")).expect_err("refused");
        assert_eq!(problem.kind(), ProblemKind::MalformedBody);
    }
}
