//! The tokens of a pass, divided by block key into parts that fit into memory, in temporary files.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::source::{Divided, InFile, Source};
use crate::error::{Error, Result};
use crate::matcher::block::SemiJoin;
use crate::token::{FilterColumn, Keys};

/// Bytes of a record and its block key in a file.
const KEY_BYTES: usize = 20;

/// One part of the tokens of a pass. Its files have no name and are gone with it.
#[derive(Debug)]
pub struct Spilled {
    keys: File,
    filters: File,
    /// Bytes of each filter.
    widths: Vec<usize>,
    folder: std::path::PathBuf,
}

/// Divides a pass of both parties into `parts` parts, so that equal block keys are in one part.
///
/// Of the party with more rows, tokens in whose block the other has none are mostly left out: a Bloom
/// filter of the other's block keys tells most of them.
///
/// # Privacy
/// What is written to `folder` is what the token files hold.
///
/// # Errors
/// As of [`Source::keys`]; [`Class::Io`](crate::error::Class::Io), such as of a full disk.
pub fn divide(
    left: &InFile<'_>,
    right: Option<&InFile<'_>>,
    parts: usize,
    folder: &Path,
) -> Result<Divided<Spilled>> {
    let Some(right) = right else {
        let own = Writer::divide(left, parts, folder, |_| true)?;
        return Ok(Divided {
            people: Some((own.people, own.people)),
            dropped: 0,
            parts: own.parts.into_iter().map(|p| (p, None)).collect(),
        });
    };
    let rows = |source: &InFile<'_>| source.of_row.len();
    let (small, large) = if rows(left) <= rows(right) {
        (left, right)
    } else {
        (right, left)
    };
    let mut keys = SemiJoin::with_room(rows(small));
    let few = Writer::divide(small, parts, folder, |key| {
        keys.add(key);
        true
    })?;
    let many = Writer::divide(large, parts, folder, |key| keys.may_meet(key))?;
    let dropped = many.dropped;
    let (a, b) = if rows(left) <= rows(right) {
        (few, many)
    } else {
        (many, few)
    };
    Ok(Divided {
        people: Some((a.people, b.people)),
        dropped,
        parts: a
            .parts
            .into_iter()
            .zip(b.parts.into_iter().map(Some))
            .collect(),
    })
}

/// What [`Writer::divide`] made of one party.
struct Parts {
    parts: Vec<Spilled>,
    people: u64,
    dropped: u64,
}

/// The files of one part while they are written.
struct Writer {
    keys: BufWriter<File>,
    filters: BufWriter<File>,
}

impl Writer {
    fn divide(
        source: &InFile<'_>,
        parts: usize,
        folder: &Path,
        mut wanted: impl FnMut(u128) -> bool,
    ) -> Result<Parts> {
        let failed = |e| {
            Error::io("write", folder, e)
                .hint("free some room, or give more --memory; finished parts stay for --resume")
        };
        let make = |_| -> io::Result<Self> {
            let file = || {
                let file = tempfile::tempfile_in(folder)?;
                Ok::<_, io::Error>(BufWriter::with_capacity(1 << 16, file))
            };
            Ok(Self {
                keys: file()?,
                filters: file()?,
            })
        };
        let mut writers: Vec<Self> = (0..parts)
            .map(make)
            .collect::<io::Result<_>>()
            .map_err(failed)?;
        let (mut people, mut dropped, mut last) = (0, 0, None);
        let widths = source
            .file
            .tokens(source.schema, source.pass, |row, key, filters| {
                let record = source.of_row.get(row).copied();
                let record = record.ok_or_else(|| Error::internal("a row without a record"))?;
                if last != Some(record) {
                    (last, people) = (Some(record), people + 1);
                }
                if !wanted(key) {
                    dropped += 1;
                    return Ok(());
                }
                let writer = &mut writers[part(key, parts)];
                writer.put(record, key, filters).map_err(failed)
            })?;
        let finish = |w: Self| -> io::Result<Spilled> {
            Ok(Spilled {
                keys: w
                    .keys
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)?,
                filters: w
                    .filters
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)?,
                widths: widths.clone(),
                folder: folder.to_path_buf(),
            })
        };
        let parts = writers.into_iter().map(finish).collect::<io::Result<_>>();
        Ok(Parts {
            parts: parts.map_err(failed)?,
            people,
            dropped,
        })
    }

    fn put(&mut self, record: u32, key: u128, filters: &[Option<&[u8]>]) -> io::Result<()> {
        self.keys.write_all(&record.to_le_bytes())?;
        self.keys.write_all(&key.to_le_bytes())?;
        for filter in filters {
            // An absent filter takes no room but its mark.
            self.filters.write_all(&[u8::from(filter.is_some())])?;
            self.filters.write_all(filter.unwrap_or_default())?;
        }
        Ok(())
    }
}

/// The part of a block key: keys are hashes, so that parts are about as large as each other, but for
/// single large blocks.
fn part(key: u128, parts: usize) -> usize {
    let high = key >> 64;
    ((high * parts as u128) >> 64) as usize
}

impl Source for Spilled {
    fn keys(&self) -> Result<Keys> {
        let failed = |e| Error::io("read", &self.folder, e);
        let mut file = &self.keys;
        let bytes = file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let tokens = bytes as usize / KEY_BYTES;
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut keys = Keys {
            records: Vec::with_capacity(tokens),
            keys: Vec::with_capacity(tokens),
            rows: (0..tokens as u32).collect(),
        };
        for _ in 0..tokens {
            let (mut record, mut key) = ([0; 4], [0; 16]);
            reader.read_exact(&mut record).map_err(failed)?;
            reader.read_exact(&mut key).map_err(failed)?;
            keys.records.push(u32::from_le_bytes(record));
            keys.keys.push(u128::from_le_bytes(key));
        }
        Ok(keys)
    }

    fn filters(
        &self,
        (rows, places): (&[u32], &[u32]),
        tokens: usize,
    ) -> Result<Vec<FilterColumn>> {
        let failed = |e| Error::io("read", &self.folder, e);
        let column = |w: &usize| FilterColumn::absent(w / 8, tokens);
        let mut columns: Vec<FilterColumn> = self.widths.iter().map(column).collect();
        let mut file = &self.filters;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut bytes = vec![0; self.widths.iter().max().copied().unwrap_or(0)];
        let mut row = 0;
        for (wanted, place) in rows.iter().zip(places) {
            loop {
                for (column, width) in columns.iter_mut().zip(&self.widths) {
                    let mut mark = [0];
                    reader.read_exact(&mut mark).map_err(failed)?;
                    if mark == [0] {
                        continue;
                    }
                    reader.read_exact(&mut bytes[..*width]).map_err(failed)?;
                    if row == *wanted {
                        column.put(*place as usize, &bytes[..*width]);
                    }
                }
                row += 1;
                if row > *wanted {
                    break;
                }
            }
        }
        Ok(columns)
    }
}
