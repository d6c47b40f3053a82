//! `match --plan`: what a match would take, before anything runs.

use std::time::{Duration, Instant};

use rayon::slice::ParallelSliceMut;
use serde::Serialize;

use super::Progress;
use super::link::{Options, Prepared, prepare};
use super::room::{pass_bytes, stays};
use crate::error::Result;
use crate::matcher::compare::{InFile, Rehearsal, rehearse};
use crate::matcher::intake::Party;

/// What a match would take.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// One entry for each pass of each two parties, and of each party whose duplicates are looked for.
    pub passes: Vec<PassPlan>,
    /// Candidate pairs in all: counted.
    pub candidates: u64,
    /// Pairs that would be put together from what the passes keep: estimated.
    pub pairs: u64,
    /// Largest memory, in bytes: estimated.
    pub memory_bytes: u64,
    /// Room for temporary files beside the results, in bytes: estimated.
    pub temporary_bytes: u64,
    /// Room for the results, in bytes: estimated.
    pub result_bytes: u64,
    /// Time, in seconds, of which reading is measured, comparing is measured on a sample, and the rest is
    /// estimated by how fast this machine sorts.
    pub seconds: f64,
}

/// What one pass would take.
#[derive(Debug, Serialize)]
pub struct PassPlan {
    /// The parties: two names, or one twice.
    pub parties: [String; 2],
    /// Name of the pass.
    pub pass: String,
    /// Shared blocks.
    pub blocks: u64,
    /// Candidate pairs.
    pub candidates: u64,
    /// Candidate pairs of the largest block.
    pub largest_block: u64,
    /// Blocks of more candidate pairs than `--block-pairs`, which would be left out.
    pub blocks_over_cap: u64,
    /// In how many parts it would be compared.
    pub parts: usize,
    /// Time, in seconds.
    pub seconds: f64,
}

/// Bytes of a meeting in a temporary file.
const MEETING: u64 = 14;
/// Bytes of a pair until it is decided, and of one that is likely enough to be weighed against others.
const PAIR: u64 = 12 + 110;
/// Bytes of a record in a crosswalk, and of a pair in `pairs.csv` and `links.csv`.
const CROSSWALK: u64 = 100;
const LISTED: u64 = 230;

/// Times in those that sorting a million numbers takes: to look through a million meetings of passes
/// without filters, to put together and decide a million pairs, to word and write a million records.
const MEETINGS_TIME: f64 = 1.0;
const PAIRS_TIME: f64 = 60.0;
const RECORDS_TIME: f64 = 60.0;

/// Plans a match: reads the token files, joins their block keys, and compares a sample of the pairs.
/// Nothing is written.
///
/// # Errors
/// As of [`link`](super::link::link), but for what only writing can find.
pub fn plan(options: &Options, progress: &dyn Progress) -> Result<Plan> {
    let start = Instant::now();
    let prepared = prepare(options, progress)?;
    let reading = start.elapsed();
    let parties = &prepared.parties;
    let project = &prepared.project;
    let mut with: Vec<(&Party, &Party)> = prepared
        .allowed
        .iter()
        .map(|(a, b)| (&parties[*a], &parties[*b]))
        .collect();
    if options.duplicates {
        let looked = parties
            .iter()
            .filter(|p| !project.duplicate_free.contains(&p.file.header().party));
        with.extend(looked.map(|p| (p, p)));
    }
    let mut total = Total::default();
    let mut passes = Vec::new();
    for (a, b) in with {
        passes.extend(two(&prepared, a, b, progress, &mut total)?);
    }
    let records: u64 = parties.iter().map(|p| p.file.header().records).sum();
    let unit = unit();
    let million = |n: u64| n as f64 / 1e6;
    let rest = MEETINGS_TIME * million(total.in_blocks)
        + PAIRS_TIME * million(total.pairs)
        + RECORDS_TIME * million(records);
    let memory = Memory {
        stays: stays(&project.schema, parties),
        most_of_a_pass: total.most_of_a_pass,
        pairs: total.pairs * PAIR,
    };
    Ok(Plan {
        candidates: passes.iter().map(|p| p.candidates).sum(),
        pairs: total.pairs,
        memory_bytes: memory.peak(options.memory),
        temporary_bytes: total.listed * MEETING + total.spilled,
        result_bytes: records * CROSSWALK + total.pairs / 3 * LISTED,
        seconds: (reading + total.time + unit.mul_f64(rest)).as_secs_f64(),
        passes,
    })
}

