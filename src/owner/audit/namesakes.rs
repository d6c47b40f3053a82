//! The vote of namesakes: on which dates were those born who share a block with a person?
//!
//! Passes that block on a name and a part of the date join people over the birthdates of a whole
//! file. An attacker who has found out which block of birthdates is which date sees, of each
//! token, the dates of its namesakes, and knows them of each person on a list. Graph matching
//! inside some birthdates uses a part of that only; this attack uses all of it, over everybody.

use std::collections::BTreeMap;

use super::blocks;
use super::overlap::Sides;
use crate::owner::encode::Encoder;
use crate::owner::normalise::Person;
use crate::project::{BlockFeature, Pass, Project};
use crate::units::BirthDate;

/// What a person and a namesake show: the pass they met in, and the namesake's birthdate.
type Sight = (u8, BirthDate);

/// The result of the vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vote {
    /// People on both sides.
    pub(super) shared: usize,
    /// Of them, those whose token the vote names.
    pub(super) right: usize,
    /// People of whom a token was named at all.
    pub(super) named: usize,
    /// Birthdates that both sides were drawn from.
    pub(super) cells: usize,
}

/// Draws two sides from `people` with `overlap` of each on both, and names the tokens of one by
/// the other's list. `seen` makes the tokens, `guess` what the attacker can make of its list.
///
/// `None` if no pass of the schema joins people of different birthdates by a name.
pub(super) fn vote(
    people: &[Person],
    project: &Project,
    (seen, guess): (&Encoder, &Encoder),
    overlap: f64,
    seed: u64,
) -> Option<Vote> {
    let passes: Vec<usize> = (0..project.schema.passes.len())
        .filter(|&p| crosses_dates(&project.schema.passes[p]))
        .collect();
    if passes.is_empty() {
        return None;
    }
    let mut days: BTreeMap<BirthDate, Vec<usize>> = BTreeMap::new();
    for (i, person) in people.iter().enumerate() {
        if let Some(date) = person.birthdate {
            days.entry(date).or_default().push(i);
        }
    }
    let cells: Vec<Vec<usize>> = days.into_values().filter(|d| d.len() > 1).collect();
    let sides = Sides::draw(&cells, overlap, usize::MAX, seed);
    let known = sights(people, &sides.known, guess, &passes);
    let tokens = sights(people, &sides.seen, seen, &passes);
    let dates = |side: &[usize]| {
        side.iter()
            .map(|&i| people[i].birthdate)
            .collect::<Vec<_>>()
    };
    let guesses = matched(
        &dates(&sides.known),
        &known,
        &dates(&sides.seen),
        &tokens,
        overlap,
    );
    let right = guesses
        .iter()
        .filter(|(person, token)| sides.truth[*person as usize] == Some(*token as usize))
        .count();
    Some(Vote {
        shared: sides.truth.iter().flatten().count(),
        right,
        named: guesses.len(),
        cells: cells.len(),
    })
}

/// Whether people of different birthdates meet in `pass` by a name.
fn crosses_dates(pass: &Pass) -> bool {
    use BlockFeature as B;
    let has = |wanted: &[B]| pass.block_features().any(|f| wanted.contains(&f));
    let whole = has(&[B::Birthdate]) || [B::Year, B::Month, B::Day].iter().all(|f| has(&[*f]));
    crate::leakage::blocks_on_a_name(pass) && !whole
}

/// What is seen of the namesakes of each of `side`, places in `people`, in rising order.
fn sights(
    people: &[Person],
    side: &[usize],
    encoder: &Encoder,
    passes: &[usize],
) -> Vec<Vec<Sight>> {
    let members: Vec<&Person> = side.iter().map(|&i| &people[i]).collect();
    let mut out: Vec<Vec<Sight>> = vec![Vec::new(); side.len()];
    let all = blocks::of(&members, encoder);
    for &pass in passes {
        for block in all[pass].chunk_by(|a, b| a.0 == b.0) {
            for &(_, person) in block {
                for &(_, other) in block {
                    let (own, date) = (
                        members[person as usize].birthdate,
                        members[other as usize].birthdate,
                    );
                    if let Some(date) = date.filter(|_| own != date) {
                        out[person as usize].push((pass as u8, date));
                    }
                }
            }
        }
    }
    for sights in &mut out {
        sights.sort_unstable();
        sights.dedup();
    }
    out
}

