//! What was found of a file, kept for the file of the next year: `mapping.toml`.
//!
//! Names of columns only; nothing of a row.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::NEAR;
use super::{DateFormat, Delimiter, Field, Mapping, Preset, Table, fold};
use crate::error::{Error, Result};
use crate::owner::source::Encoding;

/// What the first line of the file says it is.
const FORMAT: &str = "blindlink-mapping-1";
/// The largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// The form of the file, key by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: String,
    preset: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    delimiter: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_format: Option<String>,
    /// Columns of a file, with headers or without.
    width: usize,
    /// BLAKE3 of the headers; absent where the file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    /// All headers; empty where the file has none.
    headers: Vec<String>,
    /// The headers of each field; an empty list says that there is no column for it.
    columns: BTreeMap<String, Vec<String>>,
}

/// What was found of an earlier file.
#[derive(Debug, Clone)]
pub struct SavedMapping {
    wire: Wire,
    preset: &'static Preset,
    encoding: Option<Encoding>,
    delimiter: Delimiter,
    date_format: Option<DateFormat>,
    columns: BTreeMap<Field, Vec<String>>,
}

/// How the header line differs from the one that was saved. Its `Display` is a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderChange {
    /// A column is there that was not.
    New(String),
    /// A column is gone that no field was taken from.
    Gone(String),
    /// A column is gone that a field was taken from, and the name nearest to its.
    FieldGone(Field, String, Option<String>),
    /// The character between two cells is another.
    Delimiter(Delimiter, Delimiter),
    /// The encoding is another.
    Encoding(&'static str, &'static str),
}

impl fmt::Display for HeaderChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New(new) => write!(f, "column \"{new}\" is new"),
            Self::Gone(gone) => write!(f, "column \"{gone}\" is gone; it was not read"),
            Self::FieldGone(field, gone, near) => {
                write!(f, "column \"{gone}\" ({}) is gone", field.noun())?;
                match near {
                    Some(near) => {
                        write!(f, "; if it is \"{near}\" now, say --map {field}=\"{near}\"")
                    }
                    None => Ok(()),
                }
            }
            Self::Delimiter(was, is) => {
                write!(
                    f,
                    "cells were divided by a {}, and are by a {}",
                    was.name(),
                    is.name()
                )
            }
            Self::Encoding(was, is) => write!(f, "the encoding was {was}, and is {is}"),
        }
    }
}

