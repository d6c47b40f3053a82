//! The link in clear: blocks of whole values, names compared as they are.

use rayon::prelude::*;

use super::likeness::Comparable;
use super::schema::schema;
use super::{Owned, number, throw_away};
use crate::error::Result;
use crate::matcher::assign::Assignment;
use crate::matcher::block::{Block, OverCap, join, tasks};
use crate::matcher::compare::{
    EXACT, Kept, LOWEST, Level, Meeting, NOISE, PassResult, Run, TOP, run, size,
};
use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::pipeline::Progress;
use crate::pipeline::decide::{Known, Meetings, two};
use crate::project::{FilterFeature, Pass, Project};
use crate::token::Keys;

/// Candidate pairs of one task.
const TASK_PAIRS: u64 = 1 << 16;

/// One party's people in clear.
struct Side {
    people: Vec<Comparable>,
    /// The block keys of each pass, without filters.
    blocks: Vec<Keys>,
}

/// Links the two parties' people in clear, by the passes of `k12` in clear and the threshold of `project`.
///
/// Blocks are found by keyed hashes of their values, as in tokens: equal values, equal keys. So
/// that what a block is made of is the encoder's business alone.
pub(super) fn link(
    project: &Project,
    people: [&[Owned]; 2],
    duplicates: bool,
    progress: &dyn Progress,
) -> Result<Assignment> {
    let project = Project {
        schema: schema(&throw_away("k12")?.schema),
        ..project.clone()
    };
    let key = LinkageKey::random()?;
    let schema = &project.schema;
    let sides = [0, 1].map(|party| {
        let encoder = Encoder::new(&project, &key).of(&project.parties[party]);
        Side::of(&encoder.without_filters(), party, people[party])
    });
    let meet = |a: usize, b: usize, known: Known<'_>| {
        let (left, right) = (&sides[a], &sides[b]);
        let records = (left.people.len(), right.people.len());
        let is_within = a == b;
        let mut meetings = Meetings::new(schema, records, is_within);
        for (number, pass) in schema.passes.iter().enumerate() {
            let step = format!("in clear: {}", pass.name);
            progress.at(&step, 0, 0);
            meetings.add(number, compare(number, pass, (left, right), is_within));
        }
        meetings.model(known, None)
    };
    let records = people.map(<[_]>::len);
    two(schema, records, (project.threshold, duplicates), meet)
}

impl Side {
    fn of(encoder: &Encoder, party: usize, people: &[Owned]) -> Self {
        let layout = encoder.layout();
        let rows: Vec<Vec<u8>> = people
            .par_iter()
            .enumerate()
            .map(|(i, owned)| {
                let mut rows = Vec::new();
                encoder.encode(&owned.person, number(party, i), &mut rows);
                rows
            })
            .collect();
        let blocks = layout.passes.iter().map(|columns| {
            let mut tokens = Keys::default();
            for (record, rows) in rows.iter().enumerate() {
                for row in rows.chunks_exact(layout.row_bytes()) {
                    if let Some(value) = layout.value(row, columns.block) {
                        let mut key = [0; 16];
                        key.copy_from_slice(value);
                        tokens.keys.push(u128::from_le_bytes(key));
                        tokens.records.push(record as u32);
                    }
                }
            }
            tokens
        });
        Self {
            blocks: blocks.collect(),
            people: people.iter().map(|o| Comparable::of(&o.person)).collect(),
        }
    }
}

