//! What the user may set: which header is which field, and how the file is to be read.

use super::{DateFormat, Delimiter, Field, MAX_BAD, Preset, SavedMapping};
use crate::error::{Error, Result};
use crate::owner::source::Encoding;

/// What the user sets by hand; everything else is found out from the file.
#[derive(Debug, Clone)]
pub struct Mapping {
    headers: [Vec<String>; Field::ALL.len()],
    date_format: Option<DateFormat>,
    delimiter: Option<Delimiter>,
    encoding: Option<Encoding>,
    preset: Option<&'static Preset>,
    table: Option<String>,
    has_headers: bool,
    most_bad: f64,
    saved: Option<SavedMapping>,
    undeclared: Vec<Field>,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            headers: Default::default(),
            date_format: None,
            delimiter: None,
            encoding: None,
            preset: None,
            table: None,
            has_headers: true,
            most_bad: MAX_BAD,
            saved: None,
            undeclared: Vec::new(),
        }
    }
}

impl Mapping {
    /// Adds one `--map` argument: `field=header`, as in `last=LNAME`. An empty header means that the
    /// file has no column for the field, whatever its headers look like. An alias may be mapped more
    /// than once, to one more column each time.
    ///
    /// # Errors
    /// [`Class::Usage`](crate::error::Class::Usage) if there is no `=`, no such field, if the field was
    /// mapped before and is no alias, if an alias is mapped to nothing and to something, or if the
    /// id is mapped to nothing.
    pub fn map(&mut self, argument: &str) -> Result<()> {
        let (name, header) = argument.split_once('=').ok_or_else(|| {
            Error::usage("--map takes a field, `=` and a header")
                .hint("for example --map last=\"LNAME\"")
        })?;
        let field: Field = name.trim().parse()?;
        if field == Field::StudentId && header.trim().is_empty() {
            return Err(Error::usage(
                "--map id= names no header, and a student id is needed",
            ));
        }
        let header = header.trim().to_owned();
        let headers = &mut self.headers[field as usize];
        if !headers.is_empty() {
            if !field.is_alias() {
                return Err(Error::usage(format!("--map {field}= is given twice")));
            }
            if header.is_empty() || headers[0].is_empty() {
                return Err(Error::usage(format!(
                    "--map {field}= names a header and says that there is none"
                )));
            }
        }
        headers.push(header);
        Ok(())
    }

    /// The same mapping with the birthdates read in this format, without looking at the column first.
    #[must_use]
    pub fn with_date_format(mut self, format: DateFormat) -> Self {
        self.date_format = Some(format);
        self
    }

    /// The same mapping with this delimiter, whatever the header line looks like.
    #[must_use]
    pub fn with_delimiter(mut self, delimiter: Delimiter) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// The same mapping with this encoding, whatever the bytes look like.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The same mapping with the file taken for an export of this preset.
    #[must_use]
    pub fn with_preset(mut self, preset: &'static Preset) -> Self {
        self.preset = Some(preset);
        self
    }

    /// The same mapping with this table taken of an archive.
    #[must_use]
    pub fn with_table(mut self, name: String) -> Self {
        self.table = Some(name);
        self
    }

    /// The same mapping of a file whose first row is a student. Its columns are then named by their
    /// numbers: `last=#3`.
    #[must_use]
    pub fn without_headers(mut self) -> Self {
        self.has_headers = false;
        self
    }

    /// The same mapping, in which at most this share of the rows, 0 to 1, may be left out as unreadable.
    #[must_use]
    pub fn with_most_bad(mut self, share: f64) -> Self {
        self.most_bad = share;
        self
    }

    /// The same mapping, with what was saved of an earlier file wherever the user says nothing else.
    #[must_use]
    pub fn with_saved(mut self, saved: SavedMapping) -> Self {
        self.date_format = self.date_format.or(saved.date_format());
        self.preset = self.preset.or(Some(saved.preset()));
        self.has_headers &= saved.has_headers();
        self.saved = Some(saved);
        self
    }

    /// The same mapping, in which no column is taken for these fields, whatever was saved or the headers look like: an
    /// agreement does not declare them. Nothing of them is in a [`Record`](super::Record).
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch) if the user named a column for one of them.
    pub fn without(mut self, fields: &[Field]) -> Result<Self> {
        let named = |f: &&Field| self.headers(**f).iter().any(|h| !h.is_empty());
        if let Some(field) = fields.iter().find(named) {
            return Err(Error::mismatch(format!(
                "--map {field}= names a column for the {}, which the agreement does not declare",
                field.noun()
            ))
            .hint("leave it out, or add it to `elements` of the project file once the parties have agreed to it"));
        }
        self.undeclared = fields.to_vec();
        Ok(self)
    }

    /// The fields that are not to be read.
    pub(super) fn undeclared(&self) -> &[Field] {
        &self.undeclared
    }

    pub(super) fn is_declared(&self, field: Field) -> bool {
        !self.undeclared.contains(&field)
    }

    pub(super) fn saved(&self) -> Option<&SavedMapping> {
        self.saved.as_ref()
    }

    /// The headers set for `field`: none if the user said nothing, `""` alone if that there is none.
    pub(super) fn headers(&self, field: Field) -> &[String] {
        &self.headers[field as usize]
    }

    /// Sets the headers of a field about which the user said nothing.
    pub(super) fn fill(&mut self, field: Field, headers: Vec<String>) {
        let own = &mut self.headers[field as usize];
        if own.is_empty() {
            *own = headers;
        }
    }

    /// Whether the user said anything about `field`.
    pub(super) fn is_set(&self, field: Field) -> bool {
        !self.headers(field).is_empty()
    }

    /// Every field with a header that was set for it, `""` included.
    pub(super) fn named(&self) -> impl Iterator<Item = (Field, &str)> {
        let of = |f: Field| self.headers(f).iter().map(move |h| (f, h.as_str()));
        Field::ALL.into_iter().flat_map(of)
    }

    pub(super) fn date_format(&self) -> Option<DateFormat> {
        self.date_format
    }

    pub(super) fn delimiter(&self) -> Option<Delimiter> {
        self.delimiter
    }

    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    pub(super) fn preset(&self) -> Option<&'static Preset> {
        self.preset
    }

    pub(super) fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    pub(super) fn has_headers(&self) -> bool {
        self.has_headers
    }

    pub(super) fn most_bad(&self) -> f64 {
        self.most_bad
    }
}
