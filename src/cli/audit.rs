//! `audit`: attack our own tokens, or look at tokens alone.

use std::path::Path;

use serde_json::json;

use super::args::Audit;
use super::term::Progress;
use super::{pretty, print};
use crate::error::{Error, Result};
use crate::owner::audit::report::checks_text;
use crate::pipeline::audit::{self as pipeline, ImportedOptions, Options, TokenAudit};
use crate::pipeline::files::beside;
use crate::units::PartyId;

pub(super) fn audit(verb: &Audit, progress: &Progress) -> Result<()> {
    if let (Some(table), Some(party), Some(schema)) = (&verb.table, &verb.party, &verb.schema) {
        return imported(verb, table, party, schema, progress);
    }
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

/// The owner's form for CLKs of another program.
fn imported(
    verb: &Audit,
    table: &Path,
    party: &PartyId,
    schema: &Path,
    progress: &Progress,
) -> Result<()> {
    if verb.reading.is_given() || verb.plants.is_some() {
        return Err(Error::usage(
            "a table that CLKs were made of is read as the linkage schema says, without planted people",
        )
        .hint("leave out the options on how the table is read, and --plants"));
    }
    let options = ImportedOptions {
        table: table.to_path_buf(),
        project: verb.project.clone(),
        party: party.clone(),
        tokens: verb.tokens.clone(),
        refs: verb
            .refs
            .clone()
            .unwrap_or_else(|| beside(&verb.tokens, "refs.csv")),
        schema: schema.to_path_buf(),
        seed: verb.seed,
        json: verb.json.clone(),
        log: verb.log.logging(),
        force: verb.force,
    };
    let report = pipeline::audit_imported(&options, progress)?;
    progress.done();
    print(&report.to_text())
}

/// The operator's form.
fn tokens_alone(verb: &Audit, progress: &Progress) -> Result<()> {
    if verb.table.is_some() || verb.party.is_some() || verb.key.is_some() || verb.schema.is_some() {
        return Err(Error::usage(
            "the owner's audit needs the table, --party and --key, or of imported CLKs --schema; the operator's none of them",
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
