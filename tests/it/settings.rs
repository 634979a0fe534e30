//! `docs/settings.md` lists every flag of every command with its variable, as the code has them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use claimtrail::config::Config;
use clap::{Arg, ArgAction, Command, CommandFactory};

/// The variable of Postgres itself, which has a name that everybody knows.
const OTHER_NAMES: [&str; 1] = ["DATABASE_URL"];

/// The lines between which the table stands.
const BEGIN: &str = "<!-- The table below is compared with the code by tests/it/settings.rs. -->\n";

/// One flag as it is shown, with the commands that take it.
struct Setting {
    flag: String,
    value: String,
    default: String,
    meaning: String,
    commands: Vec<String>,
}

/// Flags of a command, without those that clap gives to all and without file names.
fn flags(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|arg| !arg.is_positional())
        .filter(|arg| !matches!(arg.get_action(), ArgAction::Help | ArgAction::Version))
        .filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"))
}

fn variable(arg: &Arg) -> Option<String> {
    arg.get_env().map(|name| name.to_str().unwrap().to_owned())
}

fn shown(arg: &Arg) -> Setting {
    let help = arg.get_help().unwrap().to_string();
    // What depends on the machine is told in words at the end of the help.
    let (meaning, told) = match help.split_once(" [default: ") {
        Some((meaning, told)) => (meaning, told.strip_suffix(']').unwrap()),
        None => (help.as_str(), ""),
    };
    let choices: Vec<String> =
        arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    let given = arg.get_default_values().iter().map(|value| value.to_str().unwrap());
    let switch = matches!(arg.get_action(), ArgAction::SetTrue);
    let default = match (told, switch, given.collect::<Vec<_>>().join(" ")) {
        (_, true, _) => "`false`".to_owned(),
        ("", _, default) if default.is_empty() => "none".to_owned(),
        ("", _, default) => format!("`{default}`"),
        (told, _, _) => told.to_owned(),
    };
    let value = match (switch, choices.is_empty()) {
        (true, _) => "`true`, `false`".to_owned(),
        (_, false) => choices.join(", "),
        _ => arg.get_value_names().map(|names| names[0].to_string()).unwrap_or_default(),
    };
    Setting {
        flag: format!("`--{}`", arg.get_long().unwrap()),
        value,
        default,
        meaning: meaning.trim_end_matches('.').to_owned(),
        commands: Vec::new(),
    }
}

/// Every setting by its variable; the flags of all commands first.
fn settings() -> Vec<(String, Setting)> {
    let mut root = Config::command();
    root.build();
    let all: Vec<String> = flags(&root).map(|arg| arg.get_id().to_string()).collect();
    let mut settings: Vec<(String, Setting)> = Vec::new();
    for arg in flags(&root) {
        let mut setting = shown(arg);
        setting.commands.push("all".to_owned());
        settings.push((variable(arg).unwrap(), setting));
    }
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        for arg in flags(command).filter(|arg| !all.contains(&arg.get_id().to_string())) {
            let variable = variable(arg).unwrap_or_else(|| {
                panic!("--{} of {} has no variable", arg.get_id(), command.get_name())
            });
            let at = settings.iter().position(|(known, _)| *known == variable);
            let at = at.unwrap_or_else(|| {
                settings.push((variable.clone(), shown(arg)));
                settings.len() - 1
            });
            settings[at].1.commands.push(format!("`{}`", command.get_name()));
        }
    }
    settings
}

fn table() -> String {
    let mut table = String::from(
        "| variable | flag | commands | value | default | meaning |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (variable, setting) in settings() {
        let Setting { flag, value, default, meaning, commands } = setting;
        let commands = commands.join(", ");
        let cells = [format!("`{variable}`"), flag, commands, value, default, meaning];
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        writeln!(table, "| {} |", cells.join(" | ")).unwrap();
    }
    table
}

/// `UPDATE_SETTINGS=1 cargo test --test it settings::` writes the table anew.
#[test]
fn the_table_of_settings_is_what_the_code_takes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let written = fs::read_to_string(&path).unwrap();
    let (before, after) = written.split_once(BEGIN).expect("the line before the table");
    let table = table();
    if std::env::var_os("UPDATE_SETTINGS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}\n{table}")).unwrap();
        return;
    }
    assert_eq!(after.trim_start(), table, "run it with UPDATE_SETTINGS=1 to write the table anew");
}

#[test]
fn every_flag_has_a_variable_of_ours_and_one_name_means_one_thing() {
    let mut root = Config::command();
    root.build();
    let mut meanings: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        for arg in flags(command) {
            let at = format!("--{} of {}", arg.get_id(), command.get_name());
            let name = variable(arg).unwrap_or_else(|| panic!("{at} has no variable"));
            assert!(
                name.starts_with("CLAIMTRAIL_") || OTHER_NAMES.contains(&name.as_str()),
                "{at}: {name}"
            );
            let long = arg.get_long().unwrap().to_owned();
            let choices: Vec<String> =
                arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            let known = meanings.entry(name).or_insert_with(|| (long.clone(), choices.clone()));
            assert_eq!(*known, (long, choices), "{at}");
        }
    }
}
