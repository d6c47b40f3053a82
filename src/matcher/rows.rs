//! Rows of three numbers, in memory up to an allowance, the rest in a temporary file.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::error::{Error, Result};

/// Three numbers.
pub type Row = [u32; 3];

const BYTES: usize = 12;
/// Rows that are read from the file at a time.
const AT_A_TIME: usize = 1 << 16;

/// Where rows go that do not fit into memory.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Most rows in memory.
    pub rows: usize,
    /// The folder of the temporary file, which has no name and is gone with the rows.
    pub folder: PathBuf,
}

/// Rows in the order in which they were put.
#[derive(Debug, Default)]
pub struct Rows {
    /// The last of them.
    memory: Vec<Row>,
    /// The first of them, and how many.
    spilled: Option<(BufWriter<File>, u64)>,
    allowance: Option<Allowance>,
}

impl Rows {
    /// None yet; as many as are put are kept in memory, up to the allowance.
    #[must_use]
    pub fn new(allowance: Option<Allowance>) -> Self {
        Self {
            allowance,
            ..Self::default()
        }
    }

    /// Puts more.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if they are more than the allowance and cannot be written.
    pub fn put(&mut self, rows: &[Row]) -> Result<()> {
        self.memory.extend_from_slice(rows);
        match &self.allowance {
            Some(allowance) if self.memory.len() > allowance.rows => {
                let failed = |e| Error::io("write", &allowance.folder, e).hint("free some room");
                if self.spilled.is_none() {
                    let file = tempfile::tempfile_in(&allowance.folder).map_err(failed)?;
                    self.spilled = Some((BufWriter::with_capacity(1 << 18, file), 0));
                }
                let Some((file, n)) = &mut self.spilled else {
                    return Ok(());
                };
                *n += self.memory.len() as u64;
                for row in self.memory.drain(..) {
                    file.write_all(&bytes(row)).map_err(failed)?;
                }
                file.flush().map_err(failed)
            }
            _ => Ok(()),
        }
    }

    /// Calls `each` with all rows, in order, many at a time.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the temporary file cannot be read.
    pub fn each(&self, mut each: impl FnMut(&[Row])) -> Result<()> {
        if let Some((file, n)) = &self.spilled {
            let folder = self.allowance.as_ref().map(|a| a.folder.clone());
            read(file.get_ref(), *n, &mut each)
                .map_err(|e| Error::io("read", folder.unwrap_or_default(), e))?;
        }
        each(&self.memory);
        Ok(())
    }
}

fn read(mut file: &File, rows: u64, each: &mut impl FnMut(&[Row])) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut left = rows as usize;
    let mut bytes = vec![0; BYTES * left.min(AT_A_TIME)];
    let mut rows = Vec::new();
    while left > 0 {
        let bytes = &mut bytes[..BYTES * left.min(AT_A_TIME)];
        file.read_exact(bytes)?;
        rows.clear();
        rows.extend(bytes.as_chunks::<BYTES>().0.iter().map(row));
        each(&rows);
        left -= rows.len();
    }
    // Where the next rows go.
    file.seek(SeekFrom::End(0)).map(|_| ())
}

fn row(bytes: &[u8; BYTES]) -> Row {
    let numbers = bytes.as_chunks().0;
    [0, 1, 2].map(|i| u32::from_le_bytes(numbers[i]))
}

fn bytes(row: Row) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (bytes, number) in bytes.chunks_exact_mut(4).zip(row) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order_from_memory_and_file() {
        let folder = tempfile::tempdir().unwrap();
        for most in [0, 1, 7, 999, 1000, usize::MAX] {
            let mut rows = Rows::new(Some(Allowance {
                rows: most,
                folder: folder.path().to_path_buf(),
            }));
            let mut wanted = Vec::new();
            for i in 0..1000u32 {
                let row = [i, u32::MAX - i, i * 3];
                rows.put(&[row]).unwrap();
                wanted.push(row);
                if i % 333 == 0 {
                    let mut seen = Vec::new();
                    rows.each(|r| seen.extend_from_slice(r)).unwrap();
                    assert_eq!(seen, wanted);
                }
            }
            let mut seen = Vec::new();
            rows.each(|r| seen.extend_from_slice(r)).unwrap();
            assert_eq!(seen, wanted);
            let is_spilled = rows.spilled.is_some();
            assert_eq!(is_spilled, most < 1000);
        }
    }

    #[test]
    fn without_room_it_says_so() {
        let mut rows = Rows::new(Some(Allowance {
            rows: 1,
            folder: PathBuf::from("/nowhere/at/all"),
        }));
        assert!(rows.put(&[[0; 3]]).is_ok());
        assert!(rows.put(&[[0; 3]]).is_err());
    }
}
