//! The result of an audit in plain words.

use std::fmt::Write as _;

use super::AuditReport;
use crate::leakage::{Check, percent};
use crate::release::Conclusion;

impl AuditReport {
    /// The report in plain words.
    #[must_use]
    pub fn to_text(&self) -> String {
        let s = &self.subject;
        let mut t = String::new();
        let _ = write!(
            t,
            "Audit of the token file of {} ({} records), schema {}\nVerdict: {}\n\n{}\n\n",
            s.party,
            s.records,
            s.schema,
            self.verdict.as_str().to_uppercase(),
            self.conclusion(),
        );
        t += &self.tried();
        let _ = writeln!(
            t,
            "Does the attack work at all? Behind {} it re-identified {} of {} people: {}.\n",
            if s.imported {
                "CLKs of the same rows under a secret of this test"
            } else {
                "classic tokens (clk)"
            },
            percent(self.control.reidentified),
            self.control.shared,
            if self.control.passed {
                "yes"
            } else {
                "no, the audit is void"
            },
        );
        t += if s.imported {
            "The attacker holds the rows and the linkage schema, and not the secret; it matches rows with CLKs by who is like whom\n"
        } else {
            "The attacker holds a list of names and birthdates, and matches it with the tokens\n"
        };
        for a in &self.attacks {
            let _ = writeln!(
                t,
                "  {:<6} {:<17} {:>3.0} % of the people on both lists, seed {}: re-identified {} of {} (chance {})",
                a.verdict.as_str(),
                a.scope,
                100.0 * a.overlap,
                a.seed,
                percent(a.reidentified),
                a.shared,
                percent(a.chance),
            );
        }
        if !self.correlation.is_empty() {
            t += "\nHow much of the likeness of names, and of who meets, survives a change of key (1: all, 0: nothing)\n";
        }
        for c in &self.correlation {
            let _ = writeln!(
                t,
                "  {:<6} {:<32} {:.4}; the list attack needs blocks of about {}, the largest would hold {}",
                c.verdict.as_str(),
                c.filter,
                c.rho,
                c.threshold.map_or("any number".into(), |n| n.to_string()),
                c.block,
            );
        }
        t += "\nOther checks\n";
        t += &checks_text(&self.checks);
        let _ = writeln!(
            t,
            "\nWhat this does not say: an attacker may know more than was tried here, and whoever holds the\n\
             {} and the tokens together can find every person. Tokens are personal data.",
            if s.imported { "secret" } else { "linkage key" },
        );
        t
    }

    /// Who was attacked, and how.
    fn tried(&self) -> String {
        let s = &self.subject;
        if s.imported {
            return format!(
                "What was tried\nAn attacker who has no secret was simulated with {} rows of your own table, drawn at random. It encoded\n\
                 them under secrets that exist only in this test.\n\n",
                s.sample
            );
        }
        format!(
            "What was tried\nAn attacker who has no linkage key was simulated with {} people of your own file{}.\n\
             Their tokens were made under keys that exist only in this test.\n\n",
            s.sample,
            if s.pooled {
                format!(
                    ", given one birthdate, as many as\nshare one (or at least enough to measure) where there are {} people",
                    s.population
                )
            } else {
                " that share birthdates".to_owned()
            },
        )
    }

    /// The verdict's sentence, and what to do about it.
    fn conclusion(&self) -> String {
        let more = match self.verdict {
            Conclusion::Green => "",
            Conclusion::Amber => {
                "\nWhat is marked amber below shows more than it should: let a person who knows the schema\n\
                 look at it before the file leaves."
            }
            Conclusion::Red if self.subject.imported => {
                "\nSee what is marked red below. Another secret does not help: all records can be compared with each other. Encode the\n\
                 table under a schema with keyed blocks instead (k12); docs/how-to/clkhash.md says how."
            }
            Conclusion::Red => {
                "\nSee what is marked red below. Do not send the file; choose another schema."
            }
            Conclusion::Void => {
                "\nThat they found nothing here means nothing. The sample may be too small or too uniform."
            }
        };
        self.verdict.sentence().to_owned() + more
    }
}

/// Checks in plain words, the worst first, one line each.
#[must_use]
pub fn checks_text(checks: &[Check]) -> String {
    let mut sorted: Vec<&Check> = checks.iter().collect();
    sorted.sort_by_key(|c| std::cmp::Reverse(c.verdict));
    let line = |c: &Check| {
        let of = if c.of.is_empty() {
            "whole records"
        } else {
            c.of.as_str()
        };
        format!(
            "  {:<6} {}, {of}: {}\n",
            c.verdict.as_str(),
            c.name,
            c.sentence
        )
    };
    sorted.into_iter().map(line).collect()
}
