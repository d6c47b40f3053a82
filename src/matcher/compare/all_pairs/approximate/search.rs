//! Who meets in a table is counted in full if the sketches are alike.

use std::ops::Range;

use rayon::prelude::*;

use super::tables::{Kept, Laid, Parts, Table, key, token, weight};
use crate::matcher::compare::all_pairs::bound::Bound;
use crate::matcher::compare::all_pairs::lossless::Found;
use crate::matcher::compare::kernel::Tier;
use crate::matcher::compare::kernel::planes::{pick, pick_filters};

/// Rows of a part of a table: few enough to be sorted in the first cache, and for what is kept of both
/// sides to fit the second.
const PART: usize = 1024;
/// Most parts of a table, as bits of the key.
const MOST_PARTS: u32 = 12;
/// Rows of the left side that meet those of the right in their bucket at a time.
const PIECE: usize = 64;
/// Pieces of a task, so that threads share a giant bucket.
const PIECES: usize = 1024;
/// Pairs that are counted in full at a time.
const BATCH: usize = 1 << 14;

/// What tables have found.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// The pairs, each as often as a table finds it until they are [brought in order](Self::order).
    pub(super) found: Vec<Found>,
    /// Pairs that met in a table, each as often as it did.
    pub(super) met: u64,
    /// Those of them that were counted in full.
    pub(super) verified: u64,
}

impl Harvest {
    fn of(parts: Vec<Self>) -> Self {
        let mut all = Self::default();
        parts.into_iter().for_each(|part| all.append(part));
        all
    }

    /// Brings the pairs in order, each once.
    pub(super) fn order(&mut self) {
        // PERF: a stable sort merges what is in order already.
        self.found.par_sort();
        self.found.dedup();
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.met += other.met;
        self.verified += other.verified;
    }
}

/// The rows of a part on one side. What tables keep of those that meet somebody is brought together, so
/// that they are compared without waiting for memory.
#[derive(Default)]
struct Meeting {
    /// Of all rows, by key.
    entries: Vec<u64>,
    /// Of those that meet somebody, as are the following.
    tokens: Vec<u32>,
    kept: Vec<Kept>,
    /// By word of the sketch.
    sketches: [Vec<u64>; 3],
    marks: Vec<u64>,
}

impl Meeting {
    /// Takes the rows of a bucket, given by their entries. Returns which rows they are.
    fn take(&mut self, bucket: Range<usize>) -> Range<usize> {
        let start = self.tokens.len();
        let tokens = self.entries[bucket].iter().map(|entry| token(*entry));
        self.tokens.extend(tokens);
        start..self.tokens.len()
    }

    fn sketch(&mut self, laid: &Laid<'_, '_>) {
        self.kept.clear();
        pick(&laid.kept, &self.tokens, &mut self.kept);
        self.sketches.iter_mut().for_each(Vec::clear);
        self.marks.clear();
        for &[a, b, c, mark] in &self.kept {
            for (list, word) in self.sketches.iter_mut().zip([a, b, c]) {
                list.push(word);
            }
            self.marks.push(mark);
        }
    }

    fn sketches(&self, rows: &Range<usize>) -> [&[u64]; 3] {
        self.sketches.each_ref().map(|list| &list[rows.clone()])
    }
}

/// The filters of rows that are counted, each once.
#[derive(Default)]
struct Filters {
    /// By row, [`NOWHERE`] but for those that are counted.
    places: Vec<u32>,
    rows: Vec<u32>,
    tokens: Vec<u32>,
    bits: Vec<u64>,
}

/// See [`Filters::places`].
const NOWHERE: u32 = u32::MAX;

impl Filters {
    fn of(meeting: &Meeting) -> Self {
        Self {
            places: vec![NOWHERE; meeting.tokens.len()],
            ..Self::default()
        }
    }

    /// Where the filter of a row will be.
    fn place(&mut self, row: u32) -> u32 {
        let place = &mut self.places[row as usize];
        if *place == NOWHERE {
            *place = self.rows.len() as u32;
            self.rows.push(row);
        }
        *place
    }

    /// Brings those that have a place to it.
    fn bring(&mut self, meeting: &Meeting, laid: &Laid<'_, '_>) {
        let tokens = self.rows.iter().map(|row| meeting.tokens[*row as usize]);
        self.tokens.clear();
        self.tokens.extend(tokens);
        self.bits.clear();
        let (all, words) = (laid.side.all_words(), laid.side.words());
        pick_filters(all, words, &self.tokens, &mut self.bits);
    }

    fn clear(&mut self) {
        for row in self.rows.drain(..) {
            self.places[row as usize] = NOWHERE;
        }
    }
}

/// Both sides of a search by tables.
pub(super) struct Search<'s, 't> {
    pub(super) left: &'s Laid<'s, 't>,
    pub(super) right: &'s Laid<'s, 't>,
    pub(super) bound: &'s Bound,
    /// In how many bits of their sketches two filters may differ.
    pub(super) tolerance: u32,
    /// Both are the same side: each pair is looked at once.
    pub(super) is_same: bool,
}

