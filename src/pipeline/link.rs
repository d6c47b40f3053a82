//! `match`: token files into links, crosswalks and a report.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::decide::{Known, Looking, Met, of_records};
use super::room::Room;
use super::{Progress, warn_of};
use crate::atomic::AtomicFolder;
use crate::error::{Error, Result};
use crate::matcher::assign::{Assignment, Scored};
use crate::matcher::classify::Model;
use crate::matcher::cluster::{Cluster, Persons, reconcile};
pub use crate::matcher::compare::BLOCK_PAIRS;
use crate::matcher::compare::{Limits, can_approximate};
use crate::matcher::crosswalk::{self, CLUSTERS, DUPLICATES, Decision, Duplicates};
use crate::matcher::intake::{Party, admit, admit_decoys};
use crate::matcher::report::{self, Circumstances, DecoyReport, PairReport, PartyReport, Report};
use crate::project::{Project, Schema};
use crate::unfinished::{self, Unfinished};
use crate::units::PartyId;

/// What to match, and where to.
#[derive(Debug)]
pub struct Options {
    /// The token files, one a party, in any order.
    pub tokens: Vec<PathBuf>,
    /// The project file.
    pub project: PathBuf,
    /// The folder for the results.
    pub out: PathBuf,
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
    /// Replace results that exist.
    pub force: bool,
}

/// Rows of all token files together from which finished parts of a match are kept for a later sitting.
const LONG: u64 = 1 << 17;

/// What a match is of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// Fingerprint of the project file.
    project: String,
    /// Checksums of the token files.
    tokens: Vec<String>,
    /// Those of decoys.
    decoys: Vec<String>,
    block_pairs: u64,
    memory: Option<u64>,
    /// In the digits that were given.
    approximate: Option<String>,
}

impl unfinished::Subject for Subject {
    fn difference(&self, found: &Self) -> Option<&'static str> {
        let what = [
            (found.project != self.project, "is of another project file"),
            (
                found.tokens != self.tokens || found.decoys != self.decoys,
                "is of other token files, or of these before they were encoded again",
            ),
            (
                found != self,
                "was started with another --memory, --block-pairs or --approximate",
            ),
        ];
        let found = what.into_iter().find(|(differs, _)| *differs);
        found.map(|(_, what)| what)
    }
}

/// What an earlier match has left to go on from. The folder is made if this one will take long, or may
/// need it.
fn unfinished(
    options: &Options,
    project: &Project,
    parties: &[Party],
    decoys: &[Party],
    progress: &dyn Progress,
) -> Result<Unfinished> {
    let checksums = |of: &[Party]| of.iter().map(|p| p.file.checksum().to_string()).collect();
    let subject = Subject {
        project: project.fingerprint.to_string(),
        tokens: checksums(parties),
        decoys: checksums(decoys),
        block_pairs: options.block_pairs,
        memory: options.memory,
        approximate: options.approximate.map(|a| a.to_string()),
    };
    let mut unfinished = Unfinished::find(&options.out, &subject, options.resume)?;
    let rows: u64 = parties.iter().map(|p| p.file.header().rows).sum();
    if rows >= LONG || options.memory.is_some() {
        unfinished.make(&subject)?;
    }
    progress.start(unfinished.start());
    Ok(unfinished)
}

