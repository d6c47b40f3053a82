//! How probable is a match, given the evidence: excess over coincidence.
//!
//! Fellegi and Sunter (1969), "A theory for record linkage": the odds of a match are the number
//! of matches over the number of strangers among the pairs with the same evidence. Both numbers
//! are estimated without labels, and without the free-running EM that drifts where matches are
//! one pair in thousands:
//!
//! - *Strangers* of a cell (state of names x state of date) are counted among the other pairs of
//!   records whose own match is certain: such a record's second candidate is a stranger. Cells
//!   with few observations lean on a calendar and a rough prior.
//! - *Matches* of a cell are what the pairs of the cell exceed the strangers by, leaning on the
//!   product of what names and date show separately, and bounded by one-to-one.
//! - Middle initial, gender and the size of the block multiply the odds, as fields independent of
//!   the rest.

use super::atoms::Chances;
use super::cells::{CELLS, DATE_STATES, Occurring, cell, date_code, name_code, occurring};
use super::crowd::{Crowds, Tally};
use super::evidence::{Date, Evidence, Names};
use super::lean::Lean;
use super::pairs::Pairs;
use super::prior;
use super::strangers::{Strangers, tally};
use crate::error::Result;

/// Observations that a prior count stands for.
pub(super) const PRIOR_WEIGHT: f64 = 2.0;
/// Rounds of estimation: each fixes strangers, then matches.
const ROUNDS: usize = 4;

/// What the model must know of the two files besides the pairs.
#[derive(Debug)]
pub struct Exposure {
    /// Records of the first and of the second party.
    pub records: (usize, usize),
    /// Pairs that share the whole birthdate, where the schema has such a pass.
    pub same_date: Option<u64>,
    /// Whether the schema is the classic one.
    pub classic: bool,
    /// What accident does to strangers under the schema.
    pub chances: Chances,
}

/// The fitted model.
#[derive(Debug, Clone)]
pub struct Model {
    /// Matches over strangers, by cell.
    odds: Vec<f64>,
    middle: Binary,
    gender: Binary,
    crowds: Crowds,
    /// Expected number of matching pairs among those that met.
    pub matches: f64,
    /// Chance that neither record of a pair has a match elsewhere.
    free: f64,
    /// Pairs of records in all.
    pairs: f64,
}

/// A field that agrees, differs or is missing: chance of agreeing for matches and strangers.
#[derive(Debug, Clone, Copy)]
struct Binary {
    matches: f64,
    strangers: f64,
}

impl Binary {
    fn ratio(self, agrees: Option<bool>) -> f64 {
        match agrees {
            None => 1.0,
            Some(true) => self.matches / self.strangers,
            Some(false) => (1.0 - self.matches) / (1.0 - self.strangers),
        }
    }
}

impl Model {
    /// Fits the model to the pairs that met; each comes with its evidence without the passes that
    /// hold the whole birthdate, if it met in another.
    ///
    /// Deterministic in the set of pairs.
    ///
    /// # Errors
    /// Those of [`Pairs::each`].
    pub fn fit(pairs: &Pairs, exposure: &Exposure) -> Result<Self> {
        let kinds = occurring(pairs);
        let mut model = Self::before(&kinds, exposure);
        for _ in 0..ROUNDS {
            let strangers = Strangers::count(&model, pairs, exposure)?;
            model = strangers.fit(&kinds, pairs, exposure, &model);
        }
        Ok(model)
    }

    /// The odds that a pair with this evidence is a match, against that neither record has a
    /// match at all: what [`assign`](crate::matcher::assign) weighs against rivals. Above 0; 1 is
    /// even.
    ///
    /// Strangers mostly have their match elsewhere; those who could take each other's place are
    /// the few that are free on both sides.
    #[must_use]
    pub fn odds(&self, evidence: &Evidence) -> f64 {
        self.odds_of_coincidence(evidence) / self.free
    }

    /// The odds that a pair with this evidence is a match rather than any pair of strangers.
    fn odds_of_coincidence(&self, evidence: &Evidence) -> f64 {
        self.odds[cell(evidence)]
            * self.middle.ratio(evidence.middle)
            * self.gender.ratio(evidence.gender)
            * self.crowds.ratio(evidence.crowd)
    }

    /// The probability that a pair with this evidence is a match rather than any pair of strangers.
    #[must_use]
    pub fn probability(&self, evidence: &Evidence) -> f64 {
        let odds = self.odds_of_coincidence(evidence);
        odds / (1.0 + odds)
    }

    /// The same model for the pairs inside one file of `records` records, of which few are of
    /// one person: what is seen of a match and of a stranger is as between the two files, and the
    /// number of matches is what the pairs themselves make likely, by expectation and
    /// maximisation of this one number.
    #[must_use]
    pub fn within(&self, pairs: &Pairs, records: usize) -> Self {
        let all = 0.5 * records as f64 * (records as f64 - 1.0).max(1.0);
        // Odds of a match if it were as rare here as there, for each pair of records.
        let same_rate = all / self.pairs;
        let mut matches = 0.01 * records as f64;
        let mut model = self.clone();
        model.pairs = all;
        let kinds = occurring(pairs);
        for _ in 0..20 {
            let rate = matches / (self.matches.max(1.0) * same_rate);
            for (own, odds) in model.odds.iter_mut().zip(&self.odds) {
                *own = odds * rate;
            }
            model.matches = kinds
                .iter()
                .map(|k| k.count * model.probability(&k.evidence))
                .sum();
            matches = model.matches.max(0.5);
        }
        model
    }

