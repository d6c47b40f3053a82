//! A file for the `parquet` crate to read, at whose end reading fails, in whose headers no list is longer than can be, and
//! whose pages come in an order that can be read.
//!
//! The crate takes the end of a file for so many bytes as it wants to skip: a page header of a few bytes that says that two
//! billion follow kept it busy for hours. It also takes room for a page before it knows that there is one. And it skips an
//! unknown list element by element, truth values without reading anything: six bytes that say two billion of them take it
//! seconds, and a footer of some kilobytes hours.

mod pages;
mod thrift;

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

pub use pages::{StrictPages, StrictReader};

/// Bytes of the length of the footer and of what is after it.
const TAIL: u64 = 8;

/// An open file, of a size that stays.
#[derive(Debug)]
pub struct StrictFile {
    file: File,
    size: u64,
}

impl StrictFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// As of the system.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }

    /// Goes through the footer before the crate does; one that is not there is left to the crate to tell.
    ///
    /// # Errors
    /// If the file cannot be read, or if the footer has a list that is longer than can be.
    pub fn check_footer(&self) -> ParquetResult<()> {
        let Some(end) = self.size.checked_sub(TAIL) else {
            return Ok(());
        };
        let mut tail = [0; TAIL as usize];
        self.at(end)?.read_exact(&mut tail)?;
        let [a, b, c, d, ..] = tail;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        let Some(start) = end.checked_sub(length) else {
            return Ok(());
        };
        thrift::walk(&mut BufReader::new(self.at(start)?).take(length))?;
        Ok(())
    }

    fn at(&self, start: u64) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(file)
    }
}

impl Length for StrictFile {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for StrictFile {
    type T = Strict;

    fn get_read(&self, start: u64) -> ParquetResult<Strict> {
        let mut reader = BufReader::new(self.at(start)?);
        // The crate reads page headers from here, and the tail.
        if start != self.size.saturating_sub(TAIL) {
            let length = thrift::walk(&mut reader)?;
            reader.seek_relative(-length)?;
        }
        Ok(Strict(reader))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        if start.saturating_add(length as u64) > self.size {
            return Err(ParquetError::EOF("more bytes than the file has".into()));
        }
        let mut bytes = vec![0; length];
        self.at(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// A reader that fails at the end of its file.
#[derive(Debug)]
pub struct Strict(BufReader<File>);

impl Read for Strict {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.0.read(to)? {
            0 if !to.is_empty() => Err(ErrorKind::UnexpectedEof.into()),
            n => Ok(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_or_skipped_behind_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        // Every byte is an empty struct.
        std::fs::write(&path, [0; 10]).unwrap();
        let file = StrictFile::open(&path).unwrap();
        assert_eq!(file.get_bytes(2, 3).unwrap().len(), 3);
        assert!(file.get_bytes(8, 3).is_err() && file.get_bytes(u64::MAX, 1).is_err());
        let mut reader = file.get_read(7).unwrap();
        let skipped = io::copy(&mut reader.by_ref().take(3), &mut io::sink());
        assert_eq!(skipped.unwrap(), 3);
        let skipped = io::copy(&mut reader.take(1 << 40), &mut io::sink());
        assert_eq!(skipped.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }

    /// Two billion truth values in six bytes: field 1 of a struct, a list.
    const LONG: [u8; 8] = [0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07, 0];

    #[test]
    fn a_list_that_takes_no_room_is_refused_in_page_headers_and_in_the_footer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let mut bytes = vec![0; 20];
        bytes[4..12].copy_from_slice(&LONG);
        bytes[12..16].copy_from_slice(&8u32.to_le_bytes());
        std::fs::write(&path, bytes).unwrap();
        let file = StrictFile::open(&path).unwrap();
        assert!(file.get_read(4).is_err());
        assert!(file.check_footer().is_err());
        assert!(file.get_read(11).is_ok());
    }
}
