//! `audit`: attack our own tokens, or look at tokens alone.

use serde_json::json;

use super::args::Audit;
use super::term::Progress;
use super::{pretty, print};
use crate::error::{Error, Result};
use crate::owner::audit::report::checks_text;
use crate::pipeline::audit::{self as pipeline, Options, TokenAudit};

pub(super) fn audit(verb: &Audit, progress: &Progress) -> Result<()> {
    let (Some(table), Some(party), Some(key)) = (&verb.table, &verb.party, &verb.key) else {
        return tokens_alone(verb, progress);
    };
    let options = Options {
        table: table.clone(),
        project: verb.project.clone(),
        party: party.clone(),
        key: key.clone(),
        tokens: verb.tokens.clone(),
        mapping: verb.reading.mapping(verb.member.name())?,
        exclude: verb.opt_outs.exclude(),
        plants: verb.plants.clone(),
        population: verb.population,
        seed: verb.seed,
        json: verb.json.clone(),
        log: verb.log.logging(),
        force: verb.force,
    };
    let report = pipeline::audit(&options, progress)?;
    progress.done();
    print(&report.to_text())
}

/// The operator's form.
fn tokens_alone(verb: &Audit, progress: &Progress) -> Result<()> {
    if verb.table.is_some() || verb.party.is_some() || verb.key.is_some() {
        return Err(Error::usage(
            "the owner's audit needs the table, --party and --key; the operator's none of them",
        ));
    }
    let found = pipeline::audit_tokens(&verb.tokens, &verb.project, verb.seed, progress)?;
    progress.done();
    if let Some(path) = &verb.json {
        crate::pipeline::files::check_outputs(&[&verb.tokens, &verb.project], &[path], verb.force)?;
        let value = json!({
            "party": found.party.as_str(),
            "records": found.records,
            "verdict": found.verdict,
            "checks": found.checks,
        });
        crate::atomic::write(path, pretty(&value)?.as_bytes())?;
    }
    print(&describe(&found))
}

fn describe(found: &TokenAudit) -> String {
    format!(
        "Tokens of {} ({} records), without key and people\nVerdict: {}\n\n{}\n\
         The owner's audit attacks the tokens with names and is the one that counts.\n",
        found.party,
        found.records,
        found.verdict.as_str().to_uppercase(),
        checks_text(&found.checks),
    )
}
