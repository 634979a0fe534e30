//! Who may import whom: reads every `crate::` and `super::` path below `src` and fails on any
//! edge that the table does not allow.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Top-level module → the top-level modules it may name. `cli` may name all, nothing names `cli`.
const MODULES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &[]),
    // Rules stand both in what reads pages and in what reads texts.
    ("patterns", &[]),
    ("fetch", &["domain"]),
    ("ingest", &["domain", "patterns"]),
    ("export", &["domain"]),
    ("store", &["domain"]),
    ("postgres", &["domain"]),
    ("pipeline", &["domain", "patterns"]),
    ("index", &["domain", "pipeline", "store"]),
    ("metrics", &["domain", "store"]),
    ("app", &["config", "domain", "fetch", "index", "metrics", "pipeline", "store"]),
    ("jobs", &["app", "domain", "fetch", "ingest", "metrics", "pipeline", "store"]),
    ("dashboard", &["domain", "store"]),
    (
        "api",
        &[
            "app",
            "dashboard",
            "domain",
            "export",
            "fetch",
            "index",
            "ingest",
            "jobs",
            "metrics",
            "pipeline",
            "store",
        ],
    ),
    (
        "cli",
        &[
            "api",
            "app",
            "config",
            "dashboard",
            "domain",
            "export",
            "fetch",
            "index",
            "ingest",
            "jobs",
            "pipeline",
            "postgres",
            "store",
        ],
    ),
];

/// Stage of the pipeline → the stages it may name.
const STAGES: &[(&str, &[&str])] = &[
    ("lexicon", &[]),
    ("model", &[]),
    ("text", &["lexicon"]),
    ("comparison", &["text"]),
    ("corrections", &["lexicon", "matching", "text"]),
    ("attribution", &["lexicon", "model", "text"]),
    ("resolution", &["attribution", "lexicon", "model", "text"]),
    ("claims", &["attribution", "lexicon", "model", "resolution", "text"]),
    ("matching", &["lexicon", "model", "text"]),
];

/// Crate names that only the given module may use.
const OWNED_CRATES: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_async", &["store"]),
    ("diesel_migrations", &["store"]),
    ("tokio_postgres", &["store"]),
    ("actix_web", &["api", "cli"]),
    ("askama", &["dashboard"]),
    ("dom_smoothie", &["ingest"]),
    ("feed_rs", &["ingest"]),
    ("reqwest", &["fetch"]),
    ("clap", &["config", "cli"]),
    ("prometheus_client", &["metrics"]),
];

/// One `.rs` file below `src`, with the module path it holds: `["pipeline", "text"]`.
struct Source {
    path: PathBuf,
    module: Vec<String>,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = without_comments(&fs::read_to_string(&path).expect("source is UTF-8"));
                found.push(Source { module: module_of(&root, &path), path, code });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn module_of(root: &Path, path: &Path) -> Vec<String> {
    let mut module: Vec<String> = path
        .strip_prefix(root)
        .expect("below src")
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
        module.pop();
    }
    module
}

