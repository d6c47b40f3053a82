//! What a match says of itself without the truth.

use serde::Serialize;

use crate::matcher::assign::{Assignment, Scored};

/// How far the number of false links may lie below and above what the probabilities add up to. Not
/// theory: on each of the sets of `docs/quality.md` the true number lay inside.
const FALSE_LINKS: (f64, f64) = (0.25, 2.5);
/// The same for the true pairs that are no links.
const MISSED: (f64, f64) = (0.5, 2.0);
/// Standard deviations of a 90 % interval.
const DEVIATIONS: f64 = 1.645;
/// How much more often a wrong date and unequal names come together than by accident, and how often
/// names differ too much to be known for those of one person where first and last name differ. Both
/// fit the sets of `docs/quality.md`.
const TOGETHER: f64 = 2.0;
const BEYOND: f64 = 1.3;
/// Links of a kind below which they say nothing of the pairs that never met.
const FEW: f64 = 20.0;
/// How many missed links a false one is worth, in the table of prices.
const PRICES: [f64; 6] = [1.0, 2.0, 4.0, 9.0, 19.0, 99.0];

/// An estimate of the quality of the links, without labels. All shares are from 0 to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Quality {
    /// Share of the links expected to be right.
    pub precision: f64,
    /// The interval in which it should lie nine times in ten: the lower end.
    pub precision_low: f64,
    /// The upper end.
    pub precision_high: f64,
    /// Share of the true pairs that are links. `None` where no date or no whole name can be compared
    /// apart from the other, so that nothing tells how many pairs never met.
    pub recall: Option<f64>,
    /// The interval in which it should lie nine times in ten: the lower end, 0 if nothing is known.
    pub recall_low: f64,
    /// The upper end.
    pub recall_high: f64,
    /// What other thresholds would give, by the price of a false link.
    pub prices: Vec<Price>,
}

/// The threshold that costs least at one price of errors, and what it would give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Price {
    /// How many missed links a false link is worth.
    pub false_link: f64,
    /// The best threshold at this price.
    pub threshold: f64,
    /// Links there.
    pub links: u64,
    /// Share of them expected to be right.
    pub precision: f64,
    /// Share of the true pairs among them, as far as it is known.
    pub recall: Option<f64>,
}

/// The match probability from which a pair is worth being a link, if a false link costs as much as
/// `false_link` missed ones: p x 1 = (1 - p) x `false_link` there.
#[must_use]
pub fn threshold_at(false_link: f64) -> f64 {
    false_link / (false_link + 1.0)
}

impl Quality {
    /// The estimate for `assignment`, decided at `threshold`. All 0 without a link.
    #[must_use]
    pub fn of(assignment: &Assignment, around: &Circumstances, threshold: f64) -> Self {
        let links = assignment.links.len() as f64;
        if assignment.links.is_empty() {
            return Self::default();
        }
        let right: f64 = linked(assignment).map(|p| p.probability).sum();
        let met: f64 = assignment.pairs.iter().map(|p| p.probability).sum();
        let wrong = links - right;
        let (fewest, most) = range(wrong, FALSE_LINKS);
        let matches = matches(assignment, around).map(|n| n.max(met));
        let (low, high) = matches.map_or((0.0, right / met.max(right)), |n| {
            let (fewest, most) = range(n - right, MISSED);
            (1.0 - (most / n).min(1.0), 1.0 - (fewest / n).max(0.0))
        });
        let prices = PRICES.iter().filter_map(|&false_link| {
            let at = threshold_at(false_link);
            let kept = || linked(assignment).filter(move |p| p.probability >= at);
            let (n, right) = (kept().count(), kept().map(|p| p.probability).sum::<f64>());
            (at >= threshold && n > 0).then(|| Price {
                false_link,
                threshold: at,
                links: n as u64,
                precision: right / n as f64,
                recall: matches.map(|all| right / all),
            })
        });
        Self {
            precision: right / links,
            precision_low: (1.0 - most / links).max(0.0),
            precision_high: (1.0 - fewest / links).min(1.0),
            recall: matches.map(|n| right / n),
            recall_low: low,
            recall_high: high,
            prices: prices.collect(),
        }
    }
}

fn linked(assignment: &Assignment) -> impl Iterator<Item = &Scored> {
    let at = |i: &u32| &assignment.pairs[*i as usize];
    assignment.links.iter().map(at)
}

/// From `factors.0` to `factors.1` times what is `expected`, and chance on top.
fn range(expected: f64, factors: (f64, f64)) -> (f64, f64) {
    let scatter = |n: f64| DEVIATIONS * (n + 1.0).sqrt();
    let (few, many) = (factors.0 * expected, factors.1 * expected);
    (few - scatter(few), many + scatter(many))
}

