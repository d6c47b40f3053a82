//! `demo`, `evaluate` and `synth`: rehearsals on made-up data.

use super::args::{Args, Demo, Evaluate, Profile, Synth};
use super::matching::describe;
use super::owner::pretty;
use super::{print, term};
use crate::error::{Error, Result};
use crate::evaluate::{Evaluation, Score};
use crate::pipeline::Progress as _;
use crate::pipeline::demo as pipeline;
use crate::synth;

pub(super) fn demo(verb: &Demo, args: &Args) -> Result<()> {
    let temporary;
    let folder = match &verb.out {
        Some(out) => out.as_path(),
        None => {
            temporary =
                tempfile::tempdir().map_err(|e| Error::io("write", std::env::temp_dir(), e))?;
            temporary.path()
        }
    };
    let progress = term::Progress::new(args.quiet);
    let demo = pipeline::demo(folder, &progress)?;
    progress.done();
    let mut text = String::from(
        "Two made-up institutions, linked without a name or birthdate leaving either.\n\n",
    );
    for (party, encoded) in ["district", "college"].iter().zip(&demo.encoded) {
        let rejected: u64 = encoded.rejected.values().sum();
        text += &format!(
            "{party:<9} encode   {} rows: {} records encoded, {rejected} rejected\n",
            encoded.read, encoded.records
        );
    }
    for line in describe(&demo.report).lines() {
        text += &format!("operator  match    {line}\n");
    }
    text += "\nAgainst the truth, which only a rehearsal has:\n";
    text += &table(&demo.evaluation);
    if let Some(out) = &verb.out {
        text += &format!("\nEvery file is in {}\n", out.display());
    }
    print(&text)
}

pub(super) fn synth(verb: &Synth, args: &Args) -> Result<()> {
    let options = synth::Options {
        parties: usize::from(verb.parties),
        records: verb.records,
        profile: match verb.profile {
            Profile::Clean => synth::Profile::Clean,
            Profile::Typical => synth::Profile::Typical,
            Profile::Dirty => synth::Profile::Dirty,
        },
        seed: verb.seed,
        out: verb.out.clone(),
        force: verb.force,
    };
    let progress = term::Progress::new(args.quiet);
    let summary = synth::generate(&options, &|done, total| progress.at("make up", done, total))?;
    progress.done();
    if args.quiet {
        return Ok(());
    }
    for party in &summary.parties {
        eprintln!(
            "{}: {} records of {} people",
            party.path.display(),
            party.records,
            party.people
        );
    }
    for truth in &summary.truth {
        eprintln!(
            "{}: {} true pairs of {} people",
            truth.path.display(),
            truth.pairs,
            truth.people
        );
    }
    Ok(())
}

pub(super) fn evaluate(verb: &Evaluate) -> Result<()> {
    let [first, second] = verb.refs.as_slice() else {
        return Err(
            Error::usage("evaluate compares two parties: give --refs exactly twice")
                .hint("first the ref map of the truth's first column, then that of its second"),
        );
    };
    let evaluation = crate::evaluate::evaluate(&verb.results, first, second, &verb.truth)?;
    if verb.json {
        print(&pretty(&evaluation)?)
    } else {
        print(&table(&evaluation))
    }
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