/// Compares all pairs inside the blocks that two parties share in a pass.
///
/// In a pass that compares both names, pairs whose names are less alike than those of about
/// [`NOISE`] pairs a record are counted as candidates and not kept, as with filters; who has
/// one name in common with the other always is.
fn compare(
    number: usize,
    pass: &Pass,
    (left, right): (&Side, &Side),
    is_within: bool,
) -> PassResult {
    let (a, b) = (&left.blocks[number], &right.blocks[number]);
    let joined = join(&a.keys, &b.keys, u64::MAX);
    let tasks = tasks(&joined.blocks, TASK_PAIRS);
    // Inside one party each pair once, and nobody with themselves.
    let is_pair = |i: usize, j: usize| {
        !is_within || a.records[joined.left[i] as usize] < b.records[joined.right[j] as usize]
    };
    let people = |i: usize, j: usize| {
        let (x, y) = (joined.left[i] as usize, joined.right[j] as usize);
        let (x, y) = (a.records[x], b.records[y]);
        (x, y, &left.people[x as usize], &right.people[y as usize])
    };
    let names = [FilterFeature::First, FilterFeature::Last];
    let both = pass.filters.iter().position(|f| f.of == names);
    // PERF: one byte a candidate, so that no name of a large block is compared twice, and of the
    // pairs that are dropped nothing else is.
    let seen: Vec<Vec<Level>> = match both {
        None => vec![Vec::new(); tasks.len()],
        Some(_) => tasks
            .par_iter()
            .map(|blocks| {
                let alike = |(i, j, _)| {
                    let (_, _, p, q) = people(i, j);
                    p.both_names(q)
                };
                pairs(blocks, is_within).map(alike).collect()
            })
            .collect(),
    };
    let least = least(&seen, joined.left.len() + joined.right.len());
    let meetings = |(blocks, seen): (&Vec<Block>, &Vec<Level>)| -> Vec<Meeting> {
        let mut found = Vec::new();
        for (n, (i, j, size)) in pairs(blocks, is_within).enumerate() {
            let (x, y, p, q) = people(i, j);
            let known = both.map(|f| (f, seen[n]));
            if !is_pair(i, j) {
                continue;
            }
            if known.is_some_and(|(_, level)| level < least) && !p.shares_a_name(q) {
                continue;
            }
            let mut levels = 0;
            for (f, filter) in pass.filters.iter().enumerate() {
                let level = match known {
                    Some((both, level)) if both == f => level,
                    _ => p.level(q, &filter.of),
                };
                levels |= u32::from(level) << (4 * f);
            }
            found.push(Meeting {
                left: x,
                right: y,
                pass: number as u8,
                size,
                levels,
            });
        }
        found
    };
    // Collected in task order: the same result at any number of threads.
    let found: Vec<Vec<Meeting>> = tasks.par_iter().zip(&seen).map(meetings).collect();
    let mut found = found.concat();
    run::sort(&mut found);
    PassResult {
        candidates: joined.pairs(),
        blocks: joined.blocks.len() as u64,
        largest: joined.largest(),
        over_cap: OverCap::default(),
        met_nobody: 0,
        people: (a.people(), b.people()),
        kept: Kept::Listed(vec![Run::in_memory(found)]),
        approximate: None,
    }
}

/// The candidate pairs of `blocks`, in their order, each with the size of its block.
fn pairs(blocks: &[Block], is_within: bool) -> impl Iterator<Item = (usize, usize, u8)> {
    blocks.iter().flat_map(move |block| {
        let others = block.right.clone();
        let size = size(block, is_within);
        let with = move |i| others.clone().map(move |j| (i, j, size));
        block.left.clone().flat_map(with)
    })
}

/// The lowest level worth keeping of those that the pairs of `records` records have: that from
/// which there are at most [`NOISE`] a record.
fn least(seen: &[Vec<Level>], records: usize) -> Level {
    let mut counts = [0u64; EXACT as usize + 1];
    for level in seen.iter().flatten() {
        counts[usize::from(*level)] += 1;
    }
    let mut reach = 0;
    for level in (LOWEST..=TOP).rev() {
        reach += counts[usize::from(level)];
        if reach as f64 > NOISE * records as f64 {
            return (level + 1).min(TOP);
        }
    }
    LOWEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_pairs_are_all_kept_and_of_many_the_most_alike() {
        assert_eq!(least(&[vec![LOWEST; 8], vec![TOP; 8]], 4), LOWEST);
        assert_eq!(least(&[vec![LOWEST; 16], vec![5; 8]], 4), LOWEST + 1);
        assert_eq!(least(&[vec![TOP; 1000]], 4), TOP);
        assert_eq!(least(&[], 0), LOWEST);
    }

    #[test]
    fn pairs_of_blocks_are_all_with_all() {
        let block = |left: std::ops::Range<usize>, right: std::ops::Range<usize>| Block {
            whole: left.len() + right.len(),
            left,
            right,
        };
        let all: Vec<_> = pairs(&[block(0..2, 0..1), block(5..6, 7..9)], false).collect();
        assert_eq!(all, [(0, 0, 1), (1, 0, 1), (5, 7, 1), (5, 8, 1)]);
    }
}
