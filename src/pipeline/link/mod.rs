//! `match`: token files into links, crosswalks and a report.

mod logged;
mod prepare;
mod watch;

pub(super) use prepare::{Prepared, prepare};
pub(super) use watch::expect_no_secret;
pub use watch::operators_folders;

use std::path::PathBuf;

use rayon::prelude::*;

use prepare::unfinished;

use super::Progress;
use super::decide::{Known, Looking, Met, of_records};
use crate::atomic::AtomicFolder;
use crate::csvfile::{CLUSTERS, DUPLICATES};
use crate::custody::{Log, Logging};
use crate::error::{Error, Result};
use crate::matcher::assign::{Assignment, Scored};
use crate::matcher::classify::Model;
use crate::matcher::cluster::{Cluster, Persons, reconcile};
pub use crate::matcher::compare::BLOCK_PAIRS;
use crate::matcher::compare::kernel::Tier;
use crate::matcher::crosswalk::{self, Decision, Duplicates, link_ids};
use crate::matcher::intake::Party;
use crate::matcher::report::{self, Circumstances, DecoyReport, PairReport, PartyReport, Report};
use crate::project::Project;
use crate::receipt::Receipt;

/// What to match, and where to.
#[derive(Debug)]
pub struct Options {
    /// The token files, one a party, in any order.
    pub tokens: Vec<PathBuf>,
    /// The project file.
    pub project: PathBuf,
    /// The folder for the results.
    pub out: PathBuf,
    /// Folders in which no linkage key, identity or ref map may lie ([`operators_folders`]). None where nobody plays the
    /// operator.
    pub watched: Vec<PathBuf>,
    /// Match probability of a link, where it is not the project's.
    pub threshold: Option<f64>,
    /// Find the records of one person inside each party that is not declared free of them, and
    /// link them as one.
    pub duplicates: bool,
    /// Files of decoys of some of the parties, by which false links are measured.
    pub decoys: Vec<PathBuf>,
    /// In a classic schema, the share of the pairs at or above its Dice coefficient that is enough, above
    /// 0.5 and below 1. All of them if not given.
    pub approximate: Option<f64>,
    /// Candidate pairs of a block from which it is left out.
    pub block_pairs: u64,
    /// Bytes of memory to stay within; what does not fit goes to temporary files beside the results.
    /// As much as is needed, if not given.
    pub memory: Option<u64>,
    /// Go on from what an unfinished match of the same files has left.
    pub resume: bool,
    /// The disclosure log.
    pub log: Logging,
    /// Refuse a project file that not all have signed.
    pub require_signatures: bool,
    /// Replace results that exist.
    pub force: bool,
    /// Compare with this instruction set, of those that the machine has, instead of the fastest. For tests
    /// only: the results are the same.
    pub instructions: Option<String>,
}

