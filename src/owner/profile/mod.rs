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
use look::{Look, NAMES, SHAPE, SIGNS, ShapeBytes, Sign};
use repeats::Repeats;

/// Lines that are kept of each finding.
pub const SHOWN: usize = 20;
/// Records that are looked at together.
const BATCH: usize = 1 << 13;
/// Different shapes that are counted; further ones are not told apart.
const SHAPES: usize = 1000;
/// Shapes of a column that are reported.
const SHAPES_SHOWN: usize = 3;

const NAME_FIELDS: [Field; NAMES] = [
    Field::First,
    Field::Middle,
    Field::Last,
    Field::AliasFirst,
    Field::AliasLast,
];

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

    /// The report, with exact counts; `table` is the one that was read.
    #[must_use]
    pub fn report(self, table: &Table, cohort: Option<Cohort>) -> Report {
        let rows = self.rows;
        let has = |field| table.columns().header(field).is_some();
        let has_births = has(Field::Birthdate) || self.births.known > 0;
        let mut out = Findings::new(rows);
        if self.encodable == 0 {
            out.note(Code::NothingToEncode, rows);
        }
        out.add(Code::MissingId, self.no_id.clone());
        out.add(Code::NoName, self.nameless.clone());
        let bad = table.bad_rows().rows();
        let lines = bad.iter().take(SHOWN);
        out.push(Finding {
            lines: lines
                .map(|b| u32::try_from(b.line).unwrap_or(u32::MAX))
                .collect(),
            ..Finding::new(
                Code::UnreadableRow,
                None,
                bad.len() as u64,
                rows + bad.len() as u64,
            )
        });
        let wanted = [
            (Field::First, true),
            (Field::Middle, true),
            (Field::Last, true),
            (Field::Birthdate, has_births),
        ];
        for (field, is_there) in wanted {
            if !(is_there && (has(field) || field == Field::Birthdate)) {
                out.push(Finding::new(Code::NoColumn, Some(field), rows, rows));
            }
        }
        if !has(Field::AliasFirst) && !has(Field::AliasLast) && self.usable(Field::AliasLast) == 0 {
            out.note(Code::NoAliasColumn, rows);
        }
        for (i, field) in NAME_FIELDS.into_iter().enumerate() {
            let of = |sign: Sign| self.names[i][sign as usize].clone();
            if matches!(field, Field::First | Field::Last) && has(field) {
                let empty = rows - of(Sign::Filled).rows;
                out.push(Finding::new(Code::Incomplete, Some(field), empty, rows));
            }
            out.of(Code::Placeholder, field, of(Sign::Placeholder));
            let filled = of(Sign::Filled).rows;
            let upper = of(Sign::Upper).rows;
            // Some short names are spelt so; a file is, or is not.
            if upper * 2 > filled {
                out.push(Finding::new(Code::UpperCase, Some(field), upper, rows));
            }
            out.of(Code::Mojibake, field, of(Sign::Mojibake));
            out.of(Code::DamagedLetters, field, of(Sign::Damaged));
            if matches!(field, Field::First | Field::Last) {
                out.of(Code::OneLetterName, field, of(Sign::OneLetter));
            }
            out.of(Code::DigitsInName, field, of(Sign::Digits));
            if matches!(field, Field::First | Field::Last) {
                out.of(Code::NamesInBrackets, field, of(Sign::Brackets));
            }
        }
        if has_births {
            let births = &self.births;
            out.of(Code::Incomplete, Field::Birthdate, births.missing.clone());
            out.of(
                Code::ImpossibleBirthdate,
                Field::Birthdate,
                births.invalid.clone(),
            );
            out.of(Code::YearOnly, Field::Birthdate, births.year_only.clone());
            births.find(rows, cohort, &mut out);
        }
        for cut in table.cut_columns() {
            let field = Field::ALL
                .into_iter()
                .find(|f| table.columns().headers(*f).any(|h| h == cut.header));
            out.push(Finding::new(Code::CutNames, field, cut.rows, rows));
        }
        out.add(Code::SpreadsheetId, self.scientific.clone());
        out.note(Code::ShortId, self.short_ids());
        if table.date_format().is_some_and(|f| f.name() == "excel") {
            out.note(Code::SpreadsheetDates, self.births.known);
        }
        out.add(Code::Held, self.held.clone());
        let columns = report::columns(table, |field| self.usable(field));
        let shapes = self.shapes();
        let years = self.births.years();
        let doubled = self.ids.groups(SHOWN);
        let ties = self.ties.groups(SHOWN);
        for (code, n, lines, is_estimate) in [
            (
                Code::DuplicateId,
                doubled.of_one_id,
                doubled.lines_one,
                doubled.is_estimate,
            ),
            (
                Code::SameNameAndBirthdate,
                ties.of_several_ids,
                ties.lines_several,
                ties.is_estimate,
            ),
        ] {
            out.push(Finding {
                lines,
                is_estimate,
                ..Finding::new(code, None, n.min(rows), rows)
            });
        }
        Report::new(table, rows, columns, years, shapes, out.done())
    }

    /// Ids of digits alone that are shorter than nearly all others; 0 if ids are not of one length.
    fn short_ids(&self) -> u64 {
        let mut by_length = [0; SHAPE + 1];
        let mut all = 0;
        for (shape, n) in sorted(&self.id_shapes) {
            let length = shape.iter().position(|b| *b == 0).unwrap_or(SHAPE);
            if !shape[..length].iter().all(|b| *b == b'9') {
                return 0;
            }
            by_length[length] += n;
            all += n;
        }
        let longest = by_length.iter().rposition(|n| *n > 0).unwrap_or(0);
        let shorter = all - by_length[longest];
        if shorter * 4 < all { shorter } else { 0 }
    }

    /// The most frequent shapes, none of few rows: of ids, and of birthdates that are none.
    fn shapes(&self) -> Vec<Shown> {
        let text = |shape: &ShapeBytes| {
            let letters = shape.iter().take_while(|b| **b != 0);
            letters.map(|b| char::from(*b)).collect::<String>()
        };
        let ids = self.id_shapes.iter().map(|(s, n)| (text(s), *n)).collect();
        let dates = self
            .bad_dates
            .iter()
            .map(|(s, n)| (s.clone(), *n))
            .collect();
        let mut out = Vec::new();
        for (field, shapes) in [(Field::StudentId, ids), (Field::Birthdate, dates)] {
            let mut shapes: Vec<(String, u64)> = shapes;
            shapes.retain(|(_, n)| *n > SMALL);
            shapes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let most = shapes.into_iter().take(SHAPES_SHOWN);
            out.extend(most.map(|(shape, n)| Shown {
                field: field.name().to_owned(),
                shape,
                rows: Count::Exact(n),
            }));
        }
        out
    }
}

