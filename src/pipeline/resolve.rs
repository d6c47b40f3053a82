//! `resolve`: a crosswalk and the ref map into a table with student ids, and match rates by group.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Progress;
use super::custody::{facts, kind, record_received, replaced};
use super::files::check_outputs;
use super::plants::NO_STUDENT;
use crate::atomic::{Digest, digest_of};
use crate::csvfile::CsvWriter;
use crate::custody::{Action, Event, Log, Logging};
use crate::error::{Error, Result};
use crate::owner::resolve as resolving;
pub use crate::owner::resolve::Resolved;
use crate::owner::table::{Mapping, Record, Table};
use crate::project::{Element, Project};
use crate::receipt::Receipt;

/// Records read at a time.
const BATCH: usize = 1 << 13;

/// What to resolve, and where to.
#[derive(Debug)]
pub struct Options {
    /// The crosswalk, as the operator sent it.
    pub crosswalk: PathBuf,
    /// The project file that the receipt must be of, if that is to be checked, and what is logged.
    pub project: Option<PathBuf>,
    /// The ref map that `encode` wrote.
    pub refs: PathBuf,
    /// The table to write.
    pub out: PathBuf,
    /// What became of planted people, for the custodian, if it is asked for.
    pub plants: Option<PathBuf>,
    /// Match rates by group, if they are asked for.
    pub rates: Option<Rates>,
    /// The disclosure log, if there is a project file.
    pub log: Logging,
    /// Replace outputs that exist.
    pub force: bool,
}

/// Match rates by the values of a column of the owner's table.
#[derive(Debug)]
pub struct Rates {
    /// The student table that was encoded.
    pub table: PathBuf,
    /// The header of the column.
    pub by: String,
    /// Which columns hold what, as for `encode`; the id's is the one that counts.
    pub mapping: Mapping,
    /// The table of rates to write.
    pub out: PathBuf,
}

/// Writes the crosswalk with student ids, see [`resolving::resolve`], and the match rates by group, see
/// [`resolving::rates`]. Returns with the first also the number of groups, 0 if none were asked for.
///
/// # Privacy
/// In the rates, counts of 1 to 10 are hidden, and what they could be worked out from.
///
/// # Errors
/// As there; [`Class::Mismatch`](crate::error::Class::Mismatch) if a receipt beside the crosswalk is of other bytes or of
/// another project than the one given, or if one is given and there is no receipt; [`Class::Input`](crate::error::Class::Input) if the table has no such column; for
/// outputs that clash with inputs or exist. All of these but the first are found before anything is
/// written.
pub fn resolve(options: &Options, progress: &dyn Progress) -> Result<(Resolved, usize)> {
    let o = options;
    let (mut inputs, mut outputs) = (vec![&*o.crosswalk, &*o.refs], vec![&*o.out]);
    outputs.extend(o.plants.as_deref());
    if let Some(rates) = &o.rates {
        inputs.push(&rates.table);
        outputs.push(&rates.out);
    }
    inputs.extend(o.project.as_deref());
    check_outputs(&inputs, &outputs, o.force)?;
    let project = o.project.as_deref().map(Project::read).transpose()?;
    check_receipt(o, project.as_ref())?;
    let groups = o.rates.as_ref().map(|rates| groups(rates, progress));
    let groups = groups.transpose()?;
    let log = match (&project, &o.project) {
        (Some(project), Some(path)) => Log::of_run(&o.log, path, project)?,
        _ => None,
    };
    let named = |table: &CsvWriter, found: Option<&CsvWriter>, done| {
        let Some(log) = &log else { return Ok(()) };
        let found = found.map(CsvWriter::digest).transpose()?;
        record(log, o, table.digest()?, found, done)
    };
    let plants = o.plants.as_deref();
    let resolved = resolving::resolve(&o.crosswalk, &o.refs, &o.out, plants, &named)?;
    let number = match (&o.rates, groups) {
        (Some(rates), Some(groups)) => resolving::rates(&o.out, &groups, &rates.out)?,
        _ => 0,
    };
    Ok((resolved, number))
}

/// Enters that the crosswalk was received, and the table and the file of planted people made of it.
fn record(
    log: &Log,
    o: &Options,
    table: Digest,
    found: Option<Digest>,
    done: Resolved,
) -> Result<()> {
    let crosswalk = facts(&o.crosswalk, kind::CROSSWALK, digest_of(&o.crosswalk)?);
    // Whose they are is known if the ref map was made with this log.
    let party = log.find(digest_of(&o.refs)?.blake3)?.and_then(|e| e.party);
    let event = |action| Event {
        party: party.clone(),
        recipient: party.clone(),
        rows: Some(done.lines),
        ..Event::new(action)
    };
    record_received(log, vec![event(Action::Received).file(crosswalk)])?;
    let mut events = replaced(log, std::iter::once(&o.out).chain(&o.plants))?;
    let made = event(Action::Resolved).file(facts(&o.out, kind::TABLE, table));
    events.push(made.elements(vec![Element::StudentId.name().to_owned()]));
    if let (Some(path), Some(digest)) = (&o.plants, found) {
        events.push(Event {
            party: party.clone(),
            rows: Some(done.planted),
            ..Event::new(Action::Made)
                .file(facts(path, kind::PLANTS_FOUND, digest))
                .note(NO_STUDENT)
        });
    }
    log.record(&events)
}

/// Fails unless the receipt beside the crosswalk, if there is one, is of it, and of the project if one is given.
fn check_receipt(o: &Options, project: Option<&Project>) -> Result<()> {
    match (Receipt::find(&o.crosswalk)?, project) {
        (Some(receipt), project) => receipt.check(&o.crosswalk, project),
        (None, Some(_)) => Err(Error::mismatch(
            "there is no receipt beside it that says of which project it is",
        )
        .at(&o.crosswalk)
        .hint("ask the operator for the .json file that `match` wrote beside it; without --project it is not needed")),
        (None, None) => Ok(()),
    }
}

/// The group of each student id.
fn groups(rates: &Rates, progress: &dyn Progress) -> Result<BTreeMap<String, String>> {
    let mut mapping = rates.mapping.clone();
    // A table gives out the fields that it knows; of these the one for a code is taken.
    mapping.map(&format!("gender={}", rates.by))?;
    let mut table = Table::open(&rates.table, &mapping)?;
    let mut groups = BTreeMap::new();
    let mut batch: Vec<Record> = Vec::new();
    while table.next_batch(BATCH, &mut batch)? > 0 {
        for record in &batch {
            let group = match record.gender.as_str() {
                "" => "(empty)",
                group => group,
            };
            groups.insert(record.student_id.clone(), group.to_owned());
        }
    }
    progress.table(&table);
    Ok(groups)
}
