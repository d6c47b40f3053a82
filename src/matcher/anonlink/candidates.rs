//! Files of candidate pairs, as anonlink dumps them.
//!
//! Four bytes - the version, 1, and the sizes of a score, of a dataset's number and of a record's number - and then pairs,
//! the most alike first: score, two datasets, two records, little-endian, without padding.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use half::f16;

use super::Candidate;
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

const VERSION: u8 = 1;
/// The longest pair: five numbers of eight bytes.
const LONGEST: usize = 40;

/// Bytes of each number in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    score: u8,
    dataset: u8,
    record: u8,
}

impl Sizes {
    /// Those of a file that anonlink makes of pairs that it has found: 8, 4 and 4.
    pub const USUAL: Self = Self {
        score: 8,
        dataset: 4,
        record: 4,
    };

    /// The sizes that hold the numbers of both.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            score: self.score.max(other.score),
            dataset: self.dataset.max(other.dataset),
            record: self.record.max(other.record),
        }
    }

    fn is_known(self) -> bool {
        [2, 4, 8].contains(&self.score)
            && [self.dataset, self.record]
                .iter()
                .all(|size| [1, 2, 4, 8].contains(size))
    }

    fn of_pair(self) -> usize {
        usize::from(self.score) + 2 * usize::from(self.dataset) + 2 * usize::from(self.record)
    }
}

/// A file of candidate pairs that is being read.
#[derive(Debug)]
pub struct CandidateFile {
    path: PathBuf,
    file: BufReader<File>,
    sizes: Sizes,
    pairs: u64,
    taken: u64,
    last: f64,
}

impl CandidateFile {
    /// Opens `path` and reads its header.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it is no such file, or is cut off in a pair;
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |e| Error::io("read", path, e);
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut header = [0; 4];
        file.read_exact(&mut header).map_err(|e| match e.kind() {
            ErrorKind::UnexpectedEof => {
                Error::input(path, "too short for a file of candidate pairs")
            }
            _ => failed(e),
        })?;
        let [version, score, dataset, record] = header;
        let sizes = Sizes {
            score,
            dataset,
            record,
        };
        if version != VERSION || !sizes.is_known() {
            return Err(
                Error::input(path, "this is not a file of candidate pairs of version 1")
                    .hint("files of CLKs are matched without --candidates"),
            );
        }
        let (bytes, each) = (length - header.len() as u64, sizes.of_pair() as u64);
        if !bytes.is_multiple_of(each) {
            return Err(Error::input(
                path,
                format!("cut off behind pair {}", bytes / each),
            ));
        }
        Ok(Self {
            path: path.to_path_buf(),
            file,
            sizes,
            pairs: bytes / each,
            taken: 0,
            last: f64::INFINITY,
        })
    }

    /// The sizes of its numbers.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Number of its pairs.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.pairs
    }

    /// The next pair; `None` behind the last.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if its score is no number or is greater than that of the pair before, or if
    /// the number of a dataset or record is above 4,294,967,294; [`Class::Io`](crate::error::Class::Io).
    pub fn take(&mut self) -> Result<Option<Candidate>> {
        if self.taken == self.pairs {
            return Ok(None);
        }
        let mut bytes = [0; LONGEST];
        let pair = &mut bytes[..self.sizes.of_pair()];
        self.file
            .read_exact(pair)
            .map_err(|e| Error::io("read", &self.path, e))?;
        self.taken += 1;
        let (score, rest) = pair.split_at(self.sizes.score.into());
        let score = float(score);
        if !score.is_finite() {
            return Err(self.wrong("its score is no number"));
        }
        if score > self.last {
            return Err(self
                .wrong("its score is greater than that of the pair before")
                .hint("candidate pairs must be in the order of their scores, the greatest first"));
        }
        self.last = score;
        let (datasets, records) = rest.split_at(2 * usize::from(self.sizes.dataset));
        let numbers = |bytes: &[u8], size: u8| -> Option<[u32; 2]> {
            let (a, b) = bytes.split_at(size.into());
            Some([integer(a)?, integer(b)?])
        };
        let (Some(datasets), Some(records)) = (
            numbers(datasets, self.sizes.dataset),
            numbers(records, self.sizes.record),
        ) else {
            return Err(self.wrong("a number above 4,294,967,294"));
        };
        Ok(Some(Candidate {
            score,
            datasets,
            records,
        }))
    }

    fn wrong(&self, problem: &str) -> Error {
        Error::input(&self.path, format!("pair {}: {problem}", self.taken))
    }
}

fn float(bytes: &[u8]) -> f64 {
    match *bytes {
        [a, b] => f16::from_le_bytes([a, b]).to_f64(),
        [a, b, c, d] => f32::from_le_bytes([a, b, c, d]).into(),
        _ => bytes
            .first_chunk()
            .map_or(f64::NAN, |whole| f64::from_le_bytes(*whole)),
    }
}

fn integer(bytes: &[u8]) -> Option<u32> {
    let mut whole = [0; 8];
    whole[..bytes.len()].copy_from_slice(bytes);
    let number = u32::try_from(u64::from_le_bytes(whole)).ok()?;
    (number != u32::MAX).then_some(number)
}

/// Writes candidate pairs, which must come in their order, as anonlink does. Returns how many they are.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), or that of a candidate; nothing is then left behind.
pub fn write_candidates(
    path: &Path,
    sizes: Sizes,
    candidates: impl Iterator<Item = Result<Candidate>>,
) -> Result<u64> {
    let failed = |e| Error::io("write", path, e);
    let mut file = AtomicFile::create(path)?;
    file.write_all(&[VERSION, sizes.score, sizes.dataset, sizes.record])
        .map_err(failed)?;
    let (mut pair, mut written) = (Vec::with_capacity(LONGEST), 0);
    for candidate in candidates {
        let candidate = candidate?;
        pair.clear();
        match sizes.score {
            2 => pair.extend(f16::from_f64(candidate.score).to_le_bytes()),
            4 => pair.extend((candidate.score as f32).to_le_bytes()),
            _ => pair.extend(candidate.score.to_le_bytes()),
        }
        for (numbers, size) in [
            (candidate.datasets, sizes.dataset),
            (candidate.records, sizes.record),
        ] {
            for number in numbers {
                pair.extend_from_slice(&u64::from(number).to_le_bytes()[..size.into()]);
            }
        }
        file.write_all(&pair).map_err(failed)?;
        written += 1;
    }
    file.commit()?;
    Ok(written)
}
