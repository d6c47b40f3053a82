//! A pass of two parties, part by part: block keys are joined, filters read to their place, pairs compared.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::comparison::{Comparison, Side};
use super::{Buckets, Divided, Kept, Limits, Meeting, PassResult, Run, Source, run};
use crate::error::Result;
use crate::matcher::block::{Block, Joined, OverCap, join};
use crate::project::Schema;
use crate::token::Keys;

/// The tokens of both parties that meet, in block order.
pub(super) struct Meet {
    pub(super) joined: Joined,
    /// Whose tokens they are, by the number of the token: not in block order.
    pub(super) left: Keys,
    /// `None` if both parties are one.
    right: Option<Keys>,
}

impl Meet {
    pub(super) fn of<S: Source>(left: &S, right: Option<&S>, limits: Limits) -> Result<Self> {
        let (left, right) = rayon::join(|| left.keys(), || right.map(Source::keys).transpose());
        let (mut left, mut right) = (left?, right?);
        let joined = join(
            &left.keys,
            &right.as_ref().unwrap_or(&left).keys,
            limits.block_pairs,
        );
        // Who is in which block is known: filters take their room.
        left.keys = Vec::new();
        if let Some(right) = &mut right {
            right.keys = Vec::new();
        }
        Ok(Self {
            joined,
            left,
            right,
        })
    }

    pub(super) fn right(&self) -> &Keys {
        self.right.as_ref().unwrap_or(&self.left)
    }

    /// Tokens of both parties.
    fn tokens(&self) -> u64 {
        (self.left.rows.len() + self.right().rows.len()) as u64
    }
}

/// Counts of a pass, over its parts.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) candidates: u64,
    pub(super) blocks: u64,
    pub(super) largest: u64,
    pub(super) over_cap: OverCap,
    pub(super) tokens: u64,
    pub(super) met_nobody: u64,
    pub(super) people: (u64, u64),
}

impl Counts {
    pub(super) fn add(&mut self, meet: &Meet) {
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
        self.people.0 += meet.left.people();
        self.people.1 += meet.right().people();
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
    let mut pairs = Vec::new();
    for (left, right) in &of.parts {
        let meet = Meet::of(left, right.as_ref(), limits)?;
        counts.add(&meet);
        pairs.push(meet.joined.pairs());
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
        // Meetings alone do not say how an approximate search found them: that is made again.
        if limits.approximate.is_none()
            && let Some(run) = keep.finished(part)?
        {
            runs.push(run);
            told(pairs[part]);
            continue;
        }
        let mut meet = match whole.take() {
            Some(meet) => meet,
            None => Meet::of(left, right.as_ref(), limits)?,
        };
        let mut found = Vec::new();
        // The recall of an approximate search is measured over the whole of a block.
        let bytes = match limits.approximate {
            Some(_) => u64::MAX,
            None => limits.filter_bytes,
        };
        let blocks = std::mem::take(&mut meet.joined.blocks);
        for load in loads(blocks, comparison.tokens(bytes)) {
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
fn loads(blocks: Vec<Block>, tokens: usize) -> Vec<Load> {
    let most = (tokens / 2).max(1);
    let mut loads: Vec<Load> = Vec::new();
    let mut put = |piece: Block| {
        let hull = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        if let Some(load) = loads.last_mut() {
            let (left, right) = (
                hull(&load.left, &piece.left),
                hull(&load.right, &piece.right),
            );
            if left.len() + right.len() <= tokens {
                (load.left, load.right) = (left, right);
                load.pieces.push(piece);
                return;
            }
        }
        loads.push(Load {
            left: piece.left.clone(),
            right: piece.right.clone(),
            pieces: vec![piece],
        });
    };
    for block in blocks {
        if block.left.len() <= most && block.right.len() <= most {
            put(block);
            continue;
        }
        let cut = |range: &Range<usize>, start: usize| start..range.end.min(start + most);
        for i in block.left.clone().step_by(most) {
            for j in block.right.clone().step_by(most) {
                put(Block {
                    left: cut(&block.left, i),
                    right: cut(&block.right, j),
                    whole: block.whole,
                });
            }
        }
    }
    loads
}
