//! Rows of one student: which is the student, and what the names in the others are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::dates::{Form, form};
use super::names::NameColumns;
use super::preset::{Main, Preset, Several};
use super::rows::Rows;
use super::{Columns, Field};
use crate::error::{Error, Result};

/// A number for what stands in a cell; who made it up cannot find two of one number.
type Key = u128;

/// What the rows of a file are, where a student may have several.
///
/// # Privacy
/// Holds names in memory; it has no `Debug`.
pub(super) struct Grouped {
    by: usize,
    hasher: blake3::Hasher,
    students: HashMap<Key, Student>,
}

struct Student {
    /// The row that is the student, so far.
    main: Row,
    /// The others: the best first.
    others: Vec<Row>,
    /// The student has opted out by one row at least.
    is_held: bool,
}

struct Row {
    rank: Rank,
    line: u64,
    /// As [`NameColumns::pack`] gives it.
    names: Box<str>,
}

/// What a row is.
pub(super) enum Part<'a> {
    /// That of a student, with the names in the other rows of the same, the best row first, and whether
    /// one of them all says that the student has opted out.
    Main(Vec<&'a str>, bool),
    /// Another row of a student.
    Other,
    /// None of a student: a former id of somebody whose row is not there.
    Nobody,
}

/// How far a row is the student: the greater, the more. Kind, then year, month and day.
type Rank = (u8, u16, u8, u8);

impl Grouped {
    /// Looks through all rows of a file; `None` if its columns do not say which rows are of one student.
    pub(super) fn of(
        mut rows: Rows,
        headers: &[String],
        columns: &Columns,
        names: &NameColumns,
        preset: &Preset,
        several: &Several,
    ) -> Result<Option<Self>> {
        let folded: Vec<String> = headers.iter().map(|h| super::fold(h)).collect();
        let find = |wanted: &[&str]| {
            let places = wanted.iter();
            let mut places = places.filter_map(|h| folded.iter().position(|f| f == h));
            places.next()
        };
        let Some(by) = find(several.by) else {
            return Ok(None);
        };
        let Some(ranking) = Ranking::of(&several.main, find) else {
            return Ok(None);
        };
        let hold = columns.index(Field::Hold);
        let mut grouped = Self {
            by,
            hasher: key()?,
            students: HashMap::new(),
        };
        while rows.advance()? {
            let cell = rows.cell(by, || headers[by].as_str())?;
            if cell.is_empty() {
                // Rows of nobody known are not those of one student.
                continue;
            }
            let is_held = match hold {
                Some(index) => preset.is_held(rows.cell(index, || headers[index].as_str())?),
                None => false,
            };
            let row = Row {
                rank: ranking.rank(&rows, headers)?,
                line: rows.line(),
                names: names.pack(&rows)?,
            };
            match grouped.students.entry(number(&grouped.hasher, cell)) {
                Entry::Vacant(place) => {
                    place.insert(Student {
                        main: row,
                        others: Vec::new(),
                        is_held,
                    });
                }
                Entry::Occupied(mut place) => {
                    let student = place.get_mut();
                    student.is_held |= is_held;
                    // Of equals the first.
                    let other = if row.rank > student.main.rank {
                        std::mem::replace(&mut student.main, row)
                    } else {
                        row
                    };
                    student.others.push(other);
                }
            }
        }
        #[allow(
            clippy::iter_over_hash_type,
            reason = "each student is sorted by itself"
        )]
        for student in grouped.students.values_mut() {
            // Those of the row itself are read from it.
            student.main.names = Box::default();
            student
                .others
                .sort_unstable_by_key(|row| (std::cmp::Reverse(row.rank), row.line));
        }
        Ok(Some(grouped))
    }

    /// What the current row of `rows` is.
    pub(super) fn part(&self, rows: &Rows) -> Result<Part<'_>> {
        let cell = rows.cell(self.by, || "")?;
        let Some(student) = self.students.get(&number(&self.hasher, cell)) else {
            return Ok(Part::Main(Vec::new(), false));
        };
        if student.main.line != rows.line() {
            return Ok(Part::Other);
        }
        if student.main.rank == NOBODY {
            return Ok(Part::Nobody);
        }
        let others = student.others.iter().map(|row| &*row.names).collect();
        Ok(Part::Main(others, student.is_held))
    }
}

/// The rank of a row that cannot be a student's own.
const NOBODY: Rank = (0, 0, 0, 0);

/// How rows are ranked, with the places of the columns that it takes.
enum Ranking {
    First,
    Empty(usize),
    Latest(Option<(usize, &'static [&'static str])>, Option<usize>),
}

impl Ranking {
    /// `None` if the columns are not there.
    fn of(main: &Main, find: impl Fn(&[&str]) -> Option<usize>) -> Option<Self> {
        match main {
            Main::First(headers) => find(headers).map(|_| Self::First),
            Main::Empty(header) => find(&[header]).map(Self::Empty),
            Main::Latest(kind, dates) => {
                let kind = kind.and_then(|(h, words)| Some((find(&[h])?, words)));
                let date = find(dates);
                (kind.is_some() || date.is_some()).then_some(Self::Latest(kind, date))
            }
        }
    }

    fn rank(&self, rows: &Rows, headers: &[String]) -> Result<Rank> {
        let cell = |index: usize| rows.cell(index, || headers[index].as_str());
        match *self {
            Self::First => Ok((1, 0, 0, 0)),
            Self::Empty(index) => Ok((u8::from(cell(index)?.is_empty()), 0, 0, 0)),
            Self::Latest(kind, date) => {
                let kind = match kind {
                    None => 1,
                    Some((index, words)) => {
                        let cell = cell(index)?;
                        let at = words.iter().position(|w| cell.eq_ignore_ascii_case(w));
                        at.map_or(1, |at| (1 + words.len() - at) as u8)
                    }
                };
                let Some(index) = date else {
                    return Ok((kind, 0, 0, 0));
                };
                let (y, m, d) = day(cell(index)?).ok_or_else(|| {
                    Error::input(
                        rows.path(),
                        "not a date in a form that is read, so that the newest name of a student cannot be told",
                    )
                    .line(rows.line())
                    .column(&headers[index])
                    .hint("export the column as YYYY-MM-DD")
                })?;
                Ok((kind, y, m, d))
            }
        }
    }
}

/// A fresh keyed hash.
pub(super) fn key() -> Result<blake3::Hasher> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|_| Error::internal("the system gives no random numbers"))?;
    Ok(blake3::Hasher::new_keyed(&key))
}

/// The number of a cell under a fresh key.
pub(super) fn number(hasher: &blake3::Hasher, cell: &str) -> Key {
    let mut hasher = hasher.clone();
    hasher.update(cell.as_bytes());
    let mut number = [0; 16];
    number.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(number)
}

/// A day in whatever form, the month before the day where that cannot be told; 0 if the cell is empty, `None`
/// if it holds no date.
fn day(cell: &str) -> Option<(u16, u8, u8)> {
    match form(cell) {
        Form::YearLast(d, m, y) if d > 12 => Some((y, m, d)),
        Form::Named(d, m, y) => Some((y, m, d)),
        Form::YearFirst(y, m, d) | Form::Compact(y, m, d) | Form::YearLast(m, d, y) => {
            Some((y, m, d))
        }
        Form::YearOnly(y) => Some((y, 0, 0)),
        Form::Missing => Some((0, 0, 0)),
        _ => None,
    }
}
