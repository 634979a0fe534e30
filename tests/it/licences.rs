//! What the program is made of: every crate under a licence that fits ours, and no second version of one
//! without a reason. Read from Cargo's own answer, so nothing can be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;
use spdx::{Expression, ParseMode};

/// Licences that ask for no more than a notice. `OR` needs one of them, `AND` all.
const ALLOWED: [&str; 9] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Crates under another licence, each with it. The MPL asks for the source of its own files, which stand
/// unchanged in the registry; it does not reach the files beside them.
const EXCEPTIONS: [(&str, &str); 4] = [
    ("cssparser", "MPL-2.0"),
    ("cssparser-macros", "MPL-2.0"),
    ("dtoa-short", "MPL-2.0"),
    ("selectors", "MPL-2.0"),
];

/// Crates that are here in two versions, each with who holds the older one. A third version, or another
/// crate, fails: it is compiled, shipped and kept safe twice.
const TWICE: [(&str, &str); 14] = [
    ("base64", "0.22 by postgres-protocol and us"),
    ("darling", "0.21 by diesel_derives, while compiling"),
    ("darling_core", "as darling"),
    ("darling_macro", "as darling"),
    ("foldhash", "0.1 by whatlang's hashbrown"),
    ("getrandom", "0.2 by ring"),
    ("hashbrown", "0.15 by whatlang"),
    ("http", "0.2 by actix-http"),
    ("phf", "0.13 by tokio-postgres"),
    ("phf_shared", "as phf"),
    ("syn", "2 by macros that have not moved, while compiling"),
    ("toml", "0.9 by diesel_migrations, while compiling"),
    ("toml_datetime", "as toml"),
    ("winnow", "as toml"),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
}

/// The crates that are built here, for the tests too.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1"])
        // What other systems need is not at hand here, and is not shipped.
        .args(["--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).unwrap();
    let built: BTreeSet<String> = metadata.resolve.nodes.into_iter().map(|node| node.id).collect();
    metadata.packages.into_iter().filter(|package| built.contains(&package.id)).collect()
}

fn host() -> String {
    let output = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Whether a licence, as a crate states it, leaves a choice that the list allows.
fn allows(allowed: &[&str], license: &str) -> bool {
    // Lax, for the older form `MIT/Apache-2.0`.
    Expression::parse_mode(license, ParseMode::LAX).is_ok_and(|expression| {
        expression.evaluate(|part| allowed.contains(&part.to_string().as_str()))
    })
}

#[test]
fn every_crate_has_a_licence_of_the_list() {
    let packages = packages();
    assert!(packages.len() > 100, "only {} crates were looked at", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| {
            let license = package.license.as_deref().unwrap_or("");
            !allows(&ALLOWED, license) && !EXCEPTIONS.contains(&(package.name.as_str(), license))
        })
        .map(|package| {
            let license = package.license.as_deref().unwrap_or("no licence stated");
            format!("{} {}: {license}", package.name, package.version)
        })
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    for (name, _) in EXCEPTIONS {
        assert!(
            packages.iter().any(|package| package.name == name),
            "{name} is gone: take it off the list"
        );
    }
}

#[test]
fn reads_licences_as_they_are_meant() {
    for fits in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "(MIT OR GPL-2.0-only) AND Zlib"] {
        assert!(allows(&ALLOWED, fits), "{fits}");
    }
    for other in [
        "GPL-3.0-or-later",
        "MIT AND GPL-2.0-only",
        "MPL-2.0",
        "MIT WITH LLVM-exception",
        "LGPL-2.1-only OR GPL-3.0-only",
        "my own",
        "",
    ] {
        assert!(!allows(&ALLOWED, other), "{other}");
    }
}

#[test]
fn no_crate_is_here_twice_without_a_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        versions.entry(package.name).or_default().insert(package.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    let known: BTreeSet<&str> = TWICE.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = versions.keys().map(String::as_str).collect();
    assert_eq!(found, known, "{versions:#?}");
    assert!(versions.values().all(|versions| versions.len() == 2), "{versions:#?}");
}