    /// The model before the data speak.
    fn before(kinds: &[Occurring], exposure: &Exposure) -> Self {
        let expected = 0.5 * exposure.records.0.min(exposure.records.1) as f64;
        let mut odds = vec![0.0; CELLS];
        for kind in kinds {
            let Evidence { names, date, .. } = kind.evidence;
            let matches =
                expected * prior::match_names(names, exposure.classic) * prior::match_date(date);
            odds[kind.cell] = matches / stranger_prior(names, date, exposure);
        }
        Self {
            odds,
            middle: Binary {
                matches: 0.95,
                strangers: 0.1,
            },
            gender: Binary {
                matches: 0.985,
                strangers: 0.9,
            },
            crowds: Crowds::default(),
            matches: expected,
            free: free(expected, exposure),
            pairs: all_pairs(exposure),
        }
    }
}

/// Chance that neither record of a pair of strangers has a match, if there are `matches` in all.
///
/// Were the two independent it would be the product of both shares. But strangers who look alike
/// are often twins, who are enrolled together or not at all; then it is the smaller share. The
/// truth lies between: their geometric mean is taken. Each share is kept off 0: of two files of
/// the same people, one in fifty is still taken to be missing.
fn free(matches: f64, exposure: &Exposure) -> f64 {
    let side = |records: usize| (1.0 - matches / records.max(1) as f64).max(0.02);
    let (a, b) = (side(exposure.records.0), side(exposure.records.1));
    (a * b * a.min(b)).sqrt()
}

/// Pairs of records in all.
fn all_pairs(exposure: &Exposure) -> f64 {
    exposure.records.0 as f64 * exposure.records.1 as f64
}

/// Pairs that share the whole birthdate; a guess where the schema has no such pass.
fn same_date_pairs(exposure: &Exposure) -> f64 {
    exposure
        .same_date
        .map_or(all_pairs(exposure) / 2000.0, |n| n.max(1) as f64)
}

/// Pairs of strangers expected in a cell, by prior and calendar.
pub(super) fn stranger_prior(names: Names, date: Date, exposure: &Exposure) -> f64 {
    let same_date = same_date_pairs(exposure);
    let same_year = prior::same_year(same_date / all_pairs(exposure));
    let by_date = if exposure.classic {
        all_pairs(exposure)
    } else {
        same_date * prior::strangers_by_calendar(date, same_year)
    };
    by_date * prior::stranger_names(names, exposure.classic, &exposure.chances)
}

impl Strangers {
    fn fit(
        &self,
        kinds: &[Occurring],
        pairs: &Pairs,
        exposure: &Exposure,
        before: &Model,
    ) -> Model {
        let mut strangers = vec![0.0; CELLS];
        let mut total = vec![0.0; CELLS];
        for kind in kinds {
            let Evidence { names, date, .. } = kind.evidence;
            total[kind.cell] += kind.count;
            strangers[kind.cell] = self.of(kind.cell, date, stranger_prior(names, date, exposure));
        }
        // Where only years are known, no dates are near: then there is nothing to learn from.
        let near = |k: &Occurring| matches!(k.evidence.date, Date::YearMonth(_) | Date::YearDay);
        if kinds.iter().any(near) {
            let both_full = name_code(Names::Both) * DATE_STATES + date_code(Date::Full);
            strangers[both_full] = self
                .namesakes(exposure)
                .min(strangers[both_full].max(f64::MIN_POSITIVE));
        }
        // Expected matches by cell under the model so far.
        let mut posterior = vec![0.0; CELLS];
        let (mut middle, mut gender) = ((0.0, 0.0), (0.0, 0.0));
        let mut crowds = Tally::default();
        for kind in kinds {
            let p = before.probability(&kind.evidence) * kind.count;
            posterior[kind.cell] += p;
            tally(&mut middle, kind.evidence.middle, p);
            tally(&mut gender, kind.evidence.gender, p);
            crowds.add(kind.evidence.crowd, p);
        }
        let lean = Lean::of(before, pairs, &posterior, exposure);
        let mut matches = vec![0.0; CELLS];
        for kind in kinds {
            let expected = lean.expected(kind.evidence.names, kind.evidence.date);
            let (all, unlike) = (total[kind.cell], strangers[kind.cell]);
            // Each by its precision: the excess scatters as the pairs and the estimate of the
            // strangers do, what is expected may be off by half.
            let scatter = all + unlike * unlike / (self.counts[kind.cell] + PRIOR_WEIGHT);
            let doubt = if lean.knows(kind.evidence.names, kind.evidence.date) {
                expected + 0.25 * expected * expected
            } else {
                f64::INFINITY
            };
            let mean =
                ((all - unlike) / scatter + expected / doubt) / (1.0 / scatter + 1.0 / doubt);
            matches[kind.cell] = mean.max(0.02 * expected);
        }
        let bound = exposure.records.0.min(exposure.records.1) as f64;
        let sum: f64 = matches.iter().sum();
        let scale = if sum > bound { bound / sum } else { 1.0 };
        let odds = matches
            .iter()
            .zip(&strangers)
            .map(|(m, u)| if *m > 0.0 { m * scale / u } else { 0.0 })
            .collect();
        Model {
            odds,
            middle: binary(middle, self.middle, 0.95, 0.1),
            gender: binary(gender, self.gender, 0.985, 0.9),
            crowds: Crowds::learn(&crowds),
            matches: sum * scale,
            free: free(sum * scale, exposure),
            pairs: all_pairs(exposure),
        }
    }
}

/// Chances of agreeing, each leaning on a prior by 20 observations and kept off 0 and 1.
fn binary(matches: (f64, f64), strangers: (f64, f64), m: f64, u: f64) -> Binary {
    let rate = |(yes, no): (f64, f64), prior: f64| {
        ((yes + 20.0 * prior) / (yes + no + 20.0)).clamp(0.001, 0.999)
    };
    Binary {
        matches: rate(matches, m),
        strangers: rate(strangers, u),
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
