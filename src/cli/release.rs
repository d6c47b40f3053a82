//! `release`, and how what a manifest states is worded for who reads it.

use super::args::{Args, Release};
use super::term::Progress;
use crate::error::Result;
use crate::matcher::report::PartyReport;
use crate::pipeline::release::{self as pipeline, Options};
use crate::release::{Conclusion, Manifest};

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

/// A verdict for a line of text: the word, and what it says about whom.
pub(super) fn verdict(verdict: Option<Conclusion>) -> String {
    let said = match verdict {
        None => return "none made".into(),
        Some(Conclusion::Green) => "the tokens withstood these attacks on its sample",
        Some(Conclusion::Amber) => "the tokens withstood most of these attacks on its sample",
        Some(Conclusion::Red) => "the tokens did NOT withstand these attacks on its sample",
        Some(Conclusion::Void) => "its attacks found nothing where they must, so it says nothing",
    };
    format!("{} - {said}", crate::release::word(verdict))
}

/// One line a party on what its audit came to. With `quiet`, only what speaks against the tokens:
/// a warning is no summary.
pub(super) fn audits(parties: &[PartyReport], quiet: bool) -> String {
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
