//! Meetings in the order of the first party's records, in memory or in a file.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use rayon::slice::ParallelSliceMut;

use super::Meeting;

/// Bytes of a meeting in a file: both records, pass, size, levels; numbers with the lowest byte first.
const BYTES: usize = 14;

/// Meetings in ascending order, to be read once from the first to the last.
#[derive(Debug)]
pub struct Run {
    len: u64,
    place: Place,
    /// Of a file, what was read and not yet taken.
    next: Option<Meeting>,
}

#[derive(Debug)]
enum Place {
    Memory(std::vec::IntoIter<Meeting>),
    File(BufReader<io::Take<File>>),
}

/// Brings meetings into the order of a run.
pub fn sort(meetings: &mut [Meeting]) {
    meetings.par_sort_unstable();
}

/// Writes sorted meetings for [`Run::open`].
///
/// # Errors
/// Those of `out`.
pub fn write(meetings: &[Meeting], out: &mut dyn Write) -> io::Result<()> {
    meetings.iter().try_for_each(|m| out.write_all(&bytes(m)))
}

impl Run {
    /// Sorted meetings in memory.
    #[must_use]
    pub fn in_memory(meetings: Vec<Meeting>) -> Self {
        Self {
            len: meetings.len() as u64,
            place: Place::Memory(meetings.into_iter()),
            next: None,
        }
    }

    /// The meetings that [`write()`] wrote, in the next `bytes` of `file`.
    #[must_use]
    pub fn open(file: File, bytes: u64) -> Self {
        Self {
            len: bytes / BYTES as u64,
            place: Place::File(BufReader::with_capacity(1 << 16, file.take(bytes))),
            next: None,
        }
    }

    /// Their number, taken or not.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes those meetings whose record of the first party is below `left`, in order.
    ///
    /// # Errors
    /// Those of the file.
    pub(super) fn take_below(&mut self, left: u32, out: &mut Vec<Meeting>) -> io::Result<()> {
        match &mut self.place {
            Place::Memory(rest) => {
                let n = rest.as_slice().partition_point(|m| m.left < left);
                out.extend(rest.take(n));
            }
            Place::File(file) => loop {
                let next = match self.next.take() {
                    Some(next) => next,
                    None if file.buffer().is_empty() && file.get_ref().limit() == 0 => break,
                    None => {
                        let mut bytes = [0; BYTES];
                        file.read_exact(&mut bytes)?;
                        meeting(&bytes)
                    }
                };
                if next.left >= left {
                    self.next = Some(next);
                    break;
                }
                out.push(next);
            },
        }
        Ok(())
    }
}

fn bytes(m: &Meeting) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..4].copy_from_slice(&m.left.to_le_bytes());
    bytes[4..8].copy_from_slice(&m.right.to_le_bytes());
    (bytes[8], bytes[9]) = (m.pass, m.size);
    bytes[10..].copy_from_slice(&m.levels.to_le_bytes());
    bytes
}

fn meeting(bytes: &[u8; BYTES]) -> Meeting {
    let number =
        |i: usize| u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
    Meeting {
        left: number(0),
        right: number(4),
        pass: bytes[8],
        size: bytes[9],
        levels: number(10),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use super::*;

    #[test]
    fn a_file_gives_what_memory_gives() {
        let mut all: Vec<Meeting> = (0..1000u32)
            .map(|i| Meeting {
                left: i * 7919 % 100,
                right: i,
                pass: (i % 9) as u8,
                size: (i % 251) as u8,
                levels: i * i,
            })
            .collect();
        sort(&mut all);
        let mut file = tempfile::tempfile().unwrap();
        write(&all, &mut file).unwrap();
        // What follows belongs to somebody else.
        file.write_all(&[7; 40]).unwrap();
        file.rewind().unwrap();
        let mut runs = [
            Run::open(file, (all.len() * BYTES) as u64),
            Run::in_memory(all.clone()),
        ];
        for run in &mut runs {
            assert_eq!(run.len(), 1000);
            let mut out = Vec::new();
            for (below, n) in [
                (0, 0),
                (1, 10),
                (1, 10),
                (50, 500),
                (100, 1000),
                (200, 1000),
            ] {
                run.take_below(below, &mut out).unwrap();
                assert_eq!(out.len(), n);
            }
            assert_eq!(out, all);
        }
    }
}