/// Matches token files and writes `links.csv`, `pairs.csv`, one `crosswalk-PARTY.csv` a party and
/// `report.json` into the folder; with duplicates asked for also `duplicates.csv`, with three
/// parties or more also `clusters.csv`. Either all of them appear or none.
///
/// One party alone is for finding its duplicates.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) and
/// [`Class::Mismatch`](crate::error::Class::Mismatch) as of [`admit`], also for a release manifest
/// beside a token file;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the project allows no pair of the
/// parties given; [`Class::Io`](crate::error::Class::Io).
pub fn link(options: &Options, progress: &dyn Progress) -> Result<Report> {
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
    let unfinished = unfinished(options, project, parties, decoy_files, progress)?;
    // Whether it can be written to is known before hours of work; it is made when there is something to write.
    drop(AtomicFolder::create(&options.out)?);
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
        decisions.push(Decision {
            parties: names,
            refs: (&parties[a].refs, &parties[b].refs),
            persons: of,
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

/// What is read and checked before a match, or the plan of one.
pub(super) struct Prepared {
    pub(super) project: Project,
    /// Match probability of a link.
    threshold: f64,
    pub(super) parties: Vec<Party>,
    /// The pairs of parties that the project allows, by their numbers.
    pub(super) allowed: Vec<(usize, usize)>,
    decoys: Vec<Party>,
    pub(super) room: Option<Room>,
    pub(super) limits: Limits,
}

/// Reads the files of a match and checks all that can be checked before it.
pub(super) fn prepare(options: &Options, progress: &dyn Progress) -> Result<Prepared> {
    let project = Project::read(&options.project)?;
    warn_of(&project, progress);
    let threshold = options.threshold.unwrap_or(project.threshold);
    if !(threshold > 0.0 && threshold < 1.0) {
        return Err(Error::usage("a threshold must be above 0 and below 1"));
    }
    let schema = &project.schema;
    check_approximate(schema, options.approximate)?;
    progress.at("read", 0, 0);
    let parties = admit(&project, &options.tokens, options.duplicates)?;
    let number = |id: &PartyId| parties.iter().position(|p| p.file.header().party == *id);
    let allowed: Vec<(usize, usize)> = project
        .pairs
        .iter()
        .filter_map(|(a, b)| number(a).zip(number(b)))
        .collect();
    if allowed.is_empty() && parties.len() > 1 {
        return Err(
            Error::mismatch("the project allows no pair of the parties given")
                .at(&options.project)
                .hint("see `pairs` in the project file"),
        );
    }
    check_folder(&options.out, &parties, options.force)?;
    let decoys = admit_decoys(&project, &options.decoys, &parties)?;
    let room = options.memory.map(|m| Room::of(m, schema, &parties));
    let room = room.transpose()?;
    let limits = Limits {
        // All pairs is what a classic schema asks for.
        block_pairs: if schema.is_classic() {
            u64::MAX
        } else {
            options.block_pairs
        },
        filter_bytes: room.map_or(u64::MAX, Room::filters),
        approximate: options.approximate,
    };
    Ok(Prepared {
        project,
        threshold,
        parties,
        allowed,
        decoys,
        room,
        limits,
    })
}

/// Fails if pairs cannot be searched for approximately in the schema, or not to that share.
fn check_approximate(schema: &Schema, approximate: Option<f64>) -> Result<()> {
    match approximate {
        Some(share) if !(share > 0.5 && share < 1.0) => Err(Error::usage(
            "the share of pairs to find must be above 0.5 and below 1",
        )
        .hint("--approximate 0.99 finds about 99 of 100; without it all are found")),
        Some(_) if !can_approximate(schema) => Err(Error::usage(format!(
            "the schema `{}` has no pass in which all are compared with all",
            schema.name
        ))
        .hint("leave out --approximate: it is for a schema like `clk`, linked from a Dice coefficient on")),
        _ => Ok(()),
    }
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
                crosswalk::write_crosswalk(at, project.fingerprint, id, decisions)
            })
        },
    );
    links.and(crosswalks)
}

/// Fails if results stand in the folder already.
fn check_folder(out: &Path, parties: &[Party], force: bool) -> Result<()> {
    if out.exists() && !out.is_dir() {
        return Err(Error::io(
            "write",
            out,
            std::io::ErrorKind::NotADirectory.into(),
        ));
    }
    let mut names = vec![
        "links.csv".to_owned(),
        "pairs.csv".into(),
        DUPLICATES.into(),
        CLUSTERS.into(),
        "report.json".into(),
    ];
    names.extend(
        parties
            .iter()
            .map(|p| format!("crosswalk-{}.csv", p.file.header().party)),
    );
    match names.iter().map(|n| out.join(n)).find(|p| p.exists()) {
        Some(path) if !force => {
            Err(
                Error::io("write", path, std::io::ErrorKind::AlreadyExists.into())
                    .hint("give --force to replace the results in this folder"),
            )
        }
        _ => Ok(()),
    }
}
