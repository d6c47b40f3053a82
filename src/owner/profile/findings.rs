//! What the counts of a table mean: its findings.

use std::collections::HashMap;

use super::births::Lined;
use super::look::{NAMES, SHAPE, ShapeBytes, Sign};
use super::report::columns;
use super::{Code, Cohort, Count, Finding, Profile, Report, SHOWN, SMALL, Shown};
use crate::owner::table::{Field, Table};

/// Shapes of a column that are reported.
const SHAPES_SHOWN: usize = 3;

/// The fields of [`Profile::names`], in its order.
const NAME_FIELDS: [Field; NAMES] = [
    Field::First,
    Field::Middle,
    Field::Last,
    Field::AliasFirst,
    Field::AliasLast,
];

impl Profile {
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
            (Field::First, has(Field::First)),
            (Field::Middle, has(Field::Middle)),
            (Field::Last, has(Field::Last)),
            (Field::Birthdate, has_births),
        ];
        for (field, is_there) in wanted {
            if !is_there {
                out.push(Finding::new(Code::NoColumn, Some(field), rows, rows));
            }
        }
        if !has(Field::AliasFirst) && !has(Field::AliasLast) && self.usable(Field::AliasLast) == 0 {
            out.note(Code::NoAliasColumn, rows);
        }
        for (i, field) in NAME_FIELDS.into_iter().enumerate() {
            let of = |sign: Sign| self.names[i][sign as usize].clone();
            let is_main = matches!(field, Field::First | Field::Last);
            if is_main && has(field) {
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
            if is_main {
                out.of(Code::OneLetterName, field, of(Sign::OneLetter));
            }
            out.of(Code::DigitsInName, field, of(Sign::Digits));
            if is_main {
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
        let columns = columns(table, |field| self.usable(field));
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
    pub(super) fn new(rows: u64) -> Self {
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

    pub(super) fn note(&mut self, code: Code, rows: u64) {
        self.push(Finding::new(code, None, rows, self.rows));
    }

    pub(super) fn add(&mut self, code: Code, lined: Lined) {
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
    pub(super) fn rows_of(&self, code: Code) -> u64 {
        let of_code = self.all.iter().filter(|f| f.code == code);
        of_code.map(|f| f.count.bounds(self.rows).1).sum()
    }
}
