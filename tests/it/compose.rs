//! `docker-compose.yml` and `Dockerfile` name only what the program and the database image know, and
//! publish nothing beyond this machine. No container engine is needed: both files are read.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Component, Path, PathBuf};

use claimtrail::config::{Command, Config};
use clap::{CommandFactory, Parser};
use serde::Deserialize;
use url::Url;

/// Variables of the `postgres` image, from its documentation.
const IMAGE_VARIABLES: [&str; 4] =
    ["POSTGRES_DB", "POSTGRES_INITDB_ARGS", "POSTGRES_PASSWORD", "POSTGRES_USER"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Compose {
    #[serde(rename = "name")]
    _name: String,
    services: BTreeMap<String, Service>,
    volumes: BTreeMap<String, ()>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    image: String,
    build: Option<String>,
    command: Option<Vec<String>>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    ports: Vec<String>,
    #[serde(default)]
    volumes: Vec<String>,
    healthcheck: Option<Healthcheck>,
    #[serde(default)]
    depends_on: BTreeMap<String, Dependency>,
    #[serde(rename = "restart")]
    _restart: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Healthcheck {
    test: Vec<String>,
    #[serde(rename = "interval")]
    _interval: String,
    #[serde(rename = "timeout")]
    _timeout: String,
    #[serde(rename = "retries")]
    _retries: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dependency {
    condition: String,
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn compose() -> Compose {
    serde_yaml_ng::from_str(&read("docker-compose.yml")).unwrap()
}

impl Compose {
    /// The services that run this program.
    fn own(&self) -> Vec<(&String, &Service)> {
        self.services.iter().filter(|(_, service)| service.build.is_some()).collect()
    }

    fn database(&self) -> &Service {
        &self.services["db"]
    }
}

/// The Dockerfile's instructions, each a word and its argument; continued lines are joined.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile").replace("\\\n", " ");
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (word, argument) = line.split_once(' ').unwrap();
            (word.to_owned(), argument.trim().to_owned())
        })
        .collect()
}

/// The instructions of the stage that is shipped.
fn last_stage() -> Vec<(String, String)> {
    let all = instructions();
    let start = all.iter().rposition(|(word, _)| word == "FROM").unwrap();
    all[start..].to_vec()
}

fn arguments_of<'a>(stage: &'a [(String, String)], wanted: &str) -> Vec<&'a str> {
    stage.iter().filter(|(word, _)| word == wanted).map(|(_, argument)| argument.as_str()).collect()
}

/// What the image sets for every container made from it.
fn image_environment() -> BTreeMap<String, String> {
    let stage = last_stage();
    let variables = arguments_of(&stage, "ENV").into_iter().map(|argument| {
        let (name, value) = argument.split_once('=').expect("ENV in the form NAME=value");
        (name.to_owned(), value.to_owned())
    });
    variables.collect()
}

/// The flag that each of the program's variables stands for, in whichever command, and whether it takes a value.
fn known_variables() -> BTreeMap<String, (String, bool)> {
    fn collect(command: &clap::Command, into: &mut BTreeMap<String, (String, bool)>) {
        for argument in command.get_arguments() {
            if let (Some(variable), Some(flag)) = (argument.get_env(), argument.get_long()) {
                let takes_value = argument.get_action().takes_values();
                into.insert(
                    variable.to_str().unwrap().to_owned(),
                    (format!("--{flag}"), takes_value),
                );
            }
        }
        command.get_subcommands().for_each(|command| collect(command, into));
    }
    let mut found = BTreeMap::new();
    collect(&Config::command(), &mut found);
    found
}

