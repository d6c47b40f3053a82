//! What looks wrong about a match, in sentences for the operator to take up with the parties.

use super::PassReport;
use super::quality::Circumstances;
use crate::matcher::assign::{Assignment, Status, Verdict};

/// Share of a party's records from which a finding is worth a warning.
const NOTABLE: f64 = 0.01;
/// Records of the smaller party below which shares say too little for a warning.
const FEW: usize = 50;

/// Sentences about blocks that were left out of `passes`.
pub fn over_cap(passes: &[PassReport]) -> impl Iterator<Item = String> {
    let left_out = passes.iter().filter(|p| p.over_cap.blocks > 0);
    left_out.map(|p| {
        format!(
            "{} blocks of the pass {} were left out, with {} tokens in them: each has more candidate pairs than \
             --block-pairs allows ({} in all). Ask for a value that very many have, such as a birthdate put in \
             for those that are unknown",
            p.over_cap.blocks, p.pass, p.over_cap.tokens, p.over_cap.pairs
        )
    })
}

/// Sentences about searches that found fewer pairs than were asked for.
pub fn too_few_found(passes: &[PassReport]) -> impl Iterator<Item = String> {
    let searches = passes.iter().filter_map(|p| p.approximate.as_ref());
    searches.filter(|s| s.recall < s.asked).map(|s| {
        format!(
            "{:.2} % of the pairs were found by the sample, and {:.2} % were asked for: leave out --approximate \
             to find all of them",
            100.0 * s.recall,
            100.0 * s.asked
        )
    })
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
    use super::super::quality::tests::{AROUND, decision};
    use super::*;

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
