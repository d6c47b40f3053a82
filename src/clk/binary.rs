//! Filters as bytes back to back: what is uploaded to an entity service in binary.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use super::{Clks, MOST_BYTES};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Bytes of a record's number before its filter.
const NUMBER: usize = 4;

/// Reads filters of `width` bytes each, back to back.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) if no filter is so wide; [`Class::Input`](crate::error::Class::Input) if the file is
/// empty or ends in the middle of a filter; [`Class::Io`](crate::error::Class::Io).
pub fn read_binary(path: &Path, width: usize) -> Result<Clks> {
    let mut clks = Clks::new(8 * width)?;
    each(path, width, |_, clk| {
        clks.push(clk);
        Ok(())
    })?;
    Ok(clks)
}

/// Reads filters of `width` bytes, before each the number of its record in four bytes, the highest first (Python's
/// `!I{width}s`). Records may come in any order; their numbers must be 0, 1, 2 and so on, each once.
///
/// # Errors
/// As of [`read_binary`], and [`Class::Input`](crate::error::Class::Input) for a number that comes twice or leaves a gap.
pub fn read_numbered(path: &Path, width: usize) -> Result<Clks> {
    let mut clks = Clks::new(8 * width)?;
    let mut is_there = Vec::new();
    let mut bytes = Vec::new();
    each(path, NUMBER + width, |records, record| {
        let (number, clk) = record.split_at(NUMBER);
        let number = number.iter().fold(0, |n, &byte| n << 8 | usize::from(byte));
        // So many records are in the file: what is asked for here does not go by what a record says.
        is_there.resize(records, false);
        bytes.resize(records * width, 0);
        match is_there.get_mut(number) {
            Some(true) => return Err(format!("record {number} comes twice")),
            Some(place) => *place = true,
            None => {
                return Err(format!(
                    "a record of number {number} in a file of {records} records"
                ));
            }
        }
        bytes[number * width..][..width].copy_from_slice(clk);
        Ok(())
    })
    .map_err(|e| {
        e.hint("records are numbered from 0, without a gap; without numbers the format is binary")
    })?;
    bytes.chunks_exact(width).for_each(|clk| clks.push(clk));
    Ok(clks)
}

/// Calls `take` with each record of `width` bytes, and with how many there are.
fn each(
    path: &Path,
    width: usize,
    mut take: impl FnMut(usize, &[u8]) -> std::result::Result<(), String>,
) -> Result<()> {
    let failed = |e| Error::io("read", path, e);
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let records = length / width as u64;
    if length == 0 {
        return Err(Error::input(path, "the file is empty"));
    }
    if !length.is_multiple_of(width as u64) {
        let problem = format!("{length} bytes are no whole number of records of {width}");
        return Err(
            Error::input(path, problem).hint("is --hash-size the number of bytes of a CLK?")
        );
    }
    let mut file = BufReader::with_capacity(1 << 18, file);
    let mut record = vec![0; width];
    for n in 0..records {
        file.read_exact(&mut record).map_err(failed)?;
        take(records as usize, &record)
            .map_err(|problem| Error::input(path, format!("record {n} of the file: {problem}")))?;
    }
    Ok(())
}

/// Writes the filters back to back. Ids and blocks are not in it.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_binary(path: &Path, clks: &Clks) -> Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(&clks.bytes)
        .map_err(|e| Error::io("write", path, e))?;
    file.commit()
}

/// The widest record.
const _: () = assert!(NUMBER + MOST_BYTES < 1 << 18);
