//! What is checked before a match, and what an unfinished one has left.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Options;
use super::watch::expect_no_secret;
use crate::csvfile::{CLUSTERS, DUPLICATES};
use crate::error::{Error, Result};
use crate::matcher::compare::{Limits, can_approximate};
use crate::matcher::intake::{Party, admit, admit_decoys};
use crate::pipeline::agreement::expect_in_force;
use crate::pipeline::room::Room;
use crate::pipeline::{Progress, look_at_signatures, warn_of};
use crate::project::{Project, Schema};
use crate::unfinished::{self, Unfinished};
use crate::units::PartyId;

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
    fn differences(&self, found: &Self) -> Vec<(bool, &'static str)> {
        vec![
            (found.project != self.project, "is of another project file"),
            (
                found.tokens != self.tokens || found.decoys != self.decoys,
                "is of other token files, or of these before they were encoded again",
            ),
            (
                found != self,
                "was started with another --memory, --block-pairs or --approximate",
            ),
        ]
    }
}

/// What an earlier match has left to go on from. The folder is made if this one will take long, or may
/// need it.
pub(super) fn unfinished(
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

/// What is read and checked before a match, or the plan of one.
pub(in crate::pipeline) struct Prepared {
    pub(in crate::pipeline) project: Project,
    /// Match probability of a link.
    pub(super) threshold: f64,
    pub(in crate::pipeline) parties: Vec<Party>,
    /// The pairs of parties that the project allows, by their numbers.
    pub(in crate::pipeline) allowed: Vec<(usize, usize)>,
    pub(super) decoys: Vec<Party>,
    pub(in crate::pipeline) room: Option<Room>,
    pub(in crate::pipeline) limits: Limits,
}

/// Reads the files of a match and checks all that can be checked before it.
pub(in crate::pipeline) fn prepare(options: &Options, progress: &dyn Progress) -> Result<Prepared> {
    expect_no_secret(&options.watched)?;
    let project = Project::read(&options.project)?;
    warn_of(&project, progress);
    expect_in_force(&project, &options.project)?;
    look_at_signatures(
        &project,
        &options.project,
        options.require_signatures,
        progress,
    )?;
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
    let alone = (0..parties.len()).find(|i| allowed.iter().all(|(a, b)| a != i && b != i));
    if let (Some(i), 2..) = (alone, parties.len()) {
        return Err(Error::mismatch(format!(
            "the project allows no pair of `{}` with another of the parties given",
            parties[i].file.header().party
        ))
        .at(parties[i].file.path())
        .hint("its tokens should not be here: see `pairs` in the project file"));
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
