//! Ranks: the largest block, or the most repeated filter, is the most frequent name.

use std::collections::{BTreeMap, BTreeSet};

use super::list::{self, Entry, Guess, List};
use super::{chance, check, right};
use crate::leakage::{Check, blocks_on_a_name};
use crate::owner::audit::blocks;
use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::{Person, given_root, skeleton, soundex, surname_root};
use crate::project::{BlockFeature, Filter, FilterFeature, Pass, Project};
use crate::units::RecordRef;

/// A block of fewer tokens has no ranks.
const LEAST: usize = 200;

/// What `people` is guessed to be called by the sizes of blocks, for every pass that has a name
/// in its block. Encodes everybody once.
#[must_use]
pub fn block_ranks(people: &[Person], project: &Project, key: &LinkageKey) -> Vec<Check> {
    let list = List::public();
    let named: Vec<usize> = (0..project.schema.passes.len())
        .filter(|&p| blocks_on_a_name(&project.schema.passes[p]))
        .collect();
    if named.is_empty() {
        return Vec::new();
    }
    let encoder = Encoder::new(project, key).without_filters();
    let blocks = blocks::of(people, &encoder);
    named
        .iter()
        .map(|&p| block_rank(people, &project.schema.passes[p], &blocks[p], &list))
        .collect()
}

fn block_rank(people: &[Person], pass: &Pass, tokens: &[(u64, u32)], list: &List) -> Check {
    let mut blocks: Vec<&[(u64, u32)]> = tokens.chunk_by(|a, b| a.0 == b.0).collect();
    blocks.sort_by_key(|b| (std::cmp::Reverse(b.len()), b[0].0));
    // A name has a block for each value of the dates in the block, all about equally large.
    let dates = dates(people, pass).max(1);
    let (first, last) = block_names(pass, list);
    let most = blocks.len().div_ceil(dates);
    let values = list::ranked(first.as_deref(), last.as_deref(), most);
    let mut hits = vec![[false; 3]; people.len()];
    let mut there = vec![false; people.len()];
    for (rank, block) in blocks.iter().enumerate() {
        let guess = values.get(rank / dates).copied().unwrap_or((None, None));
        for &(_, person) in *block {
            let person = person as usize;
            there[person] = true;
            let right = right(&people[person], guess);
            for a in 0..3 {
                hits[person][a] |= right[a];
            }
        }
    }
    let all: Vec<&Person> = (0..people.len())
        .filter(|&p| there[p])
        .map(|p| &people[p])
        .collect();
    check(
        "public list: sizes of blocks",
        &pass.name,
        shares(&hits, all.len()),
        chance(&all, list),
        all.len(),
        0,
        "the largest blocks are guessed to be the most frequent names",
    )
}

/// How many values the dates in the block of `pass` have; the attacker knows it of the year group.
fn dates(people: &[Person], pass: &Pass) -> usize {
    use BlockFeature as B;
    let has = |f: &[B]| pass.block_features().any(|b| f.contains(&b));
    let (year, month, day) = (
        has(&[B::Birthdate, B::Year]),
        has(&[B::Birthdate, B::Month, B::MonthDay]),
        has(&[B::Birthdate, B::Day, B::MonthDay]),
    );
    let values: BTreeSet<(u16, u8, u8)> = people
        .iter()
        .filter_map(|p| p.birthdate)
        .map(|d| {
            let keep = |wanted: bool, value: u8| if wanted { value } else { 0 };
            let year = if year { d.year() } else { 0 };
            (year, keep(month, d.month()), keep(day, d.day()))
        })
        .collect();
    values.len()
}

