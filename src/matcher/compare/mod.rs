//! Filters to similarities: how alike are the pairs of a block?
//!
//! A similarity is kept as a [`Level`]: the estimated share of common q-grams in coarse steps, so
//! that filters of different sizes and foldings speak one language.

mod all_pairs;
mod buckets;
mod gathering;
pub mod kernel;
mod level;
mod rehearsal;
pub mod run;
mod screen;
mod source;
mod spill;

pub use all_pairs::Approximate;
pub use buckets::Buckets;
pub use gathering::Gathering;
pub use level::{ABSENT, EXACT, LOWEST, Level, NOISE, Scale, TOP};
pub use rehearsal::{Rehearsal, rehearse};
pub use run::Run;
pub use source::{Divided, InFile, Source};
pub use spill::{Spilled, divide};

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use screen::Opposite;

use super::block::{Block, Joined, OverCap, join, tasks};
use crate::error::Result;
use crate::project::{BlockFeature, Fill, Filter, FilterFeature, Pass, Schema};
use crate::token::{FilterColumn, Keys};

/// Candidate pairs of a block of classic filters from which it is searched as a whole.
const GIANT: u64 = 1 << 20;
/// Candidate pairs of one task.
const TASK_PAIRS: u64 = 1 << 20;

/// Two records that share a block of a pass, and how alike their filters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meeting {
    /// Index of the first party's record.
    pub left: u32,
    /// Index of the second party's record.
    pub right: u32,
    /// Number of the pass.
    pub pass: u8,
    /// How many others are in the block, in steps: see [`others`].
    pub size: u8,
    /// A [`Level`] for each filter of the pass, 4 bits each, the first in the lowest bits.
    pub levels: u32,
}

impl Meeting {
    /// The level of filter number `filter` of the pass.
    #[must_use]
    pub fn level(&self, filter: usize) -> Level {
        (self.levels >> (4 * filter) & 15) as Level
    }
}

/// What one pass gave.
#[derive(Debug)]
pub struct PassResult {
    /// Candidate pairs: all pairs inside the shared blocks.
    pub candidates: u64,
    /// Number of shared blocks.
    pub blocks: u64,
    /// Candidate pairs of the largest block.
    pub largest: u64,
    /// Blocks left out since they are too large.
    pub over_cap: OverCap,
    /// Tokens of both parties in whose block the other has none.
    pub met_nobody: u64,
    /// Records of each party that have a token in the pass.
    pub people: (u64, u64),
    /// The meetings kept.
    pub kept: Kept,
    /// How the pairs were found, if not all were looked for.
    pub approximate: Option<Approximate>,
}

/// Meetings of a pass that are kept.
#[derive(Debug)]
pub enum Kept {
    /// One by one, in a run for each part of the work.
    Listed(Vec<Run>),
    /// All that there are, in a pass without filters.
    Buckets(Buckets),
}

impl Kept {
    /// Their number.
    #[must_use]
    pub fn meetings(&self) -> u64 {
        match self {
            Self::Listed(runs) => runs.iter().map(Run::len).sum(),
            Self::Buckets(buckets) => buckets.meetings(),
        }
    }
}

/// What bounds the work of a pass.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Candidate pairs of a block from which it is left out.
    pub block_pairs: u64,
    /// Bytes of filters, of both parties together, that are in memory at a time. More are read part by
    /// part, a large block in pieces.
    pub filter_bytes: u64,
    /// In a classic schema, about this share of the pairs at or above its coefficient is enough; see
    /// [`can_approximate`].
    pub approximate: Option<f64>,
}

/// Candidate pairs of a block that are compared unless another cap is given: minutes of work.
pub const BLOCK_PAIRS: u64 = 20_000_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            block_pairs: BLOCK_PAIRS,
            filter_bytes: u64::MAX,
            approximate: None,
        }
    }
}

/// The tokens of both parties that meet, in block order.
struct Meet {
    joined: Joined,
    /// Whose tokens they are, by the number of the token: not in block order.
    left: Keys,
    /// `None` if both parties are one.
    right: Option<Keys>,
}

