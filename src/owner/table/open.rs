//! Opening a table: of what system it is, which columns are which fields, how its dates are written, and what
//! beside it belongs to it.

use std::path::Path;

use super::cut::Lengths;
use super::headers::fold;
use super::input::Input;
use super::names::NameColumns;
use super::preset::Sign;
use super::roster::{Demographics, Roles};
use super::rows::{Layout, Rows};
use super::several::Grouped;
use super::{Columns, Field, Mapping, Preset, Table, columns, date_column, roster};
use crate::error::{Error, Result};

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
        if is_roster {
            let has_births =
                columns.index(Field::Birthdate).is_some() || input.demographics.is_some();
            check_roster(
                rows.path(),
                find("role").is_some() || input.roles.is_some(),
                has_births
                    || mapping.is_set(Field::Birthdate)
                    || !mapping.is_declared(Field::Birthdate),
            )?;
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
            Some(source)
                if join.is_some()
                    && columns.index(Field::Birthdate).is_none()
                    && mapping.is_declared(Field::Birthdate) =>
            {
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
            undeclared: mapping.undeclared().to_vec(),
            waiting: true,
        };
        if let Some(saved) = mapping.saved() {
            let of_form = saved.form_changes(&table);
            table.changes.extend(of_form);
        }
        Ok(table)
    }
}

/// Fails if an export of OneRoster does not say who is a student, or when anybody was born.
fn check_roster(path: &Path, has_roles: bool, has_births: bool) -> Result<()> {
    if !has_roles {
        return Err(Error::input(
            path,
            "it holds all users, and neither a column role nor a roles.csv beside it says who is a student",
        )
        .hint("ask for a OneRoster export with roles; of a file of students alone, say --preset generic"));
    }
    if !has_births {
        return Err(Error::input(
            path,
            "there is no demographics.csv beside it, and so no birthdate",
        )
        .hint(
            "ask for a OneRoster export with demographics; to go on without, say --map birthdate=",
        ));
    }
    Ok(())
}
