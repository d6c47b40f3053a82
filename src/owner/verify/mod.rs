//! What is in a token file, compared with the table it was made of, before it leaves.
//!
//! Owns: the tests that a file holds refs, keys, filters and header only, and their [`Findings`]. Every byte of the
//! file is accounted for by [`TokenFile::first_difference`]; what the values hold is compared with
//! chance: the histogram of their bytes, and the runs of letters and digits that also stand in the table.
//!
//! Imports: the table, the token file, the project. Invariants: the false-alarm rate is [`FALSE_ALARMS`] for all
//! runs together; a finding tells columns, lengths and places.
//!
//! # Privacy
//! Sees every cell of the table and holds words of it in memory; no finding holds one.

mod chance;
mod scan;
mod search;
mod words;

use std::path::Path;

use rayon::prelude::*;

use self::chance::{at_least, chi_square};
use self::scan::{Column, LONGEST, folded};
use self::search::Search;
pub use self::words::Kind;
use crate::error::Result;
use crate::owner::table::{Mapping, each_cell};
use crate::token::{Difference, TokenFile};

/// How often a file without a leak is refused for the runs in it.
pub const FALSE_ALARMS: f64 = 1e-4;
/// Leaks that are listed one by one.
const LISTED: usize = 20;

/// What a column of a token file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Random numbers of records.
    Ref,
    /// Keyed hashes of the values that must agree.
    Key,
    /// Keyed Bloom filters of the values that may differ.
    Filter,
}

/// What was found of a column.
#[derive(Debug, Clone)]
pub struct ColumnFinding {
    /// Its name.
    pub name: String,
    /// Bytes of a value.
    pub width: usize,
    /// What it is for, by its name and place.
    pub meaning: Meaning,
    /// Rows that have a value.
    pub values: u64,
    /// Different values; of filters, in their block.
    pub distinct: u64,
    /// The share of the bits that are set in different values, 0 to 1.
    pub ones: f64,
    /// The chi-square statistic of their bytes and its bound; `None` if there are too few to tell.
    pub chi_square: Option<(f64, f64)>,
}

impl ColumnFinding {
    /// Whether its bytes look random, as far as there are enough to tell.
    #[must_use]
    pub fn looks_random(&self) -> bool {
        self.chi_square.is_none_or(|(found, bound)| found <= bound)
    }
}

/// Runs of one length that stand both in the token file and in the table.
#[derive(Debug, Clone)]
pub struct RunTest {
    /// Of what.
    pub kind: Kind,
    /// Whether in the case in which they stand, or in any.
    pub is_exact: bool,
    /// Bytes of a run; 3 is the test of each run of three letters by itself.
    pub length: usize,
    /// Different runs of the table.
    pub in_table: f64,
    /// Places of the token file with such a run; for runs of three, those of the most conspicuous one.
    pub found: u64,
    /// How many there are by chance; for runs of three, likewise.
    pub expected: f64,
    /// Whether they are more than chance gives.
    pub is_leak: bool,
}

/// A run of the table that stands in the token file.
#[derive(Debug, Clone)]
pub struct Leak {
    /// The column of the table.
    pub source: String,
    /// Of what the run is.
    pub kind: Kind,
    /// Its bytes.
    pub length: usize,
    /// The column of the token file.
    pub column: String,
    /// The row of the token file, from 1.
    pub row: u64,
    /// The byte of the value on which the run ends, from 1.
    pub byte: usize,
}

/// What was found of a token file.
#[derive(Debug, Clone)]
pub struct Findings {
    /// Where the file is first other than what this program writes, if anywhere.
    pub difference: Option<Difference>,
    /// The record ref and all other columns.
    pub columns: Vec<ColumnFinding>,
    /// Rows of the table that were searched.
    pub rows: u64,
    /// Rows of the table that could not be divided into cells, and were not encoded either.
    pub bad_rows: u64,
    /// Cells that were searched.
    pub cells: u64,
    /// Runs of each kind and length.
    pub runs: Vec<RunTest>,
    /// The longest leaks.
    pub leaks: Vec<Leak>,
}

impl Findings {
    /// Whether nothing was found that should not be there.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.difference.is_none()
            && self.columns.iter().all(ColumnFinding::looks_random)
            && !self.runs.iter().any(|r| r.is_leak)
    }

    /// The length from which a single run of this kind would have been found: shorter ones occur in a file of
    /// this size by chance. `None` if none is long enough.
    #[must_use]
    pub fn noticed_from(&self, kind: Kind) -> Option<usize> {
        let alpha = share_of(LONGER);
        let tests = self.runs.iter();
        let long = tests.filter(|r| r.kind == kind && r.length > 3 && r.in_table > 0.0);
        long.filter(|r| at_least(1, r.expected) < alpha)
            .map(|r| r.length)
            .min()
    }
}

