//! The OpenAPI document as a page for people.

use std::fmt::Write;

use actix_web::{HttpResponse, get, web};
use serde_json::{Map, Value};

use super::{escape, html, inline, page, prose};
use crate::api::openapi::{Described, PageProblems};
use crate::api::problem::Problem;

/// The documentation
///
/// The OpenAPI document as a page; needs no script and no network.
#[utoipa::path(
    tag = "documentation",
    responses((status = 200, description = "A page.", content_type = "text/html"), PageProblems),
)]
#[get("/docs")]
pub async fn docs(described: web::Data<Described>) -> HttpResponse {
    html(described.docs().to_owned())
}

/// One operation with where it is.
struct Operation<'d> {
    method: String,
    path: &'d str,
    content: &'d Value,
}

impl Operation<'_> {
    fn anchor(&self) -> String {
        escape(&format!("{}{}", self.method.to_lowercase(), self.path.replace('/', "-")))
    }
}

/// The page of an OpenAPI document.
///
/// # Errors
/// The template fails.
pub fn render(document: &Value) -> Result<String, Problem> {
    let operations = operations(document);
    let mut content = format!(
        "<h1>{} <small>{}</small></h1>\n{}<p><a href=\"/openapi.json\">OpenAPI 3.1 document</a> · \
         <a href=\"/problems\">problems</a></p>\n",
        escape(text(document, "/info/title")),
        escape(text(document, "/info/version")),
        prose(text(document, "/info/description")),
    );
    content.push_str("<nav><ul>\n");
    for operation in &operations {
        content.push_str(&format!(
            "<li><a href=\"#{}\"><span class=\"method\">{}</span> {}</a></li>\n",
            operation.anchor(),
            operation.method,
            escape(operation.path),
        ));
    }
    content.push_str("</ul></nav>\n");
    for tag in list(document, "/tags") {
        let name = text(tag, "/name");
        let _ = write!(content, "<h2>{}</h2>\n{}", escape(name), prose(text(tag, "/description")));
        for operation in &operations {
            if list(operation.content, "/tags").iter().any(|tag| tag == name) {
                content.push_str(&section(operation));
            }
        }
    }
    content.push_str("<h2>Shapes</h2>\n");
    for (name, schema) in fields(document, "/components/schemas") {
        content.push_str(&shape(name, schema));
    }
    page("API", &content)
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    fields(document, "/paths")
        .flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, content)| Operation {
                method: method.to_uppercase(),
                path,
                content,
            })
        })
        .collect()
}

fn section(operation: &Operation<'_>) -> String {
    let content = operation.content;
    let mut html = format!(
        "<section id=\"{}\">\n<h3><span class=\"method\">{}</span> <code>{}</code></h3>\n<p>{}</p>\n{}",
        operation.anchor(),
        operation.method,
        escape(operation.path),
        inline(text(content, "/summary")),
        match text(content, "/description") {
            "" => String::new(),
            description => prose(description),
        },
    );
    let parameters = list(content, "/parameters");
    if !parameters.is_empty() {
        html.push_str("<table>\n<tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>\n");
        for parameter in parameters {
            let required = parameter["required"] == true;
            let _ = writeln!(
                html,
                "<tr><td><code{}>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>",
                if required { " class=\"required\"" } else { "" },
                escape(text(parameter, "/name")),
                escape(text(parameter, "/in")),
                kind_of(&parameter["schema"]),
                inline(text(parameter, "/description")),
            );
        }
        html.push_str("</table>\n");
    }
    if let Some(body) = content.get("requestBody") {
        let _ = writeln!(
            html,
            "<p>Body: {}. {}</p>",
            contents(body),
            inline(text(body, "/description"))
        );
        for (_, media) in fields(body, "/content") {
            for example in media.get("example").into_iter() {
                let _ = writeln!(html, "<pre><code>{}</code></pre>", escape(&pretty(example)));
            }
        }
    }
    html.push_str("<table>\n<tr><th>status</th><th>body</th><th></th></tr>\n");
    for (status, response) in fields(content, "/responses") {
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(status),
            contents(response),
            inline(text(response, "/description")),
        );
    }
    html.push_str("</table>\n</section>\n");
    html
}

/// The media types of a body, each with its shape.
fn contents(body: &Value) -> String {
    fields(body, "/content")
        .map(|(media_type, media)| match media.get("schema") {
            Some(schema) => format!("<code>{}</code> {}", escape(media_type), kind_of(schema)),
            None => format!("<code>{}</code>", escape(media_type)),
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn shape(name: &str, schema: &Value) -> String {
    let mut html = format!(
        "<section id=\"shape-{0}\">\n<h3><code>{0}</code></h3>\n{1}",
        escape(name),
        prose(text(schema, "/description")),
    );
    let required = list(schema, "/required");
    html.push_str("<table>\n<tr><th>field</th><th>type</th><th></th></tr>\n");
    for (field, content) in fields(schema, "/properties") {
        let is_required = required.iter().any(|required| required == field);
        let _ = writeln!(
            html,
            "<tr><td><code{}>{}</code></td><td>{}</td><td>{}</td></tr>",
            if is_required { " class=\"required\"" } else { "" },
            escape(field),
            kind_of(content),
            inline(description_of(content)),
        );
    }
    html.push_str("</table>\n</section>\n");
    html
}

/// A field's description; where the field may be null it stands with the other choice.
fn description_of(schema: &Value) -> &str {
    let choices = list(schema, "/oneOf").iter().map(|choice| text(choice, "/description"));
    std::iter::once(text(schema, "/description"))
        .chain(choices)
        .find(|description| !description.is_empty())
        .unwrap_or("")
}

/// What a schema admits, as HTML: `string`, `Claim` with a link, `Claim[]`, `string or null`.
fn kind_of(schema: &Value) -> String {
    if let Some(name) = text(schema, "/$ref").strip_prefix("#/components/schemas/") {
        return format!("<a href=\"#shape-{0}\">{0}</a>", escape(name));
    }
    for choice in ["/oneOf", "/anyOf"] {
        let choices = list(schema, choice);
        if !choices.is_empty() {
            return choices.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
        }
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kinds = kinds.iter().map(|&kind| match kind {
        "array" => format!("{}[]", kind_of(&schema["items"])),
        kind => match text(schema, "/format") {
            "" => escape(kind),
            format if kind != "null" => escape(&format!("{kind} ({format})")),
            _ => escape(kind),
        },
    });
    kinds.collect::<Vec<_>>().join(" or ")
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn text<'d>(value: &'d Value, pointer: &str) -> &'d str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn list<'d>(value: &'d Value, pointer: &str) -> &'d [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn fields<'d>(value: &'d Value, pointer: &str) -> impl Iterator<Item = (&'d String, &'d Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