impl Meet {
    fn of<S: Source>(left: &S, right: Option<&S>, limits: Limits) -> Result<Self> {
        let (left, right) = rayon::join(|| left.keys(), || right.map(Source::keys).transpose());
        let (left, right) = (left?, right?);
        let joined = join(
            &left.keys,
            &right.as_ref().unwrap_or(&left).keys,
            limits.block_pairs,
        );
        Ok(Self {
            joined,
            left,
            right,
        })
    }

    fn right(&self) -> &Keys {
        self.right.as_ref().unwrap_or(&self.left)
    }

    /// Tokens of both parties.
    fn tokens(&self) -> u64 {
        (self.left.keys.len() + self.right().keys.len()) as u64
    }
}

/// Counts of a pass, over its parts.
#[derive(Default)]
struct Counts {
    candidates: u64,
    blocks: u64,
    largest: u64,
    over_cap: OverCap,
    tokens: u64,
    met_nobody: u64,
    people: (u64, u64),
}

impl Counts {
    fn add(&mut self, meet: &Meet) {
        let joined = &meet.joined;
        self.candidates += joined.pairs();
        self.blocks += joined.blocks.len() as u64;
        self.largest = self.largest.max(joined.largest());
        self.over_cap.blocks += joined.over_cap.blocks;
        self.over_cap.tokens += joined.over_cap.tokens;
        self.over_cap.pairs += joined.over_cap.pairs;
        self.tokens += meet.tokens();
        let met = (joined.left.len() + joined.right.len()) as u64 + joined.over_cap.tokens;
        self.met_nobody += meet.tokens() - met;
        let people = |keys: &Keys| keys.records.chunk_by(|a, b| a == b).count() as u64;
        self.people.0 += people(&meet.left);
        self.people.1 += people(meet.right());
    }

    fn result(self, kept: Kept) -> PassResult {
        PassResult {
            candidates: self.candidates,
            blocks: self.blocks,
            largest: self.largest,
            over_cap: self.over_cap,
            met_nobody: self.met_nobody,
            people: self.people,
            kept,
            approximate: None,
        }
    }
}

/// One party's tokens in block order: those of a range of all that meet somebody.
struct Side {
    range: Range<usize>,
    records: Vec<u32>,
    filters: Vec<FilterColumn>,
}

impl Side {
    /// Reads the filters of the tokens in `range` of `order`, each to its place.
    fn read<S: Source>(
        source: &S,
        keys: &Keys,
        order: &[u32],
        range: Range<usize>,
    ) -> Result<Self> {
        let order = &order[range.clone()];
        let mut wanted: Vec<(u32, u32)> = order
            .iter()
            .enumerate()
            .map(|(place, token)| (keys.rows[*token as usize], place as u32))
            .collect();
        wanted.par_sort_unstable();
        let (rows, places): (Vec<u32>, Vec<u32>) = wanted.into_iter().unzip();
        Ok(Self {
            range,
            records: order.iter().map(|t| keys.records[*t as usize]).collect(),
            filters: source.filters((&rows, &places), order.len())?,
        })
    }

    /// Where the tokens in a range of all that meet somebody are here.
    fn places(&self, range: &Range<usize>) -> Range<usize> {
        range.start - self.range.start..range.end - self.range.start
    }
}

/// Where the meetings of the parts of a pass go.
pub trait Keep {
    /// Those of part number `part`, if they are there already from an earlier sitting.
    ///
    /// # Errors
    /// If they are there and damaged.
    fn finished(&self, part: usize) -> Result<Option<Run>>;

    /// Takes those of part number `part`, sorted.
    ///
    /// # Errors
    /// If they cannot be kept.
    fn keep(&self, part: usize, meetings: Vec<Meeting>) -> Result<Run>;
}

/// Keeps all in memory.
#[derive(Debug, Clone, Copy)]
pub struct InMemory;

impl Keep for InMemory {
    fn finished(&self, _: usize) -> Result<Option<Run>> {
        Ok(None)
    }

    fn keep(&self, _: usize, meetings: Vec<Meeting>) -> Result<Run> {
        Ok(Run::in_memory(meetings))
    }
}

