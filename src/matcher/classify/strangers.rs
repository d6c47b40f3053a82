//! Strangers, counted among the rivals of certain matches.

use rayon::prelude::*;

use super::cells::{CELLS, DATE_STATES, cell, date_code, name_code};
use super::evidence::{Date, Names};
use super::model::{Exposure, Model, PRIOR_WEIGHT, stranger_prior};
use super::pairs::Pairs;
use super::prior;
use crate::error::Result;
use crate::matcher::rows::Row;

/// Posterior from which a record's match counts as certain when strangers are counted.
const CERTAIN: f64 = 0.95;
/// The least share of strangers without a birthdate that is taken to have been seen, of that of all.
const LEAST_SEEN: f64 = 0.03;
/// Pairs that a thread looks at at a time.
const TASK_ROWS: usize = 1 << 17;

/// What was seen among pairs that are strangers since both have, or one has, a certain match
/// elsewhere.
pub(super) struct Strangers {
    /// Pairs by cell.
    pub(super) counts: Vec<f64>,
    /// Share of all stranger pairs that was looked at, above 0 if there was any certain match.
    share: f64,
    /// The same for strangers of whom one has no birthdate. They met in a pass in which names that
    /// occur twice in a file do not take part, so that only those are seen whose certain match has
    /// a birthdate and other names than they.
    share_undated: f64,
    pub(super) middle: (f64, f64),
    pub(super) gender: (f64, f64),
}

/// The likeliest candidate of a record, if it is a certain match, and what kind of pair they are.
#[derive(Clone, Copy)]
struct Best {
    other: u32,
    kind: u32,
}

impl Best {
    const NONE: Self = Self {
        other: u32::MAX,
        kind: u32::MAX,
    };

    fn is_some(self) -> bool {
        self.kind != Self::NONE.kind
    }

    /// Takes the place of a less probable one.
    fn keep(&mut self, other: u32, kind: u32, probability: &[f64]) {
        let of = |kind: u32| probability.get(kind as usize).copied().unwrap_or(0.0);
        if of(kind) > of(self.kind) {
            *self = Self { other, kind };
        }
    }
}

impl Strangers {
    pub(super) fn count(model: &Model, pairs: &Pairs, exposure: &Exposure) -> Result<Self> {
        let probability = pairs.by_kind(|k| model.probability(&k.evidence));
        // By birthdates and unequal names.
        let leaves_open =
            pairs.by_kind(|k| !k.evidence.date.is_undated() && k.evidence.names != Names::Both);
        let mut best_left = vec![Best::NONE; exposure.records.0];
        let mut best_right = vec![Best::NONE; exposure.records.1];
        pairs.each_way(|rows| {
            let certain = || {
                let all = rows.iter();
                all.filter(|[_, _, kind]| probability[*kind as usize] >= CERTAIN)
            };
            rayon::join(
                || {
                    for [left, right, kind] in certain() {
                        best_left[*left as usize].keep(*right, *kind, &probability);
                    }
                },
                || {
                    for [left, right, kind] in certain() {
                        best_right[*right as usize].keep(*left, *kind, &probability);
                    }
                },
            );
        })?;
        let mut out = Self {
            counts: vec![0.0; CELLS],
            share: 0.0,
            share_undated: 0.0,
            middle: (0.0, 0.0),
            gender: (0.0, 0.0),
        };
        let mut seen = vec![0u64; probability.len()];
        pairs.each_way(|rows| {
            let count = |rows: &[Row]| {
                let mut seen = vec![0u64; probability.len()];
                for [left, right, kind] in rows {
                    let (l, r) = (best_left[*left as usize], best_right[*right as usize]);
                    seen[*kind as usize] += u64::from(l.is_some() && l.other != *right)
                        + u64::from(r.is_some() && r.other != *left);
                }
                seen
            };
            let counts: Vec<Vec<u64>> = rows.par_chunks(TASK_ROWS).map(count).collect();
            for counts in counts {
                seen.iter_mut().zip(counts).for_each(|(all, n)| *all += n);
            }
        })?;
        for (kind, seen) in pairs.kinds().iter().zip(seen) {
            let seen = seen as f64;
            out.counts[cell(&kind.evidence)] += seen;
            tally(&mut out.middle, kind.evidence.middle, seen);
            tally(&mut out.gender, kind.evidence.gender, seen);
        }
        let looked = |is: &dyn Fn(&Best) -> bool| {
            let share = |best: &[Best]| {
                let seen = best.iter().filter(|b| b.is_some() && is(b)).count();
                seen as f64 / best.len().max(1) as f64
            };
            share(&best_left) + share(&best_right)
        };
        out.share = looked(&|_| true);
        // The prior counts names that occur twice in a file too. It must not speak alone.
        out.share_undated = looked(&|b| leaves_open[b.kind as usize]).max(LEAST_SEEN * out.share);
        Ok(out)
    }

    /// Pairs of strangers in a cell of `date`: (seen + w) / (share + w / prior), the mean of a Gamma
    /// posterior whose prior has mean `prior` and weight w.
    pub(super) fn of(&self, cell: usize, date: Date, prior: f64) -> f64 {
        let share = if date.is_undated() {
            self.share_undated
        } else {
            self.share
        };
        (self.counts[cell] + PRIOR_WEIGHT) / (share + PRIOR_WEIGHT / prior)
    }

    /// Strangers with equal names and birthdate, from those with equal names and a birthdate that
    /// differs in the day or in the month: a second record of one person in a file, which is no
    /// stranger, hides among the former and not among the latter.
    pub(super) fn namesakes(&self, exposure: &Exposure) -> f64 {
        let near = [Date::YearMonth(false), Date::YearMonth(true), Date::YearDay];
        let (mut seen, mut ratio) = (0.0, 0.0);
        for date in near {
            seen += self.counts[name_code(Names::Both) * DATE_STATES + date_code(date)];
            ratio += prior::strangers_by_calendar(date, 0.5);
        }
        let prior = stranger_prior(Names::Both, Date::Full, exposure);
        (seen + PRIOR_WEIGHT) / (self.share * ratio + PRIOR_WEIGHT / prior)
    }
}

/// Adds pairs that agree or differ.
pub(super) fn tally(counts: &mut (f64, f64), agrees: Option<bool>, weight: f64) {
    match agrees {
        Some(true) => counts.0 += weight,
        Some(false) => counts.1 += weight,
        None => {}
    }
}
