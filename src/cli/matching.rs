//! `match`, the operator's verb.

use bytesize::ByteSize;

use super::args::{Args, Match};
use super::inspect::verdict;
use super::term::Progress;
use super::{pretty, print};
use crate::error::Result;
use crate::matcher::report::{
    Approximate, PairReport, PartyReport, Quality, Report, StatusCounts, threshold_at,
};
use crate::pipeline::link::{self as pipeline, Options};
use crate::pipeline::plan::{self as planning, Plan};
use crate::release::Conclusion;

pub(super) fn link(verb: &Match, args: &Args, progress: &Progress) -> Result<()> {
    let options = Options {
        tokens: verb.tokens.clone(),
        project: verb.project.clone(),
        out: verb.out.clone(),
        watched: pipeline::operators_folders(&verb.tokens, &verb.out)?,
        threshold: verb.price.map(threshold_at).or(verb.threshold),
        duplicates: verb.duplicates,
        decoys: verb.decoys.clone(),
        block_pairs: verb.block_pairs,
        memory: verb.memory.map(|m| m.as_u64()),
        resume: verb.resume,
        approximate: verb.approximate,
        log: verb.log.logging(),
        require_signatures: verb.require_signatures,
        force: verb.force,
        instructions: verb.instructions.clone(),
    };
    if verb.plan {
        let plan = planning::plan(&options, progress)?;
        progress.done();
        return print(&if verb.json {
            pretty(&plan)?
        } else {
            describe_plan(&plan)
        });
    }
    let report = pipeline::link(&options, progress)?;
    progress.done();
    if !args.quiet {
        eprint!("{}", describe(&report));
    }
    eprint!("{}", audits(&report.parties, args.quiet));
    if verb.json {
        print(&pretty(&report)?)
    } else {
        Ok(())
    }
}

/// A plan in a few lines.
fn describe_plan(plan: &Plan) -> String {
    let mut text = String::new();
    for p in &plan.passes {
        text += &format!(
            "{} - {}: {}: {} candidate pairs in {} blocks, the largest of {}, {:.0} s",
            p.parties[0], p.parties[1], p.pass, p.candidates, p.blocks, p.largest_block, p.seconds
        );
        if p.parts > 1 {
            text += &format!(", in {} parts", p.parts);
        }
        if p.blocks_over_cap > 0 {
            let over = p.blocks_over_cap;
            text += &format!(", {over} blocks left out: more pairs than --block-pairs");
        }
        text.push('\n');
    }
    let size = |bytes: u64| ByteSize(bytes).display().iec();
    text + &format!(
        "pairs      {} compared, about {} put together\n\
         memory     about {}\n\
         disk       about {} for temporary files, {} for the results\n\
         time       about {} on this machine as busy as it is now\n",
        plan.candidates,
        plan.pairs,
        size(plan.memory_bytes),
        size(plan.temporary_bytes),
        size(plan.result_bytes),
        if plan.seconds < 60.0 {
            format!("{:.0} seconds", plan.seconds.ceil())
        } else {
            format!("{:.1} minutes", plan.seconds / 60.0)
        },
    )
}

/// The report in a few lines.
pub(super) fn describe(report: &Report) -> String {
    let mut text = String::new();
    for party in &report.parties {
        if let Some(duplicates) = party.duplicates {
            text += &format!(
                "{}: {duplicates} records are a further one of somebody\n",
                party.party
            );
        }
    }
    for pair in &report.pairs {
        text += &describe_pair(pair);
    }
    text
}

fn recall(quality: &Quality) -> String {
    let (low, high) = (100.0 * quality.recall_low, 100.0 * quality.recall_high);
    match quality.recall {
        Some(recall) => format!("recall at {:.1} % ({low:.1} to {high:.1})", 100.0 * recall),
        None => format!("recall at {high:.1} % at most"),
    }
}

fn describe_search(pass: &str, search: &Approximate) -> String {
    if search.tables == 0 {
        return format!("{pass}: all pairs were looked for, since a sample has too few\n");
    }
    format!(
        "{pass}: {:.2} % of the pairs found ({:.2} to {:.2}), by {} pairs of {} records; {} tables of {} bits, \
         tolerance {}\n",
        100.0 * search.recall,
        100.0 * search.recall_low,
        100.0 * search.recall_high,
        search.sampled_pairs,
        search.sampled_records,
        search.tables,
        search.bits,
        search.tolerance
    )
}

fn describe_pair(pair: &PairReport) -> String {
    let share = |s: &StatusCounts| {
        100.0 * s.linked as f64 / (s.linked + s.ambiguous + s.no_link).max(1) as f64
    };
    let mut text = format!(
        "{} - {}: {} links, ",
        pair.party_a, pair.party_b, pair.links
    );
    text += &format!(
        "of which {:.0} are expected to be right\n",
        pair.expected_right
    );
    text += &format!(
        "precision is estimated at {:.1} % ({:.1} to {:.1}), {}\n",
        100.0 * pair.quality.precision,
        100.0 * pair.quality.precision_low,
        100.0 * pair.quality.precision_high,
        recall(&pair.quality),
    );
    for (party, status) in [
        (&pair.party_a, &pair.status_a),
        (&pair.party_b, &pair.status_b),
    ] {
        text += &format!(
            "{party}: {:.1} % linked, {} ambiguous, {} without a link\n",
            share(status),
            status.ambiguous,
            status.no_link
        );
    }
    for pass in &pair.passes {
        text += &pass
            .approximate
            .as_ref()
            .map_or(String::new(), |search| describe_search(&pass.pass, search));
    }
    for decoys in &pair.decoys {
        text += &format!(
            "{}: {} of {} decoys linked, so that {:.1} % of the links are right by that measure\n",
            decoys.party,
            decoys.linked,
            decoys.decoys,
            100.0 * decoys.precision
        );
    }
    for warning in &pair.warnings {
        text += &format!("warning: {warning}\n");
    }
    text
}

/// One line a party on what its audit came to. With `quiet`, only what speaks against the tokens:
/// a warning is no summary.
fn audits(parties: &[PartyReport], quiet: bool) -> String {
    let shown = parties
        .iter()
        .filter(|p| !quiet || p.audit.is_some_and(|v| v != Conclusion::Green));
    let width = parties.iter().map(|p| p.party.len()).max().unwrap_or(0);
    shown
        .map(|p| {
            let said = if p.manifest {
                verdict(p.audit)
            } else {
                "none stated, no release manifest lies beside the token file".into()
            };
            format!("{:<width$}  audit: {said}\n", p.party)
        })
        .collect()
}
