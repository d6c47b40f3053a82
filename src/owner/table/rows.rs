//! The rows of a file, each with its line and with as many cells as the first one.
//!
//! A row that cannot be divided into its cells is left out and noted; how many may be, is decided by who
//! reads them.

use std::path::{Path, PathBuf};

use super::bad_rows::{BadRow, BadRows, Fault};
use super::guard::Guard;
use super::parquet_rows::ParquetRows;
use super::{Delimiter, Mapping};
use crate::error::{Error, Result};
use crate::owner::source::Source;

/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

/// How a file is laid out, found out before its first row.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) source: Source,
    pub(super) delimiter: Delimiter,
    /// Rows whose first cell is not this are no students: a header record, a trailer, a total.
    pub(super) record: Option<&'static str>,
}

impl Layout {
    /// The layout of `source`, whose delimiter is that of `mapping` or else found by its first line.
    pub(super) fn of(
        source: &Source,
        mapping: &Mapping,
        record: Option<&'static str>,
    ) -> Result<Self> {
        let delimiter = match (mapping.delimiter(), source.text()) {
            (Some(delimiter), _) => delimiter,
            (None, Some(_)) => Delimiter::of(source)?,
            (None, None) => Delimiter::Comma,
        };
        Ok(Self {
            source: source.clone(),
            delimiter,
            record,
        })
    }
}

enum Body {
    Text(Box<csv::Reader<Guard<Box<dyn std::io::Read + Send>>>>),
    Parquet(ParquetRows),
}

pub(super) struct Rows {
    layout: Layout,
    name: PathBuf,
    body: Body,
    row: csv::ByteRecord,
    line: u64,
    /// Number of cells of a row, once the first was read.
    width: Option<usize>,
    bad: BadRows,
}

impl Rows {
    pub(super) fn open(layout: &Layout) -> Result<Self> {
        let source = &layout.source;
        let body = if source.text().is_some() {
            let byte = layout.delimiter.byte();
            let reader = csv::ReaderBuilder::new()
                .delimiter(byte)
                .has_headers(false)
                // The number of cells is compared here, since the crate's line is not the file's.
                .flexible(true)
                .buffer_capacity(CHUNK)
                .from_reader(Guard::new(source.open()?, byte));
            Body::Text(Box::new(reader))
        } else {
            Body::Parquet(ParquetRows::open(source.path())?)
        };
        Ok(Self {
            name: source.name(),
            layout: layout.clone(),
            body,
            row: csv::ByteRecord::new(),
            line: 0,
            width: None,
            bad: BadRows::default(),
        })
    }

    /// The file, with the name of the table in it where it is an archive.
    pub(super) fn path(&self) -> &Path {
        &self.name
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Number of cells of a row; 0 if none was read.
    pub(super) fn width(&self) -> usize {
        self.width.unwrap_or(0)
    }

    /// The line of the current row.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The rows that were left out so far.
    pub(super) fn bad(&self) -> &BadRows {
        &self.bad
    }

    /// The cells of the first row, trimmed: the headers, where there are any. To be called once, first.
    pub(super) fn headers(&mut self) -> Result<Vec<String>> {
        if let Body::Parquet(rows) = &self.body {
            let headers = rows.headers();
            self.width = Some(headers.len());
            self.line = 1;
            return Ok(headers);
        }
        if !self.next()? {
            return Err(Error::input(&self.name, "the file is empty").hint("export it again"));
        }
        self.width = Some(self.row.len());
        let text = |i, cell| match std::str::from_utf8(cell) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(_) => Err(self.not_utf8(&format!("number {}", i + 1))),
        };
        let cells = self.row.iter().enumerate();
        cells.map(|(i, cell)| text(i, cell)).collect()
    }

    /// Goes to the next row that is as it should be; `false` at the end of the file.
    pub(super) fn advance(&mut self) -> Result<bool> {
        loop {
            if !self.next()? {
                return Ok(false);
            }
            if let Some(record) = self.layout.record
                && self.row.get(0).map(<[u8]>::trim_ascii) != Some(record.as_bytes())
            {
                continue;
            }
            self.bad.seen += 1;
            let width = *self.width.get_or_insert(self.row.len());
            let is_faulty = match &mut self.body {
                Body::Text(reader) => reader.get_mut().is_faulty(self.line),
                Body::Parquet(_) => false,
            };
            let fault = match () {
                () if is_faulty => Some(Fault::Quote),
                () if self.row.len() == width => None,
                () => Some(self.other_width(width)),
            };
            match fault {
                None => return Ok(true),
                Some(fault) => {
                    let line = self.line;
                    self.bad.add(BadRow { line, fault }, &self.name)?;
                }
            }
        }
    }

    /// Why the current row has not `width` cells.
    fn other_width(&self, width: usize) -> Fault {
        let found = self.row.len();
        if let ([cell], true) = (self.row.iter().collect::<Vec<_>>().as_slice(), width > 1) {
            let expected = self.layout.delimiter;
            let is_by = |d: &Delimiter| {
                let n = cell.iter().filter(|b| **b == d.byte()).count();
                *d != expected && n + 1 == width
            };
            if let Some(found) = Delimiter::ALL.into_iter().find(is_by) {
                return Fault::Delimiter { found, expected };
            }
        }
        Fault::Cells { found, width }
    }

    /// Goes to the next row, whatever it is.
    fn next(&mut self) -> Result<bool> {
        let reader = match &mut self.body {
            Body::Text(reader) => reader,
            Body::Parquet(rows) => {
                self.line += 1;
                return rows.next(&mut self.row);
            }
        };
        match reader.read_byte_record(&mut self.row) {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(e) => {
                if let Some(fault) = reader.get_ref().fault(&self.name) {
                    return Err(fault);
                }
                // PRIVACY: the crate's text is not shown; only an error of the system is passed on.
                return Err(match e.into_kind() {
                    csv::ErrorKind::Io(e) => self.layout.source.error(e),
                    _ => Error::internal("the delimited text could not be divided"),
                });
            }
        }
        self.line = reader
            .get_mut()
            .next_start()
            .ok_or_else(|| Error::internal("more rows than were counted"))?;
        Ok(true)
    }

    /// The trimmed text of cell `index` of the current row; `header` names its column in an error.
    pub(super) fn cell<'a>(
        &'a self,
        index: usize,
        header: impl FnOnce() -> &'a str,
    ) -> Result<&'a str> {
        // Every row is as wide as the first, so the cell is there.
        let bytes = self.row.get(index).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            // PERF: hardly any cell has something to trim.
            Ok(text) if is_tight(bytes) => Ok(text),
            Ok(text) => Ok(text.trim()),
            Err(_) => Err(self.not_utf8(header())),
        }
    }

    /// A file that has changed while it was read: what was looked through was UTF-8.
    fn not_utf8(&self, column: &str) -> Error {
        Error::input(&self.name, "the text is not UTF-8")
            .line(self.line)
            .column(column)
            .hint("export the file as UTF-8 (in Excel: \"CSV UTF-8\")")
    }
}

/// Whether a cell starts and ends with characters of ASCII that can be seen, or is empty.
fn is_tight(bytes: &[u8]) -> bool {
    let visible = |b: Option<&u8>| b.is_none_or(u8::is_ascii_graphic);
    visible(bytes.first()) && visible(bytes.last())
}
