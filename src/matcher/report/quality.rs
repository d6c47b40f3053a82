//! What a match says of itself without the truth, and what looks wrong about it.

use serde::Serialize;

use crate::matcher::assign::{Assignment, Status, Verdict};

/// How far the number of false links may lie below and above what the probabilities add up to. Not
/// theory: on each of the sets of `docs/quality.md` the true number lay inside.
const FALSE_LINKS: (f64, f64) = (0.25, 2.5);
/// Standard deviations of a 90 % interval.
const DEVIATIONS: f64 = 1.645;
/// Share of a party's records from which a finding is worth a warning.
const NOTABLE: f64 = 0.01;

/// Records of the smaller party below which shares say too little for a warning.
const FEW: usize = 50;

/// An estimate of the quality of the links, without labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quality {
    /// Share of the links expected to be right, 0 to 1.
    pub precision: f64,
    /// The interval in which it should lie nine times in ten: the lower end.
    pub precision_low: f64,
    /// The upper end.
    pub precision_high: f64,
    /// Share of the true pairs that are links, at most: true pairs that never met in any pass are not
    /// counted, and there is no telling from inside how many they are.
    pub recall_at_most: f64,
}

impl Quality {
    /// The estimate for `assignment`. All 0 without a link.
    #[must_use]
    pub fn of(assignment: &Assignment) -> Self {
        let links: Vec<f64> = assignment
            .links
            .iter()
            .map(|&i| assignment.pairs[i as usize].probability)
            .collect();
        let all: f64 = assignment.pairs.iter().map(|p| p.probability).sum();
        let right: f64 = links.iter().sum();
        let n = (links.len() as f64).max(1.0);
        let wrong = links.len() as f64 - right;
        let scatter = |factor: f64| DEVIATIONS * (factor * wrong + 1.0).sqrt();
        let (fewest, most) = (
            FALSE_LINKS.0 * wrong - scatter(FALSE_LINKS.0),
            FALSE_LINKS.1 * wrong + scatter(FALSE_LINKS.1),
        );
        if links.is_empty() {
            return Self {
                precision: 0.0,
                precision_low: 0.0,
                precision_high: 0.0,
                recall_at_most: 0.0,
            };
        }
        Self {
            precision: right / n,
            precision_low: (1.0 - most / n).max(0.0),
            precision_high: (1.0 - fewest / n).min(1.0),
            recall_at_most: right / all.max(f64::MIN_POSITIVE),
        }
    }
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
    /// Whether duplicates were looked for.
    pub duplicates: bool,
}

/// Sentences about what looks wrong, for the operator to take up with the parties `names`. Counts
/// only.
#[must_use]
pub fn warnings(
    names: (&str, &str),
    assignment: &Assignment,
    around: &Circumstances,
) -> Vec<String> {
    let mut out = Vec::new();
    let sides = [(names.0, &assignment.left), (names.1, &assignment.right)];
    let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
    let smaller = assignment.left.len().min(assignment.right.len());
    let links = assignment.links.len();
    if smaller < FEW {
        return out;
    }
    if let Some((a, b)) = around.dated {
        for ((name, verdicts), dated) in sides.iter().zip([a, b]) {
            let percent = 100.0 * (1.0 - share(dated as usize, verdicts.len()));
            if percent > 50.0 {
                out.push(format!(
                    "{percent:.0} % of the records of {name} have no birthdate: ask whether the column was exported \
                     and in which form; without it only rare names are linked"
                ));
            }
        }
    }
    if share(links, smaller) < NOTABLE {
        out.push(format!(
            "{} and {} have hardly a student in common ({links} links): ask whether these are the right files, \
             and whether both write birthdates and names in the same columns",
            names.0, names.1
        ));
    }
    let exchanged = assignment.links.iter().filter(|&&i| {
        let passes = assignment.pairs[i as usize].passes;
        passes & around.exchanged != 0 && passes & around.birthdate == 0
    });
    let exchanged = exchanged.count();
    if share(exchanged, links) > 0.1 {
        out.push(format!(
            "{exchanged} of {links} links agree in birthdate only when day and month are exchanged: one of the \
             files seems to be read in the wrong order; encode it again with --date-format"
        ));
    }
    let is_linked = |v: &&Verdict| v.status == Status::Linked;
    if sides
        .iter()
        .all(|(_, v)| share(v.iter().filter(is_linked).count(), v.len()) > 0.97)
    {
        out.push(format!(
            "nearly everybody of {} and of {} is linked: ask whether these are two copies of one file",
            names.0, names.1
        ));
    }
    for (name, verdicts) in sides {
        let tied = verdicts
            .iter()
            .filter(|v| v.status == Status::Ambiguous)
            .count();
        if share(tied, verdicts.len()) > NOTABLE && !around.duplicates {
            out.push(format!(
                "{tied} records of {name} are ambiguous, mostly since a student stands twice in one of the files: \
                 --duplicates finds and links these"
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::assign::Scored;

    fn decision(records: usize, links: usize, probability: f64, passes: u16) -> Assignment {
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

    const AROUND: Circumstances = Circumstances {
        dated: Some((100, 100)),
        exchanged: 2,
        birthdate: 1,
        duplicates: false,
    };

    #[test]
    fn the_interval_holds_the_estimate() {
        let q = Quality::of(&decision(1000, 500, 0.98, 1));
        assert!((q.precision - 0.98).abs() < 1e-9 && (q.recall_at_most - 1.0).abs() < 1e-9);
        assert!(q.precision_low < 0.96 && q.precision_low > 0.9);
        assert!(q.precision_high > 0.99 && q.precision_high <= 1.0);
        assert!(Quality::of(&decision(10, 0, 0.0, 1)).precision_high < 1e-12);
    }

    #[test]
    fn each_cause_is_named_and_a_usual_match_has_no_warning() {
        let said =
            |d: &Assignment, around: Circumstances| warnings(("a", "b"), d, &around).join("\n");
        let usual = decision(100, 60, 0.99, 1);
        assert_eq!(said(&usual, AROUND), "");
        let undated = Circumstances {
            dated: Some((30, 100)),
            ..AROUND
        };
        assert!(said(&usual, undated).contains("70 % of the records of a have no birthdate"));
        assert!(said(&decision(1000, 2, 0.9, 1), AROUND).contains("hardly a student in common"));
        assert!(said(&decision(100, 60, 0.9, 2), AROUND).contains("day and month are exchanged"));
        assert!(said(&decision(100, 99, 0.99, 1), AROUND).contains("two copies of one file"));
        let mut tied = decision(100, 60, 0.99, 1);
        (60..63).for_each(|i| tied.right[i].status = Status::Ambiguous);
        assert!(said(&tied, AROUND).contains("3 records of b are ambiguous"));
        let looked = Circumstances {
            duplicates: true,
            ..AROUND
        };
        assert_eq!(said(&tied, looked), "");
    }
}