/// Drops line comments, so that a documentation link is not taken for an import.
fn without_comments(code: &str) -> String {
    code.lines()
        .map(|line| line.find("//").map_or(line, |at| &line[..at]))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every module path that the file names from the crate's root, two parts deep.
fn named_paths(source: &Source) -> BTreeSet<(String, Option<String>)> {
    let start = Regex::new(r"\b(crate|(?:super::)*super)::").expect("valid");
    let mut named = BTreeSet::new();
    // A file's inline `mod tests` adds one level to `super`; reading one level too few can only
    // name an item of this very module, so such a path is resolved both ways by its first part.
    for found in start.captures_iter(&source.code) {
        let head = found.get(1).expect("group").as_str();
        let rest = &source.code[found.get(0).expect("match").end()..];
        let base: Vec<String> = if head == "crate" {
            Vec::new()
        } else {
            let climbs = head.matches("super").count();
            source.module[..source.module.len().saturating_sub(climbs)].to_vec()
        };
        for tail in leading_parts(rest) {
            let full: Vec<String> = base.iter().cloned().chain(tail).collect();
            if let Some(first) = full.first() {
                named.insert((first.clone(), full.get(1).cloned()));
            }
        }
    }
    named
}

/// The first two parts of each path after `crate::`, groups opened: `{a, b::{c, d}}` gives
/// `[a]`, `[b, c]`, `[b, d]`.
fn leading_parts(rest: &str) -> Vec<Vec<String>> {
    if let Some(group) = rest.strip_prefix('{') {
        return split_group(group).iter().flat_map(|part| leading_parts(part)).collect();
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let first = rest[..end].to_owned();
    if first.is_empty() {
        return Vec::new();
    }
    match rest[end..].strip_prefix("::") {
        None => vec![vec![first]],
        Some(deeper) => {
            let tails = leading_parts(deeper);
            if tails.is_empty() {
                return vec![vec![first]];
            }
            tails
                .into_iter()
                .map(|tail| std::iter::once(first.clone()).chain(tail).take(2).collect())
                .collect()
        }
    }
}

/// The members of a `{…}` group at its own depth.
fn split_group(group: &str) -> Vec<String> {
    let mut members = Vec::new();
    let mut depth = 0;
    let mut member = String::new();
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => members.push(std::mem::take(&mut member)),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                member.push(c);
            }
        }
    }
    members.push(member);
    members.iter().map(|member| member.trim().to_owned()).collect()
}

fn table(rows: &[(&'static str, &'static [&'static str])]) -> BTreeMap<String, BTreeSet<String>> {
    rows.iter()
        .map(|(from, to)| ((*from).to_owned(), to.iter().map(|to| (*to).to_owned()).collect()))
        .collect()
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let allowed = table(MODULES);
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = source.module.first() else { continue };
        let Some(may) = allowed.get(own) else {
            wrong.push(format!("{}: module {own} is not in the table", source.path.display()));
            continue;
        };
        for (named, _) in named_paths(&source) {
            if named != *own && allowed.contains_key(&named) && !may.contains(&named) {
                wrong.push(format!("{}: {own} may not import {named}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stages_of_the_pipeline_import_only_earlier_ones() {
    let allowed = table(STAGES);
    let mut wrong = Vec::new();
    for source in sources() {
        let [pipeline, own, ..] = source.module.as_slice() else { continue };
        if pipeline != "pipeline" {
            continue;
        }
        let Some(may) = allowed.get(own) else { continue };
        for (_, stage) in named_paths(&source).into_iter().filter(|(top, _)| top == "pipeline") {
            let Some(stage) = stage.filter(|stage| allowed.contains_key(stage)) else { continue };
            if stage != *own && !may.contains(&stage) {
                wrong.push(format!("{}: {own} may not import {stage}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_with_an_owner_stay_with_it() {
    let mut wrong = Vec::new();
    for (name, owners) in OWNED_CRATES {
        let used = Regex::new(&format!(r"\b{name}::")).expect("valid");
        for source in sources() {
            let own = source.module.first().map_or("lib", String::as_str);
            // `main` parses the command line and hands it on.
            let entry = source.path.ends_with("src/main.rs") && *name == "clap";
            if !entry && !owners.contains(&own) && used.is_match(&source.code) {
                wrong.push(format!("{}: {name} belongs to {owners:?}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_groups_and_climbs() {
    let source = |module: &[&str], code: &str| Source {
        path: PathBuf::new(),
        module: module.iter().map(|part| (*part).to_owned()).collect(),
        code: code.to_owned(),
    };
    let tops = |source: &Source| {
        named_paths(source)
            .into_iter()
            .map(|(top, next)| format!("{top}/{}", next.unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        tops(&source(&["api"], "use crate::{store, pipeline::{text, claims::Deep}};")),
        "pipeline/claims pipeline/text store/"
    );
    assert_eq!(
        tops(&source(&["store", "claims"], "use super::super::jobs::Worker;")),
        "jobs/Worker"
    );
    assert_eq!(tops(&source(&["domain"], "let x = crate::store::find();")), "store/find");
}
