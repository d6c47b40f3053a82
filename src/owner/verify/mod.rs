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
mod runs;
mod scan;
mod search;
mod words;

use std::path::Path;

use rayon::prelude::*;

use self::chance::{at_least, chi_square};
use self::runs::{LONGER, leaks, longer_tests, share_of, trigram_tests};
use self::scan::Column;
use self::search::Search;
pub use self::words::Kind;
use crate::error::Result;
use crate::owner::table::{Mapping, each_cell};
use crate::token::{Difference, TokenFile};

/// How often a file without a leak is refused for the runs in it.
pub const FALSE_ALARMS: f64 = 1e-4;

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