/// Tests of longer runs: one for each length, of letters in two ways.
const LONGER: usize = (LONGEST - 5) * 3 + LONGEST - 4;

/// The false-alarm rate of one of `tests` tests, of which all together get half.
fn share_of(tests: usize) -> f64 {
    FALSE_ALARMS / 2.0 / tests.max(1) as f64
}

/// Compares a token file with the table at `table`.
///
/// The file must be one that [`TokenFile::open`] accepts. `progress` is told a step, and how far it is of how much.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) if file or table cannot be decoded;
/// [`Class::Io`](crate::error::Class::Io). A leak is no error here.
pub fn verify(
    file: &TokenFile,
    table: &Path,
    mapping: &Mapping,
    progress: &(dyn Fn(&str, u64, u64) + Sync),
) -> Result<Findings> {
    let rows = file.header().rows;
    progress("account for every byte", 0, rows);
    file.refs()?;
    let difference = file.first_difference(&|n| progress("account for every byte", n, rows))?;
    let places = places(file);
    let done = std::sync::atomic::AtomicU64::new(0);
    let step = "look for text";
    progress(step, 0, places.len() as u64);
    let columns: Vec<Column> = places
        .par_iter()
        .enumerate()
        .map(|(i, (.., block))| {
            let column = scan::column(file, i, *block)?;
            let done = 1 + done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            progress(step, done, places.len() as u64);
            Ok(column)
        })
        .collect::<Result<_>>()?;
    let mut search = Search::new(columns.iter().flat_map(|c| &c.runs).collect());
    let step = "compare with the table";
    progress(step, 0, 0);
    let (rows, bad_rows) = each_cell(table, mapping, |header, cell| {
        search.cell(header, cell);
        if search.cells.is_multiple_of(1 << 16) {
            progress(step, search.cells, 0);
        }
        Ok(())
    })?;
    let found: Vec<ColumnFinding> = places
        .into_iter()
        .zip(&columns)
        .map(|((name, width, meaning, _), column)| ColumnFinding {
            name,
            width,
            meaning,
            values: column.values,
            distinct: column.distinct,
            ones: ones(&column.histogram),
            chi_square: chi_square(&column.histogram, meaning != Meaning::Filter),
        })
        .collect();
    let mut runs = trigram_tests(&columns, &search);
    runs.extend(longer_tests(&columns, &search));
    let leaks = leaks(&found, &columns, &search, &runs);
    Ok(Findings {
        difference,
        columns: found,
        rows,
        bad_rows,
        cells: search.cells,
        runs,
        leaks,
    })
}

/// Name, width and meaning of each column, and the place of the block keys that it belongs to.
fn places(file: &TokenFile) -> Vec<(String, usize, Meaning, usize)> {
    let mut out = vec![("record_ref".to_owned(), 16, Meaning::Ref, 0)];
    let mut block = 0;
    for (i, (name, width)) in (1..).zip(file.columns()) {
        let meaning = if name.ends_with(".block") {
            block = i;
            Meaning::Key
        } else {
            Meaning::Filter
        };
        out.push((name, width, meaning, block));
    }
    out
}

/// The share of bits that are set.
fn ones(histogram: &[u64; 256]) -> f64 {
    let bits = (0..=u8::MAX).zip(histogram);
    let set: u64 = bits.map(|(b, n)| u64::from(b.count_ones()) * n).sum();
    let all: u64 = 8 * histogram.iter().sum::<u64>();
    set as f64 / all.max(1) as f64
}

/// How much more often the likeliest byte of a kind stands in a place than one of this kind in the mean, since
/// fewer or more than half of the bits of the column are set; 1 or more.
fn skew(column: &Column, kind: Kind) -> f64 {
    let share = ones(&column.histogram).clamp(0.01, 0.99);
    let weight = |b: u8| (share / (1.0 - share)).powi(b.count_ones() as i32);
    let bytes = (0..=u8::MAX).filter(|b| kind.has(*b));
    let (n, sum, most) = bytes.fold((0.0, 0.0, 0.0_f64), |(n, sum, most), b| {
        (n + 1.0, sum + weight(b), most.max(weight(b)))
    });
    most * n / sum
}

