//! The likeness of names to each other: graph matching with names drawn from the public list.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use super::list::{Entry, List};
use super::{chance, check, right};
use crate::leakage::Check;
use crate::owner::audit::attack::{ALL_MODES, Case, attack};
use crate::owner::audit::relation::{Cells, Relations};
use crate::owner::audit::simulate::OWN_KEYS;
use crate::owner::audit::tokens::Tokens;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::Person;
use crate::project::Project;

/// Matches `people`, who must all be born on one day, with as many names drawn from the public
/// list, once for each of `seeds`, and counts equal names.
///
/// The best mode counts for each of first, last and both names; the share is the mean over seeds.
#[must_use]
pub fn structure(people: &[Person], project: &Project, seeds: &[u64]) -> Check {
    let list = List::public();
    let all: Vec<&Person> = people.iter().collect();
    let cells = Cells::new(&vec![0; people.len()]);
    let mut shares = [0.0; 3];
    let of_seed = |&seed: &u64| {
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        let drawn: Vec<Person> = people
            .iter()
            .map(|p| Person {
                first: draw(&list.first, &mut random).to_owned(),
                last: draw(&list.last, &mut random).to_owned(),
                birthdate: p.birthdate,
                ..Person::default()
            })
            .collect();
        let keys: Vec<LinkageKey> = (0..=OWN_KEYS).map(|k| own_key(seed, k)).collect();
        let target = Tokens::encode(people, project, &keys[0]);
        let own: Vec<Tokens> = keys[1..]
            .iter()
            .map(|key| Tokens::guess(&drawn, project, key))
            .collect();
        let outcome = attack(&Case {
            known: &Relations::of(&own, &cells),
            seen: &Relations::of(std::slice::from_ref(&target), &cells),
            truth: &vec![None; people.len()],
            shapes: &[],
            modes: ALL_MODES,
        });
        let mut best = [0.0_f64; 3];
        for guess in &outcome.guesses {
            let mut hits = [0usize; 3];
            for (known, &seen) in drawn.iter().zip(&guess.matching) {
                let names = (Some(known.first.as_str()), Some(known.last.as_str()));
                for (hit, right) in hits.iter_mut().zip(right(&people[seen], names)) {
                    *hit += usize::from(right);
                }
            }
            for (best, hits) in best.iter_mut().zip(hits) {
                *best = best.max(hits as f64 / people.len().max(1) as f64);
            }
        }
        best
    };
    let found: Vec<[f64; 3]> = seeds.par_iter().map(of_seed).collect();
    for best in found {
        for (share, best) in shares.iter_mut().zip(best) {
            *share += best / seeds.len() as f64;
        }
    }
    check(
        "public list: likeness of names",
        "",
        shares,
        chance(&all, &list),
        people.len(),
        seeds.first().copied().unwrap_or(0),
        "names drawn from the list are matched with the tokens of one birthdate by their likeness \
         to each other",
    )
}

fn draw(names: &[Entry], random: &mut ChaCha12Rng) -> &'static str {
    let mut left = random.random::<f64>();
    for entry in names {
        left -= entry.share;
        if left <= 0.0 {
            return entry.name;
        }
    }
    names[names.len() - 1].name
}

/// A key for this attack: not random, and of no use for anything else.
fn own_key(seed: u64, number: u64) -> LinkageKey {
    let mut material = [0; 16];
    material[..8].copy_from_slice(&seed.to_le_bytes());
    material[8..].copy_from_slice(&number.to_le_bytes());
    LinkageKey::from_bytes(blake3::derive_key(
        "blindlink 2026-11-22 audit public list v1",
        &material,
    ))
}
