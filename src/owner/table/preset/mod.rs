//! The exports of student systems: how each is known, and what its columns are.
//!
//! A preset says no more than the headers alone do not say: which of two columns is meant, what columns without
//! a header are, which rows are students, which rows are other names of one. For everything else the
//! headers of [`super::headers`] count.

mod college;
mod k12;
#[cfg(test)]
mod tests;

use super::{DateFormat, Delimiter, Field, fold};

/// How an export of one system is read.
#[derive(Debug)]
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// The system, and which of its exports, for people.
    pub title: &'static str,
    /// What of it was written down from memory and not seen in a source, for people; empty if nothing.
    pub unverified: &'static str,
    pub(super) sign: Sign,
    pub(super) columns: &'static [(Field, Column)],
    /// Only rows of which this column holds one of these words are students. A file without the column
    /// has no others.
    pub(super) only: &'static [(&'static str, &'static [&'static str])],
    /// The form in which it is known to write dates, for columns in which month and day cannot be told apart.
    pub(super) dates: Option<DateFormat>,
    /// The column of the whole name, `Last,First Middle`, where there is none for each part.
    pub(super) whole: Option<&'static str>,
    /// The column of what stands before the last name.
    pub(super) prefix: Option<&'static str>,
    /// Where a student may have several rows.
    pub(super) several: Option<Several>,
    /// Cells of the hold column that mean that the student may not be passed on; any that is not empty, if
    /// there is none here.
    pub(super) holds: &'static [&'static str],
}

/// By what an export is known.
#[derive(Debug)]
pub(super) enum Sign {
    /// The first row is of headers, and of each of these lists holds one at least.
    Headers(&'static [&'static [&'static str]]),
    /// There are no headers: the first cell of the file is the first of these words, and the first cell of a
    /// student's row is the second.
    Cell(&'static str, &'static str),
    /// As `Headers`, of which all are meant as they are spelt here, but for case: by dots a system may be known.
    Spelt(&'static [&'static str]),
    /// There are no headers, and so many columns, of which these, from 1, hold digits alone.
    Columns {
        delimiter: Delimiter,
        width: usize,
        digits: &'static [usize],
    },
}

/// Where a field stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    /// Under this header, folded as [`fold`] does.
    Header(&'static str),
    /// In this column, from 1.
    Place(usize),
}

/// Rows of one student.
#[derive(Debug)]
pub(super) struct Several {
    /// The column by which they are known to be of one student: the first of these that is there.
    pub(super) by: &'static [&'static str],
    /// Which of them is the student; the names of the others are aliases.
    pub(super) main: Main,
}

#[derive(Debug)]
pub(super) enum Main {
    /// The first; there may be several only where one of these columns is.
    First(&'static [&'static str]),
    /// The one of which this column is empty.
    Empty(&'static str),
    /// The one of which the first column holds the first of these words, as far as there is one; of several the
    /// latest by a column of dates, the first of these that is there.
    Latest(
        Option<(&'static str, &'static [&'static str])>,
        &'static [&'static str],
    ),
}

static GENERIC: Preset = Preset::NONE;

impl Preset {
    const NONE: Self = Self {
        name: "generic",
        title: "any table with headers",
        unverified: "",
        sign: Sign::Headers(&[]),
        columns: &[],
        only: &[],
        dates: None,
        whole: None,
        prefix: None,
        several: None,
        holds: &[],
    };

    /// Every preset, in the order in which a file is compared with them; the last is `generic`.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        k12::ALL
            .iter()
            .chain(college::ALL)
            .chain(std::iter::once(&GENERIC))
    }

    /// The preset of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|p| p.name.eq_ignore_ascii_case(name))
    }

    /// The preset of a file whose first row has these cells.
    pub(super) fn of(first: &[String], delimiter: Delimiter) -> &'static Self {
        // `generic` is of any.
        let is_of = |p: &&Self| p.is_of(first, delimiter);
        Self::all().find(is_of).unwrap_or(&GENERIC)
    }

    /// Whether a file whose first row has these cells may be of this preset.
    fn is_of(&self, first: &[String], delimiter: Delimiter) -> bool {
        let folded: Vec<String> = first.iter().map(|h| fold(h)).collect();
        let is_digits = |c: &String| !c.is_empty() && c.bytes().all(|b| b.is_ascii_digit());
        match &self.sign {
            Sign::Headers(lists) => lists
                .iter()
                .all(|list| list.iter().any(|h| folded.iter().any(|f| f == h))),
            Sign::Spelt(headers) => headers
                .iter()
                .all(|h| first.iter().any(|f| f.eq_ignore_ascii_case(h))),
            Sign::Cell(cell, _) => first.first().is_some_and(|c| c == cell),
            Sign::Columns {
                delimiter: by,
                width,
                digits,
            } => {
                delimiter == *by
                    && first.len() == *width
                    && digits.iter().all(|place| is_digits(&first[place - 1]))
            }
        }
    }

    /// Whether the first row is of headers.
    pub(super) fn has_headers(&self) -> bool {
        matches!(self.sign, Sign::Headers(_) | Sign::Spelt(_))
    }

    /// The columns of `field`: by header, or by place.
    pub(super) fn columns(&self, field: Field) -> impl Iterator<Item = Column> {
        let of_field = self.columns.iter().filter(move |(f, _)| *f == field);
        of_field.map(|(_, column)| *column)
    }

    /// Whether a cell of the hold column means that the student may not be passed on.
    #[must_use]
    pub fn is_held(&self, cell: &str) -> bool {
        let no = ["", "n", "no", "0", "false", "f", "none", "null"];
        if self.holds.is_empty() {
            !no.iter().any(|w| cell.eq_ignore_ascii_case(w))
        } else {
            self.holds.iter().any(|w| cell.eq_ignore_ascii_case(w))
        }
    }
}
