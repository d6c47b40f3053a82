//! The runs of letters and digits of a text, and how many different ones there are.

use std::collections::{BinaryHeap, HashSet};

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Kinds of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Letters A to Z in either case.
    Letters,
    /// Digits.
    Digits,
    /// Letters that are no ASCII, in UTF-8.
    Wide,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Letters, Self::Digits, Self::Wide];

    /// The shortest run that is looked for as such, in bytes.
    #[must_use]
    pub fn shortest(self) -> usize {
        match self {
            Self::Letters | Self::Wide => 6,
            Self::Digits => 5,
        }
    }

    /// How many different bytes may stand in one place of a run; for [`Kind::Wide`] at least, in the mean.
    pub(super) fn alphabet(self, is_exact: bool) -> f64 {
        match (self, is_exact) {
            (Self::Letters, false) => 26.0,
            (Self::Letters, true) => 52.0,
            (Self::Digits, _) => 10.0,
            // 30 first bytes of two, and 64 second ones.
            (Self::Wide, _) => 1_920_f64.sqrt(),
        }
    }

    /// Whether `byte` may stand in a run.
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Self::Letters => byte.is_ascii_alphabetic(),
            Self::Digits => byte.is_ascii_digit(),
            Self::Wide => byte >= 0x80,
        }
    }
}

/// Gives `each` the runs of a cell: of letters as they stand, of letters without their accents, of digits.
pub(super) fn runs(cell: &str, each: &mut impl FnMut(Kind, &[u8])) {
    split(cell.as_bytes(), each);
    if !cell.is_ascii() {
        let letters: String = cell.nfd().filter(|c| !is_combining_mark(*c)).collect();
        if letters.is_ascii() || letters.len() < cell.len() {
            split(letters.as_bytes(), each);
        }
    }
}

fn split(bytes: &[u8], each: &mut impl FnMut(Kind, &[u8])) {
    let kind = |b: u8| Kind::ALL.into_iter().find(|k| k.has(b));
    for run in bytes.chunk_by(|a, b| kind(*a) == kind(*b)) {
        if let Some(kind) = kind(run[0]) {
            each(kind, run);
        }
    }
}

/// How many different values there are, in little memory: the smallest of their hashes are kept, and how close
/// these lie together tells how many there are (k minimum values).
#[derive(Default)]
pub(super) struct Distinct {
    smallest: BinaryHeap<u64>,
    members: HashSet<u64>,
}

impl Distinct {
    /// Hashes kept: a standard error of 3 %.
    const KEPT: usize = 1 << 10;

    /// Counts a value by its hash, of 64 random bits.
    pub(super) fn add(&mut self, hash: u64) {
        let is_full = self.smallest.len() == Self::KEPT;
        if is_full
            && self
                .smallest
                .peek()
                .is_some_and(|greatest| hash >= *greatest)
        {
            return;
        }
        if !self.members.insert(hash) {
            return;
        }
        self.smallest.push(hash);
        if is_full && let Some(greatest) = self.smallest.pop() {
            self.members.remove(&greatest);
        }
    }

    /// How many there are, rather too many than too few: exactly up to 1,024, an estimate and three
    /// standard errors beyond.
    pub(super) fn count(&self) -> f64 {
        match self.smallest.peek() {
            Some(greatest) if self.smallest.len() == Self::KEPT => {
                let share = *greatest as f64 / u64::MAX as f64;
                1.1 * (Self::KEPT - 1) as f64 / share.max(f64::MIN_POSITIVE)
            }
            _ => self.smallest.len() as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_with_and_without_accents() {
        let mut found = Vec::new();
        runs("Zzyzxá-Núm 12345b", &mut |kind, run: &[u8]| {
            found.push((kind, String::from_utf8_lossy(run).into_owned()));
        });
        let has = |kind, text: &str| found.contains(&(kind, text.to_owned()));
        assert!(has(Kind::Letters, "Zzyzxa") && has(Kind::Letters, "Num"));
        assert!(has(Kind::Letters, "Zzyzx") && has(Kind::Wide, "á"));
        assert!(has(Kind::Digits, "12345") && has(Kind::Letters, "b"));
    }

    #[test]
    fn different_values_are_counted() {
        let hash = |i: u32| {
            let hash = blake3::hash(&i.to_le_bytes());
            u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap())
        };
        let mut distinct = Distinct::default();
        for i in 0..100_000 {
            distinct.add(hash(i % 900));
        }
        assert!((distinct.count() - 900.0).abs() < 0.5);
        for i in 0..50_000 {
            distinct.add(hash(i));
        }
        let count = distinct.count();
        assert!((48_000.0..62_000.0).contains(&count), "{count}");
    }
}
