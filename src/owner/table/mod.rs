//! Delimited text to [`Record`]s, each with its line.
//!
//! Owns: opening a file, finding its delimiter, its columns and the format of its dates, and
//! reading it row by row in constant memory. Columns that no [`Field`] takes are dropped unseen.
//!
//! Imports: `error`, `units`.
//!
//! Invariants: an unsound file is refused, never guessed at; no message holds a cell, only its
//! place. Header names do appear in messages, but only once the first line has proved to be a
//! header line, so that a file without one does not show its first person.

mod columns;
mod cut;
mod date_column;
mod dates;
mod guard;
mod headers;
mod mapping;
mod rows;
mod sniff;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

pub use columns::Columns;
pub use cut::CutColumn;
pub use dates::DateFormat;
pub use mapping::{Delimiter, Field, Mapping};

use crate::error::{Error, Result};
use crate::units::BirthDate;
use cut::Lengths;
use rows::Rows;

/// The largest record that is read: 1 MiB of text, line breaks inside quotes included.
pub const MAX_RECORD_BYTES: usize = guard::MAX_RECORD;

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
    /// The birthdate.
    pub birthdate: Birth,
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

/// An opened file: its columns are found and the format of its dates is decided.
pub struct Table {
    rows: Rows,
    columns: Columns,
    date_format: Option<DateFormat>,
    /// The columns of names, with the lengths of what was read in them so far.
    names: Vec<(usize, String, Lengths)>,
    /// The first data row was read to see that there is one, and has not been given out yet.
    waiting: bool,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("path", &self.path())
            .field("columns", &self.columns)
            .field("date_format", &self.date_format)
            .finish_non_exhaustive()
    }
}

impl Table {
    /// Opens the file at `path`, finds its columns, and decides how its dates are written.
    ///
    /// Where `mapping` does not set the date format, the birthdate column is read once from the
    /// start: as far as needed, at least 200,000 rows where there are so many.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the file cannot be read;
    /// [`Class::Input`](crate::error::Class::Input) if it is empty, holds no row after the header,
    /// is not delimited text, has a column twice or not at all, or dates that can be read in
    /// two ways; [`Class::Usage`](crate::error::Class::Usage) if `mapping` uses one column twice.
    pub fn open(path: &Path, mapping: &Mapping) -> Result<Self> {
        let head = sniff::head(path, mapping.delimiter())?;
        let mut rows = Rows::open(path, &head)?;
        let columns = Columns::choose(path, &rows.headers()?, mapping)?;
        if rows.advance()?.is_none() {
            return Err(
                Error::input(path, "the file holds a header line and no row after it")
                    .hint("export it again, with the students"),
            );
        }
        let date_format = match (mapping.date_format(), columns.index(Field::Birthdate)) {
            (_, None) => None,
            (Some(format), Some(_)) => Some(format),
            (None, Some(index)) => {
                let header = columns.header(Field::Birthdate).unwrap_or_default();
                date_column::decide(Rows::open(path, &head)?, index, header)?
            }
        };
        let names = [Field::First, Field::Middle, Field::Last];
        let names = names
            .into_iter()
            .chain([Field::AliasFirst, Field::AliasLast]);
        let names = names
            .flat_map(|field| columns.of(field))
            .map(|(index, header)| (*index, header.clone(), Lengths::new()))
            .collect();
        Ok(Self {
            rows,
            columns,
            date_format,
            names,
            waiting: true,
        })
    }

    /// The file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.rows.path()
    }

    /// Which column of the file was taken for each field.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How the birthdates are written; `None` without such a column, or if all its cells are empty.
    #[must_use]
    pub fn date_format(&self) -> Option<DateFormat> {
        self.date_format
    }

    /// The columns of names that seem to have been cut at a fixed length, as far as the file was read.
    /// Empty is no proof that none was.
    #[must_use]
    pub fn cut_columns(&self) -> Vec<CutColumn> {
        let cut = |(_, header, lengths): &(usize, String, Lengths)| {
            let (letters, rows) = lengths.cut()?;
            Some(CutColumn {
                header: header.clone(),
                letters,
                rows,
            })
        };
        self.names.iter().filter_map(cut).collect()
    }

    /// The character between two cells.
    #[must_use]
    pub fn delimiter(&self) -> Delimiter {
        self.rows.delimiter()
    }

    /// Reads the next row into `record`, whose memory is used again. `false` at the end of the file,
    /// when `record` is left as it was.
    ///
    /// # Errors
    /// As [`Table::records`].
    pub fn read(&mut self, record: &mut Record) -> Result<bool> {
        if !self.waiting && self.rows.advance()?.is_none() {
            return Ok(false);
        }
        self.waiting = false;
        record.line = self.rows.line();
        for (field, text) in [
            (Field::StudentId, &mut record.student_id),
            (Field::First, &mut record.first),
            (Field::Middle, &mut record.middle),
            (Field::Last, &mut record.last),
            (Field::Suffix, &mut record.suffix),
            (Field::Gender, &mut record.gender),
        ] {
            text.clear();
            text.push_str(self.cell(field)?);
        }
        for (field, texts) in [
            (Field::AliasFirst, &mut record.alias_first),
            (Field::AliasLast, &mut record.alias_last),
        ] {
            let columns = self.columns.of(field);
            texts.resize_with(columns.len(), String::new);
            for (text, (index, header)) in texts.iter_mut().zip(columns) {
                text.clear();
                text.push_str(self.rows.cell(*index, || header.as_str())?);
            }
        }
        for (index, header, lengths) in &mut self.names {
            lengths.add(self.rows.cell(*index, || header.as_str())?);
        }
        record.birthdate = match self.date_format {
            Some(format) => format.read(self.cell(Field::Birthdate)?),
            None => Birth::Missing,
        };
        Ok(true)
    }

    /// Replaces the content of `batch` by the next rows, at most `n`; returns how many there are,
    /// 0 only at the end of the file (or for `n` = 0). The memory of the records in `batch` is used again.
    ///
    /// # Errors
    /// As [`Table::records`]; what `batch` then holds is not specified.
    pub fn next_batch(&mut self, n: usize, batch: &mut Vec<Record>) -> Result<usize> {
        for i in 0..n {
            if i == batch.len() {
                batch.push(Record::default());
            }
            if !self.read(&mut batch[i])? {
                batch.truncate(i);
                return Ok(i);
            }
        }
        batch.truncate(n);
        Ok(n)
    }

    /// The rows in the order of the file. After an error there are no more.
    ///
    /// # Errors
    /// Each item may be [`Class::Input`](crate::error::Class::Input), with its line: a row with
    /// more or fewer cells than the header, faulty quoting, a NUL byte, a record of more than
    /// [`MAX_RECORD_BYTES`], a chosen cell that is not UTF-8; or
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn records(mut self) -> impl Iterator<Item = Result<Record>> {
        let mut ended = false;
        std::iter::from_fn(move || {
            if ended {
                return None;
            }
            let mut record = Record::default();
            match self.read(&mut record) {
                Ok(true) => Some(Ok(record)),
                Ok(false) => {
                    ended = true;
                    None
                }
                Err(e) => {
                    ended = true;
                    Some(Err(e))
                }
            }
        })
    }

    fn cell(&self, field: Field) -> Result<&str> {
        match self.columns.index(field) {
            Some(index) => self
                .rows
                .cell(index, || self.columns.header(field).unwrap_or_default()),
            None => Ok(""),
        }
    }
}

/// Where a file is and how it must be read, found out before its first row.
struct Head {
    path: PathBuf,
    /// Bytes of the byte-order mark, to be skipped.
    skip: u64,
    delimiter: Delimiter,
}
