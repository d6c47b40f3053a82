//! Delimited text to [`Record`]s, each with its line.
//!
//! Owns: finding out of what system a file is, its delimiter, its columns and the format of its dates, and
//! reading it row by row, in constant memory but for what belongs to one student and stands apart. Columns
//! that no [`Field`] takes are dropped unseen.
//!
//! Imports: `error`, `owner::source`, `units`.
//!
//! Invariants: an unsound file is refused, never guessed at; a row that cannot be read is left out and counted,
//! up to a share; no message holds a cell, only its place. Header names do appear in messages, but only once the first line has proved to be a
//! header line, so that a file without one does not show its first person.

mod bad_rows;
mod cells;
mod columns;
mod cut;
mod date_column;
mod dates;
mod delimiter;
mod field;
mod form;
mod guard;
mod headers;
mod ids;
mod input;
mod mapping;
mod names;
mod open;
mod opt_outs;
mod parquet_rows;
mod preset;
mod read;
mod record;
mod roster;
mod rows;
mod saved;
mod several;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

pub use bad_rows::{BadRow, BadRows, Fault, MAX_BAD};
pub use cells::each_cell;
pub use columns::Columns;
pub use cut::CutColumn;
pub use dates::DateFormat;
pub use delimiter::Delimiter;
pub use field::Field;
pub use form::Form;
pub use ids::is_mangled_id;
pub use mapping::Mapping;
pub use opt_outs::{Exclude, OptOut, OptOuts};
pub use preset::Preset;
pub use record::{Birth, Record};
pub use saved::{HeaderChange, SavedMapping};

use crate::error::{Result, Shape};
pub use crate::owner::source::Encoding;
use crate::owner::source::Source;
use cut::Lengths;
use headers::fold;
use names::NameColumns;
use roster::{Demographics, Roles};
use rows::Rows;
use several::Grouped;

/// The largest record that is read: 1 MiB of text, line breaks inside quotes included.
pub const MAX_RECORD_BYTES: usize = guard::MAX_RECORD;

/// How alike two words must be (Jaro-Winkler), folded headers or names of fields, for one to be offered instead of the other.
const NEAR: f64 = 0.8;

/// What a file was found to be, or read as since the user said so.
#[derive(Debug, Clone)]
pub struct Found {
    /// The encoding of the text and what divides its cells; `None` of a Parquet file.
    pub text: Option<(Encoding, Delimiter)>,
    /// The export that it was taken for.
    pub preset: &'static Preset,
    /// The name of the table in its archive, where it is one.
    pub member: Option<String>,
    /// Whether its first row names the columns.
    pub has_headers: bool,
    /// Characters that are not of the encoding and are read as U+FFFD.
    pub damaged: u64,
    /// The line of the first of them.
    pub first_damage: Option<u64>,
}

/// An opened file: its columns are found and the format of its dates is decided.
pub struct Table {
    rows: Rows,
    headers: Vec<String>,
    changes: Vec<HeaderChange>,
    columns: Columns,
    preset: &'static Preset,
    has_headers: bool,
    date_format: Option<DateFormat>,
    most_bad: f64,
    /// The rows of each student, where there may be several.
    grouped: Option<Grouped>,
    /// By which column tables that stand beside this one belong to it.
    join: Option<usize>,
    /// Birthdates that stand in another table.
    demographics: Option<Demographics>,
    /// Who is a student, where another table says it.
    roles: Option<Roles>,
    /// The files that all of it is read from.
    files: Vec<PathBuf>,
    who: NameColumns,
    other_rows: u64,
    not_students: u64,
    /// The other columns of words that decide which rows are students.
    only: Vec<(usize, &'static [&'static str])>,
    /// The columns of names, with the lengths of what was read in them so far.
    names: Vec<(usize, String, Lengths)>,
    /// What of a row is not given out, wherever it was found.
    undeclared: Vec<Field>,
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
    /// The file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.rows.path()
    }

    /// The headers of all columns, as the file spells them; `#1` and so on, if it has none.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Whether the first line is one of headers.
    #[must_use]
    pub fn has_headers(&self) -> bool {
        self.has_headers
    }

    /// How the headers differ from those of a mapping that was saved ([`Mapping::with_saved`]).
    #[must_use]
    pub fn header_changes(&self) -> &[HeaderChange] {
        &self.changes
    }

    /// What stands in the column of `field` in the row that was read last, without its content; `None`
    /// without such a column.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if the file has changed since it was opened.
    pub fn shape(&self, field: Field) -> Result<Option<Shape>> {
        let is_there = self.columns.index(field).is_some();
        is_there
            .then(|| self.cell(field).map(Shape::of))
            .transpose()
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
        self.rows.layout().delimiter
    }

    /// Where the students were read from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.rows.layout().source
    }

    /// The export that the file was taken for.
    #[must_use]
    pub fn preset(&self) -> &'static Preset {
        self.preset
    }

    /// The files that it is read from: more than one where birthdates and roles stand in tables of their own.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What the file was found to be.
    #[must_use]
    pub fn found(&self) -> Found {
        let source = self.source();
        let text = source.text();
        Found {
            text: text.map(|t| (t.encoding, self.delimiter())),
            preset: self.preset,
            member: source.member().map(str::to_owned),
            has_headers: self.has_headers,
            damaged: text.map_or(0, |t| t.damaged),
            first_damage: text.and_then(|t| t.first_damage),
        }
    }

    /// The rows so far that hold another name of a student whose own row is another one.
    #[must_use]
    pub fn other_rows(&self) -> u64 {
        self.other_rows
    }

    /// The rows so far of people who are no students: teachers, or former ids whose present row is not there.
    #[must_use]
    pub fn not_students(&self) -> u64 {
        self.not_students
    }

    /// The rows that were left out so far, since they could not be divided into their cells.
    #[must_use]
    pub fn bad_rows(&self) -> &BadRows {
        self.rows.bad()
    }
}