impl Search<'_, '_> {
    /// The pairs whose marks are equal, as those of equal filters are. Tables do not look at them.
    pub(super) fn equal(&self) -> Harvest {
        let (a, b) = rayon::join(|| self.left.by_mark(), || self.right.by_mark());
        let bits = (self.left.side.all_words(), self.right.side.all_words());
        let mut harvest = Harvest::default();
        let (mut pairs, mut weights, mut common) = (Vec::new(), Vec::new(), Vec::new());
        let mut other = 0;
        for own in a.chunk_by(|x, y| x.0 == y.0) {
            let mark = own[0].0;
            other += b[other..].iter().take_while(|(m, _)| *m < mark).count();
            let others = b[other..].iter().take_while(|(m, _)| *m == mark);
            for &(_, x) in own {
                let with = others.clone().map(|&(_, y)| (x, y));
                pairs.extend(with.filter(|(x, y)| !self.is_same || x < y));
            }
            weights.resize(pairs.len(), 2 * weight(mark));
            let is_last = own.as_ptr_range().end == a.as_ptr_range().end;
            if pairs.len() < BATCH && !is_last {
                continue;
            }
            harvest.met += pairs.len() as u64;
            harvest.verified += pairs.len() as u64;
            Tier::best().common_of_pairs(bits, self.left.side.words(), &pairs, &mut common);
            let counts = common.drain(..).zip(weights.drain(..));
            for ((left, right), (common, weight)) in pairs.drain(..).zip(counts) {
                if common >= self.bound.least(weight) {
                    harvest.found.push(Found {
                        left,
                        right,
                        common,
                        weight,
                    });
                }
            }
        }
        harvest
    }

    /// What a table finds.
    pub(super) fn table(&self, table: &Table) -> Harvest {
        let rows = self.left.side.len().max(self.right.side.len());
        let parts = (rows / PART).max(1).ilog2();
        let parts = parts.min(MOST_PARTS).min(table.bits.len() as u32);
        let (a, b) = rayon::join(
            || Parts::new(table, self.left, parts),
            || Parts::new(table, self.right, parts),
        );
        let part = |both: &mut [Meeting; 2], part| {
            a.sorted(part, &mut both[0].entries);
            b.sorted(part, &mut both[1].entries);
            self.part(both)
        };
        let parts = (0..1usize << parts).into_par_iter();
        Harvest::of(parts.map_init(Default::default, part).collect())
    }

    /// What the buckets of a part find.
    fn part(&self, both: &mut [Meeting; 2]) -> Harvest {
        let [a, b] = both;
        a.tokens.clear();
        b.tokens.clear();
        let mut pieces = Vec::new();
        let (mut start, mut from) = (0, 0);
        let below = |entries: &[u64], start: usize, end: u64| {
            let rest = entries[start..].iter();
            start + rest.take_while(|entry| key(**entry) < end).count()
        };
        while start < a.entries.len() && from < b.entries.len() {
            let own = key(a.entries[start]).max(key(b.entries[from]));
            (start, from) = (below(&a.entries, start, own), below(&b.entries, from, own));
            let end = below(&a.entries, start, own + 1);
            let to = below(&b.entries, from, own + 1);
            if start < end && from < to {
                let (rows, others) = (a.take(start..end), b.take(from..to));
                let piece = |at: usize| (at..rows.end.min(at + PIECE), others.clone());
                pieces.extend(rows.clone().step_by(PIECE).map(piece));
            }
            (start, from) = (end, to);
        }
        a.sketch(self.left);
        b.sketch(self.right);
        let both = (&*a, &*b);
        if pieces.len() <= PIECES {
            return self.pieces(both, &pieces);
        }
        let pieces = pieces.par_chunks(PIECES);
        Harvest::of(pieces.map(|p| self.pieces(both, p)).collect())
    }

    /// What pieces of buckets find, each a range of rows on both sides.
    fn pieces(
        &self,
        both: (&Meeting, &Meeting),
        pieces: &[(Range<usize>, Range<usize>)],
    ) -> Harvest {
        let (a, b) = both;
        let tier = Tier::best();
        let mut harvest = Harvest::default();
        let (mut alike, mut near) = (Vec::new(), Vec::new());
        let mut filters = (Filters::of(a), Filters::of(b));
        for (rows, others) in pieces {
            harvest.met += (rows.len() * others.len()) as u64;
            let sketches = (a.sketches(rows), b.sketches(others));
            tier.alike(sketches.0, sketches.1, self.tolerance, &mut alike);
            for (i, j) in alike.drain(..) {
                let (i, j) = (i as usize + rows.start, j as usize + others.start);
                let is_first = !self.is_same || a.tokens[i] < b.tokens[j];
                if is_first && a.marks[i] != b.marks[j] {
                    near.push((i as u32, j as u32));
                }
            }
            if near.len() >= BATCH {
                self.count(both, &mut near, &mut filters, &mut harvest);
            }
        }
        self.count(both, &mut near, &mut filters, &mut harvest);
        harvest
    }

    /// Moves to `harvest` those pairs of rows that the bound keeps.
    fn count(
        &self,
        (a, b): (&Meeting, &Meeting),
        near: &mut Vec<(u32, u32)>,
        (x, y): &mut (Filters, Filters),
        harvest: &mut Harvest,
    ) {
        harvest.verified += near.len() as u64;
        let places: Vec<(u32, u32)> = near
            .iter()
            .map(|&(i, j)| (x.place(i), y.place(j)))
            .collect();
        x.bring(a, self.left);
        y.bring(b, self.right);
        let words = self.left.side.words();
        let mut common = Vec::with_capacity(places.len());
        Tier::best().common_of_pairs((&x.bits, &y.bits), words, &places, &mut common);
        for ((i, j), common) in near.drain(..).zip(common) {
            let (i, j) = (i as usize, j as usize);
            let weight = weight(a.marks[i]) + weight(b.marks[j]);
            if common >= self.bound.least(weight) {
                harvest.found.push(Found {
                    left: a.tokens[i],
                    right: b.tokens[j],
                    common,
                    weight,
                });
            }
        }
        x.clear();
        y.clear();
    }
}
