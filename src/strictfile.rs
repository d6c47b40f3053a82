//! A file for the `parquet` crate to read, at whose end reading fails.
//!
//! The crate takes the end of a file for so many bytes as it wants to skip: a page header of a few bytes that says that two
//! billion follow kept it busy for hours. It also takes room for a page before it knows that there is one.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

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
        Ok(Strict(BufReader::new(self.at(start)?)))
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
        std::fs::write(&path, b"0123456789").unwrap();
        let file = StrictFile::open(&path).unwrap();
        assert_eq!(file.get_bytes(2, 3).unwrap(), "234");
        assert!(file.get_bytes(8, 3).is_err() && file.get_bytes(u64::MAX, 1).is_err());
        let mut reader = file.get_read(7).unwrap();
        let skipped = io::copy(&mut reader.by_ref().take(3), &mut io::sink());
        assert_eq!(skipped.unwrap(), 3);
        let skipped = io::copy(&mut reader.take(1 << 40), &mut io::sink());
        assert_eq!(skipped.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}