/// Matches token files and writes `links.csv`, `pairs.csv`, one `crosswalk-PARTY.csv` a party, its receipt and
/// `report.json` into the folder; with duplicates asked for also `duplicates.csv`, with three
/// parties or more also `clusters.csv`. Either all of them appear or none.
///
/// One party alone is for finding its duplicates.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) and
/// [`Class::Mismatch`](crate::error::Class::Mismatch) as of [`admit`](crate::matcher::intake::admit), also for a release manifest
/// beside a token file;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if a secret of the data owners lies where the operator works, or if the project allows no pair of the
/// parties given; [`Class::Io`](crate::error::Class::Io).
pub fn link(options: &Options, progress: &dyn Progress) -> Result<Report> {
    if let Some(name) = &options.instructions {
        let tier = Tier::available().into_iter().find(|t| t.name() == name);
        if !tier.is_some_and(Tier::choose) {
            let names: Vec<&str> = Tier::available().iter().map(|t| t.name()).collect();
            return Err(Error::usage("the machine has no such instruction set")
                .hint(format!("it has {}", names.join(", "))));
        }
    }
    let prepared = prepare(options, progress)?;
    let Prepared {
        project,
        threshold,
        parties,
        decoys: decoy_files,
        room,
        ..
    } = &prepared;
    let (threshold, room) = (*threshold, *room);
    let schema = &project.schema;
    let log = Log::of_run(&options.log, &options.project, project)?;
    let unfinished = unfinished(options, project, parties, decoy_files, progress)?;
    // Whether it can be written to is known before hours of work; it is made when there is something to write.
    drop(AtomicFolder::create(&options.out)?);
    if let Some(log) = &log {
        logged::received(log, project, parties.iter().chain(decoy_files))?;
    }
    let looking = Looking {
        schema,
        limits: prepared.limits,
        unfinished: unfinished.is_made().then_some(&unfinished),
        room,
        progress,
    };
    let mut met: Vec<((usize, usize), Met)> = Vec::new();
    for &(a, b) in &prepared.allowed {
        let pair = looking.meet(&parties[a], &parties[b], Known::Nothing)?;
        met.push(((a, b), pair));
    }
    let mut persons: Vec<Persons> = Vec::new();
    let mut duplicates: Vec<Vec<Scored>> = Vec::new();
    for (i, party) in parties.iter().enumerate() {
        let records = party.refs.len();
        let is_free = project.duplicate_free.contains(&party.file.header().party);
        let (of, pairs) = if options.duplicates && !is_free {
            let known = met
                .iter()
                .find(|((a, b), _)| *a == i || *b == i)
                .map_or(Known::Nothing, |(_, m)| Known::Within(&m.model));
            let within = looking.meet(party, party, known)?;
            within.persons(schema, records, threshold)?
        } else {
            (Persons::alone(records), Vec::new())
        };
        persons.push(of);
        duplicates.push(pairs);
    }
    let mut decided: Vec<((usize, usize), Assignment)> = met
        .iter()
        .map(|((a, b), met)| {
            let between = (&persons[*a], &persons[*b]);
            Ok(((*a, *b), met.decide(schema, between, threshold)?))
        })
        .collect::<Result<_>>()?;
    let clusters: Vec<Cluster> = if parties.len() > 2 {
        let id = |i: usize| &parties[i].file.header().party;
        reconcile(&mut decided, |a, b| project.pair(id(a), id(b)).is_some())
    } else {
        Vec::new()
    };
    let decoys = Decoys {
        parties,
        files: decoy_files,
        threshold,
    };
    let mut decisions = Vec::new();
    let mut pair_reports = Vec::new();
    for (((a, b), assignment), (_, met)) in decided.into_iter().zip(met) {
        let of = (&persons[a], &persons[b]);
        let assignment = of_records(assignment, of);
        let names = (
            &parties[a].file.header().party,
            &parties[b].file.header().party,
        );
        let mut report = PairReport::of(
            (names.0.to_string(), names.1.to_string()),
            &assignment,
            met.model.matches,
            threshold,
            met.passes,
            &Circumstances {
                duplicates: options.duplicates,
                ..met.around
            },
        );
        report.decoys = decoys.link(looking, (a, b), &met.model, &assignment)?;
        pair_reports.push(report);
        let refs = (&parties[a].refs[..], &parties[b].refs[..]);
        decisions.push(Decision {
            parties: names,
            refs,
            persons: of,
            link_ids: link_ids(project, names, refs, of, &assignment),
            assignment,
        });
    }
    progress.at("write", 0, 0);
    let folder = AtomicFolder::create(&options.out)?;
    write(
        &folder,
        project,
        parties,
        &decisions,
        (&persons, &duplicates, &clusters),
        options.duplicates,
    )?;
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        project: project.fingerprint.to_string(),
        schema: project.schema.name.clone(),
        threshold,
        parties: parties
            .iter()
            .zip(&persons)
            .map(|(p, persons)| PartyReport {
                party: p.file.header().party.to_string(),
                records: p.file.header().records,
                rows: p.file.header().rows,
                duplicates: options.duplicates.then(|| persons.surplus()),
                manifest: p.manifest.is_some(),
                audit: p.manifest.as_ref().and_then(|m| m.audit.verdict),
            })
            .collect(),
        pairs: pair_reports,
    };
    report::write(folder.work(), &report)?;
    if let Some(log) = &log {
        logged::matched(log, &folder, &options.out, &report)?;
    }
    folder.commit()?;
    unfinished.remove()?;
    for (name, is_written) in [
        (DUPLICATES, options.duplicates),
        (CLUSTERS, parties.len() > 2),
    ] {
        // What an earlier match left here belongs to none of the files beside it.
        let left = options.out.join(name);
        if !is_written && left.exists() {
            std::fs::remove_file(&left).map_err(|e| Error::io("remove", &left, e))?;
        }
    }
    Ok(report)
}

/// Files of decoys, and what they are measured against.
struct Decoys<'p> {
    parties: &'p [Party],
    files: &'p [Party],
    threshold: f64,
}

impl Decoys<'_> {
    /// Links the decoys of parties number `a` and `b` with the other one, by the model and with the
    /// threshold of their own link, whose result `assignment` is.
    fn link(
        &self,
        looking: Looking<'_>,
        (a, b): (usize, usize),
        model: &Model,
        assignment: &Assignment,
    ) -> Result<Vec<DecoyReport>> {
        let mut reports = Vec::new();
        for decoys in self.files {
            let party = &decoys.file.header().party;
            let is = |i: usize| self.parties[i].file.header().party == *party;
            let (left, right, own) = match () {
                () if is(a) => (decoys, &self.parties[b], &assignment.left),
                () if is(b) => (&self.parties[a], decoys, &assignment.right),
                () => continue,
            };
            let met = looking.meet(left, right, Known::Same(model))?;
            let alone = |p: &Party| Persons::alone(p.refs.len());
            let found = met.decide(
                looking.schema,
                (&alone(left), &alone(right)),
                self.threshold,
            )?;
            reports.push(DecoyReport::of(
                party.to_string(),
                (decoys.refs.len(), found.links.len()),
                own,
            ));
        }
        Ok(reports)
    }
}

/// Writes all results but the report.
fn write(
    folder: &AtomicFolder,
    project: &Project,
    parties: &[Party],
    decisions: &[Decision<'_>],
    (persons, duplicates, clusters): (&[Persons], &[Vec<Scored>], &[Cluster]),
    with_duplicates: bool,
) -> Result<()> {
    let at = folder.work();
    let own: Vec<Duplicates<'_>> = parties
        .iter()
        .zip(persons)
        .zip(duplicates)
        .map(|((p, persons), pairs)| Duplicates {
            party: &p.file.header().party,
            refs: &p.refs,
            persons,
            pairs,
        })
        .collect();
    if with_duplicates {
        crosswalk::write_duplicates(at, &own)?;
    }
    if parties.len() > 2 {
        crosswalk::write_clusters(at, &own, clusters)?;
    }
    let (links, crosswalks) = rayon::join(
        || crosswalk::write_links(at, &project.schema, decisions),
        || {
            parties.par_iter().try_for_each(|party| {
                let id = &party.file.header().party;
                let Some(rows) = crosswalk::write_crosswalk(at, id, decisions)? else {
                    return Ok(());
                };
                let file = at.join(crosswalk::crosswalk_name(id));
                Receipt::of(&file, rows, project, id)?.write_beside(&file)
            })
        },
    );
    links.and(crosswalks)
}