/// True pairs in all, those that never met among them; `None` where nothing tells.
///
/// Links that met by whole names show how often dates differ (d), links that met by the whole
/// birthdate how often names do (q). A pair meets nowhere if both differ, or if both the first and
/// the last name do, each by about q / 2: `2 d q + 1.3 (q / 2)^2`. Of people without a birthdate as
/// many are taken to be in both files as of the others.
fn matches(assignment: &Assignment, around: &Circumstances) -> Option<f64> {
    let (mut dated, mut named, mut both) = (0.0, 0.0, 0.0);
    for p in linked(assignment) {
        let is = |passes: u16| f64::from(u8::from(p.passes & passes != 0)) * p.probability;
        dated += is(around.birthdate);
        named += is(around.whole_names);
        both += is(around.birthdate) * is(around.whole_names) / p.probability;
    }
    if both < FEW {
        return None;
    }
    let (d, q) = (1.0 - both / named, 1.0 - both / dated);
    let never = TOGETHER * d * q + BEYOND * (q / 2.0) * (q / 2.0);
    let met: f64 = assignment
        .pairs
        .iter()
        .filter(|p| p.passes & !around.undated != 0)
        .map(|p| p.probability)
        .sum();
    let sides = (assignment.left.len() as f64, assignment.right.len() as f64);
    let have_date = around.dated.map_or(1.0, |(a, b)| {
        (a as f64 / sides.0).min(1.0) * (b as f64 / sides.1).min(1.0)
    });
    Some(met / (1.0 - never) / have_date)
}

/// What is known of the two files besides the decision.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// Records of the first and of the second party that have a birthdate, where the schema has a pass
    /// that tells.
    pub dated: Option<(u64, u64)>,
    /// The passes, as bits, whose block is met also when day and month are exchanged.
    pub exchanged: u16,
    /// The passes, as bits, whose block holds the whole birthdate.
    pub birthdate: u16,
    /// The passes, as bits, whose block holds both names whole and not the whole birthdate.
    pub whole_names: u16,
    /// The passes, as bits, for people without a birthdate.
    pub undated: u16,
    /// Whether duplicates were looked for.
    pub duplicates: bool,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::matcher::assign::{Status, Verdict};

    pub(in super::super) fn decision(
        records: usize,
        links: usize,
        probability: f64,
        passes: u16,
    ) -> Assignment {
        let verdicts = || {
            (0..records)
                .map(|i| Verdict {
                    status: if i < links {
                        Status::Linked
                    } else {
                        Status::NoLink
                    },
                    link: (i < links).then_some(i as u32),
                    probability,
                    rivals: 0,
                })
                .collect::<Vec<_>>()
        };
        Assignment {
            pairs: (0..links as u32)
                .map(|i| Scored {
                    left: i,
                    right: i,
                    passes,
                    odds: 9.0,
                    probability,
                })
                .collect(),
            links: (0..links as u32).collect(),
            left: verdicts(),
            right: verdicts(),
        }
    }

    pub(in super::super) const AROUND: Circumstances = Circumstances {
        dated: Some((100, 100)),
        exchanged: 2,
        birthdate: 1,
        whole_names: 4,
        undated: 8,
        duplicates: false,
    };

    #[test]
    fn the_interval_holds_the_estimate() {
        let q = Quality::of(&decision(1000, 500, 0.98, 1), &AROUND, 0.5);
        assert!((q.precision - 0.98).abs() < 1e-9);
        assert!(q.precision_low < 0.96 && q.precision_low > 0.9);
        assert!(q.precision_high > 0.99 && q.precision_high <= 1.0);
        // All met by date alone: nothing tells how often names differ too much.
        assert!(q.recall.is_none() && q.recall_low < 1e-12 && q.recall_high > 0.99);
        assert_eq!(
            Quality::of(&decision(10, 0, 0.0, 1), &AROUND, 0.5),
            Quality::default()
        );
    }

    #[test]
    fn pairs_that_never_met_are_inferred_from_those_that_met_one_way() {
        let mut d = decision(1000, 500, 0.99, 5);
        // 100 of 500 have unequal names, 20 unequal dates: d = 20 / 400, q = 100 / 480.
        d.pairs[..100].iter_mut().for_each(|p| p.passes = 1);
        d.pairs[100..120].iter_mut().for_each(|p| p.passes = 4);
        let around = Circumstances {
            dated: Some((1000, 1000)),
            ..AROUND
        };
        let q = Quality::of(&d, &around, 0.5);
        let share = 100.0 / 480.0;
        let never = 2.0 * 0.05 * share + 1.3 * share * share / 4.0;
        assert!((q.recall.unwrap() - (1.0 - never)).abs() < 1e-9);
        assert!(q.recall_low < 1.0 - never && 1.0 - never < q.recall_high);
        // Were half of one file without a birthdate, as many again would be missing.
        let halved = Circumstances {
            dated: Some((500, 1000)),
            ..around
        };
        let half = Quality::of(&d, &halved, 0.5);
        assert!((half.recall.unwrap() - 0.5 * (1.0 - never)).abs() < 1e-9);
    }

    #[test]
    fn a_higher_price_of_false_links_asks_for_a_higher_threshold() {
        let mut d = decision(1000, 500, 0.999, 1);
        d.pairs[..100].iter_mut().for_each(|p| p.probability = 0.7);
        let q = Quality::of(&d, &AROUND, 0.5);
        let at = |price: f64| q.prices.iter().find(|p| p.false_link >= price).unwrap();
        assert_eq!((at(1.0).links, at(9.0).links), (500, 400));
        assert!(at(9.0).precision > at(1.0).precision);
        assert!((threshold_at(9.0) - 0.9).abs() < 1e-12);
        // Pairs below the threshold that was used are not known to be links.
        assert!(Quality::of(&d, &AROUND, 0.8).prices[0].false_link > 3.0);
    }
}
