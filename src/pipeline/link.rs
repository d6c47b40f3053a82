//! `match`: token files into links, crosswalks and a report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Progress, warn_of};
use crate::atomic::AtomicFolder;
use crate::error::{Error, Result};
use crate::matcher::assign::assign;
use crate::matcher::block::SemiJoin;
use crate::matcher::classify::evidence::Facts;
use crate::matcher::classify::{Exposure, Model, Pair, merge};
use crate::matcher::compare;
use crate::matcher::crosswalk::{self, Decision};
use crate::matcher::intake::{Party, admit};
use crate::matcher::report::{self, PairReport, PartyReport, PassReport, Report};
use crate::project::{Project, Schema};
use crate::token::PassTokens;
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
    /// Replace results that exist.
    pub force: bool,
}

/// Matches token files and writes `links.csv`, `pairs.csv`, one `crosswalk-PARTY.csv` a party and
/// `report.json` into the folder. Either all of them appear or none.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) and
/// [`Class::Mismatch`](crate::error::Class::Mismatch) as of [`admit`], also for a release manifest
/// beside a token file;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the project allows no pair of the
/// parties given; [`Class::Io`](crate::error::Class::Io).
pub fn link(options: &Options, progress: &dyn Progress) -> Result<Report> {
    let project = Project::read(&options.project)?;
    warn_of(&project, progress);
    let threshold = options.threshold.unwrap_or(project.threshold);
    if !(threshold > 0.0 && threshold < 1.0) {
        return Err(Error::usage("a threshold must be above 0 and below 1"));
    }
    progress.at("read", 0, 0);
    let parties = admit(&project, &options.tokens)?;
    let mut allowed = Vec::new();
    for (a, b) in &project.pairs {
        let find = |id: &PartyId| parties.iter().find(|p| p.file.header().party == *id);
        if let (Some(x), Some(y)) = (find(a), find(b)) {
            allowed.push((x, y));
        }
    }
    if allowed.is_empty() {
        return Err(
            Error::mismatch("the project allows no pair of the parties given")
                .at(&options.project)
                .hint("see `pairs` in the project file"),
        );
    }
    check_folder(&options.out, &parties, options.force)?;
    let folder = AtomicFolder::create(&options.out)?;
    let mut decisions = Vec::new();
    let mut pair_reports = Vec::new();
    for (a, b) in allowed {
        let (decision, report) = decide(&project.schema, a, b, threshold, progress)?;
        decisions.push(decision);
        pair_reports.push(report);
    }
    progress.at("write", 0, 0);
    crosswalk::write_links(folder.work(), &project.schema, &decisions)?;
    for party in &parties {
        crosswalk::write_crosswalk(
            folder.work(),
            project.fingerprint,
            &party.file.header().party,
            &decisions,
        )?;
    }
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        project: project.fingerprint.to_string(),
        schema: project.schema.name.clone(),
        threshold,
        parties: parties
            .iter()
            .map(|p| PartyReport {
                party: p.file.header().party.to_string(),
                records: p.file.header().records,
                rows: p.file.header().rows,
                manifest: p.manifest.is_some(),
                audit: p.manifest.as_ref().and_then(|m| m.audit.verdict),
            })
            .collect(),
        pairs: pair_reports,
    };
    report::write(folder.work(), &report)?;
    folder.commit()?;
    Ok(report)
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

/// The tokens of one pass of both parties: those of the larger one only where they may meet one of
/// the smaller one.
fn read_pass(
    schema: &Schema,
    number: usize,
    a: &Party,
    b: &Party,
) -> Result<(PassTokens, PassTokens)> {
    let read = |party: &Party, others: Option<&PassTokens>| {
        let join = others.map(|o| SemiJoin::of(&o.keys));
        party.file.pass(schema, number, &party.of_row, |key| {
            join.as_ref().is_none_or(|j| j.may_meet(key))
        })
    };
    if a.refs.len() <= b.refs.len() {
        let left = read(a, None)?;
        let right = read(b, Some(&left))?;
        Ok((left, right))
    } else {
        let right = read(b, None)?;
        let left = read(a, Some(&right))?;
        Ok((left, right))
    }
}

/// One pair of parties, from tokens to decision. Reads one pass of the files at a time.
fn decide<'a>(
    schema: &Schema,
    a: &'a Party,
    b: &'a Party,
    threshold: f64,
    progress: &dyn Progress,
) -> Result<(Decision<'a>, PairReport)> {
    let names = (&a.file.header().party, &b.file.header().party);
    let records = (a.refs.len(), b.refs.len());
    let facts = Facts::of(schema);
    let mut meetings = Vec::new();
    let mut passes = Vec::new();
    let mut same_date = None;
    for (number, pass) in schema.passes.iter().enumerate() {
        progress.at(
            &format!("{} - {}: {}", names.0, names.1, pass.name),
            number as u64,
            schema.passes.len() as u64,
        );
        let (left, right) = read_pass(schema, number, a, b)?;
        let mut result = compare::pass(schema, number, &left, &right);
        if facts.is_birthdate_block(number) {
            same_date = Some(result.candidates);
        }
        passes.push(PassReport {
            pass: pass.name.clone(),
            blocks: result.blocks,
            largest_block: result.largest,
            met_nobody: left.skipped + right.skipped,
            candidates: result.candidates,
            kept: result.meetings.len() as u64,
            links: 0,
        });
        meetings.append(&mut result.meetings);
    }
    progress.at(
        &format!("{} - {}: decide", names.0, names.1),
        schema.passes.len() as u64,
        schema.passes.len() as u64,
    );
    let pairs = merge(&facts, meetings);
    let model = Model::fit(
        &pairs,
        &Exposure {
            records,
            same_date,
            classic: schema.is_classic(),
            chances: facts.chances().clone(),
        },
    );
    let pairs: Vec<Pair> = pairs.into_iter().map(|(pair, _)| pair).collect();
    let assignment = if schema.is_classic() {
        // Every pair that is left has reached the schema's Dice coefficient and is a link, but for
        // rivals of a higher one; how probable it is, is said and decides nothing.
        let rank = |p: &Pair| 10f64.powi(i32::from(p.evidence.likeness()));
        let mut assignment = assign(&pairs, rank, records, 0.5);
        let probable: BTreeMap<(u32, u32), f64> = pairs
            .iter()
            .map(|p| ((p.left, p.right), model.probability(&p.evidence)))
            .collect();
        assignment.restate(|pair| {
            probable
                .get(&(pair.left, pair.right))
                .copied()
                .unwrap_or(0.0)
        });
        assignment
    } else {
        assign(&pairs, |p| model.odds(&p.evidence), records, threshold)
    };
    let report = PairReport::of(
        (names.0.to_string(), names.1.to_string()),
        &assignment,
        model.matches,
        passes,
    );
    let decision = Decision {
        parties: names,
        refs: (&a.refs, &b.refs),
        assignment,
    };
    Ok((decision, report))
}
