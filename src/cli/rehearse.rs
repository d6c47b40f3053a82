//! `demo`, `evaluate` and `synth`: rehearsals on made-up data.

use std::path::PathBuf;

use super::args::{Args, Demo, Evaluate, Profile, Rehearsal, Rehearse, Synth};
use super::matching::describe;
use super::term::Progress;
use super::{pretty, print};
use crate::error::{Error, Result};
use crate::evaluate::{Evaluation, Score};
use crate::owner::table::Form;
use crate::pipeline::Progress as _;
use crate::pipeline::clear::{self, Comparison};
use crate::pipeline::demo as pipeline;
use crate::pipeline::rehearse as rehearsing;
use crate::synth;

pub(super) fn run(verb: &Rehearsal, args: &Args, progress: &Progress) -> Result<()> {
    match verb {
        Rehearsal::Demo(v) => demo(v, progress),
        Rehearsal::Rehearse(v) => rehearse(v, progress),
        Rehearsal::Evaluate(v) => evaluate(v, progress),
        Rehearsal::Synth(v) => synth(v, args, progress),
    }
}

fn demo(verb: &Demo, progress: &Progress) -> Result<()> {
    let temporary;
    let folder = match &verb.out {
        Some(out) => out.as_path(),
        None => {
            temporary =
                tempfile::tempdir().map_err(|e| Error::io("write", std::env::temp_dir(), e))?;
            temporary.path()
        }
    };
    let demo = pipeline::demo(folder, progress)?;
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

fn rehearse(verb: &Rehearse, progress: &Progress) -> Result<()> {
    let mapping = verb.reading.mapping(verb.member.name())?;
    let preset = verb.reading.preset();
    let form = match (&verb.like, preset) {
        (Some(like), _) => Form::of_table(like, &mapping)?,
        (None, Some(preset)) => Form::of_preset(preset),
        (None, None) => return Err(Error::usage("give --like or --preset")),
    };
    let maps = verb.reading.maps().iter();
    let mut arguments: Vec<String> = maps.map(|m| format!("--map \"{m}\"")).collect();
    arguments.extend(preset.map(|p| format!("--preset {}", p.name)));
    arguments.push(format!("--date-format {}", form.dates().name()));
    let options = rehearsing::Options {
        project: verb.project.clone(),
        party: verb.party.clone(),
        form,
        mapping,
        records: verb.records,
        out: verb.out.clone(),
    };
    let done = rehearsing::rehearse(&options, progress)?;
    progress.done();
    print(&told(verb, &arguments.join(" "), &done))
}

/// Each step as the command that a person would type in the folder, and what it did.
fn told(verb: &Rehearse, own: &str, done: &rehearsing::Done) -> String {
    let [first, second] = &done.parties;
    let mut text = format!(
        "A rehearsal: every student is made up, every id starts with {}.\nAll files are in {}; there these commands can be typed again, with --force.\n",
        rehearsing::MADE_UP,
        verb.out.display()
    );
    let mut step = |who: &str, command: &str, did: &str| {
        text += &format!("\n[{who}]\n$ blindlink {command}\n");
        did.lines().for_each(|l| text += &format!("  {l}\n"));
    };
    step(
        "partnership",
        &format!("project new --party {first} --party {second} -o rehearsal-project.toml"),
        match &verb.project {
            Some(_) => "here it is a copy of your project file with an id of its own",
            None => "the agreement as a file, which everybody gets",
        },
    );
    step(
        "key custodian",
        "key new -o rehearsal-linkage.key",
        "the secret of the data owners, never for the operator",
    );
    for (i, party) in done.parties.iter().enumerate() {
        let more = if i == 0 {
            format!(" {own}")
        } else {
            String::new()
        };
        let encoded = &done.encoded[i];
        let mut ref_key = String::new();
        if encoded.stable {
            let file = format!("rehearsal-{party}.ref.key");
            step(
                party.as_str(),
                &format!("key new -o {file}"),
                "your own key for refs that are the same in every round: give it to nobody, and keep it",
            );
            ref_key = format!(" --ref-key {file}");
        }
        let rejected: u64 = encoded.rejected.values().sum();
        step(
            party.as_str(),
            &format!(
                "encode rehearsal-{party}.csv --project rehearsal-project.toml --party {party} --key rehearsal-linkage.key{ref_key} -o rehearsal-operator/{party}.tokens --refs rehearsal-{party}.refs.csv --rejects rehearsal-{party}.rejects.csv{more}"
            ),
            &format!(
                "{} rows: {} records encoded, {rejected} rejected",
                encoded.read, encoded.records
            ),
        );
        let passed = done.verified[i].findings.passed();
        step(
            party.as_str(),
            &format!(
                "verify-tokens rehearsal-operator/{party}.tokens --against rehearsal-{party}.csv --project rehearsal-project.toml --refs rehearsal-{party}.refs.csv{more}"
            ),
            if passed {
                "passed: nothing but refs, keys, filters and header; it prints the page to be signed"
            } else {
                "FAILED: with real data, stop here and send nothing"
            },
        );
    }
    step(
        "operator, in the folder rehearsal-operator, to which token files alone were sent",
        &format!(
            "match {first}.tokens {second}.tokens --project ../rehearsal-project.toml -o results"
        ),
        &describe(&done.report),
    );
    for party in &done.parties {
        step(
            party.as_str(),
            &format!(
                "resolve rehearsal-operator/results/crosswalk-{party}.csv --refs rehearsal-{party}.refs.csv -o rehearsal-{party}-links.csv"
            ),
            "a table of your own ids with a link, an ambiguity or none",
        );
    }
    step(
        "nobody, with real data",
        &format!(
            "evaluate rehearsal-operator/results --refs rehearsal-{first}.refs.csv --refs rehearsal-{second}.refs.csv --truth rehearsal-truth.csv"
        ),
        &table(&done.evaluation),
    );
    text += "\nNext: look at the files, type one of the commands yourself, and delete the folder. For real data ask for the\nproject file and the key, and follow docs/how-to/data-owner.md.\n";
    text
}

fn synth(verb: &Synth, args: &Args, progress: &Progress) -> Result<()> {
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

fn evaluate(verb: &Evaluate, progress: &Progress) -> Result<()> {
    if let Some(tables) = verb.clear.as_deref() {
        return price(verb, tables, progress);
    }
    let (Some(results), [first, second]) = (&verb.results, verb.refs.as_slice()) else {
        return Err(
            Error::usage("evaluate compares two parties: give --refs exactly twice")
                .hint("first the ref map of the truth's first column, then that of its second"),
        );
    };
    let evaluation = crate::evaluate::evaluate(results, first, second, &verb.truth)?;
    if verb.json {
        print(&pretty(&evaluation)?)
    } else {
        print(&table(&evaluation))
    }
}

/// `evaluate --clear`: what encoding costs.
fn price(verb: &Evaluate, tables: &[PathBuf], progress: &Progress) -> Result<()> {
    let [first, second] = tables else {
        return Err(Error::usage("--clear takes two tables"));
    };
    // Also under --quiet: who calls this should know what it reads.
    eprintln!(
        "note: --clear reads the names and birthdates of both parties: for rehearsals on made-up \
         data, or data whose owners allow it"
    );
    let options = clear::Options {
        tables: [first.clone(), second.clone()],
        truth: verb.truth.clone(),
        schema: verb.schema.clone().unwrap_or_else(|| "k12".into()),
        mapping: verb.reading.mapping(None)?,
        duplicates: verb.duplicates,
    };
    let comparison = clear::compare(&options, progress)?;
    progress.done();
    if verb.json {
        print(&pretty(&comparison)?)
    } else {
        print(&price_table(&comparison))
    }
}

/// Both links of a comparison and their difference as a table for people.
fn price_table(c: &Comparison) -> String {
    let row = |name: &str, e: &Evaluation| {
        let s = &e.decided;
        format!(
            "{name:<24} {:>9.4} {:>9.4} {:>9.4} {:>9} {:>9} {:>9.4}\n",
            s.precision, s.recall, s.f1, s.links, s.right, e.best.f1
        )
    };
    let cost = &c.cost;
    format!(
        "{:<24} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n{}{}\
         {:<24} {:>9.4} {:>9.4} {:>9.4} {:>9} {:>9} {:>9.4}\n\
         {} true pairs; candidates: {} encoded, {} in clear\n",
        "",
        "precision",
        "recall",
        "F1",
        "links",
        "right",
        "best F1",
        row("encoded", &c.encoded),
        row("in clear", &c.clear),
        "cost of encoding",
        cost.precision,
        cost.recall,
        cost.f1,
        "",
        "",
        cost.best_f1,
        c.encoded.true_pairs,
        c.encoded.candidates,
        c.clear.candidates
    )
}

/// Precision, recall and F1 as a table for people.
fn table(e: &Evaluation) -> String {
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
