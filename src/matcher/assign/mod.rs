//! Which pairs are links: the posterior of each pair under one-to-one, ties left ambiguous.
//!
//! Pairwise odds ignore rivals: two records with equal evidence for one partner would both look
//! certain. Here every set of links that uses no record twice is weighted by the product of its
//! odds, and the probability of a pair is the weight of the sets that hold it over the weight of
//! all. That is the monomer-dimer model of statistical physics; its marginals are computed by
//! belief propagation, exact where the graph of candidates has no loop (Zdeborova and Mezard
//! 2006, "The number of matchings in random graphs", section 2).
//!
//! Two equal rivals get half each at most, so a tie is never broken by the order of a file.

mod propagate;

use std::collections::BTreeMap;

use rayon::prelude::*;

use propagate::propagate;

/// Pairs of lower odds than this do not take part: together they change no decision.
pub const LEAST_ODDS: f64 = 1e-4;
/// A candidate this many times less likely than the best is no rival.
const RIVAL: f64 = 10.0;
/// Probability from which a pair is worth listing; a link always is.
const LISTED: f64 = 0.01;

/// A candidate pair with its match probability under one-to-one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Index of the first party's record.
    pub left: u32,
    /// Index of the second party's record.
    pub right: u32,
    /// The passes in which they met, bit 0 for the first.
    pub passes: u16,
    /// Odds of the pair by itself, above 0.
    pub odds: f64,
    /// Probability of the pair given its rivals, 0 to 1.
    pub probability: f64,
}

/// What a party is told of one of its records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Whether there is a link, none, or more than one candidate and no way to tell.
    pub status: Status,
    /// For a linked record the index of its link among [`Assignment::links`].
    pub link: Option<u32>,
    /// Probability of the best candidate, 0 where there is none.
    pub probability: f64,
    /// Number of records, at the partner or in the own file, that compete for the place of the
    /// best candidate or for the candidate itself, at least a tenth as likely.
    pub rivals: u32,
}

/// Status of a record towards one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It has a link.
    Linked,
    /// Some candidate would be a link but for its rivals.
    Ambiguous,
    /// No candidate is likely enough.
    NoLink,
}

impl Status {
    /// The word in the crosswalk.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Ambiguous => "ambiguous",
            Self::NoLink => "no_link",
        }
    }
}

/// The decision about two parties.
#[derive(Debug)]
pub struct Assignment {
    /// All candidate pairs that took part, ascending by `(left, right)`.
    pub pairs: Vec<Scored>,
    /// Indices into `pairs` of the links, ascending.
    pub links: Vec<u32>,
    /// One verdict a record of the first party.
    pub left: Vec<Verdict>,
    /// One verdict a record of the second party.
    pub right: Vec<Verdict>,
}

impl Assignment {
    /// The pairs worth listing, links or not: every link, and every pair of probability 0.01 or
    /// more. In the order of [`Assignment::pairs`].
    pub fn listed(&self) -> impl Iterator<Item = &Scored> {
        let mut links = self.links.iter().map(|i| *i as usize).peekable();
        let all = self.pairs.iter().enumerate();
        all.filter(move |(i, pair)| {
            let is_link = links.next_if_eq(i).is_some();
            is_link || pair.probability >= LISTED
        })
        .map(|(_, pair)| pair)
    }

    /// Gives every pair another probability, of the same decision, and every verdict that of its
    /// link or of its best candidate. `probabilities` are in the order of [`Assignment::pairs`].
    pub fn restate(&mut self, probabilities: &[f64]) {
        for (pair, probability) in self.pairs.iter_mut().zip(probabilities) {
            pair.probability = *probability;
        }
        for verdict in self.left.iter_mut().chain(&mut self.right) {
            verdict.probability = verdict.link.map_or(0.0, |i| {
                self.pairs[self.links[i as usize] as usize].probability
            });
        }
        for pair in &self.pairs {
            for verdict in [
                &mut self.left[pair.left as usize],
                &mut self.right[pair.right as usize],
            ] {
                if verdict.link.is_none() {
                    verdict.probability = verdict.probability.max(pair.probability);
                }
            }
        }
    }
}

/// Decides which pairs are links, of those whose odds are [`LEAST_ODDS`] or more; `pairs` are in ascending
/// order of `(left, right)`, each once, their probabilities still to be filled in; `records` are the
/// numbers of records of the parties; a pair is a link from probability `threshold` on.
///
/// No record is in two links. Deterministic in the set of pairs.
#[must_use]
pub fn assign(mut pairs: Vec<Scored>, records: (usize, usize), threshold: f64) -> Assignment {
    if pairs.par_iter().any(|s| s.odds < LEAST_ODDS) {
        pairs.retain(|s| s.odds >= LEAST_ODDS);
    }
    propagate(&mut pairs, records);
    decide(pairs, records, threshold)
}

/// Decides which pairs are links by their odds alone, the highest first: a pair is a link unless a pair of
/// higher odds, link or not, has one of its records, or one of equal odds has. All `pairs` take part, in
/// ascending order of `(left, right)`, each once; their probabilities are then their odds, to be
/// [restated](Assignment::restate). What is less than a tenth as likely is no rival.
///
/// No record is in two links. Deterministic in the set of pairs.
#[must_use]
pub fn assign_highest(mut pairs: Vec<Scored>, records: (usize, usize)) -> Assignment {
    pairs.iter_mut().for_each(|p| p.probability = p.odds);
    decide(pairs, records, 0.0)
}

