//! Looks for runs of a token file in the cells of a source table, and counts what the table has.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::scan::{LONGEST, Run, TRIGRAMS, folded, trigram};
use super::words::{Distinct, Kind, runs};

/// Words that are remembered, so that a frequent one is looked at once.
const REMEMBERED: usize = 1 << 21;

/// How far a run of the token file stands in the source.
#[derive(Debug, Clone, Default)]
pub(super) struct Match {
    /// Its last so many bytes, in whatever case.
    pub(super) folded: usize,
    /// Its last so many bytes, as they stand.
    pub(super) exact: usize,
    /// The column of the source; of several the first in the file.
    pub(super) header: String,
}

/// What was found in the source.
pub(super) struct Search<'a> {
    runs: Vec<&'a Run>,
    /// Of each run, in their order.
    pub(super) matches: Vec<Match>,
    /// By kind and the last bytes of a run, in capitals: the runs.
    by_end: HashMap<(Kind, Vec<u8>), Vec<u32>>,
    hasher: RandomState,
    remembered: HashSet<u64>,
    /// By [`trigram`]: whether the three letters stand in the source, as they are.
    pub(super) trigrams: Vec<bool>,
    /// By kind, case and length: different runs of the source.
    distinct: Vec<Distinct>,
    /// Cells that were looked through.
    pub(super) cells: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(runs: Vec<&'a Run>) -> Self {
        let mut by_end: HashMap<(Kind, Vec<u8>), Vec<u32>> = HashMap::new();
        for (i, run) in (0..).zip(&runs) {
            let bytes = run.bytes();
            let end = &bytes[bytes.len() - run.kind.shortest()..];
            let key = (run.kind, end.to_ascii_uppercase());
            by_end.entry(key).or_default().push(i);
        }
        let places = Kind::ALL.len() * 2 * (LONGEST + 1);
        Self {
            matches: vec![Match::default(); runs.len()],
            runs,
            by_end,
            hasher: RandomState::new(),
            remembered: HashSet::new(),
            trigrams: vec![false; TRIGRAMS],
            distinct: (0..places).map(|_| Distinct::default()).collect(),
            cells: 0,
        }
    }

    /// Looks through one cell.
    pub(super) fn cell(&mut self, header: &str, cell: &str) {
        self.cells += 1;
        runs(cell, &mut |kind, word| self.word(header, kind, word));
    }

    fn word(&mut self, header: &str, kind: Kind, word: &[u8]) {
        if word.len() < 3 || kind != Kind::Letters && word.len() < kind.shortest() {
            return;
        }
        let hash = self.hasher.hash_one(word);
        if self.remembered.contains(&hash) {
            return;
        }
        if self.remembered.len() < REMEMBERED {
            self.remembered.insert(hash);
        }
        if kind == Kind::Letters {
            for n in word.windows(3).filter_map(trigram) {
                self.trigrams[n] = true;
            }
        }
        let upper = word.to_ascii_uppercase();
        for length in kind.shortest()..=word.len().min(LONGEST) {
            for (exact, folded) in word.windows(length).zip(upper.windows(length)) {
                let hash = self.hasher.hash_one(folded);
                self.distinct[place(kind, false, length)].add(hash);
                if kind == Kind::Letters {
                    let hash = self.hasher.hash_one(exact);
                    self.distinct[place(kind, true, length)].add(hash);
                }
            }
        }
        for end in kind.shortest()..=word.len() {
            let key = (kind, upper[end - kind.shortest()..end].to_vec());
            for &i in self.by_end.get(&key).into_iter().flatten() {
                let run = self.runs[i as usize].bytes();
                let common = |a: &[u8], b: &[u8], same: fn(&u8, &u8) -> bool| {
                    let pairs = a.iter().rev().zip(b.iter().rev());
                    pairs.take_while(|(a, b)| same(a, b)).count()
                };
                let best = &mut self.matches[i as usize];
                let folded = common(run, &word[..end], u8::eq_ignore_ascii_case);
                if folded > best.folded {
                    best.folded = folded;
                    header.clone_into(&mut best.header);
                }
                let exact = common(run, &word[..end], u8::eq);
                best.exact = best.exact.max(exact);
            }
        }
    }

    /// Different runs of so many bytes in the source; an estimate that is rather too high.
    pub(super) fn distinct(&self, kind: Kind, is_exact: bool, length: usize) -> f64 {
        self.distinct[place(kind, is_exact, length)].count()
    }

    /// As [`Self::trigrams`], of the letters in whatever case.
    pub(super) fn folded_trigrams(&self) -> Vec<bool> {
        let mut out = vec![false; TRIGRAMS];
        for (n, _) in self.trigrams.iter().enumerate().filter(|(_, is)| **is) {
            out[folded(n)] = true;
        }
        out
    }
}

fn place(kind: Kind, is_exact: bool, length: usize) -> usize {
    (kind as usize * 2 + usize::from(is_exact)) * (LONGEST + 1) + length
}
