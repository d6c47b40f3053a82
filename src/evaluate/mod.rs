//! Against truth, for rehearsals: precision, recall and F1 of a match whose answer is known.

pub mod plants;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::csvfile::CsvReader;
use crate::error::{Error, Result};
use crate::units::is_plant;

/// Precision, recall and F1 of a set of links.
///
/// Precision is the share of links that are true, recall the share of true pairs that are links,
/// F1 their harmonic mean; each 0 to 1, and 0 where it would divide by nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// The least match probability of a link.
    pub threshold: f64,
    /// Number of links.
    pub links: u64,
    /// Number of links that are true pairs.
    pub right: u64,
    /// right / links.
    pub precision: f64,
    /// right / true pairs.
    pub recall: f64,
    /// 2 x precision x recall / (precision + recall).
    pub f1: f64,
}

/// How a match compares with the truth.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// True pairs, including those of records that could not be encoded.
    pub true_pairs: u64,
    /// True pairs that were candidates with a probability of at least 0.01.
    pub candidates: u64,
    /// The links as decided.
    pub decided: Score,
    /// The links at the threshold that gives the highest F1, found with the truth: out of reach
    /// for real users, who have none. Below one half a record can stand in several of them.
    pub best: Score,
}

impl Score {
    fn new(threshold: f64, links: u64, right: u64, truth: u64) -> Self {
        let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
        let (precision, recall) = (share(right, links), share(right, truth));
        // 2PR / (P + R) = 2 right / (links + truth), with one division less.
        let f1 = share(2 * right, links + truth);
        Self {
            threshold,
            links,
            right,
            precision,
            recall,
            f1,
        }
    }
}

/// The pairs of ids that are of one student.
///
/// # Privacy
/// Student ids of both parties. Its `Debug` shows none.
pub struct Truth {
    partners: BTreeMap<String, BTreeSet<String>>,
    pairs: u64,
}

impl fmt::Debug for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Truth({} pairs)", self.pairs)
    }
}

impl Truth {
    /// Reads a CSV of two id columns, the first party's first.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) for a malformed file or one without a pair,
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn read(path: &Path) -> Result<Self> {
        let mut reader = CsvReader::open_pairs(path)?;
        let mut truth = Self {
            partners: BTreeMap::new(),
            pairs: 0,
        };
        while reader.advance()? {
            let of = truth.partners.entry(reader.cell(0).to_owned());
            let is_new = of.or_default().insert(reader.cell(1).to_owned());
            truth.pairs += u64::from(is_new);
        }
        if truth.pairs == 0 {
            return Err(Error::input(path, "the truth holds no pair"));
        }
        Ok(truth)
    }

    /// Whether any id of the truth is one of the first or of the second party's.
    #[must_use]
    pub fn is_of(&self, first: &BTreeSet<&str>, second: &BTreeSet<&str>) -> bool {
        self.partners.iter().any(|(a, partners)| {
            first.contains(a.as_str()) || partners.iter().any(|b| second.contains(b.as_str()))
        })
    }

    fn holds(&self, pair: &Listed<'_>) -> bool {
        let partners = self.partners.get(pair.first);
        partners.is_some_and(|p| p.contains(pair.second))
    }

    /// Scores `links`, and the thresholds that could have been set on `pairs`: candidates, links or
    /// not, in any order.
    #[must_use]
    pub fn score(&self, links: &[Listed<'_>], mut pairs: Vec<Listed<'_>>) -> Evaluation {
        let count =
            |listed: &[Listed<'_>]| listed.iter().filter(|pair| self.holds(pair)).count() as u64;
        let decided = Score::new(
            links.iter().map(|l| l.probability).fold(1.0, f64::min),
            links.len() as u64,
            count(links),
            self.pairs,
        );
        pairs.sort_by(|x, y| y.probability.total_cmp(&x.probability));
        let mut best = Score::new(1.0, 0, 0, self.pairs);
        let (mut taken, mut right) = (0, 0);
        for group in pairs.chunk_by(|x, y| x.probability.total_cmp(&y.probability).is_eq()) {
            taken += group.len() as u64;
            right += count(group);
            let score = Score::new(group[0].probability, taken, right, self.pairs);
            if score.f1 > best.f1 {
                best = score;
            }
        }
        Evaluation {
            true_pairs: self.pairs,
            candidates: right,
            decided,
            best,
        }
    }
}

/// A pair of records by their student ids.
///
/// # Privacy
/// Student ids of both parties. Its `Debug` shows none.
#[derive(Clone, Copy)]
pub struct Listed<'i> {
    /// Id of the first party's record.
    pub first: &'i str,
    /// Id of the second party's record.
    pub second: &'i str,
    /// Match probability, 0 to 1.
    pub probability: f64,
}

impl fmt::Debug for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listed(.., {})", self.probability)
    }
}