fn decide(pairs: Vec<Scored>, records: (usize, usize), threshold: f64) -> Assignment {
    let likely: Vec<u32> = (0..pairs.len() as u32)
        .filter(|&i| pairs[i as usize].probability >= threshold)
        .collect();
    // At a threshold below one half, two pairs of one record can both reach it: the likelier one
    // is the link, and where they are as likely as each other, none is. Nearly all have no such other.
    let (of_left, of_right) = rayon::join(
        || uses(&pairs, &likely, records.0, |p| p.left),
        || uses(&pairs, &likely, records.1, |p| p.right),
    );
    let is_single = |&i: &u32| {
        let p = &pairs[i as usize];
        of_left[p.left as usize] == 1 && of_right[p.right as usize] == 1
    };
    let (mut links, mut order): (Vec<u32>, Vec<u32>) = likely.into_iter().partition(is_single);
    // From likely to unlikely; equal ones are settled by no order.
    order.sort_by(|&x, &y| {
        pairs[y as usize]
            .probability
            .total_cmp(&pairs[x as usize].probability)
            .then(x.cmp(&y))
    });
    let mut taken_left = vec![false; records.0];
    let mut taken_right = vec![false; records.1];
    for group in order.chunk_by(|&x, &y| {
        pairs[x as usize]
            .probability
            .total_cmp(&pairs[y as usize].probability)
            .is_eq()
    }) {
        let free: Vec<u32> = group
            .iter()
            .copied()
            .filter(|&i| {
                !taken_left[pairs[i as usize].left as usize]
                    && !taken_right[pairs[i as usize].right as usize]
            })
            .collect();
        let count = |of: fn(&Scored) -> u32| {
            let mut count: BTreeMap<u32, u32> = BTreeMap::new();
            for &i in &free {
                *count.entry(of(&pairs[i as usize])).or_default() += 1;
            }
            count
        };
        let (left, right) = (count(|p| p.left), count(|p| p.right));
        for &i in &free {
            let p = &pairs[i as usize];
            (taken_left[p.left as usize], taken_right[p.right as usize]) = (true, true);
            if left[&p.left] == 1 && right[&p.right] == 1 {
                links.push(i);
            }
        }
    }
    links.sort_unstable();
    let flipped = (records.1, records.0);
    let (left, right) = rayon::join(
        || verdicts(&pairs, &links, records, |p| (p.left, p.right), threshold),
        || verdicts(&pairs, &links, flipped, |p| (p.right, p.left), threshold),
    );
    Assignment {
        pairs,
        links,
        left,
        right,
    }
}

/// How many of the pairs of these indices each record is in.
fn uses(pairs: &[Scored], indices: &[u32], records: usize, end: fn(&Scored) -> u32) -> Vec<u32> {
    let mut count = vec![0; records];
    for &i in indices {
        count[end(&pairs[i as usize]) as usize] += 1;
    }
    count
}

/// One verdict a record of one side. `ends` gives the index of a pair's record on this side, then
/// on the other; `others` is the number of records there.
fn verdicts(
    pairs: &[Scored],
    links: &[u32],
    (records, others): (usize, usize),
    ends: fn(&Scored) -> (u32, u32),
    threshold: f64,
) -> Vec<Verdict> {
    let nothing = Verdict {
        status: Status::NoLink,
        link: None,
        probability: 0.0,
        rivals: 0,
    };
    let mut out = vec![nothing; records];
    let mut best: Vec<Option<&Scored>> = vec![None; records];
    let mut best_of_other = vec![0.0f64; others];
    for p in pairs {
        let (record, other) = ends(p);
        let kept = &mut best[record as usize];
        if kept.is_none_or(|b| b.probability < p.probability) {
            *kept = Some(p);
        }
        let most = &mut best_of_other[other as usize];
        *most = most.max(p.probability);
    }
    for (number, &i) in links.iter().enumerate() {
        let link = &pairs[i as usize];
        let record = ends(link).0 as usize;
        out[record].status = Status::Linked;
        out[record].link = Some(number as u32);
        best[record] = Some(link);
    }
    for (verdict, best) in out.iter_mut().zip(&best) {
        verdict.probability = best.map_or(0.0, |b| b.probability);
    }
    // Rivals for the best candidate, in the own file, are counted at that candidate.
    let mut claims = vec![0u32; others];
    for p in pairs {
        let (record, other) = ends(p);
        if p.probability * RIVAL >= out[record as usize].probability {
            out[record as usize].rivals += 1;
        }
        if p.probability * RIVAL >= best_of_other[other as usize] {
            claims[other as usize] += 1;
        }
    }
    for (verdict, best) in out.iter_mut().zip(&best) {
        let Some(best) = best else { continue };
        let other = ends(best).1 as usize;
        let stands = best.probability * RIVAL >= best_of_other[other];
        // Both counts hold the best candidate itself.
        verdict.rivals = verdict.rivals - 1 + claims[other] - u32::from(stands);
        // By itself it would be a link, and no rival has clearly won.
        let alone = best.odds / (1.0 + best.odds);
        if verdict.status == Status::NoLink && stands && alone >= threshold {
            verdict.status = Status::Ambiguous;
        }
    }
    out
}

#[cfg(test)]
mod tests;
