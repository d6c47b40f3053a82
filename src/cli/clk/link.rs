//! `clk match`.

use crate::atomic::folder_of;
use crate::cli::args::{Args, ClkMatch, ClkOutput};
use crate::cli::term::Progress;
use crate::cli::{pretty, print};
use crate::error::Result;
use crate::pipeline::clk::link::{self as pipeline, Input, Options, Output, Summary};
use crate::pipeline::link::operators_folders;

pub(super) fn link(verb: &ClkMatch, args: &Args, progress: &Progress) -> Result<()> {
    let input = if verb.candidates {
        Input::Candidates(verb.files.clone())
    } else {
        Input::Clks {
            files: verb.files.clone(),
            blocks: verb.blocks.clone(),
            format: verb.form.format.into(),
            hash_size: verb.form.hash_size,
            k: verb.k,
        }
    };
    // Permutations are files in a folder, all else is one file.
    let results = match verb.output {
        ClkOutput::Permutations => verb.out.clone(),
        _ => folder_of(&verb.out).to_path_buf(),
    };
    let options = Options {
        watched: operators_folders(&input.files(), results)?,
        input,
        // Without one, of candidate pairs, all count.
        threshold: verb.threshold.unwrap_or(0.0),
        output: match verb.output {
            ClkOutput::Groups => Output::Groups,
            ClkOutput::BareGroups => Output::BareGroups,
            ClkOutput::Scores => Output::Scores,
            ClkOutput::Permutations => Output::Permutations,
            ClkOutput::Candidates => Output::Candidates,
        },
        out: verb.out.clone(),
        force: verb.force,
        test_seed: verb.test_seed,
    };
    let summary = pipeline::link(&options, progress)?;
    progress.done();
    if !args.quiet {
        eprint!("{}", describe(verb, &summary));
    }
    if verb.json {
        print(&pretty(&summary)?)
    } else {
        Ok(())
    }
}

/// The summary in a few lines.
fn describe(verb: &ClkMatch, summary: &Summary) -> String {
    let mut text = String::new();
    let what = summary.bits.map_or_else(
        || "candidate pairs".to_owned(),
        |bits| format!("CLKs of {bits} bits"),
    );
    for (file, of_file) in verb.files.iter().zip(&summary.files) {
        text += &format!("{}: {} {what}", file.display(), of_file.records);
        if let Some(outside) = of_file.in_no_block.filter(|n| *n > 0) {
            text += &format!(", of which {outside} are in no block and are compared with nobody");
        }
        text.push('\n');
    }
    if let Some(compared) = summary.compared {
        text += &format!("{compared} pairs compared\n");
    }
    text += &format!("{} pairs", summary.pairs);
    if let Some(threshold) = verb.threshold {
        text += &format!(" at or above {threshold}");
    }
    if let Some(groups) = summary.groups {
        text += &format!(", {groups} groups");
    }
    text.push('\n');
    text
}