/// Compares all pairs inside the blocks that two parties share in a pass, or one with itself.
///
/// In a pass whose block does not hold a whole name, pairs whose names are less alike than
/// chance noise allows to tell are counted as candidates but not kept; nor are, in a classic
/// schema, those whose coefficient is below the schema's. Inside one party each pair is kept once,
/// and nobody meets themselves.
///
/// The result does not depend on how the pass is divided. `told` hears of candidate pairs compared and in
/// all, from any thread.
///
/// # Errors
/// Those of the sources and of `keep`.
pub fn pass<S: Source>(
    schema: &Schema,
    number: usize,
    of: &Divided<S>,
    limits: Limits,
    keep: &dyn Keep,
    told: &(dyn Fn(u64, u64) + Sync),
) -> Result<PassResult> {
    let is_within = of.parts.iter().all(|(_, right)| right.is_none());
    let has_filters = !schema.passes[number].filters.is_empty();
    let mut counts = Counts::default();
    let mut buckets = Buckets::new(is_within);
    let mut whole = None;
    for (left, right) in &of.parts {
        let meet = Meet::of(left, right.as_ref(), limits)?;
        counts.add(&meet);
        if !has_filters {
            buckets.add(&meet.joined, &meet.left.records, &meet.right().records);
        } else if of.parts.len() == 1 {
            whole = Some(meet);
        }
    }
    counts.met_nobody += of.dropped;
    counts.people = of.people.unwrap_or(counts.people);
    if !has_filters {
        told(counts.candidates, counts.candidates);
        buckets.index();
        return Ok(counts.result(Kept::Buckets(buckets)));
    }
    // What is kept is decided by all pairs, whatever part they are in.
    let all = (counts.candidates, counts.tokens + of.dropped);
    let comparison = Comparison::of(schema, number, all, is_within);
    let mut runs = Vec::new();
    let mut approximate = None;
    let compared = AtomicU64::new(0);
    let told = |pairs| {
        let before = compared.fetch_add(pairs, Ordering::Relaxed);
        told(before + pairs, counts.candidates);
    };
    for (part, (left, right)) in of.parts.iter().enumerate() {
        if let Some(run) = keep.finished(part)? {
            runs.push(run);
            continue;
        }
        let meet = match whole.take() {
            Some(meet) => meet,
            None => Meet::of(left, right.as_ref(), limits)?,
        };
        let mut found = Vec::new();
        // The recall of an approximate search is measured over the whole of a block.
        let bytes = match limits.approximate {
            Some(_) => u64::MAX,
            None => limits.filter_bytes,
        };
        for load in loads(&meet.joined.blocks, comparison.tokens(bytes)) {
            let read = |source: &S, keys: &Keys, order: &[u32], range: &Range<usize>| {
                Side::read(source, keys, order, range.clone())
            };
            // Inside one party, both sides are the same tokens as long as all are in memory.
            let is_one = right.is_none() && load.left == load.right;
            let own = || read(left, &meet.left, &meet.joined.left, &load.left);
            let others = || {
                let other = right.as_ref().unwrap_or(left);
                let read = || read(other, meet.right(), &meet.joined.right, &load.right);
                (!is_one).then(read).transpose()
            };
            // One source is not read twice at a time.
            let (own, others) = if right.is_some() {
                rayon::join(own, others)
            } else {
                (own(), others())
            };
            let (own, others) = (own?, others?);
            let others = others.as_ref().unwrap_or(&own);
            let (giant, pieces): (Vec<Block>, Vec<Block>) = load
                .pieces
                .into_iter()
                .partition(|p| comparison.is_giant(p));
            found.append(&mut comparison.all(&own, others, &pieces, &told));
            for piece in giant {
                let (mut meetings, how) =
                    comparison.all_pairs((&own, others), &piece, limits.approximate);
                found.append(&mut meetings);
                approximate = how.or(approximate);
                told(piece.pairs());
            }
        }
        run::sort(&mut found);
        runs.push(keep.keep(part, found)?);
    }
    Ok(PassResult {
        approximate,
        ..counts.result(Kept::Listed(runs))
    })
}

/// Pieces of blocks whose filters are in memory together.
struct Load {
    pieces: Vec<Block>,
    /// The tokens of the first party that they hold, as a range of all in block order.
    left: Range<usize>,
    right: Range<usize>,
}

