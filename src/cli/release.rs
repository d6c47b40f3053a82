//! `release`.

use super::args::{Args, Release};
use super::inspect::verdict;
use super::term::Progress;
use crate::error::Result;
use crate::pipeline::release::{self as pipeline, Options};
use crate::release::Manifest;

pub(super) fn release(verb: &Release, args: &Args, progress: &Progress) -> Result<()> {
    let options = Options {
        tokens: verb.tokens.clone(),
        project: verb.project.clone(),
        audit: verb.audit.clone(),
        out: verb
            .out
            .clone()
            .unwrap_or_else(|| Manifest::path_of(&verb.tokens)),
        log: verb.log.logging(),
        force: verb.force,
    };
    let manifest = pipeline::release(&options, progress)?;
    progress.done();
    if !args.quiet {
        eprintln!("audit: {}", verdict(manifest.audit.verdict));
        eprintln!(
            "{} goes to the operator with the token file",
            options.out.display()
        );
    }
    Ok(())
}
