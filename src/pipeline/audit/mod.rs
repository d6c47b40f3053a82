//! `audit`: attack our own tokens before they leave; at the operator, look at tokens alone.

mod imported;

use std::path::{Path, PathBuf};

pub use imported::{ImportedOptions, audit_imported};

use super::agreement::declared;
use super::custody::{facts, kind, write_logged};
use super::files::{check_outputs, made_under};
use super::{Progress, people, warn_of};
use crate::custody::{Action, Event, Log, Logging};
use crate::error::{Error, Result};
use crate::leakage::{self, Check, Verdict};
use crate::owner::audit::report::AuditReport;
use crate::owner::audit::run::{self, Plan};
use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::{self, Person};
use crate::owner::plant;
use crate::owner::table::{Exclude, Mapping, OptOuts, Record, Table};
use crate::project::Project;
use crate::release::seal::Sealed as _;
use crate::token::TokenFile;
use crate::units::PartyId;

/// What to audit.
#[derive(Debug)]
pub struct Options {
    /// The student table that the tokens were made of.
    pub table: PathBuf,
    /// The project file.
    pub project: PathBuf,
    /// The party whose table it is.
    pub party: PartyId,
    /// The linkage key file.
    pub key: PathBuf,
    /// The token file.
    pub tokens: PathBuf,
    /// Which columns hold what, as for `encode`.
    pub mapping: Mapping,
    /// Who was left out, as for `encode`.
    pub exclude: Exclude,
    /// The planted people that were mixed in, as for `encode`.
    pub plants: Option<PathBuf>,
    /// Size of the population to reckon with.
    pub population: u64,
    /// The seed of every draw.
    pub seed: u64,
    /// Where to write the report as JSON, if anywhere.
    pub json: Option<PathBuf>,
    /// The disclosure log.
    pub log: Logging,
    /// Replace a report that exists.
    pub force: bool,
}

/// What tokens alone show.
#[derive(Debug, Clone)]
pub struct TokenAudit {
    /// The party whose file it is.
    pub party: PartyId,
    /// Its records.
    pub records: u64,
    /// The worst of the checks.
    pub verdict: Verdict,
    /// Every check.
    pub checks: Vec<Check>,
}

/// Attacks the tokens of a student table.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if table, project, party, key and token
/// file do not belong together; [`Class::Input`](crate::error::Class::Input) if a file is not as
/// expected, if there are too few people, or if the schema has no large block;
/// [`Class::Io`](crate::error::Class::Io).
pub fn audit(options: &Options, progress: &dyn Progress) -> Result<AuditReport> {
    let o = options;
    let outputs: Vec<&Path> = o.json.iter().map(PathBuf::as_path).collect();
    let mut inputs: Vec<&Path> = vec![&o.table, &o.project, &o.key, &o.tokens];
    inputs.extend(o.exclude.lists.iter().map(PathBuf::as_path));
    inputs.extend(o.plants.as_deref());
    check_outputs(&inputs, &outputs, o.force)?;
    let project = Project::read(&o.project)?;
    warn_of(&project, progress);
    project
        .expect_party(&o.party)
        .map_err(|e| e.at(&o.project))?;
    let log = Log::of_run(&o.log, &o.project, &project)?;
    let key = LinkageKey::read(&o.key)?;
    let encoder = Encoder::new(&project, &key);
    let file = TokenFile::open(&o.tokens)?;
    made_under(&project, &file)?;
    let header = file.header();
    expect_party(&file, &o.party)?;
    if header.is_imported() {
        return Err(Error::mismatch(
            "the tokens were imported from CLKs of another program, and have no linkage key",
        )
        .at(&o.tokens)
        .hint("give --schema with the linkage schema of the CLKs, instead of --key"));
    }
    if header.key_check != encoder.key_check() {
        return Err(
            Error::mismatch("the token file was made with another linkage key")
                .at(&o.tokens)
                .hint("compare the keys with `key show`; no verdict was reached"),
        );
    }
    let people = people(o, &project, &encoder, progress)?;
    let records = people.len() as u64 + planted(o, &project, &encoder)?;
    if records != header.records {
        return Err(Error::mismatch(format!(
            "the table gives {records} records, the token file holds {}",
            header.records
        ))
        .at(&o.table)
        .hint(
            "give the table that the tokens were made of, and the same --map, --exclude, --exclude-holds and --plants",
        ));
    }
    progress.at("tokens", 0, 0);
    let shown = leakage::checks(&file, &project, o.seed)?;
    let plan = Plan {
        party: o.party.to_string(),
        tokens: file.fingerprint()?.to_string(),
        population: o.population,
        seed: o.seed,
    };
    // `Progress` is shared between threads; steps are told from this one.
    let told = |step: &str| progress.at(step, 0, 0);
    let report =
        run::audit(&people, &project, &key, shown, &plan, &told).map_err(|e| e.at(&o.table))?;
    write_report(log.as_ref(), o.json.as_deref(), &report, &o.party)?;
    Ok(report)
}

