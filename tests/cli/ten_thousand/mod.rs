//! Ten thousand invented people through every verb, in success and in failure: none of their names and birthdates is in any
//! output, message, log, temporary file, leftover or core file.
//!
//! Each name is eight letters that no other word holds, and each birthdate is of one person alone. All bytes of all
//! files, and all that the program says, are gone through once: as they are, and with zero bytes taken out, so that
//! UTF-16 is found too. That no verb is left out is seen by the list of them that `--help` gives.

mod failure;
#[cfg(unix)]
mod killed;
mod people;
mod success;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::harness::{Dir, Done, words};
use people::{Found, HEADER, Wanted};

/// Files that the tests write themselves.
fn is_input(name: &str) -> bool {
    name.starts_with("work/in-") || name.starts_with("aside/in-")
}

/// Searches every file but the inputs; student ids may stand in those of `with_ids`.
fn search(dir: &Dir, wanted: &Wanted, with_ids: &[&str]) -> usize {
    let mut searched = 0;
    for (name, bytes) in dir.contents() {
        if is_input(&name) {
            continue;
        }
        let may = with_ids.iter().any(|n| name == format!("work/{n}"));
        let found = wanted.find(&bytes);
        assert!(!found.is_name && !found.is_date, "{found:?} in {name}");
        assert!(may || !found.is_id, "a student id in {name}");
        searched += 1;
    }
    searched
}

fn silent(wanted: &Wanted, done: &Done, what: &[&str]) {
    for said in [&done.out, &done.err] {
        let found = wanted.find(said.as_bytes());
        assert_eq!(found, Found::default(), "{what:?}: {said}");
    }
}

/// The verbs that the help of the program lists, those of two words by both.
fn verbs(dir: &Dir) -> BTreeSet<String> {
    let listed = |words: &[&str]| -> Vec<String> {
        let help = dir.ok(&[words, &["--help"]].concat()).out;
        let lines = help.lines().skip_while(|l| *l != "Commands:").skip(1);
        let lines = lines.take_while(|l| !l.is_empty());
        // What does not fit a line is gone on with deeper.
        let verbs = lines.filter_map(|l| l.strip_prefix("  "));
        let verbs = verbs.filter(|l| !l.starts_with(' '));
        let word = |l: &str| l.split(' ').next().unwrap().to_owned();
        verbs.map(word).filter(|w| w != "help").collect()
    };
    let mut all = BTreeSet::new();
    for verb in listed(&[]) {
        let below = listed(&[&verb]);
        if below.is_empty() {
            all.insert(verb);
        } else {
            all.extend(below.iter().map(|b| format!("{verb} {b}")));
        }
    }
    assert!(all.len() > 30 && all.contains("log add"), "{all:?}");
    all
}

/// Runs of verbs, and which of them there were.
struct Runs<'a> {
    dir: &'a Dir,
    wanted: &'a Wanted,
    missing: BTreeSet<String>,
}

impl<'a> Runs<'a> {
    fn new(dir: &'a Dir, wanted: &'a Wanted) -> Self {
        Self {
            dir,
            wanted,
            missing: verbs(dir),
        }
    }

    /// Runs the program, which must say nothing of anybody.
    fn run(&mut self, args: &[&str]) -> Done {
        let done = self.dir.run(args);
        silent(self.wanted, &done, args);
        self.missing.remove(args[0]);
        self.missing.remove(&args[..args.len().min(2)].join(" "));
        done
    }

    /// A run that succeeds, told in one line.
    fn ok(&mut self, line: &str) {
        let done = self.run(&words(line));
        assert_eq!(done.code, 0, "{line}: {}", done.err);
    }

    /// A run that fails.
    fn fails(&mut self, line: &str) {
        let done = self.run(&words(line));
        assert!((1..=4).contains(&done.code), "{line}: {}", done.code);
    }

    /// Fails if there is a verb that was not run.
    fn expect_all(&self) {
        let missing = &self.missing;
        assert!(missing.is_empty(), "verbs that were not run: {missing:?}");
    }
}

const ROLES: [&str; 4] = ["a", "b", "custodian", "operator"];

/// Makes identities, the project file with an agreement, and the key, by the verbs.
fn agree(runs: &mut Runs<'_>) {
    let day = blindlink::units::today().checked_add(jiff::Span::new().years(1));
    let mut line = format!(
        "project new --party a --party b --name Zzyzx --purpose evaluation --agreement MOU-7 --exception audit \
         --representative Office --destroy-by {} -o p.toml",
        day.unwrap()
    );
    for role in ROLES {
        runs.ok(&format!("identity new -o {role}.identity"));
        write!(
            line,
            " --contact {role}=Zzyzx-{role};Vvortex-{role};{role}@example.org --public-key {role}={role}.pub"
        )
        .unwrap();
    }
    runs.ok(&line);
    runs.ok("key new -o k --project p.toml");
}

/// The words that encode `table` as `party`.
fn encode(table: &str, party: &str, key: &str, out: &str) -> String {
    format!("encode {table} --project p.toml --party {party} --key {key} -o {out}")
}

/// A linkage schema for the table.
fn linkage_schema() -> String {
    let features = HEADER.trim_end().split(',').map(|column| match column {
        "student_id" | "suffix" | "gender" => format!(r#"{{"identifier": "{column}", "ignored": true}}"#),
        "birthdate" => format!(
            r#"{{"identifier": "{column}", "format": {{"type": "date", "format": "%Y-%m-%d"}}, "hashing": {{"comparison":
                {{"type": "ngram", "n": 1, "positional": true}}, "strategy": {{"bitsPerFeature": 100}}}}}}"#
        ),
        _ => format!(
            r#"{{"identifier": "{column}", "format": {{"type": "string"}}, "hashing": {{"comparison":
                {{"type": "ngram", "n": 2}}, "strategy": {{"bitsPerFeature": 100}}}}}}"#
        ),
    });
    let features: Vec<String> = features.collect();
    let config = r#""version": 3, "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}"#;
    format!(r#"{{{config}, "features": [{}]}}"#, features.join(", "))
}
