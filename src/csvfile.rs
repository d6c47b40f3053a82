//! CSV files of our own making: a strict reader, and a writer that is whole or nothing.
//!
//! Exports of other systems are read by `owner/table`, which is lenient where this is not.

mod cells;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use cells::{Cells, write_each};

use crate::atomic::{AtomicFile, Digest};
use crate::error::{Error, Result};

/// Columns of the ref map, which stays with the data owner.
pub const REFS_COLUMNS: [&str; 2] = ["record_ref", "student_id"];
/// Columns of the rejects file, which stays with the data owner.
pub const REJECTS_COLUMNS: [&str; 2] = ["line", "reason"];
/// The file of pairs of records of one person inside a party.
pub const DUPLICATES: &str = "duplicates.csv";
/// The file of records of one person over three parties or more.
pub const CLUSTERS: &str = "clusters.csv";

/// Reads a CSV file whose header must hold certain columns.
#[derive(Debug)]
pub struct CsvReader {
    path: PathBuf,
    headers: Vec<String>,
    wanted: Vec<usize>,
    reader: csv::Reader<File>,
    row: csv::StringRecord,
}

impl CsvReader {
    /// Opens `path` and finds `columns` in its header, in any order and among others.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read,
    /// [`Class::Input`](crate::error::Class::Input) if it has no header or lacks a column.
    pub fn open(path: &Path, columns: &[&str]) -> Result<Self> {
        let mut this = Self::open_any(path)?;
        for column in columns {
            let found = this
                .headers
                .iter()
                .position(|h| h == column)
                .ok_or_else(|| this.lacks(column, columns))?;
            this.wanted.push(found);
        }
        Ok(this)
    }

    /// Opens `path`, whose first two columns are wanted, whatever they are called.
    ///
    /// # Errors
    /// As [`CsvReader::open`].
    pub fn open_pairs(path: &Path) -> Result<Self> {
        let mut this = Self::open_any(path)?;
        if this.headers.len() < 2 {
            return Err(
                Error::input(path, "expected two columns of ids, the first party's first").line(1),
            );
        }
        this.wanted = vec![0, 1];
        Ok(this)
    }

    /// The error for a header without `column`.
    ///
    /// PRIVACY: the first line is shown only if it holds another of the wanted `columns`. Of a
    /// table without a header, given here by mistake, it would be the first person.
    fn lacks(&self, column: &str, columns: &[&str]) -> Error {
        let error = Error::input(&self.path, format!("expected a column \"{column}\"")).line(1);
        if self.headers.iter().any(|h| columns.contains(&h.as_str())) {
            error.hint(format!("this file has: {}", self.headers.join(", ")))
        } else {
            error.hint("is this the right file? None of the columns expected is in its first line")
        }
    }

    fn open_any(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let mut reader = csv::ReaderBuilder::new()
            .buffer_capacity(1 << 18)
            .from_reader(file);
        let headers: Vec<String> = reader
            .headers()
            .map_err(|e| unreadable(path, &e))?
            .iter()
            .enumerate()
            .map(|(i, h)| {
                if i == 0 {
                    h.trim_start_matches('\u{feff}').to_owned()
                } else {
                    h.to_owned()
                }
            })
            .collect();
        if headers.is_empty() {
            return Err(Error::input(
                path,
                "the file is empty; expected a header line",
            ));
        }
        Ok(Self {
            path: path.to_path_buf(),
            headers,
            wanted: Vec::new(),
            reader,
            row: csv::StringRecord::new(),
        })
    }

    /// All columns, in file order.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Moves to the next row; `false` at the end.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) with the line if the row is malformed.
    pub fn advance(&mut self) -> Result<bool> {
        self.reader
            .read_record(&mut self.row)
            .map_err(|e| unreadable(&self.path, &e))
    }

    /// Cell number `i` of the wanted columns in the current row.
    #[must_use]
    pub fn cell(&self, i: usize) -> &str {
        self.row.get(self.wanted[i]).unwrap_or_default()
    }

