//! The form of an export - columns, delimiter, dates, encoding - to write made-up students in.

use std::path::Path;

use super::preset::{Column, Sign};
use super::rows::Rows;
use super::{Birth, DateFormat, Delimiter, Field, Mapping, Preset, Record, Table, fold, headers};
use crate::error::{Error, Result};
use crate::owner::source::Encoding;

/// The fields that are written.
const FIELDS: [Field; 7] = [
    Field::StudentId,
    Field::First,
    Field::Middle,
    Field::Last,
    Field::Suffix,
    Field::Birthdate,
    Field::Gender,
];

/// How the tables of a system look.
#[derive(Debug, Clone)]
pub struct Form {
    headers: Option<Vec<String>>,
    width: usize,
    places: Vec<(Field, usize)>,
    /// What stands in every row.
    constants: Vec<(usize, &'static str)>,
    delimiter: Delimiter,
    dates: DateFormat,
    encoding: Encoding,
}

impl Form {
    /// The form of the table at `path`. Its rows are looked at as [`Table::open`] does, and not kept.
    ///
    /// # Errors
    /// As [`Table::open`].
    pub fn of_table(path: &Path, mapping: &Mapping) -> Result<Self> {
        let table = Table::open(path, mapping)?;
        let mut rows = Rows::open(table.rows.layout())?;
        let first = rows.headers()?;
        let has_headers = table.preset.has_headers() && mapping.has_headers();
        let places = FIELDS.into_iter();
        let places = places.filter_map(|f| Some((f, table.columns.index(f)?)));
        let mut form = Self {
            // Not of the first line: in some exports that is a record of another kind.
            width: table.headers.len(),
            headers: has_headers.then_some(first),
            places: places.collect(),
            constants: table.only.iter().map(|(i, words)| (*i, words[0])).collect(),
            delimiter: table.delimiter(),
            dates: table.date_format().unwrap_or(DateFormat::Iso),
            encoding: table.source().text().map_or(Encoding::Utf8, |t| t.encoding),
        };
        if let Sign::Cell(_, record) = table.preset.sign {
            form.constants.push((0, record));
        }
        Ok(form)
    }

    /// The form of a preset, in UTF-8, with its usual columns.
    #[must_use]
    pub fn of_preset(preset: &'static Preset) -> Self {
        let (mut names, mut places, mut constants) = (Vec::new(), Vec::new(), Vec::new());
        let mut width = 0;
        // Of the headers that a field may have, one by which the preset is known.
        let usual = |field| {
            let all = headers::of(field);
            let is_sign = |h: &&&str| match &preset.sign {
                Sign::Headers(lists) => lists.iter().any(|list| list.contains(*h)),
                _ => false,
            };
            *all.iter().find(is_sign).unwrap_or(&all[0])
        };
        for field in FIELDS {
            match preset.columns(field).next() {
                Some(Column::Place(place)) => {
                    places.push((field, place - 1));
                    width = width.max(place);
                }
                Some(Column::Header(header)) => {
                    places.push((field, names.len()));
                    names.push(header);
                }
                None if preset.has_headers() => {
                    places.push((field, names.len()));
                    names.push(usual(field));
                }
                None => {}
            }
        }
        match &preset.sign {
            Sign::Headers(lists) => {
                for list in *lists {
                    if !list.iter().any(|h| names.contains(h)) {
                        names.push(list[0]);
                    }
                }
                for (header, words) in preset.only {
                    constants.push((names.len(), words[0]));
                    names.push(header);
                }
                width = names.len();
            }
            Sign::Cell(_, record) => constants.push((0, record)),
            Sign::Spelt(headers) => {
                for header in *headers {
                    match names.iter_mut().find(|n| **n == fold(header)) {
                        Some(name) => *name = header,
                        None => names.push(header),
                    }
                }
                width = names.len();
            }
            Sign::Columns { width: columns, .. } => width = *columns,
        }
        let names = names.into_iter().map(str::to_owned).collect();
        Self {
            headers: preset.has_headers().then_some(names),
            width,
            places,
            constants,
            delimiter: match preset.sign {
                Sign::Headers(_) | Sign::Spelt(_) => Delimiter::Comma,
                Sign::Cell(..) => Delimiter::Caret,
                Sign::Columns { delimiter, .. } => delimiter,
            },
            dates: preset.dates.unwrap_or(DateFormat::Iso),
            encoding: Encoding::Utf8,
        }
    }

    /// How dates are written in it.
    #[must_use]
    pub fn dates(&self) -> DateFormat {
        self.dates
    }

    /// `records` as a file of this form.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if there is no memory for it.
    pub fn write(&self, records: &[Record]) -> Result<Vec<u8>> {
        let failed = |_| Error::internal("a made-up table cannot be laid out");
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.delimiter.byte())
            .from_writer(Vec::new());
        if let Some(headers) = &self.headers {
            writer.write_record(headers).map_err(failed)?;
        }
        for record in records {
            let mut cells = vec![String::new(); self.width];
            for (field, place) in &self.places {
                cells[*place] = self.cell(*field, record);
            }
            for (place, word) in &self.constants {
                (*word).clone_into(&mut cells[*place]);
            }
            writer.write_record(&cells).map_err(failed)?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|_| Error::internal("a made-up table cannot be laid out"))?;
        let text = String::from_utf8_lossy(&bytes);
        let wide = |bytes: fn(u16) -> [u8; 2]| {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(bytes).collect()
        };
        Ok(match self.encoding {
            Encoding::Utf8 => text.into_owned().into_bytes(),
            Encoding::Utf16Le => wide(u16::to_le_bytes),
            Encoding::Utf16Be => wide(u16::to_be_bytes),
            Encoding::Windows1252 => {
                // What this encoding does not have becomes a question mark, as in most systems.
                let has = |c: &char| {
                    let mut buffer = [0; 4];
                    !encoding_rs::WINDOWS_1252
                        .encode(c.encode_utf8(&mut buffer))
                        .2
                };
                let text: String = text
                    .chars()
                    .map(|c| if has(&c) { c } else { '?' })
                    .collect();
                encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
            }
        })
    }

    fn cell(&self, field: Field, record: &Record) -> String {
        match field {
            Field::StudentId => record.student_id.clone(),
            Field::First => record.first.clone(),
            Field::Middle => record.middle.clone(),
            Field::Last => record.last.clone(),
            Field::Suffix => record.suffix.clone(),
            Field::Gender => record.gender.clone(),
            Field::Birthdate => match record.birthdate {
                Birth::Known(date) => {
                    let (y, m, d) = (date.year(), date.month(), date.day());
                    match self.dates {
                        DateFormat::MonthDayYear => format!("{m:02}/{d:02}/{y:04}"),
                        DateFormat::DayMonthYear => format!("{d:02}/{m:02}/{y:04}"),
                        DateFormat::Compact => format!("{y:04}{m:02}{d:02}"),
                        DateFormat::Year => format!("{y:04}"),
                        // A number of days would be read as well as a date, and tells less to who looks.
                        _ => format!("{y:04}-{m:02}-{d:02}"),
                    }
                }
                Birth::Year(year) => format!("{year:04}"),
                Birth::Missing | Birth::Invalid => String::new(),
            },
            _ => String::new(),
        }
    }
}