/// The values that the names in the block of `pass` have on the list.
fn block_names(pass: &Pass, list: &List) -> (Option<Vec<Entry>>, Option<Vec<Entry>>) {
    use BlockFeature as B;
    let has = |f: &[B]| pass.block_features().any(|b| f.contains(&b));
    let first = if has(&[B::First, B::FirstPart, B::Names]) {
        Some(list.first.clone())
    } else if has(&[B::GivenRoot]) {
        Some(list::classes(&list.first, |n| given_root(n).to_owned()))
    } else if has(&[B::NameRoots]) {
        Some(list::classes(&list.first, |n| skeleton(given_root(n))))
    } else if has(&[B::FirstSound]) {
        Some(list::classes(&list.first, soundex))
    } else if has(&[B::FirstInitial]) {
        Some(list::classes(&list.first, |n| n[..1].to_owned()))
    } else {
        None
    };
    let last = if has(&[B::Last, B::LastPart, B::Names]) {
        Some(list.last.clone())
    } else if has(&[B::SurnameRoot, B::NameRoots]) {
        Some(list::classes(&list.last, |n| skeleton(surname_root(n))))
    } else if has(&[B::LastSound]) {
        Some(list::classes(&list.last, soundex))
    } else if has(&[B::LastPartInitial]) {
        Some(list::classes(&list.last, |n| n[..1].to_owned()))
    } else {
        None
    };
    (first, last)
}

/// What people are guessed to be called by how often their filters are repeated, inside every
/// block of 200 tokens or more.
#[must_use]
pub fn filter_ranks(people: &[Person], project: &Project, key: &LinkageKey) -> Vec<Check> {
    let list = List::public();
    let encoder = Encoder::new(project, key);
    let layout = encoder.layout();
    let mut rows = Vec::new();
    // The first row has the filters of every pass; further ones repeat them in other blocks.
    let mut whose = Vec::new();
    for (number, person) in people.iter().enumerate() {
        let before = rows.len();
        encoder.encode(person, RecordRef::numbered(number), &mut rows);
        whose.resize(
            whose.len() + (rows.len() - before) / layout.row_bytes(),
            number,
        );
    }
    let rows: Vec<&[u8]> = rows.chunks_exact(layout.row_bytes()).collect();
    let mut out = Vec::new();
    for (pass, columns) in project.schema.passes.iter().zip(&layout.passes) {
        let mut blocks: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (r, row) in rows.iter().enumerate() {
            if let Some(block) = layout.value(row, columns.block) {
                blocks.entry(block).or_default().push(r);
            }
        }
        blocks.retain(|_, rows| rows.len() >= LEAST);
        for (filter, &column) in pass.filters.iter().zip(&columns.filters) {
            let (first, last) = filter_names(filter, &list);
            if blocks.is_empty() || first.is_none() && last.is_none() {
                continue;
            }
            let mut hits = vec![[false; 3]; people.len()];
            let mut there = BTreeSet::new();
            for block in blocks.values() {
                let mut same: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
                for &r in block {
                    if let Some(bits) = layout.value(rows[r], column) {
                        same.entry(bits).or_default().push(whose[r]);
                    }
                }
                let mut groups: Vec<(&[u8], Vec<usize>)> = same.into_iter().collect();
                groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
                let values: Vec<Guess<'static>> = list::ranked(first, last, groups.len());
                for ((_, group), guess) in groups.iter().zip(&values) {
                    for &person in group {
                        let right = right(&people[person], *guess);
                        for a in 0..3 {
                            hits[person][a] |= right[a];
                        }
                    }
                }
                there.extend(block.iter().map(|&r| whose[r]));
            }
            let all: Vec<&Person> = there.iter().map(|&p| &people[p]).collect();
            out.push(check(
                "public list: repeated filters",
                &format!("{}.{}", pass.name, filter.name),
                shares(&hits, all.len()),
                chance(&all, &list),
                all.len(),
                0,
                "the most repeated filters of a large block are guessed to be the most frequent names",
            ));
        }
    }
    out
}

fn filter_names<'l>(filter: &Filter, list: &'l List) -> (Option<&'l [Entry]>, Option<&'l [Entry]>) {
    let has = |feature| filter.of.contains(&feature);
    (
        has(FilterFeature::First).then_some(list.first.as_slice()),
        has(FilterFeature::Last).then_some(list.last.as_slice()),
    )
}

fn shares(hits: &[[bool; 3]], people: usize) -> [f64; 3] {
    std::array::from_fn(|a| hits.iter().filter(|h| h[a]).count() as f64 / people.max(1) as f64)
}