/// Scores the results in `folder` against `truth`, a CSV of two id columns, the first party's
/// first. `first` and `second` are the parties' ref maps.
///
/// # Privacy
/// Needs the ref maps of both parties, so it is for made-up data and other rehearsals only.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a malformed file,
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if no pair of the results is of these two
/// ref maps, or no id of the truth is in them.
pub fn evaluate(folder: &Path, first: &Path, second: &Path, truth: &Path) -> Result<Evaluation> {
    let (ids_a, ids_b) = (refs(first)?, refs(second)?);
    let known = Truth::read(truth)?;
    let all_a = ids_a.values().map(String::as_str).collect();
    let all_b = ids_b.values().map(String::as_str).collect();
    if !known.is_of(&all_a, &all_b) {
        return Err(Error::mismatch("no id of the truth is in the ref maps")
            .at(truth)
            .hint("give --refs in the order of the truth's columns"));
    }
    let links = read_pairs(&folder.join("links.csv"), &ids_a, &ids_b)?;
    let pairs = read_pairs(&folder.join("pairs.csv"), &ids_a, &ids_b)?;
    Ok(known.score(&links, pairs))
}

/// Record ref to student id. Planted people are no students: what became of them is scored by [`plants`].
fn refs(path: &Path) -> Result<BTreeMap<String, String>> {
    let mut reader = CsvReader::open(path, &["record_ref", "student_id"])?;
    let mut ids = BTreeMap::new();
    while reader.advance()? {
        if !is_plant(reader.cell(1)) {
            ids.insert(reader.cell(0).to_owned(), reader.cell(1).to_owned());
        }
    }
    Ok(ids)
}

/// The pairs of a results file that are of these two parties, in either order.
fn read_pairs<'i>(
    path: &Path,
    a: &'i BTreeMap<String, String>,
    b: &'i BTreeMap<String, String>,
) -> Result<Vec<Listed<'i>>> {
    let mut reader = CsvReader::open(path, &["ref_a", "ref_b", "probability"])?;
    let mut pairs = Vec::new();
    let mut lines = 0;
    while reader.advance()? {
        lines += 1;
        let (x, y) = (reader.cell(0), reader.cell(1));
        let ids = match (a.get(x), b.get(y)) {
            (Some(p), Some(q)) => Some((p, q)),
            _ => a.get(y).zip(b.get(x)),
        };
        let Some((first, second)) = ids else { continue };
        let probability = reader
            .cell(2)
            .parse()
            .map_err(|_| reader.error(2, "expected a probability"))?;
        pairs.push(Listed {
            first,
            second,
            probability,
        });
    }
    if lines > 0 && pairs.is_empty() {
        return Err(
            Error::mismatch("no pair of the results is of these two ref maps")
                .at(path)
                .hint("use the ref maps that `encode` wrote together with the matched token files"),
        );
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(dir: &Path) {
        std::fs::write(
            dir.join("a.csv"),
            "record_ref,student_id\na1,A1\na2,A2\na3,A3\n",
        )
        .unwrap();
        std::fs::write(
            dir.join("b.csv"),
            "record_ref,student_id\nb1,B1\nb2,B2\nb3,B3\n",
        )
        .unwrap();
        std::fs::write(
            dir.join("truth.csv"),
            "id_a,id_b\nA1,B1\nA2,B2\nA3,B3\nA9,B9\n",
        )
        .unwrap();
        let head = "party_a,ref_a,party_b,ref_b,probability,passes\n";
        std::fs::write(
            dir.join("links.csv"),
            format!("{head}x,a1,y,b1,0.9,p\nx,a2,y,b3,0.6,p\n"),
        )
        .unwrap();
        std::fs::write(
            dir.join("pairs.csv"),
            format!("{head}x,a1,y,b1,0.9,p\nx,a2,y,b3,0.6,p\nx,a2,y,b2,0.4,p\nx,a3,y,b3,0.4,p\n"),
        )
        .unwrap();
    }

    #[test]
    fn scores_are_those_counted_by_hand() {
        let dir = tempfile::tempdir().unwrap();
        let d = dir.path();
        setup(d);
        let e = evaluate(d, &d.join("a.csv"), &d.join("b.csv"), &d.join("truth.csv")).unwrap();
        assert_eq!((e.true_pairs, e.candidates), (4, 3));
        assert_eq!((e.decided.links, e.decided.right), (2, 1));
        assert!(
            (e.decided.precision - 0.5).abs() < 1e-12 && (e.decided.recall - 0.25).abs() < 1e-12
        );
        assert!((e.decided.f1 - 2.0 / 6.0).abs() < 1e-12);
        assert_eq!((e.best.links, e.best.right), (4, 3));
        assert!((e.best.threshold - 0.4).abs() < 1e-12 && (e.best.f1 - 6.0 / 8.0).abs() < 1e-12);
    }

    #[test]
    fn foreign_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let d = dir.path();
        setup(d);
        let swapped = evaluate(d, &d.join("b.csv"), &d.join("a.csv"), &d.join("truth.csv"));
        assert_eq!(swapped.unwrap_err().class(), crate::error::Class::Mismatch);
        std::fs::write(d.join("c.csv"), "record_ref,student_id\nz,A1\n").unwrap();
        let foreign = evaluate(d, &d.join("c.csv"), &d.join("b.csv"), &d.join("truth.csv"));
        assert_eq!(foreign.unwrap_err().class(), crate::error::Class::Mismatch);
    }
}