/// Each run of three letters by itself, in any case and as it stands: the most conspicuous of each.
///
/// A place of the file that holds three letters holds those by chance once in 26^3, or 52^3.
fn trigram_tests(columns: &[Column], search: &Search<'_>) -> Vec<RunTest> {
    let alpha = |tests| share_of(tests) / 2.0;
    [false, true]
        .map(|is_exact| {
            let in_table = if is_exact {
                search.trigrams.clone()
            } else {
                search.folded_trigrams()
            };
            let mut counts = vec![0_u64; in_table.len()];
            let mut expected = 0.0;
            for column in columns {
                let mut all = 0_u64;
                for (n, count) in column.trigrams.iter().enumerate() {
                    counts[if is_exact { n } else { folded(n) }] += u64::from(*count);
                    all += u64::from(*count);
                }
                let alphabet = Kind::Letters.alphabet(is_exact);
                expected += all as f64 * (skew(column, Kind::Letters) / alphabet).powi(3);
            }
            let tested = in_table.iter().zip(&counts).filter(|(is, _)| **is);
            let found = tested.clone().map(|(_, n)| *n).max().unwrap_or(0);
            let tests = tested.count();
            RunTest {
                kind: Kind::Letters,
                is_exact,
                length: 3,
                in_table: tests as f64,
                found,
                expected,
                is_leak: at_least(found, expected) < alpha(tests),
            }
        })
        .into()
}

/// How much likelier the next byte is to continue a run than bytes in the mean: those of one filter are alike in
/// how many bits they have.
const ALIKE: f64 = 1.5;

/// Longer runs, all of a length together.
///
/// How many places of the file hold a run of the shortest length is counted; from there on every further byte is one
/// of its kind as often as its bits say, and the run is one of the table as often as the table has different ones.
fn longer_tests(columns: &[Column], search: &Search<'_>) -> Vec<RunTest> {
    let mut out = Vec::new();
    for (kind, is_exact) in [
        (Kind::Letters, false),
        (Kind::Letters, true),
        (Kind::Digits, true),
        (Kind::Wide, true),
    ] {
        for length in kind.shortest()..=LONGEST {
            let is_counted_exactly = is_exact && kind == Kind::Letters;
            let in_table = search.distinct(kind, is_counted_exactly, length);
            if in_table <= 0.0 {
                continue;
            }
            let more = length - kind.shortest();
            let mut matches = search.matches.iter();
            // A text that stands there is itself among the places.
            let (mut found, mut expected, mut own) = (0, 0.0, 0.0_f64);
            for column in columns {
                let likely = skew(column, kind) / kind.alphabet(is_exact);
                let is_known = (in_table * likely.powi(length as i32)).min(1.0);
                let goes_on = (ALIKE * share(column, kind)).min(1.0).powi(more as i32);
                let (mut places, mut before) = (0_u64, None);
                for (run, m) in column.runs.iter().zip(&mut matches) {
                    places += u64::from(run.kind == kind);
                    let common = if is_exact { m.exact } else { m.folded };
                    let is_match = run.kind == kind && common >= length;
                    // A longer run is one find, not one for each of its ends.
                    if is_match && !before.is_some_and(|b| run.follows(b)) {
                        found += 1;
                    }
                    before = is_match.then_some(run);
                }
                expected += places as f64 * goes_on * is_known;
                own = own.max((more + 1) as f64 * goes_on * is_known);
            }
            let expected = expected + own;
            out.push(RunTest {
                kind,
                is_exact,
                length,
                in_table,
                found,
                expected,
                is_leak: at_least(found, expected) < share_of(LONGER),
            });
        }
    }
    out
}

/// The share of bytes that are of a kind, by how many bits of the column are set.
fn share(column: &Column, kind: Kind) -> f64 {
    let ones = ones(&column.histogram);
    let chance = |b: u8| {
        let set = b.count_ones() as i32;
        ones.powi(set) * (1.0 - ones).powi(8 - set)
    };
    let bytes = (0..=u8::MAX).filter(|b| kind.has(*b));
    bytes.map(chance).sum()
}

/// The longest runs of the lengths that are leaks.
fn leaks(
    found: &[ColumnFinding],
    columns: &[Column],
    search: &Search<'_>,
    tests: &[RunTest],
) -> Vec<Leak> {
    let least = |kind| {
        let of_kind = tests.iter().filter(|t| t.kind == kind && t.length > 3);
        of_kind.filter(|t| t.is_leak).map(|t| t.length).min()
    };
    let mut leaks: Vec<Leak> = Vec::new();
    let mut matches = search.matches.iter();
    for (name, column) in found.iter().zip(columns) {
        let mut before: Option<(&scan::Run, usize)> = None;
        for (run, m) in column.runs.iter().zip(&mut matches) {
            let length = m.folded.max(m.exact);
            if least(run.kind).is_none_or(|least| length < least) {
                before = None;
                continue;
            }
            // Of the ends of one run, the last.
            if before.is_some_and(|(b, l)| run.follows(b) && length > l) {
                leaks.pop();
            }
            before = Some((run, length));
            leaks.push(Leak {
                source: m.header.clone(),
                kind: run.kind,
                length,
                column: name.name.clone(),
                row: run.row + 1,
                byte: run.end + 1,
            });
        }
    }
    leaks.sort_by_key(|l| std::cmp::Reverse(l.length));
    leaks.truncate(LISTED);
    leaks
}
