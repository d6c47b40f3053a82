//! The attacker who knows how frequent names are and nothing else: no list of persons, no key.
//!
//! Three ways: the sizes of blocks ([`block_ranks`]), repeated filters inside large blocks
//! ([`filter_ranks`]), and the likeness of names to each other ([`structure()`]). Each is scored by
//! the share of people whose first name, last name or both it names, against what an attacker
//! gets without looking at a token.
//!
//! Imports: `encode`, the attack. Invariant: a result is a share, never a name.

mod list;
mod ranks;
mod structure;

use std::collections::BTreeMap;

pub use ranks::{block_ranks, filter_ranks};
pub use structure::structure;

use self::list::{Guess, List};
use crate::leakage::{Check, Verdict, percent, rounded};
use crate::owner::normalise::Person;

/// What is guessed of a person, in the order of every array here.
const ASPECTS: [&str; 3] = ["first name", "last name", "both names"];

/// Which of first name, last name and both a guess names rightly.
fn right(person: &Person, guess: Guess<'_>) -> [bool; 3] {
    let first = guess.0.is_some_and(|g| !g.is_empty() && g == person.first);
    let last = guess
        .1
        .is_some_and(|g| person.last == g || person.last.split(' ').any(|part| part == g));
    [first, last, first && last]
}

/// The share that an attacker names rightly without any token: the better of drawing from the
/// list, and of saying the list's most frequent name of everybody.
fn chance(people: &[&Person], list: &List) -> [f64; 3] {
    let n = people.len().max(1) as f64;
    let top = (Some(list.first[0].name), Some(list.last[0].name));
    let index = |names: &[list::Entry]| -> BTreeMap<&'static str, f64> {
        names.iter().map(|e| (e.name, e.share)).collect()
    };
    let (firsts, lasts) = (index(&list.first), index(&list.last));
    let (mut drawn, mut constant) = ([0.0; 3], [0.0; 3]);
    for person in people {
        let first = firsts.get(person.first.as_str()).copied().unwrap_or(0.0);
        let parts = person.last.split(' ').filter_map(|p| lasts.get(p));
        let last: f64 = parts.sum();
        let right = right(person, top);
        for (a, p) in [first, last, first * last].into_iter().enumerate() {
            drawn[a] += p / n;
            constant[a] += f64::from(u8::from(right[a])) / n;
        }
    }
    std::array::from_fn(|a| drawn[a].max(constant[a]))
}

/// A check of what was named rightly, judged by the worst aspect: green within 1 point of
/// chance, red above 5.
fn check(
    name: &str,
    of: &str,
    shares: [f64; 3],
    chance: [f64; 3],
    people: usize,
    seed: u64,
    how: &str,
) -> Check {
    let worst = (0..3)
        .max_by(|&a, &b| (shares[a] - chance[a]).total_cmp(&(shares[b] - chance[b])))
        .unwrap_or(0);
    let each: Vec<String> = (0..3)
        .map(|a| {
            format!(
                "{} of {} (chance {})",
                percent(shares[a]),
                ASPECTS[a],
                percent(chance[a])
            )
        })
        .collect();
    let excess = shares[worst] - chance[worst];
    Check {
        name: name.to_owned(),
        of: of.to_owned(),
        metric: format!("share of people whose {} is guessed", ASPECTS[worst]),
        value: rounded(shares[worst]),
        expected: rounded(chance[worst]),
        sample: people as u64,
        seed,
        verdict: Verdict::gate(excess, 0.01, 0.05),
        sentence: format!(
            "With public counts of names and no list of persons, {how}: right in {}. {:.2} points \
             above chance at most (bounds 1 and 5).",
            each.join(", "),
            (100.0 * excess).max(0.0)
        ),
    }
}

#[cfg(test)]
mod tests;