impl SavedMapping {
    /// What was found of `table`, which was opened with `mapping`.
    #[must_use]
    pub fn of(table: &Table, mapping: &Mapping) -> Self {
        let mut columns = BTreeMap::new();
        for field in Field::ALL {
            let headers: Vec<String> = table.columns().headers(field).map(str::to_owned).collect();
            if !headers.is_empty() || mapping.is_set(field) {
                columns.insert(field, headers);
            }
        }
        let headers = if table.has_headers() {
            table.headers().to_vec()
        } else {
            Vec::new()
        };
        let encoding = table.source().text().map(|t| t.encoding);
        let by_name = columns
            .iter()
            .map(|(f, h)| (f.name().to_owned(), h.clone()));
        let wire = Wire {
            format: FORMAT.to_owned(),
            preset: table.preset().name.to_owned(),
            encoding: encoding.map(|e| e.name().to_owned()),
            delimiter: table.delimiter().name().to_owned(),
            date_format: table.date_format().map(|f| f.name().to_owned()),
            width: table.headers().len(),
            fingerprint: (!headers.is_empty()).then(|| fingerprint(&headers)),
            headers,
            columns: by_name.collect(),
        };
        Self {
            preset: table.preset(),
            encoding,
            delimiter: table.delimiter(),
            date_format: table.date_format(),
            columns,
            wire,
        }
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read;
    /// [`Class::Input`](crate::error::Class::Input) if it is none, of another version, or has a key that is
    /// not known.
    pub fn read(path: &Path) -> Result<Self> {
        let io = |e| Error::io("read", path, e);
        if std::fs::metadata(path).map_err(io)?.len() > MAX_BYTES {
            return Err(Error::input(path, "too large for a saved mapping"));
        }
        let bytes = std::fs::read(path).map_err(io)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            Error::input(path, "expected a saved mapping in UTF-8, found other bytes")
        })?;
        Self::parse(text).map_err(|e| e.at(path))
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), as [`SavedMapping::read`].
    pub fn parse(text: &str) -> Result<Self> {
        const AGAIN: &str = "make it again with check --save-mapping";
        let wire: Wire = toml::from_str(text).map_err(|e| {
            let start = e.span().map_or(0, |s| s.start.min(text.len()));
            let line = text.as_bytes()[..start]
                .iter()
                .filter(|b| **b == b'\n')
                .count()
                + 1;
            Error::input("", format!("no saved mapping: {}", e.message()))
                .line(line as u64)
                .hint(AGAIN)
        })?;
        let bad = |problem: &str| Error::input("", problem).hint(AGAIN);
        if wire.format != FORMAT {
            return Err(bad("this version of a saved mapping is not known"));
        }
        let as_input = |e: Error| bad(e.problem());
        let preset =
            Preset::named(&wire.preset).ok_or_else(|| bad("there is no preset of that name"))?;
        let encoding = wire.encoding.as_deref().map(str::parse).transpose();
        let date_format = wire.date_format.as_deref().map(str::parse).transpose();
        let delimiter = wire.delimiter.parse().map_err(as_input)?;
        let mut columns = BTreeMap::new();
        for (name, headers) in &wire.columns {
            let field: Field = name.parse().map_err(as_input)?;
            // Of middle names those of aliases count too, where the own one is empty.
            let has_several = field.is_alias() || field == Field::Middle;
            if headers.len() > 1 && !has_several {
                return Err(bad("a field that is no alias has two columns"));
            }
            let known = |h: &String| wire.headers.is_empty() || wire.headers.contains(h);
            if !headers.iter().all(known) {
                return Err(bad("a field has a column that is not among the headers"));
            }
            columns.insert(field, headers.clone());
        }
        let made = (!wire.headers.is_empty()).then(|| fingerprint(&wire.headers));
        if made != wire.fingerprint || (made.is_some() && wire.headers.len() != wire.width) {
            return Err(bad(
                "the headers do not have the fingerprint that is stated",
            ));
        }
        Ok(Self {
            preset,
            encoding: encoding.map_err(as_input)?,
            delimiter,
            date_format: date_format.map_err(as_input)?,
            columns,
            wire,
        })
    }

    /// The text of the file.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) never, as far as is known: the form has only what TOML has.
    pub fn to_toml(&self) -> Result<String> {
        let body = toml::to_string(&self.wire)
            .map_err(|_| Error::internal("a saved mapping has no TOML form"))?;
        let mut text = String::from(
            "# What `blindlink check` found of a table: names of columns, nothing of a row.\n\
             # For next year's table: blindlink check TABLE --mapping THIS\n",
        );
        let _ = write!(text, "{body}");
        Ok(text)
    }

    pub(super) fn preset(&self) -> &'static Preset {
        self.preset
    }

    pub(super) fn date_format(&self) -> Option<DateFormat> {
        self.date_format
    }

    /// Whether the file had a line of headers, or is of a preset without.
    pub(super) fn has_headers(&self) -> bool {
        !self.wire.headers.is_empty() || !self.preset.has_headers()
    }

    /// `mapping` with the columns of this one where it says nothing, and how the headers differ.
    pub(super) fn settle(
        &self,
        mapping: &Mapping,
        path: &Path,
        headers: &[String],
        has_headers: bool,
    ) -> Result<(Mapping, Vec<HeaderChange>)> {
        let mut settled = mapping.clone();
        let mut changes = Vec::new();
        if !has_headers {
            if headers.len() != self.wire.width {
                let problem = format!(
                    "expected {} columns, as the saved mapping says, found {}",
                    self.wire.width,
                    headers.len()
                );
                return Err(Error::input(path, problem)
                    .line(1)
                    .hint("check it without --mapping, and save the mapping again"));
            }
            for (field, saved) in &self.columns {
                settled.fill(*field, or_none(saved.clone()));
            }
            return Ok((settled, changes));
        }
        let folded: Vec<String> = headers.iter().map(|h| fold(h)).collect();
        let is_there = |wanted: &String| headers.contains(wanted) || folded.contains(&fold(wanted));
        if !self.wire.headers.iter().any(is_there) {
            // PRIVACY: a first line that has nothing of the saved one may be a student: it is not shown.
            return Err(
                Error::input(path, "no header of the saved mapping is in the first line")
                    .line(1)
                    .hint("is it the table that the mapping was saved of?"),
            );
        }
        let known: Vec<String> = self.wire.headers.iter().map(|h| fold(h)).collect();
        let new: Vec<&String> = headers
            .iter()
            .filter(|h| !known.contains(&fold(h)))
            .collect();
        let mut lost = Vec::new();
        for (field, saved) in &self.columns {
            let (kept, gone): (Vec<String>, Vec<String>) =
                saved.iter().cloned().partition(is_there);
            for header in gone {
                let near = nearest(&header, &new);
                let change = HeaderChange::FieldGone(*field, header, near);
                let is_needed = matches!(
                    field,
                    Field::StudentId | Field::First | Field::Last | Field::Birthdate
                );
                if is_needed && !mapping.is_set(*field) {
                    lost.push(change);
                } else if !mapping.is_set(*field) {
                    changes.push(change);
                }
            }
            if saved.is_empty() || !kept.is_empty() {
                settled.fill(*field, or_none(kept));
            }
        }
        if let [first, more @ ..] = &lost[..] {
            let more = more.iter().map(ToString::to_string).collect();
            return Err(Error::input(path, first.to_string())
                .line(1)
                .details(more)
                .hint(
                    "name the column as it is now with --map, or check the table without --mapping",
                ));
        }
        let used = |h: &String| self.columns.values().any(|c| c.contains(h));
        let gone = self
            .wire
            .headers
            .iter()
            .filter(|h| !is_there(h) && !used(h));
        changes.extend(gone.map(|h| HeaderChange::Gone(h.clone())));
        changes.extend(new.into_iter().map(|h| HeaderChange::New(h.clone())));
        Ok((settled, changes))
    }

    /// How the file itself is written otherwise than the one that was saved.
    pub(super) fn form_changes(&self, table: &Table) -> Vec<HeaderChange> {
        let mut changes = Vec::new();
        let found = table.source().text().map(|t| t.encoding);
        if let (Some(was), Some(is)) = (self.encoding, found)
            && was != is
        {
            changes.push(HeaderChange::Encoding(was.name(), is.name()));
        }
        if self.delimiter != table.delimiter() && found.is_some() {
            changes.push(HeaderChange::Delimiter(self.delimiter, table.delimiter()));
        }
        changes
    }
}

/// No column at all is the one of the empty name.
fn or_none(headers: Vec<String>) -> Vec<String> {
    if headers.is_empty() {
        vec![String::new()]
    } else {
        headers
    }
}

fn nearest(gone: &str, new: &[&String]) -> Option<String> {
    let gone = fold(gone);
    let scored = new
        .iter()
        .map(|h| (strsim::jaro_winkler(&gone, &fold(h)), *h));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score >= NEAR)
        .map(|(_, h)| h.clone())
}

fn fingerprint(headers: &[String]) -> String {
    let mut hasher = blake3::Hasher::new();
    for header in headers {
        hasher.update(&(header.len() as u64).to_le_bytes());
        hasher.update(header.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}
