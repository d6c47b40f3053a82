//! Privacy of schemas, measured: how many people does graph matching re-identify in a birthdate
//! block of this size?
//!
//! ```text
//! blindlink synth --records 1740000 --out synth
//! cargo bench --bench frontier -- synth/district.csv 1250 k12 my-schema.toml
//! ```
//!
//! Takes the people of the largest birthdates of the table, draws two sides of at most that many,
//! and attacks each schema (a name of a shipped one, or a file with a `[schema]` table) with all
//! people in common and with half, under three seeds. For half, the people of the second
//! birthdate are moved to the first, so that blocks are as large as with all. Then the vote of
//! namesakes over the whole table. Prints one line of tab-separated values for each run: schema,
//! overlap, seed, shared people, and the percentage that each mode of the attack re-identifies.
//! `benches/frontier.py` makes the table and the chart of the docs of it. Memory: the table's
//! people, about 200 bytes each.

#![allow(clippy::print_stdout, reason = "the table is the program's output")]

use std::collections::BTreeMap;
use std::path::Path;

use blindlink::error::{Error, Result};
use blindlink::owner::audit::attack::ALL_MODES;
use blindlink::owner::audit::run::votes;
use blindlink::owner::audit::simulate::{Setting, simulate};
use blindlink::owner::normalise::{self, Person};
use blindlink::owner::table::{Mapping, Table};
use blindlink::project::{Project, new_project};

fn main() -> Result<()> {
    // `cargo bench` adds an argument of its own.
    let own = |argument: &String| argument != "--bench";
    let arguments: Vec<String> = std::env::args().skip(1).filter(own).collect();
    let [table, most, schemas @ ..] = arguments.as_slice() else {
        return Err(Error::usage("give a table, a block size and schemas"));
    };
    let most: usize = most
        .parse()
        .map_err(|_| Error::usage("the block size must be a number"))?;
    let people = read(Path::new(table))?;
    let days = largest_days(&people)?;
    for name in schemas {
        let project = project(name)?;
        for overlap in [1.0, 0.5] {
            let cell = if overlap < 1.0 {
                merged(&days)
            } else {
                days[0].clone()
            };
            for seed in 1..=3 {
                let setting = Setting {
                    overlap,
                    most,
                    seed,
                    shapes: true,
                    modes: ALL_MODES,
                };
                let outcome = simulate(std::slice::from_ref(&cell), &project, &setting);
                let percent = |right: usize| 100.0 * right as f64 / outcome.shared.max(1) as f64;
                let modes: Vec<String> = outcome
                    .guesses
                    .iter()
                    .map(|g| format!("{} {:.2}", g.mode, percent(g.right)))
                    .collect();
                let shared = outcome.shared;
                println!("{name}\t{overlap}\t{seed}\t{shared}\t{}", modes.join("\t"));
            }
        }
        for vote in votes(&people, &project, 1) {
            let (overlap, seed, shared) = (vote.overlap, vote.seed, vote.shared);
            let share = 100.0 * vote.reidentified;
            println!("{name}\t{overlap}\t{seed}\t{shared}\tnamesakes {share:.2}");
        }
    }
    Ok(())
}

/// Everybody in the table.
fn read(path: &Path) -> Result<Vec<Person>> {
    let mut table = Table::open(path, &Mapping::default())?;
    let (mut people, mut batch) = (Vec::new(), Vec::new());
    while table.next_batch(10_000, &mut batch)? > 0 {
        people.extend(batch.iter().map(normalise::person));
        batch.clear();
    }
    normalise::mark_namesakes(&mut people);
    Ok(people)
}

/// The people of the two most frequent birthdates, those of the most frequent first.
fn largest_days(people: &[Person]) -> Result<Vec<Vec<Person>>> {
    let mut days: BTreeMap<_, Vec<Person>> = BTreeMap::new();
    for person in people {
        if let Some(date) = person.birthdate {
            // The first of January is where registrars put those whose birthdate is unknown.
            if (date.month(), date.day()) != (1, 1) {
                days.entry(date).or_default().push(person.clone());
            }
        }
    }
    let mut days: Vec<Vec<Person>> = days.into_values().collect();
    days.sort_by_key(|people| std::cmp::Reverse(people.len()));
    days.truncate(2);
    if days.len() < 2 {
        return Err(Error::usage("expected people of two birthdates at least"));
    }
    Ok(days)
}

/// All of them born on the first day.
fn merged(days: &[Vec<Person>]) -> Vec<Person> {
    let mut all: Vec<Person> = days.iter().flatten().cloned().collect();
    let first = all.first().and_then(|p| p.birthdate);
    for person in &mut all {
        person.birthdate = first;
    }
    all
}

/// A project with the shipped schema of that name, or with the one in that file.
fn project(name: &str) -> Result<Project> {
    let parties = ["district".parse()?, "college".parse()?];
    if let Ok(text) = new_project(&parties, name, [0; 16]) {
        return Project::parse(&text);
    }
    let schema =
        std::fs::read_to_string(name).map_err(|e| Error::io("read", Path::new(name), e))?;
    let text = new_project(&parties, "clk", [0; 16])?;
    let head = text.find("# The classic").unwrap_or(text.len());
    Project::parse(&format!("{}{schema}", &text[..head]))
}