/// `blocks`, which follow each other, in loads of at most about `tokens` tokens of both parties.
fn loads(blocks: &[Block], tokens: usize) -> Vec<Load> {
    let most = (tokens / 2).max(1);
    let mut loads: Vec<Load> = Vec::new();
    let pieces = blocks.iter().flat_map(|b| {
        let cut = |range: &Range<usize>| {
            let end = range.end;
            let starts = range.clone().step_by(most);
            starts
                .map(move |s| s..end.min(s + most))
                .collect::<Vec<_>>()
        };
        let rights = cut(&b.right);
        let both = cut(&b.left).into_iter();
        both.flat_map(move |left| {
            let rights = rights.clone().into_iter();
            rights.map(move |right| (left.clone(), right))
        })
        .map(|(left, right)| Block {
            left,
            right,
            whole: b.whole,
        })
        .collect::<Vec<_>>()
    });
    for piece in pieces {
        let hull = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        if let Some(load) = loads.last_mut() {
            let (left, right) = (
                hull(&load.left, &piece.left),
                hull(&load.right, &piece.right),
            );
            if left.len() + right.len() <= tokens {
                (load.left, load.right) = (left, right);
                load.pieces.push(piece);
                continue;
            }
        }
        loads.push(Load {
            left: piece.left.clone(),
            right: piece.right.clone(),
            pieces: vec![piece],
        });
    }
    loads
}

/// How the pairs of a pass are compared, and which of them are kept.
struct Comparison {
    pass: u8,
    scales: Vec<Scale>,
    /// The filter that decides which are kept, if one does, and from which level on.
    screen: Option<(usize, Level)>,
    is_within: bool,
    /// All filters are classic ones.
    is_classic: bool,
}

impl Comparison {
    /// For pass `number` of `schema` with so many candidate pairs of so many tokens.
    fn of(schema: &Schema, number: usize, (pairs, tokens): (u64, u64), is_within: bool) -> Self {
        let pass = &schema.passes[number];
        let scale = |f| Scale::of(f, schema.dice).by(schema.similarity);
        let scales: Vec<Scale> = pass.filters.iter().map(scale).collect();
        Self {
            pass: number as u8,
            screen: screen(pass).map(|f| (f, scales[f].least(pairs, tokens))),
            scales,
            is_within,
            is_classic: can_approximate(schema),
        }
    }

    /// Whether a block is large enough to be searched as a whole rather than pair by pair.
    fn is_giant(&self, block: &Block) -> bool {
        self.is_classic && block.pairs() >= GIANT
    }

    /// The meetings kept of a giant block.
    fn all_pairs(
        &self,
        (left, right): (&Side, &Side),
        block: &Block,
        asked: Option<f64>,
    ) -> (Vec<Meeting>, Option<Approximate>) {
        let is_one = std::ptr::eq(left, right) && block.left == block.right;
        let rows = (left, left.places(&block.left));
        let columns = (right, right.places(&block.right));
        let how = (self.pass, self.is_within, is_one);
        let size = size(block, self.is_within);
        all_pairs::meetings(rows, columns, &self.scales[0], size, how, asked)
    }

    /// Tokens whose filters take up to `bytes` bytes, 2 or more.
    fn tokens(&self, bytes: u64) -> usize {
        let each: usize = self.scales.iter().map(|s| s.bits() / 8 + 1).sum();
        usize::try_from(bytes / each as u64)
            .unwrap_or(usize::MAX)
            .max(2)
    }

    /// The meetings kept of all pairs in `blocks`, in their order.
    fn all(
        &self,
        left: &Side,
        right: &Side,
        blocks: &[Block],
        told: &(dyn Fn(u64) + Sync),
    ) -> Vec<Meeting> {
        // Collected in task order: the same result at any number of threads.
        let found: Vec<Vec<Meeting>> = tasks(blocks, TASK_PAIRS)
            .par_iter()
            .map(|task| {
                let found = self.task(left, right, task);
                told(task.iter().map(Block::pairs).sum());
                found
            })
            .collect();
        found.concat()
    }

