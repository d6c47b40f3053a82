//! Most pairs that reach the threshold, at a fraction of the work: bit sampling.
//!
//! Locality-sensitive hashing for the Hamming distance (Indyk and Motwani 1998, "Approximate nearest
//! neighbors", section 4.2): a table draws some bits, and filters that agree in all of them meet. Of
//! those that meet, most are ruled out by a sketch, the same words for all tables; the rest is counted
//! in full, so that no pair is found that lossless search would not find. Equal filters need no table.
//!
//! The parameters follow from a sample of the pairs that there are, the recall is measured on another
//! one.

mod search;
mod tables;
mod tune;

use crate::share::Share;
use rayon::prelude::*;
use search::{Harvest, Search};
use serde::Serialize;
use tables::{Bits, Laid, Table};
use tune::{MOST_TABLES, choose, sample};

use super::bound::Bound;
use super::lossless::{Found, Lossless};
use super::side::{Side, rarest_first};

/// Rows of the left side whose pairs are searched for in full at a time, for a sample.
const ROWS: usize = 256;
/// Rows of a sample at most.
const MOST_ROWS: usize = 20 * ROWS;
/// Rows and pairs that are enough to choose tables by.
const TUNING: (usize, usize) = (ROWS, 1000);
/// Rows and pairs that are enough to measure the recall by.
const CONTROL: (usize, usize) = (8 * ROWS, 1500);
/// Pairs of a sample below which all pairs are searched for: there is nothing to choose tables by.
const LEAST_PAIRS: usize = 50;
/// Times that tables are added if too few pairs were found.
const REPAIRS: usize = 4;
/// Tables at a time: each takes room for all keys, and sorts them on two threads only.
const GROUP: usize = 4;

/// How an approximate search was made, and what of the pairs that there are it found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Approximate {
    /// The share of pairs asked for.
    pub asked: f64,
    /// The share found of the pairs of a sample of the first party's records, each of which was compared
    /// with all records of the second; 1 if it has none.
    pub recall: f64,
    /// Where that share lies for all records at a confidence of 95 %: from here,
    pub recall_low: f64,
    /// to here.
    pub recall_high: f64,
    /// Records in the sample; 0 if all pairs were looked for, since there are too few to choose tables by.
    pub sampled_records: u64,
    /// Pairs at or above the threshold that they have.
    pub sampled_pairs: u64,
    /// Bits in which two filters must agree to meet in a table.
    pub bits: u32,
    /// Tables, each of other bits.
    pub tables: u32,
    /// In how many of the 192 bits of their sketches two filters may differ.
    pub tolerance: u32,
    /// Pairs that met in a table, each as often as it did.
    pub met: u64,
    /// Those of them that were compared in full.
    pub compared: u64,
}

impl Approximate {
    /// All `pairs` were compared.
    fn lossless(asked: f64, pairs: u64) -> Self {
        Self {
            asked,
            recall: 1.0,
            recall_low: 1.0,
            recall_high: 1.0,
            sampled_records: 0,
            sampled_pairs: 0,
            bits: 0,
            tables: 0,
            tolerance: 0,
            met: pairs,
            compared: pairs,
        }
    }
}

/// A sample of rows, and their pairs.
struct Sample {
    rows: usize,
    pairs: Vec<Found>,
}

impl Sample {
    /// Rows of `left` drawn until they are enough and have enough pairs.
    fn draw(
        left: &Side<'_>,
        lossless: &Lossless<'_, '_>,
        is_same: bool,
        enough: (usize, usize),
        seed: u64,
    ) -> Self {
        let drawn = sample(left, MOST_ROWS, seed);
        let mut taken = Self {
            rows: 0,
            pairs: Vec::new(),
        };
        for rows in drawn.chunks(ROWS) {
            if taken.rows >= enough.0 && taken.pairs.len() >= enough.1 {
                break;
            }
            let some = Side::new(left.column(), rows);
            let keep = |f: Found| (!is_same || f.left != f.right).then_some(f);
            taken
                .pairs
                .extend(lossless.search(&some, false, keep, |_| {}));
            taken.rows += rows.len();
        }
        taken
    }
}

/// Pairs of `left` and `right` that `bound` keeps, about the share `asked` of them, by token and each
/// once; and how they were found. Deterministic in the two sides.
pub(super) fn search(
    left: &Side<'_>,
    right: &Side<'_>,
    bound: &Bound,
    is_same: bool,
    asked: f64,
) -> (Vec<Found>, Approximate) {
    let (counts, counted, order) = rarest_first(left, right);
    let bits = Bits::new(&counts, counted);
    let seed = |number: u64| left.len() as u64 ^ (right.len() as u64) << 28 ^ number << 60;
    let lossless = Lossless::new(right, &order, bound);
    let draw = |enough, number| Sample::draw(left, &lossless, is_same, enough, seed(number));
    let tuning = draw(TUNING, 1);
    if tuning.pairs.len() < LEAST_PAIRS {
        let found = lossless.search(left, is_same, Some, |_| {});
        let pairs = left.len() as u64 * right.len() as u64;
        return (found, Approximate::lossless(asked, pairs));
    }
    let control = draw(CONTROL, 2);
    let seeds = [seed(3), seed(4)];
    let plan = choose((left, right), bound, &bits, &tuning, asked, seeds);
    let (columns, planes) = lossless.planes();
    let laid = |side, planes| Laid::new(side, (columns, planes), &bits);
    let others = laid(right, planes);
    let own_planes = (!is_same).then(|| left.planes(columns));
    let own = own_planes.as_ref().map(|planes| laid(left, planes));
    let search = Search {
        left: own.as_ref().unwrap_or(&others),
        right: &others,
        bound,
        tolerance: plan.tolerance,
        is_same,
    };
    let ordered = |f: &Found| {
        if is_same {
            (f.left.min(f.right), f.left.max(f.right))
        } else {
            (f.left, f.right)
        }
    };
    let mut harvest = search.equal();
    let mut tables: Vec<Table> = Vec::new();
    let mut wanted = plan.tables;
    let mut repairs = 0;
    let share = loop {
        let done = tables.len();
        let draw = |number| Table::draw(&bits, plan.bits, number, seed(5));
        tables.extend((done..wanted).map(draw));
        for start in (done..wanted).step_by(GROUP) {
            let group = start..wanted.min(start + GROUP);
            let found = group.into_par_iter().map(|n| search.table(&tables[n]));
            for table in found.collect::<Vec<Harvest>>() {
                harvest.append(table);
            }
            harvest.order();
        }
        let is_found = |f: &&Found| {
            let found = harvest.found.binary_search_by_key(&ordered(f), ordered);
            found.is_ok()
        };
        let found = control.pairs.iter().filter(is_found).count();
        let share = Share::of(found, control.pairs.len());
        if share.share >= asked || repairs == REPAIRS || wanted >= MOST_TABLES {
            break share;
        }
        repairs += 1;
        wanted = (wanted + wanted.div_ceil(4)).min(MOST_TABLES);
    };
    let approximate = Approximate {
        asked,
        recall: share.share,
        recall_low: share.interval.0,
        recall_high: share.interval.1,
        sampled_records: control.rows as u64,
        sampled_pairs: control.pairs.len() as u64,
        bits: plan.bits as u32,
        tables: tables.len() as u32,
        tolerance: plan.tolerance,
        met: harvest.met,
        compared: harvest.verified,
    };
    (harvest.found, approximate)
}
