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
mod form;
mod guard;
mod headers;
mod ids;
mod input;
mod mapping;
mod names;
mod opt_outs;
mod parquet_rows;
mod preset;
mod roster;
mod rows;
mod saved;
mod several;
mod sniff;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

pub use bad_rows::{BadRow, BadRows, Fault, MAX_BAD};
pub use cells::each_cell;
pub use columns::Columns;
pub use cut::CutColumn;
pub use dates::DateFormat;
pub use form::Form;
pub use ids::is_mangled_id;
pub use mapping::{Delimiter, Field, Mapping};
pub use opt_outs::{Exclude, OptOut, OptOuts};
pub use preset::Preset;
pub use saved::{HeaderChange, SavedMapping};

use crate::error::{Error, Result, Shape};
pub use crate::owner::source::Encoding;
use crate::owner::source::Source;
use crate::units::BirthDate;
use cut::Lengths;
use headers::fold;
use input::Input;
use names::{NameColumns, Packed};
use preset::Sign;
use roster::{Demographics, Roles};
use rows::{Layout, Rows};
use several::{Grouped, Part};

/// The largest record that is read: 1 MiB of text, line breaks inside quotes included.
pub const MAX_RECORD_BYTES: usize = guard::MAX_RECORD;

/// How alike two words must be (Jaro-Winkler), folded headers or names of fields, for one to be offered instead of the other.
const NEAR: f64 = 0.8;

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
    /// Opens the file, archive or folder at `path`, finds the students in it, their columns, and how dates
    /// are written.
    ///
    /// A text is read once to find its encoding. Where `mapping` does not set the date format, the birthdate
    /// column is read once from the start: as far as needed, at least 200,000 rows where there are so many.
    /// Where a student may have several rows, all are read once, and the names of each student are in memory;
    /// so are the birthdates that stand in another table.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the file cannot be read;
    /// [`Class::Input`](crate::error::Class::Input) if it is empty, holds no row after the header,
    /// is no table, has a column twice or not at all, or dates that can be read in
    /// two ways; [`Class::Usage`](crate::error::Class::Usage) if `mapping` uses one column twice.
    pub fn open(path: &Path, mapping: &Mapping) -> Result<Self> {
        let input = Input::find(path, mapping)?;
        let mut plain = Layout::of(&input.students, mapping, None)?;
        let mut headers = Rows::open(&plain)?.headers()?;
        let preset = mapping
            .preset()
            .unwrap_or_else(|| Preset::of(&headers, plain.delimiter));
        let has_headers = preset.has_headers() && mapping.has_headers();
        let open = |layout: &Layout| -> Result<Rows> {
            let mut rows = Rows::open(layout)?;
            if has_headers {
                rows.headers()?;
            }
            Ok(rows)
        };
        if let Sign::Cell(_, record) = preset.sign {
            plain.record = Some(record);
        }
        let mut rows = open(&plain)?;
        let is_there = rows.advance()?;
        if !has_headers {
            // The first row may be of another kind, with fewer cells than one of a student.
            headers = columns::numbered(rows.width());
        }
        let (mapping, changes) = match mapping.saved() {
            Some(saved) => saved.settle(mapping, rows.path(), &headers, has_headers)?,
            None => (mapping.clone(), Vec::new()),
        };
        let mapping = &mapping;
        let columns = Columns::choose(rows.path(), &headers, preset, mapping)?;
        if let Sign::Columns { width, .. } = preset.sign
            && headers.len() != width
        {
            let problem = format!(
                "expected {width} columns, as {} has, found {}",
                preset.name,
                headers.len()
            );
            return Err(Error::input(rows.path(), problem).line(rows.line()));
        }
        let folded: Vec<String> = headers.iter().map(|h| fold(h)).collect();
        let find = |h: &str| folded.iter().position(|f| f == h);
        let join = roster::ID.into_iter().find_map(find);
        let is_roster = preset.name.starts_with("oneroster");
        if is_roster && find("role").is_none() && input.roles.is_none() {
            return Err(Error::input(
                rows.path(),
                "it holds all users, and neither a column role nor a roles.csv beside it says who is a student",
            )
            .hint("ask for a OneRoster export with roles; of a file of students alone, say --preset generic"));
        }
        let has_births = columns.index(Field::Birthdate).is_some() || input.demographics.is_some();
        if is_roster && !has_births && !mapping.is_set(Field::Birthdate) {
            return Err(
                Error::input(rows.path(), "there is no demographics.csv beside it, and so no birthdate")
                    .hint("ask for a OneRoster export with demographics; to go on without, say --map birthdate="),
            );
        }
        if !is_there {
            rows.bad().check(0.0, rows.path())?;
            return Err(Error::input(
                rows.path(),
                "the file holds a header line and no row after it",
            )
            .hint("export it again, with the students"));
        }
        let date_format = match (mapping.date_format(), columns.index(Field::Birthdate)) {
            (_, None) => None,
            (Some(format), Some(_)) => Some(format),
            (None, Some(index)) => {
                let header = columns.header(Field::Birthdate).unwrap_or_default();
                date_column::decide(open(&plain)?, index, header, preset.dates)?
            }
        };
        let who = NameColumns::of(&columns, preset, find);
        let grouped = match &preset.several {
            Some(several) => Grouped::of(open(&plain)?, &headers, &columns, &who, preset, several)?,
            None => None,
        };
        let demographics = match &input.demographics {
            Some(source) if join.is_some() && columns.index(Field::Birthdate).is_none() => {
                let layout = Layout::of(source, mapping, None)?;
                Some(Demographics::read(&layout, mapping.date_format())?)
            }
            _ => None,
        };
        let roles = match &input.roles {
            Some(source) if is_roster && find("role").is_none() => {
                Some(Roles::read(&Layout::of(source, mapping, None)?)?)
            }
            _ => None,
        };
        let only = preset.only.iter();
        let only = only
            .filter_map(|(h, words)| Some((find(h)?, *words)))
            .collect();
        let names = [Field::First, Field::Middle, Field::Last];
        let names = names
            .into_iter()
            .chain([Field::AliasFirst, Field::AliasLast]);
        let names = names
            .flat_map(|field| columns.of(field))
            .map(|(index, header)| (*index, header.clone(), Lengths::new()))
            .collect();
        let mut table = Self {
            rows,
            headers,
            changes,
            columns,
            preset,
            has_headers: has_headers || input.students.text().is_none(),
            date_format,
            most_bad: mapping.most_bad(),
            grouped,
            join,
            demographics,
            roles,
            files: input.files(),
            who,
            other_rows: 0,
            not_students: 0,
            only,
            names,
            waiting: true,
        };
        if let Some(saved) = mapping.saved() {
            let of_form = saved.form_changes(&table);
            table.changes.extend(of_form);
        }
        Ok(table)
    }

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
        // Numbers are given to columns without headers only, or are what the file itself says.
        self.headers != columns::numbered(self.headers.len())
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

    /// Reads the next row into `record`, whose memory is used again. `false` at the end of the file,
    /// when `record` is left as it was.
    ///
    /// # Errors
    /// As [`Table::records`].
    pub fn read(&mut self, record: &mut Record) -> Result<bool> {
        loop {
            if !self.waiting && !self.rows.advance()? {
                self.rows.bad().check(self.most_bad, self.rows.path())?;
                return Ok(false);
            }
            self.waiting = false;
            if self.take(record)? {
                return Ok(true);
            }
        }
    }

    /// Puts the current row into `record`, if it is that of a student.
    fn take(&mut self, record: &mut Record) -> Result<bool> {
        if !self.is_student()? {
            self.not_students += 1;
            return Ok(false);
        }
        let part = match &self.grouped {
            Some(grouped) => grouped.part(&self.rows)?,
            None => Part::Main(Vec::new(), false),
        };
        let (others, is_held) = match part {
            Part::Main(others, is_held) => (others, is_held),
            Part::Other => {
                self.other_rows += 1;
                return Ok(false);
            }
            Part::Nobody => {
                self.not_students += 1;
                return Ok(false);
            }
        };
        record.line = self.rows.line();
        let names = self.who.read(&self.rows)?;
        for (text, value) in [
            (&mut record.student_id, self.cell(Field::StudentId)?),
            (&mut record.first, names.first),
            (&mut record.middle, names.middle),
            (&mut record.last, &names.last),
            (&mut record.suffix, self.cell(Field::Suffix)?),
            (&mut record.gender, self.cell(Field::Gender)?),
            (&mut record.grade, self.cell(Field::Grade)?),
        ] {
            text.clear();
            text.push_str(value);
        }
        record.is_held = is_held || self.preset.is_held(self.cell(Field::Hold)?);
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
        record.former_ids.clear();
        for packed in others.into_iter().flat_map(|row| self.who.unpack(row)) {
            match packed {
                Packed::Id(id) if id != record.student_id => {
                    add(&mut record.former_ids, id);
                }
                Packed::First(name) if name != record.first => add(&mut record.alias_first, name),
                Packed::Last(name) if name != record.last => add(&mut record.alias_last, name),
                _ => {}
            }
        }
        if let Some(demographics) = &self.demographics {
            let (birthdate, sex) = demographics.of(self.joined()?);
            record.birthdate = birthdate;
            if record.gender.is_empty() {
                record.gender.push_str(sex);
            }
        }
        Ok(true)
    }

    /// Whether the current row is that of a student, by what its person is.
    fn is_student(&self) -> Result<bool> {
        for (index, words) in &self.only {
            let cell = self.rows.cell(*index, || "")?;
            if !words.iter().any(|w| cell.eq_ignore_ascii_case(w)) {
                return Ok(false);
            }
        }
        match &self.roles {
            Some(roles) => Ok(roles.is_student(self.joined()?)),
            None => Ok(true),
        }
    }

    /// The cell by which the tables beside this one belong to the current row.
    fn joined(&self) -> Result<&str> {
        match self.join {
            Some(index) => self.rows.cell(index, || "sourcedId"),
            None => Ok(""),
        }
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
    /// Each item may be [`Class::Input`](crate::error::Class::Input), with its line: a quotation mark that is
    /// never closed, a NUL byte, a record of more than [`MAX_RECORD_BYTES`]; at the end, that more rows than
    /// may be could not be divided into their cells; or
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

/// Adds a text that is not empty and not there yet.
fn add(texts: &mut Vec<String>, text: &str) {
    if !text.is_empty() && !texts.iter().any(|t| t == text) {
        texts.push(text.to_owned());
    }
}
