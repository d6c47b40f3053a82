//! What the number of matches in a cell leans on, where few pairs are in it.

use super::cells::{DATE_STATES, NAME_STATES, PLAIN_STATES, date_code, name_code};
use super::evidence::{Date, Names};
use super::model::{Exposure, Model, PRIOR_WEIGHT};
use super::pairs::Pairs;
use super::prior;
use crate::matcher::compare::{LOWEST, TOP};

/// What a cell's number of matches leans on: names and date as if independent.
pub(super) struct Lean {
    total: f64,
    /// Share of matches by state of names, among pairs whose whole birthdate agrees.
    full: Vec<f64>,
    /// The same by what the passes without the whole birthdate say of the names.
    apart: Vec<f64>,
    /// Share of matches by state of date, among pairs whose names agree.
    dates: Vec<f64>,
    classic: bool,
}

impl Lean {
    pub(super) fn of(
        before: &Model,
        pairs: &Pairs,
        posterior: &[f64],
        exposure: &Exposure,
    ) -> Self {
        let total = posterior.iter().sum::<f64>().max(1.0);
        let mut full = vec![0.0; NAME_STATES];
        let mut apart = vec![0.0; NAME_STATES];
        let mut dates = vec![0.0; DATE_STATES];
        for (kind, count) in pairs.counted() {
            if kind.evidence.date != Date::Full {
                continue;
            }
            let matches = before.probability(&kind.evidence) * count;
            full[name_code(kind.evidence.names)] += matches;
            if let Some(apart_from_date) = &kind.apart {
                apart[name_code(apart_from_date.names)] += matches;
            }
        }
        for (d, share) in dates.iter_mut().enumerate() {
            *share = posterior[name_code(Names::Both) * DATE_STATES + d];
        }
        let normal =
            |counts: &mut Vec<f64>, n: f64| counts.iter_mut().for_each(|c| *c /= n.max(1.0));
        let with_date: f64 = full.iter().sum();
        smooth(&mut full);
        normal(&mut full, with_date);
        normal(&mut apart, with_date);
        let named = dates.iter().sum();
        normal(&mut dates, named);
        Self {
            total,
            full,
            apart,
            dates,
            classic: exposure.classic,
        }
    }

    /// Whether names in this state were seen where the date is known to agree. Those of passes for
    /// people without a birthdate never are: of them, dated pairs teach nothing.
    pub(super) fn knows(&self, names: Names, date: Date) -> bool {
        !date.is_undated() || self.apart[name_code(names)] > 0.0
    }

    /// Expected matches in a cell, leaning on the prior by [`PRIOR_WEIGHT`] in a hundred.
    pub(super) fn expected(&self, names: Names, date: Date) -> f64 {
        let w = PRIOR_WEIGHT / 100.0;
        let mix = |seen: f64, prior: f64| (1.0 - w) * seen + w * prior;
        let by_names = if date == Date::Full {
            &self.full
        } else {
            &self.apart
        };
        let n = mix(
            by_names[name_code(names)],
            prior::match_names(names, self.classic),
        );
        let d = mix(self.dates[date_code(date)], prior::match_date(date));
        (self.total * n * d).max(1e-9)
    }
}

/// Evens out what one level of likeness has by accident and its neighbours have not: each level
/// between [`LOWEST`] and [`TOP`] becomes a quarter of each neighbour and half of itself.
fn smooth(by_name: &mut [f64]) {
    let (low, top) = (usize::from(LOWEST), usize::from(TOP));
    for levels in by_name[PLAIN_STATES..].chunks_exact_mut(16) {
        let before: Vec<f64> = levels.to_vec();
        for l in low..=top {
            let neighbours = before[l.max(low + 1) - 1] + before[(l + 1).min(top)];
            levels[l] = 0.25 * neighbours + 0.5 * before[l];
        }
    }
}
