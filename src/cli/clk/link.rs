//! `clk match`.

use crate::cli::args::{Args, ClkMatch};
use crate::cli::term::Progress;
use crate::error::Result;
use crate::pipeline::clk::link::{self as pipeline, Options};

pub(super) fn link(verb: &ClkMatch, args: &Args, progress: &Progress) -> Result<()> {
    let summary = pipeline::link(
        &Options {
            files: verb.files.clone(),
            threshold: verb.threshold,
            out: verb.out.clone(),
            force: verb.force,
        },
        progress,
    )?;
    progress.done();
    if !args.quiet {
        for (file, records) in verb.files.iter().zip(&summary.records) {
            eprintln!("{}: {records} CLKs", file.display());
        }
    }
    Ok(())
}