    fn task(&self, left: &Side, right: &Side, blocks: &[Block]) -> Vec<Meeting> {
        let mut found = Vec::new();
        let mut opposite = Opposite::default();
        for block in blocks {
            let size = size(block, self.is_within);
            let own = left.places(&block.left);
            let others = right.places(&block.right);
            let meeting = |i, j, known| self.meeting((left, i), (right, j), size, known);
            let Some((f, least)) = self.screen else {
                let pairs = own.flat_map(|i| others.clone().map(move |j| (i, j)));
                found.extend(pairs.filter_map(|(i, j)| meeting(i, j, None)));
                continue;
            };
            let (a, b) = (&left.filters[f], &right.filters[f]);
            opposite.fill(&self.scales[f], b, others.clone());
            opposite.alike(
                &self.scales[f],
                (a, own.clone()),
                b,
                least,
                |i, j, level| {
                    found.extend(meeting(i, j, Some((f, level))));
                },
            );
            for i in own {
                if a.present[i] {
                    let absent = opposite.absent().iter();
                    found.extend(absent.filter_map(|&j| meeting(i, j, None)));
                } else {
                    found.extend(others.clone().filter_map(|j| meeting(i, j, None)));
                }
            }
        }
        found
    }

    /// What is known of two tokens that meet. `known`: a filter and its level.
    fn meeting(
        &self,
        (left, i): (&Side, usize),
        (right, j): (&Side, usize),
        size: u8,
        known: Option<(usize, Level)>,
    ) -> Option<Meeting> {
        if self.is_within && left.records[i] >= right.records[j] {
            return None;
        }
        let mut levels = 0;
        for (f, scale) in self.scales.iter().enumerate() {
            let level = match known {
                Some((k, level)) if k == f => level,
                _ => match (left.filters[f].get(i), right.filters[f].get(j)) {
                    (Some(a), Some(b)) => scale.level_of(a, b),
                    _ => ABSENT,
                },
            };
            levels |= u32::from(level) << (4 * f);
        }
        Some(Meeting {
            left: left.records[i],
            right: right.records[j],
            pass: self.pass,
            size,
            levels,
        })
    }
}

/// Numbers of others up to this many, of both parties together, are told apart one by one.
const ONE_BY_ONE: usize = 32;
/// Steps in each doubling above.
const STEPS: f64 = 8.0;

/// [`Meeting::size`] of the pairs of a block. Inside one party, both tokens of a pair are on each side.
#[must_use]
pub fn size(block: &Block, is_within: bool) -> u8 {
    let pair = if is_within { 4 } else { 2 };
    let both = block.whole.saturating_sub(pair);
    if both <= ONE_BY_ONE {
        return both as u8;
    }
    let steps = (both as f64 / ONE_BY_ONE as f64).log2() * STEPS;
    (ONE_BY_ONE as f64 + steps) as u8
}

/// How many other tokens of each party, in the mean of both parties, are in the block of a pair with
/// this [`Meeting::size`].
#[must_use]
pub fn others(size: u8) -> f64 {
    let steps = f64::from(size) - ONE_BY_ONE as f64;
    let both = if steps <= 0.0 {
        f64::from(size)
    } else {
        ONE_BY_ONE as f64 * (steps / STEPS).exp2()
    };
    both / 2.0
}

/// The filter by whose level candidate pairs are kept or dropped, if the pass needs one: the one
/// of most bits among those of names, where the block does not hold a whole name.
fn screen(pass: &Pass) -> Option<usize> {
    let whole = [
        BlockFeature::First,
        BlockFeature::FirstPart,
        BlockFeature::Last,
        BlockFeature::LastPart,
        BlockFeature::Names,
    ];
    if pass.block.iter().any(|b| whole.contains(b)) {
        return None;
    }
    let names = [FilterFeature::First, FilterFeature::Last];
    let of_names = |f: &Filter| f.of.iter().any(|x| names.contains(x));
    (0..pass.filters.len())
        .filter(|&i| of_names(&pass.filters[i]))
        .max_by_key(|&i| pass.filters[i].bits)
}

/// Whether pairs of `schema` can be searched for approximately: it is a classic one, linked by a coefficient
/// of all that is known of a person.
#[must_use]
pub fn can_approximate(schema: &Schema) -> bool {
    schema.is_classic()
        && schema.passes.iter().all(|p| {
            let [filter] = p.filters.as_slice() else {
                return false;
            };
            is_classic(filter)
        })
}

/// Whether a filter is of the classic kind, compared by Dice.
pub(super) fn is_classic(filter: &Filter) -> bool {
    matches!(filter.fill, Fill::Fixed(_))
}