/// The entries of a table of shapes in a fixed order.
fn sorted(shapes: &HashMap<ShapeBytes, u64>) -> Vec<(&ShapeBytes, u64)> {
    let mut all: Vec<_> = shapes.iter().map(|(s, n)| (s, *n)).collect();
    all.sort_unstable();
    all
}

/// The findings of a table so far.
pub(super) struct Findings {
    rows: u64,
    all: Vec<Finding>,
}

impl Findings {
    fn new(rows: u64) -> Self {
        Self {
            rows,
            all: Vec::new(),
        }
    }

    /// Adds a finding, if there is any row of it.
    fn push(&mut self, finding: Finding) {
        if finding.count != Count::Exact(0) {
            self.all.push(finding);
        }
    }

    fn note(&mut self, code: Code, rows: u64) {
        self.push(Finding::new(code, None, rows, self.rows));
    }

    fn add(&mut self, code: Code, lined: Lined) {
        self.push(Finding {
            lines: lined.lines,
            ..Finding::new(code, None, lined.rows, self.rows)
        });
    }

    fn of(&mut self, code: Code, field: Field, lined: Lined) {
        self.push(Finding {
            lines: lined.lines,
            ..Finding::new(code, Some(field), lined.rows, self.rows)
        });
    }

    /// The gravest first, then as they are listed in [`Code`].
    fn done(mut self) -> Vec<Finding> {
        self.all.sort_by_key(|f| (f.weight, f.code));
        self.all
    }

    #[cfg(test)]
    fn rows_of(&self, code: Code) -> u64 {
        let of_code = self.all.iter().filter(|f| f.code == code);
        of_code.map(|f| f.count.bounds(self.rows).1).sum()
    }
}