/// Fails unless the token file is that of `party`.
fn expect_party(file: &TokenFile, party: &PartyId) -> Result<()> {
    let found = &file.header().party;
    if found == party {
        return Ok(());
    }
    Err(Error::mismatch(format!(
        "the token file is that of party `{found}`, not of `{party}`"
    ))
    .at(file.path()))
}

/// Writes the report as JSON to `path`, if anywhere, and enters it in the log.
fn write_report(
    log: Option<&Log>,
    path: Option<&Path>,
    report: &AuditReport,
    party: &PartyId,
) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    write_logged(log, path, report.to_json().as_bytes(), |digest| {
        let made = Event::new(Action::Made).file(facts(path, kind::AUDIT, digest));
        vec![made.of(party, report.subject.records)]
    })
}

/// Looks at a token file without key and people.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the file is not of the project,
/// [`Class::Input`](crate::error::Class::Input) if a file is not as expected,
/// [`Class::Io`](crate::error::Class::Io).
pub fn audit_tokens(
    tokens: &Path,
    project: &Path,
    seed: u64,
    progress: &dyn Progress,
) -> Result<TokenAudit> {
    let project = Project::read(project)?;
    warn_of(&project, progress);
    let file = TokenFile::open(tokens)?;
    made_under(&project, &file)?;
    let checks = leakage::checks(&file, &project, seed)?;
    Ok(TokenAudit {
        party: file.header().party.clone(),
        records: file.header().records,
        verdict: Verdict::worst(checks.iter().map(|c| c.verdict)),
        checks,
    })
}

/// The people of the table whom `encode` encodes.
fn people(
    o: &Options,
    project: &Project,
    encoder: &Encoder,
    progress: &dyn Progress,
) -> Result<Vec<Person>> {
    // Their ids are not taken along.
    let (mapping, _) = declared(project, &o.mapping)?;
    let opt_outs = OptOuts::read(&o.exclude, &mapping)?;
    let all = people::read(&o.table, &mapping, &opt_outs, |_| Ok(()), progress)?;
    let people = all.into_iter().map(|((), person)| person);
    Ok(people.filter(|p| encoder.can_encode(p)).collect())
}

/// How many of the planted people `encode` encodes.
fn planted(o: &Options, project: &Project, encoder: &Encoder) -> Result<u64> {
    let Some(path) = &o.plants else {
        return Ok(0);
    };
    let (mapping, _) = declared(project, &o.mapping)?;
    let plants = plant::read(path, &o.party, &Table::open(&o.table, &mapping)?)?;
    let is_encoded = |record: &&Record| {
        let person = normalise::person(record);
        let is_named = !person.first.is_empty() || !person.last.is_empty();
        is_named && encoder.can_encode(&person)
    };
    Ok(plants.iter().filter(is_encoded).count() as u64)
}

#[cfg(test)]
mod tests;
