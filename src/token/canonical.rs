//! Is every byte of a token file one that this program writes?
//!
//! What is decoded of the file - its header, record refs, block keys, filters and gaps - is written again and
//! compared with the file byte by byte. If nothing differs, nothing else is in it: no column, no metadata, no
//! byte between two pages or behind the footer.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::ops::Range;

use super::columns::{ColumnWriter, io_of};
use super::layout::{MASK_BYTES, REF_BYTES};
use super::{Layout, TokenFile, bad, checksum};
use crate::error::{Error, Result};

/// Most columns of a file that this program writes, the record ref aside.
const MAX_COLUMNS: usize = MASK_BYTES * 8;
/// Bytes read at a time.
const CHUNK: usize = 1 << 18;

/// Where a file is first other than one that holds the same and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The byte, from 0.
    pub at: u64,
    /// What stands there: ``column `P.F` ``, `the footer`, `between columns`.
    pub place: String,
}

impl TokenFile {
    /// Writes the file again, into nothing, and compares; `None` if every byte is accounted for.
    ///
    /// A file that another program has written, or another version of this one, may differ and hold no more.
    /// `progress` is told rows.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it has a column that no token file has, or cannot be
    /// decoded; [`Class::Io`](crate::error::Class::Io).
    pub fn first_difference(&self, progress: &dyn Fn(u64)) -> Result<Option<Difference>> {
        let columns = self.columns();
        if columns.len() > MAX_COLUMNS || columns.iter().any(|(_, width)| *width == 0) {
            return Err(bad("it has a column that no token file has").at(self.path()));
        }
        let io = |e| Error::io("read", self.path(), e);
        let mut file = File::open(self.path()).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        let digits = checksum::digits(&mut file).map_err(|e| e.at(self.path()))?;
        let comparing = Comparing {
            original: BufReader::with_capacity(CHUNK, File::open(self.path()).map_err(io)?),
            buffer: Vec::new(),
            at: 0,
            digits,
            first: None,
        };
        let layout = Layout::of_columns(columns);
        let failed = |e| Error::io("read", self.path(), io_of(e));
        let mut writer = ColumnWriter::to(comparing, &layout, self.header()).map_err(failed)?;
        let all: Vec<usize> = (0..=layout.columns.len()).collect();
        let mut packed = Vec::new();
        self.each_row(&all, |row, values| {
            let Some((Some(record_ref), values)) = values.split_first() else {
                return Err(bad("a row has no record ref"));
            };
            packed.clear();
            packed.extend_from_slice(record_ref);
            let present = values.iter().rev();
            let mask = present.fold(0_u64, |m, v| m << 1 | u64::from(v.is_some()));
            packed.extend_from_slice(&mask.to_le_bytes());
            values
                .iter()
                .flatten()
                .for_each(|v| packed.extend_from_slice(v));
            debug_assert!(packed.len() >= REF_BYTES + MASK_BYTES);
            if row.is_multiple_of(1 << 16) {
                progress(row);
            }
            writer.push(&packed).map_err(failed)
        })?;
        let written = writer.end().map_err(failed)?;
        let rest = (written.at < size).then_some(written.at);
        Ok(written.first.or(rest).map(|at| Difference {
            at,
            place: self.place(at, size),
        }))
    }

    /// What stands at a byte of the file.
    fn place(&self, at: u64, size: u64) -> String {
        let names = self.all_columns();
        let mut end = 0;
        for group in self.footer().row_groups() {
            for (chunk, (name, _)) in group.columns().iter().zip(&names) {
                let (start, length) = chunk.byte_range();
                if (start..start + length).contains(&at) {
                    return format!("column `{name}`");
                }
                end = end.max(start + length);
            }
        }
        match at {
            at if at < end => "between columns".into(),
            at if at < size => "the footer".into(),
            _ => "the end".into(),
        }
    }
}

/// Takes what is written for what should stand in a file.
struct Comparing {
    original: BufReader<File>,
    buffer: Vec<u8>,
    at: u64,
    /// Where the checksum stands, which is verified elsewhere.
    digits: Range<u64>,
    first: Option<u64>,
}

impl Write for Comparing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.clear();
        let wanted = bytes.len() as u64;
        self.original
            .by_ref()
            .take(wanted)
            .read_to_end(&mut self.buffer)?;
        if self.first.is_none() {
            let mut pairs = (self.at..).zip(bytes.iter().zip(&self.buffer));
            let differs = |(at, (a, b)): &(u64, (&u8, &u8))| a != b && !self.digits.contains(at);
            self.first = pairs.find(differs).map(|(at, _)| at);
            if self.first.is_none() && self.buffer.len() < bytes.len() {
                self.first = Some(self.at + self.buffer.len() as u64);
            }
        }
        self.at += wanted;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