/// Pairs of a known person and a token: the likeliest of each other, by the sights in common.
///
/// A sight of a person is among those of their own token with a chance of about `overlap`, and
/// among those of another's token as often as tokens of the same birthdate have it.
fn matched(
    known_dates: &[Option<BirthDate>],
    known: &[Vec<Sight>],
    token_dates: &[Option<BirthDate>],
    tokens: &[Vec<Sight>],
    overlap: f64,
) -> Vec<(u32, u32)> {
    // Which tokens of a birthdate have a sight, and how many tokens it has.
    let mut index: BTreeMap<(BirthDate, Sight), Vec<u32>> = BTreeMap::new();
    let mut of_day: BTreeMap<BirthDate, u32> = BTreeMap::new();
    for (token, (date, sights)) in token_dates.iter().zip(tokens).enumerate() {
        let Some(date) = date else { continue };
        *of_day.entry(*date).or_default() += 1;
        for sight in sights {
            index.entry((*date, *sight)).or_default().push(token as u32);
        }
    }
    let same = overlap.clamp(0.02, 0.98);
    let mut best_of_token: BTreeMap<u32, (f64, u32, bool)> = BTreeMap::new();
    for (person, (date, sights)) in known_dates.iter().zip(known).enumerate() {
        let Some(date) = date else { continue };
        let all = f64::from(of_day.get(date).copied().unwrap_or(0).max(1));
        // Relative to a token that has none of the sights.
        let mut gain: BTreeMap<u32, f64> = BTreeMap::new();
        for sight in sights {
            let having = index.get(&(*date, *sight)).map_or(&[][..], Vec::as_slice);
            let rate = (having.len() as f64 / all).clamp(0.5 / all, 0.999);
            let value = (same / rate).ln() - ((1.0 - same) / (1.0 - rate)).ln();
            for &token in having {
                *gain.entry(token).or_default() += value;
            }
        }
        let Some((token, score)) = only_best(&gain) else {
            continue;
        };
        let entry = best_of_token
            .entry(token)
            .or_insert((score, person as u32, true));
        if score > entry.0 {
            *entry = (score, person as u32, true);
        } else if entry.1 != person as u32 && (score - entry.0).abs() < 1e-9 {
            entry.2 = false;
        }
    }
    best_of_token
        .into_iter()
        .filter(|(_, (.., sure))| *sure)
        .map(|(token, (_, person, _))| (person, token))
        .collect()
}

/// The token with the highest score, if no other has as much.
fn only_best(gain: &BTreeMap<u32, f64>) -> Option<(u32, f64)> {
    let (&token, &best) = gain.iter().max_by(|a, b| a.1.total_cmp(b.1))?;
    let ties = gain.values().filter(|v| best - **v < 1e-9).count();
    (ties == 1 && best > 0.0).then_some((token, best))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::key::LinkageKey;
    use crate::project::new_project;

    /// 300 people of 150 names, each on a pair of dates that no other name has.
    fn families() -> Vec<Person> {
        (0..300u32)
            .map(|i| {
                let (family, member) = (i / 2, i % 2);
                let name = |n: u32| {
                    let letter = |k: u32| char::from(b'A' + (n / 26u32.pow(k) % 26) as u8);
                    format!("Z{}{}{}", letter(0), letter(1), letter(2))
                };
                let day = 1 + (family + member * (1 + family % 13)) % 28;
                Person {
                    first: name(family),
                    last: name(family * 31 + 5),
                    birthdate: BirthDate::new(2007, 5, day as u8),
                    ..Person::default()
                }
            })
            .collect()
    }

    fn project(pass: &str) -> Project {
        let parties = ["a".parse().unwrap(), "b".parse().unwrap()];
        let text = new_project(&parties, "clk", [3; 16]).unwrap();
        let head = text.split("[schema]").next().unwrap().to_owned();
        let schema = "[schema]\nname = \"t\"\n[[schema.pass]]\nname = \"p\"\n";
        Project::parse(&format!("{head}{schema}{pass}")).unwrap()
    }

    fn share(pass: &str, overlap: f64) -> Option<f64> {
        let project = project(pass);
        let key = |byte| LinkageKey::from_bytes([byte; 32]);
        let seen = Encoder::new(&project, &key(1)).without_filters();
        let guess = Encoder::with_open_buckets(&project, &key(2)).without_filters();
        let vote = vote(&families(), &project, (&seen, &guess), overlap, 1)?;
        assert!(vote.right <= vote.named && vote.right <= vote.shared);
        Some(vote.right as f64 / vote.shared as f64)
    }

    #[test]
    fn exact_names_over_dates_name_people_and_crowded_buckets_do_not() {
        let exact = share("block = [\"first\", \"last\", \"year\"]\n", 1.0).unwrap();
        let crowded = "block = [\"year\"]\nbucket = { of = [\"first\", \"last\"], count = 4 }\n";
        let crowded = share(crowded, 1.0).unwrap();
        assert!(exact > 0.3, "{exact}");
        assert!(crowded < 0.1, "{crowded}");
        assert!(share("block = [\"first\", \"last\", \"year\"]\n", 0.5).unwrap() < exact);
    }

    #[test]
    fn a_schema_of_whole_birthdates_gives_no_vote() {
        assert_eq!(share("block = [\"first\", \"birthdate\"]\n", 1.0), None);
        assert_eq!(share("block = [\"year\", \"day\"]\n", 1.0), None);
    }
}
