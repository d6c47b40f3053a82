//! Sorted runs of packed rows, in memory or in a file, and their merge into a token file.
//!
//! A run is in the order of the record refs, which are random: neither it nor the file that many of
//! them make says anything about the order of the source. Memory stays at the 256th part of the
//! rows, however many runs there are.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use super::columns::{ColumnWriter, io_of};
use super::layout::REF_BYTES;
use super::{Header, Layout};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Parts of a run, each of the rows whose ref starts with one byte.
const PARTS: usize = 256;

/// Packed rows in the order of their refs.
#[derive(Debug)]
pub struct Run {
    /// Where each part starts among the bytes of the rows; at the end, where the last one ends.
    starts: Vec<u64>,
    rows: u64,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    /// From this offset on.
    File(File, u64),
}

/// Where a row stands that is to be sorted.
struct Entry {
    record_ref: u128,
    piece: u32,
    start: u32,
    end: u32,
}

/// The rows of one part of every run, and where each of them stands.
type Part<'r> = (Vec<Cow<'r, [u8]>>, Vec<Entry>);

fn ref_of(row: &[u8]) -> u128 {
    let mut bytes = [0; REF_BYTES];
    bytes.copy_from_slice(&row[..REF_BYTES]);
    u128::from_be_bytes(bytes)
}

impl Run {
    /// Sorts packed rows of `layout`, given in pieces of less than 4 GiB. The rows of one record keep
    /// their order; they must be in one piece.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if a piece does not consist of packed rows.
    pub fn sort(layout: &Layout, pieces: &[Vec<u8>]) -> Result<Self> {
        let mut entries = Vec::new();
        for (piece, bytes) in (0..).zip(pieces) {
            entries_of(layout, piece, bytes, &mut entries)?;
        }
        entries.sort_unstable_by_key(|e| (e.record_ref, e.piece, e.start));
        let mut sorted = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
        let mut starts = Vec::with_capacity(PARTS + 1);
        for e in &entries {
            let part = (e.record_ref >> 120) as usize;
            while starts.len() <= part {
                starts.push(sorted.len() as u64);
            }
            let row = &pieces[e.piece as usize][e.start as usize..e.end as usize];
            sorted.extend_from_slice(row);
        }
        starts.resize(PARTS + 1, sorted.len() as u64);
        Ok(Self {
            starts,
            rows: entries.len() as u64,
            place: Place::Memory(sorted),
        })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes the run as [`Run::open`] reads it: number of rows, starts of the parts, rows. Of a run
    /// in a file nothing is written.
    ///
    /// # Errors
    /// As `out` does.
    pub fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        if let Place::Memory(bytes) = &self.place {
            let numbers = std::iter::once(&self.rows).chain(&self.starts);
            let head: Vec<u8> = numbers.flat_map(|n| n.to_le_bytes()).collect();
            out.write_all(&head)?;
            out.write_all(bytes)?;
        }
        Ok(())
    }

    /// The run that starts at the place where `file` stands; its rows stay there. `None` if there
    /// is none of `bytes` bytes.
    ///
    /// # Errors
    /// As reading the file does.
    pub fn open(mut file: File, bytes: u64) -> std::io::Result<Option<Self>> {
        let mut head = vec![0; 8 * (PARTS + 2)];
        if bytes < head.len() as u64 {
            return Ok(None);
        }
        file.read_exact(&mut head)?;
        let mut numbers = head.chunks_exact(8).map(|c| {
            let mut number = [0; 8];
            number.copy_from_slice(c);
            u64::from_le_bytes(number)
        });
        let rows = numbers.next().unwrap_or(0);
        let starts: Vec<u64> = numbers.collect();
        let is_sound =
            starts.is_sorted() && starts[0] == 0 && starts[PARTS] == bytes - head.len() as u64;
        let from = file.stream_position()?;
        Ok(is_sound.then_some(Self {
            starts,
            rows,
            place: Place::File(file, from),
        }))
    }

    /// The rows of one part.
    fn part(&self, part: usize) -> std::io::Result<Cow<'_, [u8]>> {
        let (from, to) = (self.starts[part], self.starts[part + 1]);
        match &self.place {
            Place::Memory(bytes) => Ok(Cow::Borrowed(&bytes[from as usize..to as usize])),
            Place::File(file, start) => {
                let mut bytes = vec![0; (to - from) as usize];
                let mut file: &File = file;
                file.seek(SeekFrom::Start(start + from))?;
                file.read_exact(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

/// Finds the rows of a piece.
fn entries_of(layout: &Layout, piece: u32, bytes: &[u8], out: &mut Vec<Entry>) -> Result<()> {
    let mut start = 0;
    while start < bytes.len() {
        let length = layout
            .packed_bytes(&bytes[start..])
            .filter(|_| u32::try_from(bytes.len()).is_ok())
            .ok_or_else(|| Error::internal("a token row has the wrong width"))?;
        out.push(Entry {
            record_ref: ref_of(&bytes[start..]),
            piece,
            start: start as u32,
            end: (start + length) as u32,
        });
        start += length;
    }
    Ok(())
}

/// Merges `runs` into the token file that `target` will be. The file is durable and complete, but has
/// no name yet. `header.rows` must be the sum of theirs. `progress` is told the rows written.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn merge(
    target: AtomicFile,
    layout: &Layout,
    header: &Header,
    runs: &[Run],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<AtomicFile> {
    let path = target.target().to_path_buf();
    let mut writer = ColumnWriter::new(target, layout, header)?;
    let gather = |part: usize| -> Result<Part<'_>> {
        let pieces: std::io::Result<Vec<_>> = runs.iter().map(|run| run.part(part)).collect();
        let pieces = pieces.map_err(|e| Error::io("read", &path, e))?;
        let mut entries = Vec::new();
        for (piece, bytes) in (0..).zip(&pieces) {
            entries_of(layout, piece, bytes, &mut entries)?;
        }
        entries.sort_unstable_by_key(|e| (e.record_ref, e.piece, e.start));
        Ok((pieces, entries))
    };
    let mut written = 0;
    let mut next = gather(0);
    for part in 0..PARTS {
        let (pieces, entries) = next?;
        let (result, following) = rayon::join(
            || {
                entries.iter().try_for_each(|e| {
                    writer.push(&pieces[e.piece as usize][e.start as usize..e.end as usize])
                })
            },
            || match part + 1 {
                PARTS => Ok((Vec::new(), Vec::new())),
                part => gather(part),
            },
        );
        result.map_err(|e| Error::io("write", &path, io_of(e)))?;
        written += entries.len() as u64;
        progress(written);
        next = following;
    }
    writer.seal()
}