/// The configuration that a service starts with: its command, with each variable given as its flag, so
/// that a variable which this command does not know, or a value it refuses, is an error.
fn configuration(service: &Service) -> Config {
    let known = known_variables();
    let mut words = vec!["claimtrail".to_owned()];
    words.extend(service.command.clone().unwrap());
    for (name, value) in &service.environment {
        let (flag, takes_value) = known.get(name).unwrap_or_else(|| panic!("no flag has {name}"));
        if *takes_value {
            words.push(format!("{flag}={value}"));
        } else {
            assert_eq!(value, "true", "{name} is set or not set");
            words.push(flag.clone());
        }
    }
    Config::try_parse_from(&words).unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

fn serve_address(service: &Service) -> Option<SocketAddr> {
    let (flag, _) = &known_variables()["CLAIMTRAIL_BIND"];
    let bind = service.environment.get("CLAIMTRAIL_BIND").cloned();
    let bind = bind.or_else(|| image_environment().remove("CLAIMTRAIL_BIND"))?;
    let config = Config::try_parse_from(["claimtrail", "serve", flag, &bind]).unwrap();
    let Command::Serve(serve) = config.command else { unreachable!("asked for serve") };
    Some(serve.bind)
}

#[test]
fn every_variable_of_the_services_is_one_that_their_command_takes() {
    let compose = compose();
    assert!(!compose.own().is_empty());
    for (name, service) in compose.own() {
        let config = configuration(service);
        assert!(
            config.global.database_url.is_some(),
            "{name} would run a Postgres inside its container"
        );
    }
    let known = known_variables();
    for variable in image_environment().keys() {
        assert!(known.contains_key(variable), "the Dockerfile sets {variable}, which no flag has");
    }
}

#[test]
fn every_variable_of_the_database_is_one_of_its_image() {
    let compose = compose();
    let database = compose.database();
    assert!(database.image.starts_with("postgres:") && !database.image.ends_with(":latest"));
    for variable in database.environment.keys() {
        assert!(IMAGE_VARIABLES.contains(&variable.as_str()), "{variable}");
    }
}

#[test]
fn the_services_connect_to_the_database_that_is_made() {
    let compose = compose();
    let made = &compose.database().environment;
    for (name, service) in compose.own() {
        let url = Url::parse(&service.environment["DATABASE_URL"]).unwrap();
        assert_eq!(url.host_str(), Some("db"), "{name}");
        assert_eq!(url.port().unwrap_or(5432), 5432, "{name}");
        assert_eq!(url.username(), made["POSTGRES_USER"], "{name}");
        assert_eq!(url.password(), Some(made["POSTGRES_PASSWORD"].as_str()), "{name}");
        assert_eq!(url.path().trim_start_matches('/'), made["POSTGRES_DB"], "{name}");
    }
}

#[test]
fn ports_are_published_on_loopback_only_and_the_service_listens_behind_them() {
    let compose = compose();
    let mut published = 0;
    for (name, service) in &compose.services {
        for port in &service.ports {
            let parts: Vec<&str> = port.split(':').collect();
            let [host, _, inside] = parts[..] else {
                panic!("{name}: {port} names no address to publish on")
            };
            assert_eq!(host.parse(), Ok(Ipv4Addr::LOCALHOST), "{name}: {port}");
            let address =
                serve_address(service).expect("a service with a port says where it listens");
            assert!(
                address.ip().is_unspecified(),
                "{name} cannot be reached from outside its container"
            );
            assert_eq!(inside, address.port().to_string(), "{name}: {port}");
            let Command::Serve(serve) = configuration(service).command else {
                panic!("{name} does not serve")
            };
            assert!(serve.allow_remote_without_keys, "{name} would refuse to start");
            published += 1;
        }
    }
    assert_eq!(published, 1);
}

#[test]
fn each_service_waits_for_what_it_needs_and_the_data_outlives_the_containers() {
    let compose = compose();
    for (name, service) in &compose.services {
        for (other, dependency) in &service.depends_on {
            let other = &compose.services[other];
            match dependency.condition.as_str() {
                "service_healthy" => {
                    assert!(other.healthcheck.is_some(), "{name} would wait for ever")
                }
                "service_completed_successfully" => {
                    assert!(other.ports.is_empty(), "{name} would wait for ever")
                }
                condition => panic!("{name}: {condition}"),
            }
        }
    }
    let [volume] = &compose.database().volumes[..] else { panic!("one volume") };
    let (volume, place) = volume.split_once(':').unwrap();
    assert!(compose.volumes.contains_key(volume));
    assert_eq!(place, "/var/lib/postgresql/data");
    let test = &compose.database().healthcheck.as_ref().unwrap().test;
    assert_eq!(test[..2], ["CMD", "pg_isready"]);
    let made = &compose.database().environment;
    assert!(test.contains(&format!("--username={}", made["POSTGRES_USER"])));
    assert!(test.contains(&format!("--dbname={}", made["POSTGRES_DB"])));
}

#[test]
fn the_image_is_built_by_the_stated_rust_and_runs_under_an_account_of_its_own() {
    let all = instructions();
    let stages = arguments_of(&all, "FROM");
    let [build, _] = stages[..] else { panic!("a stage that builds and one that runs") };
    let rust = env!("CARGO_PKG_RUST_VERSION");
    assert!(build.starts_with(&format!("rust:{rust}")) && build.ends_with(" AS build"), "{build}");
    for stage in &stages {
        let image = stage.split(' ').next().unwrap();
        assert!(image.contains(':') && !image.ends_with(":latest"), "{image} is not pinned");
    }

    let last = last_stage();
    let user = arguments_of(&last, "USER")[0];
    assert!(user.parse::<u32>().is_ok_and(|user| user != 0), "{user}");
    let program = "/usr/local/bin/claimtrail";
    assert_eq!(arguments_of(&last, "COPY"), [format!("--from=build {program} {program}")]);
    assert_eq!(arguments_of(&last, "ENTRYPOINT"), [format!("[\"{program}\"]")]);
    let command: Vec<String> = serde_json::from_str(arguments_of(&last, "CMD")[0]).unwrap();
    let words = ["claimtrail".to_owned()].into_iter().chain(command);
    assert!(matches!(Config::try_parse_from(words).unwrap().command, Command::Serve(_)));

    let bind: SocketAddr = image_environment()["CLAIMTRAIL_BIND"].parse().unwrap();
    assert_eq!(arguments_of(&last, "EXPOSE"), [bind.port().to_string()]);
    let health = arguments_of(&last, "HEALTHCHECK")[0];
    assert!(health.contains(&format!("/dev/tcp/127.0.0.1/{} ", bind.port())), "{health}");
}

#[test]
fn what_the_build_reads_reaches_the_builder() {
    let ignore = read(".dockerignore");
    let rules: Vec<&str> =
        ignore.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(rules[0], "*", "a new secret or build folder must not slip into an image");
    let sent: Vec<PathBuf> =
        rules[1..].iter().map(|rule| PathBuf::from(rule.strip_prefix('!').unwrap())).collect();
    let mut needed = vec![
        PathBuf::from("Cargo.toml"),
        PathBuf::from("Cargo.lock"),
        PathBuf::from("askama.toml"),
        PathBuf::from("src/main.rs"),
    ];
    included(Path::new("src"), &mut needed);
    assert!(needed.len() > 3, "no included file was found");
    for path in needed {
        assert!(sent.iter().any(|sent| path.starts_with(sent)), "{} is left out", path.display());
    }
}

/// Adds what the sources below a folder include while compiling, as paths from the top of the project.
fn included(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            included(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(entry.path()).unwrap();
            for (call, base) in [
                ("include_str!(\"", folder),
                ("include_bytes!(\"", folder),
                ("embed_migrations!(\"", Path::new("")),
            ] {
                let names = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
                into.extend(names.map(|name| without_dots(&base.join(name))));
            }
        }
    }
}

/// A path with each `..` taken back.
fn without_dots(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                assert!(found.pop(), "{} leads out of the project", path.display())
            }
            part => found.push(part),
        }
    }
    found
}
