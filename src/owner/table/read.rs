//! Reading a table: from rows to the records of students.

#[cfg(doc)]
use super::MAX_RECORD_BYTES;
use super::names::Packed;
use super::several::Part;
use super::{Birth, Field, Record, Table};
use crate::error::Result;

impl Table {
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
        // Most have no column; but a cell may hold all names, and other rows and tables have some too.
        self.undeclared.iter().for_each(|f| record.forget(*f));
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

    pub(super) fn cell(&self, field: Field) -> Result<&str> {
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