/// Sums over all passes.
#[derive(Default)]
struct Total {
    time: Duration,
    /// Meetings that are listed one by one, and that are kept block by block.
    listed: u64,
    in_blocks: u64,
    pairs: u64,
    /// Bytes of memory of the largest pass, and of tokens in temporary files.
    most_of_a_pass: u64,
    spilled: u64,
}

struct Memory {
    stays: u64,
    most_of_a_pass: u64,
    pairs: u64,
}

impl Memory {
    /// The largest of what is in memory at a time, within `bound`.
    fn peak(&self, bound: Option<u64>) -> u64 {
        let all = self.stays + self.most_of_a_pass.max(self.pairs);
        bound.map_or(all, |bound| all.min(bound))
    }
}

fn two<'p>(
    prepared: &'p Prepared,
    a: &'p Party,
    b: &'p Party,
    progress: &dyn Progress,
    total: &mut Total,
) -> Result<Vec<PassPlan>> {
    let schema = &prepared.project.schema;
    let names = [a, b].map(|p| p.file.header().party.to_string());
    let is_within = names[0] == names[1];
    let mut rehearsals: Vec<Rehearsal> = Vec::new();
    let mut plans = Vec::new();
    for (number, pass) in schema.passes.iter().enumerate() {
        progress.at(
            &format!("plan {} - {}: {}", names[0], names[1], pass.name),
            0,
            0,
        );
        let source = |party: &'p Party| InFile {
            file: &party.file,
            schema,
            pass: number,
            of_row: &party.of_row,
        };
        let right = (!is_within).then(|| source(b));
        let sides = (&source(a), right.as_ref());
        let took = rehearse(schema, number, sides, prepared.limits)?;
        let parts = prepared
            .room
            .map_or(1, |room| room.parts(schema, number, [a, b]));
        let bytes = pass_bytes(schema, number, a) + pass_bytes(schema, number, b);
        // In parts, keys are joined once to count and once to compare, and all is written once.
        let times = if parts > 1 { 3 } else { 1 };
        let time = (took.keys + took.filters) * times + took.compare;
        total.time += time;
        total.most_of_a_pass = total.most_of_a_pass.max(bytes);
        if parts > 1 {
            total.spilled = total.spilled.max(bytes);
        }
        if took.is_by_block {
            total.in_blocks += took.kept;
        } else {
            total.listed += took.kept;
        }
        plans.push(PassPlan {
            parties: names.clone(),
            pass: pass.name.clone(),
            blocks: took.blocks,
            candidates: took.candidates,
            largest_block: took.largest,
            blocks_over_cap: took.over_cap.blocks,
            parts,
            seconds: time.as_secs_f64(),
        });
        rehearsals.push(took);
    }
    total.pairs += pairs(&rehearsals, (a.refs.len() + b.refs.len()) as f64);
    Ok(plans)
}

/// How many pairs the meetings of all passes make. People who match meet in most passes; those who meet in
/// two crowded passes and nowhere else do so by accident, as often as chance has it among all pairs of the
/// largest pass, which both refine.
fn pairs(passes: &[Rehearsal], records: f64) -> u64 {
    let (by_block, listed): (Vec<&Rehearsal>, Vec<&Rehearsal>) =
        passes.iter().partition(|p| p.is_by_block);
    let most = |of: &[&Rehearsal]| of.iter().map(|p| p.kept).max().unwrap_or(0);
    let largest = passes.iter().map(|p| p.candidates).max().unwrap_or(0) as f64;
    let mut accidents = 0.0;
    for (i, a) in by_block.iter().enumerate() {
        for b in &by_block[i + 1..] {
            accidents += a.candidates as f64 * b.candidates as f64 / largest.max(1.0);
        }
    }
    let is_crowded = |p: &&&Rehearsal| p.kept as f64 > crate::matcher::compare::NOISE * records;
    let open: u64 = by_block
        .iter()
        .filter(|p| !is_crowded(p))
        .map(|p| p.kept)
        .sum();
    let screened = most(&listed);
    let others = listed.iter().map(|p| p.kept).sum::<u64>() - screened;
    let distinct = others / (listed.len().max(2) as u64 - 1);
    screened + distinct + accidents as u64 + open
}

/// How long this machine takes to sort a million numbers on all threads.
fn unit() -> Duration {
    let numbers = |seed: u64| -> Vec<u64> {
        let scramble = |i: u64| {
            (i ^ seed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(23)
        };
        (0..1_000_000u64).map(|i| scramble(scramble(i))).collect()
    };
    let sort = |seed| {
        let mut numbers = numbers(seed);
        let start = Instant::now();
        numbers.par_sort_unstable();
        start.elapsed()
    };
    // The first one pays for pages of memory that are new.
    (0..3).map(sort).min().unwrap_or_default()
}
