//! Is a table fit to be linked? Counts over its records, and what they mean.
//!
//! Owns: what is looked for in a table ([`Code`]), the counts ([`Profile`]), the report that may be shown to
//! others ([`Report`]) as JSON and as a page, and the comparison of two reports.
//!
//! Imports: `error`, `owner::normalise`, `owner::table`, `units`.
//!
//! Invariants: memory is bounded, whatever the file; no cell is kept or shown, but for hashes of ids and names
//! under a key of the run; in JSON and page no count of 1 to 10 people is shown, nor one that would follow.

mod births;
mod code;
mod compare;
mod count;
mod exchange;
mod findings;
mod look;
mod page;
mod repeats;
mod report;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::RandomState;

use rayon::prelude::*;

pub use births::Cohort;
pub use code::{Code, Weight};
pub use compare::{Comparison, Line};
pub use count::{Count, SMALL};
pub use exchange::MAX_BYTES;
pub use page::{comparison_page, page};
pub use report::{Column, File, Finding, Report, Shown, Verdict, Year};

use crate::error::Result;
use crate::owner::table::{Birth, Field, Record, Table};
use births::{Births, Lined};
use look::{Look, NAMES, SIGNS, ShapeBytes, Sign};
use repeats::Repeats;

/// Lines that are kept of each finding.
pub const SHOWN: usize = 20;
/// Records that are looked at together.
const BATCH: usize = 1 << 13;
/// Different shapes that are counted; further ones are not told apart.
const SHAPES: usize = 1000;
/// What was counted in a table.
pub struct Profile {
    rows: u64,
    names: [[Lined; SIGNS]; NAMES],
    no_id: Lined,
    nameless: Lined,
    encodable: u64,
    scientific: Lined,
    held: Lined,
    with_suffix: u64,
    with_gender: u64,
    with_grade: u64,
    births: Births,
    ids: Repeats,
    ties: Repeats,
    id_shapes: HashMap<ShapeBytes, u64>,
    bad_dates: HashMap<String, u64>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Profile {
    /// Reads `table` to its end; `told` is given the rows so far.
    ///
    /// # Errors
    /// As [`Table::records`].
    pub fn of(table: &mut Table, mut told: impl FnMut(u64)) -> Result<Self> {
        let mut profile = Self {
            rows: 0,
            names: Default::default(),
            no_id: Lined::default(),
            nameless: Lined::default(),
            encodable: 0,
            scientific: Lined::default(),
            held: Lined::default(),
            with_suffix: 0,
            with_gender: 0,
            with_grade: 0,
            births: Births::new(),
            ids: Repeats::new(),
            ties: Repeats::new(),
            id_shapes: HashMap::new(),
            bad_dates: HashMap::new(),
        };
        let key = RandomState::new();
        let mut batch: Vec<Record> = Vec::new();
        loop {
            let n = profile.fill(table, &mut batch)?;
            let looks: Vec<Look> = batch[..n].par_iter().map(|r| Look::at(r, &key)).collect();
            for (record, look) in batch.iter().zip(&looks) {
                profile.add(record, look);
            }
            told(profile.rows);
            if n < BATCH {
                return Ok(profile);
            }
        }
    }

    /// Reads the next records into `batch` and returns how many there are.
    fn fill(&mut self, table: &mut Table, batch: &mut Vec<Record>) -> Result<usize> {
        batch.resize_with(BATCH, Record::default);
        for (i, record) in batch.iter_mut().enumerate() {
            if !table.read(record)? {
                return Ok(i);
            }
            if record.birthdate == Birth::Invalid
                && let Some(shape) = table.shape(Field::Birthdate)?
            {
                let is_new = self.bad_dates.len() < SHAPES;
                let shape = shape.to_string();
                if is_new || self.bad_dates.contains_key(&shape) {
                    *self.bad_dates.entry(shape).or_default() += 1;
                }
            }
        }
        Ok(BATCH)
    }

    fn add(&mut self, record: &Record, look: &Look) {
        self.rows += 1;
        let line = u32::try_from(record.line).unwrap_or(u32::MAX);
        for (field, bits) in self.names.iter_mut().zip(look.names) {
            let mut left = bits;
            while left != 0 {
                field[left.trailing_zeros() as usize].add(line);
                left &= left - 1;
            }
        }
        match look.id {
            None => self.no_id.add(line),
            Some(id) => {
                self.ids.add(id, id, line);
                if let Some(tie) = look.tie {
                    self.ties.add(tie, id, line);
                }
                if self.id_shapes.len() < SHAPES || self.id_shapes.contains_key(&look.id_shape) {
                    *self.id_shapes.entry(look.id_shape).or_default() += 1;
                }
            }
        }
        if look.is_nameless {
            self.nameless.add(line);
        }
        self.encodable += u64::from(look.id.is_some() && !look.is_nameless);
        if look.is_scientific {
            self.scientific.add(line);
        }
        if record.is_held {
            self.held.add(line);
        }
        self.with_suffix += u64::from(!record.suffix.is_empty());
        self.with_gender += u64::from(!record.gender.is_empty());
        self.with_grade += u64::from(!record.grade.is_empty());
        self.births.add(record.birthdate, look.grade, line);
    }

    /// Rows with something of use in `field`.
    fn usable(&self, field: Field) -> u64 {
        let name = |i: usize| {
            let signs = &self.names[i];
            signs[Sign::Filled as usize].rows - signs[Sign::Placeholder as usize].rows
        };
        match field {
            Field::StudentId => self.rows - self.no_id.rows,
            Field::First => name(0),
            Field::Middle => name(1),
            Field::Last => name(2),
            Field::AliasFirst => name(3),
            Field::AliasLast => name(4),
            Field::Suffix => self.with_suffix,
            Field::Birthdate => self.births.known,
            Field::Gender => self.with_gender,
            Field::Grade => self.with_grade,
            Field::Hold => self.held.rows,
        }
    }
}
