//! What a row of a table is: the cells of one student.

use std::fmt;

use super::Field;
use crate::units::BirthDate;

/// One row of the file: the chosen cells, trimmed, otherwise as the file spells them.
///
/// A field without a column, and an empty cell, are the empty text.
///
/// # Privacy
/// Personal data. Its `Debug` shows the line only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The line on which the row starts, from 1, counting the header.
    pub line: u64,
    /// The owner's own name of the record; may be empty, which the caller decides about.
    pub student_id: String,
    /// First or given names.
    pub first: String,
    /// Middle name or initial.
    pub middle: String,
    /// Last or family names.
    pub last: String,
    /// Generation suffix, such as Jr.
    pub suffix: String,
    /// Gender or sex, in the file's own code.
    pub gender: String,
    /// Other given names: one cell for each column that holds them.
    pub alias_first: Vec<String>,
    /// Other last names: one cell for each column that holds them.
    pub alias_last: Vec<String>,
    /// The grade or school year, in the file's own code.
    pub grade: String,
    /// The student, or a parent, has opted out of being passed on, by the column for that. Of several rows of a
    /// student one is enough.
    pub is_held: bool,
    /// Other ids of the student, by other rows of the same.
    pub former_ids: Vec<String>,
    /// The birthdate.
    pub birthdate: Birth,
}

impl Record {
    /// Empties `field`.
    pub(super) fn forget(&mut self, field: Field) {
        match field {
            Field::StudentId => self.student_id.clear(),
            Field::First => self.first.clear(),
            Field::Middle => self.middle.clear(),
            Field::Last => self.last.clear(),
            Field::Suffix => self.suffix.clear(),
            Field::Birthdate => self.birthdate = Birth::Missing,
            Field::Gender => self.gender.clear(),
            Field::AliasFirst => self.alias_first.clear(),
            Field::AliasLast => self.alias_last.clear(),
            Field::Grade => self.grade.clear(),
            Field::Hold => self.is_held = false,
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// What a birthdate cell holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Birth {
    /// A date that exists, in the format of the column.
    Known(BirthDate),
    /// A year alone, or the year of a date whose day is written as 00 or 99.
    Year(u16),
    /// No column, an empty cell, only zeros and punctuation, or a word such as `NULL`.
    #[default]
    Missing,
    /// Something else: a date that does not exist (30 February) or of another format. Not an error
    /// of the file; the caller counts it, with [`Record::line`].
    Invalid,
}
