//! Rows of one student: which is the student, and what the names in the others are.

use std::collections::HashMap;

use super::dates::{Form, form};
use super::preset::{Main, Several};
use super::rows::Rows;
use super::{Columns, Field};
use crate::error::Result;

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

#[derive(Default)]
struct Student {
    /// The line of the row that is the student, and how good it is.
    main: Option<(u64, Rank)>,
    /// First and last names of the rows that are not, so far.
    others: Vec<[String; 2]>,
    /// Those of the row that is.
    own: [String; 2],
}

/// How far a row is the student: the greater, the more. Kind, then year, month and day.
type Rank = (u8, u16, u8, u8);

impl Grouped {
    /// Looks through all rows of a file; `None` if its columns do not say which rows are of one student.
    pub(super) fn of(
        mut rows: Rows,
        headers: &[String],
        columns: &Columns,
        several: &Several,
    ) -> Result<Option<Self>> {
        let folded: Vec<String> = headers.iter().map(|h| super::fold(h)).collect();
        let find = |h: &str| folded.iter().position(|f| f == h);
        let Some(by) = several.by.iter().find_map(|h| find(h)) else {
            return Ok(None);
        };
        let rank: Box<dyn Fn(&Rows) -> Result<Rank>> = match several.main {
            Main::Empty(header) => {
                let Some(index) = find(header) else {
                    return Ok(None);
                };
                Box::new(move |rows| {
                    Ok((u8::from(rows.cell(index, || header)?.is_empty()), 0, 0, 0))
                })
            }
            Main::Latest(kind, date) => {
                let kind = kind.and_then(|(h, words)| Some((find(h)?, h, words)));
                let date = date.and_then(|h| Some((find(h)?, h)));
                if kind.is_none() && date.is_none() {
                    return Ok(None);
                }
                Box::new(move |rows| {
                    let kind = match kind {
                        None => 0,
                        Some((index, header, words)) => {
                            let cell = rows.cell(index, || header)?;
                            let at = words.iter().position(|w| cell.eq_ignore_ascii_case(w));
                            at.map_or(0, |at| (words.len() - at) as u8)
                        }
                    };
                    let (y, m, d) = match date {
                        None => (0, 0, 0),
                        Some((index, header)) => day(rows.cell(index, || header)?),
                    };
                    Ok((kind, y, m, d))
                })
            }
        };
        let mut grouped = Self {
            by,
            hasher: key()?,
            students: HashMap::new(),
        };
        while rows.advance()? {
            let names = [Field::First, Field::Last].map(|field| -> Result<String> {
                match columns.index(field) {
                    Some(index) => Ok(rows.cell(index, || field.name())?.to_owned()),
                    None => Ok(String::new()),
                }
            });
            let [first, last] = names;
            let (names, rank) = ([first?, last?], rank(&rows)?);
            let key = grouped.key(rows.cell(by, || headers[by].as_str())?);
            let student = grouped.students.entry(key).or_default();
            let replaces = student.main.is_none_or(|(_, other)| rank > other);
            if replaces {
                let before = std::mem::replace(&mut student.own, names);
                if student.main.replace((rows.line(), rank)).is_some() {
                    student.others.push(before);
                }
            } else {
                student.others.push(names);
            }
        }
        for student in grouped.students.values_mut() {
            student.others.sort_unstable();
            student.others.dedup();
        }
        Ok(Some(grouped))
    }

    /// Whether the current row of `rows` is a student, and if so, first and last names of the other rows.
    pub(super) fn others(&self, rows: &Rows) -> Result<Option<(&[[String; 2]], &[String; 2])>> {
        let key = self.key(rows.cell(self.by, || "")?);
        let student = self.students.get(&key);
        Ok(student
            .filter(|s| s.main.is_some_and(|(line, _)| line == rows.line()))
            .map(|s| (s.others.as_slice(), &s.own)))
    }

    fn key(&self, cell: &str) -> Key {
        number(&self.hasher, cell)
    }
}

/// A fresh keyed hash.
pub(super) fn key() -> Result<blake3::Hasher> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .map_err(|_| crate::error::Error::internal("the system gives no random numbers"))?;
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

/// A day in whatever form, the month before the day where that cannot be told; 0 if it is none.
fn day(cell: &str) -> (u16, u8, u8) {
    match form(cell) {
        Form::YearFirst(y, m, d) | Form::Compact(y, m, d) | Form::YearLast(m, d, y) => (y, m, d),
        Form::YearOnly(y) => (y, 0, 0),
        _ => (0, 0, 0),
    }
}
