//! The rows of a file as bytes, each with its line and with as many cells as the header.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::guard::Guard;
use super::{Delimiter, Head};
use crate::error::{Error, Result};

/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

pub(super) struct Rows {
    path: PathBuf,
    delimiter: Delimiter,
    reader: csv::Reader<Guard<File>>,
    row: csv::ByteRecord,
    line: u64,
    /// Number of cells of the header, once it was read.
    width: Option<usize>,
}

impl Rows {
    pub(super) fn open(path: &Path, head: &Head) -> Result<Self> {
        let mut file = File::open(path).map_err(|e| Error::io("open", path, e))?;
        file.seek(SeekFrom::Start(head.skip))
            .map_err(|e| Error::io("read", path, e))?;
        let reader = csv::ReaderBuilder::new()
            .delimiter(head.delimiter.byte())
            .has_headers(false)
            // The number of cells is compared here, since the crate's line is not the file's.
            .flexible(true)
            .buffer_capacity(CHUNK)
            .from_reader(Guard::new(file, head.delimiter.byte()));
        Ok(Self {
            path: head.path.clone(),
            delimiter: head.delimiter,
            reader,
            row: csv::ByteRecord::new(),
            line: 0,
            width: None,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// The line of the current row.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The cells of the header line, trimmed. To be called once, first.
    pub(super) fn headers(&mut self) -> Result<Vec<String>> {
        if self.advance()?.is_none() {
            return Err(Error::input(&self.path, "the file is empty").hint("export it again"));
        }
        self.row
            .iter()
            .enumerate()
            .map(|(i, cell)| match std::str::from_utf8(cell) {
                Ok(text) => Ok(text.trim().to_owned()),
                Err(_) => Err(self.not_utf8(&format!("number {}", i + 1))),
            })
            .collect()
    }

    /// Goes to the next row; `None` at the end of the file.
    pub(super) fn advance(&mut self) -> Result<Option<()>> {
        match self.reader.read_byte_record(&mut self.row) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(e) => {
                if let Some(fault) = self.reader.get_ref().fault(&self.path) {
                    return Err(fault);
                }
                // PRIVACY: the crate's text is not shown; only an error of the system is passed on.
                return Err(match e.into_kind() {
                    csv::ErrorKind::Io(e) => Error::io("read", &self.path, e),
                    _ => Error::internal("the delimited text could not be divided"),
                });
            }
        }
        self.line = self
            .reader
            .get_mut()
            .next_start()
            .ok_or_else(|| Error::internal("more rows than were counted"))?;
        let width = *self.width.get_or_insert(self.row.len());
        if self.row.len() != width {
            return Err(Error::input(
                &self.path,
                format!(
                    "expected {width} cells, as in the header, found {}",
                    self.row.len()
                ),
            )
            .line(self.line)
            .hint("a cell that contains the delimiter must stand in quotation marks"));
        }
        Ok(Some(()))
    }

    /// The trimmed text of cell `index` of the current row; `header` names its column in an error.
    pub(super) fn cell<'a>(
        &'a self,
        index: usize,
        header: impl FnOnce() -> &'a str,
    ) -> Result<&'a str> {
        // Every row is as wide as the header, so the cell is there.
        let bytes = self.row.get(index).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            // PERF: hardly any cell has something to trim.
            Ok(text) if is_tight(bytes) => Ok(text),
            Ok(text) => Ok(text.trim()),
            Err(_) => Err(self.not_utf8(header())),
        }
    }

    fn not_utf8(&self, column: &str) -> Error {
        Error::input(&self.path, "the text is not UTF-8")
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