    /// All cells of the current row.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.row.iter()
    }

    /// An error at the current row and wanted column `i`.
    #[must_use]
    pub fn error(&self, i: usize, problem: &str) -> Error {
        let line = self.row.position().map_or(0, csv::Position::line);
        Error::input(&self.path, problem)
            .line(line)
            .column(self.headers[self.wanted[i]].clone())
    }
}

/// A malformed row, told by its place and never by its content.
fn unreadable(path: &Path, e: &csv::Error) -> Error {
    let problem = match e.kind() {
        csv::ErrorKind::Io(io) => {
            return Error::io("read", path, std::io::Error::new(io.kind(), io.to_string()));
        }
        csv::ErrorKind::Utf8 { .. } => "expected UTF-8, found other bytes".to_owned(),
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("expected {expected_len} cells as in the header, found {len}")
        }
        _ => "the row is malformed".to_owned(),
    };
    let error = Error::input(path, problem);
    match e.position() {
        Some(p) => error.line(p.line()),
        None => error,
    }
}

/// Writes CSV rows to a file that appears at [`CsvWriter::commit`] or not at all.
pub struct CsvWriter {
    path: PathBuf,
    out: csv::Writer<AtomicFile>,
}

impl CsvWriter {
    /// Starts a file at `path` with a header of `columns`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn create<S: AsRef<[u8]>>(
        path: &Path,
        columns: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let mut this = Self {
            path: path.to_path_buf(),
            out: csv::Writer::from_writer(AtomicFile::create(path)?),
        };
        this.row(columns)?;
        Ok(this)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn row<S: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = S>) -> Result<()> {
        self.out
            .write_record(cells)
            .map_err(|e| match e.into_kind() {
                csv::ErrorKind::Io(io) => Error::io("write", &self.path, io),
                _ => Error::internal("a row has another number of cells than its header")
                    .at(&self.path),
            })
    }

    /// Makes the rows so far durable, still without a name: what can fail for want of room has
    /// then not failed.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn sync(&mut self) -> Result<()> {
        self.out
            .flush()
            .map_err(|e| Error::io("write", &self.path, e))?;
        self.out.get_ref().sync()
    }

    /// Size and BLAKE3 of the rows up to the last [`CsvWriter::sync`].
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn digest(&self) -> Result<Digest> {
        self.out.get_ref().digest()
    }

    /// Makes the file durable and gives it its name.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
    pub fn commit(self) -> Result<()> {
        let Self { path, out } = self;
        out.into_inner()
            .map_err(|e| Error::io("write", &path, e.into_error()))?
            .commit()
    }
}

impl std::fmt::Debug for CsvWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CsvWriter({})", self.path.display())
    }
}

/// Writes a whole CSV file; `rows` is given the started writer.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), or what `rows` gives; nothing is then left behind.
pub fn write(
    path: &Path,
    columns: &[&str],
    rows: impl FnOnce(&mut CsvWriter) -> Result<()>,
) -> Result<()> {
    let mut out = CsvWriter::create(path, columns)?;
    rows(&mut out)?;
    out.commit()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::error::Class;

    #[test]
    fn rows_come_back_and_faults_have_their_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        write(&path, &["b", "a"], |out| out.row(["1", "x,\"y\n"])).unwrap();
        let mut reader = CsvReader::open(&path, &["a", "b"]).unwrap();
        assert!(reader.advance().unwrap());
        assert_eq!((reader.cell(0), reader.cell(1)), ("x,\"y\n", "1"));
        assert!(!reader.advance().unwrap());

        assert!(
            CsvReader::open(&path, &["c"])
                .unwrap_err()
                .to_string()
                .contains("\"c\"")
        );
        File::create(&path)
            .unwrap()
            .write_all(b"a,b\n1,2\nZzyzx\n")
            .unwrap();
        let mut reader = CsvReader::open(&path, &["a"]).unwrap();
        reader.advance().unwrap();
        let e = reader.advance().unwrap_err();
        assert_eq!(
            (e.class(), e.location().unwrap().line),
            (Class::Input, Some(3))
        );
        assert!(!e.to_string().contains("Zzyzx"));
        File::create(&path).unwrap();
        assert_eq!(
            CsvReader::open(&path, &["a"]).unwrap_err().class(),
            Class::Input
        );
    }
}
