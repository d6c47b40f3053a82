//! `demo`, `evaluate` and `synth`: rehearsals on made-up data.

use super::args::{Args, Demo, Evaluate, Profile, Synth};
use super::owner::pretty;
use super::{print, term};
use crate::error::{Error, Result};
use crate::evaluate::{Evaluation, Score};

pub(super) fn evaluate(verb: &Evaluate) -> Result<()> {
    let [first, second] = verb.refs.as_slice() else {
        return Err(Error::usage("evaluate compares two parties: give --refs exactly twice")
            .hint("first the ref map of the truth's first column, then that of its second"));
    };
    let evaluation = crate::evaluate::evaluate(&verb.results, first, second, &verb.truth)?;
    if verb.json { print(&pretty(&evaluation)?) } else { print(&table(&evaluation)) }
}

/// Precision, recall and F1 as a table for people.
pub(super) fn table(e: &Evaluation) -> String {
    let row = |name: &str, s: &Score| {
        format!(
            "{name:<24} {:>9.4} {:>9.4} {:>9.4} {:>9} {:>9} {:>10.4}\n",
            s.precision, s.recall, s.f1, s.links, s.right, s.threshold
        )
    };
    format!(
        "{:<24} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}\n{}{}{} true pairs, {} of them candidates\n",
        "",
        "precision",
        "recall",
        "F1",
        "links",
        "right",
        "from prob.",
        row("as decided", &e.decided),
        row("best, with the truth", &e.best),
        e.true_pairs,
        e.candidates
    )
}
