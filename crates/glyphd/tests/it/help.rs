//! Every command's help has an example, and every example works.

use crate::harness::{MIXED, Place};

const COMMANDS: &[&[&str]] = &[
    &["import"],
    &["imports", "list"],
    &["imports", "show"],
    &["imports", "rejects"],
    &["imports", "repair"],
    &["imports", "diff"],
    &["imports", "rescore"],
    &["imports", "rematch"],
    &["imports", "undo"],
    &["listings"],
    &["market"],
    &["fit"],
    &["deltas"],
    &["models"],
    &["models", "show"],
    &["models", "audit"],
    &["report"],
    &["report", "coverage"],
    &["match"],
    &["check"],
    &["export"],
    &["openapi"],
    &["token", "create"],
    &["token", "list"],
    &["completions"],
    &["migrate", "status"],
    &["migrate", "plan"],
    &["migrate", "up"],
    &["migrate", "verify"],
    &["migrate", "backup"],
    &["migrate", "down"],
];

/// The words of a command line as a shell splits them; quotes are all the syntax that examples use.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_example_in_the_help_runs() {
    for command in COMMANDS {
        let place = Place::new();
        std::fs::create_dir(place.path("examples")).unwrap();
        place.write("examples/listings.csv", MIXED);
        if *command != ["import"] {
            place.import(&place.path("examples/listings.csv"), &[]);
        }
        let rejects = place.run(["imports", "rejects", "last", "--csv"]).stdout;
        place.write("rejects.csv", rejects);
        let help = place.done(command.iter().chain(&["--help"])).stdout;
        let examples: Vec<&str> = help
            .lines()
            .skip_while(|line| !matches!(*line, "Example:" | "Examples:"))
            .skip(1)
            .map(str::trim)
            .collect();
        assert!(!examples.is_empty(), "{command:?} has no example");
        for example in examples {
            let all = words(example);
            assert_eq!(all.first().map(String::as_str), Some("glyphd"), "{example}");
            let ended = place.run(all.iter().skip(1));
            assert!(matches!(ended.status, 0 | 3), "{example}: {}", ended.stderr);
        }
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let place = Place::new();
    for words in [
        &["imports"][..],
        &["listings", "--sort", "luck"],
        &["import"],
        &["fly"],
    ] {
        assert_eq!(place.run(words).status, 2, "{words:?}");
    }
}

#[test]
fn tables_fit_eighty_columns() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    for words in [
        &["imports", "list"][..],
        &["imports", "show", "last"],
        &["imports", "rejects", "last"],
        &["listings"],
        &["models", "--listed"],
        &["market"],
        &["market", "--verdict", "any"],
        &["report"],
        &["fit", "8B q4"],
    ] {
        for line in place.done(words).stdout.lines() {
            let sha_or_json = line.contains("sha256") || line.contains('{');
            assert!(
                sha_or_json || line.chars().count() <= 80,
                "{words:?}: {line:?}"
            );
        }
    }
}
