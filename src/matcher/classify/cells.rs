//! Cells: a state of names with a state of date, as a small number.

use super::evidence::{Date, Evidence, Names, View};
use super::pairs::Pairs;

/// States without a level.
pub(super) const PLAIN_STATES: usize = 2;
/// Those, then two agreements, a view and a level.
pub(super) const NAME_STATES: usize = PLAIN_STATES + AGREEMENTS * AGREEMENTS * VIEWS * 16;
const AGREEMENTS: usize = 5;
pub(super) const DATE_STATES: usize = 10;
pub(super) const CELLS: usize = NAME_STATES * DATE_STATES;
/// Nothing, first, last, and both in one of 16 passes.
const VIEWS: usize = 3 + 16;

pub(super) fn name_code(names: Names) -> usize {
    match names {
        Names::Both => 0,
        Names::Exchanged => 1,
        Names::Alike {
            first,
            last,
            view,
            level,
        } => {
            let view = match view {
                View::Nothing => 0,
                View::First => 1,
                View::Last => 2,
                View::Both(pass) => 3 + usize::from(pass),
            };
            PLAIN_STATES
                + ((first as usize * AGREEMENTS + last as usize) * VIEWS + view) * 16
                + usize::from(level)
        }
    }
}

pub(super) fn date_code(date: Date) -> usize {
    match date {
        Date::Full => 0,
        Date::YearMonth(near) => 1 + usize::from(near),
        Date::YearDay => 3,
        Date::MonthDay(near) => 4 + usize::from(near),
        Date::Exchanged => 6,
        Date::Year => 7,
        Date::Unknown => 8,
        Date::OtherYear => 9,
    }
}

pub(super) fn cell(evidence: &Evidence) -> usize {
    name_code(evidence.names) * DATE_STATES + date_code(evidence.date)
}

/// A number below 2^33 that no other evidence has.
pub(super) fn code(evidence: &Evidence) -> u64 {
    let state = |agrees: Option<bool>| agrees.map_or(0, |a| 1 + u64::from(a));
    let crowd = u64::from(evidence.crowd.pass) << 8 | u64::from(evidence.crowd.size);
    let others = state(evidence.middle) * 3 + state(evidence.gender);
    (cell(evidence) as u64 * 9 + others) << 12 | crowd
}

/// Evidence that occurs, and how often.
pub(super) struct Occurring {
    pub(super) evidence: Evidence,
    pub(super) cell: usize,
    pub(super) count: f64,
}

/// The evidence that occurs in `pairs`, in ascending order.
pub(super) fn occurring(pairs: &Pairs) -> Vec<Occurring> {
    let mut counts: std::collections::BTreeMap<Evidence, f64> = std::collections::BTreeMap::new();
    for (kind, count) in pairs.counted() {
        *counts.entry(kind.evidence).or_default() += count;
    }
    let of = |(evidence, count)| Occurring {
        evidence,
        cell: cell(&evidence),
        count,
    };
    counts.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::classify::evidence::Agreement;

    #[test]
    fn no_two_states_share_a_code() {
        use Agreement::{Bucket, Initial, Part, Unknown, Whole};
        let mut names = vec![Names::Both, Names::Exchanged];
        let views = [View::Nothing, View::First, View::Last].into_iter();
        for view in views.chain((0..16).map(View::Both)) {
            for first in [Unknown, Initial, Bucket, Part, Whole] {
                for last in [Unknown, Initial, Bucket, Part, Whole] {
                    names.extend((0..16).map(|level| Names::Alike {
                        first,
                        last,
                        view,
                        level,
                    }));
                }
            }
        }
        let mut codes: Vec<usize> = names.iter().map(|n| name_code(*n)).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), names.len());
        assert!(codes.iter().all(|c| *c < NAME_STATES));
    }
}
